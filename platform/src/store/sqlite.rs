//! SQLite: threads that each hold a connection; one hop carries a whole operation.

use super::{Ask, Keyed, Keys, Param, Rows, Waves};
use crate::{
    error::{Error, Result},
    part::{CellKind, CellRef},
};
use rusqlite::{
    Connection, OpenFlags, Row, Statement, ToSql,
    types::{Value, ValueRef},
    vtab::array::{self, Array},
};
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use std::{path::Path, rc::Rc, str::FromStr, thread, time::Duration};
use tokio::sync::oneshot;
use uuid::Uuid;

/// Statements each connection keeps prepared.
const PREPARED: usize = 512;
/// Operations that may wait for a thread; more wait for room.
const QUEUE: usize = 1024;

/// Operations that share a snapshot at most, beside the first.
const TOGETHER: usize = 8;

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
            let serve = move || serve(&connection, &work, threads);
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
    array::load_module(&connection)?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    connection.pragma_update(None, "mmap_size", 1_073_741_824_i64)?;
    Ok(connection)
}

/// Answers operations until nobody can ask any more. Those that wait already share one snapshot, since a connection
/// loses the pages it holds whenever a new one sees what others wrote in between.
fn serve(connection: &Connection, work: &flume::Receiver<Job>, threads: usize) {
    while let Ok(first) = work.recv() {
        // None that comes later: it may have been asked after a change that this snapshot does not see.
        let share = (work.len() / threads).min(TOGETHER);
        let jobs: Vec<_> = std::iter::once(first).chain(work.try_iter().take(share)).collect();
        for job in jobs {
            // From its first statement on a transaction sees one state; an error may have ended the one before.
            if connection.is_autocommit()
                && let Err(error) = connection.execute_batch("BEGIN")
            {
                tracing::error!(%error, "no snapshot");
                continue;
            }
            job(connection);
        }
        if !connection.is_autocommit()
            && let Err(error) = connection.execute_batch("COMMIT")
        {
            tracing::error!(%error, "a snapshot could not be ended");
        }
    }
}

fn answer_all<W: Waves>(connection: &Connection, mut waves: W) -> rusqlite::Result<W> {
    while let Some((asks, _)) = waves.next() {
        let rows = asks.iter().map(|ask| run(connection, ask)).collect::<rusqlite::Result<_>>()?;
        waves.take(rows);
    }
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
    match (&ask.keys, ask.query.keyed) {
        (None, _) => fetch(&mut statement, kinds, &mut found)?,
        (Some(keys), Keyed::AllAtOnce) => {
            let values = values(keys);
            for place in places {
                statement.raw_bind_parameter(place, &values)?;
            }
            fetch_by_place(&mut statement, kinds, keys.len(), &mut found)?;
        }
        (Some(Keys::Uuid(keys)), _) => {
            for_each(&mut statement, &places, keys.iter().map(Uuid::as_bytes), kinds, &mut found)?
        }
        (Some(Keys::Text(keys)), _) => for_each(&mut statement, &places, keys.iter(), kinds, &mut found)?,
        (Some(Keys::Int(keys)), _) => for_each(&mut statement, &places, keys.iter(), kinds, &mut found)?,
    }
    Ok(found)
}

/// Keys as a table takes them.
fn values(keys: &Keys) -> Array {
    Rc::new(match keys {
        Keys::Uuid(keys) => keys.iter().map(|key| Value::Blob(key.as_bytes().to_vec())).collect(),
        Keys::Text(keys) => keys.iter().map(|key| Value::Text(key.clone())).collect(),
        Keys::Int(keys) => keys.iter().copied().map(Value::Integer).collect(),
    })
}

fn for_each<K: ToSql>(
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
        push(row, 0, kinds, found)?;
    }
    found.end_key();
    Ok(())
}

/// Fetches rows whose first column is the place of their key, counted from 1.
fn fetch_by_place(
    statement: &mut Statement<'_>,
    kinds: &[CellKind],
    keys: usize,
    found: &mut Rows,
) -> rusqlite::Result<()> {
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let place: i64 = row.get(0)?;
        let place = usize::try_from(place).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, place))?;
        found.end_keys_before(place);
        push(row, 1, kinds, found)?;
    }
    found.end_keys_before(keys + 1);
    Ok(())
}

fn push(row: &Row<'_>, first: usize, kinds: &[CellKind], found: &mut Rows) -> rusqlite::Result<()> {
    for (at, kind) in kinds.iter().enumerate() {
        found.push(cell(row, first + at, *kind)?).ok_or(rusqlite::Error::InvalidQuery)?;
    }
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
