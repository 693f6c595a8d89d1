//! What an operation may cost at most: each object that can be answered counts one, each call its own cost.

use super::{
    coerce::{Below, Bound, Call, What},
    stored::PAGE_DEFAULT,
    types::{PageField, Resolve},
};
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};

/// Cost of introspection, however much of it is asked for.
const INTROSPECTION: u64 = 10;

/// Cost of these calls together, with the arguments that waited for variables.
pub fn of(calls: &[Call], bound: &Bound) -> u64 {
    calls.iter().map(|call| of_call(call, bound)).fold(0, u64::saturating_add)
}

fn of_call(call: &Call, bound: &Bound) -> u64 {
    let field = match &call.what {
        What::Field(field) => field,
        What::Typename(_) | What::Withheld(_) => return 0,
        What::Introspection(_) => return INTROSPECTION,
    };
    let own = u64::from(field.cost);
    let objects = match (&field.resolve, &call.below) {
        (_, Below::Leaf) => return own,
        (Resolve::List(_) | Resolve::Find(..) | Resolve::ToMany(_), Below::Object(calls)) => page(call, calls, bound),
        (Resolve::Entities, Below::Node(by_type)) => entities(call, by_type, bound),
        (Resolve::Nodes, Below::Node(by_type)) => count(call, bound).saturating_mul(widest(by_type.values(), bound)),
        (_, Below::Node(by_type)) => widest(by_type.values(), bound),
        (_, Below::Object(calls)) => of(calls, bound).saturating_add(1),
    };
    own.saturating_add(objects)
}

/// A page counts its rows, each with what is asked of it.
fn page(call: &Call, calls: &[Call], bound: &Bound) -> u64 {
    let rows = ["first", "last"].iter().find_map(|name| bound.of(call).get(*name)?.as_u64());
    let rows = rows.unwrap_or(PAGE_DEFAULT.unsigned_abs());
    calls.iter().fold(1, |sum: u64, below| {
        let each = match (&below.what, &below.below) {
            (What::Field(field), Below::Object(calls)) => match field.resolve {
                Resolve::Page(PageField::Edges | PageField::Nodes) => {
                    rows.saturating_mul(of(calls, bound).saturating_add(1))
                }
                _ => 1,
            },
            (What::Field(field), _) if matches!(field.resolve, Resolve::Page(PageField::Total)) => 1,
            _ => 0,
        };
        sum.saturating_add(each)
    })
}

/// Every representation counts as the type it names; one of no type here counts one.
fn entities(call: &Call, by_type: &HashMap<Arc<str>, Vec<Call>>, bound: &Bound) -> u64 {
    let representations = bound.of(call).get("representations").and_then(Value::as_array);
    let each = representations.into_iter().flatten().map(|representation| {
        let calls = representation["__typename"].as_str().and_then(|name| by_type.get(name));
        calls.map_or(1, |calls| of(calls, bound).saturating_add(1))
    });
    each.fold(0, u64::saturating_add)
}

fn count(call: &Call, bound: &Bound) -> u64 {
    bound
        .of(call)
        .get("ids")
        .and_then(|ids| ids.as_array())
        .map_or(0, |ids| u64::try_from(ids.len()).unwrap_or(u64::MAX))
}

fn widest<'a>(selections: impl Iterator<Item = &'a Vec<Call>>, bound: &Bound) -> u64 {
    selections.map(|calls| of(calls, bound).saturating_add(1)).max().unwrap_or(1)
}
