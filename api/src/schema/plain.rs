//! JSON Schema of plain structs to GraphQL types: structs, options, lists, unit enums, our scalars, nothing else.

use super::{
    load::Builder,
    scalars,
    types::{EnumDef, EnumValueDef, FieldDef, InputDef, InputValueDef, ObjectDef, Resolve, TypeDef, TypeRef},
};
use platform::part::{DataClass, Scalar};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// Formats of integers that fit GraphQL's 32 bits.
const INT_FORMATS: &[&str] = &["int8", "int16", "int32", "uint8", "uint16", "uint32"];

/// Reads one schema into types.
pub(super) struct Plain<'b> {
    builder: &'b mut Builder,
    root: &'b Value,
    /// Names the part and the element in refusals.
    origin: String,
    /// Class of output fields that name none; `None` on the input side.
    class: Option<DataClass>,
    visited: HashSet<String>,
}

/// A type and, for a leaf, how its values are written.
struct Read {
    ty: TypeRef,
    scalar: Option<Scalar>,
}

impl<'b> Plain<'b> {
    /// Reads what a handler takes.
    pub(super) fn input(builder: &'b mut Builder, root: &'b Value, origin: &str) -> Self {
        Self { builder, root, origin: origin.to_owned(), class: None, visited: HashSet::new() }
    }

    /// Reads what a handler answers; `class` is the class of fields that name none.
    pub(super) fn output(builder: &'b mut Builder, root: &'b Value, origin: &str, class: DataClass) -> Self {
        Self { builder, root, origin: origin.to_owned(), class: Some(class), visited: HashSet::new() }
    }

    /// Registers the schema's root as an input object; `false` if it has no field.
    pub(super) fn root_input(&mut self, name: &str) -> bool {
        let fields = self.root["properties"].as_object().is_some_and(|fields| !fields.is_empty());
        if fields {
            self.struct_type(self.root, name);
        }
        fields
    }

    /// Registers the schema's root as an object and answers its name.
    pub(super) fn root_output(&mut self) -> Option<String> {
        let name = self.root["title"].as_str()?.to_owned();
        self.struct_type(self.root, &name);
        Some(name)
    }

    /// The type of the schema's root, an object or a list, nullable as a whole.
    pub(super) fn root_value(&mut self) -> Option<TypeRef> {
        if self.root["type"] == "array" {
            return self.read(self.root, "value").map(|read| read.ty.optional());
        }
        self.root_output().map(|name| TypeRef::named(&name))
    }

    /// The fields of the schema's root, all nullable: beside `userErrors` none is sure.
    pub(super) fn payload_fields(&mut self) -> BTreeMap<std::sync::Arc<str>, FieldDef> {
        let mut fields = self.output_fields(self.root, "payload");
        for field in fields.values_mut() {
            field.ty = field.ty.clone().optional();
        }
        fields
    }

    fn refuse(&mut self, place: &str, reason: &str) {
        let origin = self.origin.clone();
        self.builder.refuse(&format!("{origin}: {place}"), reason);
    }

    fn struct_type(&mut self, schema: &'b Value, name: &str) {
        if !self.visited.insert(name.to_owned()) {
            return;
        }
        let description = text(schema);
        let def = if self.class.is_none() {
            let fields = self.input_fields(schema, name);
            TypeDef::Input(InputDef { name: name.into(), description, fields })
        } else {
            let fields = self.output_fields(schema, name);
            let fields = fields.into_iter().map(|(name, field)| (name, field.into())).collect();
            TypeDef::Object(ObjectDef { name: name.into(), description, fields, node: false, stored: None })
        };
        let origin = self.origin.clone();
        self.builder.share(def, &origin);
    }

    fn properties(&mut self, schema: &'b Value, owner: &str) -> Vec<(&'b str, &'b Value)> {
        let map = schema["additionalProperties"].is_object() || schema["additionalProperties"] == true;
        match schema["properties"].as_object() {
            Some(properties) if !map => properties.iter().map(|(name, value)| (name.as_str(), value)).collect(),
            _ => {
                self.refuse(owner, "a struct with named fields is needed");
                Vec::new()
            }
        }
    }

