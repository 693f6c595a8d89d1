//! Audits of the served API by programs of others.

use crate::scenarios::steps::{FAMILY_OF_AT_01, RURAL, file};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};
use tests::support::{Backend, Server};
use tokio::task::spawn_blocking;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn graphql_over_http_passes_every_audit_may_included() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    assert!(folder.join("node_modules").exists(), "`cargo xtask test` installs the packages of {}", folder.display());
    let server = Server::start(Backend::Sqlite).await;
    let mut node = Command::new("node");
    node.arg("audits.mjs").arg(format!("{}/graphql", server.base())).current_dir(folder).stdin(Stdio::null());
    let output = spawn_blocking(move || node.output()).await.expect("a thread").expect("node runs");
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{failed}");
    assert!(said.ends_with("audits ok: 61 of 61\n"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_clients_of_sockets_and_streams_are_answered_and_told_events() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    assert!(folder.join("node_modules").exists(), "`cargo xtask test` installs the packages of {}", folder.display());
    let server = Server::start(Backend::Sqlite).await;
    let mut node = Command::new("node");
    node.args(["sockets.mjs", &server.base(), server.token("tw")]).current_dir(folder);
    let mut node = node.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("node runs");
    let mut said = BufReader::new(node.stdout.take().expect("its output")).lines();
    let (ready, mut said) = spawn_blocking(move || (said.next(), said)).await.expect("a thread");
    assert_eq!(ready.expect("a line").expect("text"), "ready");
    let case = file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let told = spawn_blocking(move || (said.next(), node.wait())).await.expect("a thread");
    let told: Value = serde_json::from_str(&told.0.expect("a line").expect("text")).expect("JSON");
    let answered = json!([[{ "me": { "login": "tw" } }], ["GRAPHQL_VALIDATION_FAILED"]]);
    assert_eq!(told["answers"], json!([answered, answered]));
    assert_eq!(told["events"][0], told["events"][1], "both are told the same");
    let [filed, pushed] = [0, 1].map(|at| &told["events"][0][at]["applicationChanged"]);
    assert_eq!((&filed["kind"], &pushed["kind"]), (&json!("requestSubmit"), &json!("applicationPush")));
    assert_eq!(pushed["application"], json!({ "id": case.id, "state": "TOWN_PENDING" }));
}
