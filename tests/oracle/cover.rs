//! What a run asked for and was answered.

use super::{
    document::{Document, Field, Literal, Selection},
    generate::Made,
    routes::{Routes, Target},
};
use api::{
    http::seam::Answer,
    schema::{
        TypeTable,
        types::{QUERY, TypeDef},
    },
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write},
};

/// What one role's operations, or those of all, came to.
#[derive(Default)]
pub struct Cover {
    /// Operations.
    pub asked: usize,
    /// Those that were executed: no request error.
    pub executed: usize,
    /// Those that were executed without an error at any field.
    pub clean: usize,
    /// Those whose answer holds a row.
    pub with_rows: usize,
    /// Those whose answers differed once, and not when they were asked again.
    pub moved: usize,
    /// Those that a plan answered.
    pub planned: usize,
    statements: u64,
    features: BTreeMap<&'static str, usize>,
    codes: BTreeMap<String, usize>,
    /// Fields selected, and comparisons made, by executed operations.
    pub reached: BTreeSet<Target>,
}

impl Cover {
    /// Counts one operation.
    pub fn add(&mut self, table: &TypeTable, made: &Made, answer: &Answer) {
        self.asked += 1;
        self.statements += u64::from(answer.sql_count);
        for feature in &made.features {
            *self.features.entry(feature).or_default() += 1;
        }
        let codes = answer.errors.iter().filter_map(|error| error.extensions.get("code")?.as_str());
        for code in codes.collect::<BTreeSet<_>>() {
            *self.codes.entry(code.to_owned()).or_default() += 1;
        }
        let Some(data) = answer.value().filter(|data| !data.is_null()) else { return };
        self.executed += 1;
        self.clean += usize::from(answer.errors.is_empty());
        self.with_rows += usize::from(holds_row(&data));
        self.planned += usize::from(answer.extensions.contains_key("plan"));
        let mut walk = Walk { table, document: &made.document, reached: &mut self.reached };
        walk.set(QUERY, &made.document.set);
    }

    /// Adds what others came to.
    pub fn join(&mut self, other: Self) {
        self.asked += other.asked;
        self.executed += other.executed;
        self.clean += other.clean;
        self.with_rows += other.with_rows;
        self.planned += other.planned;
        self.moved += other.moved;
        self.statements += other.statements;
        other.features.into_iter().for_each(|(name, count)| *self.features.entry(name).or_default() += count);
        other.codes.into_iter().for_each(|(code, count)| *self.codes.entry(code).or_default() += count);
        self.reached.extend(other.reached);
    }

    /// What a run should have asked for and has not.
    pub fn missing(&self, routes: &Routes) -> Vec<Target> {
        routes.targets.iter().filter(|target| !self.reached.contains(target)).cloned().collect()
    }
}

impl fmt::Display for Cover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |count: usize| format!("{:5.1} %", 100.0 * as_float(count) / as_float(self.asked.max(1)));
        let mut text = String::new();
        writeln!(text, "{:>8} operations", self.asked)?;
        writeln!(text, "{} executed", share(self.executed))?;
        writeln!(text, "{} without any error", share(self.clean))?;
        writeln!(text, "{} answered with a row", share(self.with_rows))?;
        writeln!(text, "{} answered by a plan", share(self.planned))?;
        let statements = as_float(usize::try_from(self.statements).unwrap_or(usize::MAX));
        writeln!(text, "{:>7.2} statements an operation", statements / as_float(self.asked.max(1)))?;
        self.features.iter().try_for_each(|(name, count)| writeln!(text, "{} {name}", share(*count)))?;
        self.codes.iter().try_for_each(|(code, count)| writeln!(text, "{} answered {code}", share(*count)))?;
        f.write_str(&text)
    }
}

fn as_float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Whether an answer holds more than empty lists and nulls.
fn holds_row(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| !item.is_null()),
        Value::Object(fields) => fields.values().any(holds_row),
        _ => false,
    }
}

struct Walk<'a> {
    table: &'a TypeTable,
    document: &'a Document,
    reached: &'a mut BTreeSet<Target>,
}

impl<'a> Walk<'a> {
    /// Notes what is selected for certain: nothing under a directive is.
    fn set(&mut self, parent: &str, set: &'a [Selection]) {
        for selection in set.iter().filter(|selection| selection.directives().is_empty()) {
            match selection {
                Selection::Field(field) => self.field(parent, field),
                Selection::Inline(inline) => self.set(inline.on.as_deref().unwrap_or(parent), &inline.set),
                Selection::Spread(spread) => {
                    let fragments = &self.document.fragments;
                    if let Some(fragment) = fragments.iter().find(|fragment| fragment.name == spread.name) {
                        self.set(&fragment.on, &fragment.set);
                    }
                }
            }
        }
    }

    fn field(&mut self, parent: &str, field: &'a Field) {
        let Some(def) = self.table.field(parent, &field.name) else { return };
        let ty = def.ty.name().to_owned();
        let target = |comparison| Target { parent: parent.into(), field: field.name.as_str().into(), comparison };
        if parent == QUERY
            && let Some((_, filter)) = field.args.iter().find(|(name, _)| name == "filter")
        {
            let mut path = Vec::new();
            let filter_type =
                def.args.iter().find(|arg| arg.name.as_ref() == "filter").map(|arg| arg.ty.name().to_owned());
            let mut found = Vec::new();
            self.comparisons(&filter_type.unwrap_or_default(), filter, &mut path, &mut found);
            self.reached.extend(found.into_iter().map(|path| target(Some(path))));
        }
        self.reached.insert(target(None));
        self.set(&ty, &field.set);
    }

    fn comparisons(&self, ty: &str, value: &Literal, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
        let value = match value {
            Literal::Variable(name) => {
                let variable = self.document.variables.iter().find(|variable| variable.name == *name);
                variable.and_then(|variable| variable.given.as_ref().or(variable.default.as_ref()))
            }
            value => Some(value),
        };
        match (self.table.get(ty), value) {
            (Some(TypeDef::Input(input)), Some(Literal::Object(fields))) => {
                for (name, value) in fields {
                    let Some(def) = input.fields.get(name.as_str()) else { continue };
                    path.push(name.clone());
                    self.comparisons(def.ty.name(), value, path, found);
                    path.pop();
                }
            }
            (_, None | Some(Literal::Null)) => {}
            _ => found.push(path.clone()),
        }
    }
}
