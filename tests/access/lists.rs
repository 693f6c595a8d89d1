//! Lists: pages exact in both directions, cursors, filters, orders, batching, and what is shown of a value.

use super::{
    holders::actor,
    synthetic::{NO_UNIT, Spot, free, insert, put, stored_types, together},
    world::World,
};
use api::gateway::Options;
use platform::{Actor, part::StoredType};
use policies::{FurtherSet, Level, PolicySource, Standing};
use sea_orm::Value as Bound;
use serde_json::{Value, json};
use std::collections::HashMap;
use tests::{on_both, support::Backend};
use uuid::Uuid;

const HERE: Spot = Spot { place: "500118107200", programme: "DIBAO", unit: NO_UNIT };

fn stored(name: &str) -> &'static StoredType {
    stored_types().iter().find(|stored| stored.name == name).expect("a stored type")
}

fn clerk() -> Actor {
    actor("TW", "TW_WINDOW", Level::Town)
}

/// Seven applications with two days among them, each with as many events as its number.
async fn world(backend: Backend) -> World {
    let world = World::empty(backend).await.by_both_ways();
    free(&world).await;
    together(&world, true).await;
    for number in 1..=7_i32 {
        let id = Uuid::from_u128(u128::from(number.unsigned_abs()) << 64);
        let day = if number % 2 == 0 { "2018-10-02" } else { "2018-10-01" };
        let set: HashMap<&str, Bound> =
            HashMap::from([("id", id.into()), ("number", format!("N{number}").into()), ("received_on", day.into())]);
        put(&world, stored("Application"), HERE, &set).await;
        for seq in 1..=number {
            let set = HashMap::from([("application_id", id.into()), ("seq", seq.into())]);
            put(&world, stored("ApplicationEvent"), HERE, &set).await;
        }
    }
    together(&world, false).await;
    world
}

/// What a page should be, from the whole list.
fn page(all: &[String], cursors: &[String], args: &Value) -> Value {
    let place = |name: &str| args[name].as_str().and_then(|cursor| cursors.iter().position(|known| known == cursor));
    let (from, to) = (place("after").map_or(0, |at| at + 1), place("before").unwrap_or(all.len()));
    let to = to.max(from);
    let number = |name: &str| args[name].as_u64().map(|number| usize::try_from(number).expect("a small number"));
    let (from, to) = match (number("first"), number("last")) {
        (Some(first), _) => (from, to.min(from + first)),
        (_, Some(last)) => (from.max(to.saturating_sub(last)), to),
        _ => (from, to),
    };
    let rows = &all[from..to];
    // An empty page stands where its reading stopped.
    json!({
        "nodes": rows,
        "hasPrevious": from > 0,
        "hasNext": to < all.len(),
        "start": cursors[from..to].first(),
        "end": cursors[from..to].last(),
    })
}

fn shown(connection: &Value) -> Value {
    let numbers: Vec<_> =
        connection["nodes"].as_array().expect("nodes").iter().map(|node| node["number"].clone()).collect();
    let info = &connection["pageInfo"];
    json!({
        "nodes": numbers,
        "hasPrevious": info["hasPreviousPage"],
        "hasNext": info["hasNextPage"],
        "start": info["startCursor"],
        "end": info["endCursor"],
    })
}

on_both!(
    pages_are_exact_in_both_directions_and_every_order,
    lists_of_several_parents_are_paged_alike_in_one_statement,
    filters_and_counts_agree_with_the_rows,
    a_nested_read_takes_one_statement_a_list,
    a_value_is_shown_by_its_class_and_the_purpose,
    a_field_reaches_no_farther_than_its_own_permission,
);

const PAGE: &str = "query($first: Int, $last: Int, $after: String, $before: String, $order: [ApplicationOrder!]) { \
    applications(first: $first, last: $last, after: $after, before: $before, orderBy: $order) { \
    totalCount edges { cursor node { number } } nodes { number } \
    pageInfo { hasPreviousPage hasNextPage startCursor endCursor } } }";

