//! CollectFields and CoerceArgumentValues: a document becomes calls, merged, with right arguments.

use super::{
    RequestError,
    template::{Deferred, holds_variable},
    values::{Coercion, Source},
    variables::Variables,
};
use crate::schema::types::{FieldDef, MUTATION, NODE, ObjectDef, QUERY, SUBSCRIPTION, TypeDef, TypeTable};
use async_graphql::{
    Pos, Positioned,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
        SelectionSet, VariableDefinition,
    },
};
use platform::Code;
use serde_json::{Map, Value};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Fragments multiply: a document may not unfold into more fields than this.
const CALLS_MAX: usize = 20_000;

/// Query, mutation or subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A query.
    Query,
    /// A mutation.
    Mutation,
    /// A subscription, of exactly one field.
    Subscription,
}

/// An operation ready to run.
#[derive(Debug)]
pub struct Compiled {
    /// What it is.
    pub kind: Kind,
    /// Fields of the root, merged, in response order.
    pub root: Vec<Call>,
    /// Coerced variables with their definitions, for introspection.
    pub variables: Map<String, Value>,
    /// Definitions of the variables.
    pub definitions: Vec<Positioned<VariableDefinition>>,
}

/// One selected field with its arguments.
#[derive(Debug, Clone)]
pub struct Call {
    /// Key in the response.
    pub key: Arc<str>,
    /// What is selected.
    pub what: What,
    /// Coerced arguments.
    pub args: Map<String, Value>,
    /// In a template: where the arguments will stand that wait for variables.
    pub slot: Option<usize>,
    /// What is selected below.
    pub below: Below,
    /// Where it stands in the document.
    pub pos: Pos,
}

/// What a call selects.
#[derive(Debug, Clone)]
pub enum What {
    /// A field of the table.
    Field(Arc<FieldDef>),
    /// A field that the user behind a gateway does not have; it is null.
    Withheld(Arc<FieldDef>),
    /// `__typename`, which is this.
    Typename(Arc<str>),
    /// `__schema` or `__type`, answered by the library.
    Introspection(Box<Field>),
}

/// Selections below a call.
#[derive(Debug, Clone)]
pub enum Below {
    /// None: a leaf.
    Leaf,
    /// Of an object.
    Object(Vec<Call>),
    /// Of `Node` or `_Entity`, by the name of the object met.
    Node(HashMap<Arc<str>, Vec<Call>>),
}

/// Compiles the chosen operation of a document that the library has validated.
pub fn compile(
    table: &TypeTable,
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Map<String, Value>,
) -> Result<Compiled, Vec<RequestError>> {
    let operation = operation(document, operation_name).map_err(|error| vec![error])?;
    let (kind, root) = match operation.node.ty {
        OperationType::Query => (Kind::Query, QUERY),
        OperationType::Mutation => (Kind::Mutation, MUTATION),
        OperationType::Subscription => (Kind::Subscription, SUBSCRIPTION),
    };
    let Some(root) = table.object(root) else {
        return Err(vec![no_root(&root.to_ascii_lowercase(), operation.pos)]);
    };
    let variables = Variables::coerce(table, &operation.node, variables)?;
    let mut selector = Selector::new(table, document, &variables, false);
    let calls = selector.object(root, &[&operation.node.selection_set.node]);
    if kind == Kind::Subscription && selector.errors.is_empty() {
        selector.errors.extend(not_one_field(&calls, operation.pos));
    }
    if selector.errors.is_empty() {
        let definitions = operation.node.variable_definitions.clone();
        Ok(Compiled { kind, root: calls, variables: variables.values(), definitions })
    } else {
        Err(selector.errors)
    }
}

/// A stream has one source, so a subscription has one field at its root, and it is no introspection.
fn not_one_field(calls: &[Call], pos: Pos) -> Option<RequestError> {
    match calls {
        [Call { what: What::Field(_), .. }] => None,
        _ => {
            let message = "A subscription must select exactly one top level field, and none that begins with __.";
            Some(RequestError::at(Code::GraphqlValidation, message, pos))
        }
    }
}

