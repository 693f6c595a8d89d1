//! What a gateway asks for beyond its user's schema is withheld, however it is asked for.

use super::{coerce, table};
use crate::schema::{
    coerce::{Below, Call, What},
    types::TypeTable,
};
use async_graphql::parser::parse_query;
use serde_json::{Value, json};

/// Paths of what is withheld from a user.
fn withheld(own: &TypeTable, document: &str, variables: Value) -> (Vec<String>, bool) {
    let full = table(&["case.read", "case.secret", "owner.read", "case.change"]);
    let Value::Object(variables) = variables else { panic!("variables are an object") };
    let mut compiled = coerce::compile(&full, &parse_query(document).unwrap(), None, &variables).unwrap();
    let root = coerce::narrow(&mut compiled, own);
    let mut found = Vec::new();
    collect(&compiled.root, "", &mut found);
    (found, root)
}

fn collect(calls: &[Call], above: &str, found: &mut Vec<String>) {
    for call in calls {
        let path = format!("{above}{}", call.key);
        match (&call.what, &call.below) {
            (What::Withheld(_), _) => found.push(path),
            (_, Below::Object(below)) => collect(below, &format!("{path}."), found),
            (_, Below::Node(by_type)) => {
                let mut types: Vec<_> = by_type.keys().collect();
                types.sort();
                types.iter().for_each(|name| collect(&by_type[*name], &format!("{path}[{name}]."), found));
            }
            (_, Below::Leaf) => {}
        }
    }
}

#[test]
fn a_field_a_filter_an_order_or_an_act_that_is_not_the_users_is_withheld() {
    let cases = table(&["case.read"]);
    for (document, expected, root) in [
        ("{ cases { nodes { id number __typename } totalCount } }", vec![], false),
        (
            "{ cases { nodes { number hidden: secret owner { id } } } }",
            vec!["cases.nodes.hidden", "cases.nodes.owner"],
            false,
        ),
        ("{ cases(filter: { number: \"1\" }, orderBy: NUMBER_ASC) { totalCount } }", vec![], false),
        ("{ cases(filter: { number: \"1\", secret: \"x\" }) { totalCount } }", vec!["cases"], true),
        ("{ cases(orderBy: [NUMBER_ASC, SECRET_DESC]) { totalCount } }", vec!["cases"], true),
        ("{ a: cases { totalCount } b: cases(filter: { secret: \"x\" }) { totalCount } }", vec!["b"], true),
        (
            "{ node(id: 1) { id ... on Case { secret } ... on Owner { cases { totalCount } } } }",
            vec!["node[Case].secret"],
            false,
        ),
        ("{ __schema { types { name } } _service { sdl } }", vec![], false),
        (
            "mutation { caseChange(input: { idempotencyKey: \"k\", kind: GOOD }) { case { number } } }",
            vec!["caseChange"],
            true,
        ),
    ] {
        assert_eq!(
            withheld(&cases, document, json!({})),
            (expected.iter().map(ToString::to_string).collect(), root),
            "{document}"
        );
    }
    let document = "query($f: CaseFilter, $o: [CaseOrder!]) { cases(filter: $f, orderBy: $o) { totalCount } }";
    for (variables, root) in [
        (json!({}), false),
        (json!({ "f": { "number": "1" }, "o": ["NUMBER_ASC"] }), false),
        (json!({ "f": { "secret": "x" } }), true),
        (json!({ "f": { "secret": null } }), true),
        (json!({ "o": "SECRET_ASC" }), true),
    ] {
        assert_eq!(withheld(&cases, document, variables.clone()).1, root, "{variables}");
    }
}

#[test]
fn rows_of_a_type_that_the_user_does_not_know_are_not_there() {
    let document = "{ nodes(ids: [1]) { __typename ... on Owner { id } } }";
    let full = table(&["case.read", "owner.read"]);
    let mut compiled = coerce::compile(&full, &parse_query(document).unwrap(), None, &serde_json::Map::new()).unwrap();
    coerce::narrow(&mut compiled, &table(&["case.read"]));
    let Below::Node(by_type) = &compiled.root[0].below else { panic!("no node") };
    assert_eq!(by_type.keys().map(AsRef::as_ref).collect::<Vec<&str>>(), ["Case"]);
}

#[test]
fn nothing_is_withheld_from_who_has_as_much() {
    let all = table(&["case.read", "case.secret", "owner.read", "case.change"]);
    let document =
        "{ cases(filter: { secret: \"x\" }, orderBy: SECRET_ASC) { nodes { secret owner { cases { totalCount } } } } }";
    assert_eq!(withheld(&all, document, json!({})), (Vec::new(), false));
}