async fn pages_are_exact_in_both_directions_and_every_order(backend: Backend) {
    let world = world(backend).await;
    let clerk = clerk();
    let orders: [(Value, [&str; 7]); 5] = [
        (json!(null), ["N1", "N2", "N3", "N4", "N5", "N6", "N7"]),
        (json!(["RECEIVED_ON_ASC"]), ["N1", "N3", "N5", "N7", "N2", "N4", "N6"]),
        (json!(["RECEIVED_ON_DESC"]), ["N6", "N4", "N2", "N7", "N5", "N3", "N1"]),
        (json!(["RECEIVED_ON_DESC", "NUMBER_ASC"]), ["N2", "N4", "N6", "N1", "N3", "N5", "N7"]),
        (json!("RECEIVED_ON_DESC"), ["N6", "N4", "N2", "N7", "N5", "N3", "N1"]),
    ];
    for (order, expected) in orders {
        let whole = world.data(Some(&clerk), PAGE, json!({ "order": order })).await;
        let edges = whole["applications"]["edges"].as_array().expect("edges");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let all: Vec<_> = edges.iter().map(|edge| text(&edge["node"]["number"])).collect();
        let cursors: Vec<_> = edges.iter().map(|edge| text(&edge["cursor"])).collect();
        assert_eq!(all, expected, "{order}");
        assert_eq!(whole["applications"]["totalCount"], 7);
        let places: Vec<Option<&String>> = std::iter::once(None).chain([0, 2, 6].map(|at| cursors.get(at))).collect();
        for (direction, count) in
            [("first", 0), ("first", 1), ("first", 3), ("first", 7), ("last", 1), ("last", 3), ("last", 9)]
        {
            for (at, after) in places.iter().enumerate() {
                // A page after what it is before is empty whatever else one says of it.
                for before in places
                    .iter()
                    .enumerate()
                    .filter(|(to, _)| *to == 0 || at == 0 || *to > at)
                    .map(|(_, before)| before)
                {
                    let args = json!({ "order": order, direction: count, "after": after, "before": before });
                    let data = world.data(Some(&clerk), PAGE, args.clone()).await;
                    assert_eq!(shown(&data["applications"]), page(&all, &cursors, &args), "{args}");
                }
            }
        }
    }
    let wrong = |args: Value| world.answer(Some(&clerk), PAGE, args);
    let other = world.data(Some(&clerk), PAGE, json!({ "order": ["NUMBER_ASC"] })).await;
    let cursor = &other["applications"]["pageInfo"]["startCursor"];
    for args in [
        json!({ "after": cursor }),
        json!({ "after": "" }),
        json!({ "before": "bm9uc2Vuc2U" }),
        json!({ "first": 101 }),
        json!({ "last": 101 }),
        json!({ "first": -1 }),
        json!({ "first": 1, "last": 1 }),
    ] {
        let answer = wrong(args.clone()).await;
        assert_eq!(answer.value(), Some(json!({ "applications": null })), "{args}");
        assert_eq!(answer.errors.len(), 1, "{args}");
        assert_eq!(answer.errors[0].extensions["code"], "BAD_USER_INPUT", "{args}");
        assert_eq!(answer.errors[0].path, [json!("applications")]);
    }
}

async fn lists_of_several_parents_are_paged_alike_in_one_statement(backend: Backend) {
    let world = world(backend).await;
    let clerk = clerk();
    let document = "query($first: Int, $last: Int, $after: String, $before: String) { applications { nodes { number \
        events(first: $first, last: $last, after: $after, before: $before) { totalCount edges { cursor node { seq } } \
        pageInfo { hasPreviousPage hasNextPage } } } } }";
    let seqs = |events: &Value| -> Vec<i64> {
        events["edges"]
            .as_array()
            .expect("edges")
            .iter()
            .map(|edge| edge["node"]["seq"].as_i64().expect("a number"))
            .collect()
    };
    let answer = world.answer(Some(&clerk), document, json!({ "first": 3 })).await;
    assert_eq!(answer.sql_count, 3, "applications, events, counts");
    let data = answer.value().expect("data");
    for (at, node) in data["applications"]["nodes"].as_array().expect("nodes").iter().enumerate() {
        let count = i64::try_from(at + 1).expect("small");
        assert_eq!(seqs(&node["events"]), (1..=count.min(3)).collect::<Vec<_>>());
        assert_eq!(node["events"]["totalCount"], count);
        assert_eq!(node["events"]["pageInfo"], json!({ "hasPreviousPage": false, "hasNextPage": count > 3 }));
    }
    let data = world.data(Some(&clerk), document, json!({ "last": 2 })).await;
    let last = &data["applications"]["nodes"][6]["events"];
    assert_eq!(
        (seqs(last), &last["pageInfo"]),
        (vec![6, 7], &json!({ "hasPreviousPage": true, "hasNextPage": false }))
    );
    // A cursor names a place in the order, whichever parent's list it was taken from.
    let data = world.data(Some(&clerk), document, json!({ "before": last["edges"][0]["cursor"], "last": 1 })).await;
    let pages: Vec<_> =
        data["applications"]["nodes"].as_array().expect("nodes").iter().map(|node| &node["events"]).collect();
    assert_eq!(seqs(pages[6]), [5]);
    assert_eq!(pages[6]["pageInfo"], json!({ "hasPreviousPage": true, "hasNextPage": true }));
    assert_eq!(seqs(pages[0]), [1]);
    assert_eq!(pages[0]["pageInfo"], json!({ "hasPreviousPage": false, "hasNextPage": false }));
}