fn no_root(kind: &str, pos: Pos) -> RequestError {
    RequestError::at(Code::GraphqlValidation, format!("Schema is not configured for {kind}s."), pos)
}

/// The operation that would run.
pub fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a Positioned<OperationDefinition>, RequestError> {
    let wrong = |message: String| RequestError { code: Code::BadRequest, message, locations: Vec::new() };
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(operation),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next().ok_or_else(|| wrong("Operation name required in request.".to_owned()))
        }
        (DocumentOperations::Multiple(_), None) => Err(wrong("Operation name required in request.".to_owned())),
        (DocumentOperations::Single(_), Some(name)) => Err(wrong(format!("Unknown operation named \"{name}\""))),
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.get(name).ok_or_else(|| wrong(format!("Unknown operation named \"{name}\"")))
        }
    }
}

pub(super) struct Selector<'a> {
    table: &'a TypeTable,
    document: &'a ExecutableDocument,
    variables: &'a Variables<'a>,
    pub(super) errors: Vec<RequestError>,
    calls: usize,
    /// Arguments with variables in them are left for later, and gathered here.
    defer: bool,
    pub(super) deferred: Vec<Deferred>,
}

/// Fields of one response key, in document order of the first.
type Groups<'a> = Vec<(&'a str, Vec<&'a Positioned<Field>>)>;

impl<'a> Selector<'a> {
    pub(super) fn new(
        table: &'a TypeTable,
        document: &'a ExecutableDocument,
        variables: &'a Variables<'a>,
        defer: bool,
    ) -> Self {
        Self { table, document, variables, errors: Vec::new(), calls: 0, defer, deferred: Vec::new() }
    }

