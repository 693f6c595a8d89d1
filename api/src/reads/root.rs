//! The roots: lists, nodes, queries that compute, mutations; one field after the other.

use super::{
    fault::{Fault, Paths, Segment},
    filter::Asking,
    listing::{Listing, distinct},
    rows::{Needs, RowSet, key_value},
};
use crate::schema::{
    Snapshot,
    coerce::{Below, Call, Compiled, What},
    kind_of,
    types::{FieldDef, Resolve, Stored},
};
use async_graphql::{Pos, Positioned, parser::types::ExecutableDocument};
use platform::{
    Code, Error, Refusal, Result, code, id,
    op::Op,
    part::{Cell, CellKind, List},
};
use sea_orm::{
    Condition,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use serde_json::{Map, Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Identifiers `nodes` takes at most.
pub(crate) const NODES_MAX: usize = 100;
/// Representations `_entities` takes at most: routers ask for the entities of a whole answer at once.
pub(crate) const ENTITIES_MAX: usize = 1_000;

/// One operation being answered.
pub struct Run<'a> {
    pub(crate) asking: Asking<'a>,
    snapshot: &'a Snapshot,
    document: &'a ExecutableDocument,
    pub(super) faults: Mutex<Vec<Fault>>,
    refusals: Mutex<Vec<&'static str>>,
}

/// Rows found by key, and the row of each key.
pub(super) struct Found {
    pub(super) set: RowSet,
    pub(super) rows: Vec<Option<usize>>,
}

impl<'a> Run<'a> {
    /// Starts answering for an operation.
    pub fn new(op: &'a Op, snapshot: &'a Snapshot, document: &'a ExecutableDocument) -> Self {
        Self {
            asking: Asking::new(op, false),
            snapshot,
            document,
            faults: Mutex::default(),
            refusals: Mutex::default(),
        }
    }

    /// Answers the root: its data, null when a field that may not be null is; the faults beside it; and the
    /// codes of what was refused in it.
    pub async fn answer(self, compiled: &Compiled) -> (Value, Vec<Fault>, Vec<&'static str>) {
        let paths = Paths::root();
        let mut data = vec![Some(Map::with_capacity(compiled.root.len()))];
        for call in &compiled.root {
            let value = match &call.what {
                What::Typename(name) => Value::from(name.as_ref()),
                What::Withheld(field) => {
                    self.withhold(field, paths.field(0, &call.key), call.pos);
                    Value::Null
                }
                What::Introspection(field) => self.introspect(field, call.pos, compiled, &paths).await,
                What::Field(field) => self.root_field(field, call, &paths).await.unwrap_or_else(|error| {
                    self.fault(&error, paths.field(0, &call.key), call.pos);
                    Value::Null
                }),
            };
            self.put(&mut data, call, vec![value], &paths);
        }
        let data = data.pop().flatten().map_or(Value::Null, Value::Object);
        let (faults, refusals) = self.noted();
        (data, faults, refusals)
    }

    async fn introspect(
        &self,
        field: &async_graphql::parser::types::Field,
        pos: Pos,
        compiled: &Compiled,
        paths: &Paths,
    ) -> Value {
        let field = Positioned::new(field.clone(), pos);
        let key: Arc<str> = field.node.response_key().node.as_str().into();
        match self.snapshot.introspect(field, self.document, compiled).await {
            Ok(value) => value,
            Err(error) => {
                self.fault(&error, paths.field(0, &key), pos);
                Value::Null
            }
        }
    }

    async fn root_field(&self, field: &FieldDef, call: &Call, paths: &Arc<Paths>) -> Result<Value> {
        match &field.resolve {
            Resolve::List(stored) => {
                let Some(list) = &stored.0.list else { return Ok(Value::Null) };
                self.list(*stored, list, call, paths).await
            }
            Resolve::Find(finder, stored) => self.find(*finder, *stored, call, paths).await,
            Resolve::Node => {
                let ids: Vec<_> = call.args.get("id").map(wanted).into_iter().collect();
                let mut nodes = self.nodes_by_id(&ids, call, paths, false).await?;
                Ok(nodes.pop().unwrap_or_default())
            }
            Resolve::Nodes => {
                let ids = list(&call.args, "ids", NODES_MAX)?.iter().map(wanted).collect::<Vec<_>>();
                self.nodes_by_id(&ids, call, paths, true).await.map(Value::Array)
            }
            Resolve::Entities => {
                let ids =
                    list(&call.args, "representations", ENTITIES_MAX)?.iter().map(represented).collect::<Vec<_>>();
                self.nodes_by_id(&ids, call, paths, true).await.map(Value::Array)
            }
            Resolve::Service => {
                let Below::Object(calls) = &call.below else { return Ok(Value::Null) };
                let service = json!({ "sdl": self.snapshot.subgraph() });
                Ok(self.object(calls, &service, &mut paths.field(0, &call.key)).unwrap_or_default())
            }
            Resolve::Query(action) => self.query(*action, call, paths).await,
            Resolve::Mutation(action) => self.mutation(*action, call, paths).await,
            _ => Ok(Value::Null),
        }
    }

    async fn list(&self, stored: Stored, list: &List, call: &Call, paths: &Arc<Paths>) -> Result<Value> {
        let given = call.args.get("filter");
        let filter = self.asking.filter(stored, list, given)?;
        let facts = self.asking.facts(&self.snapshot.table, stored, given)?;
        let listing = Listing {
            stored,
            base: Condition::all().add(self.asking.listed(stored, list)).add(filter).add(facts),
            order: self.asking.list_order(stored, list, call.args.get("orderBy"))?,
            parents: None,
        };
        let mut values = self.connections(&listing, &[Some(0)], call, paths).await?;
        Ok(values.pop().unwrap_or_default())
    }

    /// Rows of global identifiers, one statement per type; null for what is none or not the caller's.
    async fn nodes_by_id(
        &self,
        ids: &[Option<(String, String)>],
        call: &Call,
        paths: &Arc<Paths>,
        many: bool,
    ) -> Result<Vec<Value>> {
        let Below::Node(by_type) = &call.below else { return Ok(vec![Value::Null; ids.len()]) };
        let mut wanted: HashMap<&str, Vec<(usize, Cell)>> = HashMap::new();
        for (at, id) in ids.iter().enumerate() {
            let Some((name, key)) = id else { continue };
            let Some((name, _)) = by_type.get_key_value(name.as_str()) else { continue };
            let Some(stored) = self.snapshot.table.object(name).and_then(|object| object.stored) else { continue };
            let key = if stored.key_is_uuid { key.parse().ok().map(Cell::Uuid) } else { Some(Cell::Text(key.clone())) };
            if let Some(key) = key {
                wanted.entry(name).or_default().push((at, key));
            }
        }
        let mut nodes = vec![Value::Null; ids.len()];
        for (name, wanted) in wanted {
            let (Some(stored), Some(calls)) =
                (self.snapshot.table.object(name).and_then(|object| object.stored), by_type.get(name))
            else {
                continue;
            };
            let (keys, places) = distinct(wanted.iter().map(|(_, key)| Some(key)));
            let needs = Needs::of(self.asking.op, stored, calls);
            let found = self.by_key(stored, stored.0.key, &keys, needs).await?;
            let mut at = vec![(0, None); found.set.len()];
            for ((index, _), place) in wanted.iter().zip(&places).rev() {
                if let Some(row) = place.and_then(|place| found.rows[place]) {
                    at[row].1 = many.then_some(*index);
                }
            }
            let below = paths.below(vec![Arc::clone(&call.key)], at, Vec::new());
            let objects = self.rows(&found.set, calls, Arc::clone(&below)).await;
            for ((index, _), place) in wanted.iter().zip(places) {
                let row = place.and_then(|place| found.rows[place]);
                if let Some(first) = row.and_then(|row| below.first(row)).filter(|first| first != index)
                    && self.is_faulted()
                {
                    let place = |index| vec![Segment::Key(Arc::clone(&call.key)), Segment::Index(index)];
                    self.repeat(&place(first), &place(*index));
                }
                nodes[*index] = row.and_then(|row| objects.get(row).cloned().flatten()).unwrap_or_default();
            }
        }
        Ok(nodes)
    }

    /// Visible rows whose column has one of these keys; of several with one key the first by the type's own key.
    pub(super) async fn by_key(
        &self,
        stored: Stored,
        column: &'static str,
        keys: &[Cell],
        mut needs: Needs,
    ) -> Result<Found> {
        let op = self.asking.op;
        needs.column(column);
        if keys.is_empty() {
            return Ok(Found { set: RowSet::empty(stored, needs), rows: Vec::new() });
        }
        let table = stored.0.table;
        let mut query = Query::select();
        needs.select(op, stored, &mut query);
        let values: Vec<_> = match kind_of(stored.0, column) {
            Some(CellKind::Bytes | CellKind::Bool) | None => Vec::new(),
            Some(_) => keys.iter().filter_map(key_value).collect(),
        };
        query
            .from(Alias::new(table))
            .cond_where(self.asking.visible(stored))
            .and_where(Expr::col((Alias::new(table), Alias::new(column))).is_in(values))
            .order_by((Alias::new(table), Alias::new(stored.0.key)), sea_orm::Order::Asc);
        let set = RowSet::fetch(op, stored, needs, &query).await?;
        set.note_reads(op);
        let mut places = HashMap::new();
        for row in 0..set.len() {
            places.entry(super::listing::hash_key(set.cell(row, column))).or_insert(row);
        }
        let rows = keys.iter().map(|key| places.get(&super::listing::hash_key(key)).copied()).collect();
        Ok(Found { set, rows })
    }

    /// What was noted: faults, and codes of refusals.
    pub(crate) fn noted(self) -> (Vec<Fault>, Vec<&'static str>) {
        let faults = self.faults.into_inner().unwrap_or_else(PoisonError::into_inner);
        (faults, self.refusals.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes why a field is null; what is broken on our side is told to the log alone.
    pub(crate) fn fault(&self, error: &Error, path: Vec<Segment>, pos: Pos) {
        if let Error::Internal(text) = error {
            tracing::error!(request = %self.asking.op.request_id, error = %text, "a field could not be answered");
        }
        let (code, args) = match error {
            Error::Refused(refusal) => (refusal.code, refusal.args.as_slice()),
            other => (other.code(), [].as_slice()),
        };
        let message = code::message(code, args, self.asking.op.language);
        self.note(Fault { code, message, path, pos });
    }

    /// Notes the same fault at every object of a level that asked.
    pub(super) fn fault_all(&self, error: &Error, asked: impl Iterator<Item = bool>, call: &Call, paths: &Paths) {
        for (at, asked) in asked.enumerate() {
            if asked {
                self.fault(error, paths.field(at, &call.key), call.pos);
            }
        }
    }

    /// Notes a field that may not be null and is: not shown for this purpose, or broken.
    pub(crate) fn not_shown(&self, field: &FieldDef, path: Vec<Segment>, pos: Pos) {
        let purpose = &self.asking.op.purpose;
        let error = if self.asking.disclosures.of(field.class) == policies::Disclosure::Plain {
            Error::internal(format!("{} may not be null and is", field.name))
        } else {
            let reason = format!("{} is not shown for the purpose {purpose}", field.name);
            Refusal::new(Code::BadUserInput).arg("reason", reason).into()
        };
        self.fault(&error, path, pos);
    }

    /// Notes a field that the user behind a gateway does not have.
    pub(super) fn withhold(&self, field: &FieldDef, path: Vec<Segment>, pos: Pos) {
        let refusal = Refusal::new(Code::NotInSchema).arg("field", field.name.to_string());
        self.fault(&refusal.into(), path, pos);
    }

    /// Notes the code of a refusal.
    pub(super) fn refusal(&self, code: Code) {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner).push(code.as_str());
    }

    fn note(&self, fault: Fault) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// Notes again, for another place of the same rows, what was noted below a first.
    pub(super) fn repeat(&self, first: &[Segment], other: &[Segment]) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let again = faults.iter().filter(|fault| fault.path.starts_with(first));
        let again = again.map(|fault| Fault { path: [other, &fault.path[first.len()..]].concat(), ..fault.clone() });
        let again: Vec<_> = again.collect();
        faults.extend(again);
    }

    /// Whether anything was noted.
    pub(super) fn is_faulted(&self) -> bool {
        !self.faults.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Whether this field, or one below it, was noted already.
    pub(crate) fn faulted(&self, path: &[Segment]) -> bool {
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.iter().any(|fault| fault.path.starts_with(path))
    }
}

/// Values of a list argument, within its bound.
pub(crate) fn list<'c>(args: &'c Map<String, Value>, name: &str, most: usize) -> Result<&'c [Value], Refusal> {
    let values = args.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if values.len() > most {
        let reason = format!("{name} holds at most {most}");
        return Err(Refusal::new(Code::BadUserInput).arg("reason", reason));
    }
    Ok(values)
}

/// Type and key of a global identifier.
pub(crate) fn wanted(id: &Value) -> Option<(String, String)> {
    id.as_str().and_then(id::decode)
}

/// The same of a representation, if its type is the identifier's own.
pub(crate) fn represented(representation: &Value) -> Option<(String, String)> {
    wanted(&representation["id"]).filter(|(name, _)| representation["__typename"] == name.as_str())
}
