//! `_entities`: other subgraphs refer to rows by type and key, and learn nothing that `node` would not tell.

use super::{
    holders::{actor, name},
    synthetic::{NO_UNIT, Placed, Spot, free, put, stored_types},
    world::World,
};
use entity::audit_event;
use platform::part::StoredType;
use policies::Level;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::{collections::HashMap, time::Duration};
use tests::{on_both, support::Backend};

const HERE: Spot = Spot { place: "500118107200", programme: "DIBAO", unit: NO_UNIT };
const ELSEWHERE: Spot = Spot { place: "500119107200", programme: "DIBAO", unit: NO_UNIT };
const DOCUMENT: &str = "query($r: [_Any!]!) { _entities(representations: $r) { __typename \
    ... on Person { id nameZh } ... on Application { id household { id } } ... on Household { id } } }";

on_both!(
    a_representation_answers_its_row_in_its_place_and_anything_else_null,
    entities_take_one_statement_a_type_and_are_recorded_as_read,
);

fn stored(name: &str) -> &'static StoredType {
    stored_types().iter().find(|stored| stored.name == name).expect("a stored type")
}

fn representation(stored: &StoredType, row: &Placed) -> Value {
    json!({ "__typename": stored.name, "id": row.id(stored) })
}

async fn a_representation_answers_its_row_in_its_place_and_anything_else_null(backend: Backend) {
    let world = World::empty(backend).await.by_both_ways();
    free(&world).await;
    let (person, application, notice) = (stored("Person"), stored("Application"), stored("Notice"));
    let own = put(&world, person, HERE, &HashMap::new()).await;
    let foreign = put(&world, person, ELSEWHERE, &HashMap::new()).await;
    let case = put(&world, application, HERE, &HashMap::new()).await;
    let unkeyed = put(&world, notice, HERE, &HashMap::new()).await;
    let never = platform::id::encode("Person", &uuid::Uuid::now_v7().to_string());
    let nothing = [
        representation(person, &foreign),
        json!({ "__typename": "Person", "id": never }),
        json!({ "__typename": "Person", "id": "no such thing" }),
        json!({ "__typename": "Person", "id": platform::id::encode("Person", "no key") }),
        json!({ "__typename": "Person", "id": "" }),
        json!({ "__typename": "Person", "id": 7 }),
        json!({ "__typename": "Person", "id": { "id": own.id(person) } }),
        json!({ "__typename": "Person", "id": null }),
        json!({ "__typename": "Person" }),
        json!({ "__typename": "Person", "id": own.key }),
        // The type of the identifier is not the one that is named.
        json!({ "__typename": "Application", "id": own.id(person) }),
        // No key type, no type of the caller's, no type at all, the doors themselves.
        representation(notice, &unkeyed),
        json!({ "__typename": "AuditEvent", "id": platform::id::encode("AuditEvent", &own.key) }),
        json!({ "__typename": "AuditEvenu", "id": platform::id::encode("AuditEvenu", &own.key) }),
        json!({ "__typename": "Query", "id": own.id(person) }),
        json!({ "__typename": "_Entity", "id": own.id(person) }),
        json!({ "__typename": "", "id": own.id(person) }),
    ];
    let clerk = actor("TW", "TW_WINDOW", Level::Town);
    for wrong in &nothing {
        let asked = json!([representation(application, &case), wrong, representation(person, &own)]);
        let data = world.data(Some(&clerk), DOCUMENT, json!({ "r": asked })).await;
        let found = data["_entities"].as_array().expect("entities");
        let ids: Vec<_> = found.iter().map(|one| one["id"].as_str()).collect();
        assert_eq!(ids, [Some(&*case.id(application)), None, Some(&*own.id(person))], "{wrong}");
        assert_eq!(
            (&found[0]["__typename"], &found[1], &found[2]["__typename"]),
            (&json!("Application"), &Value::Null, &json!("Person"))
        );
    }
    // What else a router sends along is passed over; the same row may be asked for twice, in literals with variables.
    let mut more = representation(person, &own);
    more["nameZh"] = json!("别人");
    let data = world.data(Some(&clerk), DOCUMENT, json!({ "r": [more, more] })).await;
    assert_eq!(data["_entities"][0], data["_entities"][1]);
    assert_ne!(data["_entities"][0]["nameZh"], "别人");
    let literal = "query($id: ID!) { _entities(representations: [{ __typename: \"Person\", id: $id }]) { ... on Person { id } } }";
    let data = world.data(Some(&clerk), literal, json!({ "id": own.id(person) })).await;
    assert_eq!(data["_entities"], json!([{ "id": own.id(person) }]));
    refused(&world, &own.id(person)).await;
}

/// What is no representation at all, more of them than may be asked for, and callers without any key type.
async fn refused(world: &World, id: &str) {
    let clerk = actor("TW", "TW_WINDOW", Level::Town);
    for wrong in
        [json!("Person"), json!([id]), json!(7), json!({}), json!({ "id": id }), json!({ "__typename": 7, "id": id })]
    {
        let answer = world.answer(Some(&clerk), DOCUMENT, json!({ "r": [wrong] })).await;
        assert_eq!((answer.value(), answer.sql_count), (None, 0), "{wrong}");
        assert_eq!(answer.errors[0].extensions["code"], "BAD_USER_INPUT", "{wrong}");
    }
    let many = vec![json!({ "__typename": "Person", "id": id }); 1001];
    let answer = world.answer(Some(&clerk), DOCUMENT, json!({ "r": many })).await;
    // The list may not be null, so the whole answer is.
    assert_eq!((answer.value(), answer.sql_count), (Some(Value::Null), 0));
    assert_eq!(answer.errors[0].extensions["code"], "BAD_USER_INPUT");
    let unknown = "query($r: [_Any!]!) { _entities(representations: $r) { __typename } }";
    let told = world.errors(None, unknown).await;
    assert!(told[0]["message"].as_str().is_some_and(|text| text.contains("_")), "{told:?}");
    assert!(!world.sdl(None).await.contains("_entities"), "{}", name(None));
}

async fn entities_take_one_statement_a_type_and_are_recorded_as_read(backend: Backend) {
    let world = World::empty(backend).await.by_both_ways();
    free(&world).await;
    let (person, application) = (stored("Person"), stored("Application"));
    let mut asked = Vec::new();
    for _ in 0..20 {
        asked.push(representation(person, &put(&world, person, HERE, &HashMap::new()).await));
        asked.push(representation(application, &put(&world, application, HERE, &HashMap::new()).await));
        asked.push(representation(person, &put(&world, person, ELSEWHERE, &HashMap::new()).await));
    }
    let clerk = actor("TW", "TW_WINDOW", Level::Town);
    let answer = world.answer(Some(&clerk), DOCUMENT, json!({ "r": asked })).await;
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    // Persons, and applications with their households.
    assert_eq!(answer.sql_count, 2);
    // Every representation counts one; an application has its household, one call and one object more.
    assert_eq!(answer.extensions["cost"]["requested"], 1 + 40 + 20 * 3);
    let read = recorded(&world).await;
    assert_eq!(read, 20, "the persons that were shown, and nobody else");
}

/// Persons in the record of reads, once it is written.
async fn recorded(world: &World) -> usize {
    for _ in 0..200 {
        let events = audit_event::Entity::find().filter(audit_event::Column::Chain.eq("read:GATEWAY"));
        let events = events.all(&world.platform.db.reader).await.expect("the record");
        if let Some(event) = events.first() {
            let body: Value = serde_json::from_str(&event.body).expect("JSON");
            return body["read"]["Person"].as_array().expect("the persons that were read").len();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("nothing was recorded")
}
