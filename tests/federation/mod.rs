//! Composed with another subgraph and run behind a router of others.

use api::identity::ClientToken;
use entity::{At, api_client, enums::ClientKind};
use platform::clock::Clock;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::{Map, Value, json};
use std::{
    path::Path,
    process::{Command, Stdio},
};
use tests::support::{Backend, Server};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use crate::scenarios::steps::up_to_district;

const HOUR: i64 = 3_600_000_000;
/// One user of every role whose schema is composed.
const ROLES: [&str; 12] =
    ["vw", "tw", "tv", "tu_social", "tr_social", "tl", "du_civil", "da_civil", "dp", "fin", "aud", "app"];

/// Adds a gateway with the schema of the district's approver; answers its token.
async fn gateway(server: &Server, name: &str, expires_at: At, revoked_at: Option<At>) -> String {
    let token = ClientToken::new().expect("a token");
    let row = api_client::Model {
        id: Uuid::now_v7(),
        name: name.to_owned(),
        kind: ClientKind::Gateway,
        role: "DA".to_owned(),
        unit: "DU_CIVIL".to_owned(),
        level: "DISTRICT".parse().expect("a level"),
        token_hash: token.hash,
        created_at: At(Clock::wall().0 - 2 * HOUR),
        expires_at,
        revoked_at,
        version: 1,
    };
    row.into_active_model().insert(&server.running.platform.db.writer).await.expect("a client");
    token.token
}

async fn clients(server: &Server) -> Value {
    let now = Clock::wall();
    let (later, before) = (At(now.0 + HOUR), At(now.0 - 1));
    json!({
        "gateway": gateway(server, "gateway", later, None).await,
        "expired": gateway(server, "expired", before, None).await,
        "revoked": gateway(server, "revoked", later, Some(before)).await,
        "unknown": ClientToken::new().expect("a token").token,
        "user": server.running.token("da_civil").expect("a user"),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn composed_with_another_subgraph_it_serves_a_router_of_others() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("federation");
    assert!(folder.join("node_modules").exists(), "`cargo xtask test` installs the packages of {}", folder.display());
    let server = Server::start(Backend::Sqlite).await;
    let case = up_to_district(&server).await;
    let token = |login: &str| Value::from(server.running.token(login).expect("a user"));
    let tokens = |logins: &[&str]| Map::from_iter(logins.iter().map(|login| ((*login).to_owned(), token(login))));
    let mut roles = tokens(&ROLES);
    roles.insert("the public".to_owned(), Value::Null);
    let settings = json!({
        "url": format!("{}/graphql", server.base()),
        "roles": roles,
        "clients": clients(&server).await,
        "users": tokens(&["da_civil", "tl", "tw", "vw_001"]),
        "application": case.id,
        "person": case.members[0],
        "version": case.version().await,
    });
    let mut node = Command::new("node");
    node.args(["--test", "composed.test.mjs"]).env("ONEDOOR", settings.to_string()).current_dir(folder);
    let output =
        spawn_blocking(move || node.stdin(Stdio::null()).output()).await.expect("a thread").expect("node runs");
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{failed}");
    // One for every role and the public, and ten that ask through the gateway.
    assert!(said.contains(&format!("# pass {}\n", ROLES.len() + 1 + 10)), "{said}");
    assert_eq!(case.state().await, "APPROVED");
}
