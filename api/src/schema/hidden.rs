//! Which names of a refused document exist for others: they are counted, never told.

use super::types::{FieldDef, MUTATION, QUERY, SUBSCRIPTION, TypeDef, TypeRef, TypeTable};
use async_graphql::{
    Positioned,
    parser::types::{BaseType, ExecutableDocument, OperationType, Selection, SelectionSet, Type},
};
use async_graphql_value::Value as Literal;
use std::collections::BTreeSet;

/// Names kept of one document.
const NAMES_MAX: usize = 10;

/// Names in the document that the full table has and the caller's has not, as `Type`, `Type.field`.
pub fn named(full: &TypeTable, own: &TypeTable, document: &ExecutableDocument) -> Vec<String> {
    let mut walk = Walk { full, own, found: BTreeSet::new() };
    for (_, operation) in document.operations.iter() {
        for variable in &operation.node.variable_definitions {
            walk.type_name(innermost(&variable.node.var_type.node));
        }
        let root = match operation.node.ty {
            OperationType::Query => QUERY,
            OperationType::Mutation => MUTATION,
            OperationType::Subscription => SUBSCRIPTION,
        };
        walk.selection(root, &operation.node.selection_set.node);
    }
    for fragment in document.fragments.values() {
        let on = fragment.node.type_condition.node.on.node.as_str();
        walk.type_name(on);
        walk.selection(on, &fragment.node.selection_set.node);
    }
    walk.found.into_iter().take(NAMES_MAX).collect()
}

/// The name inside all lists.
pub(super) fn innermost(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => innermost(inner),
    }
}

struct Walk<'a> {
    full: &'a TypeTable,
    own: &'a TypeTable,
    found: BTreeSet<String>,
}

impl Walk<'_> {
    fn type_name(&mut self, name: &str) {
        if self.full.get(name).is_some() && self.own.get(name).is_none() {
            self.found.insert(name.to_owned());
        }
    }

    /// Spreads are not followed: every fragment is walked once by its own type.
    fn selection(&mut self, parent: &str, set: &SelectionSet) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => self.field(parent, &field.node),
                Selection::FragmentSpread(_) => {}
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map_or(parent, |on| on.node.on.node.as_str());
                    self.type_name(on);
                    self.selection(on, &fragment.node.selection_set.node);
                }
            }
        }
    }

    fn field(&mut self, parent: &str, field: &async_graphql::parser::types::Field) {
        let name = field.name.node.as_str();
        let Some(def) = self.full.field(parent, name) else { return };
        let own = self.own.field(parent, name);
        if own.is_none() {
            self.found.insert(format!("{parent}.{name}"));
        }
        for (arg, value) in &field.arguments {
            self.argument(parent, def, own.map(AsRef::as_ref), arg, &value.node);
        }
        let below = def.ty.name().to_owned();
        self.selection(&below, &field.selection_set.node);
    }

    fn argument(
        &mut self,
        parent: &str,
        def: &FieldDef,
        own: Option<&FieldDef>,
        arg: &Positioned<async_graphql_value::Name>,
        value: &Literal,
    ) {
        let name = arg.node.as_str();
        let Some(arg) = def.args.iter().find(|known| known.name.as_ref() == name) else { return };
        if own.is_some_and(|own| !own.args.iter().any(|known| known.name.as_ref() == name)) {
            self.found.insert(format!("{parent}.{}({name})", def.name));
        }
        self.value(&arg.ty, value);
    }

    fn value(&mut self, ty: &TypeRef, value: &Literal) {
        match (self.full.get(ty.name()), value) {
            (_, Literal::List(items)) => items.iter().for_each(|item| self.value(ty, item)),
            (Some(TypeDef::Input(full)), Literal::Object(fields)) => {
                for (name, value) in fields {
                    let Some(field) = full.fields.get(name.as_str()) else { continue };
                    let own = matches!(self.own.get(ty.name()), Some(TypeDef::Input(own)) if own.fields.contains_key(name.as_str()));
                    if !own {
                        self.found.insert(format!("{}.{name}", ty.name()));
                    }
                    self.value(&field.ty, value);
                }
            }
            (Some(TypeDef::Enum(full)), Literal::Enum(name)) => {
                let in_full = full.values.iter().any(|value| value.name == name.as_str());
                let own = matches!(self.own.get(ty.name()), Some(TypeDef::Enum(own)) if own.values.iter().any(|value| value.name == name.as_str()));
                if in_full && !own {
                    self.found.insert(format!("{}.{name}", ty.name()));
                }
            }
            _ => {}
        }
    }
}
