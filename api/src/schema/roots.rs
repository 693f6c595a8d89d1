//! The roots: lists, nodes, computing queries, mutations with their payloads.

use super::{
    load::{Builder, Catalogue},
    plain::Plain,
    stored::{self, optional, plain_field},
    subscriptions,
    types::{
        ActionOf, FieldDef, FinderOf, InputValueDef, MUTATION, NODE, ObjectDef, PageField, QUERY, Resolve,
        SUBSCRIPTION, Stored, TypeDef, TypeRef,
    },
};
use platform::part::{Action, DataClass, Finder, Output, Part, lower_camel};
use std::{collections::BTreeMap, sync::Arc};

/// Name of an entry of `userErrors`.
const USER_ERROR: &str = "UserError";

/// Adds both roots and what every schema shares.
pub(super) fn add(builder: &mut Builder, catalogue: &Catalogue, parts: &'static [Part]) {
    builder.own(stored::node_interface(), "the gateway");
    builder.own(page_info(), "the gateway");
    builder.own(user_error(), "the gateway");
    for (name, description) in [
        (QUERY, "What can be read; only what the caller may see is here."),
        (MUTATION, "What can be done; only what the caller may do is here."),
        (SUBSCRIPTION, "What can be watched; only what the caller may see is here."),
    ] {
        let root = ObjectDef {
            name: name.into(),
            description: description.to_owned(),
            fields: BTreeMap::new(),
            node: false,
            stored: None,
        };
        builder.own(TypeDef::Object(root), "the gateway");
    }
    for field in [node(), nodes()] {
        builder.extend(QUERY, field, "the gateway");
    }
    for part in parts {
        let origin = format!("part {}", part.name);
        for field in part.types.iter().filter_map(stored::list_field) {
            builder.extend(QUERY, field, &origin);
        }
        for finder in &part.finders {
            add_finder(builder, catalogue, finder, &origin);
        }
        for action in &part.queries {
            add_query(builder, action, &origin);
        }
        for action in &part.mutations {
            add_mutation(builder, catalogue, action, &origin);
        }
        for subscription in &part.subscriptions {
            subscriptions::add(builder, catalogue, subscription, &origin);
        }
    }
}

fn node() -> FieldDef {
    let id = InputValueDef {
        ty: TypeRef::named("ID").required(),
        ..optional("id", "Global identifier.", TypeRef::named("ID"))
    };
    let description = "The row of a global identifier; null when there is none that the caller may see.";
    let field = plain_field("node", description, TypeRef::named(NODE), Resolve::Node);
    FieldDef { args: vec![id], cost: 1, ..field }
}

fn nodes() -> FieldDef {
    let ids = InputValueDef {
        ty: TypeRef::named("ID").required().list().required(),
        ..optional("ids", "Global identifiers, at most 100.", TypeRef::named("ID"))
    };
    let description = "The rows of several global identifiers, in their order; null where there is none.";
    let field = plain_field("nodes", description, TypeRef::named(NODE).list().required(), Resolve::Nodes);
    FieldDef { args: vec![ids], cost: 1, ..field }
}

/// The argument `input` of an action, if its struct has a field.
pub(super) fn input(
    builder: &mut Builder,
    name: &'static str,
    schema: &'static serde_json::Value,
    origin: &str,
) -> Vec<InputValueDef> {
    let place = format!("{origin}: {name}");
    let type_name = format!("{}Input", pascal(name));
    if !Plain::input(builder, schema, &place).root_input(&type_name) {
        return Vec::new();
    }
    let input = optional("input", "What it takes.", TypeRef::named(&type_name).required());
    vec![input]
}

fn add_finder(builder: &mut Builder, catalogue: &Catalogue, finder: &'static Finder, origin: &str) {
    let place = format!("{origin}: {}", finder.name);
    let Some(target) = catalogue.get(finder.target) else {
        builder.refuse(&place, &format!("no part stores the type {}, which it lists", finder.target));
        return;
    };
    for order in &finder.order {
        if order.empty_as.is_none() && stored::may_be_null(target, order.column) {
            builder.refuse(&place, &format!("{} may be empty, so it orders nothing", order.column));
        }
    }
    let mut args = stored::page_args();
    let name = format!("{}Input", pascal(finder.name));
    if Plain::input(builder, &finder.input, &place).root_input(&name) {
        let ty = TypeRef::named(&name);
        let ty = if finder.input_required { ty.required() } else { ty };
        args.push(optional("input", "What to list.", ty));
    }
    let ty = TypeRef::named(&format!("{}Connection", target.name));
    let resolve = Resolve::Find(FinderOf(finder), Stored(target));
    let field = plain_field(finder.name, finder.description, ty, resolve);
    let permissions = vec![finder.permission.name, target.permission.name];
    builder.extend(QUERY, FieldDef { args, permissions, cost: finder.cost, ..field }, origin);
}

