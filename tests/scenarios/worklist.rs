//! The work list: what waits for whom, in which order, how many, and nothing of others.

use super::{stages::*, steps::*};
use crate::access::{holders::actor, world::World};
use policies::Level;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::support::{Backend, Client, Server, on_both};

on_both!(
    a_case_waits_for_whom_it_should_by_due_date_and_counts_agree,
    a_work_list_takes_one_statement_and_its_counts_one
);

/// For whom a case at a stage waits.
fn awaited_by(stage: Stage) -> &'static [&'static str] {
    match stage {
        Stage::Received => &["vw"],
        Stage::Pending
        | Stage::PendingIncomplete
        | Stage::SupplementRequired
        | Stage::Accepted
        | Stage::AcceptedWithoutConsent
        | Stage::AcceptedBesideAnother => &["tw"],
        Stage::Verifying | Stage::Visited | Stage::Investigated => &["tv"],
        Stage::Verified | Stage::AppraisedWithoutDetails | Stage::Appraised | Stage::TownReviewed => &["tu_social"],
        Stage::Opinion => &["tu_social", "vw"],
        // A refusal may be reviewed without a notice.
        Stage::OpinionToRefuse => &["tu_social", "vw", "tr_social", "tl"],
        Stage::Notice | Stage::NoticeOver => &["tr_social", "tl"],
        Stage::DistrictReview | Stage::DistrictReviewIneligible => &["du_civil", "da_civil"],
        Stage::Approved => &["fin"],
        Stage::Rejected | Stage::Active => &[],
    }
}

const USERS: [&str; 13] = [
    "vw",
    "vw_201",
    "tw",
    "tw_104",
    "tv",
    "tu_social",
    "tu_edu",
    "tr_social",
    "tl",
    "du_civil",
    "da_civil",
    "da_edu",
    "fin",
];

const LIST: &str = "query W($first: Int, $after: String, $input: WorklistInput) { \
    worklist(first: $first, after: $after, input: $input) { totalCount pageInfo { hasNextPage endCursor } \
    nodes { id number state programme dueOn overdue } } }";

async fn waiting(client: &Client, input: Value) -> Vec<Value> {
    let answer = client.ok(LIST, json!({ "first": 100, "input": input })).await;
    let nodes = answer["worklist"]["nodes"].as_array().expect("nodes").clone();
    assert_eq!(answer["worklist"]["totalCount"], nodes.len());
    nodes
}

async fn counted(client: &Client, input: Value) -> Value {
    let query = "query C($input: WorklistCountsInput!) { worklistCounts(input: $input) { total overdue capped \
        byProgramme { key count overdue } byState { key count overdue } } }";
    client.ok(query, json!({ "input": input })).await["worklistCounts"].clone()
}

async fn a_case_waits_for_whom_it_should_by_due_date_and_counts_agree(backend: Backend) {
    let server = Server::start(backend).await;
    let mut cases: BTreeMap<String, Stage> = BTreeMap::new();
    for stage in Stage::ALL {
        cases.insert(reach(&server, stage).await.id, stage);
    }
    for user in USERS {
        let client = server.client(user).await;
        let listed = waiting(&client, json!({})).await;
        let mut stages: Vec<_> = listed.iter().map(|node| cases[node["id"].as_str().expect("an id")]).collect();
        stages.sort();
        let expected: Vec<_> = Stage::ALL.into_iter().filter(|stage| awaited_by(*stage).contains(&user)).collect();
        assert_eq!(stages, expected, "{user}");
        let due: Vec<_> = listed.iter().map(|node| node["dueOn"].as_str().unwrap_or("none").to_owned()).collect();
        assert!(due.is_sorted(), "{user}: {due:?}");
        counts_agree(&client, &listed, json!({})).await;
        pages_agree(&client, &listed).await;
    }
    filters(&server).await;
}

