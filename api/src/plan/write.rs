//! Rows to JSON text, in selection order.

use super::{
    bind::Named,
    fetch::{Fetch, Set, passes},
    shape::{EdgeWhat, Field, FieldWhat, InfoWhat, Key, Level, PageOut, PageWhat, Plan, RootWhat},
};
use crate::{
    http::seam::Data,
    reads::{Run, Segment},
    schema::{
        scalars::{self, Leaf},
        types::FieldDef,
    },
};
use async_graphql::Pos;
use platform::{
    Error, id,
    part::{Cell, CellRef, Compute, ComputeContext, Scalar},
};
use serde_json::Value;
use std::{fmt::Write, sync::Arc};

const NULL: &str = "null";

/// Writes the answer; what is wrong with single fields is noted with the run.
pub(super) fn write(plan: &Plan, fetched: &Fetch, run: &Run<'_>) -> Data {
    let mut writer = Writer { plan, fetched, run, out: String::with_capacity(4096) };
    if !writer.root() {
        writer.out.replace_range(.., NULL);
    }
    Data::of_json(writer.out)
}

/// Where in the answer something stands, from its end to the root.
#[derive(Clone, Copy)]
struct At<'a> {
    up: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a Arc<str>),
    Index(usize),
}

impl<'a> At<'a> {
    fn key(&'a self, key: &'a Key) -> At<'a> {
        At { up: Some(self), step: Step::Key(&key.text) }
    }

    fn index(&'a self, index: usize) -> At<'a> {
        At { up: Some(self), step: Step::Index(index) }
    }

    fn path(&self) -> Vec<Segment> {
        let mut path = self.up.map(At::path).unwrap_or_default();
        path.push(match self.step {
            Step::Key(key) => Segment::Key(Arc::clone(key)),
            Step::Index(index) => Segment::Index(index),
        });
        path
    }
}

struct Writer<'a> {
    plan: &'a Plan,
    fetched: &'a Fetch,
    run: &'a Run<'a>,
    out: String,
}

impl<'a> Writer<'a> {
    /// `false` where the whole answer is null.
    fn root(&mut self) -> bool {
        let mut whole = true;
        self.out.push('{');
        for (index, root) in self.plan.root.iter().enumerate() {
            self.key(index, &root.key);
            let at = At { up: None, step: Step::Key(&root.key.text) };
            let start = self.out.len();
            match &root.what {
                RootWhat::Typename(name) => self.text(name),
                RootWhat::List { level, page } => self.list(*level, 0, page, root.pos, &at),
                RootWhat::Nodes { door, types, .. } => {
                    let fields = |level| types.iter().find(|(_, known, _)| *known == level).map(|(.., fields)| fields);
                    match self.fetched.binding.nodes.get(index) {
                        Some(Some(Ok(named))) if *door == super::shape::Door::Node => {
                            self.named(named.first().copied().flatten(), fields, &at);
                        }
                        Some(Some(Ok(named))) => {
                            self.out.push('[');
                            for (index, named) in named.iter().enumerate() {
                                self.comma(index);
                                self.named(*named, fields, &at.index(index));
                            }
                            self.out.push(']');
                        }
                        Some(Some(Err(error))) => {
                            self.run.fault(error, at.path(), root.pos);
                            self.out.push_str(NULL);
                        }
                        _ => self.out.push_str(NULL),
                    }
                }
            }
            whole = whole && self.sound(start, root.def.as_ref(), root.pos, &at);
        }
        self.out.push('}');
        whole
    }

    fn named(&mut self, named: Option<Named>, fields: impl Fn(usize) -> Option<&'a Vec<Field>>, at: &At<'_>) {
        let found = named.and_then(|Named { level, key }| {
            let row = self.fetched.sets[level].one(key)?;
            Some((level, row, fields(level)?))
        });
        match found {
            Some((level, row, fields)) => self.object(level, row, fields, at),
            None => self.out.push_str(NULL),
        }
    }

    /// An object, or null where a field that may not be null is.
    fn object(&mut self, level: usize, row: usize, fields: &[Field], at: &At<'_>) {
        let start = self.out.len();
        if !self.fields(level, row, fields, at) {
            self.out.truncate(start);
            self.out.push_str(NULL);
        }
    }

    /// `false` where a field that may not be null is; what follows it is looked at all the same, for its faults.
    fn fields(&mut self, level: usize, row: usize, fields: &[Field], at: &At<'_>) -> bool {
        let mut whole = true;
        self.out.push('{');
        for (index, field) in fields.iter().enumerate() {
            self.key(index, &field.key);
            let at = at.key(&field.key);
            let start = self.out.len();
            self.field(level, row, field, &at);
            whole = whole && self.sound(start, field.def.as_ref(), field.pos, &at);
        }
        self.out.push('}');
        whole
    }

