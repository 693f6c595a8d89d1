//! A store laid bare while very many rows go in: nothing looks at each row and no index is kept, and what they would have
//! kept is made at once in the end.

use anyhow::Result;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use std::time::Duration;

/// One connection, and how to make again what was taken away.
pub struct Bare {
    /// Where rows go in.
    pub db: DatabaseConnection,
    indexes: Vec<String>,
    triggers: Vec<String>,
}

/// Every posting by what a total is of.
const TOTALS: &str = "INSERT INTO ledger_total (id, jurisdiction, programme, channel, month, kind, entries, amount_fen) \
    SELECT FIRST, a.jurisdiction, e.programme, e.channel, substr(e.posted_on, 1, 7), e.kind, count(*), \
    CAST(sum(e.amount_fen) AS bigint) FROM ledger_entry e JOIN account a ON a.id = e.debit_account_id \
    GROUP BY a.jurisdiction, e.programme, e.channel, substr(e.posted_on, 1, 7), e.kind";
/// What went into every account less what went out of it.
const BALANCES: &str = "WITH moved AS ( \
    SELECT debit_account_id AS id, sum(amount_fen) AS fen FROM ledger_entry GROUP BY debit_account_id UNION ALL \
    SELECT credit_account_id, -sum(amount_fen) FROM ledger_entry GROUP BY credit_account_id) \
    UPDATE account SET balance_fen = (SELECT CAST(COALESCE(sum(fen), 0) AS bigint) FROM moved WHERE moved.id = account.id)";

impl Bare {
    /// Takes triggers and indexes away.
    pub async fn strip(url: &str) -> Result<Self> {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false).acquire_timeout(Duration::from_secs(60));
        let db = Database::connect(options).await?;
        let (settings, made) = match db.get_database_backend() {
            DbBackend::Sqlite => (
                "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; \
                 PRAGMA busy_timeout = 60000; PRAGMA temp_store = FILE",
                "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL",
            ),
            _ => (
                "SET session_replication_role = replica; SET maintenance_work_mem = '1GB'; SET synchronous_commit = off",
                "SELECT 'index', indexname::text, indexdef FROM pg_indexes WHERE schemaname = current_schema() \
                 AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            ),
        };
        db.execute_unprepared(settings).await?;
        let (mut indexes, mut triggers) = (Vec::new(), Vec::new());
        for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), made)).await? {
            let (kind, name): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let again = if kind == "index" { &mut indexes } else { &mut triggers };
            again.push(row.try_get_by_index(2)?);
            db.execute_unprepared(&format!("DROP {kind} \"{name}\"")).await?;
        }
        Ok(Self { db, indexes, triggers })
    }

    /// Makes what triggers and indexes would have kept, then these.
    pub async fn dress(self) -> Result<()> {
        let first = match self.db.get_database_backend() {
            DbBackend::Sqlite => "min(e.id)",
            _ => "CAST(min(CAST(e.id AS text)) AS uuid)",
        };
        let kept = ["DELETE FROM ledger_total".to_owned(), TOTALS.replace("FIRST", first), BALANCES.to_owned()];
        for statement in kept.iter().chain(&self.indexes).chain(&self.triggers) {
            self.db.execute_unprepared(statement).await?;
        }
        Ok(self.db.close().await?)
    }
}