    fn input_fields(&mut self, schema: &'b Value, owner: &str) -> BTreeMap<std::sync::Arc<str>, InputValueDef> {
        let mut fields = BTreeMap::new();
        for (name, property) in self.properties(schema, owner) {
            let place = format!("{owner}.{name}");
            let Some(read) = self.read(property, &place) else { continue };
            let default = property.get("default").filter(|value| !value.is_null()).cloned();
            if !is_required(schema, name) && read.ty.is_required() && default.is_none() {
                self.refuse(&place, "it may be left out, so it must be an Option or have a default");
            }
            let def = InputValueDef {
                name: name.into(),
                description: text(property),
                ty: read.ty,
                default,
                permissions: Vec::new(),
            };
            fields.insert(name.into(), def);
        }
        fields
    }

    fn output_fields(&mut self, schema: &'b Value, owner: &str) -> BTreeMap<std::sync::Arc<str>, FieldDef> {
        let mut fields = BTreeMap::new();
        for (name, property) in self.properties(schema, owner) {
            let place = format!("{owner}.{name}");
            let Some(read) = self.read(property, &place) else { continue };
            let Some(class) = self.class_of(property, &place) else { continue };
            let optional = discloses_null(class) || !is_required(schema, name);
            let def = FieldDef {
                name: name.into(),
                description: text(property),
                args: Vec::new(),
                ty: if optional { read.ty.optional() } else { read.ty },
                permissions: Vec::new(),
                class,
                cost: 0,
                resolve: Resolve::Property { scalar: read.scalar },
            };
            fields.insert(name.into(), def);
        }
        fields
    }

    fn class_of(&mut self, property: &Value, place: &str) -> Option<DataClass> {
        let default = self.class?;
        let class = match property["x-class"].as_str() {
            None => default,
            Some("PUBLIC") => DataClass::Public,
            Some("INTERNAL") => DataClass::Internal,
            Some("PERSONAL") => DataClass::Personal,
            Some("SENSITIVE") => DataClass::Sensitive,
            Some("SEALED") => DataClass::Sealed,
            Some(_) => {
                self.refuse(place, "x-class is no data class");
                return None;
            }
        };
        if class == DataClass::Sealed {
            self.refuse(place, "what is SEALED is in no schema");
            return None;
        }
        Some(class)
    }

    /// The type of a property, with its nullability.
    fn read(&mut self, schema: &'b Value, place: &str) -> Option<Read> {
        if let Some(path) = schema["$ref"].as_str() {
            let target = path.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            let name = match path {
                "#" => self.root["title"].as_str(),
                _ => path.rsplit('/').next(),
            };
            let (Some(target), Some(name)) = (target, name) else {
                self.refuse(place, "its reference leads nowhere");
                return None;
            };
            return self.named(target, name, place);
        }
        if let Some(branches) = schema["anyOf"].as_array() {
            let real: Vec<_> = branches.iter().filter(|branch| branch["type"] != "null").collect();
            if let ([one], 2) = (real.as_slice(), branches.len()) {
                return self.read(one, place).map(|read| Read { ty: read.ty.optional(), ..read });
            }
            self.refuse(place, "a choice of types is outside the language");
            return None;
        }
        self.inline(schema, place)
    }

    /// A type with a name of its own.
    fn named(&mut self, schema: &'b Value, name: &str, place: &str) -> Option<Read> {
        if schema.get("x-scalar").is_some() {
            return self.inline(schema, place);
        }
        if let Some(values) = variants(schema) {
            let scalar = self.enum_type(name, text(schema), values, place);
            return Some(Read { ty: TypeRef::named(name).required(), scalar: Some(scalar) });
        }
        if schema["type"] == "object" {
            let name = match self.class {
                None if !name.ends_with("Input") => format!("{name}Input"),
                _ => name.to_owned(),
            };
            self.struct_type(schema, &name);
            return Some(Read { ty: TypeRef::named(&name).required(), scalar: None });
        }
        self.inline(schema, place)
    }

