//! CoerceVariableValues of the specification.

use super::{
    RequestError,
    values::{Coercion, Source},
};
use crate::schema::types::{TypeDef, TypeRef, TypeTable};
use async_graphql::parser::types::{BaseType, OperationDefinition, Type};
use platform::Code;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// A defined variable and its value, if it has one.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) ty: TypeRef,
    /// Whether it has a default that is not null.
    pub(super) has_default: bool,
    pub(super) value: Option<Value>,
}

impl Held {
    /// IsVariableUsageAllowed.
    pub(super) fn fits(&self, location: &TypeRef, location_has_default: bool) -> bool {
        match (location, &self.ty) {
            (TypeRef::NonNull(inner), TypeRef::Named(_) | TypeRef::List(_)) => {
                (self.has_default || location_has_default) && compatible(&self.ty, inner)
            }
            _ => compatible(&self.ty, location),
        }
    }
}

/// AreTypesCompatible.
fn compatible(variable: &TypeRef, location: &TypeRef) -> bool {
    match (variable, location) {
        (TypeRef::NonNull(variable), TypeRef::NonNull(location)) => compatible(variable, location),
        (_, TypeRef::NonNull(_)) => false,
        (TypeRef::NonNull(variable), _) => compatible(variable, location),
        (TypeRef::List(variable), TypeRef::List(location)) => compatible(variable, location),
        (TypeRef::Named(variable), TypeRef::Named(location)) => variable == location,
        _ => false,
    }
}

/// The coerced variables of one operation.
#[derive(Debug, Default)]
pub(super) struct Variables<'a> {
    held: HashMap<&'a str, Held>,
}

impl<'a> Variables<'a> {
    pub(super) fn held(&self, name: &str) -> Option<&Held> {
        self.held.get(name)
    }

    /// The values, for the library's introspection.
    pub(super) fn values(&self) -> Map<String, Value> {
        self.held.iter().filter_map(|(name, held)| Some(((*name).to_owned(), held.value.clone()?))).collect()
    }

    pub(super) fn coerce(
        table: &'a TypeTable,
        operation: &'a OperationDefinition,
        given: &Map<String, Value>,
    ) -> Result<Self, Vec<RequestError>> {
        let mut variables = Self::default();
        let mut errors = Vec::new();
        for definition in &operation.variable_definitions {
            let name = definition.node.name.node.as_str();
            let ty = type_ref(&definition.node.var_type.node);
            let default = definition.node.default_value.as_ref().map(|value| &value.node);
            let has_default = default.is_some_and(|value| *value != async_graphql_value::ConstValue::Null);
            let coercion = Coercion { table, variables: None, source: Source::Document };
            let value = match (given.get(name), default) {
                _ if !is_input(table, &ty) => Err(format!("\"{}\" is no input type", ty.name())),
                (Some(value), _) => coercion.json(value, &ty).map(Some).map_err(|wrong| wrong.to_string()),
                (None, Some(value)) => {
                    coercion.value(&value.clone().into_value(), &ty).map(Some).map_err(|wrong| wrong.to_string())
                }
                (None, None) if ty.is_required() => Err(format!("type \"{ty}\" is required but not provided")),
                (None, None) => Ok(None),
            };
            match value {
                Ok(value) => {
                    variables.held.insert(name, Held { ty, has_default, value });
                }
                Err(reason) => errors.push(RequestError::at(
                    Code::BadUserInput,
                    format!("Variable \"${name}\" got an invalid value: {reason}"),
                    definition.pos,
                )),
            }
        }
        if errors.is_empty() { Ok(variables) } else { Err(errors) }
    }
}

fn is_input(table: &TypeTable, ty: &TypeRef) -> bool {
    let name = ty.name();
    matches!(table.get(name), Some(TypeDef::Input(_) | TypeDef::Enum(_) | TypeDef::Scalar(_)))
        || crate::schema::scalars::BUILT_IN.contains(&name)
}

/// The library's type as ours.
pub(super) fn type_ref(ty: &Type) -> TypeRef {
    let base = match &ty.base {
        BaseType::Named(name) => TypeRef::named(name),
        BaseType::List(inner) => type_ref(inner).list(),
    };
    if ty.nullable { base } else { base.required() }
}
