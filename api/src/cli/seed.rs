//! What a store holds before the first request: places, units, windows, rule values, channel rules, posts.
//!
//! The operator's program writes them, through the same record as everything else: each row's hash is in the chain
//! of the district. Reference rows are loaded once per content: their digest is kept, so a later start reads one
//! setting.

mod channels;
mod money;
mod posts;
mod reference;
mod settings;

pub(super) use money::appropriate;
pub(super) use posts::{DEMO_PASSWORD, Posts, posts};
pub(super) use settings::{get, put};

use anyhow::{Context, Result};
use platform::{Op, Platform, tx::Done};
use policies::Permission;
use sea_orm::{DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// What loading is called in the record.
const LOAD: Permission = Permission { name: "reference.load", step: None, programme: None };
/// The place whose chain records it.
const DISTRICT: &str = "500118";

/// Opens a transaction of the program itself: before there are policies there is no operation to hang it on.
pub(super) async fn begin(writer: &DatabaseConnection) -> Result<DatabaseTransaction> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    Ok(writer.begin_with_options(options).await?)
}

/// Loads what the store lacks, all of it or nothing.
pub(super) async fn load(platform: &Arc<Platform>, kind: Posts) -> Result<()> {
    let reader = &platform.db.reader;
    let outdated = reference::outdated(reader).await?;
    let channels = channels::lacking(reader, &platform.policies.load()).await?;
    let posts = posts::lacking(reader).await?;
    if !outdated && channels.is_empty() && !posts {
        return Ok(());
    }
    let op = Op::of_operator(Arc::clone(platform));
    let tx = op.begin_as_operator(LOAD).await?;
    if outdated {
        reference::load(&tx).await?;
    }
    channels::load(&tx, channels).await?;
    if posts {
        posts::load(&tx, kind).await?;
    }
    tx.close(("Reference".to_owned(), DISTRICT.to_owned()), Done::at(DISTRICT)).await?;
    Ok(())
}

/// Reads one of the tables that are part of the program.
fn read<T: DeserializeOwned>(name: &str, text: &str) -> Result<Vec<T>> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(text.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .with_context(|| format!("the embedded table {name} cannot be read"))
}
