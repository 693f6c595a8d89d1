//! A module whose set the operator does not name is nowhere, for anyone; which modules load is configuration.

use super::{
    heating::{request, sees},
    heating_set, loading,
};
use crate::{
    access::fields::typo,
    scenarios::steps::{FAMILY_OF_AT_01, RURAL, call, family},
};
use api::cli::Loading;
use heating::Heating;
use serde_json::{Value, json};
use tests::support::{Backend, Client, Server, on_both};

on_both!(a_module_whose_set_is_not_named_is_nowhere);

async fn sdl(server: &Server, post: &str) -> String {
    let client = server.client(post).await;
    let request = client.http().get(format!("{}/schema.graphql", client.base));
    let token = client.token.as_deref().expect("a token");
    request.bearer_auth(token).send().await.expect("an answer").text().await.expect("text")
}

/// The errors of a document, with one name in place of another.
async fn told(client: &Client, document: &str, name: &str, instead: &str) -> Value {
    let answer = client.gql(document, json!({})).await;
    serde_json::from_str(&answer.body["errors"].to_string().replace(name, instead)).expect("JSON")
}

async fn a_module_whose_set_is_not_named_is_nowhere(backend: Backend) {
    let plain = Server::start_loading(backend, Loading::default()).await.expect("it starts");
    let unnamed = Server::start_loading(backend, loading(Heating, &[])).await.expect("it starts");
    let posts = include_str!("../../api/data/posts.csv").lines().filter(|line| !line.starts_with('#')).skip(1);
    for post in posts.filter_map(|line| line.split(',').next()) {
        assert_eq!(sdl(&unnamed, post).await, sdl(&plain, post).await, "{post}");
    }
    for post in ["vw", "tw", "tu_social", "da_civil", "aud"] {
        let client = unnamed.client(post).await;
        assert_eq!(sees(&client).await, Vec::<String>::new(), "{post}");
        for (hidden, document) in [
            ("heatingApprove", "mutation { heatingApprove(input: {}) { userErrors { code } } }"),
            ("heatingPreview", "{ heatingPreview(input: {}) { assessedOn } }"),
            ("HeatingPreviewInput", "query ($input: HeatingPreviewInput) { __typename }"),
            ("HeatingDetails", "{ ... on HeatingDetails { __typename } }"),
        ] {
            let typo = typo(hidden);
            let one = told(&client, document, hidden, "it").await;
            assert_eq!(one, told(&client, &document.replace(hidden, &typo), &typo, "it").await, "{post} {hidden}");
            assert!(!one.is_null(), "{post}: {document}");
        }
    }
    // Its programme is no programme: refused as one that nobody ever heard of.
    let (household, members) = family(&unnamed, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let clerk = unnamed.client("tw").await;
    let mut refusals = Vec::new();
    for programme in ["HEATING", "HEATINQ"] {
        let mut input = request(&household, &members[0]);
        input["programmes"] = json!([programme]);
        let payload = call(&clerk, "requestSubmit", input, "request { id }").await;
        assert_eq!(payload["request"], Value::Null);
        refusals.push(payload["userErrors"].to_string().replace(programme, "it"));
    }
    assert_eq!(refusals[0], refusals[1]);
    assert!(refusals[0].contains("PROGRAMME_NOT_OFFERED"), "{refusals:?}");
    let offered = clerk.ok("{ programmes { items { code } } }", json!({})).await.to_string();
    assert!(offered.contains("DIBAO") && !offered.contains("HEATING"), "{offered}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn which_modules_load_is_configuration() {
    let only = |codes: &[&str], sets: &[std::path::PathBuf]| Loading {
        only: codes.iter().map(|code| (*code).to_owned()).collect(),
        ..loading(Heating, sets)
    };
    let server = Server::start_loading(Backend::Sqlite, only(&["heating"], &[heating_set()])).await.expect("it starts");
    let schema = sdl(&server, "da_civil").await;
    assert!(schema.contains("heatingApprove") && !schema.contains("dibaoApprove"), "{schema}");
    let offered = server.client("tw").await.ok("{ programmes { items { code } } }", json!({})).await;
    assert_eq!(offered["programmes"]["items"], json!([{ "code": "HEATING" }]));

    let server = Server::start_loading(Backend::Sqlite, only(&["dibao"], &[heating_set()])).await.expect("it starts");
    let schema = sdl(&server, "da_civil").await;
    let own = schema.contains("heating") || schema.contains("Heating");
    assert!(!own && schema.contains("dibaoApprove"), "{schema}");

    let refused = async |loading| match Server::start_loading(Backend::Sqlite, loading).await {
        Ok(_) => panic!("it starts"),
        Err(error) => format!("{error:#}"),
    };
    let told = refused(only(&["heating"], &[])).await;
    assert!(told.contains("module heating is to load, but no policy set names its programme HEATING"), "{told}");
    let told = refused(only(&["heatinq"], &[heating_set()])).await;
    assert!(told.contains("module heatinq is to load, but this program has only dibao"), "{told}");
}
