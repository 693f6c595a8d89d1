//! Triggers that hold what no constraint can: rows that never change, and rules between tables.

use sea_orm_migration::{
    SchemaManager,
    sea_orm::{ConnectionTrait, DbBackend, DbErr},
};

/// Runs the text of the database at hand.
pub async fn raw(manager: &SchemaManager<'_>, sqlite: &str, postgres: &str) -> Result<(), DbErr> {
    let sql = if manager.get_database_backend() == DbBackend::Postgres { postgres } else { sqlite };
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}

/// Refuses to change or delete rows of a table, by whatever statement.
///
/// `keys` are the column lists that identify a row: SQLite's `INSERT OR REPLACE` deletes the row of an equal
/// key and passes by UPDATE and DELETE triggers, so an insert over an existing key is refused as well.
pub async fn append_only(manager: &SchemaManager<'_>, table: &str, keys: &[Vec<&str>]) -> Result<(), DbErr> {
    let sqlite = format!(
        "CREATE TRIGGER tr_{table}_no_update BEFORE UPDATE ON \"{table}\"
         BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
         {} {}",
        no_delete(table),
        no_replace(table, keys)
    );
    let postgres = format!(
        "CREATE TRIGGER tr_{table}_append_only BEFORE UPDATE OR DELETE ON \"{table}\"
         FOR EACH ROW EXECUTE FUNCTION onedoor_append_only();
         CREATE TRIGGER tr_{table}_no_truncate BEFORE TRUNCATE ON \"{table}\"
         FOR EACH STATEMENT EXECUTE FUNCTION onedoor_append_only();"
    );
    raw(manager, &sqlite, &postgres).await
}

/// Refuses to delete rows of a table, by whatever statement; their change is another trigger's business.
pub async fn never_deleted(manager: &SchemaManager<'_>, table: &str, keys: &[Vec<&str>]) -> Result<(), DbErr> {
    let sqlite = format!("{} {}", no_delete(table), no_replace(table, keys));
    let postgres = format!(
        "CREATE TRIGGER tr_{table}_no_delete BEFORE DELETE ON \"{table}\"
         FOR EACH ROW EXECUTE FUNCTION onedoor_append_only();
         CREATE TRIGGER tr_{table}_no_truncate BEFORE TRUNCATE ON \"{table}\"
         FOR EACH STATEMENT EXECUTE FUNCTION onedoor_append_only();"
    );
    raw(manager, &sqlite, &postgres).await
}

fn no_delete(table: &str) -> String {
    format!(
        "CREATE TRIGGER tr_{table}_no_delete BEFORE DELETE ON \"{table}\"
         BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
    )
}

fn no_replace(table: &str, keys: &[Vec<&str>]) -> String {
    if keys.is_empty() {
        return String::new();
    }
    let equal = |key: &Vec<&str>| {
        let columns: Vec<String> = key.iter().map(|column| format!("\"{column}\" = NEW.\"{column}\"")).collect();
        format!("EXISTS (SELECT 1 FROM \"{table}\" WHERE {})", columns.join(" AND "))
    };
    let rules: Vec<String> = keys.iter().map(equal).collect();
    format!(
        "CREATE TRIGGER tr_{table}_no_replace BEFORE INSERT ON \"{table}\" WHEN {}
         BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;",
        rules.join(" OR ")
    )
}

/// The function behind PostgreSQL's append-only triggers; 23001 is `restrict_violation`.
pub async fn functions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let postgres = "CREATE FUNCTION onedoor_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23001', TABLE = TG_TABLE_NAME;
        END $$;";
    if manager.get_database_backend() == DbBackend::Postgres {
        manager.get_connection().execute_unprepared(postgres).await?;
    }
    Ok(())
}
