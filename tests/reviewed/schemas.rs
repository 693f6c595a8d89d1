//! The schema of every role, as the served gateway gives it, against the file that was reviewed.
//!
//! A change that breaks a client is refused, also when the files are written anew, until `schemas/breaking.md` names
//! it with the roles it breaks.

use api::{
    cli::Keys,
    identity::{IdentitySettings, Issuer},
};
use platform::clock::Clock;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tests::support::Client;

use crate::cli::run::{Serving, ok, onedoor};

const POSTS: &str = include_str!("../../api/data/posts.csv");
/// Told of every written file; the posts follow.
const SEEN_BY: &str = "# Seen by: ";

/// One schema, and the posts of one role that see it.
struct Seen {
    /// Name of the file: the role, or its first post where posts of the role differ.
    name: String,
    posts: Vec<String>,
    sdl: String,
    introspection: Value,
}

/// A reviewed file.
struct Reviewed {
    posts: BTreeSet<String>,
    text: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas")
}

fn writes() -> bool {
    std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_is_served_the_schema_that_was_reviewed_and_no_break_goes_unseen() {
    let seen = served().await;
    let reviewed = reviewed();
    let report = compare(&seen, &reviewed);
    for one in &seen {
        let difference = &report[&one.name]["difference"];
        assert!(difference.is_null(), "{}: SDL and introspection differ: {difference}", one.name);
    }
    let unnamed = unnamed(&report, &breaking());
    assert!(
        unnamed.is_empty(),
        "these changes break clients; take them back, or add to schemas/breaking.md:\n{}",
        unnamed.join("\n")
    );
    let expected: BTreeMap<String, String> =
        seen.iter().map(|one| (format!("{}.graphql", one.name), printed(one))).collect();
    if writes() {
        write(&expected);
    }
    let files: BTreeMap<String, String> = files();
    let stale: Vec<_> = files.keys().filter(|name| !expected.contains_key(*name)).collect();
    assert!(stale.is_empty(), "nobody is served {stale:?}; INSTA_UPDATE=always removes them");
    let differing: Vec<_> = expected.iter().filter(|(name, text)| files.get(*name) != Some(text)).collect();
    let names: Vec<_> = differing.iter().map(|(name, _)| name.as_str()).collect();
    assert!(
        names.is_empty(),
        "{names:?} are not as served; look at what changed, then write them with INSTA_UPDATE=always:\n{}",
        told(&report)
    );
}

#[test]
fn each_kind_of_change_is_sorted_by_what_it_does_to_clients() {
    let mut node = Command::new("node");
    let output = node.args(["--test", "changes.test.mjs"]).current_dir(scripts()).stdin(Stdio::null()).output();
    let output = output.expect("node runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("# pass 26\n"), "{said}");
}

#[test]
fn a_break_is_named_only_for_the_roles_and_the_change_of_its_line() {
    let list = "# Breaks\n\nProse: of no meaning.\n\n- vw, tw: FIELD_REMOVED Person.phone was removed.\n";
    let change = |roles: &[&str], what: &str| {
        let report = roles.iter().map(|role| ((*role).to_owned(), json!({ "breaking": [what] })));
        unnamed(&report.collect(), &parse(list))
    };
    let phone = "FIELD_REMOVED Person.phone was removed.";
    assert_eq!(change(&["vw", "tw"], phone), Vec::<String>::new());
    assert_eq!(change(&["tv", "tw", "tl"], phone), [format!("- tl, tv: {phone}")]);
    assert_eq!(
        change(&["vw"], "FIELD_REMOVED Person.name was removed."),
        ["- vw: FIELD_REMOVED Person.name was removed."]
    );
}

/// Serves a store as a district would, and asks with a token of every post.
async fn served() -> Vec<Seen> {
    let folder = tempfile::tempdir().expect("a folder");
    ok(folder.path(), &["keys", "--out", "keys.json"]);
    let keys = Keys::read(&folder.path().join("keys.json")).expect("the keys");
    let issuer = Issuer::new(&IdentitySettings::default(), &keys.signing_pkcs8()).expect("an issuer");
    let mut serve = onedoor(folder.path());
    serve.args(["serve", "--database", "sqlite://onedoor.db?mode=rwc", "--listen", "127.0.0.1:0"]);
    let serving = Serving::start(serve.env("ONEDOOR_KEYS", "keys.json"));
    let mut seen: Vec<(String, Seen)> = Vec::new();
    for (login, role) in std::iter::once(("public", "PUB")).chain(posts()) {
        let token = (role != "PUB").then(|| {
            let issued = issuer.issue(&format!("onedoor:post:{login}"), Clock::wall(), 15);
            issued.expect("a token").token
        });
        let client = Client::new(&*serving.base, token);
        let sdl = download(&client).await;
        match seen.iter_mut().find(|(known, one)| known == role && one.sdl == sdl) {
            Some((_, one)) => one.posts.push(login.to_owned()),
            None => {
                let introspection = client.ok(INTROSPECTION, json!({})).await;
                let one = Seen { name: login.to_owned(), posts: vec![login.to_owned()], sdl, introspection };
                seen.push((role.to_owned(), one));
            }
        }
    }
    let whole: Vec<_> = seen.iter().map(|(role, _)| role.clone()).collect();
    let alone = |role: &String| whole.iter().filter(|known| *known == role).count() == 1;
    let named = seen.into_iter().map(|(role, one)| {
        let name = if alone(&role) { role.to_lowercase() } else { one.name.clone() };
        Seen { name, ..one }
    });
    let named: Vec<_> = named.collect();
    assert!(named.len() >= 18, "only {} schemas", named.len());
    named
}

/// Sign-in name and role.
fn posts() -> impl Iterator<Item = (&'static str, &'static str)> {
    POSTS.lines().skip(1).map(|line| {
        let mut cells = line.split(',');
        (cells.next().expect("a login"), cells.nth(1).expect("a role"))
    })
}

async fn download(client: &Client) -> String {
    let mut request = client.http().get(format!("{}/schema.graphql", client.base));
    if let Some(token) = &client.token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.text().await.expect("the schema")
}

/// As the file holds it.
fn printed(one: &Seen) -> String {
    let posts = one.posts.join(", ");
    format!(
        "# The schema of one role, as it is served; written by its test with INSTA_UPDATE=always.\n{SEEN_BY}{posts}\n\n{}",
        one.sdl
    )
}

fn files() -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder()).expect("the folder of schemas").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let names = names.filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "graphql"));
    names.map(|name| (name.clone(), fs::read_to_string(folder().join(&name)).expect("a schema"))).collect()
}

