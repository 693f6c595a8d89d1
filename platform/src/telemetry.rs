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

/// The counter of the running operation, to hand to a task it spawns.
pub fn counter() -> Option<Arc<AtomicU32>> {
    STATEMENTS.try_with(Arc::clone).ok()
}

/// Counts one statement for the running operation, if there is one.
pub(crate) fn count() {
    let _ = STATEMENTS.try_with(|counter| counter.fetch_add(1, Ordering::Relaxed));
}
