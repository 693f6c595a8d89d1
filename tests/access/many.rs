//! A lived town many times over: every row of what grows is copied with new keys, so that copies hang together as their
//! originals do.

use platform::Platform;
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, TransactionTrait};
use std::collections::BTreeMap;
use tests::support::Backend;

/// Copies of what hangs on persons and cases; of the record, which is long as it is, fewer.
const COPIES: usize = 200;
const COPIES_OF_THE_RECORD: usize = 40;
/// Tables that do not grow with a town's cases; of the volumes of the record, which are walked one by one, there is one for
/// some thousand rows.
pub const FIXED: [&str; 21] = [
    "account",
    "api_client",
    "assignment",
    "audit_head",
    "audit_volume",
    "channel_rule",
    "disbursement_batch",
    "import_batch",
    "jurisdiction",
    "org_unit",
    "outbox_head",
    "parameter",
    "policy_document",
    "policy_version",
    "seaql_migrations",
    "service_window",
    "setting",
    "user_account",
    "work_calendar",
    "ledger_total",
    "sqlite_sequence",
];
/// Columns of which no two rows are alike, beside keys.
const NUMBERS: [(&str, &str); 7] = [
    ("application", "number"),
    ("benefit", "certificate_no"),
    ("decision", "number"),
    ("idempotency_key", "key"),
    ("person", "temporary_key"),
    ("request", "number"),
    ("verification_report", "number"),
];
const PLACES: [(&str, &str); 2] = [("audit_event", "seq"), ("outbox", "position")];

/// Copies every row.
pub async fn multiply(platform: &Platform, backend: Backend) {
    let db = &platform.db.writer;
    let off = match backend {
        Backend::Sqlite => "PRAGMA foreign_keys = OFF",
        Backend::Postgres => "SELECT 1",
    };
    db.execute_unprepared(off).await.expect("off");
    let transaction = db.begin().await.expect("a transaction");
    let triggers = silence(&transaction, backend).await;
    for (table, columns) in columns(&transaction, backend).await {
        if FIXED.contains(&table.as_str()) {
            continue;
        }
        let copies = if table.starts_with("audit") { COPIES_OF_THE_RECORD } else { COPIES };
        let names: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let values: Vec<String> = columns.iter().map(|(name, is_key)| value(backend, &table, name, *is_key)).collect();
        let (names, values) = (names.join(", "), values.join(", "));
        let numbers = match backend {
            Backend::Sqlite => format!(
                "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {copies}) SELECT i FROM n) AS n"
            ),
            Backend::Postgres => format!("generate_series(1, {copies}) AS n(i)"),
        };
        let sql =
            format!("INSERT INTO \"{table}\" ({names}) SELECT {values} FROM \"{table}\" AS t CROSS JOIN {numbers}");
        transaction.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    for trigger in triggers {
        transaction.execute_unprepared(&trigger).await.expect("the trigger again");
    }
    transaction.commit().await.expect("the town");
    let settled = if backend == Backend::Sqlite { "PRAGMA foreign_keys = ON" } else { "VACUUM ANALYZE" };
    db.execute_unprepared(settled).await.expect("settled");
}

/// Keeps triggers from looking at copies; answers how to make them again.
async fn silence(transaction: &DatabaseTransaction, backend: Backend) -> Vec<String> {
    if backend == Backend::Postgres {
        transaction.execute_unprepared("SET LOCAL session_replication_role = replica").await.expect("set");
        return Vec::new();
    }
    let sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'";
    let rows = transaction.query_all_raw(Statement::from_string(transaction.get_database_backend(), sql)).await;
    let mut made = Vec::new();
    for row in rows.expect("triggers") {
        let name: String = row.try_get_by_index(0).expect("a name");
        transaction.execute_unprepared(&format!("DROP TRIGGER \"{name}\"")).await.expect("dropped");
        made.push(row.try_get_by_index(1).expect("text"));
    }
    made
}

/// The columns of every table, and whether they hold the key of a row that is copied.
async fn columns(transaction: &DatabaseTransaction, backend: Backend) -> BTreeMap<String, Vec<(String, bool)>> {
    let sql = match backend {
        Backend::Sqlite => {
            "SELECT m.name, p.name, p.type = 'BLOB', f.\"table\" FROM sqlite_master AS m, pragma_table_info(m.name) AS p \
             LEFT JOIN pragma_foreign_key_list(m.name) AS f ON f.\"from\" = p.name WHERE m.type = 'table'"
        }
        Backend::Postgres => {
            "SELECT c.table_name::text, c.column_name::text, (c.data_type = 'uuid')::int, \
             (SELECT confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND conrelid = c.table_name::regclass \
              AND conkey = ARRAY[c.ordinal_position::int2]) FROM information_schema.columns AS c WHERE c.table_schema = 'public'"
        }
    };
    let rows = transaction.query_all_raw(Statement::from_string(transaction.get_database_backend(), sql)).await;
    let mut columns: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    for row in rows.expect("columns") {
        let (table, name): (String, String) =
            (row.try_get_by_index(0).expect("a table"), row.try_get_by_index(1).expect("a column"));
        let (key, target): (i32, Option<String>) =
            (row.try_get_by_index(2).expect("whether"), row.try_get_by_index(3).expect("a table"));
        let copied = target.is_none_or(|target| !FIXED.contains(&target.as_str()));
        let sealed = name.ends_with("_cipher");
        columns.entry(table).or_default().push((name, key != 0 && copied && !sealed));
    }
    columns
}

/// A column of a copy.
fn value(backend: Backend, table: &str, column: &str, is_key: bool) -> String {
    let sqlite = backend == Backend::Sqlite;
    if is_key {
        return if sqlite {
            format!("CAST(substr(t.\"{column}\", 1, 12) || unhex(printf('%08x', n.i)) AS BLOB)")
        } else {
            format!("(left(t.\"{column}\"::text, 28) || lpad(to_hex(n.i), 8, '0'))::uuid")
        };
    }
    if NUMBERS.contains(&(table, column)) {
        return format!("t.\"{column}\" || '-' || n.i");
    }
    if PLACES.contains(&(table, column)) {
        return format!("t.\"{column}\" + 1000000 * n.i");
    }
    // Of a town's cases most are over.
    if (table, column) == ("application", "state") {
        return format!("CASE n.i % 10 WHEN 0 THEN t.\"{column}\" ELSE 'ACTIVE' END");
    }
    match (column, sqlite) {
        ("id_number_hash", true) => format!("substr(t.\"{column}\", 1, 56) || printf('%08x', n.i)"),
        ("id_number_hash", false) => format!("left(t.\"{column}\", 56) || lpad(to_hex(n.i), 8, '0')"),
        _ => format!("t.\"{column}\""),
    }
}
