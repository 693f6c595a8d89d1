//! The playground: its examples over HTTP, and its page in a real browser.

pub mod examples;

use serde_json::Value;
use std::{
    path::Path,
    process::{Command, Stdio},
};
use tests::support::{Backend, Server};
use tokio::task::spawn_blocking;

/// Runs a script of a folder of the repository to its end and answers what it said.
async fn node(folder: &str, arguments: &[&str]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    assert!(folder.join("node_modules").exists(), "`cargo xtask test` installs the packages of {}", folder.display());
    let mut node = Command::new("node");
    node.args(arguments).current_dir(folder).stdin(Stdio::null());
    let output = spawn_blocking(move || node.output()).await.expect("a thread").expect("node runs");
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{failed}");
    said.into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_switches_roles_runs_and_is_refused_on_a_desktop_on_a_phone_and_by_keyboard() {
    let server = Server::start_lived(Backend::Sqlite).await;
    assert_eq!(node("tests/playground", &["browser.mjs", &server.base()]).await, "playground in a browser: ok\n");
}

#[tokio::test]
async fn the_committed_bundle_is_what_a_build_makes() {
    assert_eq!(node("api/playground", &["build.mjs", "--check"]).await, "2 files are as built\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_is_told_who_can_be_played_and_may_load_from_here_only() {
    let server = Server::start(Backend::Sqlite).await;
    let get = |path: &str| server.public().http().get(format!("{}/playground{path}", server.base())).send();
    let demo: Value = get("/demo.json").await.expect("an answer").json().await.expect("json");
    let users = demo["users"].as_array().expect("users");
    assert!(users.len() > 60 && users.iter().any(|user| user["login"] == "vw" && user["role"] == "VW"), "{demo}");
    let page = get("").await.expect("an answer");
    let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe-eval") && !policy.contains("http"), "{policy}");
}
