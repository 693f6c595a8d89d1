//! Every command says what it takes, and fails with one clear line.

use super::run::{fails, ok, ok_json, onedoor, run, text};
use std::path::Path;

const COMMANDS: &[&[&str]] = &[
    &[],
    &["demo"],
    &["serve"],
    &["token"],
    &["keys"],
    &["client"],
    &["client", "add"],
    &["client", "list"],
    &["client", "revoke"],
    &["import"],
    &["import", "roll"],
    &["policy"],
    &["policy", "check"],
    &["policy", "explain"],
    &["policy", "grid"],
    &["schema"],
    &["verify"],
];

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn every_command_answers_help() {
    let folder = folder();
    for command in COMMANDS {
        let help = ok(folder.path(), &[*command, &["--help"]].concat());
        assert!(help.contains("Usage: onedoor"), "{command:?}: {help}");
        assert!(help.contains("--json"), "{command:?}: {help}");
    }
}

#[test]
fn a_failure_is_one_line_and_a_code() {
    let folder = folder();
    let wrong: &[(&[&str], &str)] = &[
        (&["token", "--user", "tw"], "there is no store in data"),
        (&["token", "--user", "tw", "--database", "sqlite://nowhere.db"], "there is no database nowhere.db"),
        (&["verify", "--data", "elsewhere"], "there is no store in elsewhere"),
        (&["import", "roll", "nothing.xlsx"], "nothing.xlsx cannot be read"),
        (&["schema", "--user", "tw"], "there is no store in data"),
        (&["client", "list"], "there is no store in data"),
        (&["policy", "explain", "--user", "nobody", "--permission", "dibao.approve"], "there is no post nobody"),
        (&["policy", "explain", "--user", "tw", "--permission", "dibao.aprove"], "there is no permission dibao.aprove"),
        (&["policy", "check", "--policies", "nowhere"], "the policies in nowhere cannot be read"),
        (&["demo", "--listen", "here"], "here is no address with a port"),
        (&["demo", "--clock", "yesterday"], "yesterday is no instant"),
        (&["demo", "--listen", "0.0.0.0:0"], "would send tokens in the clear"),
    ];
    for (arguments, words) in wrong {
        let line = fails(onedoor(folder.path()).args(*arguments));
        assert!(line.starts_with("error: ") && line.contains(words), "{arguments:?}: {line}");
        let json = fails(onedoor(folder.path()).args(*arguments).arg("--json"));
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert!(json["error"].as_str().is_some_and(|text| text.contains(words)), "{arguments:?}: {json}");
    }
    assert_eq!(run(folder.path(), &["no-such-command"]).status.code(), Some(2));
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").flatten().collect();
    assert!(left.is_empty(), "a failure left {left:?}");
}

// AT-23: the medical approver before and after the reform.
#[test]
fn explain_names_the_row_that_allows_or_that_none_does() {
    let folder = folder();
    let explain = |user: &str, at: &str| {
        let asked = ["policy", "explain", "--user", user, "--permission", "medical.approve", "--programme", "MEDICAL"];
        ok_json(folder.path(), &[&asked[..], &["--at", at]].concat())
    };
    for (user, at, allowed) in [
        ("da_civil", "2018-11", true),
        ("da_medsec", "2018-11", false),
        ("da_civil", "2019-06", false),
        ("da_medsec", "2019-06", true),
        ("da_civil", "2018-12-31", true),
        ("da_medsec", "2019-01-01", true),
        ("tl", "2018-11", false),
    ] {
        let explained = explain(user, at);
        assert_eq!(explained["allowed"], allowed, "{explained}");
        assert_eq!(explained["authorityRow"].is_string(), allowed, "{explained}");
    }
    assert!(explain("da_medsec", "2019-06")["authorityRow"].as_str().expect("a row").contains("DU_MEDSEC"));
    let words = ok(
        folder.path(),
        &["policy", "explain", "--user", "tw", "--permission", "dibao.approve", "--at", "2018-11-20"],
    );
    assert!(words.contains("not allowed") && words.contains("roles: no row"), "{words}");
}

#[test]
fn policies_with_problems_are_all_named() {
    let folder = folder();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies");
    let copy = folder.path().join("policies");
    std::fs::create_dir(&copy).expect("a folder");
    for entry in std::fs::read_dir(source).expect("the policies").flatten().filter(|entry| entry.path().is_file()) {
        std::fs::copy(entry.path(), copy.join(entry.file_name())).expect("a copy");
    }
    assert!(ok(folder.path(), &["policy", "check", "--policies", "policies"]).contains("sound"));
    let roles = copy.join("roles.csv");
    let mut rows = std::fs::read_to_string(&roles).expect("roles.csv");
    rows.push_str("grant,NOBODY,application.read,TOWN\ngrant,TW,application.read,EVERYWHERE\n");
    std::fs::write(&roles, rows).expect("written");
    let output = run(folder.path(), &["policy", "check", "--policies", "policies"]);
    assert_eq!(output.status.code(), Some(1));
    let listed = text(&output.stdout);
    assert!(listed.contains("NOBODY") && listed.contains("EVERYWHERE"), "{listed}");
}
