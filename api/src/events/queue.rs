//! What waits to be sent on one connection: bounded, so that who does not read is shed and costs nothing.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Notify;

/// Most that may wait.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Events.
    pub items: usize,
    /// Bytes of them.
    pub bytes: usize,
}

/// One event on its way.
#[derive(Debug, Clone)]
pub struct Item {
    /// The subscriber's own name of the subscription, as JSON.
    pub id: Arc<str>,
    /// The answer, as JSON; many subscribers may share one.
    pub payload: Arc<str>,
}

/// Why nothing more will come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The receiver did not keep up.
    Slow,
    /// The receiver may not see it any more.
    Revoked,
    /// An event could not be answered; reading anew shows what is so.
    Broken,
}

/// The end that events are put in.
#[derive(Debug, Clone)]
pub struct Outlet(Arc<Shared>);

/// The end that a connection sends from.
#[derive(Debug)]
pub struct Inlet(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bounds: Bounds,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Item>,
    bytes: usize,
    end: Option<End>,
}

/// A new, empty queue.
pub fn queue(bounds: Bounds) -> (Outlet, Inlet) {
    let shared = Arc::new(Shared { bounds, state: Mutex::default(), changed: Notify::new() });
    (Outlet(Arc::clone(&shared)), Inlet(shared))
}

impl Outlet {
    /// Puts one event in; where there is no room, drops all and ends.
    pub fn push(&self, item: Item) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.end.is_some() {
            return;
        }
        state.bytes += item.payload.len();
        state.items.push_back(item);
        if state.items.len() > self.0.bounds.items || state.bytes > self.0.bounds.bytes {
            *state = State { end: Some(End::Slow), ..State::default() };
        }
        drop(state);
        self.0.changed.notify_one();
    }

    /// Ends it at once: what waits is not sent any more.
    pub fn end(&self, end: End) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.end.is_none() {
            *state = State { end: Some(end), ..State::default() };
        }
        drop(state);
        self.0.changed.notify_one();
    }
}

impl Inlet {
    /// The next event, once there is one; the end, again and again.
    pub async fn next(&self) -> Result<Item, End> {
        loop {
            if let Some(next) = self.try_next() {
                return next;
            }
            self.0.changed.notified().await;
        }
    }

    /// The next event if there is one now.
    pub fn try_next(&self) -> Option<Result<Item, End>> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(end) = state.end {
            return Some(Err(end));
        }
        let item = state.items.pop_front()?;
        state.bytes -= item.payload.len();
        if state.items.is_empty() {
            // An idle connection keeps no room for a burst that is over.
            state.items.shrink_to(4);
        }
        Some(Ok(item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(bytes: usize) -> Item {
        Item { id: "\"1\"".into(), payload: "x".repeat(bytes).into() }
    }

    #[tokio::test]
    async fn events_come_in_their_order_and_too_many_or_too_long_end_the_queue() {
        let (outlet, inlet) = queue(Bounds { items: 2, bytes: 10 });
        outlet.push(item(3));
        outlet.push(item(4));
        assert_eq!(inlet.next().await.map(|item| item.payload.len()), Ok(3));
        assert_eq!(inlet.next().await.map(|item| item.payload.len()), Ok(4));
        assert!(inlet.try_next().is_none());
        outlet.push(item(11));
        assert_eq!(inlet.next().await.map(|item| item.payload.len()), Err(End::Slow));
        outlet.end(End::Revoked);
        assert_eq!(inlet.next().await.map(|item| item.payload.len()), Err(End::Slow), "the first reason stands");

        let (outlet, inlet) = queue(Bounds { items: 2, bytes: 10 });
        (0..3).for_each(|_| outlet.push(item(1)));
        assert_eq!(inlet.next().await.map(|item| item.payload.len()), Err(End::Slow));
    }
}
