//! What a store holds before the first request: places, units, windows, rule values, channel rules, posts.
//!
//! The operator's program writes them, through the same record as everything else: each row's hash is in the chain
//! of the district. Reference rows are loaded once per content: their digest is kept, so a later start reads one
//! setting.

mod channels;
mod further;
mod money;
mod posts;
mod reference;
mod settings;
mod town;
mod values;

pub(super) use money::appropriate;
pub(super) use posts::{DEMO_PASSWORD, Posts, demo_page, posts};
pub(super) use settings::{get, put};
pub(super) use town::live;
pub(super) use values::parameter_keys;

use anyhow::{Context, Result};
use platform::{Op, Platform, tx::Done};
use policies::Permission;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// What loading is called in the record.
const LOAD: Permission = Permission { name: "reference.load", step: None, programme: None };
/// The place whose chain records it.
pub(super) const DISTRICT: &str = "500118";

/// Opens a transaction of the program itself: before there are policies there is no operation to hang it on.
pub(super) async fn begin(writer: &DatabaseConnection) -> Result<DatabaseTransaction> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let tx = writer.begin_with_options(options).await?;
    alone(&tx).await?;
    Ok(tx)
}

/// Lets two programs that start at once prepare one store one after the other.
async fn alone<C: ConnectionTrait>(conn: &C) -> Result<()> {
    if conn.get_database_backend() == DbBackend::Postgres {
        // "seed" in ASCII as the lock's number; SQLite has one writer anyway.
        conn.execute_unprepared("SELECT pg_advisory_xact_lock(1936024932)").await?;
    }
    Ok(())
}

/// Loads what the store lacks, all of it or nothing.
pub(super) async fn load(platform: &Arc<Platform>, kind: Posts) -> Result<()> {
    if Lacking::of(&platform.db.reader, platform).await?.is_nothing() {
        return Ok(());
    }
    let op = Op::of_operator(Arc::clone(platform));
    let tx = op.begin_as_operator(LOAD).await?;
    alone(tx.conn()).await?;
    let lacking = Lacking::of(tx.conn(), platform).await?;
    if lacking.is_nothing() {
        return Ok(());
    }
    if lacking.reference {
        reference::load(&tx).await?;
    }
    channels::load(&tx, lacking.channels).await?;
    values::load(&tx, lacking.values).await?;
    if lacking.posts {
        posts::load(&tx, kind).await?;
    }
    tx.close(("Reference".to_owned(), DISTRICT.to_owned()), Done::at(DISTRICT)).await?;
    Ok(())
}

/// What a store lacks.
struct Lacking {
    reference: bool,
    channels: Vec<channels::Change>,
    values: Vec<values::Change>,
    posts: bool,
}

impl Lacking {
    async fn of<C: ConnectionTrait>(conn: &C, platform: &Platform) -> Result<Self> {
        Ok(Self {
            reference: reference::outdated(conn).await?,
            channels: channels::lacking(conn, &platform.policies.load()).await?,
            values: values::lacking(conn, &platform.policies.load()).await?,
            posts: posts::lacking(conn).await?,
        })
    }

    fn is_nothing(&self) -> bool {
        !self.reference && self.channels.is_empty() && self.values.is_empty() && !self.posts
    }
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
