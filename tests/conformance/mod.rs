//! Audits of the served API by programs of others.

use std::{
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