    pub(super) fn object(&mut self, object: &'a ObjectDef, sets: &[&'a SelectionSet]) -> Vec<Call> {
        let mut groups: Groups<'a> = Vec::new();
        let mut seen = HashSet::new();
        for set in sets {
            self.collect(object, set, &mut groups, &mut seen);
        }
        groups.into_iter().filter_map(|(key, fields)| self.call(object, key, &fields)).collect()
    }

    fn collect(
        &mut self,
        object: &ObjectDef,
        set: &'a SelectionSet,
        groups: &mut Groups<'a>,
        seen: &mut HashSet<&'a str>,
    ) {
        for item in &set.items {
            if !self.included(item.node.directives()) {
                continue;
            }
            match &item.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.as_str();
                    match groups.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, fields)) => fields.push(field),
                        None => groups.push((key, vec![field])),
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    if let Some(fragment) = self.document.fragments.get(name)
                        && self.applies(object, Some(&fragment.node.type_condition.node.on.node))
                        && seen.insert(name)
                    {
                        self.collect(object, &fragment.node.selection_set.node, groups, seen);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                    if self.applies(object, condition) {
                        self.collect(object, &fragment.node.selection_set.node, groups, seen);
                    }
                }
            }
        }
    }

    /// Whether `@skip` and `@include` let a selection stand.
    fn included(&mut self, directives: &'a [Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let wanted = match directive.node.name.node.as_str() {
                "include" => true,
                "skip" => false,
                _ => return true,
            };
            let condition = directive.node.get_argument("if");
            let coercion = self.coercion();
            let value = condition
                .map(|value| coercion.value(&value.node, &crate::schema::TypeRef::named("Boolean").required()));
            match value {
                Some(Ok(Value::Bool(held))) => held == wanted,
                other => {
                    let reason = match other {
                        Some(Err(wrong)) => wrong.to_string(),
                        _ => "it needs a truth value".to_owned(),
                    };
                    self.errors.push(RequestError::at(
                        Code::GraphqlValidation,
                        format!("Argument \"if\" of a directive got an invalid value: {reason}"),
                        directive.pos,
                    ));
                    false
                }
            }
        })
    }

    /// DoesFragmentTypeApply: objects, the one interface, the one union.
    fn applies(&self, object: &ObjectDef, condition: Option<&str>) -> bool {
        condition.is_none_or(|name| {
            name == object.name.as_ref()
                || (object.node && name == NODE)
                || matches!(self.table.get(name), Some(TypeDef::Union(union)) if union.members.contains(&object.name))
        })
    }

    fn coercion(&self) -> Coercion<'a> {
        Coercion { table: self.table, variables: Some(self.variables), source: Source::Document }
    }

    fn call(&mut self, object: &'a ObjectDef, key: &str, fields: &[&'a Positioned<Field>]) -> Option<Call> {
        let first = *fields.first()?;
        self.calls += 1;
        if self.calls > CALLS_MAX {
            if self.calls == CALLS_MAX + 1 {
                let message = format!("the operation has too much of fields: at most {CALLS_MAX}");
                self.errors.push(RequestError::at(Code::OperationLimit, message, first.pos));
            }
            return None;
        }
        let name = first.node.name.node.as_str();
        let call = |what, args, slot, below| Some(Call { key: key.into(), what, args, slot, below, pos: first.pos });
        match name {
            "__typename" => return call(What::Typename(Arc::clone(&object.name)), Map::new(), None, Below::Leaf),
            "__schema" | "__type" if object.name.as_ref() == QUERY => {
                let merged = fields.iter().flat_map(|field| field.node.selection_set.node.items.clone()).collect();
                let mut field = first.node.clone();
                field.directives.clear();
                field.selection_set.node = SelectionSet { items: merged };
                return call(What::Introspection(Box::new(field)), Map::new(), None, Below::Leaf);
            }
            _ => {}
        }
        let Some(def) = object.fields.get(name) else {
            let message = format!("Unknown field \"{name}\" on type \"{}\".", object.name);
            self.errors.push(RequestError::at(Code::GraphqlValidation, message, first.pos));
            return None;
        };
        let (args, slot) = self.arguments(def, first);
        let sets: Vec<_> = fields.iter().map(|field| &field.node.selection_set.node).collect();
        let below = match self.table.get(def.ty.name()) {
            Some(TypeDef::Object(below)) => Below::Object(self.object(below, &sets)),
            _ => match self.table.possible(def.ty.name()) {
                Some(objects) => Below::Node(
                    objects.into_iter().map(|object| (Arc::clone(&object.name), self.object(object, &sets))).collect(),
                ),
                None => Below::Leaf,
            },
        };
        call(What::Field(Arc::clone(def)), args, slot, below)
    }

    fn arguments(&mut self, def: &Arc<FieldDef>, field: &'a Positioned<Field>) -> (Map<String, Value>, Option<usize>) {
        let mut args = Map::new();
        let mut later = Vec::new();
        for (at, arg) in def.args.iter().enumerate() {
            let given = field.node.get_argument(&arg.name);
            if self.defer && given.is_some_and(|value| holds_variable(&value.node)) {
                later.extend(given.map(|value| (at, value.node.clone())));
                continue;
            }
            match self.coercion().provided(arg, given.map(|value| &value.node)) {
                Ok(Some(value)) => {
                    args.insert(arg.name.to_string(), value);
                }
                Ok(None) => {}
                Err(wrong) => {
                    let pos = given.map_or(field.pos, |value| value.pos);
                    let message =
                        format!("Argument \"{}\" of field \"{}\" got an invalid value: {wrong}", arg.name, def.name);
                    self.errors.push(RequestError::at(Code::GraphqlValidation, message, pos));
                }
            }
        }
        let slot = (!later.is_empty()).then_some(self.deferred.len());
        if slot.is_some() {
            self.deferred.push(Deferred { field: Arc::clone(def), fixed: args.clone(), later });
        }
        (args, slot)
    }
}