    fn enum_type(&mut self, name: &str, description: String, values: Vec<(String, String)>, place: &str) -> Scalar {
        let origin = format!("{}: {place}", self.origin);
        self.builder.share(TypeDef::Enum(enum_def(name, &description, &values)), &origin);
        Scalar::Enum { name: name.to_owned(), description, values }
    }

    /// Text; chrono's dates are written as ours, and a key is the identifier of the row its `x-node` names.
    fn string(&self, schema: &Value) -> Option<Scalar> {
        match (schema["format"].as_str(), schema["x-node"].as_str()) {
            (None, _) => Some(Scalar::String),
            (Some("date"), _) => Some(Scalar::Date),
            // Schemas are read once and live as long as the program, and so may the names in them.
            (Some("uuid"), Some(target)) if self.class.is_some() => Some(Scalar::Id(target.to_owned().leak())),
            _ => None,
        }
    }

    /// A scalar or a list.
    fn inline(&mut self, schema: &'b Value, place: &str) -> Option<Read> {
        let (kind, nullable) = match &schema["type"] {
            Value::Array(kinds) => {
                let real: Vec<_> = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect();
                (if real.len() == 1 { real[0] } else { "" }, kinds.iter().any(|kind| kind == "null"))
            }
            kind => (kind.as_str().unwrap_or_default(), false),
        };
        let read = match (schema["x-scalar"].as_str(), kind) {
            (Some(name), _) => scalars::by_name(name).map(leaf),
            (None, "string") if schema.get("enum").is_none() => self.string(schema).map(leaf),
            (None, "boolean") => Some(leaf(Scalar::Boolean)),
            (None, "integer") => {
                let fits = schema["format"].as_str().is_some_and(|format| INT_FORMATS.contains(&format));
                if !fits {
                    self.refuse(place, "an integer of 64 bits does not fit Int: use a 32-bit one or a value type");
                    return None;
                }
                Some(leaf(Scalar::Int))
            }
            (None, "array") => {
                let item = self.read(&schema["items"], place)?;
                Some(Read { ty: item.ty.list().required(), scalar: item.scalar })
            }
            _ => None,
        };
        let Some(read) = read else {
            self.refuse(place, "its type is outside the language (structs, Option, Vec, unit enums, our scalars)");
            return None;
        };
        Some(if nullable { Read { ty: read.ty.optional(), ..read } } else { read })
    }
}

fn leaf(scalar: Scalar) -> Read {
    Read { ty: TypeRef::named(scalars::name(&scalar)).required(), scalar: Some(scalar) }
}

fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name))
}

fn text(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().to_owned()
}

/// Values of a closed list with their descriptions; `None` if it is none.
fn variants(schema: &Value) -> Option<Vec<(String, String)>> {
    let plain = |value: &Value| Some((value.as_str()?.to_owned(), String::new()));
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(plain).collect();
    }
    let mut values = Vec::new();
    for branch in schema["oneOf"].as_array()? {
        match (branch["const"].as_str(), branch["enum"].as_array()) {
            (Some(value), _) => values.push((value.to_owned(), text(branch))),
            (None, Some(several)) => values.extend(several.iter().map(plain).collect::<Option<Vec<_>>>()?),
            (None, None) => return None,
        }
    }
    Some(values)
}

/// A closed list from its values.
pub(super) fn enum_def(name: &str, description: &str, values: &[(String, String)]) -> EnumDef {
    let values = values.iter().map(|(name, description)| EnumValueDef {
        name: name.clone(),
        description: description.clone(),
        permissions: Vec::new(),
    });
    EnumDef { name: name.into(), description: description.to_owned(), values: values.collect() }
}

/// Whether disclosure may turn a value of this class into null.
pub(super) fn discloses_null(class: DataClass) -> bool {
    !matches!(class, DataClass::Public | DataClass::Internal)
}
