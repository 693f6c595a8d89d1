//! Rows to objects, field by field for a whole level.

use super::{
    action::contained,
    fault::{Paths, Segment},
    listing::distinct,
    root::Run,
    rows::{Needs, RowSet},
};
use crate::schema::{
    coerce::{Below, Call, What},
    scalars,
    types::{DetailsOf, EdgeTo, FieldDef, Resolve},
};
use futures_util::future::BoxFuture;
use platform::{
    Error, id,
    part::{Batch, Cell, Compute, ComputeContext, Permission, Scalar},
};
use serde_json::{Map, Value};
use std::sync::Arc;

impl<'a> Run<'a> {
    /// One object per row of a set; `None` where a field that may not be null is.
    pub(super) fn rows<'r>(
        &'r self,
        set: &'r RowSet,
        calls: &'r [Call],
        paths: Arc<Paths>,
    ) -> BoxFuture<'r, Vec<Option<Value>>> {
        Box::pin(async move {
            let mut objects = vec![Some(Map::with_capacity(calls.len())); set.len()];
            if set.len() == 0 {
                return Vec::new();
            }
            for call in calls {
                let values = self.row_field(set, call, &paths).await;
                self.put(&mut objects, call, values, &paths);
            }
            objects.into_iter().map(|object| object.map(Value::Object)).collect()
        })
    }

    /// Adds one field to every object of a level.
    pub(super) fn put(
        &self,
        objects: &mut [Option<Map<String, Value>>],
        call: &Call,
        values: Vec<Value>,
        paths: &Paths,
    ) {
        for (at, (slot, value)) in objects.iter_mut().zip(values).enumerate() {
            let Some(object) = slot else { continue };
            if value.is_null() && !self.sound(call, &value, &paths.field(at, &call.key)) {
                *slot = None;
            } else {
                object.insert(call.key.to_string(), value);
            }
        }
    }

    async fn row_field(&self, set: &RowSet, call: &Call, paths: &Arc<Paths>) -> Vec<Value> {
        let field = match &call.what {
            What::Typename(name) => return vec![Value::from(name.as_ref()); set.len()],
            What::Introspection(_) => return vec![Value::Null; set.len()],
            What::Withheld(field) => {
                (0..set.len()).for_each(|row| self.withhold(field, paths.field(row, &call.key), call.pos));
                return vec![Value::Null; set.len()];
            }
            What::Field(field) => field,
        };
        match &field.resolve {
            Resolve::GlobalId => (0..set.len()).map(|row| global_id(set, row)).collect(),
            Resolve::Column { column, scalar, guard } => self.leaves(set, call, field, *guard, (column, scalar), paths),
            Resolve::Computed { columns, scalar, compute, guard } => {
                let value = |row| {
                    let shown = set.passes(row, *guard).then(|| self.computed(set, row, columns, *compute));
                    self.asking.disclosures.show(field.class, Some(scalar), &field.name, shown.unwrap_or_default())
                };
                (0..set.len()).map(value).collect()
            }
            Resolve::Details { details, guard } => self.details(set, call, *details, *guard, paths),
            Resolve::Batch { compute, guard } => self.batch(set, call, field, (*compute, *guard), paths).await,
            Resolve::ToOne(to) => self.to_one(set, call, *to, paths).await,
            Resolve::ToMany(to) => self.to_many(set, call, *to, paths).await,
            _ => vec![Value::Null; set.len()],
        }
    }

    fn leaves(
        &self,
        set: &RowSet,
        call: &Call,
        field: &FieldDef,
        guard: Option<Permission>,
        (column, scalar): (&str, &Scalar),
        paths: &Paths,
    ) -> Vec<Value> {
        let leaf = |row| {
            if !set.passes(row, guard) {
                return Value::Null;
            }
            match scalars::leaf(scalar, set.cell(row, column).borrowed()) {
                Some(leaf) => self.asking.disclosures.leaf(field.class, scalar, column, leaf).into(),
                None => {
                    let error = Error::internal(format!("{}.{column} holds what is no {scalar:?}", set.stored.table));
                    self.fault(&error, paths.field(row, &call.key), call.pos);
                    Value::Null
                }
            }
        };
        (0..set.len()).map(leaf).collect()
    }

    fn computed(&self, set: &RowSet, row: usize, columns: &[&'static str], compute: Compute) -> Value {
        let cells: Vec<Cell> = columns.iter().map(|column| set.cell(row, column).clone()).collect();
        let op = self.asking.op;
        let platform = op.platform();
        let context = ComputeContext { today: op.today().0, cipher: &platform.cipher, platform };
        compute(&cells, &context).unwrap_or_default()
    }

    /// A programme's facts, present where the row is of that programme.
    fn details(
        &self,
        set: &RowSet,
        call: &Call,
        details: DetailsOf,
        guard: Option<Permission>,
        paths: &Paths,
    ) -> Vec<Value> {
        let Below::Object(calls) = &call.below else { return vec![Value::Null; set.len()] };
        let one = |row| {
            let ours = set.cell(row, "programme").text() == Some(details.0.programme);
            let Some(text) = set.cell(row, "details").text().filter(|_| ours && set.passes(row, guard)) else {
                return Value::Null;
            };
            let mut path = paths.field(row, &call.key);
            match serde_json::from_str::<Value>(text) {
                Ok(json) => self.object(calls, &json, &mut path).unwrap_or_default(),
                Err(error) => {
                    self.fault(&error.into(), path, call.pos);
                    Value::Null
                }
            }
        };
        (0..set.len()).map(one).collect()
    }

    /// Plain data about the rows, computed for all of them together.
    async fn batch(
        &self,
        set: &RowSet,
        call: &Call,
        field: &FieldDef,
        (compute, guard): (Batch, Option<Permission>),
        paths: &Arc<Paths>,
    ) -> Vec<Value> {
        let mut values = vec![Value::Null; set.len()];
        let Below::Object(calls) = &call.below else { return values };
        if self.asking.disclosures.of(field.class) == policies::Disclosure::Null {
            return values;
        }
        let keyed = (0..set.len()).filter(|row| set.passes(*row, guard)).filter_map(|row| {
            match set.cell(row, set.stored.key) {
                Cell::Uuid(key) => Some((row, *key)),
                _ => None,
            }
        });
        let (rows, keys): (Vec<_>, Vec<_>) = keyed.unzip();
        match contained(compute(self.asking.op, keys)).await {
            Ok(told) => {
                for (row, value) in rows.into_iter().zip(told) {
                    let mut path = paths.field(row, &call.key);
                    values[row] = self.nested(&field.ty, calls, &value, &mut path).unwrap_or_default();
                }
            }
            Err(error) => self.fault_all(&error, (0..set.len()).map(|row| rows.contains(&row)), call, paths),
        }
        values
    }

    /// The rows that an edge leads to, one statement for all parents.
    async fn to_one(&self, set: &RowSet, call: &Call, to: EdgeTo, paths: &Arc<Paths>) -> Vec<Value> {
        let Below::Object(calls) = &call.below else { return vec![Value::Null; set.len()] };
        let local = |row| set.passes(row, to.guard).then(|| set.cell(row, to.edge.local));
        let (keys, places) = distinct((0..set.len()).map(local));
        let mut needs = Needs::of(self.asking.op, to.target, calls);
        needs.column(to.edge.remote);
        let found = match self.by_key(to.target, to.edge.remote, &keys, needs).await {
            Ok(found) => found,
            Err(error) => {
                self.fault_all(&error, places.iter().map(Option::is_some), call, paths);
                return vec![Value::Null; set.len()];
            }
        };
        // A child that several parents share is answered at the path of the first.
        let mut first_parents = vec![(0, None); found.set.len()];
        for (parent, place) in places.iter().enumerate().rev() {
            if let Some(row) = place.and_then(|place| found.rows[place]) {
                first_parents[row].0 = parent;
            }
        }
        let below = paths.below(vec![Arc::clone(&call.key)], first_parents.clone(), Vec::new());
        let children = self.rows(&found.set, calls, below).await;
        if self.is_faulted() {
            for (parent, place) in places.iter().enumerate() {
                let first = place.and_then(|place| found.rows[place]).map(|row| first_parents[row].0);
                if let Some(first) = first.filter(|first| *first != parent) {
                    self.repeat(&paths.field(first, &call.key), &paths.field(parent, &call.key));
                }
            }
        }
        let child = |place: &Option<usize>| {
            let row = place.and_then(|place| found.rows[place])?;
            children.get(row).cloned().flatten()
        };
        places.iter().map(|place| child(place).unwrap_or_default()).collect()
    }

    /// Whether a value may stand where it is; a null that may not is noted.
    pub(super) fn sound(&self, call: &Call, value: &Value, path: &[Segment]) -> bool {
        let (What::Field(field) | What::Withheld(field)) = &call.what else { return true };
        if !value.is_null() || !field.ty.is_required() {
            return true;
        }
        if !self.faulted(path) {
            self.not_shown(field, path.to_vec(), call.pos);
        }
        false
    }
}

fn global_id(set: &RowSet, row: usize) -> Value {
    match set.cell(row, set.stored.key) {
        Cell::Uuid(key) => id::encode(set.stored.name, &key.to_string()).into(),
        Cell::Text(key) => id::encode(set.stored.name, key).into(),
        _ => Value::Null,
    }
}
