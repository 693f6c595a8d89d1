//! This gateway as a subgraph of Apollo Federation 2: its entities by key, and its schema as composition takes it.

use super::{
    load::Builder,
    stored::{optional, plain_field},
    types::{
        ANY, ENTITY, FieldDef, InputValueDef, ObjectDef, QUERY, Resolve, SERVICE, ScalarDef, TypeDef, TypeRef,
        TypeTable, UnionDef,
    },
};
use platform::part::{Part, Scalar};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fmt::{self, Display, Write},
    sync::Arc,
};

/// Names of the specification, which are none of ours.
pub(super) const NAMES: &[&str] = &[ANY, ENTITY, SERVICE, "_entities", "_service"];
/// Subgraphs may have subscriptions from 2.4 on; nothing later is needed.
const LINK: &str =
    "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.4\", import: [\"@key\", \"@shareable\"])";
/// Objects that mean the same in every subgraph that keeps to Relay and to our way of refusing.
const SHARED: &[&str] = &["PageInfo", "UserError"];
/// The one key of every entity.
const KEY: &str = "id";

/// Adds the doors that a router knocks at.
pub(super) fn add(builder: &mut Builder, parts: &'static [Part]) {
    let origin = "the gateway";
    let keyed = parts.iter().flat_map(|part| &part.types).filter(|stored| stored.federated);
    for stored in keyed.clone().filter(|stored| !stored.node) {
        builder.refuse(&format!("type {}", stored.name), "what other subgraphs refer to needs a global identifier");
    }
    let description = "A row of a type that other subgraphs may refer to.";
    builder.own(
        TypeDef::Union(UnionDef {
            name: ENTITY.into(),
            description: description.to_owned(),
            members: keyed.map(|stored| stored.name.into()).collect(),
        }),
        origin,
    );
    let description = "Names a row by `__typename` and `id`; whatever else it holds is passed over.";
    let any = ScalarDef { name: ANY.into(), description: description.to_owned(), specified_by: None };
    builder.own(TypeDef::Scalar(any), origin);
    builder.own(service(), origin);
    let description = "This schema as a subgraph of Apollo Federation 2.";
    let field = plain_field("_service", description, TypeRef::named(SERVICE).required(), Resolve::Service);
    builder.extend(QUERY, FieldDef { cost: 1, ..field }, origin);
    builder.extend(QUERY, entities(), origin);
}

fn service() -> TypeDef {
    let resolve = Resolve::Property { scalar: Some(Scalar::String) };
    let sdl = plain_field("sdl", "The schema, with keys.", TypeRef::named("String").required(), resolve);
    TypeDef::Object(ObjectDef {
        name: SERVICE.into(),
        description: "What composition asks of a subgraph.".to_owned(),
        fields: BTreeMap::from([(Arc::clone(&sdl.name), Arc::new(sdl))]),
        node: false,
        stored: None,
    })
}

fn entities() -> FieldDef {
    let representations = InputValueDef {
        ty: TypeRef::named(ANY).required().list().required(),
        ..optional("representations", "Rows by type and key, at most 1000.", TypeRef::named(ANY))
    };
    let description =
        "The rows of several representations, in their order; null where there is none that the caller may see.";
    let field = plain_field("_entities", description, TypeRef::named(ENTITY).list().required(), Resolve::Entities);
    FieldDef { args: vec![representations], cost: 1, ..field }
}

/// Prints a table as a subgraph.
pub(super) fn print(table: &TypeTable) -> String {
    let mut text = format!("{LINK}\n");
    for (name, def) in &table.types {
        if !NAMES.contains(&name.as_ref()) {
            // Writing to a string does not fail.
            let _ = Printer { table, text: &mut text }.definition(def);
        }
    }
    text
}

struct Printer<'a> {
    table: &'a TypeTable,
    text: &'a mut String,
}

