//! Planned reads: the statements of one operation, in one snapshot, on whichever database there is.
//!
//! Writes and everything else go through sea-orm; what comes here is text that was built once, and values.

mod postgres;
mod rows;
mod sqlite;

pub use rows::Rows;

use crate::{error::Result, part::CellKind, telemetry};
use postgres::Pool;
use sqlite::Readers;
use std::{fmt, sync::Arc};
use uuid::Uuid;

/// A statement: its text, and what its columns are.
#[derive(Debug)]
pub struct Query {
    /// The text in the database's own dialect. On PostgreSQL the first column of one that runs for keys is the
    /// place of the key, counted from 1, and is none of `kinds`.
    pub sql: String,
    /// The columns.
    pub kinds: Vec<CellKind>,
}

impl Query {
    /// How the text of a statement that runs for keys names the key on PostgreSQL; on SQLite it is a value like others.
    pub const KEY: &str = "p.key";

    /// A statement that runs for keys, from the text for one key, which takes so many values beside it.
    pub fn for_keys(sql: String, kinds: Vec<CellKind>, values: usize, sqlite: bool) -> Self {
        if sqlite {
            return Self { sql, kinds };
        }
        let keys = values + 1;
        let sql = format!(
            "SELECT p.at, t.* FROM unnest(${keys}) WITH ORDINALITY AS p(key, at) CROSS JOIN LATERAL ({sql}) AS t"
        );
        Self { sql, kinds }
    }
}

/// A value bound to a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    /// Where SQLite takes the key; PostgreSQL takes all keys as its last value.
    Key,
    /// Text.
    Text(Arc<str>),
    /// An integer.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// A key.
    Uuid(Uuid),
}

/// Keys of rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Keys {
    /// Identifiers.
    Uuid(Vec<Uuid>),
    /// Codes.
    Text(Vec<String>),
    /// Numbers.
    Int(Vec<i64>),
}

impl Keys {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::Uuid(keys) => keys.len(),
            Self::Text(keys) => keys.len(),
            Self::Int(keys) => keys.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A statement to run: once, or once for each key.
#[derive(Debug)]
pub struct Ask {
    /// The statement.
    pub query: Arc<Query>,
    /// Its values in order.
    pub params: Vec<Param>,
    /// What it runs for, if it is not to run just once.
    pub keys: Option<Keys>,
}

/// An operation's statements, wave by wave: those of one wave need nothing of each other.
pub trait Waves: Send + 'static {
    /// What runs next, and whether it is the last; `None` when all is done.
    fn next(&mut self) -> Option<(Vec<Ask>, bool)>;
    /// Takes the rows of the wave, one answer for each statement.
    fn take(&mut self, rows: Vec<Rows>);
}

/// Connections that only read.
#[derive(Clone)]
pub struct Store {
    driver: Driver,
    watch: Option<Watch>,
}

#[derive(Debug, Clone)]
enum Driver {
    /// Threads over one file.
    Sqlite(Readers),
    /// A pool.
    Postgres(Pool),
}

/// Told of every statement before it runs, to look at how it does.
pub type Watch = Arc<dyn Fn(&Ask) + Send + Sync>;

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.driver.fmt(f)
    }
}

impl Store {
    /// Opens readers by URL; `None` where this kind of URL is not served this way, such as a database in memory.
    ///
    /// Error: the database does not open.
    pub fn open(url: &str) -> Result<Option<Self>> {
        let driver = if url.starts_with("sqlite:") {
            Readers::open(url)?.map(Driver::Sqlite)
        } else {
            Pool::open(url)?.map(Driver::Postgres)
        };
        Ok(driver.map(|driver| Self { driver, watch: None }))
    }

    /// Has every statement told before it runs.
    #[must_use]
    pub fn watched(self, watch: Watch) -> Self {
        Self { watch: Some(watch), ..self }
    }

    /// Which dialect its statements are written in.
    pub fn is_sqlite(&self) -> bool {
        matches!(self.driver, Driver::Sqlite(_))
    }

    /// Runs one statement.
    ///
    /// Error: the database did not answer.
    pub async fn rows(&self, ask: Ask) -> Result<Rows> {
        Ok(self.run(Single { ask: Some(ask), rows: Rows::default() }).await?.rows)
    }

    /// Runs all waves in one snapshot and gives them back with what they took.
    ///
    /// Error: the database did not answer; nothing of the operation may be told.
    pub async fn run<W: Waves>(&self, waves: W) -> Result<W> {
        let waves = Counted { waves, counter: telemetry::counter(), watch: self.watch.clone() };
        let counted = match &self.driver {
            Driver::Sqlite(readers) => readers.run(waves).await,
            Driver::Postgres(pool) => pool.run(waves).await,
        };
        Ok(counted?.waves)
    }
}

/// One statement alone.
struct Single {
    ask: Option<Ask>,
    rows: Rows,
}

impl Waves for Single {
    fn next(&mut self) -> Option<(Vec<Ask>, bool)> {
        Some((vec![self.ask.take()?], true))
    }

    fn take(&mut self, rows: Vec<Rows>) {
        self.rows = rows.into_iter().next().unwrap_or_default();
    }
}

/// Counts the statements of an operation, on whatever thread they run.
struct Counted<W> {
    waves: W,
    counter: Option<telemetry::Counter>,
    watch: Option<Watch>,
}

impl<W: Waves> Waves for Counted<W> {
    fn next(&mut self) -> Option<(Vec<Ask>, bool)> {
        let (asks, last) = self.waves.next()?;
        if let Some(counter) = &self.counter {
            telemetry::add(counter, asks.len());
        }
        if let Some(watch) = &self.watch {
            asks.iter().for_each(|ask| watch(ask));
        }
        Some((asks, last))
    }

    fn take(&mut self, rows: Vec<Rows>) {
        self.waves.take(rows);
    }
}
