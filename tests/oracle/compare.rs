//! One operation asked by two paths, and what is different in their answers.

use super::{document::Document, world::Asker};
use crate::access::world::World;
use api::{
    gateway::Way,
    http::seam::{Answer, Caller, Document as Parsed, Operation},
    identity::{ApiClient, SignedIn},
};
use async_graphql::parser::{parse_query, types::OperationType};
use platform::Language;
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, fmt, sync::Arc};
use uuid::Uuid;

/// How an operation is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// As every caller's is.
    Default,
    /// By the executor that is the measure of the other one.
    Reference,
}

/// An operation that can be sent any number of times.
pub struct Request {
    /// What is sent for its variables.
    variables: Map<String, Value>,
    /// What it is read for, unless for what the role reads for by default.
    purpose: Option<String>,
    document: Arc<Parsed>,
}

/// What was answered, as far as it has to be the same.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    /// The data as text, so that the order of keys counts; `None` when nothing was executed.
    pub data: Option<String>,
    /// Path, code and message of every error; their order says nothing.
    pub errors: BTreeSet<String>,
    /// How many personal rows are recorded as read; not looked at where no plan was asked.
    pub read: Option<u64>,
}

impl Request {
    /// An operation of ours. Error: why it is none.
    pub fn of(document: &Document, purpose: Option<String>) -> Result<Self, String> {
        Self::written(&document.to_string(), document.given(), purpose)
    }

    /// An operation from elsewhere. Error: why it is none.
    pub fn written(text: &str, variables: Map<String, Value>, purpose: Option<String>) -> Result<Self, String> {
        let document = parse_query(text).map_err(|error| format!("{text}\n{error}"))?;
        Ok(Self { variables, purpose, document: Arc::new(Parsed::new(document)) })
    }
}

impl Said {
    /// What has to be the same of an answer.
    pub fn of(answer: &Answer) -> Self {
        let errors = answer
            .errors
            .iter()
            .map(|error| json!([error.path, error.extensions.get("code"), error.message]).to_string());
        Self {
            data: answer.data.as_ref().map(|data| data.as_json().to_owned()),
            errors: errors.collect(),
            read: answer.extensions.get("read").and_then(Value::as_u64),
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  data: {}", self.data.as_deref().unwrap_or("none"))?;
        writeln!(f, "  read: {:?}", self.read)?;
        self.errors.iter().try_for_each(|error| writeln!(f, "  error: {error}"))
    }
}

/// Asks by one path.
pub async fn ask(world: &World, asker: &Asker, path: Path, request: &Request) -> Answer {
    let operation = Operation {
        document: Arc::clone(&request.document),
        name: None,
        kind: OperationType::Query,
        variables: request.variables.clone(),
    };
    let way = match path {
        Path::Default => Way::Planned,
        Path::Reference => Way::Reference,
    };
    world.gateway.answer_by(way, caller(asker, request.purpose.clone()), operation).await
}

/// Asks by both paths; the answer of the default one, and what each said when they differ.
pub async fn ask_both(world: &World, asker: &Asker, request: &Request) -> (Answer, Option<[Said; 2]>) {
    let answer = ask(world, asker, Path::Default, request).await;
    let reference = ask(world, asker, Path::Reference, request).await;
    let mut said = [Said::of(&answer), Said::of(&reference)];
    if !answer.extensions.contains_key("plan") {
        // One executor answered both; what a handler had read before it broke depends on the order of its rows.
        said.iter_mut().for_each(|said| said.read = None);
    }
    let differ = said[0] != said[1];
    (answer, differ.then_some(said))
}

fn caller(asker: &Asker, purpose: Option<String>) -> Caller {
    let identity = asker.actor.as_ref().map(|actor| {
        Arc::new(SignedIn {
            actor: actor.clone(),
            name: "测试".to_owned(),
            assignments: Vec::new(),
            token_expires_at: entity::At(i64::MAX),
        })
    });
    let client = asker.client.as_ref().map(|holder| {
        Arc::new(ApiClient { id: Uuid::from_u128(3), name: "gateway".to_owned(), holder: holder.clone() })
    });
    Caller { identity, client, purpose, language: Language::En, request_id: Uuid::now_v7() }
}
