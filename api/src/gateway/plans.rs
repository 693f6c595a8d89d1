//! Documents that were validated and plans that were made, kept within bounds.
//!
//! Both are kept by the number of their snapshot, so what was made under other policies is never found again.

use crate::{
    http::seam::Operation,
    plan::{self, Plan},
    schema::{
        Snapshot,
        coerce::{Bound, Given, Switches, Template},
    },
};
use async_graphql::parser::types::OperationType;
use entity::Day;
use platform::Op;
use policies::Level;
use quick_cache::sync::Cache;
use std::sync::Arc;

/// Plans kept; one takes some 50 kB.
const PLANS_MAX: usize = 1_000;
/// Documents remembered to be valid.
const VALID_MAX: usize = 10_000;

/// Plans and what is known of documents.
pub(super) struct Plans {
    valid: Cache<Document, ()>,
    plans: Cache<Key, Option<Arc<Planned>>>,
}

/// A plan and the calls it was made of.
pub(super) struct Planned {
    pub(super) template: Template,
    pub(super) plan: Arc<Plan>,
}

/// An operation of a document in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Document {
    snapshot: u64,
    document: u64,
    name: Option<String>,
}

/// For whom a plan holds: everything that it takes from the asker.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    document: Document,
    switches: Switches,
    purpose: String,
    day: Day,
    asker: Option<Asker>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Asker {
    role: String,
    unit: String,
    level: Level,
    place_digits: usize,
}

impl Default for Plans {
    fn default() -> Self {
        Self { valid: Cache::new(VALID_MAX), plans: Cache::new(PLANS_MAX) }
    }
}

impl Document {
    fn of(snapshot: &Snapshot, operation: &Operation) -> Self {
        Self { snapshot: snapshot.id, document: operation.document.id, name: operation.name.clone() }
    }
}

impl Plans {
    /// How many plans are kept, and the most that are.
    pub(super) fn kept(&self) -> (usize, usize) {
        (self.plans.len(), PLANS_MAX)
    }

    /// Whether a document is known to be valid.
    pub(super) fn is_valid(&self, snapshot: &Snapshot, operation: &Operation) -> bool {
        self.valid.get(&Document::of(snapshot, operation)).is_some()
    }

    /// Remembers that it is.
    pub(super) fn keep_valid(&self, snapshot: &Snapshot, operation: &Operation) {
        self.valid.insert(Document::of(snapshot, operation), ());
    }

    /// The plan of a valid operation with this request's arguments; `None` where there can be none, or an argument is
    /// wrong, which the other way tells in its own words.
    pub(super) fn of(&self, op: &Op, snapshot: &Snapshot, operation: &Operation) -> Option<(Arc<Planned>, Bound)> {
        if operation.kind != OperationType::Query {
            return None;
        }
        let (document, name) = (&operation.document, operation.name.as_deref());
        let given = Given::coerce(&snapshot.table, document, name, &operation.variables)?;
        let asker = op.actor().map(|actor| Asker {
            role: actor.role.clone(),
            unit: actor.unit.clone(),
            level: actor.level,
            place_digits: actor.jurisdiction.len(),
        });
        let key = Key {
            document: Document::of(snapshot, operation),
            switches: given.switches(&document.switches),
            purpose: op.purpose.clone(),
            day: op.today(),
            asker,
        };
        let make = || {
            let template = Template::new(&snapshot.table, document, name, &given)?;
            let plan = Arc::new(plan::compile(op, &snapshot.table, &template)?);
            Some(Arc::new(Planned { template, plan }))
        };
        let planned = match self.plans.get(&key) {
            Some(planned) => planned,
            None => {
                let planned = make();
                self.plans.insert(key, planned.clone());
                planned
            }
        }?;
        let bound = planned.template.bind(&snapshot.table, &given)?;
        Some((planned, bound))
    }
}
