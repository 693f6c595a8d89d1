//! Plays docs/walkthrough.md against a served demo store: every command, every answer.
//!
//! With `UPDATE_WALKTHROUGH=1` it writes the answers it got into the document instead of comparing them.

use serde_json::Value;
use std::{fmt::Write, fs, path::PathBuf, process::Command};
use tests::support::{Backend, Server};

/// Stands in an expected answer for a value that is new on every run.
const ANY: &str = "…";

struct Play {
    command: String,
    answer: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_walkthrough_runs_as_it_is_written() {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/walkthrough.md"));
    let document = fs::read_to_string(&path).expect("the walkthrough");
    let (definitions, plays) = read(&document);
    assert!(plays.len() > 15, "the walkthrough has only {} calls", plays.len());
    let server = Server::start(Backend::Sqlite).await;
    let folder = tempfile::tempdir().expect("a folder");
    let script = script(&server, &definitions, &plays).await;
    let place = folder.path().to_owned();
    let run = move || Command::new("bash").args(["-euo", "pipefail", "-c", &script]).current_dir(place).output();
    let ran = tokio::task::spawn_blocking(run).await.expect("a thread").expect("bash runs");
    assert!(ran.status.success(), "{}\n{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    let mut updated = document.clone();
    for (index, play) in plays.iter().enumerate() {
        let text = fs::read_to_string(folder.path().join(format!("{index}.json"))).expect("an answer");
        let got: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{}\n{text}", play.command));
        if std::env::var_os("UPDATE_WALKTHROUGH").is_some() {
            let shown = serde_json::to_string_pretty(&blank("", got)).expect("json");
            updated = updated.replacen(&fences(play, &play.answer), &fences(play, &format!("{shown}\n")), 1);
        } else {
            let expected: Value = serde_json::from_str(&play.answer).unwrap_or_else(|_| panic!("{}", play.answer));
            assert!(fits(&expected, &got), "{}\nexpected {expected:#}\ngot {got:#}", play.command);
        }
    }
    if updated != document {
        fs::write(&path, updated).expect("the walkthrough is written");
    }
}

fn fences(play: &Play, answer: &str) -> String {
    format!("```sh\n{}```\n\n```json\n{answer}```\n", play.command)
}

/// Definitions that come before the first call, and the calls with their answers.
fn read(document: &str) -> (String, Vec<Play>) {
    let mut definitions = String::new();
    let mut plays = Vec::new();
    let mut pending: Option<String> = None;
    let mut rest = document;
    while let Some((_, after)) = rest.split_once("\n```") {
        let (kind, body) = after.split_once('\n').expect("a fence has a line");
        let (body, tail) = body.split_once("\n```\n").expect("a fence is closed");
        let body = format!("{body}\n");
        match kind {
            "sh" => pending = Some(body),
            "sh define" => definitions.push_str(&body),
            "json" => plays.push(Play { command: pending.take().expect("an answer follows a call"), answer: body }),
            _ => {}
        }
        rest = tail;
    }
    (definitions, plays)
}

async fn script(server: &Server, definitions: &str, plays: &[Play]) -> String {
    let mut script = String::from("token() { case \"$1\" in\n");
    for user in ["vw", "tw", "tv", "tu_social", "tr_social", "da_civil", "fin", "aud"] {
        let token = server.client(user).await.token.expect("a token");
        let _ = writeln!(script, "{user}) echo '{token}';;");
    }
    let _ = writeln!(script, "esac; }}\nBASE={}\n{definitions}", server.base());
    for (index, play) in plays.iter().enumerate() {
        let _ = writeln!(script, "{{\n{}}} > {index}.json", play.command);
    }
    script
}

/// Replaces what is new on every run.
fn blank(key: &str, value: Value) -> Value {
    match value {
        Value::String(_) if matches!(key, "id" | "number" | "userId" | "token") => Value::from(ANY),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key.clone(), blank(&key, value))).collect(),
        Value::Array(items) => items.into_iter().map(|item| blank("", item)).collect(),
        other => other,
    }
}

fn fits(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::String(any), Value::String(_)) if any == ANY => true,
        (Value::Object(expected), Value::Object(got)) => {
            expected.len() == got.len()
                && expected.iter().all(|(key, value)| got.get(key).is_some_and(|other| fits(value, other)))
        }
        (Value::Array(expected), Value::Array(got)) => {
            expected.len() == got.len() && expected.iter().zip(got).all(|(one, other)| fits(one, other))
        }
        (expected, got) => expected == got,
    }
}
