//! Through a gateway: its role's schema, the user's values. For every role of a gateway × every role of a user.

use super::{
    holders::{self, actor, name},
    synthetic::{NO_UNIT, Spot, free, put, stored_types},
    world::World,
};
use api::{
    http::seam::Answer,
    schema::{Resolve, TypeTable, types::TypeDef},
};
use entity::audit_event;
use platform::{Actor, part::StoredType};
use policies::{Holder, Level, PermissionSet, Policies};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use tests::{on_both, support::Backend};

const HERE: Spot = Spot { place: "500118107200", programme: "DIBAO", unit: NO_UNIT };

/// What a schema says of the types that others may refer to.
fn entities(table: &TypeTable) -> String {
    let federated = stored_types().iter().filter(|stored| stored.federated);
    let objects = federated.filter_map(|stored| table.object(stored.name));
    objects.map(|object| format!("{}: {:?}; ", object.name, object.fields.keys())).collect()
}

/// One assignment of each permission set; `None` is the public.
fn distinct(policies: &Policies) -> Vec<(Option<Actor>, Arc<PermissionSet>)> {
    let today = chrono::NaiveDate::from_ymd_opt(2018, 10, 19).expect("a day");
    let mut seen = BTreeSet::new();
    let sets = holders::all(policies).into_iter().map(|actor| {
        let set = match &actor {
            Some(actor) => policies.permission_set(&actor.holder(), today),
            None => policies.public_set(today),
        };
        (actor, set)
    });
    sets.filter(|(_, set)| seen.insert(set.key().to_owned())).collect()
}

/// Every error: its code, and the path it stands at.
fn codes(answer: &Answer) -> Vec<(String, String)> {
    let each = answer.errors.iter().map(|error| {
        let path = error.path.iter().map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned));
        (error.extensions["code"].as_str().expect("a code").to_owned(), path.collect::<Vec<_>>().join("."))
    });
    each.collect()
}

fn withheld_at(path: impl std::fmt::Display) -> (String, String) {
    ("NOT_IN_SCHEMA".to_owned(), path.to_string())
}

