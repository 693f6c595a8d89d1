//! Fresh, empty databases of both kinds.

use super::cluster;
use sea_orm::{ConnectionTrait, Database};
use std::fmt;
use tempfile::TempDir;
use uuid::Uuid;

/// The two kinds of database that every promise holds on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// The embedded default.
    Sqlite,
    /// The shared store.
    Postgres,
}

/// Both kinds.
pub fn backends() -> [Backend; 2] {
    [Backend::Sqlite, Backend::Postgres]
}

/// A database's URL; an SQLite file is gone with it.
#[derive(Debug)]
pub struct Url {
    text: String,
    /// Where the SQLite file lies.
    pub folder: Option<TempDir>,
}

impl Url {
    /// For connecting.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A new database of this kind without any table.
pub async fn fresh_database(backend: Backend) -> Url {
    match backend {
        Backend::Sqlite => {
            let folder = TempDir::with_prefix("onedoor-").expect("a temporary folder");
            let text = format!("sqlite://{}?mode=rwc", folder.path().join("onedoor.db").display());
            Url { text, folder: Some(folder) }
        }
        Backend::Postgres => {
            let cluster = tokio::task::spawn_blocking(cluster::url).await.expect("a PostgreSQL cluster");
            let name = format!("test_{}", Uuid::now_v7().simple());
            let admin = Database::connect(format!("{cluster}/postgres")).await.expect("the cluster answers");
            // Copies files instead of logging pages: faster, and durability is nothing to a test.
            let create = format!("CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy");
            admin.execute_unprepared(&create).await.expect("a new database");
            admin.close().await.expect("the connection closes");
            Url { text: format!("{cluster}/{name}"), folder: None }
        }
    }
}
