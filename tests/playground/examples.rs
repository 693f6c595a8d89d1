//! Every example of the playground, as every role it is meant for, in both languages.

use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, path::Path};
use tests::support::{Backend, Client, Server, on_both};
use uuid::Uuid;

on_both!(every_example_of_every_role_runs_as_it_stands_in_both_languages);

/// Who stands for a role; the public has no sign-in name.
const STAND_FOR: [(&str, Option<&str>); 18] = [
    ("VW", Some("vw")),
    ("TW", Some("tw")),
    ("TV", Some("tv")),
    ("TU", Some("tu_social")),
    ("TR", Some("tr_social")),
    ("TL", Some("tl")),
    ("DU", Some("du_civil")),
    ("DA", Some("da_civil")),
    ("DP", Some("dp")),
    ("FIN", Some("fin")),
    ("JC", Some("jc")),
    ("AUD", Some("aud")),
    ("SCH", Some("sch")),
    ("I1", Some("i1")),
    ("I2", Some("i2")),
    ("I3", Some("i3")),
    ("APP", Some("app")),
    ("PUB", None),
];

async fn every_example_of_every_role_runs_as_it_stands_in_both_languages(backend: Backend) {
    let server = Server::start_lived(backend).await;
    let mut ran: BTreeMap<&str, usize> = BTreeMap::new();
    for example in examples() {
        for (role, login) in STAND_FOR {
            if !is_for(&example, role) {
                continue;
            }
            *ran.entry(role).or_default() += 1;
            for (language, other) in [("zh-CN", "#en "), ("en", "#zh ")] {
                let client = match login {
                    Some(login) => server.client(login).await,
                    None => server.public(),
                };
                play(&client.with_header("accept-language", language), &example, role, other).await;
            }
        }
    }
    for (role, _) in STAND_FOR {
        assert!(ran.get(role).is_some_and(|count| *count >= 3), "{role} has too few examples: {ran:?}");
    }
}

/// The document in one language: without the comments of the other.
pub fn text(example: &Value, other: &str) -> String {
    let lines = example["operation"].as_array().expect("lines").iter().map(|line| line.as_str().expect("a line"));
    lines.filter(|line| !line.trim_start().starts_with(other)).collect::<Vec<_>>().join("\n")
}

/// Puts what the first query found where it belongs; tells what was not there.
pub fn take(example: &Value, found: &Value, variables: &mut Value) -> Result<(), String> {
    let pointer = |path: &str| format!("/{}", path.replace('.', "/"));
    for (target, source) in example["prepare"]["take"].as_object().expect("what to take") {
        let source = source.as_str().expect("a path");
        let value = found.pointer(&pointer(source)).filter(|value| !value.is_null());
        let value = value.ok_or_else(|| format!("nothing at {source} in {found}"))?.clone();
        *variables.pointer_mut(&pointer(target)).ok_or_else(|| format!("no {target}"))? = value;
    }
    Ok(())
}

async fn play(client: &Client, example: &Value, role: &str, other: &str) {
    let text = text(example, other);
    // Sockets have tests of their own.
    if text.contains("subscription ") {
        return;
    }
    let shown = format!("{} as {role}", example["id"]);
    let variables = filled(client, example, &shown).await;
    let answer = client.gql(&text, variables.clone()).await;
    assert!(answer.status == 200 && answer.body["errors"].is_null(), "{shown}\n{text}\n{variables}\n{answer:#?}");
    let expected: Vec<_> = example["refused"].as_str().into_iter().collect();
    assert_eq!(answer.refused(), expected, "{shown}\n{variables}\n{}", answer.body);
}

/// The variables as the page fills them: a fresh key, today, and what the first query finds.
async fn filled(client: &Client, example: &Value, shown: &str) -> Value {
    let mut variables = example.get("variables").cloned().unwrap_or_else(|| json!({}));
    let text = variables.to_string();
    if text.contains("\"$today\"") {
        let me = client.ok("{ me { today } }", json!({})).await;
        variables = serde_json::from_str(&text.replace("\"$today\"", &me["me"]["today"].to_string())).expect("json");
    }
    if let Some(key) = variables.pointer_mut("/input/idempotencyKey") {
        *key = Uuid::now_v7().to_string().into();
    }
    let Some(prepare) = example.get("prepare") else { return variables };
    let found = client.ok(prepare["query"].as_str().expect("a query"), json!({})).await;
    take(example, &found, &mut variables).unwrap_or_else(|missing| panic!("{shown}: {missing}"));
    variables
}

/// The examples of a role.
pub fn of_role(role: &str) -> Vec<Value> {
    examples().into_iter().filter(|example| is_for(example, role)).collect()
}

fn is_for(example: &Value, role: &str) -> bool {
    let roles = example["roles"].as_array().expect("roles");
    roles.iter().any(|each| each == role) || (role != "PUB" && roles.iter().any(|each| each == "*"))
}

/// Every example of every file, each in both languages and with a name of its own.
fn examples() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/playground/examples");
    let mut files: Vec<_> = fs::read_dir(folder).expect("the examples").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let read = |path| -> Vec<Value> { serde_json::from_slice(&fs::read(path).expect("a file")).expect("json") };
    let all: Vec<Value> = files.into_iter().flat_map(read).collect();
    for (at, example) in all.iter().enumerate() {
        for text in ["title", "about"] {
            for language in ["zh", "en"] {
                let told = example[text][language].as_str().unwrap_or_default();
                assert!(!told.is_empty(), "{} has no {text} in {language}", example["id"]);
                let chinese = told.chars().any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character));
                assert_eq!(chinese, language == "zh", "{}: {told}", example["id"]);
            }
        }
        assert!(all.iter().skip(at + 1).all(|other| other["id"] != example["id"]), "two are called {}", example["id"]);
    }
    assert!(all.len() > 40, "{}", all.len());
    all
}
