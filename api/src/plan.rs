//! Planned reads: a query of declared fields, compiled once for everyone of the same rights, then only bound, run and
//! written.
//!
//! **Invariants:** a plan holds nothing of a request: place and user stand in it as symbols, arguments with variables
//! wait. Every statement over a stored type carries the scope of that type's permission, and selects only columns of
//! fields that were selected.

mod bind;
mod compile;
mod fetch;
mod shape;
mod sql;
mod write;

pub(crate) use compile::compile;
pub(crate) use shape::Plan;

use crate::{
    http::seam::Data,
    reads::{Fault, Run},
    schema::{Snapshot, coerce::Bound},
};
use async_graphql::parser::types::ExecutableDocument;
use platform::{
    Op, Result,
    audit::Recorded,
    store::{Query, Store},
};
use std::sync::Arc;

/// What came of a plan.
pub(crate) struct Told {
    /// The answer.
    pub(crate) data: Data,
    /// The faults beside it.
    pub(crate) faults: Vec<Fault>,
    /// The statements, in the order they were sent.
    pub(crate) statements: Vec<Arc<Query>>,
}

/// Binds, runs and writes.
///
/// Error: the store did not answer.
pub(crate) async fn answer(
    plan: &Arc<Plan>,
    store: &Store,
    op: &Op,
    (snapshot, document): (&Snapshot, &ExecutableDocument),
    bound: &Bound,
) -> Result<Told> {
    let binding = bind::bind(plan, op, &snapshot.table, bound, store.is_sqlite()).await;
    let waves = Recorded::new(fetch::Fetch::new(Arc::clone(plan), binding), store.is_sqlite());
    let (fetched, seen) = store.run(waves).await?.into_parts();
    op.note_seen(seen);
    let run = Run::new(op, snapshot, document);
    let data = write::write(plan, &fetched, &run);
    let (faults, _) = run.noted();
    Ok(Told { data, faults, statements: fetched.into_statements() })
}