async fn filters_and_counts_agree_with_the_rows(backend: Backend) {
    let world = world(backend).await;
    let clerk = clerk();
    let document =
        "query($filter: ApplicationFilter) { applications(filter: $filter) { totalCount nodes { number } } }";
    let found = async |filter: Value| {
        let data = world.data(Some(&clerk), document, json!({ "filter": filter })).await;
        let nodes = data["applications"]["nodes"].as_array().expect("nodes");
        assert_eq!(data["applications"]["totalCount"], nodes.len(), "{filter}");
        nodes.iter().map(|node| node["number"].as_str().expect("a number").to_owned()).collect::<String>()
    };
    assert_eq!(found(json!({ "receivedOnFrom": "2018-10-02" })).await, "N2N4N6");
    assert_eq!(found(json!({ "receivedOnFrom": "2018-10-01", "receivedOnTo": "2018-10-01" })).await, "N1N3N5N7");
    assert_eq!(found(json!({ "number": ["N2", "N5", "N9"] })).await, "N2N5");
    assert_eq!(found(json!({ "number": "N2" })).await, "N2");
    assert_eq!(found(json!({ "number": [] })).await, "");
    assert_eq!(found(json!({ "programme": "DIBAO", "number": ["N1"] })).await, "N1");
    assert_eq!(found(json!({ "programme": ["TEKUN"] })).await, "");
    assert_eq!(found(json!(null)).await, "N1N2N3N4N5N6N7");

    let set = HashMap::from([("jurisdiction", Bound::from(HERE.place))]);
    put(&world, stored("Household"), HERE, &set).await;
    // Indexed facts of a programme.
    for (number, area) in [(1_u128, "RURAL"), (2, "URBAN"), (3, "RURAL")] {
        let facet = [
            ("id", Uuid::now_v7().into()),
            ("application_id", Uuid::from_u128(number << 64).into()),
            ("programme", HERE.programme.into()),
            ("key", "areaType".into()),
            ("text_value", area.into()),
            ("unit", "TU_SOCIAL".into()),
            ("jurisdiction", HERE.place.into()),
        ];
        insert(&world.platform.db.writer, "application_facet", &facet).await;
    }
    assert_eq!(found(json!({ "dibao": { "areaType": "RURAL" } })).await, "N1N3");
    assert_eq!(
        found(json!({ "dibao": { "areaType": ["RURAL", "URBAN"] }, "receivedOnTo": "2018-10-01" })).await,
        "N1N3"
    );
    assert_eq!(found(json!({ "dibao": {} })).await, "N1N2N3N4N5N6N7");

    for (place, count) in [("500118107", 1), ("500118107200", 1), ("500118107201", 0), ("500118104", 0)] {
        let document = "query($in: JurisdictionCode) { households(filter: { jurisdiction: $in }) { totalCount } }";
        let data = world.data(Some(&clerk), document, json!({ "in": place })).await;
        assert_eq!(data["households"]["totalCount"], count, "{place}");
    }
}

