//! Who is told of what: each event as its receiver may see it at that moment.

use super::CASES;
use crate::scenarios::steps::{FAMILY_OF_AT_01, RURAL, file};
use entity::{audit_event, outbox};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder,
};
use serde_json::{Value, json};
use std::time::Duration;
use tests::support::{Backend, Got, Server, Socket, on_both};

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

on_both!(
    a_list_tells_what_comes_to_it_and_what_leaves_it,
    what_was_delivered_of_persons_is_recorded_as_read,
    events_are_forgotten_when_they_were_kept_long_enough,
);

const LIST: &str = "subscription { worklistChanged(input: {}) { kind application { state } } }";

async fn a_list_tells_what_comes_to_it_and_what_leaves_it(backend: Backend) {
    let server = Server::start(backend).await;
    let mut village = server.socket("vw").await;
    village.watch("1", LIST, json!({})).await;
    let mut town = server.socket("tw").await;
    town.watch("1", LIST, json!({})).await;
    let mut payer = server.socket("fin").await;
    payer.watch("1", "subscription { worklistChanged(input: {}) { application { state } } }", json!({})).await;

    let case = file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    case.step("tw", "applicationAccept", json!({})).await;
    let told = async |socket: &mut tests::support::Socket| {
        let message = socket.message().await;
        let change = &message["payload"]["data"]["worklistChanged"];
        (change["kind"].as_str().expect("a kind").to_owned(), change["application"]["state"].clone())
    };
    // Filed at the village window, and gone from its list with the push.
    assert_eq!(told(&mut village).await, ("requestSubmit".to_owned(), json!("VILLAGE_RECEIVED")));
    assert_eq!(told(&mut village).await, ("applicationPush".to_owned(), json!("TOWN_PENDING")));
    // Where it waits for the town, which accepts it.
    assert_eq!(told(&mut town).await, ("applicationPush".to_owned(), json!("TOWN_PENDING")));
    assert_eq!(told(&mut town).await, ("applicationAccept".to_owned(), json!("ACCEPTED")));
    payer.settle().await;
    village.settle().await;
}

async fn what_was_delivered_of_persons_is_recorded_as_read(backend: Backend) {
    let server = Server::start(backend).await;
    let mut clerk = server.socket("tw").await;
    clerk.watch("1", CASES, json!({ "input": {} })).await;
    file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    clerk.message().await;
    clerk.message().await;
    let user = server.user("tw").await.id;
    let reads = audit_event::Entity::find()
        .filter(audit_event::Column::Action.eq("applicationChanged"))
        .filter(audit_event::Column::ActorId.eq(user));
    // They are gathered for a moment; that they come at all is what is asked.
    let recorded = loop {
        if let Some(event) = reads.clone().one(&server.running.platform.db.reader).await.expect("the record") {
            break event;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(recorded.chain, "read:GATEWAY");
    let body: Value = serde_json::from_str(&recorded.body).expect("JSON");
    assert!(body["read"]["Person"].is_array(), "{body}");
}

async fn events_are_forgotten_when_they_were_kept_long_enough(backend: Backend) {
    let server = Server::start(backend).await;
    file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let platform = &server.running.platform;
    let kept = outbox::Entity::find().count(&platform.db.reader).await.expect("events");
    assert_eq!(platform::outbox::forget_old(platform).await.expect("the store answers"), 0);
    let first = outbox::Entity::find().order_by_asc(outbox::Column::Position).one(&platform.db.reader).await;
    let mut first = first.expect("events").expect("an event").into_active_model();
    first.wall_at = Set(entity::At(platform::clock::Clock::wall().0 - 8 * 24 * 3600 * 1_000_000));
    first.update(&platform.db.writer).await.expect("an event made old");
    assert_eq!(platform::outbox::forget_old(platform).await.expect("the store answers"), 1);
    assert_eq!(outbox::Entity::find().count(&platform.db.reader).await.expect("events"), kept - 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gateways_on_one_database_tell_each_their_own() {
    let server = Server::start(Backend::Postgres).await;
    let other = server.another_gateway().await;
    let mut here = server.socket("tw").await;
    here.watch("1", CASES, json!({ "input": {} })).await;
    let mut there = Socket::of(&other.url(), server.token("tw")).await;
    there.watch("1", CASES, json!({ "input": {} })).await;
    let case = file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    for _ in 0..2 {
        let (one, same) = (here.message().await, there.message().await);
        assert_eq!(one, same);
        assert_eq!(event(&one)["application"]["id"], case.id.as_str());
    }
    other.stop().await.expect("it stops");
}
