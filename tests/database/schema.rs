//! The schema as the database itself describes it.

use super::store::Store;
use tests::support::Backend;

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub nullable: bool,
}

/// One foreign key: the column, and what it points to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignKey {
    pub table: String,
    pub column: String,
    pub target: String,
}

/// One index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Index {
    pub name: String,
    pub table: String,
    pub unique: bool,
    pub columns: Vec<String>,
}

/// Tables but for the migrator's own.
pub async fn tables(store: &Store) -> Vec<String> {
    let sql = match store.backend {
        Backend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'seaql_migrations' ORDER BY name"
        }
        Backend::Postgres => {
            "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'seaql_migrations' ORDER BY tablename COLLATE \"C\""
        }
    };
    texts(store, sql).await
}

/// Columns of a table in order.
pub async fn columns(store: &Store, table: &str) -> Vec<Column> {
    let sql = match store.backend {
        Backend::Sqlite => {
            format!("SELECT name, \"notnull\" = 0 AS nullable FROM pragma_table_info('{table}') ORDER BY cid")
        }
        Backend::Postgres => format!(
            "SELECT column_name::text AS name, (is_nullable = 'YES')::int AS nullable FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
        ),
    };
    let rows = store.query(&sql).await;
    rows.iter()
        .map(|row| Column {
            name: row.try_get("", "name").expect("a name"),
            nullable: row.try_get::<i32>("", "nullable").expect("a number") != 0,
        })
        .collect()
}

/// Foreign keys, in order.
pub async fn foreign_keys(store: &Store) -> Vec<ForeignKey> {
    let sql = match store.backend {
        Backend::Sqlite => {
            "SELECT m.name AS tab, k.\"from\" AS col, k.\"table\" AS target FROM sqlite_master m, pragma_foreign_key_list(m.name) k \
             WHERE m.type = 'table'"
        }
        Backend::Postgres => {
            "SELECT c.conrelid::regclass::text AS tab, a.attname::text AS col, c.confrelid::regclass::text AS target \
             FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] WHERE c.contype = 'f'"
        }
    };
    let mut keys: Vec<ForeignKey> = store
        .query(sql)
        .await
        .iter()
        .map(|row| ForeignKey {
            table: row.try_get("", "tab").expect("a table"),
            column: row.try_get("", "col").expect("a column"),
            target: row.try_get("", "target").expect("a target"),
        })
        .collect();
    keys.sort();
    keys
}

/// Named indexes, in order; those behind primary keys have no name of ours.
pub async fn indexes(store: &Store) -> Vec<Index> {
    let sql = match store.backend {
        Backend::Sqlite => {
            "SELECT m.name, m.tbl_name AS tab, l.\"unique\" AS uniq, \
             (SELECT group_concat(i.name) FROM (SELECT name FROM pragma_index_info(m.name) ORDER BY seqno) i) AS cols \
             FROM sqlite_master m, pragma_index_list(m.tbl_name) l WHERE m.type = 'index' AND l.name = m.name AND m.sql IS NOT NULL"
        }
        Backend::Postgres => {
            "SELECT i.indexrelid::regclass::text AS name, i.indrelid::regclass::text AS tab, i.indisunique::int AS uniq, \
             (SELECT string_agg(a.attname::text, ',' ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY AS k(col, place) \
              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.col) AS cols \
             FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = 'public' AND NOT i.indisprimary"
        }
    };
    let mut indexes: Vec<Index> = store
        .query(sql)
        .await
        .iter()
        .map(|row| Index {
            name: row.try_get("", "name").expect("a name"),
            table: row.try_get("", "tab").expect("a table"),
            unique: row.try_get::<i32>("", "uniq").expect("a number") != 0,
            columns: row.try_get::<String>("", "cols").expect("columns").split(',').map(str::to_owned).collect(),
        })
        .collect();
    indexes.sort();
    indexes
}

/// Names of the checks, in order, without those that only one database needs.
pub async fn checks(store: &Store) -> Vec<String> {
    let mut names = match store.backend {
        Backend::Sqlite => {
            let texts = texts(store, "SELECT sql AS name FROM sqlite_master WHERE type = 'table'").await;
            texts
                .iter()
                .flat_map(|sql| sql.split('"').filter(|word| word.starts_with("ck_")))
                .map(str::to_owned)
                .collect()
        }
        Backend::Postgres => {
            texts(store, "SELECT conname::text AS name FROM pg_constraint WHERE contype = 'c' AND conname LIKE 'ck_%'")
                .await
        }
    };
    names.sort();
    names
}

/// Tables with a trigger of this kind of name.
pub async fn guarded(store: &Store, suffix: &str) -> Vec<String> {
    let sql = match store.backend {
        Backend::Sqlite => format!(
            "SELECT tbl_name AS name FROM sqlite_master WHERE type = 'trigger' AND name = 'tr_' || tbl_name || '{suffix}' ORDER BY 1"
        ),
        Backend::Postgres => format!(
            "SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE tgname = 'tr_' || tgrelid::regclass::text || '{suffix}' ORDER BY 1"
        ),
    };
    texts(store, &sql).await
}

async fn texts(store: &Store, sql: &str) -> Vec<String> {
    store.query(sql).await.iter().map(|row| row.try_get("", "name").expect("a text")).collect()
}
