//! The gateway: picks the caller's schema, validates, coerces, costs and runs one operation.
//!
//! **Invariant:** nothing runs that is not in the caller's own snapshot.

mod attempts;
mod plans;

use crate::{
    events::{Attending, Full, Hub, Membership, Outlet},
    http::seam::{Answer, Caller, Execute, GraphqlError, Operation},
    identity::ApiClient,
    plan,
    reads::{Fault, Run, Segment},
    schema::{
        LoadError, Snapshot, Snapshots,
        coerce::{self, Bound, Compiled, Kind, RequestError},
        cost,
        snapshot::SNAPSHOTS_DEFAULT,
    },
};
use async_graphql::parser::types::{DocumentOperations, OperationType};
use attempts::Attempts;
use futures_util::future::BoxFuture;
use plans::{Planned, Plans};
use platform::{
    Code, Error, Platform, Result,
    audit::{Read, ReadLog},
    code,
    op::Op,
    part::Part,
    telemetry,
};
use serde_json::{Map, Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

/// A budget may not exceed what one statement's keys can carry.
const BUDGET_MAX: u64 = 30_000;

/// What the operator sets of the gateway.
#[derive(Debug, Clone)]
pub struct Options {
    /// Cost an operation may have, for roles without a budget of their own.
    pub budget: u64,
    /// Budgets by role code.
    pub budgets: HashMap<String, u64>,
    /// Schema snapshots kept.
    pub snapshots: usize,
    /// Whether answers tell how many statements they took, those of a plan one by one, and how many personal rows they
    /// are recorded to have read.
    pub development: bool,
    /// The way of queries.
    pub way: Way,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            budget: 5_000,
            budgets: HashMap::new(),
            snapshots: SNAPSHOTS_DEFAULT,
            development: false,
            way: Way::Planned,
        }
    }
}

/// Everything the doors share.
pub struct Gateway {
    platform: Arc<Platform>,
    snapshots: Arc<Snapshots>,
    options: Options,
    attempts: Attempts,
    plans: Plans,
    reads: ReadLog,
    hub: Hub,
}

/// Which way a query goes. Both ways answer the same; mutations and the rest know one way only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Way {
    /// By a plan where there is one, else as the other.
    #[default]
    Planned,
    /// Level by level, over the declarations themselves: the reference.
    Reference,
}

/// An operation that may run.
struct Ready {
    snapshot: Arc<Snapshot>,
    work: Work,
    extensions: Map<String, Value>,
}

/// How it runs.
enum Work {
    Planned(Arc<Planned>, Bound),
    Compiled(Box<Compiled>),
}

impl Gateway {
    /// Loads the parts, which then live as long as the program.
    ///
    /// Errors: everything that is not sound in them, with its place.
    pub fn new(platform: Arc<Platform>, parts: Vec<Part>, options: Options) -> Result<Self, LoadError> {
        let policies = platform.policies.load_full();
        let declared = |name: &str| policies.declared().iter().any(|permission| permission.name == name);
        let reads = ReadLog::start(Arc::clone(&platform));
        platform.acts.get_or_init(|| platform::act::acts(&parts));
        let snapshots = Arc::new(Snapshots::new(parts.leak(), &declared, options.snapshots)?);
        let hub = Hub::new(Arc::clone(&platform), Arc::clone(&snapshots), reads.clone());
        let (attempts, plans) = (Attempts::default(), Plans::default());
        Ok(Self { platform, snapshots, options, attempts, plans, reads, hub })
    }

    /// All schemas, built when they are first asked for.
    pub fn snapshots(&self) -> &Snapshots {
        &self.snapshots
    }

    /// How many plans are kept, and the most that are.
    pub fn plans_kept(&self) -> (usize, usize) {
        self.plans.kept()
    }

    /// What operations share.
    pub fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    fn op(&self, caller: &Caller) -> Op {
        let actor = caller.identity.as_ref().map(|identity| identity.actor.clone());
        Op::new(Arc::clone(&self.platform), actor, caller.purpose.clone(), caller.language, caller.request_id)
    }

    fn budget(&self, op: &Op) -> u64 {
        let role = op.actor().map_or("PUB", |actor| actor.role.as_str());
        self.options.budgets.get(role).copied().unwrap_or(self.options.budget).min(BUDGET_MAX)
    }