    /// Whether what was written may stand where it is; a null that may not is noted.
    fn sound(&self, start: usize, def: Option<&Arc<FieldDef>>, pos: Pos, at: &At<'_>) -> bool {
        let Some(def) = def.filter(|def| def.ty.is_required() && self.out.get(start..) == Some(NULL)) else {
            return true;
        };
        let path = at.path();
        if !self.run.faulted(&path) {
            self.run.not_shown(def, path, pos);
        }
        false
    }

    fn field(&mut self, level: usize, row: usize, field: &Field, at: &At<'_>) {
        let (shape, set) = (&self.plan.levels[level], &self.fetched.sets[level]);
        let passes = |guard: &Option<usize>| passes(set, row, shape, *guard);
        match &field.what {
            FieldWhat::Typename(name) => self.text(name),
            FieldWhat::GlobalId { at } => match set.cell(row, *at) {
                CellRef::Uuid(key) => self.text(&id::encode(shape.stored.name, &key.to_string())),
                CellRef::Text(key) => self.text(&id::encode(shape.stored.name, key)),
                _ => self.out.push_str(NULL),
            },
            FieldWhat::Column { guard, .. } | FieldWhat::Computed { guard, .. } | FieldWhat::Details { guard, .. }
                if !passes(guard) =>
            {
                self.out.push_str(NULL);
            }
            FieldWhat::Column { at: column, name, scalar, .. } => {
                self.column(field, shape, set.cell(row, *column), (name, scalar), at);
            }
            FieldWhat::Computed { at: columns, scalar, compute, .. } => {
                self.computed(field, set, row, columns, (scalar, *compute));
            }
            FieldWhat::Details { details, json, programme, calls, .. } => {
                let ours = set.cell(row, *programme) == CellRef::Text(details.0.programme);
                let told = match set.cell(row, *json) {
                    CellRef::Text(text) if ours => match serde_json::from_str::<Value>(text) {
                        Ok(json) => self.run.object(calls, &json, &mut at.path()),
                        Err(error) => {
                            self.run.fault(&error.into(), at.path(), field.pos);
                            None
                        }
                    },
                    _ => None,
                };
                self.value(&told.unwrap_or_default());
            }
            FieldWhat::One { level: below, fields } => {
                let below_set = &self.fetched.sets[*below];
                let key = below_set.places.get(row).copied().flatten();
                match key.and_then(|key| below_set.one(key)) {
                    Some(row) => self.object(*below, row, fields, at),
                    None => self.out.push_str(NULL),
                }
            }
            FieldWhat::Many { level: below, page } => {
                match self.fetched.sets[*below].places.get(row).copied().flatten() {
                    Some(key) => self.list(*below, key, page, field.pos, at),
                    None => self.out.push_str(NULL),
                }
            }
        }
    }

    fn column(
        &mut self,
        field: &Field,
        shape: &Level,
        cell: CellRef<'_>,
        (name, scalar): (&str, &Scalar),
        at: &At<'_>,
    ) {
        let Some(def) = &field.def else { return self.out.push_str(NULL) };
        match scalars::leaf(scalar, cell) {
            Some(leaf) => {
                let leaf = self.run.asking.disclosures.leaf(def.class, scalar, name, leaf);
                self.leaf(&leaf);
            }
            None => {
                let error = Error::internal(format!("{}.{name} holds what is no {scalar:?}", shape.stored.table));
                self.run.fault(&error, at.path(), field.pos);
                self.out.push_str(NULL);
            }
        }
    }

    fn computed(
        &mut self,
        field: &Field,
        set: &Set,
        row: usize,
        columns: &[usize],
        (scalar, compute): (&Scalar, Compute),
    ) {
        let Some(def) = &field.def else { return self.out.push_str(NULL) };
        let cells: Vec<Cell> = columns.iter().map(|column| set.cell(row, *column).into()).collect();
        let op = self.run.asking.op;
        let platform = op.platform();
        let context = ComputeContext { today: op.today().0, cipher: &platform.cipher, platform };
        let value = compute(&cells, &context).unwrap_or_default();
        let shown = self.run.asking.disclosures.show(def.class, Some(scalar), &def.name, value);
        self.value(&shown);
    }

    /// A connection, or null where it was refused or a row in it may not be null and is.
    fn list(&mut self, level: usize, key: usize, page: &[PageOut], pos: Pos, at: &At<'_>) {
        if let Some(refused) = &self.fetched.binding.levels[level].refused {
            if let Some(error) = refused {
                self.run.fault(error, at.path(), pos);
            }
            return self.out.push_str(NULL);
        }
        let start = self.out.len();
        if !self.connection(level, key, page, at) {
            self.out.truncate(start);
            self.out.push_str(NULL);
        }
    }

