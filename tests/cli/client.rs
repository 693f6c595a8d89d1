//! `onedoor client`: a gateway is added, listed and revoked, and what it may is in its token's row alone.

use super::run::{Serving, fails, ok, ok_json, onedoor, run};
use serde_json::{Value, json};
use std::path::Path;
use tests::support::Client;

const ME: &str = "{ service { name } me { login } applications(first: 1) { totalCount } }";

fn add(folder: &Path, name: &str, more: &[&str]) -> Value {
    let add = ["client", "add", "--name", name, "--role", "DP", "--unit", "DU_PLATFORM"];
    ok_json(folder, &[&add, more].concat())
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    fails(onedoor(folder).args(["client"]).args(arguments))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_is_added_listed_and_revoked_from_its_next_request_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let serving = Serving::start(onedoor(folder).args(["demo", "--listen", "127.0.0.1:0"]));
    let added = add(folder, "district", &["--days", "30"]);
    let token = added["token"].as_str().expect("a token");
    assert!(token.starts_with("odc_") && token.len() > 40, "{token}");
    assert_eq!(added["client"]["kind"], "GATEWAY");
    let listed = ok_json(folder, &["client", "list"]);
    assert_eq!(listed["clients"], json!([added["client"]]));
    assert!(!listed.to_string().contains(token) && !ok(folder, &["client", "list"]).contains(token));

    let subgraph = ok(folder, &["schema", "--user", "dp", "--subgraph"]);
    assert!(subgraph.contains("type Application implements Node @key(fields: \"id\") {"), "{subgraph}");

    let user = ok(folder, &["token", "--user", "tl"]).trim_end().to_owned();
    let bearer = format!("Bearer {token}");
    let alone = Client::new(&*serving.base, Some(user));
    let through = alone.clone().with_header("onedoor-client", &bearer);
    let answer = through.gql(ME, json!({})).await;
    assert_eq!((answer.status, &answer.body["data"]["me"]["login"]), (200, &json!("tl")));

    let revoked = ok_json(folder, &["client", "revoke", "--name", "district"]);
    assert!(revoked["client"]["revokedAt"].is_string(), "{revoked}");
    let answer = through.gql(ME, json!({})).await;
    assert_eq!((answer.status, answer.error_codes()), (401, vec!["UNAUTHENTICATED".to_owned()]));
    assert_eq!(alone.gql(ME, json!({})).await.status, 200, "the user alone is as before");

    assert_eq!(refused(folder, &["revoke", "--name", "district"]), "error: the client district is revoked already");
    assert_eq!(refused(folder, &["revoke", "--name", "nobody"]), "error: there is no client nobody");
    let again = ["add", "--name", "district", "--role", "DP", "--unit", "DU_PLATFORM"];
    assert_eq!(refused(folder, &again), "error: there is a client district already");
    for (role, unit, words) in
        [("XX", "DU_PLATFORM", "error: there is no role XX"), ("DP", "NOWHERE", "error: there is no unit NOWHERE")]
    {
        assert_eq!(refused(folder, &["add", "--name", "other", "--role", role, "--unit", unit]), words);
    }
    let forever = run(folder, &["client", "add", "--name", "x", "--role", "DP", "--days", "4000"]);
    assert_eq!(forever.status.code(), Some(2));
    assert!(serving.terminate().0);
    ok(folder, &["verify"]);
}
