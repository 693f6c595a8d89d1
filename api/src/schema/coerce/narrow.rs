//! What a gateway asks for on behalf of a user: its schema is its own, the values are the user's.
//!
//! One unknown field would fail a router's whole fetch, so what the user's schema does not hold is taken out of the
//! operation and answered with null and a code.

use super::{Below, Call, Compiled, Kind, What};
use crate::schema::types::{FieldDef, MUTATION, QUERY, Resolve, SUBSCRIPTION, TypeDef, TypeRef, TypeTable};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Withholds what the user's own schema does not hold; answers whether a field of the root was.
pub fn narrow(compiled: &mut Compiled, own: &TypeTable) -> bool {
    let root = match compiled.kind {
        Kind::Query => QUERY,
        Kind::Mutation => MUTATION,
        Kind::Subscription => SUBSCRIPTION,
    };
    calls(&mut compiled.root, root, own);
    compiled.root.iter().any(|call| matches!(call.what, What::Withheld(_)))
}

fn calls(calls: &mut [Call], parent: &str, own: &TypeTable) {
    for call in calls {
        let What::Field(field) = &call.what else { continue };
        let field = Arc::clone(field);
        // Looking up rows by their identifiers asks for nothing but the rows' types.
        let door = matches!(field.resolve, Resolve::Node | Resolve::Nodes | Resolve::Entities);
        let known = own.field(parent, &field.name);
        if !door && known.is_none_or(|known| !takes(own, known, &field, &call.args)) {
            call.what = What::Withheld(field);
            call.below = Below::Leaf;
            continue;
        }
        match &mut call.below {
            Below::Leaf => {}
            Below::Object(below) => self::calls(below, field.ty.name(), own),
            Below::Node(by_type) => {
                // Rows of a type that the user does not know are not there.
                by_type.retain(|name, _| own.object(name).is_some());
                by_type.iter_mut().for_each(|(name, below)| self::calls(below, name, own));
            }
        }
    }
}

/// Whether the user's own field takes these arguments: to filter by what one may not read would be to read it.
fn takes(own: &TypeTable, known: &FieldDef, field: &FieldDef, args: &Map<String, Value>) -> bool {
    field
        .args
        .iter()
        .filter_map(|arg| Some((arg, args.get(arg.name.as_ref())?)))
        .all(|(arg, value)| known.args.iter().any(|other| other.name == arg.name) && holds(own, &arg.ty, value))
}

fn holds(own: &TypeTable, ty: &TypeRef, value: &Value) -> bool {
    match (own.get(ty.name()), value) {
        (_, Value::Array(items)) => items.iter().all(|item| holds(own, ty, item)),
        (Some(TypeDef::Input(input)), Value::Object(fields)) => fields
            .iter()
            .all(|(name, value)| input.fields.get(name.as_str()).is_some_and(|field| holds(own, &field.ty, value))),
        (Some(TypeDef::Enum(list)), Value::String(text)) => list.values.iter().any(|known| known.name == *text),
        _ => true,
    }
}
