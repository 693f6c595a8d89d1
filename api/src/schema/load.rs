//! Building the whole table from the parts, refusing what is not sound, with both sides named.

use super::{
    details, federation, prune, roots, scalars, stored,
    types::{EnumDef, FieldDef, InputValueDef, ScalarDef, TypeDef, TypeTable},
};
use platform::part::{Part, StoredType};
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::Arc,
};

/// Why the parts make no schema: every fault found, each with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError(pub Vec<String>);

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the parts make no schema: {}", self.0.join("; "))
    }
}

impl std::error::Error for LoadError {}

/// The table of everything the parts declare, before any permission is asked.
///
/// `declared` says whether the policies know a permission.
pub fn load(parts: &'static [Part], declared: &dyn Fn(&str) -> bool) -> Result<TypeTable, LoadError> {
    let mut builder = Builder::default();
    for part in parts {
        for permission in &part.permissions {
            if !declared(permission.name) {
                builder.refuse(&format!("part {}", part.name), &format!("no policy declares {}", permission.name));
            }
        }
    }
    for (name, description) in scalars::OURS {
        let def = ScalarDef { name: (*name).into(), description: (*description).to_owned(), specified_by: None };
        builder.own(TypeDef::Scalar(def), "the gateway");
    }
    let catalogue = Catalogue::new(parts, &mut builder);
    for part in parts {
        for stored in &part.types {
            stored::add(&mut builder, &catalogue, part, stored);
        }
    }
    for part in parts {
        details::add(&mut builder, &catalogue, part);
    }
    roots::add(&mut builder, &catalogue, parts);
    federation::add(&mut builder, parts);
    builder.finish()
}

/// Stored types by name.
pub(super) struct Catalogue {
    types: HashMap<&'static str, (&'static StoredType, &'static str)>,
}

impl Catalogue {
    fn new(parts: &'static [Part], builder: &mut Builder) -> Self {
        let mut types: HashMap<&'static str, (&'static StoredType, &'static str)> = HashMap::new();
        for part in parts {
            for stored in &part.types {
                if let Some((_, other)) = types.insert(stored.name, (stored, part.name)) {
                    builder
                        .refuse(&format!("type {}", stored.name), &format!("both {other} and {} store it", part.name));
                }
            }
        }
        Self { types }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'static StoredType> {
        self.types.get(name).map(|(stored, _)| *stored)
    }
}

/// Collects types and faults.
#[derive(Default)]
pub(super) struct Builder {
    types: BTreeMap<Arc<str>, (TypeDef, String)>,
    problems: Vec<String>,
}

impl Builder {
    /// Notes a fault.
    pub(super) fn refuse(&mut self, place: &str, reason: &str) {
        self.problems.push(format!("{place}: {reason}"));
    }

    /// Adds a type that nobody else may add.
    pub(super) fn own(&mut self, def: TypeDef, origin: &str) {
        let name = name_of(&def);
        if let Some((_, other)) = self.types.get(&name) {
            let reason = format!("both {other} and {origin} declare it");
            self.refuse(&format!("type {name}"), &reason);
            return;
        }
        self.types.insert(name, (def, origin.to_owned()));
    }

    /// Adds a type that others may use too, as long as they mean the same.
    pub(super) fn share(&mut self, def: TypeDef, origin: &str) {
        let name = name_of(&def);
        match self.types.get(&name) {
            Some((known, other)) if shape(known) != shape(&def) => {
                let reason = format!("{other} and {origin} declare it differently");
                self.refuse(&format!("type {name}"), &reason);
            }
            Some(_) => {}
            None => {
                self.types.insert(name, (def, origin.to_owned()));
            }
        }
    }

    /// Adds a field to an object that exists.
    pub(super) fn extend(&mut self, object: &str, field: FieldDef, origin: &str) {
        let place = format!("{object}.{}", field.name);
        match self.types.get_mut(object) {
            Some((TypeDef::Object(def), other)) => {
                if def.fields.contains_key(&field.name) {
                    let reason = format!("both {other} and {origin} declare it");
                    self.refuse(&place, &reason);
                } else {
                    def.fields.insert(Arc::clone(&field.name), Arc::new(field));
                }
            }
            _ => self.refuse(&place, &format!("{origin} adds a field to a type that is not there")),
        }
    }

