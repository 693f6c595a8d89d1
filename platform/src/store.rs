//! Planned reads: the statements of one operation, in one snapshot, on whichever database there is.
//!
//! Writes and everything else go through sea-orm; what comes here is text that was built once, and values.

mod commits;
mod postgres;
mod rows;
mod sqlite;

pub use commits::Recording;
pub use rows::Rows;

use crate::{error::Result, part::CellKind, telemetry};
use postgres::Pool;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query as Sql, SelectStatement};
use sqlite::Readers;
use std::{fmt, sync::Arc};
use uuid::Uuid;

/// A statement: its text, and what its columns are.
#[derive(Debug)]
pub struct Query {
    /// The text in the database's own dialect.
    pub sql: String,
    /// The columns, without the place of the key.
    pub kinds: Vec<CellKind>,
    keyed: Keyed,
}

/// How a statement runs for keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keyed {
    /// It is given none.
    No,
    /// Once for each.
    EachAlone,
    /// Once for all: its first column is the place of the key, counted from 1.
    AllAtOnce,
}

impl Query {
    /// How the text of a statement that runs for keys names the key on PostgreSQL.
    pub const KEY: &str = "p.key";
    /// The same on SQLite, in a statement that reads all keys from a table of them; elsewhere the key is a value.
    pub const KEY_OF_ALL: &str = "p.value";
    /// How the place of the key is called there.
    pub const PLACE: &str = "key_at";

    /// A statement that runs once.
    pub fn once(sql: String, kinds: Vec<CellKind>) -> Self {
        Self { sql, kinds, keyed: Keyed::No }
    }

    /// A statement that runs for each key, from its text for one key, which takes so many values beside it.
    pub fn for_each_key(sql: String, kinds: Vec<CellKind>, values: usize, sqlite: bool) -> Self {
        if sqlite {
            return Self { sql, kinds, keyed: Keyed::EachAlone };
        }
        let keys = values + 1;
        let sql = format!(
            "SELECT p.at, t.* FROM unnest(${keys}) WITH ORDINALITY AS p(key, at) CROSS JOIN LATERAL ({sql}) AS t"
        );
        Self { sql, kinds, keyed: Keyed::AllAtOnce }
    }

    /// On SQLite, where rows of a key need no bound of their own: from a text that selects the key's place first and
    /// begins at the table of keys, as [`begin_at_keys`](Self::begin_at_keys) lets it. Running once costs half of running
    /// for each.
    pub fn for_all_keys(sql: String, kinds: Vec<CellKind>) -> Self {
        Self { sql, kinds, keyed: Keyed::AllAtOnce }
    }

    /// A statement for SQLite over the rows of a table that hold one of the keys in a column, key by key; the place of the
    /// key is selected.
    pub fn begin_at_keys(keys: Expr, table: &'static str, column: &'static str) -> SelectStatement {
        let holds = Expr::col((Alias::new(table), Alias::new(column))).eq(Expr::cust(Self::KEY_OF_ALL));
        let mut query = Sql::select();
        query
            .expr_as(Expr::cust("p.rowid"), Alias::new(Self::PLACE))
            .from_function(Func::cust("rarray").arg(keys), "p");
        // SQLite does not turn a cross join round.
        query.cross_join(Alias::new(table)).and_where(holds);
        query
    }
}

/// A value bound to a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    /// Where SQLite takes the key or all of them; PostgreSQL takes all keys as its last value.
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
    /// Whether rows of the record of what was read are asked for.
    fn asks_the_record(&self) -> bool {
        false
    }
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

    /// To be held while a commit is of the record of reads alone: then snapshots need not be given up for it.
    pub fn recording(&self) -> Option<Recording> {
        match &self.driver {
            Driver::Sqlite(readers) => Some(readers.recording()),
            Driver::Postgres(_) => None,
        }
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

    fn asks_the_record(&self) -> bool {
        self.waves.asks_the_record()
    }
}

#[cfg(test)]
mod tests {
    use super::{Expr, Query};
    use sea_orm::sea_query::{Alias, SqliteQueryBuilder};

    #[test]
    fn rows_of_keys_are_those_that_hold_them() {
        let mut query = Query::begin_at_keys(Expr::cust("?"), "person", "id");
        let text = query.column((Alias::new("person"), Alias::new("name_zh"))).to_string(SqliteQueryBuilder);
        assert_eq!(
            text,
            "SELECT p.rowid AS \"key_at\", \"person\".\"name_zh\" FROM rarray(?) AS \"p\" CROSS JOIN \"person\" \
             WHERE \"person\".\"id\" = (p.value)"
        );
    }
}