    /// Answers an operation on one way or the other.
    pub async fn answer_by(&self, way: Way, caller: Caller, operation: Operation) -> Answer {
        let op = self.op(&caller);
        let counter = Arc::new(AtomicU32::new(0));
        let (name, kind) = (named(&operation), operation.kind);
        let mut answer =
            telemetry::counted(Arc::clone(&counter), self.answer(way, &op, caller.client.as_deref(), operation)).await;
        let operation = name.as_deref().unwrap_or("anonymous");
        let seen = op.take_seen();
        if self.options.development {
            answer.extensions.insert("read".to_owned(), seen.len().into());
        }
        if let Some(read) = Read::of(&op, operation, seen)
            && let Err(error) = self.reads.record(read).await
        {
            answer = untold(&op, kind, &error);
        }
        answer.sql_count = counter.load(Ordering::Relaxed);
        if self.options.development {
            answer.extensions.insert("sql".to_owned(), answer.sql_count.into());
        }
        answer
    }

    /// The schema of a gateway, or the caller's own.
    fn snapshot(&self, op: &Op, client: Option<&ApiClient>) -> Result<Arc<Snapshot>> {
        match client {
            Some(client) => self.snapshots.of(&op.policies().permission_set(&client.holder, op.today().0)),
            None => self.snapshots.of(op.permissions()),
        }
    }

    async fn answer(&self, way: Way, op: &Op, client: Option<&ApiClient>, operation: Operation) -> Answer {
        let Ready { snapshot, work, extensions } = match self.ready(way, op, client, &operation).await {
            Ok(ready) => ready,
            Err(answer) => return *answer,
        };
        let compiled = match work {
            Work::Compiled(compiled) => compiled,
            Work::Planned(planned, bound) => {
                if let Some(answer) = self.planned(op, (&snapshot, &operation), &planned, &bound).await {
                    return Answer { extensions: extensions.into_iter().chain(answer.extensions).collect(), ..answer };
                }
                let (name, variables) = (operation.name.as_deref(), &operation.variables);
                match coerce::compile(&snapshot.table, &operation.document, name, variables) {
                    Ok(compiled) => Box::new(compiled),
                    Err(errors) => return refused(op, errors),
                }
            }
        };
        if compiled.kind == Kind::Subscription {
            let reason = "a subscription is opened at /graphql/ws or /graphql/stream".to_owned();
            return Answer::refused(vec![GraphqlError::new(Code::BadRequest, &[("reason", reason)], op.language)]);
        }
        Answer { extensions, ..execute(op, &snapshot, &operation, &compiled).await }
    }

    /// Answers by a plan; `None` where the store did not answer, and the other way is to be tried.
    async fn planned(
        &self,
        op: &Op,
        (snapshot, operation): (&Snapshot, &Operation),
        planned: &Planned,
        bound: &Bound,
    ) -> Option<Answer> {
        let store = self.platform.db.store.as_ref()?;
        match plan::answer(&planned.plan, store, op, (snapshot, &operation.document), bound).await {
            Ok(told) => {
                let errors = told.faults.into_iter().map(Fault::into_error).collect();
                let mut extensions = Map::new();
                if self.options.development {
                    let statements: Vec<_> = told.statements.iter().map(|query| query.sql.as_str()).collect();
                    extensions.insert("plan".to_owned(), statements.into());
                }
                Some(Answer { data: Some(told.data), errors, extensions, ..Answer::default() })
            }
            Err(error) => {
                tracing::error!(request = %op.request_id, %error, "a plan could not be run");
                None
            }
        }
    }

