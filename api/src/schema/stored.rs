//! Stored types to objects, connections, filters and orders.

use super::{
    load::{Builder, Catalogue},
    plain::{Plain, discloses_null, enum_def},
    scalars,
    types::{
        EdgeTo, EnumDef, EnumValueDef, FieldDef, InputDef, InputValueDef, NODE, ObjectDef, PageField, Resolve, Stored,
        TypeDef, TypeRef,
    },
};
use platform::part::{CellKind, DataClass, Field, FieldKind, ListColumn, Part, Permission, Scalar, StoredType};
use std::{collections::BTreeMap, sync::Arc};

/// Rows of a page when the caller names no number.
pub const PAGE_DEFAULT: i64 = 20;
/// Rows of a page at most.
pub const PAGE_MAX: i64 = 100;

/// Adds a stored type with its connection, filter and order.
pub(super) fn add(builder: &mut Builder, catalogue: &Catalogue, part: &'static Part, stored: &'static StoredType) {
    let origin = format!("part {}", part.name);
    let mut fields = BTreeMap::new();
    if stored.node {
        let id = plain_field(
            "id",
            &format!("Global identifier of the {}.", words(stored.name)),
            TypeRef::named("ID").required(),
            Resolve::GlobalId,
        );
        fields.insert(Arc::clone(&id.name), Arc::new(id));
    }
    for field in &stored.fields {
        let place = format!("{origin}: {}.{}", stored.name, field.name);
        if let Some(def) = field_def(builder, catalogue, stored, field, &place) {
            if fields.contains_key(&def.name) {
                builder.refuse(&place, "the type already has a field of this name");
            }
            fields.insert(Arc::clone(&def.name), Arc::new(def));
        }
    }
    let object = ObjectDef {
        name: stored.name.into(),
        description: stored.description.clone(),
        fields,
        node: stored.node,
        stored: Some(Stored(stored)),
    };
    builder.own(TypeDef::Object(object), &origin);
    add_connection(builder, stored, &origin);
    add_list_inputs(builder, stored, &origin);
}

fn field_def(
    builder: &mut Builder,
    catalogue: &Catalogue,
    stored: &'static StoredType,
    field: &'static Field,
    place: &str,
) -> Option<FieldDef> {
    if field.class == DataClass::Sealed {
        builder.refuse(place, "what is SEALED is in no schema");
        return None;
    }
    let guard = (field.permission.name != stored.permission.name).then_some(field.permission);
    let mut def = FieldDef {
        class: field.class,
        cost: field.cost,
        ..plain_field(&field.name, &field.description, TypeRef::named(""), Resolve::Nothing)
    };
    def.permissions = vec![field.permission.name];
    match &field.kind {
        FieldKind::Column { column, scalar, nullable } => {
            if let Some(reason) = column_fault(stored, column, scalar) {
                builder.refuse(place, &reason);
                return None;
            }
            share_enum(builder, scalar, place);
            let ty = TypeRef::named(scalars::name(scalar));
            let optional = *nullable || discloses_null(field.class) || guard.is_some();
            def.ty = if optional { ty } else { ty.required() };
            def.resolve = Resolve::Column { column, scalar: scalar.clone(), guard };
        }
        FieldKind::Computed { columns, scalar, compute } => {
            if let Some(unknown) = columns.iter().find(|column| kind_of(stored, column).is_none()) {
                builder.refuse(place, &format!("table {} has no column {unknown}", stored.table));
                return None;
            }
            share_enum(builder, scalar, place);
            def.ty = TypeRef::named(scalars::name(scalar));
            def.resolve = Resolve::Computed { columns, scalar: scalar.clone(), compute: *compute, guard };
        }
        FieldKind::Batch { output, compute } => {
            def.ty = Plain::output(builder, output, place, field.class).root_value()?;
            def.resolve = Resolve::Batch { compute: *compute, guard };
        }
        FieldKind::Edge(edge) => {
            let Some(target) = catalogue.get(edge.target) else {
                builder.refuse(place, &format!("no part stores the type {}", edge.target));
                return None;
            };
            if kind_of(stored, edge.local).is_none() || kind_of(stored, edge.local) != kind_of(target, edge.remote) {
                let reason =
                    format!("{}.{} and {}.{} do not join", stored.table, edge.local, target.table, edge.remote);
                builder.refuse(place, &reason);
                return None;
            }
            if let Some((column, _)) = edge.order.iter().find(|(column, _)| may_be_null(target, column)) {
                builder.refuse(place, &format!("{}.{column} may be empty, so it orders nothing", target.table));
                return None;
            }
            let guard = guard.filter(|guard| guard.name != target.permission.name);
            let to = EdgeTo { edge, target: Stored(target), guard };
            def.permissions.push(target.permission.name);
            if edge.many {
                def.args = page_args();
                def.ty = TypeRef::named(&format!("{}Connection", target.name));
                def.resolve = Resolve::ToMany(to);
            } else {
                def.ty = TypeRef::named(target.name);
                def.resolve = Resolve::ToOne(to);
            }
        }
    }
    Some(def)
}

