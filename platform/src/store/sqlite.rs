//! SQLite: threads that each hold a connection; one hop carries a whole operation.

use super::{Ask, Keys, Param, Rows, Waves};
use crate::{
    error::{Error, Result},
    part::{CellKind, CellRef},
};
use rusqlite::{Connection, OpenFlags, Row, Statement, ToSql, types::ValueRef};
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use std::{path::Path, str::FromStr, thread, time::Duration};
use tokio::sync::oneshot;
use uuid::Uuid;

/// Statements each connection keeps prepared.
const PREPARED: usize = 512;
/// Operations that may wait for a thread; more wait for room.
const QUEUE: usize = 1024;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The threads; they end when the last handle is gone.
#[derive(Debug, Clone)]
pub struct Readers {
    jobs: flume::Sender<Job>,
}

impl Readers {
    pub(super) fn open(url: &str) -> Result<Option<Self>> {
        let options = SqliteConnectOptions::from_str(url).map_err(Error::internal)?;
        let path = options.get_filename().to_owned();
        if !path.is_file() {
            return Ok(None);
        }
        let (jobs, work) = flume::bounded::<Job>(QUEUE);
        let threads = thread::available_parallelism().map_or(2, usize::from).clamp(2, 8);
        for at in 0..threads {
            let connection = connect(&path).map_err(Error::internal)?;
            let work = work.clone();
            let serve = move || work.iter().for_each(|job| job(&connection));
            thread::Builder::new().name(format!("reader-{at}")).spawn(serve).map_err(Error::internal)?;
        }
        Ok(Some(Self { jobs }))
    }

    pub(super) async fn run<W: Waves>(&self, waves: W) -> Result<W> {
        let (done, answer) = oneshot::channel();
        let job = move |connection: &Connection| {
            // Who asked may have gone.
            let _ = done.send(answer_all(connection, waves));
        };
        self.jobs.send_async(Box::new(job)).await.map_err(|_| Error::internal("the readers are gone"))?;
        answer.await.map_err(|_| Error::internal("a reader gave up"))?.map_err(Error::internal)
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    connection.pragma_update(None, "cache_size", -65_536)?;
    connection.pragma_update(None, "mmap_size", 1_073_741_824_i64)?;
    Ok(connection)
}

fn answer_all<W: Waves>(connection: &Connection, mut waves: W) -> rusqlite::Result<W> {
    // From its first statement on a transaction sees one state; it ends with the guard, on an error as well.
    let snapshot = connection.unchecked_transaction()?;
    while let Some((asks, _)) = waves.next() {
        let rows = asks.iter().map(|ask| run(connection, ask)).collect::<rusqlite::Result<_>>()?;
        waves.take(rows);
    }
    snapshot.finish()?;
    Ok(waves)
}

fn run(connection: &Connection, ask: &Ask) -> rusqlite::Result<Rows> {
    let mut statement = connection.prepare_cached(&ask.query.sql)?;
    let mut places = Vec::new();
    for (at, param) in ask.params.iter().enumerate() {
        match param {
            Param::Key => places.push(at + 1),
            Param::Text(text) => statement.raw_bind_parameter(at + 1, text.as_ref())?,
            Param::Int(number) => statement.raw_bind_parameter(at + 1, number)?,
            Param::Bool(truth) => statement.raw_bind_parameter(at + 1, truth)?,
            Param::Uuid(id) => statement.raw_bind_parameter(at + 1, id.as_bytes())?,
        }
    }
    let mut found = Rows::new(ask.query.kinds.len());
    let kinds = &ask.query.kinds;
    match &ask.keys {
        None => fetch(&mut statement, kinds, &mut found)?,
        Some(Keys::Uuid(keys)) => {
            for_keys(&mut statement, &places, keys.iter().map(Uuid::as_bytes), kinds, &mut found)?
        }
        Some(Keys::Text(keys)) => for_keys(&mut statement, &places, keys.iter(), kinds, &mut found)?,
        Some(Keys::Int(keys)) => for_keys(&mut statement, &places, keys.iter(), kinds, &mut found)?,
    }
    Ok(found)
}

fn for_keys<K: ToSql>(
    statement: &mut Statement<'_>,
    places: &[usize],
    keys: impl Iterator<Item = K>,
    kinds: &[CellKind],
    found: &mut Rows,
) -> rusqlite::Result<()> {
    for key in keys {
        for place in places {
            statement.raw_bind_parameter(*place, &key)?;
        }
        fetch(statement, kinds, found)?;
    }
    Ok(())
}

fn fetch(statement: &mut Statement<'_>, kinds: &[CellKind], found: &mut Rows) -> rusqlite::Result<()> {
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        for (at, kind) in kinds.iter().enumerate() {
            found.push(cell(row, at, *kind)?).ok_or(rusqlite::Error::InvalidQuery)?;
        }
    }
    found.end_key();
    Ok(())
}

fn cell<'r>(row: &'r Row<'_>, at: usize, kind: CellKind) -> rusqlite::Result<CellRef<'r>> {
    let value = row.get_ref(at)?;
    let wrong = || rusqlite::Error::InvalidColumnType(at, kind_name(kind).to_owned(), value.data_type());
    Ok(match (kind, value) {
        (_, ValueRef::Null) => CellRef::Null,
        (CellKind::Text, ValueRef::Text(text)) => CellRef::Text(std::str::from_utf8(text).map_err(|_| wrong())?),
        (CellKind::Int | CellKind::BigInt, ValueRef::Integer(number)) => CellRef::Int(number),
        (CellKind::Bool, ValueRef::Integer(number)) => CellRef::Bool(number != 0),
        (CellKind::Uuid, ValueRef::Blob(bytes)) => CellRef::Uuid(Uuid::from_slice(bytes).map_err(|_| wrong())?),
        (CellKind::Bytes, ValueRef::Blob(bytes)) => CellRef::Bytes(bytes),
        _ => return Err(wrong()),
    })
}

fn kind_name(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Text => "text",
        CellKind::Int | CellKind::BigInt => "integer",
        CellKind::Bool => "truth value",
        CellKind::Uuid => "key",
        CellKind::Bytes => "bytes",
    }
}
