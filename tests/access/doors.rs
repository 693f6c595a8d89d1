//! The doors a role has over HTTP: one schema behind all of them, and nothing beside it.

use super::fields::{Names, introspected, printed, typo};
use entity::user_account;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};
use tests::support::{Backend, Client, Server};

const INTROSPECTION: &str = "{ __schema { types { name \
    fields(includeDeprecated: true) { name args { name } } inputFields { name } enumValues(includeDeprecated: true) { name } } } }";

/// One user of each kind of schema, by sign-in name; `None` is the public.
struct Seen {
    login: Option<String>,
    client: Client,
    names: Names,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_door_shows_one_schema_and_answers_the_rest_as_typos() {
    let server = Server::start(Backend::Sqlite).await;
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    let users = user_account::Entity::find().all(&server.running.platform.db.reader).await.expect("the users");
    let logins = users.into_iter().map(|user| user.login).filter(|login| server.running.token(login).is_some());
    for login in std::iter::once(None).chain(logins.map(Some)) {
        let client = match &login {
            Some(login) => server.client(login).await,
            None => server.public(),
        };
        // Who holds several assignments has to choose one, and then is as one of the others.
        let Some(sdl) = download(&client).await else { continue };
        if let Entry::Vacant(place) = seen.entry(sdl) {
            let names = introspected(&client.ok(INTROSPECTION, json!({})).await);
            assert_eq!(names, printed(place.key()), "{login:?}");
            place.insert(Seen { login, client, names });
        }
    }
    assert!(seen.len() > 10, "only {} schemas", seen.len());
    let all: BTreeSet<&String> = seen.values().flat_map(|seen| &seen.names).collect();
    for one in seen.values() {
        for name in all.iter().filter(|name| !one.names.contains(**name)) {
            check(one, name).await;
        }
    }
}

async fn download(client: &Client) -> Option<String> {
    let mut request = client.http().get(format!("{}/schema.graphql", client.base));
    if let Some(token) = &client.token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.expect("an answer");
    if answer.status().is_success() { Some(answer.text().await.expect("the schema")) } else { None }
}

/// A root field, or a type, that others have.
async fn check(one: &Seen, name: &str) {
    let document = match name.split_once('.') {
        Some((_, field)) if field.contains('(') => return,
        Some(("Query", field)) => format!("{{ {field} }}"),
        Some(("Mutation", field)) if one.names.contains("Mutation") => format!("mutation {{ {field} }}"),
        Some(_) => return,
        None => format!("{{ ... on {name} {{ __typename }} }}"),
    };
    if !name.contains('.') {
        let asked = format!("{{ __type(name: \"{name}\") {{ name }} }}");
        assert_eq!(one.client.ok(&asked, json!({})).await, json!({ "__type": null }), "{:?}: {name}", one.login);
    }
    let last = name.rsplit('.').next().expect("a name");
    let wrong = document.replace(last, &typo(last));
    let (told, told_typo) = (one.client.gql(&document, json!({})).await, one.client.gql(&wrong, json!({})).await);
    assert_eq!(told.status, 400, "{:?}: {name}", one.login);
    let spelled: Value = serde_json::from_str(&told_typo.body.to_string().replace(&typo(last), last)).expect("JSON");
    assert_eq!((told.status, told.body), (told_typo.status, spelled), "{:?}: {name}", one.login);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_what_is_not_there_with_a_default_is_refused_as_a_list_without_one() {
    let server = Server::start(Backend::Sqlite).await;
    for client in [server.public(), server.client("vw").await] {
        for name in ["AuditEventOrder", "Nope"] {
            for default in ["", " = [AT_DESC]", " = AT_DESC"] {
                let answer = client.gql(&format!("query Q($o: [{name}!]{default}) {{ __typename }}"), json!({})).await;
                assert_eq!(answer.error_codes(), ["GRAPHQL_VALIDATION_FAILED"; 2], "{name}{default}: {answer:?}");
                assert!(answer.body.to_string().contains("Unknown type"), "{name}{default}: {answer:?}");
            }
        }
    }
}
