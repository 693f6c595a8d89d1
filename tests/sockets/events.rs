//! Who is told of what: each event as its receiver may see it at that moment.

use super::CASES;
use crate::scenarios::steps::{FAMILY_OF_AT_01, RURAL, file};
use serde_json::{Value, json};
use tests::support::{Backend, Got, Server, on_both};

on_both!(
    a_case_tells_its_watchers_what_they_asked_in_the_order_of_commits,
    a_watcher_of_another_place_or_programme_is_told_nothing,
);

fn event(message: &Value) -> &Value {
    assert_eq!(message["type"], "next", "{message}");
    assert!(message["payload"]["errors"].is_null(), "{message}");
    &message["payload"]["data"]["applicationChanged"]
}

async fn a_case_tells_its_watchers_what_they_asked_in_the_order_of_commits(backend: Backend) {
    let server = Server::start(backend).await;
    let mut clerk = server.socket("tw").await;
    clerk.watch("all", CASES, json!({ "input": {} })).await;
    let case = file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;

    let filed = clerk.message().await;
    assert_eq!(event(&filed)["kind"], "requestSubmit", "{filed}");
    assert_eq!(event(&filed)["application"]["id"], case.id.as_str());
    let pushed = clerk.message().await;
    assert_eq!(event(&pushed)["kind"], "applicationPush");
    assert_eq!(event(&pushed)["application"]["state"], "TOWN_PENDING");

    let mut one = server.socket("tw").await;
    one.watch("one", CASES, json!({ "input": { "applicationId": case.id } })).await;
    one.watch("accepted", CASES, json!({ "input": { "state": "ACCEPTED", "programme": "DIBAO" } })).await;
    one.watch("rejected", CASES, json!({ "input": { "state": "REJECTED" } })).await;
    case.step("tw", "applicationAccept", json!({})).await;
    let mut told = [one.message().await, one.message().await];
    told.sort_by_key(|message| message["id"].to_string());
    assert_eq!([&told[0]["id"], &told[1]["id"]], ["accepted", "one"]);
    for message in &told {
        assert_eq!(event(message)["application"]["state"], "ACCEPTED");
        assert_eq!(event(message)["application"]["household"]["head"]["nameZh"], "张守田");
    }
    let accepted = clerk.message().await;
    let seq = |message: &Value| event(message)["seq"].as_i64().expect("a number");
    assert!(seq(&filed) < seq(&pushed) && seq(&pushed) < seq(&accepted));
    assert_eq!(seq(&accepted), seq(&told[0]));
    one.settle().await;
}

async fn a_watcher_of_another_place_or_programme_is_told_nothing(backend: Backend) {
    let server = Server::start(backend).await;
    let mut village = server.socket("vw").await;
    village.watch("v", CASES, json!({ "input": {} })).await;
    let mut other_village = server.socket("vw_001").await;
    other_village.watch("o", CASES, json!({ "input": {} })).await;
    let mut civil = server.socket("da_civil").await;
    civil.watch("c", CASES, json!({ "input": {} })).await;
    let mut schools = server.socket("da_edu").await;
    schools.watch("s", CASES, json!({ "input": {} })).await;

    let case = file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    for socket in [&mut village, &mut civil] {
        assert_eq!(event(&socket.message().await)["application"]["id"], case.id.as_str());
        socket.message().await;
    }
    // Both have been told of the last event: whoever were told of it would have been by now.
    other_village.settle().await;
    schools.settle().await;

    // What is not in one's schema is no subscription either.
    let mut partner = server.socket("da_civil").await;
    partner.start("x", "subscription { applicationChanged(input: {}) { nobody } }", json!({})).await;
    assert!(matches!(partner.next().await, Got::Message(message) if message["type"] == "error"));
}
