//! What was read is on record when its answer has come, though the server stops or is killed at once.

use super::town::Town;
use entity::audit_event;
use platform::db::Db;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use std::collections::BTreeSet;
use tests::support::{Backend, fresh_database, on_both};

const READS: usize = 40;

on_both!(a_server_that_stops_has_every_read_on_record, a_server_that_is_killed_has_every_answered_read_on_record);

async fn a_server_that_stops_has_every_read_on_record(backend: Backend) {
    let town = Town::new(fresh_database(backend).await);
    let serving = town.serve();
    read_at_once(&town).await;
    let ended = tokio::task::spawn_blocking(|| serving.terminate()).await.expect("a thread");
    assert!(ended.0, "{}", ended.1);
    everything_is_on_record(&town).await;
}

async fn a_server_that_is_killed_has_every_answered_read_on_record(backend: Backend) {
    let town = Town::new(fresh_database(backend).await);
    let serving = town.serve();
    read_at_once(&town).await;
    // Dropping it kills it: nothing that waits to be written could be.
    drop(serving);
    town.is_down();
    everything_is_on_record(&town).await;
}

/// Reads a person so many times at once, each under an operation of its own; every answer has come.
async fn read_at_once(town: &Town) {
    let mut window = town.clerk("vw");
    let person = json!({ "name": "张守田", "idNumber": "510229197103120116", "villageCode": "500118107200" });
    let made = window.act("personRegister", "person", person, "person { id }").await;
    let person = made["person"]["id"].clone();
    let reads = (0..READS).map(|number| {
        let (mut window, person) = (window.clone(), person.clone());
        async move {
            let query = format!("query R{number}($id: ID!) {{ node(id: $id) {{ ... on Person {{ nameZh }} }} }}");
            window.settle(&query, json!({ "id": person })).await
        }
    });
    for answer in futures_util::future::join_all(reads).await {
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

async fn everything_is_on_record(town: &Town) {
    let db = Db::connect(town.database()[1]).await.expect("the store");
    let events = audit_event::Entity::find().filter(audit_event::Column::Chain.eq("read:GATEWAY"));
    let events = events.all(&db.reader).await.expect("the record");
    let recorded: BTreeSet<_> = events.into_iter().map(|event| event.action).collect();
    let missing: Vec<_> =
        (0..READS).map(|number| format!("R{number}")).filter(|name| !recorded.contains(name)).collect();
    assert_eq!(missing, Vec::<String>::new());
    assert_eq!(town.findings(), json!([]));
}