/// Everything a type has without an argument that must be given, as one selection.
fn selection(table: &TypeTable, name: &str, wanted: &dyn Fn(&str) -> bool) -> (String, Vec<String>) {
    let (mut text, mut names) = (String::new(), Vec::new());
    for field in table.object(name).expect("a type").fields.values().filter(|field| wanted(&field.name)) {
        let below = if table.object(field.ty.name()).is_some() { " { __typename }" } else { "" };
        text.push_str(&format!(" {}{below}", field.name));
        names.push(field.name.to_string());
    }
    (text, names)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fetch_stays_whole_and_holds_what_gateway_and_user_both_may_read() {
    let world = World::empty(Backend::Sqlite).await;
    free(&world).await;
    let mut rows: Vec<(&StoredType, Value)> = Vec::new();
    for stored in stored_types().iter().filter(|stored| stored.federated) {
        let row = put(&world, stored, HERE, &HashMap::new()).await;
        rows.push((stored, json!([{ "__typename": stored.name, "id": row.id(stored) }])));
    }
    let mut sets = distinct(&world.policies());
    let table = |set: &PermissionSet| world.gateway.snapshots().of(set).expect("a schema");
    let mut seen = BTreeSet::new();
    sets.retain(|(actor, set)| actor.is_none() || seen.insert(entities(&table(set).table)));
    assert!(seen.len() > 5, "only {} views of entities", seen.len());
    let (mut shown, mut withheld) = (0, 0);
    for (client, gateway) in &sets {
        let Some(client) = client else { continue };
        let gateway = table(gateway);
        for (user, own) in &sets {
            let own = table(own);
            let who = format!("{} through {}", name(user.as_ref()), name(Some(client)));
            for (stored, representations) in
                rows.iter().filter(|(stored, _)| gateway.table.object(stored.name).is_some())
            {
                let (fields, names) = selection(&gateway.table, stored.name, &|_| true);
                let asked = |fields: &str| {
                    format!(
                        "query($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on {} {{ {fields} }} }} }}",
                        stored.name
                    )
                };
                let variables = json!({ "r": representations });
                let answer = world.through(&client.holder(), user.as_ref(), &asked(&fields), variables.clone()).await;
                let found = answer.value().expect("data")["_entities"][0].clone();
                // What the user would see of it without the gateway.
                let common: Vec<_> = names.iter().filter(|name| own.table.field(stored.name, name).is_some()).collect();
                let (direct, faults) = match own.table.object(stored.name) {
                    Some(_) => {
                        let (all, _) =
                            selection(&own.table, stored.name, &|name| names.iter().any(|known| known == name));
                        let answer = world.answer(user.as_ref(), &asked(&all), variables).await;
                        (answer.value().expect("data")["_entities"][0].clone(), codes(&answer))
                    }
                    None => (Value::Null, Vec::new()),
                };
                let codes = codes(&answer);
                if direct.is_null() {
                    assert_eq!((found, codes), (Value::Null, Vec::new()), "{who}: {}", stored.name);
                    continue;
                }
                for name in &common {
                    assert_eq!(found[name.as_str()], direct[name.as_str()], "{who}: {}.{name}", stored.name);
                }
                let outside: BTreeSet<_> = names.iter().filter(|name| !common.contains(name)).collect();
                assert!(
                    outside.iter().all(|name| found[name.as_str()].is_null() && found.get(name.as_str()).is_some()),
                    "{who}: {found}"
                );
                let expected: BTreeSet<_> =
                    outside.iter().map(|name| withheld_at(format_args!("_entities.0.{name}"))).chain(faults).collect();
                assert_eq!(codes.into_iter().collect::<BTreeSet<_>>(), expected, "{who}: {}", stored.name);
                shown += common.len();
                withheld += outside.len();
            }
        }
    }
    assert!(shown > 1000 && withheld > 100, "{shown} fields shown, {withheld} withheld");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_field_that_may_not_be_null_is_ever_withheld_alone() {
    let world = World::empty(Backend::Sqlite).await;
    let sets = distinct(&world.policies());
    let tables: Vec<_> = sets.iter().map(|(_, set)| world.gateway.snapshots().of(set).expect("a schema")).collect();
    for gateway in &tables {
        for own in &tables {
            for (name, def) in &gateway.table.types {
                let TypeDef::Object(object) = def.as_ref() else { continue };
                let Some(known) = own.table.object(name) else { continue };
                for field in object.fields.values().filter(|field| field.ty.is_required()) {
                    // Of the first two the rows are withheld; the last is all there is in its operation, which is refused.
                    let door = matches!(field.resolve, Resolve::Entities | Resolve::Nodes | Resolve::Subscription(_));
                    assert!(door || known.fields.contains_key(&field.name), "{name}.{}", field.name);
                }
            }
        }
    }
}

on_both!(
    an_act_that_is_not_the_users_is_not_there_for_the_gateway_either,
    without_a_user_a_gateway_has_public_values_only,
    a_gateway_composes_its_own_schema,
);

fn holder(role: &str, unit: &str, level: Level) -> Holder {
    actor(role, unit, level).holder()
}

async fn an_act_that_is_not_the_users_is_not_there_for_the_gateway_either(backend: Backend) {
    let world = World::empty(backend).await;
    free(&world).await;
    let district = holder("DA", "DU_CIVIL", Level::District);
    let clerk = actor("TW", "TW_WINDOW", Level::Town);
    let approve = "mutation { __typename dibaoApprove(input: { idempotencyKey: \"k\", applicationId: \"x\", expectedVersion: 1 }) \
        { decision { id } userErrors { code } } }";
    let own = world.answer(Some(&clerk), approve, json!({})).await;
    let through = world.through(&district, Some(&clerk), approve, json!({})).await;
    assert_eq!((through.value(), &through.errors, through.sql_count), (own.value(), &own.errors, 0));
    assert_eq!(
        (through.value(), through.errors[0].extensions["code"].clone()),
        (None, json!("GRAPHQL_VALIDATION_FAILED"))
    );
    let nobody = world.through(&district, None, approve, json!({})).await;
    assert_eq!(nobody.data, None);
    let events = audit_event::Entity::find().filter(audit_event::Column::Action.eq("NOT_IN_SCHEMA"));
    assert_eq!(
        events.count(&world.platform.db.reader).await.expect("the record"),
        1,
        "the clerk's tries, once a minute"
    );
    // What is the user's and not the gateway's is not in the schema that is spoken.
    let register = "mutation { personRegister(input: {}) { userErrors { code } } }";
    let told = world.through(&district, Some(&clerk), register, json!({})).await;
    assert!(told.errors[0].message.contains("Unknown field \"personRegister\""), "{:?}", told.errors);
}

async fn without_a_user_a_gateway_has_public_values_only(backend: Backend) {
    let world = World::empty(backend).await;
    free(&world).await;
    let auditor = holder("AUD", "DU_AUDIT", Level::District);
    let stored = |name: &str| stored_types().iter().find(|stored| stored.name == name).expect("a stored type");
    let row = put(&world, stored("Application"), HERE, &HashMap::new()).await;
    put(&world, stored("PolicyDocument"), HERE, &HashMap::new()).await;
    let both = "query($id: ID!) { applications(first: 5) { nodes { id } } policyDocuments(first: 5) { nodes { id } } \
        node(id: $id) { id } _entities(representations: [{ __typename: \"Application\", id: $id }]) { __typename } }";
    let variables = json!({ "id": row.id(stored("Application")) });
    let answer = world.through(&auditor, None, both, variables).await;
    let data = answer.value().expect("data");
    assert_eq!(
        (&data["applications"], &data["node"], &data["_entities"]),
        (&Value::Null, &Value::Null, &json!([null]))
    );
    assert!(data["policyDocuments"]["nodes"][0]["id"].is_string(), "{data}");
    assert_eq!(codes(&answer), [withheld_at("applications")]);
}

async fn a_gateway_composes_its_own_schema(backend: Backend) {
    let world = World::empty(backend).await;
    let platform = actor("DP", "DU_PLATFORM", Level::District);
    let own = world.data(Some(&platform), "{ _service { sdl } }", json!({})).await;
    for user in [None, Some(actor("VW", "VW_WINDOW", Level::Village))] {
        let through = world.through(&platform.holder(), user.as_ref(), "{ _service { sdl } }", json!({})).await;
        assert_eq!((through.value(), through.errors.len()), (Some(own.clone()), 0));
    }
    // A role the policies do not know has nothing, whoever the user is.
    let nobody = Holder { role: "XX".to_owned(), ..platform.holder() };
    let asked = world.through(&nobody, Some(&platform), "{ applications { totalCount } }", json!({})).await;
    assert_eq!(asked.data, None);
}
