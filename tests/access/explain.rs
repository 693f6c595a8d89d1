//! `policyExplain`: one's own rights with their rows, nothing about anyone else's; everything to the auditor.

use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path};
use tests::support::{Backend, Client, Server, on_both};

on_both!(
    what_is_ones_own_is_explained_by_its_rows,
    what_is_not_ones_own_is_answered_as_a_misspelling_is,
    the_auditor_is_told_about_anyone_on_any_day
);

const ASKED: &str = "query Why($input: PolicyExplainInput!) { policyExplain(input: $input) {
  allowed reason on dataClass disclosure
  needs { permission allowed reason scope roleRow { file line text } authorityRow { file line text } heldBy { text } }
} }";

async fn why(client: &Client, input: Value) -> Value {
    client.ok(ASKED, json!({ "input": input })).await["policyExplain"].clone()
}

async fn what_is_ones_own_is_explained_by_its_rows(backend: Backend) {
    let server = Server::start(backend).await;
    let window = server.client("tw").await;
    let accept = why(&window, json!({ "name": "Mutation.applicationAccept", "programme": "DIBAO" })).await;
    assert_eq!(accept["allowed"], true, "{accept}");
    let need = &accept["needs"][0];
    assert_eq!(need["permission"], "application.accept");
    assert_eq!(need["roleRow"]["text"], "grant,TW,application.accept,TOWN");
    let authority = need["authorityRow"]["text"].as_str().expect("a row");
    assert!(authority.starts_with("DIBAO,accept,TOWN,TW_WINDOW,"), "{authority}");
    assert_eq!(need["heldBy"], json!([]), "who else holds it is not the clerk's to know");

    let number = why(&window, json!({ "name": "Person.idNumber" })).await;
    assert_eq!((&number["allowed"], &number["dataClass"]), (&json!(true), &json!("SENSITIVE")), "{number}");
    let needed: Vec<_> = number["needs"].as_array().expect("needs").iter().map(|need| &need["permission"]).collect();
    assert_eq!(needed, ["person.read", "person.identify"]);

    let chinese = server.client("tw").await.with_header("accept-language", "zh-CN");
    let reason = why(&chinese, json!({ "name": "application.accept" })).await["reason"].clone();
    assert!(reason.as_str().is_some_and(|text| text.contains("授予")), "{reason}");
}

async fn what_is_not_ones_own_is_answered_as_a_misspelling_is(backend: Backend) {
    let server = Server::start(backend).await;
    let clerk = server.client("tu_social").await;
    let misspelt = why(&clerk, json!({ "name": "Mutation.dibaoAprove" })).await;
    assert_eq!(misspelt["allowed"], false);
    for input in [
        json!({ "name": "Mutation.dibaoApprove" }),
        json!({ "name": "dibao.approve" }),
        json!({ "name": "Query.auditEvents" }),
        json!({ "name": "AuditEvent" }),
        json!({ "name": "opinion.give", "programme": "EDUCATION" }),
        json!({ "name": "opinion.give", "role": "TU", "unit": "TU_SOCIAL" }),
        json!({ "name": "opinion.give", "role": "KING" }),
        json!({ "name": "opinion.give", "unit": "TU_SOCIAL" }),
        json!({ "name": "no words at all" }),
    ] {
        assert_eq!(why(&clerk, input.clone()).await, misspelt, "{input}");
    }
    let public = server.public().gql(ASKED, json!({ "input": { "name": "session.self" } })).await;
    assert_eq!(public.error_codes(), ["GRAPHQL_VALIDATION_FAILED"; 2], "{public:?}");
}

async fn the_auditor_is_told_about_anyone_on_any_day(backend: Backend) {
    let server = Server::start(backend).await;
    let auditor = server.client("aud").await;
    let district = json!({ "name": "Mutation.dibaoApprove", "role": "DA", "unit": "DU_CIVIL" });
    assert_eq!(why(&auditor, district).await["allowed"], true);
    let town = why(&auditor, json!({ "name": "dibao.approve", "role": "TL", "unit": "TL_LEADERS" })).await;
    assert_eq!(town["allowed"], false, "{town}");
    assert!(town["reason"].as_str().is_some_and(|text| text.contains("does not grant")), "{town}");
    assert!(town["needs"][0]["heldBy"].to_string().contains("DIBAO,approve,DISTRICT,DU_CIVIL"), "{town}");

    // AT-23: the approver of medical assistance changes with the reform.
    for (on, holder, other) in [("2018-11-15", "DU_CIVIL", "DU_MEDSEC"), ("2019-06-15", "DU_MEDSEC", "DU_CIVIL")] {
        let of = |unit: &str| json!({ "name": "medical.approve", "role": "DA", "unit": unit, "on": on });
        let (held, not) = (why(&auditor, of(holder)).await, why(&auditor, of(other)).await);
        assert_eq!((&held["allowed"], &not["allowed"]), (&json!(true), &json!(false)), "{held} {not}");
        assert!(not["reason"].as_str().is_some_and(|text| text.contains(holder)), "{not}");
    }
    for (wrong, field) in [
        (json!({ "name": "x", "role": "KING" }), "KING"),
        (json!({ "name": "x", "role": "TW", "unit": "TW_PALACE" }), "TW_PALACE"),
        (json!({ "name": "x", "unit": "TW_WINDOW" }), "role"),
    ] {
        let answer = auditor.gql(ASKED, json!({ "input": wrong })).await;
        assert!(answer.body["errors"][0]["message"].as_str().is_some_and(|text| text.contains(field)), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_agrees_with_the_schema_of_every_role_on_every_mutation() {
    let server = Server::start(Backend::Sqlite).await;
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas").read_dir().expect("the reviewed schemas");
    let files: Vec<_> = schemas.flatten().map(|entry| entry.path()).collect();
    let logins: Vec<_> = files
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "graphql"))
        .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
        .filter(|login| login != "pub")
        .collect();
    assert!(logins.len() > 20, "{logins:?}");
    let mut own = Vec::new();
    for login in &logins {
        own.push(mutations(&server.client(login).await).await);
    }
    let all: Vec<_> = own.iter().flatten().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    for (login, own) in logins.iter().zip(&own) {
        let client = server.client(login).await;
        for names in all.chunks(20) {
            let asked = names.iter().enumerate().map(|(at, name)| {
                format!("f{at}: policyExplain(input: {{ name: \"Mutation.{name}\" }}) {{ allowed }}")
            });
            let document = format!("{{ {} }}", asked.collect::<Vec<_>>().join(" "));
            let answers = client.ok(&document, json!({})).await;
            for (at, name) in names.iter().enumerate() {
                let said = answers[format!("f{at}")]["allowed"] == true;
                assert_eq!(said, own.contains(name), "{login}: {name}");
            }
        }
    }
}

async fn mutations(client: &Client) -> BTreeSet<String> {
    let document = "{ __schema { mutationType { fields { name } } } }";
    let answer = client.ok(document, json!({})).await;
    let fields = answer["__schema"]["mutationType"]["fields"].as_array().expect("mutations");
    fields.iter().filter_map(|field| field["name"].as_str().map(str::to_owned)).collect()
}
