//! The record of what is read: a chain of its own. An answer leaves when its reading is on record; readings that come
//! at once share one commit.

use super::{Body, Draft, Seen, append_all, body, persons};
use crate::{
    error::{Error, Result},
    op::{Op, Platform},
    store::Store,
};
use entity::enums::AuditOutcome;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Chain of all reads through the gateway.
pub(crate) const READS: &str = "read:GATEWAY";
/// Reads that may wait to be written; a query waits for room when there are more.
const QUEUE_READS: usize = 4096;
/// Reads written in one transaction at most.
const BATCH_READS: usize = 256;

/// One operation's reading of personal rows.
#[derive(Clone)]
pub struct Read {
    body: Body,
    /// Whether the body names the persons already.
    asked: bool,
}

/// What comes to the writer.
enum Entry {
    /// A reading, and who waits for it to be written.
    Read(Box<Read>, Option<oneshot::Sender<bool>>),
    /// Who waits until all that came before is written.
    Settle(oneshot::Sender<()>),
}

/// Takes reads and writes them in batches.
#[derive(Debug, Clone)]
pub struct ReadLog {
    sender: mpsc::Sender<Entry>,
}

impl Read {
    /// What this operation read; `None` if no personal row was read or nobody is signed in.
    pub fn of(op: &Op, operation: &str, seen: Seen) -> Option<Self> {
        let actor = op.actor().filter(|_| !seen.is_empty())?;
        let draft = Draft {
            action: operation,
            outcome: AuditOutcome::Done,
            code: None,
            subject: None,
            application_id: None,
            jurisdiction: &actor.jurisdiction,
            rows: Vec::new(),
        };
        let (rows, persons) = seen.into_parts();
        let read = rows.into_iter().collect();
        let asked = persons.is_some();
        let persons = persons.unwrap_or_default();
        Some(Self { body: Body { chain: READS.to_owned(), read, persons, ..body(op, draft) }, asked })
    }
}

impl ReadLog {
    /// Starts the writer; it ends when every clone of the log is gone and the queue is empty.
    pub fn start(platform: Arc<Platform>) -> Self {
        let (sender, mut receiver) = mpsc::channel(QUEUE_READS);
        tokio::spawn(async move {
            let mut batch = Vec::new();
            while receiver.recv_many(&mut batch, BATCH_READS).await > 0 {
                write_batch(&platform, batch.drain(..)).await;
            }
        });
        Self { sender }
    }

    /// Waits until a read is written; what was read may be told only then.
    ///
    /// Error: the record cannot be written.
    pub async fn record(&self, read: Read) -> Result<()> {
        let (done, written) = oneshot::channel();
        let sent = self.sender.send(Entry::Read(Box::new(read), Some(done))).await;
        match (sent, written.await) {
            (Ok(()), Ok(true)) => Ok(()),
            _ => Err(Error::internal("a reading could not be recorded")),
        }
    }

    /// Hands over a read of what was told already; waits for room when the writer is behind.
    pub async fn hand_over(&self, read: Read) {
        if self.sender.send(Entry::Read(Box::new(read), None)).await.is_err() {
            tracing::error!("the record of reads is closed");
        }
    }

    /// Waits until every read handed over so far is written.
    pub async fn settle(&self) {
        let (done, written) = oneshot::channel();
        if self.sender.send(Entry::Settle(done)).await.is_err() || written.await.is_err() {
            tracing::error!("the record of reads is closed");
        }
    }
}

async fn write_batch(platform: &Platform, entries: impl Iterator<Item = Entry>) {
    let (mut reads, mut readers, mut settling) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Entry::Read(read, reader) => {
                reads.push(*read);
                readers.push(reader);
            }
            Entry::Settle(done) => settling.push(done),
        }
    }
    // Readings share a commit, not a failure: where one cannot be written, each is tried alone.
    let whole = write(platform, &reads).await.is_ok();
    for (read, reader) in reads.into_iter().zip(readers) {
        let written = whole || alone(platform, read).await;
        // Who waited may have gone.
        reader.map(|reader| reader.send(written));
    }
    for done in settling {
        let _ = done.send(());
    }
}

async fn alone(platform: &Platform, read: Read) -> bool {
    let written = write(platform, &[read]).await;
    if let Err(error) = &written {
        tracing::error!(%error, "a reading could not be recorded");
    }
    written.is_ok()
}

async fn write(platform: &Platform, reads: &[Read]) -> Result<()> {
    if reads.is_empty() {
        return Ok(());
    }
    let mut reads = reads.to_vec();
    ask(platform, &mut reads).await?;
    let bodies = reads.into_iter().map(|read| read.body).collect();
    let transaction = platform.db.begin().await?;
    match append_all(&transaction, READS, bodies).await {
        Ok(()) => {
            let recording = platform.db.store.as_ref().and_then(Store::recording);
            transaction.commit().await?;
            if let Some(recording) = recording {
                recording.committed();
            }
            Ok(())
        }
        Err(error) => {
            transaction.rollback().await?;
            Err(error)
        }
    }
}

/// Asks whom rows are about where the reading itself did not; of the readers' pool, since who writes must not wait.
async fn ask(platform: &Platform, reads: &mut [Read]) -> Result<()> {
    let mut unasked: Vec<_> = reads.iter_mut().filter(|read| !read.asked).map(|read| &mut read.body).collect();
    if unasked.is_empty() {
        return Ok(());
    }
    let sets: Vec<_> = unasked.iter().map(|body| &body.read).collect();
    let found = persons::of_each(&platform.db.reader, &sets).await?;
    for (body, persons) in unasked.iter_mut().zip(found) {
        body.persons = persons;
    }
    Ok(())
}
