//! Counting the statements of one operation.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

tokio::task_local! {
    static STATEMENTS: Arc<AtomicU32>;
}

/// Runs a future with a counter of its own; every statement sent meanwhile in this task counts.
pub async fn counted<F: Future>(counter: Arc<AtomicU32>, future: F) -> F::Output {
    STATEMENTS.scope(counter, future).await
}

/// Counts the statements of one operation.
pub type Counter = Arc<AtomicU32>;

/// Counts so many statements.
pub(crate) fn add(counter: &Counter, statements: usize) {
    counter.fetch_add(u32::try_from(statements).unwrap_or(u32::MAX), Ordering::Relaxed);
}

/// The counter of the running operation, to hand to a task it spawns.
pub fn counter() -> Option<Counter> {
    STATEMENTS.try_with(Arc::clone).ok()
}

/// Counts one statement for the running operation, if there is one.
pub(crate) fn count() {
    let _ = STATEMENTS.try_with(|counter| counter.fetch_add(1, Ordering::Relaxed));
}
