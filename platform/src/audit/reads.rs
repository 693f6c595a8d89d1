//! The record of what is read: a chain of its own, written off the path of queries and mutations.

use super::{Body, Draft, append, body};
use crate::{
    error::Result,
    op::{Op, Platform},
};
use entity::enums::AuditOutcome;
use std::{collections::BTreeSet, sync::Arc};
use tokio::sync::mpsc;
use uuid::Uuid;

/// Chain of all reads through the gateway.
const CHAIN: &str = "read:GATEWAY";
/// Reads that may wait to be written; a query waits for room when there are more.
const QUEUE_READS: usize = 4096;
/// Reads written in one transaction at most.
const BATCH_READS: usize = 256;

/// One operation's reading of personal rows.
pub struct Read(Body);

/// Takes reads and writes them in batches.
#[derive(Debug, Clone)]
pub struct ReadLog {
    sender: mpsc::Sender<Read>,
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
        Some(Self(Body { chain: CHAIN.to_owned(), read, ..body(op, draft) }))
    }
}

impl ReadLog {
    /// Starts the writer; it ends when every clone of the log is gone and the queue is empty.
    pub fn start(platform: Arc<Platform>) -> Self {
        let (sender, mut receiver) = mpsc::channel(QUEUE_READS);
        tokio::spawn(async move {
            let mut batch = Vec::new();
            while receiver.recv_many(&mut batch, BATCH_READS).await > 0 {
                let count = batch.len();
                if let Err(error) = write(&platform, batch.drain(..)).await {
                    tracing::error!(%error, count, "reads could not be recorded");
                }
            }
        });
        Self { sender }
    }

    /// Hands over one read; waits for room when the writer is behind.
    pub async fn record(&self, read: Read) {
        if self.sender.send(read).await.is_err() {
            tracing::error!("the record of reads is closed");
        }
    }
}

async fn write(platform: &Platform, reads: impl Iterator<Item = Read> + Send) -> Result<()> {
    let transaction = platform.db.begin().await?;
    for Read(body) in reads {
        if let Err(error) = append(&transaction, body).await {
            transaction.rollback().await?;
            return Err(error);
        }
    }
    Ok(transaction.commit().await?)
}
