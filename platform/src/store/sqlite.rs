//! SQLite: threads that each hold a connection; one hop carries a whole operation.

use super::{
    Ask, Keyed, Keys, Param, Rows, Waves,
    commits::{Commits, Recording},
};
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
use std::{
    path::Path,
    rc::Rc,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::sync::oneshot;
use uuid::Uuid;

/// Statements each connection keeps prepared.
const PREPARED: usize = 512;
/// Operations that may wait for a thread; more wait for room.
const QUEUE: usize = 1024;

/// How long a snapshot is kept while nobody asks.
const HELD: Duration = Duration::from_millis(10);
/// Operations that share a snapshot at most, so that a checkpoint is not kept waiting for long.
const TOGETHER: usize = 64;

/// An operation, by its place among all that were ever asked.
struct Job {
    number: u64,
    /// Whether it asks the record of what was read.
    asks_the_record: bool,
    work: Box<dyn FnOnce(&Connection) + Send>,
}

/// The threads; they end when the last handle is gone.
#[derive(Debug, Clone)]
pub struct Readers {
    jobs: flume::Sender<Job>,
    /// How many operations were asked.
    asked: Arc<AtomicU64>,
    commits: Commits,
}

/// What the snapshot that a connection holds is good for.
struct Snapshot {
    /// Operations asked before it began, by their number.
    before: u64,
    /// What else was committed by then, if that is known.
    others: Option<u32>,
    /// How many operations may share it still.
    left: usize,
}

impl Readers {
    pub(super) fn open(url: &str) -> Result<Option<Self>> {
        let options = SqliteConnectOptions::from_str(url).map_err(Error::internal)?;
        let path = options.get_filename().to_owned();
        if !path.is_file() {
            return Ok(None);
        }
        let (jobs, work) = flume::bounded::<Job>(QUEUE);
        let asked = Arc::new(AtomicU64::new(0));
        let threads = thread::available_parallelism().map_or(2, usize::from).clamp(2, 8);
        let connections = (0..threads).map(|_| connect(&path)).collect::<rusqlite::Result<Vec<_>>>();
        let connections = connections.map_err(Error::internal)?;
        let commits = Commits::of(&path);
        for (at, connection) in connections.into_iter().enumerate() {
            let (work, asked, commits) = (work.clone(), Arc::clone(&asked), commits.clone());
            let serve = move || serve(&connection, &work, &asked, &commits);
            thread::Builder::new().name(format!("reader-{at}")).spawn(serve).map_err(Error::internal)?;
        }
        Ok(Some(Self { jobs, asked, commits }))
    }

    pub(super) async fn run<W: Waves>(&self, waves: W) -> Result<W> {
        let (done, answer) = oneshot::channel();
        let asks_the_record = waves.asks_the_record();
        let work = move |connection: &Connection| {
            // Who asked may have gone.
            let _ = done.send(answer_all(connection, waves));
        };
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        self.jobs
            .send_async(Job { number, asks_the_record, work: Box::new(work) })
            .await
            .map_err(|_| Error::internal("the readers are gone"))?;
        answer.await.map_err(|_| Error::internal("a reader gave up"))?.map_err(Error::internal)
    }

    /// Marks a commit of the record of reads.
    pub(super) fn recording(&self) -> Recording {
        self.commits.recording()
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    array::load_module(&connection)?;
    // The file is not mapped: a new snapshot would drop the whole map, and mapping pages anew costs more than reading them.
    connection.pragma_update(None, "cache_size", -65_536)?;
    // Reads, so that the index of the write-ahead log is there.
    connection.pragma_query_value(None, "schema_version", |_| Ok(()))?;
    Ok(connection)
}

/// Answers operations until nobody can ask any more, in one snapshot as long as that is good for them, since a connection
/// loses the pages it holds whenever a new one sees what others wrote in between.
fn serve(connection: &Connection, work: &flume::Receiver<Job>, asked: &AtomicU64, commits: &Commits) {
    let mut held: Option<Snapshot> = None;
    loop {
        // Whoever reads next often waits for what is recorded just now.
        let waiting = match &held {
            Some(Snapshot { others: Some(_), .. }) => work.recv_timeout(HELD).ok(),
            Some(_) => work.try_recv().ok(),
            None => None,
        };
        let fits = waiting.as_ref().zip(held.as_mut()).is_some_and(|(job, held)| held.takes(job, commits));
        if !fits {
            held = None;
            end(connection);
        }
        let Some(job) = waiting.or_else(|| work.recv().ok()) else { return };
        held.get_or_insert_with(|| Snapshot::begin(asked, commits));
        answer(connection, job);
    }
}

impl Snapshot {
    /// One that begins with the next statement: what is asked or committed from now on it may not see.
    fn begin(asked: &AtomicU64, commits: &Commits) -> Self {
        Self { before: asked.load(Ordering::SeqCst), others: commits.others(), left: TOGETHER }
    }

    /// Whether an operation is answered here as a new snapshot would answer it.
    fn takes(&mut self, job: &Job, commits: &Commits) -> bool {
        self.left = self.left.saturating_sub(1);
        let nothing_new = || !job.asks_the_record && self.others.is_some() && self.others == commits.others_at_least();
        self.left > 0 && (job.number < self.before || nothing_new())
    }
}

fn end(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("COMMIT")
    {
        tracing::error!(%error, "a snapshot could not be ended");
    }
}

fn answer(connection: &Connection, job: Job) {
    // From its first statement on a transaction sees one state; an error may have ended the one before.
    if connection.is_autocommit()
        && let Err(error) = connection.execute_batch("BEGIN")
    {
        return tracing::error!(%error, "no snapshot");
    }
    (job.work)(connection);
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