/// `applicationAccept` as `ApplicationAccept`.
pub(super) fn pascal(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

fn add_query(builder: &mut Builder, action: &'static Action, origin: &str) {
    let place = format!("{origin}: {}", action.name);
    let Output::Plain(schema) = &action.output else {
        builder.refuse(&place, "a query that computes answers a plain struct");
        return;
    };
    if action.class == DataClass::Sealed {
        builder.refuse(&place, "what is SEALED is in no schema");
        return;
    }
    let args = input(builder, action.name, &action.input, origin);
    let Some(name) = Plain::output(builder, schema, &place, action.class).root_output() else {
        builder.refuse(&place, "its answer has no name");
        return;
    };
    let field = plain_field(action.name, action.description, TypeRef::named(&name), Resolve::Query(ActionOf(action)));
    let permissions = vec![action.permission.name];
    builder.extend(QUERY, FieldDef { args, permissions, cost: action.cost, ..field }, origin);
}

fn add_mutation(builder: &mut Builder, catalogue: &Catalogue, action: &'static Action, origin: &str) {
    let place = format!("{origin}: {}", action.name);
    let args = input(builder, action.name, &action.input, origin);
    let mut fields = match &action.output {
        Output::Row(name) => {
            let Some(target) = catalogue.get(name) else {
                builder.refuse(&place, &format!("no part stores the type {name}, which it answers"));
                return;
            };
            if action.keyed && action.input["properties"].get("idempotencyKey").is_none() {
                builder.refuse(&place, "its input has no idempotencyKey");
            }
            let description = "The row as it now is; null when it was refused.";
            let resolve = Resolve::PayloadRow(Stored(target));
            let row = plain_field(&lower_camel(name), description, TypeRef::named(name), resolve);
            let row = FieldDef { permissions: vec![target.permission.name], cost: 1, ..row };
            BTreeMap::from([(Arc::clone(&row.name), Arc::new(row))])
        }
        Output::Plain(schema) => Plain::output(builder, schema, &place, action.class)
            .payload_fields()
            .into_iter()
            .map(|(name, field)| (name, Arc::new(field)))
            .collect(),
    };
    let errors = plain_field(
        "userErrors",
        "Why it was refused; empty when it was done.",
        TypeRef::named(USER_ERROR).required().list().required(),
        Resolve::UserErrors,
    );
    fields.insert(Arc::clone(&errors.name), Arc::new(errors));
    let name = format!("{}Payload", pascal(action.name));
    let payload = ObjectDef {
        name: name.as_str().into(),
        description: format!("What `{}` answers.", action.name),
        fields,
        node: false,
        stored: None,
    };
    builder.own(TypeDef::Object(payload), origin);
    let resolve = Resolve::Mutation(ActionOf(action));
    let field = plain_field(action.name, action.description, TypeRef::named(&name), resolve);
    let permissions = vec![action.permission.name];
    builder.extend(MUTATION, FieldDef { args, permissions, cost: action.cost, ..field }, origin);
}

fn page_info() -> TypeDef {
    let text = || TypeRef::named("String");
    let truth = || TypeRef::named("Boolean").required();
    let field = |name: &str, description: &str, ty: TypeRef, page: PageField| {
        let def = plain_field(name, description, ty, Resolve::Page(page));
        (Arc::clone(&def.name), Arc::new(def))
    };
    TypeDef::Object(ObjectDef {
        name: "PageInfo".into(),
        description: "Where a page stands in its list; exact in both directions.".to_owned(),
        fields: BTreeMap::from([
            field("hasNextPage", "Whether rows follow this page.", truth(), PageField::HasNext),
            field("hasPreviousPage", "Whether rows precede this page.", truth(), PageField::HasPrevious),
            field("startCursor", "Cursor of the first row; null on an empty page.", text(), PageField::Start),
            field("endCursor", "Cursor of the last row; null on an empty page.", text(), PageField::End),
        ]),
        node: false,
        stored: None,
    })
}

fn user_error() -> TypeDef {
    let text = TypeRef::named("String");
    let property = || Resolve::Property { scalar: Some(platform::part::Scalar::String) };
    let field = |name: &str, description: &str, ty: TypeRef| {
        let def = plain_field(name, description, ty, property());
        (Arc::clone(&def.name), Arc::new(def))
    };
    TypeDef::Object(ObjectDef {
        name: USER_ERROR.into(),
        description: "Why something was refused: a rule, a conflict, or an authority.".to_owned(),
        fields: BTreeMap::from([
            field("code", "A stable code.", text.clone().required()),
            field("field", "Path of the input field it concerns, outermost first.", text.clone().required().list()),
            field("message", "What is so or what to do, in the caller's language.", text.required()),
        ]),
        node: false,
        stored: None,
    })
}
