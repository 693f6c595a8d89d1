//! The two pools of one database: one that writes, one that reads.

use crate::{error::Result, store::Store, telemetry};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    SqliteTransactionMode, TransactionOptions, TransactionTrait, sqlx::sqlite::SqliteSynchronous,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// Connections to one SQLite file or one PostgreSQL database.
#[derive(Debug, Clone)]
pub struct Db {
    /// Takes changes. SQLite: exactly one connection, so that writers queue here and never meet "locked".
    pub writer: DatabaseConnection,
    /// Answers queries.
    pub reader: DatabaseConnection,
    /// Answers planned reads, where this kind of database is served so.
    pub store: Option<Store>,
    /// Told after every commit that left an event, for those in this process who wait for one.
    pub committed: Arc<Notify>,
}

impl Db {
    /// Connects by URL: `sqlite:///path/onedoor.db?mode=rwc` or `postgres://…`.
    pub async fn connect(url: &str) -> Result<Self> {
        let sqlite = url.starts_with("sqlite:");
        // On PostgreSQL one of the readers listens for events.
        let (writers, readers) = if sqlite { (1, 4) } else { (8, 9) };
        let (writer, reader) = (open(url, sqlite, writers).await?, open(url, sqlite, readers).await?);
        Ok(Self { writer, reader, store: Store::open(url)?, committed: Arc::default() })
    }

    /// Which database it is.
    pub fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    /// Whether each commit on SQLite waits for the disk, as it does from the start. A store that is only being filled
    /// need not: losing power then loses its last commits, and never leaves it torn.
    pub async fn wait_for_disk(&self, wait: bool) -> Result<()> {
        if self.backend() == DbBackend::Sqlite {
            let pragma = if wait { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" };
            self.writer.execute_unprepared(pragma).await?;
        }
        Ok(())
    }

    /// Opens a transaction that may write: `BEGIN IMMEDIATE` on SQLite, READ COMMITTED on PostgreSQL.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.writer.begin_with_options(options).await?)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that opens the database")]
async fn open(url: &str, sqlite: bool, connections: u32) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire_if_idle_for(Duration::from_secs(30))
        .sqlx_logging(false);
    if sqlite {
        options.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .foreign_keys(true)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(10))
                .pragma("journal_mode", "WAL")
                // A page that is in memory is not copied out of the system's cache for every statement.
                .pragma("cache_size", "-65536")
                // A statement that may be taken back notes the pages it changes: not in a file of its own.
                .pragma("temp_store", "MEMORY")
        });
    } else {
        // Nothing that a clerk waits for takes longer; a stuck statement must not hold a case.
        options.map_sqlx_postgres_opts(|postgres| {
            postgres.options([("statement_timeout", "10s"), ("lock_timeout", "8s")])
        });
    }
    let mut connection = Database::connect(options).await?;
    connection.set_metric_callback(|_| telemetry::count());
    Ok(connection)
}