async fn a_nested_read_takes_one_statement_a_list(backend: Backend) {
    let world = world(backend).await;
    let clerk = clerk();
    let document = "{ applications { nodes { id events { nodes { seq actor { login } } } \
        household { id members { nodes { person { nameZh } } } } request { number } } } }";
    let answer = world.answer(Some(&clerk), document, json!({})).await;
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    // The filler's households and requests are not there, so nothing below them is asked for.
    assert_eq!(answer.sql_count, 2, "applications with households and requests, events with actors");
    assert_eq!(answer.extensions["sql"], 2);
    let cost = &answer.extensions["cost"];
    assert!(cost["requested"].as_u64() > Some(100), "{cost}");
    assert_eq!(world.answer(Some(&clerk), "{ __typename }", json!({})).await.sql_count, 0);
    let aliased = "{ a: applications(first: 1) { nodes { n: number m: number } } b: applications(last: 1) { nodes { number } } __typename }";
    let data = world.data(Some(&clerk), aliased, json!({})).await;
    assert_eq!(
        data.to_string(),
        r#"{"a":{"nodes":[{"n":"N1","m":"N1"}]},"b":{"nodes":[{"number":"N7"}]},"__typename":"Query"}"#
    );
}

async fn a_value_is_shown_by_its_class_and_the_purpose(backend: Backend) {
    let world = World::empty(backend).await.by_both_ways();
    free(&world).await;
    let set = HashMap::from([
        ("name_zh", Bound::from("张守田")),
        ("phone", "13800001234".into()),
        ("birth_on", "1971-03-12".into()),
    ]);
    let person = put(&world, stored("Person"), HERE, &set).await.id(stored("Person"));
    let read = async |actor: &Actor, purpose: Option<&str>, fields: &str| {
        let document = format!("query($id: ID!) {{ node(id: $id) {{ ... on Person {{ {fields} }} }} }}");
        world.answer_for(Some(actor), purpose, &document, json!({ "id": person })).await
    };
    let all = "nameZh phone birthOn idNumber";
    let answer = read(&clerk(), None, all).await;
    let plain = json!({ "nameZh": "张守田", "phone": "13800001234", "birthOn": "1971-03-12", "idNumber": "51022919660620005X" });
    assert_eq!(answer.value(), Some(json!({ "node": plain })));
    let auditor = actor("AUD", "DU_AUDIT", Level::District);
    let masked = json!({ "nameZh": "张**", "phone": "138****1234", "birthOn": null });
    assert_eq!(read(&auditor, None, "nameZh phone birthOn").await.value(), Some(json!({ "node": masked })));
    let public = read(&clerk(), Some("PUBLIC"), all).await;
    let nothing = json!({ "nameZh": null, "phone": null, "birthOn": null, "idNumber": null });
    assert_eq!(public.value(), Some(json!({ "node": nothing })));
    // What is not shown and may not be null leaves no object.
    let internal = read(&clerk(), Some("PUBLIC"), "version").await;
    assert_eq!(internal.value(), Some(json!({ "node": null })));
    assert_eq!(internal.errors[0].extensions["code"], "BAD_USER_INPUT");
    let unknown = read(&clerk(), Some("CURIOSITY"), all).await;
    assert_eq!((unknown.data, &unknown.errors[0].extensions["code"]), (None, &json!("PURPOSE_UNKNOWN")));
}

async fn a_field_reaches_no_farther_than_its_own_permission(backend: Backend) {
    // Auditors read persons everywhere; here they identify them in their own area only.
    let roles = "# version: 1\n# Wider than the baseline, for this test.\nkind,role,name,scope\n\
                 grant,AUD,person.identify,TOWN\n# end\n";
    let wider = FurtherSet {
        name: "wider".to_owned(),
        roles: roles.to_owned(),
        standing: Standing::Own,
        ..FurtherSet::default()
    };
    let world = World::under(backend, Options::default(), PolicySource::embedded().with(wider)).await;
    free(&world).await;
    let persons = stored("Person");
    let away = Spot { place: "500119107200", ..HERE };
    let ids = [
        put(&world, persons, HERE, &HashMap::from([("name_zh", Bound::from("张守田"))])).await.id(persons),
        put(&world, persons, away, &HashMap::from([("name_zh", Bound::from("李秀英"))])).await.id(persons),
    ];
    let auditor = actor("AUD", "DU_AUDIT", Level::District);
    let document = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Person { nameZh idNumber } } }";
    assert_eq!(
        world.data(Some(&auditor), document, json!({ "ids": ids })).await["nodes"],
        json!([{ "nameZh": "张**", "idNumber": "510229********005X" }, { "nameZh": "李**", "idNumber": null }])
    );
}