    /// Validates, coerces and costs; the answer of what is refused.
    async fn ready(
        &self,
        way: Way,
        op: &Op,
        client: Option<&ApiClient>,
        operation: &Operation,
    ) -> Result<Ready, Box<Answer>> {
        let role = op.actor().map_or("PUB", |actor| actor.role.as_str());
        if !op.policies().may_read_for(role, &op.purpose) {
            let args = [("purpose", op.purpose.clone())];
            return Err(Box::new(Answer::refused(vec![GraphqlError::new(Code::PurposeUnknown, &args, op.language)])));
        }
        let snapshots = self.snapshot(op, client).and_then(|snapshot| {
            let own = if client.is_some() { self.snapshot(op, None)? } else { Arc::clone(&snapshot) };
            Ok((snapshot, own))
        });
        let (snapshot, own) = snapshots.map_err(|error| Box::new(broken(op, &error)))?;
        let errors = self.wrong_in(&snapshot, operation).await;
        if !errors.is_empty() {
            self.count_hidden(op, &snapshot, operation).await;
            return Err(Box::new(refused(op, errors)));
        }
        let may_plan = way == Way::Planned && self.platform.db.store.is_some();
        // Through a gateway, what the user's own schema has in full is theirs alone to answer; of the rest something is
        // withheld, which no plan knows how to.
        let in_full = may_plan && (client.is_none() || self.wrong_in(&own, operation).await.is_empty());
        if in_full && let Some((planned, bound)) = self.plans.of(op, &own, operation) {
            let extensions = self.affordable(op, cost::of(&planned.template.root, &bound))?;
            return Ok(Ready { snapshot: own, work: Work::Planned(planned, bound), extensions });
        }
        let compiled =
            coerce::compile(&snapshot.table, &operation.document, operation.name.as_deref(), &operation.variables);
        let mut compiled = compiled.map_err(|errors| Box::new(refused(op, errors)))?;
        let withheld = client.is_some() && coerce::narrow(&mut compiled, &own.table);
        if withheld && compiled.kind == Kind::Mutation {
            // An act that is not the user's is answered as in the user's own schema, and nothing of the document is done.
            self.count_hidden(op, &own, operation).await;
            return Err(Box::new(refused(op, unknown(&own, operation).await)));
        }
        let extensions = self.affordable(op, cost::of(&compiled.root, &Bound::default()))?;
        Ok(Ready { snapshot, work: Work::Compiled(Box::new(compiled)), extensions })
    }

    /// Why an operation is none of a schema; asked once of each document.
    async fn wrong_in(&self, snapshot: &Snapshot, operation: &Operation) -> Vec<RequestError> {
        if self.plans.is_valid(snapshot, operation) {
            return Vec::new();
        }
        let errors = snapshot.validate(&operation.document, operation.name.as_deref()).await;
        if errors.is_empty() {
            self.plans.keep_valid(snapshot, operation);
        }
        errors
    }

    /// What is told of the cost; the refusal of what costs too much.
    fn affordable(&self, op: &Op, requested: u64) -> Result<Map<String, Value>, Box<Answer>> {
        let budget = self.budget(op);
        let extensions = Map::from_iter([("cost".to_owned(), json!({ "requested": requested, "budget": budget }))]);
        if requested > budget {
            let args = [("cost", requested.to_string()), ("budget", budget.to_string())];
            let error = GraphqlError::new(Code::CostLimit, &args, op.language);
            return Err(Box::new(Answer { extensions, ..Answer::refused(vec![error]) }));
        }
        Ok(extensions)
    }

    async fn watch(&self, caller: Caller, operation: Operation, to: (Arc<str>, Outlet)) -> Result<Membership, Answer> {
        let op = self.op(&caller);
        let ready = self.ready(Way::Reference, &op, None, &operation).await.map_err(|answer| *answer)?;
        let Ready { snapshot, work: Work::Compiled(compiled), .. } = ready else {
            return Err(broken(&op, &Error::internal("a subscription is not planned")));
        };
        let subscribed = self.hub.subscribe(&op, snapshot, compiled.root, operation, to).await;
        subscribed.map_err(|error| match error {
            Error::Refused(refusal) => {
                Answer::refused(vec![GraphqlError::new(refusal.code, &refusal.args, op.language)])
            }
            error => broken(&op, &error),
        })
    }

    /// Counts what a signed-in caller named that exists for others only.
    async fn count_hidden(&self, op: &Op, snapshot: &Snapshot, operation: &Operation) {
        let Some(actor) = op.actor() else { return };
        let hidden = self.snapshots.hidden(snapshot, &operation.document);
        if hidden.is_empty() {
            return;
        }
        tracing::warn!(request = %op.request_id, assignment = %actor.assignment_id, names = ?hidden, "not in the caller's schema");
        if let Some(names) = self.attempts.count(actor.assignment_id, hidden.len(), op.wall_at())
            && let Err(error) = platform::audit::not_in_schema(op, names).await
        {
            tracing::error!(request = %op.request_id, %error, "an attempt could not be audited");
        }
    }
}