/// A key or bytes shown as they are would be neither opaque nor readable.
fn column_fault(stored: &StoredType, column: &str, scalar: &Scalar) -> Option<String> {
    match (kind_of(stored, column), scalar) {
        (None, _) => Some(format!("table {} has no column {column}", stored.table)),
        (Some(CellKind::Uuid), Scalar::Id(_)) => None,
        (Some(CellKind::Uuid), _) => Some("a key is shown by an edge, not as a column".to_owned()),
        (Some(CellKind::Bytes), _) => Some("bytes are shown by a computed field, not as a column".to_owned()),
        _ => None,
    }
}

/// How a column is kept.
pub fn kind_of(stored: &StoredType, column: &str) -> Option<CellKind> {
    stored.columns.iter().find(|(name, _)| *name == column).map(|(_, kind)| *kind)
}

/// The field that shows a column as it is.
pub fn field_of(stored: &'static StoredType, column: &str) -> Option<&'static Field> {
    stored.fields.iter().find(|field| matches!(&field.kind, FieldKind::Column { column: name, .. } if *name == column))
}

pub(super) fn may_be_null(stored: &'static StoredType, column: &str) -> bool {
    field_of(stored, column).is_some_and(|field| matches!(field.kind, FieldKind::Column { nullable: true, .. }))
}

/// The permission that filtering or ordering by a column takes.
fn column_permission(stored: &'static StoredType, column: &str) -> Permission {
    field_of(stored, column).map_or(stored.permission, |field| field.permission)
}

pub(super) fn share_enum(builder: &mut Builder, scalar: &Scalar, place: &str) {
    if let Scalar::Enum { name, description, values } = scalar {
        builder.share(TypeDef::Enum(enum_def(name, description, values)), place);
    }
}

/// A field without arguments, permission or cost of its own.
pub(super) fn plain_field(name: &str, description: &str, ty: TypeRef, resolve: Resolve) -> FieldDef {
    FieldDef {
        name: name.into(),
        description: description.to_owned(),
        args: Vec::new(),
        ty,
        permissions: Vec::new(),
        class: DataClass::Public,
        cost: 0,
        resolve,
    }
}

/// An argument or input field that may be left out.
pub(super) fn optional(name: &str, description: &str, ty: TypeRef) -> InputValueDef {
    InputValueDef { name: name.into(), description: description.to_owned(), ty, default: None, permissions: Vec::new() }
}

pub(super) fn page_args() -> Vec<InputValueDef> {
    let number = |text: &str| format!("{text}; at most {PAGE_MAX}, {PAGE_DEFAULT} when neither is given.");
    vec![
        optional("first", &number("Take this many rows from the start"), TypeRef::named("Int")),
        optional("after", "Take rows after this cursor.", TypeRef::named("String")),
        optional("last", &number("Take this many rows from the end"), TypeRef::named("Int")),
        optional("before", "Take rows before this cursor.", TypeRef::named("String")),
    ]
}

fn add_connection(builder: &mut Builder, stored: &'static StoredType, origin: &str) {
    let page = |name: &str, description: &str, ty: TypeRef, field: PageField| {
        let def = plain_field(name, description, ty, Resolve::Page(field));
        (Arc::clone(&def.name), Arc::new(def))
    };
    let row = TypeRef::named(stored.name).required();
    let edge = format!("{}Edge", stored.name);
    let edges = TypeRef::named(&edge).required().list().required();
    let nodes = row.clone().list().required();
    let rows = words(stored.name);
    let connection = ObjectDef {
        name: format!("{}Connection", stored.name).into(),
        description: format!("A page of {rows} rows."),
        fields: BTreeMap::from([
            page("edges", "The rows of this page with their cursors.", edges, PageField::Edges),
            page("nodes", "The rows of this page.", nodes, PageField::Nodes),
            page("pageInfo", "Where this page stands.", TypeRef::named("PageInfo").required(), PageField::Info),
            page(
                "totalCount",
                "Number of rows of the whole list, counted up to 10000.",
                TypeRef::named("Int"),
                PageField::Total,
            ),
        ]),
        node: false,
        stored: None,
    };
    builder.own(TypeDef::Object(connection), origin);
    let edge = ObjectDef {
        name: edge.into(),
        description: format!("A {rows} row and its cursor."),
        fields: BTreeMap::from([
            page("node", "The row.", row, PageField::Node),
            page("cursor", "Names this place in this list.", TypeRef::named("String").required(), PageField::Cursor),
        ]),
        node: false,
        stored: None,
    };
    builder.own(TypeDef::Object(edge), origin);
}

/// How a list filters by a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal to one of these.
    OneOf,
    /// Equal to this.
    Equal,
    /// Not before this.
    From,
    /// Not after this.
    To,
    /// In the subtree of this place.
    Within,
}

