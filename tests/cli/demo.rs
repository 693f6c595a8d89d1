//! `onedoor demo`, started twice on one directory.

use super::run::{Serving, ok, ok_json, onedoor};
use serde_json::json;
use tests::support::Client;

fn client(base: &str, token: &str) -> Client {
    Client::new(base, Some(token.to_owned()))
}

async fn today(client: &Client) -> String {
    let me = client.ok("{ me { login today } }", json!({})).await;
    me["me"]["today"].as_str().expect("a day").to_owned()
}

// A working directory of its own, so that the default directory `data` is there, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_keeps_data_and_clock() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = || Serving::start(onedoor(folder.path()).args(["demo", "--listen", "127.0.0.1:0"]));
    let mut first = demo();
    assert!(!first.base.ends_with(":0"), "{}", first.base);
    let table = first.lines(73);
    assert!(table[0].starts_with("user"), "{}", table[0]);
    let row = |login: &str| {
        let found = table.iter().find(|line| line.split_whitespace().next() == Some(login));
        found.unwrap_or_else(|| panic!("no {login} in {table:#?}")).clone()
    };
    for login in [
        "vw",
        "vw_001",
        "vw_205",
        "tw",
        "tw_104",
        "tv2",
        "tu_edu",
        "tr_social",
        "tl",
        "du_civil",
        "da_medsec",
        "du_houseconstr",
        "dp",
        "fin",
        "jc",
        "aud",
        "sch",
        "i1",
        "i2",
        "i3",
        "app",
    ] {
        row(login);
    }
    let token = row("tw").split_whitespace().last().expect("a token").to_owned();
    let clerk = client(&first.base, &token);
    assert_eq!(today(&clerk).await, "2018-11-30", "after the last step of the sample cases");
    let set = "mutation S($at: DateTime!) { clockSet(input: { at: $at }) { at userErrors { code } } }";
    clerk.ok(set, json!({ "at": "2018-12-20T10:00:00+08:00" })).await;

    let printed = ok(folder.path(), &["token", "--user", "vw"]);
    assert_eq!(printed.lines().count(), 1);
    let window = client(&first.base, printed.trim_end());
    let me = window.ok("{ me { login role jurisdiction } }", json!({})).await;
    assert_eq!(me["me"], json!({ "login": "vw", "role": "VW", "jurisdiction": "500118107200" }));
    let benefits = "{ benefits(first: 100) { nodes { origin } pageInfo { hasNextPage } } }";
    let before = window.ok(benefits, json!({})).await;
    assert_eq!(
        before["benefits"]["nodes"].as_array().map(Vec::len),
        Some(36),
        "the roll's households of 旗山村 and two decided here"
    );
    let (well, rest) = first.terminate();
    assert!(well && !rest.contains("ready"), "{rest}");

    let second = demo();
    let clerk = client(&second.base, &token);
    assert_eq!(today(&clerk).await, "2018-12-20", "the clock runs on, and the token is still good");
    let window = client(&second.base, printed.trim_end());
    assert_eq!(window.ok(benefits, json!({})).await, before);
    assert!(second.terminate().0);
    assert_eq!(ok_json(folder.path(), &["verify"])["findings"], json!([]));
}

#[cfg(unix)]
#[test]
fn the_store_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    Serving::start(onedoor(folder.path()).args(["demo", "--listen", "127.0.0.1:0", "--data", "store"])).terminate();
    let mode = |path: &str| std::fs::metadata(folder.path().join(path)).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode("store"), 0o700);
    assert_eq!(mode("store/keys.json"), 0o600);
}

#[test]
fn the_schema_of_a_user_is_the_users_own() {
    let folder = tempfile::tempdir().expect("a folder");
    Serving::start(onedoor(folder.path()).args(["demo", "--listen", "127.0.0.1:0"])).terminate();
    let window = ok(folder.path(), &["schema", "--user", "vw"]);
    let district = ok(folder.path(), &["schema", "--user", "da_civil"]);
    assert!(window.contains("applicationPush(") && !window.contains("dibaoApprove("));
    assert!(district.contains("dibaoApprove(") && !district.contains("applicationPush("));
}