fn reviewed() -> Vec<Reviewed> {
    let read = |(name, text): (String, String)| {
        assert!(!text.contains("<<<<<<<"), "{name} holds a conflict: take one side whole, then write it anew");
        let posts = text.lines().find_map(|line| line.strip_prefix(SEEN_BY));
        let posts = posts.unwrap_or_else(|| panic!("{name} does not say who sees it"));
        Reviewed { posts: posts.split(", ").map(str::to_owned).collect(), text }
    };
    files().into_iter().map(read).collect()
}

fn write(expected: &BTreeMap<String, String>) {
    for name in files().keys().filter(|name| !expected.contains_key(*name)) {
        fs::remove_file(folder().join(name)).expect("a file removed");
    }
    for (name, text) in expected {
        fs::write(folder().join(name), text).expect("a schema written");
    }
}

/// What changed for whom: every post of a schema is compared with the file that named it, if one did.
fn compare(seen: &[Seen], reviewed: &[Reviewed]) -> BTreeMap<String, Value> {
    let mut pairs = Vec::new();
    for one in seen {
        let before: Vec<_> =
            reviewed.iter().filter(|file| one.posts.iter().any(|post| file.posts.contains(post))).collect();
        let mut olds: Vec<_> = before.iter().map(|file| json!(file.text)).collect();
        if olds.is_empty() {
            olds.push(Value::Null);
        }
        for (at, old) in olds.into_iter().enumerate() {
            let name = if at == 0 { one.name.clone() } else { format!("{}+{at}", one.name) };
            pairs.push(json!({ "name": name, "old": old, "new": one.sdl, "introspection": one.introspection }));
        }
    }
    let mut report: BTreeMap<String, Value> = BTreeMap::new();
    for (name, told) in node(&Value::Array(pairs)) {
        // Posts of several files that now see one schema: what breaks one of them breaks it.
        let name = name.split('+').next().expect("a name").to_owned();
        match report.get_mut(&name) {
            Some(known) => {
                for kind in ["breaking", "dangerous", "added"] {
                    let more = told[kind].as_array().cloned().unwrap_or_default();
                    known[kind].as_array_mut().expect("a list").extend(more);
                }
            }
            None => {
                report.insert(name, told);
            }
        }
    }
    report
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
}

fn node(pairs: &Value) -> serde_json::Map<String, Value> {
    assert!(scripts().join("node_modules").exists(), "`cargo xtask test` installs the packages of tests/conformance");
    let mut node = Command::new("node");
    let node = node.arg("changes.mjs").current_dir(scripts()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut node = node.spawn().expect("node runs");
    let mut input = node.stdin.take().expect("its input");
    let text = pairs.to_string();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = node.wait_with_output().expect("its output");
    assert!(output.status.success(), "node failed");
    writer.join().expect("a thread").expect("its input written");
    serde_json::from_slice(&output.stdout).expect("a report")
}

fn texts(told: &Value, kind: &str) -> Vec<String> {
    let texts = told[kind].as_array().into_iter().flatten();
    texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// Breaks that are named: the change, and the roles it breaks.
fn breaking() -> BTreeMap<String, BTreeSet<String>> {
    parse(&fs::read_to_string(folder().join("breaking.md")).expect("schemas/breaking.md"))
}

fn parse(list: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (roles, change) in list.lines().filter_map(|line| line.strip_prefix("- ")?.split_once(": ")) {
        let roles = roles.split(',').map(|role| role.trim().to_owned());
        named.entry(change.trim().to_owned()).or_default().extend(roles);
    }
    named
}

/// Breaks that no line names for a role, as the lines that would.
fn unnamed(report: &BTreeMap<String, Value>, named: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut broken: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (role, told) in report {
        for change in texts(told, "breaking") {
            if !named.get(&change).is_some_and(|roles| roles.contains(role)) {
                broken.entry(change).or_default().insert(role);
            }
        }
    }
    broken.into_iter().map(|(change, roles)| format!("- {}: {change}", Vec::from_iter(roles).join(", "))).collect()
}

/// The whole report, by role.
fn told(report: &BTreeMap<String, Value>) -> String {
    let mut text = String::new();
    for (role, told) in report {
        for kind in ["breaking", "dangerous", "added"] {
            let changes = texts(told, kind);
            if !changes.is_empty() {
                let _ = writeln!(text, "{role}, {kind}: {}", changes.join("; "));
            }
        }
    }
    text
}

const INTROSPECTION: &str = "query IntrospectionQuery { __schema { \
    queryType { name } mutationType { name } subscriptionType { name } \
    types { ...FullType } directives { name description locations isRepeatable args { ...InputValue } } } } \
  fragment FullType on __Type { kind name description specifiedByURL \
    fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason } \
    inputFields { ...InputValue } interfaces { ...TypeRef } \
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } } \
  fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue } \
  fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";