/// Why an operation is none of a schema: by its document, or else by its variables.
async fn unknown(own: &Snapshot, operation: &Operation) -> Vec<RequestError> {
    let errors = own.validate(&operation.document, operation.name.as_deref()).await;
    if !errors.is_empty() {
        return errors;
    }
    let compiled = coerce::compile(&own.table, &operation.document, operation.name.as_deref(), &operation.variables);
    compiled
        .err()
        .unwrap_or_else(|| vec![RequestError::at(Code::GraphqlValidation, "not there", async_graphql::Pos::default())])
}

async fn execute(op: &Op, snapshot: &Snapshot, operation: &Operation, compiled: &Compiled) -> Answer {
    let (data, faults, refusals) = Run::new(op, snapshot, &operation.document).answer(compiled).await;
    let errors = faults.into_iter().map(Fault::into_error).collect();
    Answer { data: Some(data.into()), errors, refusals, ..Answer::default() }
}

impl Fault {
    /// As an entry of `errors`.
    pub(crate) fn into_error(self) -> GraphqlError {
        let path = self.path.into_iter().map(|segment| match segment {
            Segment::Key(key) => Value::from(key.as_ref()),
            Segment::Index(index) => Value::from(index),
        });
        let path = path.collect();
        GraphqlError { path, ..GraphqlError::worded(self.code, self.message).at([self.pos]) }
    }
}

/// What is answered instead of personal data whose reading could not be recorded. A change was made all the same.
fn untold(op: &Op, kind: OperationType, error: &Error) -> Answer {
    tracing::error!(%error, "an answer was held back");
    let code = if kind == OperationType::Mutation { Code::OutcomeUnknown } else { Code::Unavailable };
    Answer::refused(vec![GraphqlError::new(code, &[], op.language)])
}

fn refused(op: &Op, errors: Vec<RequestError>) -> Answer {
    let worded = |error: RequestError| {
        let message = match error.code {
            Code::GraphqlValidation | Code::BadUserInput | Code::BadRequest => {
                code::message(error.code, &[("reason", error.message)], op.language)
            }
            _ => error.message,
        };
        GraphqlError::worded(error.code, message).at(error.locations)
    };
    Answer::refused(errors.into_iter().map(worded).collect())
}

fn broken(op: &Op, error: &Error) -> Answer {
    tracing::error!(request = %op.request_id, %error, "no schema could be built");
    Answer::refused(vec![GraphqlError::new(Code::Internal, &[], op.language)])
}

/// What the caller calls an operation: the one asked for, or else the only one of its document.
fn named(operation: &Operation) -> Option<String> {
    let only = || match &operation.document.operations {
        DocumentOperations::Multiple(named) if named.len() == 1 => named.keys().next().map(ToString::to_string),
        _ => None,
    };
    operation.name.clone().or_else(only)
}

impl Execute for Gateway {
    fn execute(&self, caller: Caller, operation: Operation) -> BoxFuture<'_, Answer> {
        Box::pin(self.answer_by(self.options.way, caller, operation))
    }

    fn attend(&self, caller: &Caller, outlet: Outlet, most: usize) -> Result<Attending, Full> {
        self.hub.attend(caller.identity.as_ref().map(|identity| &identity.actor), outlet, most)
    }

    fn subscribe(
        &self,
        caller: Caller,
        operation: Operation,
        to: (Arc<str>, Outlet),
    ) -> BoxFuture<'_, Result<Membership, Answer>> {
        Box::pin(self.watch(caller, operation, to))
    }

    fn sdl(&self, caller: Caller) -> BoxFuture<'_, Result<String>> {
        Box::pin(async move {
            let op = self.op(&caller);
            Ok(self.snapshot(&op, caller.client.as_deref())?.sdl().to_owned())
        })
    }

    fn settle(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.hub.settle().await;
            self.reads.settle().await;
        })
    }

    fn ready(&self) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            let (reader, writer) = (&self.platform.db.reader, &self.platform.db.writer);
            reader.ping().await.is_ok() && writer.ping().await.is_ok()
        })
    }
}
