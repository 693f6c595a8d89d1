//! A gateway that knows a few fields, and requests to the router before it.

use crate::{
    events::{Attending, Full, Membership, Outlet},
    http::{
        HttpSettings,
        app::{App, router},
        seam::{Answer, Caller, Execute, GraphqlError, Operation},
    },
    identity::tests::fixture::Fixture,
};
use async_graphql::parser::types::Selection;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request},
};
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;
use platform::{Code, Language};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::sync::mpsc;
use tower::ServiceExt;

/// `who`, `slow` (a fifth of a second), `boom` (panics), `broken`; anything else is unknown.
#[derive(Default)]
pub(super) struct Toy {
    pub(super) done: AtomicU32,
}

impl Execute for Toy {
    fn execute(&self, caller: Caller, operation: Operation) -> BoxFuture<'_, Answer> {
        Box::pin(async move {
            let chosen = operation.document.operations.iter().next().unwrap().1;
            let mut data = serde_json::Map::new();
            for selection in &chosen.node.selection_set.node.items {
                let Selection::Field(field) = &selection.node else { continue };
                let who = caller.identity.as_ref().map(|identity| identity.actor.role.clone());
                let value = match field.node.name.node.as_str() {
                    "__typename" => json!("Query"),
                    "who" => json!(who),
                    "slow" => {
                        tokio::time::sleep(Duration::from_millis(200)).await;
                        json!(self.done.fetch_add(1, Ordering::Relaxed) + 1)
                    }
                    "boom" => panic!("secret 500118199001011234"),
                    name => {
                        let args = [("reason", format!("there is no field {name}"))];
                        let error = GraphqlError::new(Code::GraphqlValidation, &args, caller.language);
                        return Answer::refused(vec![error.at([field.pos])]);
                    }
                };
                data.insert(field.node.response_key().node.to_string(), value);
            }
            Answer { data: Some(serde_json::Value::Object(data).into()), sql_count: 3, ..Answer::default() }
        })
    }

    fn attend(&self, _: &Caller, _: Outlet, _: usize) -> Result<Attending, Full> {
        Err(Full)
    }

    fn subscribe(
        &self,
        caller: Caller,
        _: Operation,
        _: (Arc<str>, Outlet),
    ) -> BoxFuture<'_, Result<Membership, Answer>> {
        let error = GraphqlError::new(Code::Unavailable, &[], caller.language);
        Box::pin(async { Err(Answer::refused(vec![error])) })
    }

    fn sdl(&self, caller: Caller) -> BoxFuture<'_, platform::Result<String>> {
        Box::pin(async move {
            Ok(if caller.identity.is_some() { "type Query { who: String }" } else { "type Query" }.to_owned())
        })
    }

    fn settle(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn ready(&self) -> BoxFuture<'_, bool> {
        Box::pin(async { true })
    }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Got {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub(super) fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or("-").to_owned()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("-", |value| value.to_str().unwrap())
    }
}

/// The router, and what must live as long.
pub(super) struct Door {
    pub(super) fixture: Fixture,
    router: Router,
    _done: mpsc::Receiver<()>,
}

impl Door {
    pub(super) async fn new() -> Self {
        Self::with(HttpSettings::default()).await
    }

    pub(super) async fn with(settings: HttpSettings) -> Self {
        let fixture = Fixture::new().await;
        let identity = Arc::new(fixture.identity());
        let (app, done) = App::new(Arc::new(Toy::default()), identity, settings, Language::En);
        Self { fixture, router: router(Arc::new(app)), _done: done }
    }

    pub(super) async fn ask(&self, request: Request<Body>) -> Got {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Got { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    pub(super) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Got {
        self.ask(request("GET", path, headers, Body::empty())).await
    }

    /// POSTs a JSON body to `/graphql`.
    pub(super) async fn post(&self, body: &Value, headers: &[(&str, &str)]) -> Got {
        let headers = [&[("content-type", "application/json")], headers].concat();
        self.ask(request("POST", "/graphql", &headers, body.to_string())).await
    }

    /// POSTs a document, asking for the media type whose status tells.
    pub(super) async fn query(&self, query: &str) -> Got {
        self.post(&json!({ "query": query }), &[("accept", "application/graphql-response+json")]).await
    }
}

pub(super) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}
