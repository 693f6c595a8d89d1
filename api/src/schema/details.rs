//! Programmes' own facts: a field of `Application`, and filters by those of them that are indexed.

use super::{
    load::{Builder, Catalogue},
    plain::Plain,
    scalars,
    stored::{Comparison, comparison_text, comparisons, kind_of, optional, plain_field, share_enum},
    types::{DetailsOf, FieldDef, InputDef, Resolve, TypeDef, TypeRef},
};
use platform::part::{Details, ListColumn, Part, Scalar};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

/// The stored type that programmes' facts belong to.
const APPLICATION: &str = "Application";

/// Adds a part's facts, if it has any.
pub(super) fn add(builder: &mut Builder, catalogue: &Catalogue, part: &'static Part) {
    let Some(details) = &part.details else { return };
    let origin = format!("part {}", part.name);
    let place = format!("{origin}: {APPLICATION}.{}", details.field);
    let Some(application) = catalogue.get(APPLICATION) else {
        builder.refuse(&place, "no part stores the type Application");
        return;
    };
    if kind_of(application, "details").is_none() || kind_of(application, "programme").is_none() {
        builder.refuse(&place, "applications keep neither details nor programme");
        return;
    }
    let schema: &'static Value = &details.schema;
    let description = schema["description"].as_str().unwrap_or_default();
    let Some(name) = Plain::output(builder, schema, &origin, details.class).root_output() else {
        builder.refuse(&place, "the details have no name");
        return;
    };
    let guard = (details.permission.name != application.permission.name).then_some(details.permission);
    let resolve = Resolve::Details { details: DetailsOf(details), guard };
    let field = plain_field(details.field, description, TypeRef::named(&name), resolve);
    let field = FieldDef { class: details.class, permissions: vec![details.permission.name], ..field };
    builder.extend(APPLICATION, field, &origin);
    add_filter(builder, details, &name, &origin);
}

/// Filters by indexed facts: `ApplicationFilter.<module>`.
fn add_filter(builder: &mut Builder, details: &'static Details, object: &str, origin: &str) {
    let mut fields = BTreeMap::new();
    for key in &details.indexed {
        let place = format!("{origin}: {object}.{key}, which is indexed");
        let scalar = builder.field(object, key).and_then(|field| match &field.resolve {
            Resolve::Property { scalar } => scalar.clone(),
            _ => None,
        });
        let Some(scalar) = scalar.filter(is_indexable) else {
            builder.refuse(&place, "only text, enums, dates, numbers and truth values are");
            continue;
        };
        share_enum(builder, &scalar, &place);
        for (name, comparison) in comparisons(&fact(key, scalar.clone())) {
            let ty = TypeRef::named(scalars::name(&scalar));
            let ty = if comparison == Comparison::OneOf { ty.required().list() } else { ty };
            let def = optional(&name, &comparison_text(key, comparison), ty);
            fields.insert(Arc::clone(&def.name), def);
        }
    }
    if fields.is_empty() {
        return;
    }
    let name = format!("{object}Filter");
    let description = format!("Which cases to list by their {} facts; all conditions must hold.", details.field);
    builder.own(TypeDef::Input(InputDef { name: name.as_str().into(), description, fields }), origin);
    let description = format!("Only {} cases, with these facts.", details.programme);
    let mut filter = optional(details.field, &description, TypeRef::named(&name));
    filter.permissions = vec![details.permission.name];
    if !builder.extend_input(&format!("{APPLICATION}Filter"), filter, origin) {
        builder.refuse(&format!("{origin}: {name}"), "applications have no filter to add it to");
    }
}

fn is_indexable(scalar: &Scalar) -> bool {
    matches!(
        scalar,
        Scalar::String | Scalar::Enum { .. } | Scalar::Date | Scalar::Month | Scalar::Int | Scalar::Boolean
    )
}

/// An indexed fact as a column that lists filter by.
pub fn fact(key: &str, scalar: Scalar) -> ListColumn {
    ListColumn { column: "", field: key.to_owned(), scalar, nullable: true, through: None }
}
