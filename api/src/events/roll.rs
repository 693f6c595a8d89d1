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
        let asked: BTreeSet<Uuid> =
            self.lock().values().filter_map(|present| Some(present.actor.as_ref()?.assignment_id)).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let in_force = users.in_force(asked.clone()).await?;
        self.judge(&asked, &in_force);
        Ok(())
    }

    /// Ends those among the assignments asked for that are not in force; who came since then was not asked for.
    fn judge(&self, asked: &BTreeSet<Uuid>, in_force: &HashMap<Uuid, (Uuid, Held)>) {
        for present in self.lock().values() {
            let Some(actor) = present.actor.as_ref().filter(|actor| asked.contains(&actor.assignment_id)) else {
                continue;
            };
            let stands = in_force
                .get(&actor.assignment_id)
                .is_some_and(|(user, held)| *user == actor.user_id && is_of(actor, held));
            if !stands {
                present.outlet.end(End::Revoked);
            }
        }
    }
}

fn is_of(actor: &Actor, held: &Held) -> bool {
    let Held { id: _, role, unit, level, jurisdiction } = held;
    (&actor.role, &actor.unit, actor.level, &actor.jurisdiction) == (role, unit, *level, jurisdiction)
}

#[cfg(test)]
mod tests {
    use super::{
        super::queue::{Bounds, queue},
        *,
    };
    use policies::Level;

    #[test]
    fn who_came_while_the_store_was_asked_is_not_judged_by_its_answer() {
        let actor = Actor {
            user_id: Uuid::from_u128(1),
            login: "tw".to_owned(),
            assignment_id: Uuid::from_u128(2),
            role: "TW".to_owned(),
            unit: "TU_SOCIAL".to_owned(),
            level: Level::Town,
            jurisdiction: "110105021".to_owned(),
        };
        let roll = Arc::new(Roll::default());
        let (outlet, inlet) = queue(Bounds { items: 1, bytes: 1 });
        let _attending = roll.attend(Some(&actor), outlet, 1);
        roll.judge(&BTreeSet::new(), &HashMap::new());
        assert!(inlet.try_next().is_none());
        roll.judge(&BTreeSet::from([actor.assignment_id]), &HashMap::new());
        assert_eq!(inlet.try_next().map(|next| next.map(drop)), Some(Err(End::Revoked)));
    }
}
