//! A document's calls without any request's values: arguments with variables in them wait for those.

use super::{
    Call,
    select::{Selector, operation},
    values::{Coercion, Source},
    variables::Variables,
};
use crate::schema::types::{FieldDef, QUERY, TypeTable};
use async_graphql::{
    Positioned,
    parser::types::{Directive, ExecutableDocument, OperationType, Selection, SelectionSet},
};
use async_graphql_value::Value as Literal;
use serde_json::{Map, Value};
use std::{collections::BTreeSet, sync::Arc};

/// Calls of a query whose arguments are coerced as far as they can be without variables.
#[derive(Debug)]
pub struct Template {
    /// Fields of the root, merged, in response order.
    pub root: Vec<Call>,
    deferred: Vec<Deferred>,
}

/// Arguments of one call, some of which wait.
#[derive(Debug)]
pub(super) struct Deferred {
    pub(super) field: Arc<FieldDef>,
    pub(super) fixed: Map<String, Value>,
    /// Place of the argument in its field, and what was written.
    pub(super) later: Vec<(usize, Literal)>,
}

/// Variables of one request, coerced.
pub struct Given<'a>(Variables<'a>);

/// What a value of a variable may be where `@skip` and `@include` ask for it.
pub type Switches = Vec<Option<bool>>;

impl<'a> Given<'a> {
    /// Coerces them; `None` where they are wrong, which the way of the whole document tells in its own words.
    pub fn coerce(
        table: &'a TypeTable,
        document: &'a ExecutableDocument,
        name: Option<&str>,
        variables: &Map<String, Value>,
    ) -> Option<Self> {
        Variables::coerce(table, &operation(document, name).ok()?.node, variables).ok().map(Self)
    }

    /// The values of the variables by which selections are skipped or included.
    pub fn switches(&self, names: &[String]) -> Switches {
        let value = |name: &String| self.0.held(name)?.value.as_ref()?.as_bool();
        names.iter().map(value).collect()
    }
}

impl Template {
    /// Makes the template of a query that the library has validated; `None` where anything in it is wrong.
    pub fn new(
        table: &TypeTable,
        document: &ExecutableDocument,
        name: Option<&str>,
        given: &Given<'_>,
    ) -> Option<Self> {
        let operation = operation(document, name).ok()?;
        if operation.node.ty != OperationType::Query {
            return None;
        }
        let mut selector = Selector::new(table, document, &given.0, true);
        let root = selector.object(table.object(QUERY)?, &[&operation.node.selection_set.node]);
        selector.errors.is_empty().then_some(Self { root, deferred: selector.deferred })
    }

    /// Whether an argument of a call waits for a request's variables.
    pub fn awaits(&self, call: &Call, name: &str) -> bool {
        let deferred = call.slot.and_then(|slot| self.deferred.get(slot));
        deferred.is_some_and(|Deferred { field, later, .. }| {
            later.iter().any(|(at, _)| field.args.get(*at).is_some_and(|arg| arg.name.as_ref() == name))
        })
    }

    /// The arguments that waited; `None` where one is wrong.
    pub fn bind(&self, table: &TypeTable, given: &Given<'_>) -> Option<Bound> {
        let coercion = Coercion { table, variables: Some(&given.0), source: Source::Document };
        let one = |deferred: &Deferred| {
            let mut args = deferred.fixed.clone();
            for (at, literal) in &deferred.later {
                let arg = deferred.field.args.get(*at)?;
                if let Some(value) = coercion.provided(arg, Some(literal)).ok()? {
                    args.insert(arg.name.to_string(), value);
                }
            }
            Some(args)
        };
        self.deferred.iter().map(one).collect::<Option<_>>().map(Bound)
    }
}

/// Arguments of one request, for the calls of a template that waited for them.
#[derive(Debug, Default)]
pub struct Bound(Vec<Map<String, Value>>);

impl Bound {
    /// The arguments of a call.
    pub fn of<'b>(&'b self, call: &'b Call) -> &'b Map<String, Value> {
        self.at(call.slot).unwrap_or(&call.args)
    }

    /// The arguments in a slot, if there is one.
    pub fn at(&self, slot: Option<usize>) -> Option<&Map<String, Value>> {
        self.0.get(slot?)
    }
}

pub(super) fn holds_variable(value: &Literal) -> bool {
    match value {
        Literal::Variable(_) => true,
        Literal::List(items) => items.iter().any(holds_variable),
        Literal::Object(fields) => fields.values().any(holds_variable),
        _ => false,
    }
}

/// Names of the variables that anything in a document is skipped or included by.
pub fn switches(document: &ExecutableDocument) -> Vec<String> {
    let mut names = BTreeSet::new();
    let sets = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    for set in sets.chain(document.fragments.values().map(|fragment| &fragment.node.selection_set.node)) {
        of_set(set, &mut names);
    }
    names.into_iter().collect()
}

fn of_set(set: &SelectionSet, names: &mut BTreeSet<String>) {
    for item in &set.items {
        of_directives(item.node.directives(), names);
        match &item.node {
            Selection::Field(field) => of_set(&field.node.selection_set.node, names),
            Selection::InlineFragment(fragment) => of_set(&fragment.node.selection_set.node, names),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn of_directives(directives: &[Positioned<Directive>], names: &mut BTreeSet<String>) {
    for (_, value) in directives.iter().flat_map(|directive| &directive.node.arguments) {
        if let Literal::Variable(name) = &value.node {
            names.insert(name.to_string());
        }
    }
}
