//! Subscribers who ask the same with the same rights: one answer for all of them.

use super::{
    queue::{End, Item, Outlet},
    reading::Readings,
};
use crate::{
    http::seam::Operation,
    reads::{Fault, Run},
    schema::{
        Snapshot, Snapshots,
        coerce::{self, Below, Call, What},
        subscriptions::{AT, KIND, SEQ},
        types::{Resolve, Stored, SubscriptionOf},
    },
};
use entity::Scope;
use platform::{Actor, Error, Language, Op, Platform, Result, outbox::Event, part::Matcher, permissions::EVENT_READ};
use serde_json::{Map, Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicI64, Ordering},
    },
};
use uuid::Uuid;

/// Who they are, as far as answers depend on it, and what they ask.
pub(super) struct Question {
    pub(super) actor: Option<Actor>,
    pub(super) purpose: String,
    pub(super) language: Language,
    pub(super) operation: Operation,
}

/// A question made ready for one permission set.
pub(super) struct Plan {
    set: String,
    snapshot: Arc<Snapshot>,
    root: Call,
    subscription: SubscriptionOf,
    matcher: Matcher,
}

/// Subscribers of one question.
pub(super) struct Group {
    question: Question,
    plan: Mutex<Arc<Plan>>,
    members: Mutex<HashMap<u64, Member>>,
    /// The last event that was delivered, so that one that is tried again is not told twice.
    position: AtomicI64,
}

struct Member {
    id: Arc<str>,
    actor: Option<Actor>,
    outlet: Outlet,
}

/// Being subscribed, for as long as it is held.
pub struct Membership {
    group: Weak<Group>,
    key: u64,
}

impl Drop for Membership {
    fn drop(&mut self) {
        if let Some(group) = self.group.upgrade() {
            group.members().remove(&self.key);
        }
    }
}

impl Plan {
    /// Makes a subscription ready that was validated and compiled for this operation's own permission set.
    pub(super) fn new(op: &Op, snapshot: Arc<Snapshot>, mut root: Vec<Call>) -> Result<Self> {
        let (Some(root), true) = (root.pop(), root.is_empty()) else {
            return Err(Error::internal("a subscription has one root field"));
        };
        let What::Field(field) = &root.what else { return Err(Error::internal("a subscription is a field")) };
        let Resolve::Subscription(subscription) = field.resolve else {
            return Err(Error::internal("a subscription is none"));
        };
        let input = root.args.get("input").cloned().unwrap_or_else(|| json!({}));
        let matcher = (subscription.0.prepare)(op, input)?;
        Ok(Self { set: op.permissions().key().to_owned(), snapshot, root, subscription, matcher })
    }

    /// The stored type it answers rows of.
    fn stored(&self) -> Option<Stored> {
        self.snapshot.table.object(&self.subscription.0.output)?.stored
    }
}

impl Group {
    pub(super) fn new(question: Question, plan: Plan) -> Self {
        Self { question, plan: Mutex::new(Arc::new(plan)), members: Mutex::default(), position: AtomicI64::new(0) }
    }

