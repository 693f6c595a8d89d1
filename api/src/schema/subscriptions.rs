//! The root of what can be watched, and what each event answers.

use super::{
    load::{Builder, Catalogue},
    roots::{input, pascal},
    stored::plain_field,
    types::{FieldDef, ObjectDef, Resolve, SUBSCRIPTION, Stored, SubscriptionOf, TypeDef, TypeRef},
};
use entity::scope::ScopeBy;
use platform::{
    part::{Scalar, Subscription, lower_camel},
    permissions::EVENT_READ,
};
use std::{collections::BTreeMap, sync::Arc};

/// Field of an event that tells its place in the order.
pub(crate) const SEQ: &str = "seq";
/// Field of an event that tells what happened.
pub(crate) const KIND: &str = "kind";
/// Field of an event that tells when.
pub(crate) const AT: &str = "at";

/// Adds one subscription.
pub(super) fn add(builder: &mut Builder, catalogue: &Catalogue, subscription: &'static Subscription, origin: &str) {
    let place = format!("{origin}: {}", subscription.name);
    let Some(target) = catalogue.get(&subscription.output) else {
        let reason = format!("no part stores the type {}, which it answers", subscription.output);
        builder.refuse(&place, &reason);
        return;
    };
    if !matches!(target.scope, ScopeBy::Columns { .. }) || !target.key_is_uuid {
        builder.refuse(&place, "only rows that carry their own place can be watched");
        return;
    }
    let row = lower_camel(target.name);
    let name = format!("{}Payload", pascal(subscription.name));
    let payload = ObjectDef {
        name: name.as_str().into(),
        description: format!("One event of `{}`.", subscription.name),
        fields: fields(&row, Stored(target)),
        node: false,
        stored: None,
    };
    builder.own(TypeDef::Object(payload), origin);
    let resolve = Resolve::Subscription(SubscriptionOf(subscription));
    let ty = TypeRef::named(&name).required();
    let field = plain_field(subscription.name, subscription.description, ty, resolve);
    let args = input(builder, subscription.name, &subscription.input, origin);
    let permissions = vec![subscription.permission.name];
    builder.extend(SUBSCRIPTION, FieldDef { args, permissions, cost: subscription.cost, ..field }, origin);
}

fn fields(row: &str, target: Stored) -> BTreeMap<Arc<str>, Arc<FieldDef>> {
    let property = |name: &str, description: &str, ty: TypeRef, scalar: Scalar| {
        plain_field(name, description, ty, Resolve::Property { scalar: Some(scalar) })
    };
    let seq = property(
        SEQ,
        "Place of the event in the order in which all events were committed (序号).",
        TypeRef::named("Int").required(),
        Scalar::Int,
    );
    let at = property(AT, "When it happened (发生时间).", TypeRef::named("DateTime").required(), Scalar::DateTime);
    // Who may not read the log of a case is not told its entries one by one, either.
    let kind = property(KIND, "What happened: the mutation (事件).", TypeRef::named("String"), Scalar::String);
    let kind = FieldDef { permissions: vec![EVENT_READ.name], ..kind };
    let description = "The row as it now is.";
    let about = plain_field(row, description, TypeRef::named(target.name), Resolve::PayloadRow(target));
    let about = FieldDef { permissions: vec![target.permission.name], cost: 1, ..about };
    [seq, at, kind, about].into_iter().map(|field| (Arc::clone(&field.name), Arc::new(field))).collect()
}
