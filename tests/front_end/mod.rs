//! The typed client that a department's front end is built on: generated for every role, compiled, and used.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tests::support::{Backend, Server, on_both};
use tokio::{sync::OnceCell, task::spawn_blocking};

/// The client, generated from the reviewed schemas, checked by the strict compiler, and bundled; once for all tests.
async fn client() -> &'static Path {
    static CLIENT: OnceCell<PathBuf> = OnceCell::const_new();
    CLIENT
        .get_or_init(|| async {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../clients/typescript");
            let installed = folder.join("node_modules").exists();
            assert!(installed, "`cargo xtask test` installs the packages of {}", folder.display());
            for script in ["generate", "check", "build"] {
                let mut npm = Command::new("npm");
                npm.args(["run", "--silent", script]).current_dir(&folder);
                run(npm).await;
            }
            folder
        })
        .await
}

/// Runs a program to its end and answers what it said.
async fn run(mut command: Command) -> String {
    command.stdin(Stdio::null());
    let shown = format!("{command:?}");
    let output = spawn_blocking(move || command.output()).await.expect("a thread").expect("the program runs");
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{shown}\n{said}{failed}");
    said.into_owned()
}

async fn node(script: &str, arguments: &[&str]) -> String {
    let mut node = Command::new("node");
    node.arg(script).args(arguments).current_dir(client().await);
    run(node).await
}

#[tokio::test]
async fn the_client_of_every_role_compiles() {
    let generated = client().await.join("generated");
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas").read_dir().expect("the reviewed schemas");
    let roles: Vec<_> = schemas
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".graphql").map(str::to_owned))
        .collect();
    assert!(roles.len() > 20, "{roles:?}");
    for role in roles {
        assert!(generated.join(&role).join("schema.ts").exists(), "{role} has no client");
    }
}

on_both!(at_01_passes_through_the_typed_client);

async fn at_01_passes_through_the_typed_client(backend: Backend) {
    let server = Server::start(backend).await;
    assert_eq!(node("dist/test/at-01.mjs", &[&server.base()]).await, "AT-01 through the typed client: ok\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_village_window_in_a_browser_takes_an_application_to_its_acceptance() {
    // The page has an origin of its own, and the server has to know it before the page is there.
    let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port");
    let server = Server::start_for(Backend::Sqlite, &[format!("http://{free}")]).await;
    let said = node("dist/test/window.mjs", &[&server.base(), &free.port().to_string()]).await;
    assert_eq!(said, "village window in a browser: ok\n");
}
