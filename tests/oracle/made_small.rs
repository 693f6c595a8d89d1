//! The shrinker, against a difference that is made up: an operation "differs" when it mentions something.

use super::{
    dice::Dice,
    document::{Document, Literal, Selection},
    generate::make,
    pool::{Pool, Store},
    routes::Routes,
    shrink::Shrinking,
};
use crate::access::world::parts;
use api::schema::{TypeTable, load};
use async_graphql::parser::parse_query;
use std::sync::Arc;

fn everything() -> TypeTable {
    load(parts().leak(), &|_| true).expect("sound parts")
}

/// Some operations of a role that may do everything.
fn some(table: &TypeTable) -> Vec<Document> {
    let (routes, pool) = (Routes::of(table), Pool::new(Arc::new(Store::default())));
    let made = (0..600).map(|number| {
        let aim = routes.targets[usize::try_from(number).expect("small") % routes.targets.len()].clone();
        make(table, &routes, &pool, Dice::of("everybody", 7, number), &[aim]).document
    });
    made.collect()
}

/// The smallest of which this still holds.
fn shrunk(document: Document, holds: impl Fn(&Document) -> bool) -> Document {
    let mut shrinking = Shrinking::of(document);
    while let Some(smaller) = shrinking.next() {
        let differs = holds(&smaller);
        shrinking.tried(smaller, differs);
    }
    shrinking.document
}

fn selects(document: &Document, name: &str, argument: &str) -> bool {
    document.all().any(|selection| match selection {
        Selection::Field(field) => field.name == name && field.args.iter().any(|(name, _)| name == argument),
        _ => false,
    })
}

#[test]
fn an_operation_is_made_again_by_its_role_seed_and_number() {
    let table = everything();
    assert_eq!(some(&table), some(&table));
}

#[test]
fn what_is_made_is_read_as_graphql() {
    for document in some(&everything()) {
        let text = document.to_string();
        parse_query(&text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    }
}

#[test]
fn only_the_way_to_a_field_is_left() {
    let mut count = 0;
    for document in some(&everything()).into_iter().filter(|document| selects(document, "members", "first")) {
        let small = shrunk(document, |document| selects(document, "members", "first"));
        // Nothing but the field, its argument, and one selection a level.
        let fields: Vec<_> = small.all().collect();
        assert!(
            fields.iter().all(|selection| selection.set().len() <= 1 && selection.directives().is_empty()),
            "{small}"
        );
        assert!(
            fields.iter().all(|selection| matches!(selection, Selection::Field(field) if field.alias.is_none())),
            "{small}"
        );
        let args: Vec<_> = fields
            .iter()
            .filter_map(|selection| match selection {
                Selection::Field(field) => Some(field.args.as_slice()),
                _ => None,
            })
            .flatten()
            .collect();
        assert!(args.len() == 1 && args[0].0 == "first" && small.fragments.is_empty(), "{small}");
        // A variable is left only where it has no value to stand in its place.
        let no_value = small.given().is_empty() && small.variables.len() == 1;
        assert!(
            if matches!(args[0].1, Literal::Variable(_)) { no_value } else { small.variables.is_empty() },
            "{small}"
        );
        count += 1;
    }
    assert!(count >= 5, "only {count} operations had it");
}

#[test]
fn of_a_difference_by_a_directive_the_directive_is_left() {
    let by_skip = |document: &Document| {
        document.all().any(|selection| selection.directives().iter().any(|one| one.name == "skip"))
    };
    let found = some(&everything()).into_iter().find(by_skip).expect("one with @skip");
    let small = shrunk(found, by_skip);
    let text = small.to_string();
    assert!(text.len() < 120 && text.contains("@skip"), "{text}");
}
