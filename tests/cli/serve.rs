//! `onedoor serve`: what is unsafe does not start.

use super::run::{Serving, fails, ok, onedoor};
use serde_json::json;
use std::path::Path;
use tests::support::{Backend, Client, fresh_database, on_both};

const LISTEN: [&str; 2] = ["--listen", "127.0.0.1:0"];

fn serve(folder: &Path, url: &str) -> std::process::Command {
    let mut command = onedoor(folder);
    command.args(["serve", "--database", url]).args(LISTEN);
    command
}

fn folder_with_keys() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    ok(folder.path(), &["keys", "--out", "keys.json"]);
    folder
}

#[test]
fn unsafe_settings_refuse_to_start() {
    let folder = folder_with_keys();
    let url = "sqlite://onedoor.db?mode=rwc";
    let refused = |set: &[(&str, &str)], words: &str| {
        let line = fails(serve(folder.path(), url).envs(set.iter().copied()));
        assert!(line.contains(words), "{set:?}: {line}");
    };
    refused(&[], "no keys are configured");
    refused(&[("ONEDOOR_KEYS", "nowhere.json")], "nowhere.json cannot be read");
    let keys = ("ONEDOOR_KEYS", "keys.json");
    refused(&[keys, ("ONEDOOR_IDENTITY__ISSUER", "")], "issuer is empty");
    refused(&[keys, ("ONEDOOR_IDENTITY__AUDIENCE", "*")], "wildcard");
    refused(&[keys, ("ONEDOOR_IDENTITY__TOKEN_MINUTES", "100000")], "token_minutes");
    refused(&[keys, ("ONEDOOR_LANGUAGE", "de")], "language");
    let told = ("ONEDOOR_DEVELOPMENT", "true");
    refused(&[keys, told, ("ONEDOOR_HTTP__BEHIND_TLS", "true")], "development");
    refused(&[keys, ("ONEDOOR_POLICIES", "nowhere")], "the policies in nowhere cannot be read");
    std::fs::write(folder.path().join("onedoor.toml"), "keyz = \"keys.json\"\n").expect("written");
    refused(&[keys], "keyz");
    std::fs::remove_file(folder.path().join("onedoor.toml")).expect("removed");

    let mut everywhere = onedoor(folder.path());
    everywhere.args(["serve", "--database", url, "--listen", "0.0.0.0:0"]).env("ONEDOOR_KEYS", "keys.json");
    assert!(fails(&mut everywhere).contains("in the clear"));
    assert!(!folder.path().join("onedoor.db").exists(), "a refused start made a store");
}

#[cfg(unix)]
#[test]
fn keys_that_others_may_read_refuse_to_start() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder_with_keys();
    let keys = folder.path().join("keys.json");
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o644)).expect("set");
    let line = fails(serve(folder.path(), "sqlite://onedoor.db?mode=rwc").env("ONEDOOR_KEYS", &keys));
    assert!(line.contains("open to others"), "{line}");
}

#[test]
fn a_demo_store_is_never_served_and_other_keys_open_nothing() {
    let folder = folder_with_keys();
    Serving::start(onedoor(folder.path()).args(["demo", "--data", "demo"]).args(LISTEN)).terminate();
    let line = fails(serve(folder.path(), "sqlite://demo/onedoor.db").env("ONEDOOR_KEYS", "demo/keys.json"));
    assert!(line.contains("demo store"), "{line}");

    Serving::start(serve(folder.path(), "sqlite://real.db?mode=rwc").env("ONEDOOR_KEYS", "keys.json")).terminate();
    ok(folder.path(), &["keys", "--out", "other.json"]);
    let line = fails(serve(folder.path(), "sqlite://real.db").env("ONEDOOR_KEYS", "other.json"));
    assert!(line.contains("not the keys"), "{line}");
}

// Who starts a second gateway on one database at the same moment must not find it half made.
#[tokio::test(flavor = "multi_thread")]
async fn two_servers_may_start_at_once_on_one_new_postgresql_database() {
    let folder = folder_with_keys();
    let url = fresh_database(Backend::Postgres).await;
    let start = || Serving::start(serve(folder.path(), url.as_str()).env("ONEDOOR_KEYS", "keys.json"));
    let (one, other) = std::thread::scope(|scope| {
        let (one, other) = (scope.spawn(start), scope.spawn(start));
        (one.join().expect("a server"), other.join().expect("a server"))
    });
    assert!(one.terminate().0 && other.terminate().0);
    let mut verify = onedoor(folder.path());
    let verify = verify.args(["verify", "--database", url.as_str()]).env("ONEDOOR_KEYS", "keys.json").output();
    assert!(verify.expect("it runs").status.success());
}

on_both!(a_served_store_has_posts_without_passwords_and_a_clock_nobody_sets);

async fn a_served_store_has_posts_without_passwords_and_a_clock_nobody_sets(backend: Backend) {
    let folder = folder_with_keys();
    let url = fresh_database(backend).await;
    let keys = ("ONEDOOR_KEYS", "keys.json");
    let served = Serving::start(serve(folder.path(), url.as_str()).envs([keys]));
    let public = Client::new(&*served.base, None);
    let sign_in =
        "mutation { signIn(input: { login: \"tw\", password: \"onedoor-demo\" }) { token userErrors { code } } }";
    assert_eq!(public.user_errors(sign_in, json!({})).await, ["SIGN_IN_FAILED"]);

    let mut token = onedoor(folder.path());
    let token = token.args(["token", "--user", "tw", "--database", url.as_str()]).envs([keys]).output();
    let token = String::from_utf8(token.expect("a token").stdout).expect("text").trim_end().to_owned();
    let clerk = Client::new(&*served.base, Some(token));
    let me = clerk.ok("{ me { login role } benefits(first: 1) { nodes { id } } }", json!({})).await;
    assert_eq!(me, json!({ "me": { "login": "tw", "role": "TW" }, "benefits": { "nodes": [] } }));
    let clock =
        clerk.gql("mutation { clockSet(input: { at: \"2018-10-19T09:00:00+08:00\" }) { at } }", json!({})).await;
    assert_eq!(clock.error_codes(), ["GRAPHQL_VALIDATION_FAILED"]);
    let demo = public.http().get(format!("{}/playground/demo.json", served.base)).send().await.expect("an answer");
    assert_eq!(demo.status(), 404, "nobody can be played here");
    assert!(served.terminate().0);
}
