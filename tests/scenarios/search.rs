//! Finding persons: by number or name, in one's own rows, on the record, and not as a way to browse.

use super::{stages::new_number, steps::*};
use entity::audit_event;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::support::{Backend, Client, Server, on_both};

on_both!(
    a_person_is_found_by_number_or_name_where_one_may_reach_it,
    what_is_no_number_and_no_name_is_refused_by_its_code,
    a_name_finds_fifty_at_most_and_nobody_searches_without_end,
    a_search_is_on_the_record_with_its_purpose_for_every_person_found,
);

const SEARCH: &str = "query S($input: PersonSearchInput!, $first: Int, $after: String) { \
    personSearch(input: $input, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } \
    nodes { id nameZh idNumber } } }";

async fn found(client: &Client, input: Value) -> Vec<Value> {
    let answer = client.ok(SEARCH, json!({ "input": input, "first": 100 })).await;
    answer["personSearch"]["nodes"].as_array().expect("nodes").clone()
}

async fn at_filing(backend: Backend) -> Server {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    server
}

async fn a_person_is_found_by_number_or_name_where_one_may_reach_it(backend: Backend) {
    let server = at_filing(backend).await;
    let case = file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let number = FAMILY_OF_AT_01[0].id_number;
    let names = |nodes: Vec<Value>| nodes.iter().map(|node| node["nameZh"].clone()).collect::<Vec<_>>();
    // Who meets the case finds its people, each in the own rows.
    for user in ["vw", "tw", "tv", "tu_social"] {
        let client = server.client(user).await;
        let by_number = found(&client, json!({ "idNumber": number })).await;
        assert_eq!(by_number.len(), 1, "{user}");
        assert_eq!(
            (&by_number[0]["id"], &by_number[0]["nameZh"]),
            (&json!(case.members[0]), &json!("张守田")),
            "{user}"
        );
        assert_eq!(names(found(&client, json!({ "name": "张守田" })).await), ["张守田"], "{user}");
        assert_eq!(names(found(&client, json!({ "name": "张守" })).await), ["张守田"], "{user}");
        assert_eq!(names(found(&client, json!({ "name": " 李秀英 " })).await), ["李秀英"], "{user}");
    }
    // Spelt otherwise it is the same number.
    let window = server.client("vw").await;
    let odd = register(
        &window,
        &RURAL,
        &Member { name: "罗大全", id_number: "51022919660620005X", relation: "02", claims: &[] },
    )
    .await;
    for typed in ["51022919660620005x", " ５１０２２９１９６６０６２０００５Ｘ "] {
        assert_eq!(found(&window, json!({ "idNumber": typed })).await[0]["id"], json!(odd), "{typed}");
    }
    // Of another village, town or unit it is as if there were nobody.
    for user in ["vw_201", "tw_104", "tu_edu"] {
        let client = server.client(user).await;
        for input in [json!({ "idNumber": number }), json!({ "name": "张守田" })] {
            let answer = client.ok(SEARCH, json!({ "input": input })).await["personSearch"].clone();
            let nobody = client.ok(SEARCH, json!({ "input": { "name": "查无此人" } })).await["personSearch"].clone();
            assert_eq!(answer, nobody, "{user}: {input}");
            assert_eq!(answer["totalCount"], 0);
        }
    }
    // What a purpose does not show, nothing is found by.
    let public = server.client("vw").await.with_header("onedoor-purpose", "PUBLIC");
    let answer = public.gql(SEARCH, json!({ "input": { "name": "张守田" } })).await;
    assert_eq!(answer.body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{}", answer.body);
    assert_eq!(answer.body["data"]["personSearch"], Value::Null);
}

async fn what_is_no_number_and_no_name_is_refused_by_its_code(backend: Backend) {
    let server = at_filing(backend).await;
    let window = server.client("vw").await;
    for (input, code) in [
        (json!({ "idNumber": "110105194912310021" }), "INVALID_ID_CHECKSUM"),
        (json!({ "idNumber": "510229660620051" }), "OLD_ID_NUMBER"),
        (json!({ "idNumber": "5102291966" }), "INVALID_ID_NUMBER"),
        (json!({ "idNumber": "510229197102300115" }), "INVALID_BIRTH_DATE"),
        (json!({ "name": "张" }), "INVALID_INPUT"),
        (json!({ "name": "  " }), "INVALID_INPUT"),
        (json!({}), "INVALID_INPUT"),
        (json!({ "name": "张守田", "idNumber": "510229197103120116" }), "INVALID_INPUT"),
    ] {
        let answer = window.gql(SEARCH, json!({ "input": input })).await;
        assert_eq!(answer.body["errors"][0]["extensions"]["code"], code, "{input}: {}", answer.body);
        assert_eq!(answer.body["data"]["personSearch"], Value::Null);
    }
}

async fn a_name_finds_fifty_at_most_and_nobody_searches_without_end(backend: Backend) {
    let server = at_filing(backend).await;
    let window = server.client("vw").await;
    for _ in 0..53 {
        let member = Member { name: "欧阳建国", id_number: new_number().leak(), relation: "02", claims: &[] };
        register(&window, &RURAL, &member).await;
    }
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    loop {
        let answer = window.ok(SEARCH, json!({ "input": { "name": "欧阳" }, "first": 20, "after": after })).await;
        let page = answer["personSearch"].clone();
        assert_eq!(page["totalCount"], 50);
        ids.extend(page["nodes"].as_array().expect("nodes").iter().map(|node| node["id"].to_string()));
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 50, "what lies beyond is on no page");
    let mut codes = Vec::new();
    for _ in 0..30 {
        let answer = window.gql(SEARCH, json!({ "input": { "name": "查无此人" } })).await;
        codes.push(answer.body["errors"][0]["extensions"]["code"].clone());
    }
    assert_eq!(codes[0], Value::Null);
    assert_eq!(codes[29], "RATE_LIMITED", "three pages and thirty more searches in a minute");
    let other = server.client("tw").await.gql(SEARCH, json!({ "input": { "name": "查无此人" } })).await;
    assert!(other.body["errors"].is_null(), "another assignment has its own room: {}", other.body);
}

async fn a_search_is_on_the_record_with_its_purpose_for_every_person_found(backend: Backend) {
    let server = at_filing(backend).await;
    let case = file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let window = server.client("tw").await;
    window.ok(SEARCH, json!({ "input": { "idNumber": FAMILY_OF_AT_01[1].id_number } })).await;
    let (_, key) = platform::id::decode(&case.members[1]).expect("a global identifier");
    let read = json!({ "Person": [key.replace('-', "")] });
    // Reads are recorded off the path of the query that made them.
    let mut body = Value::Null;
    for _ in 0..200 {
        let events = audit_event::Entity::find().filter(audit_event::Column::Chain.eq("read:GATEWAY"));
        let events = events.all(&server.running.platform.db.reader).await.expect("the record");
        let mut bodies = events.iter().map(|event| serde_json::from_str::<Value>(&event.body).expect("JSON"));
        if let Some(found) = bodies.find(|body| body["role"] == "TW" && body["read"] == read) {
            body = found;
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!((&body["purpose"], &body["role"]), (&json!("INTAKE"), &json!("TW")));
    assert_eq!(body["read"], read);
    assert!(!body.to_string().contains(FAMILY_OF_AT_01[1].id_number), "the record holds no number");
}
