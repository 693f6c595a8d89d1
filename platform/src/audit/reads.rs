//! The record of what is read: a chain of its own, written off the path of queries and mutations.

use super::{Body, Draft, append, body, persons};
use crate::{
    error::Result,
    op::{Op, Platform},
};
use entity::enums::{AuditKind, AuditOutcome};
use sea_orm::ConnectionTrait;
use std::{collections::BTreeSet, sync::Arc};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Chain of all reads through the gateway.
pub(crate) const READS: &str = "read:GATEWAY";
/// Reads that may wait to be written; a query waits for room when there are more.
const QUEUE_READS: usize = 4096;
/// Reads written in one transaction at most.
const BATCH_READS: usize = 256;

/// One operation's reading of personal rows.
pub struct Read(Body);

/// What comes to the writer.
enum Entry {
    Read(Box<Read>),
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
    pub fn of(op: &Op, operation: &str, rows: BTreeSet<(&'static str, Uuid)>) -> Option<Self> {
        let actor = op.actor().filter(|_| !rows.is_empty())?;
        let draft = Draft {
            action: operation,
            outcome: AuditOutcome::Done,
            code: None,
            subject: None,
            application_id: None,
            jurisdiction: &actor.jurisdiction,
            rows: Vec::new(),
        };
        let read = rows.into_iter().map(|(name, id)| (name.to_owned(), id)).collect();
        Some(Self(Body { chain: READS.to_owned(), read, ..body(op, draft) }))
    }
}

impl ReadLog {
    /// Starts the writer; it ends when every clone of the log is gone and the queue is empty.
    pub fn start(platform: Arc<Platform>) -> Self {
        let (sender, mut receiver) = mpsc::channel(QUEUE_READS);
        tokio::spawn(async move {
            let mut batch = Vec::new();
            while receiver.recv_many(&mut batch, BATCH_READS).await > 0 {
                let (mut reads, mut waiting) = (Vec::new(), Vec::new());
                for entry in batch.drain(..) {
                    match entry {
                        Entry::Read(read) => reads.push(*read),
                        Entry::Settle(done) => waiting.push(done),
                    }
                }
                let count = reads.len();
                if let Err(error) = write(&platform, reads).await {
                    tracing::error!(%error, count, "reads could not be recorded");
                }
                for done in waiting {
                    // Who waited may have gone.
                    let _ = done.send(());
                }
            }
        });
        Self { sender }
    }

    /// Hands over one read; waits for room when the writer is behind.
    pub async fn record(&self, read: Read) {
        if self.sender.send(Entry::Read(Box::new(read))).await.is_err() {
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

async fn write(platform: &Platform, reads: Vec<Read>) -> Result<()> {
    if reads.is_empty() {
        return Ok(());
    }
    let transaction = platform.db.begin().await?;
    for Read(body) in reads {
        if let Err(error) = one(&transaction, body).await {
            transaction.rollback().await?;
            return Err(error);
        }
    }
    Ok(transaction.commit().await?)
}

async fn one<C: ConnectionTrait>(conn: &C, mut body: Body) -> Result<()> {
    body.persons = persons::of(conn, body.read.iter().cloned().collect()).await?;
    append(conn, body, AuditKind::Read).await
}
