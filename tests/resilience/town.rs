//! A served store as a process, and clerks who go on working whatever happens to it.

use crate::cli::run::{Serving, ok, onedoor};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};
use tempfile::TempDir;
use tests::support::{Answer, Client, Url, temporary_folder};
use tokio::sync::watch;

/// A store that is served by a process, which may be killed and started again.
pub struct Town {
    folder: TempDir,
    database: Url,
    /// Where it listens now; nothing while it is down.
    base: watch::Sender<Option<String>>,
}

impl Town {
    /// A new store in this database; nobody serves it yet.
    pub fn new(database: Url) -> Self {
        let folder = temporary_folder();
        ok(folder.path(), &["keys", "--out", "keys.json"]);
        Self { folder, database, base: watch::Sender::new(None) }
    }

    /// Serves it.
    pub fn serve(&self) -> Serving {
        let serving = Serving::start(self.command().args(["serve", "--listen", "127.0.0.1:0"]).args(self.database()));
        self.base.send_replace(Some(serving.base.clone()));
        serving
    }

    /// Tells the clerks that it is down.
    pub fn is_down(&self) {
        self.base.send_replace(None);
    }

    /// What `onedoor verify` finds.
    pub fn findings(&self) -> Value {
        let output = self.command().args(["verify", "--json"]).args(self.database()).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let said: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("verify: {output:?}"));
        said["findings"].clone()
    }

    /// A clerk by sign-in name.
    pub fn clerk(&self, login: &str) -> Clerk {
        let output = self.command().args(["token", "--user", login]).args(self.database()).output().expect("it runs");
        assert!(output.status.success(), "{output:?}");
        let token = String::from_utf8(output.stdout).expect("text").trim_end().to_owned();
        Clerk { token: token.into(), base: self.base.subscribe(), lost: 0 }
    }

    /// Copies the store to a file of its folder.
    pub fn back_up(&self, file: &str) {
        let output = self.command().args(["backup", file]).args(self.database()).output().expect("it runs");
        assert!(output.status.success(), "{output:?}");
    }

    /// A town of its own, made of a backup of this one and a copy of its keys.
    pub fn restored(&self, file: &str, database: Url) -> Self {
        let folder = temporary_folder();
        for name in [file, "keys.json"] {
            std::fs::copy(self.folder().join(name), folder.path().join(name)).expect("copied");
        }
        let town = Self { folder, database, base: watch::Sender::new(None) };
        let output = town.command().args(["restore", file]).args(town.database()).output().expect("it runs");
        assert!(output.status.success(), "{output:?}");
        town
    }

    /// The program in the town's folder, with its keys.
    pub fn command(&self) -> std::process::Command {
        let mut command = onedoor(self.folder());
        command.env("ONEDOOR_KEYS", "keys.json");
        command
    }

    /// The arguments that name its database.
    pub fn database(&self) -> [&str; 2] {
        ["--database", self.database.as_str()]
    }

    /// Where its files lie.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Someone who repeats what got no answer, under the same key, until it is settled.
#[derive(Clone)]
pub struct Clerk {
    token: Arc<str>,
    base: watch::Receiver<Option<String>>,
    /// Answers that never came.
    pub lost: u32,
}

impl Clerk {
    /// One answer, however often the server has to be asked.
    pub async fn settle(&mut self, query: &str, variables: Value) -> Answer {
        loop {
            let base = self.base.wait_for(Option::is_some).await.expect("a town").clone().expect("an address");
            let client = Client::new(base.clone(), Some(self.token.to_string()));
            match client.try_gql(query, variables.clone()).await {
                Some(answer) if answer.status < 500 => return answer,
                _ => self.lost += 1,
            }
            // The same address again would only fail again until the next start.
            let gone = |now: &Option<String>| now.as_ref() != Some(&base);
            let wait = tokio::time::timeout(std::time::Duration::from_millis(50), self.base.wait_for(gone));
            // Whether it changed or the time is over, the next try tells.
            let _ = wait.await;
        }
    }

    /// Acts under this key; answers the payload.
    pub async fn act(&mut self, mutation: &str, key: &str, input: Value, selection: &str) -> Value {
        let mut type_name = mutation.to_owned();
        type_name[..1].make_ascii_uppercase();
        let query = format!(
            "mutation Do($input: {type_name}Input!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code message }} }} }}"
        );
        let mut input = input;
        input["idempotencyKey"] = json!(key);
        let answer = self.settle(&query, json!({ "input": input })).await;
        assert!(answer.body["errors"].is_null(), "{mutation}: {}", answer.body);
        answer.body["data"][mutation].clone()
    }

    /// Every node of a list, page by page.
    pub async fn all(&mut self, list: &str, filter: &str, selection: &str) -> Vec<Value> {
        let query = format!(
            "query All($after: String) {{ {list}(first: 100, after: $after{filter}) {{ nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let (mut nodes, mut after) = (Vec::new(), Value::Null);
        loop {
            let answer = self.settle(&query, json!({ "after": after })).await;
            let page = &answer.body["data"][list];
            nodes.extend(page["nodes"].as_array().unwrap_or_else(|| panic!("{list}: {}", answer.body)).iter().cloned());
            if page["pageInfo"]["hasNextPage"] != true {
                return nodes;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }
}
