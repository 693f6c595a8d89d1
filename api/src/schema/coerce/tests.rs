//! The coercion tables of the GraphQL specification, literals and variables alike.

use super::{Call, RequestError, compile};
use crate::schema::types::{
    EnumDef, EnumValueDef, FieldDef, InputDef, InputValueDef, ObjectDef, QUERY, Resolve, TypeDef, TypeRef, TypeTable,
};
use async_graphql::parser::{parse_query, types::Type};
use platform::part::DataClass;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

fn ty(text: &str) -> TypeRef {
    super::variables::type_ref(&Type::new(text).unwrap())
}

fn value(name: &str, text: &str, default: Option<Value>) -> InputValueDef {
    InputValueDef { name: name.into(), description: String::new(), ty: ty(text), default, permissions: Vec::new() }
}

/// `Query.f(arg: <argument>): Boolean`, an input object `Pair { a: String, b: Int! }`, and friends.
fn table(argument: &str, default: Option<Value>) -> TypeTable {
    let field = FieldDef {
        name: "f".into(),
        description: String::new(),
        args: vec![value("arg", argument, default)],
        ty: ty("Boolean"),
        permissions: Vec::new(),
        class: DataClass::Public,
        cost: 0,
        resolve: Resolve::Nothing,
    };
    let query = ObjectDef {
        name: QUERY.into(),
        description: String::new(),
        fields: BTreeMap::from([(Arc::from("f"), Arc::new(field))]),
        node: false,
        stored: None,
    };
    let input = |name: &str, fields: Vec<InputValueDef>| {
        let fields = fields.into_iter().map(|field| (Arc::clone(&field.name), field)).collect();
        TypeDef::Input(InputDef { name: name.into(), description: String::new(), fields })
    };
    let color = ["RED", "GREEN"].map(|name| EnumValueDef {
        name: name.to_owned(),
        description: String::new(),
        permissions: Vec::new(),
    });
    let defs = [
        (QUERY, TypeDef::Object(query)),
        ("Pair", input("Pair", vec![value("a", "String", None), value("b", "Int!", None)])),
        (
            "Defaults",
            input(
                "Defaults",
                vec![value("on", "Boolean!", Some(json!(true))), value("list", "[Int!]!", Some(json!([7])))],
            ),
        ),
        ("Color", TypeDef::Enum(EnumDef { name: "Color".into(), description: String::new(), values: color.to_vec() })),
    ];
    TypeTable { types: defs.into_iter().map(|(name, def)| (Arc::from(name), Arc::new(def))).collect() }
}

fn run(table: &TypeTable, document: &str, variables: &Value) -> Result<Vec<Call>, Vec<RequestError>> {
    let document = parse_query(document).unwrap();
    let variables = variables.as_object().unwrap();
    compile(table, &document, None, variables).map(|compiled| compiled.root)
}

/// The coerced argument: `Ok(None)` when it is absent, `Err(())` when it is refused.
fn argument(argument: &str, document: &str, variables: Value) -> Result<Option<Value>, ()> {
    let calls = run(&table(argument, None), document, &variables).map_err(|errors| assert!(!errors.is_empty()))?;
    Ok(calls[0].args.get("arg").cloned())
}

/// The same value as a literal and as a variable of the argument's type.
fn both(of: &str, literal: &str, json: Value, expected: Result<Value, ()>) {
    let expected = expected.map(Some);
    assert_eq!(argument(of, &format!("{{ f(arg: {literal}) }}"), json!({})), expected, "{of} from literal {literal}");
    let document = format!("query($v: {of}) {{ f(arg: $v) }}");
    assert_eq!(argument(of, &document, json!({ "v": json })), expected, "{of} from variable {json}");
}