    fn members(&self) -> MutexGuard<'_, HashMap<u64, Member>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members().is_empty()
    }

    pub(super) fn join(self: &Arc<Self>, key: u64, id: Arc<str>, actor: Option<Actor>, outlet: Outlet) -> Membership {
        self.members().insert(key, Member { id, actor, outlet });
        Membership { group: Arc::downgrade(self), key }
    }

    /// Ends every member's connection.
    pub(super) fn end(&self, end: End) {
        self.members().values().for_each(|member| member.outlet.end(end));
    }

    /// Answers what of these events the members asked for and may see.
    ///
    /// Error: the store did not answer; the same events may be told again.
    pub(super) async fn deliver(
        &self,
        platform: &Arc<Platform>,
        snapshots: &Snapshots,
        readings: &Readings,
        events: &[Event],
    ) -> Result<()> {
        let Question { actor, purpose, language, .. } = &self.question;
        let op = Op::new(Arc::clone(platform), actor.clone(), Some(purpose.clone()), *language, Uuid::now_v7());
        let Some(plan) = self.plan(&op, snapshots).await? else {
            self.end(End::Revoked);
            return Ok(());
        };
        let scope = op.scope(&plan.subscription.0.permission);
        let log_scope = op.scope(&EVENT_READ);
        for event in events.iter().filter(|event| event.position > self.position.load(Ordering::Relaxed)) {
            if let Some(key) = (plan.matcher)(event).filter(|_| sees(&scope, event)) {
                let kind = sees(&log_scope, event).then_some(event.kind.as_str());
                let facts = json!({ SEQ: event.position, AT: event.at, KIND: kind });
                if let Some(payload) = self.answer(&op, &plan, key, &facts).await? {
                    self.send(&op, &plan, &payload.into(), readings);
                }
            }
            self.position.store(event.position, Ordering::Relaxed);
        }
        Ok(())
    }

    /// The question for the permission set of now; `None` when it may not be asked any more.
    async fn plan(&self, op: &Op, snapshots: &Snapshots) -> Result<Option<Arc<Plan>>> {
        let role = op.actor().map_or("PUB", |actor| actor.role.as_str());
        if !op.policies().may_read_for(role, &op.purpose) {
            return Ok(None);
        }
        let plan = Arc::clone(&self.plan.lock().unwrap_or_else(PoisonError::into_inner));
        if plan.set == op.permissions().key() {
            return Ok(Some(plan));
        }
        let snapshot = snapshots.of(op.permissions())?;
        let Operation { document, name, variables, .. } = &self.question.operation;
        if !snapshot.validate(document, name.as_deref()).await.is_empty() {
            return Ok(None);
        }
        let Ok(compiled) = coerce::compile(&snapshot.table, document, name.as_deref(), variables) else {
            return Ok(None);
        };
        let Ok(plan) = Plan::new(op, snapshot, compiled.root) else { return Ok(None) };
        let plan = Arc::new(plan);
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&plan);
        Ok(Some(plan))
    }

    /// The answer as JSON; `None` where the row is not theirs to see.
    async fn answer(&self, op: &Op, plan: &Plan, key: Uuid, facts: &Value) -> Result<Option<String>> {
        let (Some(stored), Below::Object(calls)) = (plan.stored(), &plan.root.below) else { return Ok(None) };
        let run = Run::new(op, &plan.snapshot, &self.question.operation.document);
        let Some((value, faults)) = run.event(stored, key, facts, &plan.root, calls).await? else { return Ok(None) };
        let data =
            value.map_or(Value::Null, |value| Value::Object(Map::from_iter([(plan.root.key.to_string(), value)])));
        let mut payload = Map::from_iter([("data".to_owned(), data)]);
        if !faults.is_empty() {
            let errors: Vec<_> = faults.into_iter().map(Fault::into_error).collect();
            payload.insert("errors".to_owned(), serde_json::to_value(errors)?);
        }
        Ok(Some(serde_json::to_string(&payload)?))
    }

    fn send(&self, op: &Op, plan: &Plan, payload: &Arc<str>, readings: &Readings) {
        let rows = op.take_seen().into_rows();
        for member in self.members().values() {
            if let Some(actor) = member.actor.as_ref().filter(|_| !rows.is_empty()) {
                readings.note(actor, &op.purpose, plan.subscription.0.name, &rows);
            }
            member.outlet.push(Item { id: Arc::clone(&member.id), payload: Arc::clone(payload) });
        }
    }
}

/// Whether an event lies in a scope by what it says of itself; the statement that reads the row asks again.
fn sees(scope: &Scope, event: &Event) -> bool {
    scope.admits(&event.jurisdiction, event.programme.as_deref(), event.unit.as_deref())
}
