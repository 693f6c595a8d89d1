//! The seam between HTTP and the gateway: who asks, what is asked, what is answered.

use crate::{
    events::{Attending, Full, Membership, Outlet},
    identity::{ApiClient, SignedIn},
    schema::coerce::switches,
};
use async_graphql::{
    Pos,
    parser::types::{ExecutableDocument, OperationType},
};
use futures_util::future::BoxFuture;
use platform::{Code, Language, code::message};
use serde::Serialize;
use serde_json::{Map, Value};
use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use uuid::Uuid;

/// A document that was parsed and is within every limit of size.
#[derive(Debug)]
pub struct Document {
    /// Names this document while the program runs; the same text may be parsed again under another number.
    pub id: u64,
    /// The document.
    pub parsed: ExecutableDocument,
    /// Variables that anything in it is skipped or included by.
    pub switches: Vec<String>,
}

impl Document {
    /// Numbers a parsed document.
    pub fn new(parsed: ExecutableDocument) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), switches: switches(&parsed), parsed }
    }
}

impl Deref for Document {
    type Target = ExecutableDocument;

    fn deref(&self) -> &ExecutableDocument {
        &self.parsed
    }
}

/// Who asks, and how they wish to be answered.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user under one assignment; `None` is the public.
    pub identity: Option<Arc<SignedIn>>,
    /// The gateway that asks on the user's behalf: its schema, the user's values.
    pub client: Option<Arc<ApiClient>>,
    /// Header `Onedoor-Purpose`; the role's default when absent.
    pub purpose: Option<String>,
    /// Language of messages.
    pub language: Language,
    /// Names the request in logs, audit and the header `x-request-id`.
    pub request_id: Uuid,
}

/// One operation, parsed and within every limit of size; not yet validated.
#[derive(Debug)]
pub struct Operation {
    /// The document.
    pub document: Arc<Document>,
    /// Which of its operations; the document is known to have it, or to have just one.
    pub name: Option<String>,
    /// Whether it reads or changes.
    pub kind: OperationType,
    /// Raw variables, not yet coerced.
    pub variables: Map<String, Value>,
}

/// Data of an answer, as JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data(String);

impl Data {
    /// Takes JSON text as it is.
    pub(crate) fn of_json(json: String) -> Self {
        Self(json)
    }

    /// The text.
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl From<Value> for Data {
    fn from(value: Value) -> Self {
        Self(value.to_string())
    }
}

/// What came of an operation.
#[derive(Debug, Default)]
pub struct Answer {
    /// `None`: a request error, nothing was executed.
    pub data: Option<Data>,
    /// GraphQL errors.
    pub errors: Vec<GraphqlError>,
    /// `extensions` of the answer, e.g. `cost`.
    pub extensions: Map<String, Value>,
    /// Statements sent to the database, for the log.
    pub sql_count: u32,
    /// Codes of `userErrors`, for the log.
    pub refusals: Vec<&'static str>,
}

/// One entry of `errors`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GraphqlError {
    /// What is so or what to do, in the caller's language.
    pub message: String,
    /// Where in the document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Pos>,
    /// Where in the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Value>,
    /// `code`, and what else there is to say.
    pub extensions: Map<String, Value>,
}

impl GraphqlError {
    /// An error with the message of its code.
    pub fn new(code: Code, args: &[(&'static str, String)], language: Language) -> Self {
        Self::worded(code, message(code, args, language))
    }

    /// An error with words of its own.
    pub fn worded(code: Code, message: String) -> Self {
        let extensions = Map::from_iter([("code".to_owned(), Value::from(code.as_str()))]);
        Self { message, locations: Vec::new(), path: Vec::new(), extensions }
    }

    /// Says where in the document.
    #[must_use]
    pub fn at(mut self, locations: impl IntoIterator<Item = Pos>) -> Self {
        self.locations.extend(locations);
        self
    }
}

impl Answer {
    /// The data as a tree; `None` where there is none.
    pub fn value(&self) -> Option<Value> {
        self.data.as_ref().and_then(|data| serde_json::from_str(data.as_json()).ok())
    }

    /// A request error: nothing was executed.
    pub fn refused(errors: Vec<GraphqlError>) -> Self {
        Self { errors, ..Self::default() }
    }
}

/// The gateway as HTTP sees it.
pub trait Execute: Send + Sync + 'static {
    /// Validates, coerces and runs one operation.
    fn execute(&self, caller: Caller, operation: Operation) -> BoxFuture<'_, Answer>;

    /// Takes a place for a connection that will be sent events; it ends when the caller's assignment does.
    fn attend(&self, caller: &Caller, outlet: Outlet, most: usize) -> Result<Attending, Full>;

    /// Subscribes under the caller's own name of it (as JSON), or answers why not.
    fn subscribe(
        &self,
        caller: Caller,
        operation: Operation,
        to: (Arc<str>, Outlet),
    ) -> BoxFuture<'_, Result<Membership, Answer>>;

    /// The caller's schema in SDL.
    fn sdl(&self, caller: Caller) -> BoxFuture<'_, platform::Result<String>>;

    /// Waits until what was read so far is on record; the last call before the program ends.
    fn settle(&self) -> BoxFuture<'_, ()>;

    /// Whether the store answers.
    fn ready(&self) -> BoxFuture<'_, bool>;
}