/// The same list by pages of two.
async fn pages_agree(client: &Client, listed: &[Value]) {
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let answer = client.ok(LIST, json!({ "first": 2, "after": after })).await["worklist"].clone();
        seen.extend(answer["nodes"].as_array().expect("nodes").clone());
        if answer["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = answer["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, listed);
}

async fn counts_agree(client: &Client, listed: &[Value], input: Value) {
    let counts = counted(client, input).await;
    let overdue = |nodes: &[&Value]| nodes.iter().filter(|node| node["overdue"] == true).count();
    let all: Vec<_> = listed.iter().collect();
    assert_eq!((&counts["total"], &counts["capped"]), (&json!(listed.len()), &json!(false)));
    assert_eq!(counts["overdue"], overdue(&all));
    for (field, list) in [("programme", "byProgramme"), ("state", "byState")] {
        let mut groups: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for node in listed {
            groups.entry(node[field].as_str().expect("text")).or_default().push(node);
        }
        let groups = groups.into_iter();
        let expected: Vec<_> = groups
            .map(|(key, nodes)| json!({ "key": key, "count": nodes.len(), "overdue": overdue(&nodes) }))
            .collect();
        assert_eq!(counts[list], json!(expected), "{list}");
    }
}

async fn filters(server: &Server) {
    // Every case accepted on 2018-10-22 is past its limit by then.
    server.set_clock("2019-03-01T09:00:00+08:00").await;
    let (window, unit) = (server.client("tw").await, server.client("tu_social").await);
    let all = waiting(&window, json!({})).await;
    let accepted = all.iter().filter(|node| node["state"] == "ACCEPTED").count();
    assert!(accepted > 0 && accepted < all.len());
    for (input, keep) in [
        (json!({ "overdue": true }), &(|node: &Value| node["overdue"] == true) as &dyn Fn(&Value) -> bool),
        (json!({ "overdue": false }), &|node| node["overdue"] == false),
        (json!({ "state": ["ACCEPTED"] }), &|node| node["state"] == "ACCEPTED"),
        (json!({ "state": ["ACTIVE"] }), &|_| false),
        (json!({ "programme": ["DIBAO"] }), &|_| true),
        (json!({ "programme": ["TEKUN"] }), &|_| false),
        (json!({ "village": QISHAN }), &|_| true),
        (json!({ "village": "500118107201" }), &|_| false),
        (json!({ "village": "500118104" }), &|_| false),
        (json!({ "dueBefore": "2018-10-23" }), &|_| false),
        (json!({ "dueBefore": "2019-03-01", "state": "ACCEPTED" }), &|node| node["state"] == "ACCEPTED"),
    ] {
        let expected: Vec<_> = all.iter().filter(|node| keep(node)).cloned().collect();
        let listed = waiting(&window, input.clone()).await;
        assert_eq!(listed, expected, "{input}");
        counts_agree(&window, &listed, input).await;
    }
    assert!(waiting(&window, json!({ "overdue": true })).await.len() == accepted);
    assert!(!waiting(&unit, json!({ "overdue": true })).await.is_empty());
}

async fn a_work_list_takes_one_statement_and_its_counts_one(backend: Backend) {
    let server = Server::start(backend).await;
    for stage in [Stage::Pending, Stage::Pending, Stage::Accepted] {
        reach(&server, stage).await;
    }
    let world = World::over(&server.running.platform, backend);
    let clerk = actor("TW", "TW_WINDOW", Level::Town);
    world.know(&clerk).await;
    for (document, statements) in [
        ("{ worklist { nodes { number dueOn } } }", 1),
        ("{ worklist { totalCount nodes { number dueOn household { head { nameZh } } } } }", 2),
        ("{ worklistCounts(input: {}) { total byState { key count } } }", 1),
    ] {
        let answer = world.answer(Some(&clerk), document, json!({})).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        assert_eq!(answer.sql_count, statements, "{document}");
    }
}