/// The input fields that filter by a column.
pub fn comparisons(column: &ListColumn) -> Vec<(String, Comparison)> {
    let field = &column.field;
    match column.scalar {
        Scalar::Boolean => vec![(field.clone(), Comparison::Equal)],
        Scalar::JurisdictionCode => vec![(field.clone(), Comparison::Within)],
        Scalar::String | Scalar::Id(_) | Scalar::IdNumber | Scalar::Enum { .. } => {
            vec![(field.clone(), Comparison::OneOf)]
        }
        Scalar::Int | Scalar::Money | Scalar::Date | Scalar::Month | Scalar::DateTime => {
            vec![(format!("{field}From"), Comparison::From), (format!("{field}To"), Comparison::To)]
        }
    }
}

fn add_list_inputs(builder: &mut Builder, stored: &'static StoredType, origin: &str) {
    let Some(list) = &stored.list else { return };
    let mut fields = BTreeMap::new();
    for column in &list.filters {
        let place = format!("{origin}: {} by {}", list.name, column.field);
        if let Some(reason) = column_fault(stored, column.column, &column.scalar) {
            builder.refuse(&place, &reason);
            continue;
        }
        share_enum(builder, &column.scalar, &place);
        for (name, comparison) in comparisons(column) {
            let ty = TypeRef::named(scalars::name(&column.scalar));
            let ty = if comparison == Comparison::OneOf { ty.required().list() } else { ty };
            let mut def = optional(&name, &comparison_text(&column.field, comparison), ty);
            def.permissions = vec![column_permission(stored, column.column).name];
            fields.insert(Arc::clone(&def.name), def);
        }
    }
    let rows = words(stored.name);
    if !fields.is_empty() {
        let name: Arc<str> = format!("{}Filter", stored.name).into();
        let description = format!("Which {rows} rows to list; all conditions must hold.");
        builder.own(TypeDef::Input(InputDef { name, description, fields }), origin);
    }
    let values = order_values(builder, stored, &list.orders, origin);
    if !values.is_empty() {
        let name = format!("{}Order", stored.name).into();
        let description = format!("Orders of {rows} rows.");
        builder.own(TypeDef::Enum(EnumDef { name, description, values }), origin);
    }
}

pub(super) fn comparison_text(field: &str, comparison: Comparison) -> String {
    match comparison {
        Comparison::OneOf => format!("`{field}` is one of these."),
        Comparison::Equal => format!("`{field}` is this."),
        Comparison::From => format!("`{field}` is this or later, or greater."),
        Comparison::To => format!("`{field}` is this or earlier, or less."),
        Comparison::Within => format!("`{field}` is this place or lies in it."),
    }
}

fn order_values(
    builder: &mut Builder,
    stored: &'static StoredType,
    orders: &[ListColumn],
    origin: &str,
) -> Vec<EnumValueDef> {
    let mut values = Vec::new();
    for column in orders {
        if column.nullable {
            let place = format!("{origin}: order of {} by {}", stored.name, column.field);
            builder.refuse(&place, "the column may be empty, so it orders nothing");
        }
        for (suffix, text) in [("ASC", "smallest or earliest first"), ("DESC", "greatest or latest first")] {
            values.push(EnumValueDef {
                name: format!("{}_{suffix}", column.column.to_ascii_uppercase()),
                description: format!("By `{}`, {text}.", column.field),
                permissions: vec![column_permission(stored, column.column).name],
            });
        }
    }
    values
}

/// The list of a stored type at the root.
pub(super) fn list_field(stored: &'static StoredType) -> Option<FieldDef> {
    let list = stored.list.as_ref()?;
    let mut args = page_args();
    if !list.filters.is_empty() {
        let ty = TypeRef::named(&format!("{}Filter", stored.name));
        args.push(optional("filter", "Which rows to list; all that are visible when absent.", ty));
    }
    if !list.orders.is_empty() {
        let ty = TypeRef::named(&format!("{}Order", stored.name)).required().list();
        args.push(optional("orderBy", "Order of the list; by age of the rows when absent.", ty));
    }
    let ty = TypeRef::named(&format!("{}Connection", stored.name));
    let field = plain_field(list.name, list.description, ty, Resolve::List(Stored(stored)));
    Some(FieldDef { args, permissions: vec![stored.permission.name], cost: 1, ..field })
}

/// `VerificationReport` as `verification report`.
fn words(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_ascii_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}

/// The interface of everything with a global identifier.
pub(super) fn node_interface() -> TypeDef {
    let id = plain_field("id", "Global identifier.", TypeRef::named("ID").required(), Resolve::GlobalId);
    TypeDef::Interface(super::types::InterfaceDef {
        name: NODE.into(),
        description: "Whatever has a global identifier.".to_owned(),
        fields: BTreeMap::from([(Arc::clone(&id.name), Arc::new(id))]),
    })
}
