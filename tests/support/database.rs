//! Fresh, empty databases of both kinds.

use super::cluster;
use sea_orm::{ConnectionTrait, Database};
use std::{
    ffi::OsString,
    fmt,
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};
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
            let folder = temporary_folder();
            Url { text: sqlite(&folder), folder: Some(folder) }
        }
        Backend::Postgres => create("template0").await,
    }
}

/// The content of a database, to be copied any number of times.
pub enum Kept {
    /// An SQLite database's files.
    Files(Files),
    /// A PostgreSQL database's name.
    Name(String),
}

impl Kept {
    /// Keeps a database that nothing is connected to any more.
    pub fn of(database: Url) -> Self {
        match &database.folder {
            Some(folder) => Self::Files(Files::of(folder.path())),
            None => Self::Name(database.as_str().rsplit('/').next().expect("a name").to_owned()),
        }
    }

    /// A new database with this content.
    pub async fn copy(&self) -> Url {
        match self {
            Self::Files(files) => {
                let folder = files.lay();
                Url { text: sqlite(&folder), folder: Some(folder) }
            }
            Self::Name(name) => create(name).await,
        }
    }
}

/// The files of one folder, in memory: a folder kept for the whole process would outlive it.
pub struct Files(Vec<(OsString, Vec<u8>)>);

impl Files {
    /// Reads every file of a folder.
    pub fn of(folder: &Path) -> Self {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        Self(entries.map(|entry| (entry.file_name(), fs::read(entry.path()).expect("a file"))).collect())
    }

    /// A new folder with these files.
    pub fn lay(&self) -> TempDir {
        let folder = temporary_folder();
        for (name, bytes) in &self.0 {
            // Keys that others may read are refused.
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.path().join(name));
            file.expect("a new file").write_all(bytes).expect("a file written");
        }
        folder
    }
}

/// A new folder, gone with its handle.
pub fn temporary_folder() -> TempDir {
    TempDir::with_prefix("onedoor-").expect("a temporary folder")
}

fn sqlite(folder: &TempDir) -> String {
    format!("sqlite://{}?mode=rwc", folder.path().join("onedoor.db").display())
}

async fn create(template: &str) -> Url {
    let cluster = tokio::task::spawn_blocking(cluster::url).await.expect("a PostgreSQL cluster");
    let name = format!("test_{}", Uuid::now_v7().simple());
    let admin = Database::connect(format!("{cluster}/postgres")).await.expect("the cluster answers");
    // Copies files instead of logging pages: faster, and durability is nothing to a test.
    let create = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy");
    admin.execute_unprepared(&create).await.expect("a new database");
    admin.close().await.expect("the connection closes");
    Url { text: format!("{cluster}/{name}"), folder: None }
}