    /// Adds a field to an input object that exists; `false` if there is none.
    pub(super) fn extend_input(&mut self, input: &str, field: InputValueDef, origin: &str) -> bool {
        let Some((TypeDef::Input(def), other)) = self.types.get_mut(input) else { return false };
        if def.fields.contains_key(&field.name) {
            let reason = format!("both {other} and {origin} declare it");
            let place = format!("{input}.{}", field.name);
            self.refuse(&place, &reason);
        } else {
            def.fields.insert(Arc::clone(&field.name), field);
        }
        true
    }

    /// A field of an object that was added already.
    pub(super) fn field(&self, object: &str, name: &str) -> Option<Arc<FieldDef>> {
        match self.types.get(object) {
            Some((TypeDef::Object(def), _)) => def.fields.get(name).cloned(),
            _ => None,
        }
    }

    fn finish(mut self) -> Result<TypeTable, LoadError> {
        let mut problems = std::mem::take(&mut self.problems);
        for (name, (def, origin)) in &self.types {
            check(def, &format!("{origin}: {name}"), &mut problems);
        }
        let types = self.types.into_iter().map(|(name, (def, _))| (name, Arc::new(def))).collect();
        let table = TypeTable { types };
        problems.extend(prune::dangling(&table));
        if problems.is_empty() { Ok(table) } else { Err(LoadError(problems)) }
    }
}

fn name_of(def: &TypeDef) -> Arc<str> {
    Arc::clone(match def {
        TypeDef::Object(def) => &def.name,
        TypeDef::Input(def) => &def.name,
        TypeDef::Enum(def) => &def.name,
        TypeDef::Scalar(def) => &def.name,
        TypeDef::Interface(def) => &def.name,
        TypeDef::Union(def) => &def.name,
    })
}

/// What clients see of a type, to tell whether two declarations mean the same.
fn shape(def: &TypeDef) -> String {
    let value = |value: &InputValueDef| format!("{}:{}={:?}", value.name, value.ty, value.default);
    let field = |field: &Arc<FieldDef>| format!("{}:{}:{:?}", field.name, field.ty, field.class);
    match def {
        TypeDef::Object(def) => format!("object {:?}", def.fields.values().map(field).collect::<Vec<_>>()),
        TypeDef::Interface(def) => format!("interface {:?}", def.fields.values().map(field).collect::<Vec<_>>()),
        TypeDef::Input(def) => format!("input {:?}", def.fields.values().map(value).collect::<Vec<_>>()),
        TypeDef::Enum(EnumDef { values, .. }) => {
            let mut names: Vec<_> = values.iter().map(|value| value.name.as_str()).collect();
            names.sort_unstable();
            format!("enum {names:?}")
        }
        TypeDef::Scalar(def) => format!("scalar {}", def.name),
        TypeDef::Union(def) => format!("union {:?}", def.members),
    }
}

/// Names and descriptions of one type.
fn check(def: &TypeDef, place: &str, problems: &mut Vec<String>) {
    let mut element = |place: &str, name: &str, description: &str, lower: bool| {
        if description.trim().is_empty() {
            problems.push(format!("{place}: it has no description"));
        }
        if description.contains("\"\"\"") {
            problems.push(format!("{place}: its description holds three quotes"));
        }
        if !is_name(name, lower) && !federation::NAMES.contains(&name) {
            problems.push(format!("{place}: \"{name}\" is no name of the API"));
        }
    };
    element(place, &name_of(def), def.description(), false);
    match def {
        TypeDef::Object(super::types::ObjectDef { fields, .. })
        | TypeDef::Interface(super::types::InterfaceDef { fields, .. }) => {
            for field in fields.values() {
                element(&format!("{place}.{}", field.name), &field.name, &field.description, true);
                for arg in &field.args {
                    element(&format!("{place}.{}({})", field.name, arg.name), &arg.name, &arg.description, true);
                }
            }
        }
        TypeDef::Input(def) => {
            for field in def.fields.values() {
                element(&format!("{place}.{}", field.name), &field.name, &field.description, true);
            }
        }
        TypeDef::Enum(def) => {
            for value in &def.values {
                element(&format!("{place}.{}", value.name), &value.name, &value.description, false);
            }
        }
        TypeDef::Scalar(_) | TypeDef::Union(_) => {}
    }
}

/// Fields are `lowerCamel`; types and enum values begin with a capital.
fn is_name(name: &str, lower: bool) -> bool {
    let mut bytes = name.bytes();
    let first =
        bytes.next().is_some_and(|byte| if lower { byte.is_ascii_lowercase() } else { byte.is_ascii_uppercase() });
    first && bytes.all(|byte| byte.is_ascii_alphanumeric() || (!lower && byte == b'_'))
}
