//! SIGTERM: sockets are told that the server goes away, and it ends.

use crate::cli::run::{Serving, ok, onedoor};
use serde_json::json;
use tests::support::{Got, Socket};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_closes_its_sockets_with_1001() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut demo = onedoor(folder.path());
    let serving = Serving::start(demo.args(["demo", "--data", "demo", "--listen", "127.0.0.1:0"]));
    let token = ok(folder.path(), &["token", "--user", "tw", "--data", "demo"]);
    let mut watching = Socket::of(&serving.base, token.trim_end()).await;
    watching.watch("1", "subscription { applicationChanged(input: {}) { seq } }", json!({})).await;
    let mut silent = Socket::open(&serving.base).await;
    silent.settle().await;
    let ended = tokio::task::spawn_blocking(|| serving.terminate().0);
    for socket in [&mut watching, &mut silent] {
        assert_eq!(socket.next().await, Got::Closed(1001, "the server is stopping".to_owned()));
    }
    assert!(ended.await.expect("a thread"), "it ended well");
}