#[test]
fn lists_are_coerced_by_the_table_of_the_specification() {
    let x = Err(());
    both("[Int]", "[1, 2, 3]", json!([1, 2, 3]), Ok(json!([1, 2, 3])));
    both("[Int]", r#"[1, "b", true]"#, json!([1, "b", true]), x.clone());
    both("[Int]", "1", json!(1), Ok(json!([1])));
    both("[Int]", "null", json!(null), Ok(json!(null)));
    both("[Int]", "[1, null]", json!([1, null]), Ok(json!([1, null])));
    both("[Int!]", "[1, null]", json!([1, null]), x.clone());
    both("[Int]!", "null", json!(null), x.clone());
    both("[[Int]]", "[[1], [2, 3]]", json!([[1], [2, 3]]), Ok(json!([[1], [2, 3]])));
    both("[[Int]]", "[1, 2, 3]", json!([1, 2, 3]), Ok(json!([[1], [2], [3]])));
    both("[[Int]]", "[1, null, 3]", json!([1, null, 3]), Ok(json!([[1], null, [3]])));
    both("[[Int]]", "1", json!(1), Ok(json!([[1]])));
    both("[[Int]]", "null", json!(null), Ok(json!(null)));
}

#[test]
fn input_objects_are_coerced_by_the_table_of_the_specification() {
    let literal = |text: &str, variables: Value| {
        let document = format!("query($s: String, $i: Int!, $o: Int) {{ f(arg: {text}) }}");
        let variables = [("i", json!(123))].into_iter().fold(variables, |mut all, (name, value)| {
            all.as_object_mut().unwrap().entry(name).or_insert(value);
            all
        });
        argument("Pair", &document, variables)
    };
    let good = |value: Value| Ok(Some(value));
    assert_eq!(literal(r#"{ a: "abc", b: 123 }"#, json!({})), good(json!({ "a": "abc", "b": 123 })));
    assert_eq!(literal("{ a: null, b: 123 }", json!({})), good(json!({ "a": null, "b": 123 })));
    assert_eq!(literal("{ b: 123 }", json!({})), good(json!({ "b": 123 })));
    assert_eq!(literal("{ a: $s, b: 123 }", json!({ "s": null })), good(json!({ "a": null, "b": 123 })));
    assert_eq!(literal("{ a: $s, b: 123 }", json!({})), good(json!({ "b": 123 })));
    assert_eq!(literal("{ b: $i }", json!({ "i": 5 })), good(json!({ "b": 5 })));
    assert_eq!(literal("{ b: $i }", json!({ "i": null })), Err(()));
    assert_eq!(literal("{ b: $o }", json!({ "o": 1 })), Err(()), "a nullable variable does not fit Int!");
    for wrong in [
        r#""abc123""#,
        r#"{ a: "abc", b: "123" }"#,
        r#"{ a: "abc" }"#,
        r#"{ a: "abc", b: null }"#,
        r#"{ b: 123, c: "xyz" }"#,
        "[{ a: 1 }]",
    ] {
        assert_eq!(literal(wrong, json!({})), Err(()), "{wrong}");
    }
    let variable = |json: Value| argument("Pair", "query($v: Pair) { f(arg: $v) }", json!({ "v": json }));
    assert_eq!(variable(json!({ "b": 123 })), good(json!({ "b": 123 })));
    for wrong in [
        json!("abc123"),
        json!({ "a": "abc", "b": "123" }),
        json!({ "a": "abc" }),
        json!({ "b": 1, "c": 2 }),
        json!([]),
    ] {
        assert_eq!(variable(wrong.clone()), Err(()), "{wrong}");
    }
}

#[test]
fn scalars_take_only_what_the_specification_lets_them() {
    let x = Err(());
    both("Int", "2147483647", json!(i32::MAX), Ok(json!(i32::MAX)));
    both("Int", "-2147483648", json!(i32::MIN), Ok(json!(i32::MIN)));
    both("Int", "2147483648", json!(2_147_483_648_i64), x.clone());
    both("Int", "1.5", json!(1.5), x.clone());
    both("Int", r#""1""#, json!("1"), x.clone());
    both("Int", "true", json!(true), x.clone());
    both("Float", "1", json!(1), Ok(json!(1.0)));
    both("Float", r#""1""#, json!("1"), x.clone());
    both("String", "1", json!(1), x.clone());
    both("String", "{}", json!({}), x.clone());
    both("Boolean", "0", json!(0), x.clone());
    both("Boolean", r#""true""#, json!("true"), x.clone());
    both("ID", "4", json!(4), Ok(json!("4")));
    both("ID", r#""4""#, json!("4"), Ok(json!("4")));
    both("ID", "4.5", json!(4.5), x.clone());
    both("Color", r#""BLUE""#, json!("BLUE"), x);
    assert_eq!(argument("Int", "{ f(arg: 1.0) }", json!({})), Err(()), "a float literal is no Int");
    assert_eq!(argument("Int", "query($v: Int) { f(arg: $v) }", json!({ "v": 1.0 })), Ok(Some(json!(1))));
}

#[test]
fn enum_values_are_names_in_documents_and_text_in_variables() {
    assert_eq!(argument("Color", "{ f(arg: RED) }", json!({})), Ok(Some(json!("RED"))));
    assert_eq!(argument("Color", r#"{ f(arg: "RED") }"#, json!({})), Err(()));
    assert_eq!(argument("Color", "query($v: Color) { f(arg: $v) }", json!({ "v": "RED" })), Ok(Some(json!("RED"))));
    assert_eq!(argument("Color", "query($v: Color = GREEN) { f(arg: $v) }", json!({})), Ok(Some(json!("GREEN"))));
    assert_eq!(argument("Color", "query($v: Color = BLUE) { f(arg: $v) }", json!({})), Err(()));
}

#[test]
fn an_absent_optional_variable_drops_its_argument() {
    assert_eq!(argument("Int", "query($v: Int) { f(arg: $v) }", json!({})), Ok(None));
    assert_eq!(argument("Int", "query($v: Int) { f(arg: $v) }", json!({ "v": null })), Ok(Some(Value::Null)));
    assert_eq!(argument("[Int]", "query($v: Int) { f(arg: [1, $v]) }", json!({})), Ok(Some(json!([1, null]))));
    assert_eq!(argument("Int!", "query($v: Int) { f(arg: $v) }", json!({ "v": 1 })), Err(()));
    assert_eq!(argument("Int!", "query($v: Int!) { f(arg: $v) }", json!({})), Err(()));
    assert_eq!(argument("Int!", "query($v: Int = 3) { f(arg: $v) }", json!({})), Ok(Some(json!(3))));
    assert_eq!(argument("Int!", "query($v: Int = 3) { f(arg: $v) }", json!({ "v": null })), Err(()));
}

#[test]
fn defaults_of_arguments_and_fields_are_filled_in() {
    let with_default = |document: &str, variables: Value| {
        let calls = run(&table("Int", Some(json!(9))), document, &variables).unwrap();
        calls[0].args["arg"].clone()
    };
    assert_eq!(with_default("{ f }", json!({})), json!(9));
    assert_eq!(with_default("query($v: Int) { f(arg: $v) }", json!({})), json!(9));
    assert_eq!(with_default("query($v: Int) { f(arg: $v) }", json!({ "v": null })), Value::Null);
    assert_eq!(argument("Defaults", "{ f(arg: {}) }", json!({})), Ok(Some(json!({ "on": true, "list": [7] }))));
    assert_eq!(
        argument("Defaults", "{ f(arg: { list: 1 }) }", json!({})),
        Ok(Some(json!({ "on": true, "list": [1] })))
    );
    assert_eq!(argument("Defaults", "{ f(arg: { on: null }) }", json!({})), Err(()));
}

#[test]
fn selections_are_merged_skipped_and_spread_in_document_order() {
    let keys = |document: &str, variables: Value| -> Vec<String> {
        let calls = run(&table("Int", None), document, &variables).unwrap();
        calls.iter().map(|call| call.key.to_string()).collect()
    };
    assert_eq!(keys("{ b: f a: f b: f __typename }", json!({})), ["b", "a", "__typename"]);
    assert_eq!(
        keys("{ ...F c: f } fragment F on Query { a: f ... on Query { b: f } ... on Other { z: f } }", json!({})),
        ["a", "b", "c"]
    );
    let document = "query($yes: Boolean!, $no: Boolean = false) { a: f @skip(if: $yes) b: f @include(if: $no) c: f @include(if: $yes) @skip(if: $no) }";
    assert_eq!(keys(document, json!({ "yes": true })), ["c"]);
}

#[test]
fn errors_tell_the_place_and_never_the_value() {
    let errors = run(
        &table("[Pair!]", None),
        "query($v: [Pair!]) { f(arg: $v) }",
        &json!({ "v": [{ "b": 1 }, { "b": "510229196606200055" }] }),
    )
    .unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].message, "Variable \"$v\" got an invalid value: at \"1.b\": expected type \"Int\"");
    assert_eq!(errors[0].locations.len(), 1);
}
