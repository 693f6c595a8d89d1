//! Who may work here is the operator's to say, and is so from the next request on.

use super::town::Town;
use serde_json::{Value, json};
use std::{
    io::Write,
    process::{Output, Stdio},
};
use tests::support::{Backend, Client, fresh_database, on_both};

on_both!(
    a_user_the_operator_adds_works_until_the_assignment_ends_or_the_user_is_disabled,
    what_the_operator_mistypes_is_refused_and_changes_nothing
);

const PASSWORD: &str = "four words and a number 7";

/// Runs a command on the town's store, with this on standard input.
fn command(town: &Town, arguments: &[&str], input: &str) -> Output {
    let mut command = town.command();
    command.args(arguments).args(town.database());
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A command that refuses its arguments is gone before it reads.
    let _ = child.stdin.take().expect("its input").write_all(input.as_bytes());
    child.wait_with_output().expect("an end")
}

fn does(town: &Town, arguments: &[&str], input: &str) {
    let output = command(town, arguments, input);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

fn fails(town: &Town, arguments: &[&str], input: &str) -> String {
    let output = command(town, arguments, input);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
    String::from_utf8(output.stderr).expect("text")
}

const GIVE: [&str; 9] =
    ["assignment", "give", "wang", "--role", "TW", "--unit", "TW_WINDOW", "--jurisdiction", "500118107"];
const END: [&str; 7] = ["assignment", "end", "wang", "--role", "TW", "--unit", "TW_WINDOW"];

async fn a_user_the_operator_adds_works_until_the_assignment_ends_or_the_user_is_disabled(backend: Backend) {
    let town = Town::new(fresh_database(backend).await);
    let serving = town.serve();
    let public = Client::new(serving.base.clone(), None);
    let me = async |token: &Value| {
        let client = Client::new(serving.base.clone(), token.as_str().map(str::to_owned));
        client.gql("{ me { login role } }", json!({})).await
    };
    does(&town, &["user", "add", "wang", "--name", "王窗口", "--jurisdiction", "500118107"], "");
    does(&town, &["user", "password", "wang"], &format!("{PASSWORD}\n"));
    does(&town, &[&GIVE[..], &["--from", "2014-05-01"]].concat(), "");
    let sign_in = "mutation S($password: String!) { signIn(input: { login: \"wang\", password: $password }) { token userErrors { code } } }";
    assert_eq!(public.user_errors(sign_in, json!({ "password": "another password" })).await, ["SIGN_IN_FAILED"]);
    let token = public.ok(sign_in, json!({ "password": PASSWORD })).await["signIn"]["token"].clone();
    assert_eq!(me(&token).await.body["data"]["me"], json!({ "login": "wang", "role": "TW" }));

    does(&town, &END, "");
    let ended = me(&token).await;
    assert_ne!(ended.status, 200, "{ended:?}");
    assert!(ended.body.get("data").is_none(), "{ended:?}");
    does(&town, &GIVE, "");
    assert_eq!(me(&token).await.body["data"]["me"]["role"], "TW", "given anew");

    does(&town, &["user", "disable", "wang"], "");
    assert_eq!(me(&token).await.status, 401);
    assert_eq!(public.user_errors(sign_in, json!({ "password": PASSWORD })).await, ["SIGN_IN_FAILED"]);
    does(&town, &["user", "enable", "wang"], "");
    assert_eq!(me(&token).await.status, 200);

    let listed = command(&town, &["user", "list"], "");
    let listed = String::from_utf8(listed.stdout).expect("text");
    let line = listed.lines().find(|line| line.starts_with("wang")).unwrap_or_else(|| panic!("{listed}"));
    assert!(line.contains("password") && line.contains("TW TW_WINDOW 500118107"), "{line}");
    drop(serving);
    assert_eq!(town.findings(), json!([]));
}

async fn what_the_operator_mistypes_is_refused_and_changes_nothing(backend: Backend) {
    let town = Town::new(fresh_database(backend).await);
    drop(town.serve());
    let add = ["user", "add", "wang", "--name", "王窗口", "--jurisdiction"];
    assert!(fails(&town, &[&add[..], &["999"]].concat(), "").contains("no place 999"));
    assert!(fails(&town, &GIVE, "").contains("no user wang"));
    does(&town, &[&add[..], &["500118107"]].concat(), "");
    assert!(fails(&town, &[&add[..], &["500118107"]].concat(), "").contains("already"));
    for (wrong, words) in [("", "at least"), ("short\n", "at least"), ("a password of\ntwo lines\n", "one line")] {
        assert!(fails(&town, &["user", "password", "wang"], wrong).contains(words), "{wrong:?}");
    }
    let with = |at: usize, value: &'static str| {
        let mut given = GIVE;
        given[at] = value;
        fails(&town, &given, "")
    };
    assert!(with(4, "KING").contains("no policy knows a role KING"));
    assert!(with(6, "TW_PALACE").contains("no policy knows a unit TW_PALACE"));
    assert!(with(8, "500118999").contains("no place 500118999"));
    assert!(fails(&town, &[&GIVE[..], &["--to", "2014-01-01"]].concat(), "").contains("before the first"));
    assert!(fails(&town, &END, "").contains("is not TW"));
    does(&town, &GIVE, "");
    assert!(fails(&town, &END, "").contains("end it with that day as its last"), "it began today");
    assert!(fails(&town, &["user", "enable", "wang"], "").contains("not disabled"));
    assert_eq!(town.findings(), json!([]));
}