impl Printer<'_> {
    fn definition(&mut self, def: &TypeDef) -> fmt::Result {
        self.text.push('\n');
        self.description("", def.description())?;
        match def {
            TypeDef::Scalar(def) => {
                write!(self.text, "scalar {}", def.name)?;
                if let Some(url) = def.specified_by {
                    write!(self.text, " @specifiedBy(url: {})", Value::from(url))?;
                }
                self.text.push('\n');
                Ok(())
            }
            TypeDef::Object(object) => self.object(object),
            TypeDef::Interface(interface) => {
                self.block(&format!("interface {}", interface.name), |printer| printer.fields(&interface.fields))
            }
            TypeDef::Input(input) => self.block(&format!("input {}", input.name), |printer| {
                input.fields.values().try_for_each(|field| {
                    printer.description("  ", &field.description)?;
                    let value = printer.input_value(field);
                    writeln!(printer.text, "  {value}")
                })
            }),
            TypeDef::Enum(list) => self.block(&format!("enum {}", list.name), |printer| {
                list.values.iter().try_for_each(|value| {
                    printer.description("  ", &value.description)?;
                    writeln!(printer.text, "  {}", value.name)
                })
            }),
            TypeDef::Union(union) => {
                writeln!(
                    self.text,
                    "union {} = {}",
                    union.name,
                    Vec::from_iter(union.members.iter().cloned()).join(" | ")
                )
            }
        }
    }

    fn object(&mut self, object: &ObjectDef) -> fmt::Result {
        let node = if object.node { " implements Node" } else { "" };
        let key = if self.is_entity(&object.name) { format!(" @key(fields: \"{KEY}\")") } else { String::new() };
        let shared = if SHARED.contains(&object.name.as_ref()) { " @shareable" } else { "" };
        self.block(&format!("type {}{node}{key}{shared}", object.name), |printer| printer.fields(&object.fields))
    }

    fn is_entity(&self, name: &str) -> bool {
        matches!(self.table.get(ENTITY), Some(TypeDef::Union(union)) if union.members.contains(name))
    }

    fn block(&mut self, head: &str, body: impl FnOnce(&mut Self) -> fmt::Result) -> fmt::Result {
        writeln!(self.text, "{head} {{")?;
        body(self)?;
        writeln!(self.text, "}}")
    }

    fn fields(&mut self, fields: &BTreeMap<Arc<str>, Arc<FieldDef>>) -> fmt::Result {
        for field in fields.values().filter(|field| !NAMES.contains(&field.name.as_ref())) {
            self.description("  ", &field.description)?;
            write!(self.text, "  {}", field.name)?;
            if !field.args.is_empty() {
                writeln!(self.text, "(")?;
                for arg in &field.args {
                    self.description("    ", &arg.description)?;
                    let value = self.input_value(arg);
                    writeln!(self.text, "    {value}")?;
                }
                write!(self.text, "  )")?;
            }
            writeln!(self.text, ": {}", field.ty)?;
        }
        Ok(())
    }

    fn input_value(&self, def: &InputValueDef) -> String {
        let default =
            def.default.as_ref().map(|value| format!(" = {}", DefaultValue { table: self.table, ty: &def.ty, value }));
        format!("{}: {}{}", def.name, def.ty, default.unwrap_or_default())
    }

    fn description(&mut self, indent: &str, text: &str) -> fmt::Result {
        // Descriptions with three quotes are refused at load.
        writeln!(self.text, "{indent}\"\"\"")?;
        text.lines().try_for_each(|line| writeln!(self.text, "{indent}{line}"))?;
        writeln!(self.text, "{indent}\"\"\"")
    }
}

/// A default as a document writes it: enum values and field names are bare.
struct DefaultValue<'a> {
    table: &'a TypeTable,
    ty: &'a TypeRef,
    value: &'a Value,
}

impl Display for DefaultValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = |ty, value| DefaultValue { table: self.table, ty, value };
        match (self.ty, self.value) {
            (TypeRef::NonNull(ty), value) => inner(ty, value).fmt(f),
            (TypeRef::List(ty), Value::Array(items)) => {
                let items: Vec<_> = items.iter().map(|item| inner(ty, item).to_string()).collect();
                write!(f, "[{}]", items.join(", "))
            }
            (ty, Value::Object(fields)) => {
                let Some(TypeDef::Input(def)) = self.table.get(ty.name()) else { return f.write_str("{}") };
                let fields = fields.iter().filter_map(|(name, value)| {
                    Some(format!("{name}: {}", inner(&def.fields.get(name.as_str())?.ty, value)))
                });
                write!(f, "{{{}}}", fields.collect::<Vec<_>>().join(", "))
            }
            (ty, Value::String(text)) if matches!(self.table.get(ty.name()), Some(TypeDef::Enum(_))) => {
                f.write_str(text)
            }
            (_, value) => write!(f, "{value}"),
        }
    }
}
