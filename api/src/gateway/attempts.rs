//! Attempts on what is not in a caller's schema: counted, not one audit event a try.

use entity::At;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use uuid::Uuid;

/// One event an assignment and minute at most.
const EVERY_MICROS: i64 = 60_000_000;
/// Assignments remembered at most.
const ASSIGNMENTS_MAX: usize = 10_000;

/// Names counted since the last event, by assignment.
#[derive(Default)]
pub(super) struct Attempts {
    seen: Mutex<HashMap<Uuid, Seen>>,
}

struct Seen {
    event_at: At,
    names: usize,
}

impl Attempts {
    /// Counts so many names; answers the number an audit event should tell now, if one is due.
    pub(super) fn count(&self, assignment: Uuid, names: usize, now: At) -> Option<usize> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= ASSIGNMENTS_MAX {
            seen.retain(|_, seen| seen.names > 0 || now.0 - seen.event_at.0 < EVERY_MICROS);
        }
        match seen.get_mut(&assignment) {
            Some(seen) if now.0 - seen.event_at.0 < EVERY_MICROS => {
                seen.names += names;
                None
            }
            Some(seen) => {
                let due = seen.names + names;
                *seen = Seen { event_at: now, names: 0 };
                Some(due)
            }
            None => {
                seen.insert(assignment, Seen { event_at: now, names: 0 });
                Some(names)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_try_is_told_at_once_and_the_next_with_their_number() {
        let attempts = Attempts::default();
        let who = Uuid::nil();
        assert_eq!(attempts.count(who, 2, At(0)), Some(2));
        assert_eq!(attempts.count(who, 1, At(1)), None);
        assert_eq!(attempts.count(who, 4, At(EVERY_MICROS - 1)), None);
        assert_eq!(attempts.count(who, 1, At(EVERY_MICROS)), Some(6));
    }
}
