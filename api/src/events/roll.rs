//! Who is connected, under which assignment; asked of the database at every event and every second.

use super::queue::{End, Outlet};
use crate::identity::{Held, Users};
use platform::{Actor, Result};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use uuid::Uuid;

/// There are too many connections under one assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// All connections that are served events.
#[derive(Default)]
pub(super) struct Roll {
    present: Mutex<HashMap<u64, Present>>,
    next: AtomicU64,
}

struct Present {
    /// `None` is the public, whom nothing is revoked of.
    actor: Option<Actor>,
    outlet: Outlet,
}

/// A place on the roll, for as long as it is held.
pub struct Attending {
    roll: Arc<Roll>,
    key: u64,
}

impl Drop for Attending {
    fn drop(&mut self) {
        self.roll.lock().remove(&self.key);
    }
}

impl Roll {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Present>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place, unless this assignment has `most` already.
    pub(super) fn attend(
        self: &Arc<Self>,
        actor: Option<&Actor>,
        outlet: Outlet,
        most: usize,
    ) -> Result<Attending, Full> {
        let assignment = |actor: Option<&Actor>| actor.map(|actor| actor.assignment_id);
        let mut present = self.lock();
        let same = present.values().filter(|other| assignment(other.actor.as_ref()) == assignment(actor));
        if same.count() >= most {
            return Err(Full);
        }
        let key = self.next.fetch_add(1, Ordering::Relaxed);
        present.insert(key, Present { actor: actor.cloned(), outlet });
        Ok(Attending { roll: Arc::clone(self), key })
    }

    /// Ends the connections of everyone whose assignment is not what it was.
    pub(super) async fn call(&self, users: &Users) -> Result<()> {
        let assignments: BTreeSet<Uuid> =
            self.lock().values().filter_map(|present| Some(present.actor.as_ref()?.assignment_id)).collect();
        if assignments.is_empty() {
            return Ok(());
        }
        let in_force = users.in_force(assignments).await?;
        for present in self.lock().values() {
            let Some(actor) = &present.actor else { continue };
            let stands = in_force
                .get(&actor.assignment_id)
                .is_some_and(|(user, held)| *user == actor.user_id && is_of(actor, held));
            if !stands {
                present.outlet.end(End::Revoked);
            }
        }
        Ok(())
    }
}

fn is_of(actor: &Actor, held: &Held) -> bool {
    let Held { id: _, role, unit, level, jurisdiction } = held;
    (&actor.role, &actor.unit, actor.level, &actor.jurisdiction) == (role, unit, *level, jurisdiction)
}
