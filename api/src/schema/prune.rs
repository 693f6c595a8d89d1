//! Cutting the table down to what one permission set may have and the roots reach.

use super::scalars::BUILT_IN;
use super::{
    stored::plain_field,
    types::{
        EnumDef, FieldDef, InputDef, MUTATION, NODE, ObjectDef, QUERY, Resolve, SUBSCRIPTION, TypeDef, TypeRef,
        TypeTable, UnionDef,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The table as a holder of these permissions knows it.
pub fn prune(full: &TypeTable, holds: &dyn Fn(&str) -> bool) -> TypeTable {
    let mut types: BTreeMap<Arc<str>, Arc<TypeDef>> = BTreeMap::new();
    for (name, def) in &full.types {
        if let Some(kept) = permitted(def, holds) {
            types.insert(Arc::clone(name), kept);
        }
    }
    // A type may lose all its fields, and with it the fields that lead to it.
    loop {
        let before = size(&types);
        let known: BTreeSet<Arc<str>> = types.keys().cloned().collect();
        let known_type = |name: &str| BUILT_IN.contains(&name) || known.contains(name);
        let nodes = types.values().any(|def| matches!(def.as_ref(), TypeDef::Object(object) if object.node));
        types = types
            .into_iter()
            .filter(|(name, _)| nodes || name.as_ref() != NODE)
            .filter_map(|(name, def)| Some((name, connected(&def, &known_type)?)))
            .collect();
        if size(&types) == before {
            break;
        }
    }
    if let Some(query) = without_any(&types) {
        types.insert(QUERY.into(), query);
    }
    let mut table = TypeTable { types };
    let reached = reached(&table);
    table.types.retain(|name, _| reached.contains(name));
    table
}

fn size(types: &BTreeMap<Arc<str>, Arc<TypeDef>>) -> usize {
    types.values().map(|def| 1 + members(def)).sum()
}

fn members(def: &TypeDef) -> usize {
    match def {
        TypeDef::Object(def) => def.fields.values().map(|field| 1 + field.args.len()).sum(),
        TypeDef::Interface(def) => def.fields.len(),
        TypeDef::Input(def) => def.fields.len(),
        TypeDef::Enum(def) => def.values.len(),
        TypeDef::Union(def) => def.members.len(),
        TypeDef::Scalar(_) => 0,
    }
}

/// The type without what needs a permission that is not held.
fn permitted(def: &Arc<TypeDef>, holds: &dyn Fn(&str) -> bool) -> Option<Arc<TypeDef>> {
    let all = |permissions: &[&'static str]| permissions.iter().all(|name| holds(name));
    let kept = match def.as_ref() {
        TypeDef::Object(object) => {
            if object.stored.is_some_and(|stored| !holds(stored.permission.name)) {
                return None;
            }
            let fields = kept_fields(&object.fields, &|field| all(&field.permissions));
            TypeDef::Object(ObjectDef { fields, ..object.clone() })
        }
        TypeDef::Input(input) => {
            let fields = input.fields.iter().filter(|(_, field)| all(&field.permissions));
            let fields = fields.map(|(name, field)| (Arc::clone(name), field.clone())).collect();
            TypeDef::Input(InputDef { fields, ..input.clone() })
        }
        TypeDef::Enum(def) => {
            let values = def.values.iter().filter(|value| all(&value.permissions)).cloned().collect();
            TypeDef::Enum(EnumDef { values, ..def.clone() })
        }
        TypeDef::Scalar(_) | TypeDef::Interface(_) | TypeDef::Union(_) => return Some(Arc::clone(def)),
    };
    Some(Arc::new(kept))
}

/// The type without fields and arguments whose type is gone; `None` when nothing is left of it.
fn connected(def: &Arc<TypeDef>, known: &dyn Fn(&str) -> bool) -> Option<Arc<TypeDef>> {
    match def.as_ref() {
        TypeDef::Object(object) => {
            let mut fields = kept_fields(&object.fields, &|field| known(field.ty.name()));
            for field in fields.values_mut() {
                if field.args.iter().any(|arg| !known(arg.ty.name())) {
                    let mut narrowed = FieldDef::clone(field);
                    narrowed.args.retain(|arg| known(arg.ty.name()));
                    *field = Arc::new(narrowed);
                }
            }
            (!fields.is_empty()).then(|| Arc::new(TypeDef::Object(ObjectDef { fields, ..object.clone() })))
        }
        TypeDef::Input(input) => {
            let fields = input.fields.iter().filter(|(_, field)| known(field.ty.name()));
            let fields: BTreeMap<_, _> = fields.map(|(name, field)| (Arc::clone(name), field.clone())).collect();
            (!fields.is_empty()).then(|| Arc::new(TypeDef::Input(InputDef { fields, ..input.clone() })))
        }
        TypeDef::Union(union) => {
            let members: BTreeSet<_> = union.members.iter().filter(|name| known(name)).cloned().collect();
            (!members.is_empty()).then(|| Arc::new(TypeDef::Union(UnionDef { members, ..union.clone() })))
        }
        TypeDef::Enum(def) if def.values.is_empty() => None,
        _ => Some(Arc::clone(def)),
    }
}

fn kept_fields(
    fields: &BTreeMap<Arc<str>, Arc<FieldDef>>,
    keep: &dyn Fn(&FieldDef) -> bool,
) -> BTreeMap<Arc<str>, Arc<FieldDef>> {
    let kept = fields.iter().filter(|(_, field)| keep(field));
    kept.map(|(name, field)| (Arc::clone(name), Arc::clone(field))).collect()
}

/// A schema must have something to query; a caller without any permission has this beside the schema's own text.
fn without_any(types: &BTreeMap<Arc<str>, Arc<TypeDef>>) -> Option<Arc<TypeDef>> {
    let Some(TypeDef::Object(query)) = types.get(QUERY).map(AsRef::as_ref) else { return None };
    if query.fields.values().any(|field| !matches!(field.resolve, Resolve::Service)) {
        return None;
    }
    let description = "Always null: this caller may see nothing.";
    let field = plain_field("nothing", description, TypeRef::named("Boolean"), Resolve::Nothing);
    let mut query = query.clone();
    query.fields.insert(Arc::clone(&field.name), Arc::new(field));
    Some(Arc::new(TypeDef::Object(query)))
}

/// Names of all types the roots lead to.
fn reached(table: &TypeTable) -> BTreeSet<Arc<str>> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<Arc<str>> = vec![QUERY.into(), MUTATION.into(), SUBSCRIPTION.into()];
    while let Some(name) = next.pop() {
        let Some(def) = table.get(&name) else { continue };
        if !reached.insert(Arc::clone(&name)) {
            continue;
        }
        next.extend(mentioned(def).map(Arc::from));
        if matches!(def, TypeDef::Interface(_)) {
            next.extend(table.nodes().map(|node| Arc::clone(&node.name)));
        }
        if matches!(def, TypeDef::Object(object) if object.node) {
            next.push(NODE.into());
        }
    }
    reached
}

/// Names of types that a type mentions.
fn mentioned(def: &TypeDef) -> Box<dyn Iterator<Item = &str> + '_> {
    match def {
        TypeDef::Object(def) => Box::new(def.fields.values().flat_map(|field| of_field(field))),
        TypeDef::Interface(def) => Box::new(def.fields.values().flat_map(|field| of_field(field))),
        TypeDef::Input(def) => Box::new(def.fields.values().map(|field| field.ty.name())),
        TypeDef::Union(def) => Box::new(def.members.iter().map(AsRef::as_ref)),
        TypeDef::Enum(_) | TypeDef::Scalar(_) => Box::new(std::iter::empty()),
    }
}

fn of_field(field: &FieldDef) -> impl Iterator<Item = &str> {
    std::iter::once(field.ty.name()).chain(field.args.iter().map(|arg| arg.ty.name()))
}

/// Faults: types that are mentioned but not there.
pub(super) fn dangling(table: &TypeTable) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, def) in &table.types {
        for target in mentioned(def) {
            if !BUILT_IN.contains(&target) && table.get(target).is_none() {
                faults.push(format!("type {name}: it mentions {target}, which is not there"));
            }
        }
    }
    faults
}