    fn connection(&mut self, level: usize, key: usize, page: &[PageOut], at: &At<'_>) -> bool {
        let (set, binding) = (&self.fetched.sets[level], &self.fetched.binding.levels[level]);
        let (range, more) = set.page(key, binding);
        let rows: Vec<usize> = if binding.backward { range.rev().collect() } else { range.collect() };
        let mut whole = true;
        self.out.push('{');
        for (index, field) in page.iter().enumerate() {
            self.key(index, &field.key);
            let at = at.key(&field.key);
            match &field.what {
                PageWhat::Typename(name) => self.text(name),
                PageWhat::Total => {
                    let _ = write!(self.out, "{}", set.total(key));
                }
                PageWhat::Nodes(fields) => {
                    self.out.push('[');
                    for (index, row) in rows.iter().enumerate() {
                        self.comma(index);
                        whole &= self.fields(level, *row, fields, &at.index(index));
                    }
                    self.out.push(']');
                }
                PageWhat::Edges(fields) => {
                    self.out.push('[');
                    for (index, row) in rows.iter().enumerate() {
                        self.comma(index);
                        whole &= self.edge(level, *row, fields, &at.index(index));
                    }
                    self.out.push(']');
                }
                PageWhat::Info(fields) => self.info(level, key, fields, (&rows, more)),
            }
        }
        self.out.push('}');
        whole
    }

    fn edge(&mut self, level: usize, row: usize, fields: &[(Key, EdgeWhat)], at: &At<'_>) -> bool {
        let mut whole = true;
        self.out.push('{');
        for (index, (key, what)) in fields.iter().enumerate() {
            self.key(index, key);
            match what {
                EdgeWhat::Typename(name) => self.text(name),
                EdgeWhat::Cursor => self.cursor(level, Some(row)),
                EdgeWhat::Node(fields) => whole &= self.fields(level, row, fields, &at.key(key)),
            }
        }
        self.out.push('}');
        whole
    }

    fn info(&mut self, level: usize, key: usize, fields: &[(Key, InfoWhat)], (rows, more): (&[usize], bool)) {
        let (set, backward) = (&self.fetched.sets[level], self.fetched.binding.levels[level].backward);
        self.out.push('{');
        for (index, (name, what)) in fields.iter().enumerate() {
            self.key(index, name);
            match what {
                InfoWhat::Typename(name) => self.text(name),
                InfoWhat::HasNext => self.truth((!backward && more) || set.is_beyond(key, false)),
                InfoWhat::HasPrevious => self.truth((backward && more) || set.is_beyond(key, true)),
                InfoWhat::Start => self.cursor(level, rows.first().copied()),
                InfoWhat::End => self.cursor(level, rows.last().copied()),
            }
        }
        self.out.push('}');
    }

    fn cursor(&mut self, level: usize, row: Option<usize>) {
        let (shape, set) = (&self.plan.levels[level], &self.fetched.sets[level]);
        let listed = self.fetched.binding.levels[level].listed.as_ref();
        let (Some(listed), Some(row)) = (listed, row) else { return self.out.push_str(NULL) };
        let cell = |name| shape.at(name).map_or(CellRef::Null, |at| set.cell(row, at));
        let cursor = listed.order.cursor(listed.order.columns.iter().map(|column| cell(column.name)));
        self.text(&cursor);
    }

    fn key(&mut self, index: usize, key: &Key) {
        self.comma(index);
        self.out.push_str(&key.json);
    }

    fn comma(&mut self, index: usize) {
        if index > 0 {
            self.out.push(',');
        }
    }

    fn truth(&mut self, truth: bool) {
        self.out.push_str(if truth { "true" } else { "false" });
    }

    fn leaf(&mut self, leaf: &Leaf<'_>) {
        match leaf {
            Leaf::Null => self.out.push_str(NULL),
            Leaf::Bool(truth) => self.truth(*truth),
            Leaf::Int(number) => {
                let _ = write!(self.out, "{number}");
            }
            Leaf::Text(text) => self.text(text),
        }
    }

    fn value(&mut self, value: &Value) {
        let _ = write!(self.out, "{value}");
    }

    /// Text in quotes; only what JSON cannot hold as it is goes the long way.
    fn text(&mut self, text: &str) {
        if text.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
            return self.value(&Value::from(text));
        }
        self.out.push('"');
        self.out.push_str(text);
        self.out.push('"');
    }
}
