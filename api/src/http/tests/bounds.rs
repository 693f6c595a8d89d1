use super::toy::Door;
use crate::http::{
    Limits,
    graphql::{Documents, operation},
    read::Parameters,
};
use platform::Language;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The code a document is refused with, or `-`; and its message.
fn judge_with(query: &str, variables: Value, limits: &Limits, language: Language) -> (String, String) {
    let Value::Object(variables) = variables else { panic!() };
    let parameters = Parameters { query: query.to_owned(), operation_name: None, variables };
    match operation(parameters, &Documents::default(), limits, language) {
        Ok(_) => ("-".to_owned(), String::new()),
        Err(errors) => (errors[0].extensions["code"].as_str().unwrap().to_owned(), errors[0].message.clone()),
    }
}

fn judge(query: &str) -> String {
    judge_with(query, json!({}), &Limits::default(), Language::En).0
}

fn doubling(fragments: usize) -> String {
    let mut document = "{ ...F0 }".to_owned();
    for number in 0..fragments {
        let next = if number + 1 == fragments { "who".to_owned() } else { format!("...F{0} ...F{0}", number + 1) };
        document += &format!(" fragment F{number} on Query {{ {next} }}");
    }
    document
}

#[test]
fn too_much_of_anything_is_refused() {
    let aliased = (0..101).map(|number| format!("b{number}: b ")).collect::<String>();
    let limit = |query: &str| judge(query);
    assert_eq!(limit("{ who }"), "-");
    for (query, what) in [
        (format!("{{ {} }}", "a ".repeat(4000)), "tokens"),
        (format!("{{ a(b: \"{}\") }}", "x".repeat(70_000)), "bytes"),
        (format!("{{ {} }}", "a ".repeat(21)), "root fields"),
        (format!("{{ a {{ {aliased} }} }}"), "aliases"),
        (format!("{{ a {}{} }}", "{ a ".repeat(20), "}".repeat(20)), "depth"),
        (format!("{{ a {{ {} }} }}", "b ".repeat(2000)), "fields"),
        (format!("{{ a(b: [{}]) }}", "1,".repeat(2001)), "list items"),
        (format!("query($a: [Int] = [{}]) {{ a }}", "1,".repeat(2001)), "list items"),
        (format!("{{ a(b: {}1{}) }}", "[".repeat(60), "]".repeat(60)), "nesting"),
        (format!("{{ {}a{} }}", "... { ".repeat(60), "}".repeat(60)), "nesting"),
        (
            format!(
                "{{ a }} {}",
                (0..51).map(|number| format!("fragment F{number} on Q {{ a }} ")).collect::<String>()
            ),
            "fragments",
        ),
    ] {
        let (code, message) = judge_with(&query, json!({}), &Limits::default(), Language::En);
        assert_eq!(code, "OPERATION_LIMIT", "{what}");
        assert!(message.contains(&format!("too much of {what}: at most")), "{message}");
    }
    let (_, message) =
        judge_with("{ a b }", json!({}), &Limits { root_fields: 1, ..Limits::default() }, Language::ZhCn);
    assert_eq!(message, "操作超出限制：根字段 最多 1");
}

#[test]
fn bounds_reach_through_fragments() {
    let through = |inside: &str| format!("{{ ...F }} fragment F on Query {{ {inside} }}");
    assert_eq!(judge(&through(&"a ".repeat(20))), "-");
    assert_eq!(judge(&through(&"a ".repeat(21))), "OPERATION_LIMIT");
    assert_eq!(judge(&format!("{{ {} }} fragment F on Query {{ a: who }}", "...F ".repeat(21))), "OPERATION_LIMIT");
    assert_eq!(judge(&format!("query A {{ who }} query B {{ {} }}", "a ".repeat(21))), "OPERATION_LIMIT");
}

#[test]
fn doubling_fragments_and_circles_cost_nothing() {
    let start = Instant::now();
    assert_eq!(judge(&doubling(4)), "-");
    for fragments in [22, 30, 50] {
        assert_eq!(judge(&doubling(fragments)), "OPERATION_LIMIT");
    }
    for circle in [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { a { ...B } } fragment B on Query { ... { ...A } }",
        "{ who } fragment A on Query { ...B } fragment B on Query { ...A }",
    ] {
        assert_eq!(judge(circle), "GRAPHQL_VALIDATION_FAILED", "{circle}");
    }
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn the_deepest_document_that_is_let_through_is_parsed_at_once() {
    let start = Instant::now();
    let nest =
        |open: &str, inside: &str, close: &str| format!("{{ a(b: {}{inside}{}) }}", open.repeat(45), close.repeat(45));
    assert_eq!(judge(&nest("[", "1", "]")), "-");
    assert_eq!(judge(&nest("{a:", "1", "}")), "-");
    assert_eq!(judge(&nest("[", "", "")), "GRAPHQL_PARSE_FAILED");
    assert_eq!(judge(&nest("{a:", "", "")), "GRAPHQL_PARSE_FAILED");
    assert_eq!(judge(&format!("query($a: {}Int{}) {{ a }}", "[".repeat(45), "]".repeat(45))), "-");
    assert_eq!(judge(&"{ a ".repeat(45)), "GRAPHQL_PARSE_FAILED");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn variables_are_bounded_too() {
    let judge = |variables: Value| judge_with("{ who }", variables, &Limits::default(), Language::En).0;
    let mut deep = json!(1);
    for _ in 0..40 {
        deep = json!([deep]);
    }
    assert_eq!(judge(json!({ "a": { "b": [1, "x", null] } })), "-");
    assert_eq!(judge(json!({ "a": deep })), "OPERATION_LIMIT");
    assert_eq!(judge(json!({ "a": vec![1; 2001] })), "OPERATION_LIMIT");
    assert_eq!(judge(json!({ "a": vec![vec![1; 1999]; 11] })), "OPERATION_LIMIT");
    for nul in [json!({ "a": "x\0" }), json!({ "a": [{ "b\0": 1 }] }), json!({ "\0": 1 })] {
        assert_eq!(judge(nul), "BAD_USER_INPUT");
    }
    assert_eq!(judge_with("{ a(b: \"x\\u0000\") }", json!({}), &Limits::default(), Language::En).0, "BAD_USER_INPUT");
}

#[tokio::test]
async fn a_document_that_cannot_be_parsed_is_told_where_and_nothing_else() {
    let door = Door::new().await;
    let got = door.query("query {\n  who(\n}").await;
    assert_eq!((got.status, got.code().as_str()), (400, "GRAPHQL_PARSE_FAILED"));
    let error = &got.json()["errors"][0];
    assert_eq!(error["message"], "the document cannot be parsed at line 3, column 1");
    assert_eq!(error["locations"], json!([{ "line": 3, "column": 1 }]));
    for word in ["-->", "expected", "Rule", "pest", "|"] {
        assert!(!got.text.contains(word), "{}", got.text);
    }
}
