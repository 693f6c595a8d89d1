//! Everything beside `/graphql`.

use super::{
    answer::{self, Outcome, Refusal},
    app::{App, NoCaller},
    graphql::assignment_required,
    log::RequestId,
    negotiate::Media,
};
use crate::playground::{self, Asset};
use axum::{
    Extension,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::Response,
};
use platform::Code;
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// How long the store may take to say that it is there.
const READY: Duration = Duration::from_secs(2);
const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

/// Whether the method reads; the refusal of any other.
fn reads(app: &App, request: &Request) -> Result<(), Box<Response>> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    Err(Box::new(Refusal::method("GET, HEAD").respond(Media::Json, app.language(request.headers()))))
}

fn page(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The caller's view of the schema, in SDL.
pub(super) async fn schema(
    State(app): State<Arc<App>>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Response {
    if let Err(refusal) = reads(&app, &request) {
        return *refusal;
    }
    let language = app.language(request.headers());
    let caller = match app.caller(request.headers(), request_id.0).await {
        Ok(caller) => caller,
        Err(NoCaller::Refused(refusal)) => return refusal.respond(Media::Json, language),
        Err(NoCaller::AssignmentRequired(held)) => {
            let answer = assignment_required(&held, language);
            return answer::respond(Media::Json, StatusCode::BAD_REQUEST, &answer, Outcome::default());
        }
    };
    match app.gateway.sdl(caller).await {
        Ok(sdl) => {
            let mut response = page(StatusCode::OK, TEXT, sdl);
            let vary = HeaderValue::from_static("authorization, onedoor-assignment, onedoor-client");
            response.headers_mut().insert(header::VARY, vary);
            response
        }
        Err(error) => {
            tracing::error!(request_id = %request_id.0, %error, "no schema");
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal).respond(Media::Json, language)
        }
    }
}

/// The process lives.
pub(super) async fn health(State(app): State<Arc<App>>, request: Request) -> Response {
    match reads(&app, &request) {
        Ok(()) => status(StatusCode::OK, "ok"),
        Err(refusal) => *refusal,
    }
}

/// The store answers, and the server is not stopping.
pub(super) async fn ready(State(app): State<Arc<App>>, request: Request) -> Response {
    if let Err(refusal) = reads(&app, &request) {
        return *refusal;
    }
    let stored = !app.is_stopping() && matches!(tokio::time::timeout(READY, app.gateway.ready()).await, Ok(true));
    if stored { status(StatusCode::OK, "ready") } else { status(StatusCode::SERVICE_UNAVAILABLE, "not ready") }
}

fn status(status: StatusCode, text: &str) -> Response {
    page(status, JSON, json!({ "status": text }).to_string())
}

/// The figures, for Prometheus.
pub(super) async fn metrics(State(app): State<Arc<App>>, request: Request) -> Response {
    match reads(&app, &request) {
        Ok(()) => page(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", app.metrics.render()),
        Err(refusal) => *refusal,
    }
}

/// A person who opens the address finds the playground.
pub(super) async fn home(State(app): State<Arc<App>>, request: Request) -> Response {
    if let Err(refusal) = reads(&app, &request) {
        return *refusal;
    }
    let mut response = page(StatusCode::SEE_OTHER, TEXT, "");
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/playground"));
    response
}

/// The playground and its files.
pub(super) async fn playground(State(app): State<Arc<App>>, file: Option<Path<String>>, request: Request) -> Response {
    if let Err(refusal) = reads(&app, &request) {
        return *refusal;
    }
    let name = file.map_or_else(String::new, |Path(name)| name);
    let Some(asset) = playground::asset(&name) else { return not_there(&app, &request) };
    let Asset { kind, bytes, gzip, .. } = asset;
    // A browser asks each time, and loads each build once.
    let tag = format!("\"{}\"", playground::version());
    let fresh = request.headers().get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response =
        if fresh { page(StatusCode::NOT_MODIFIED, kind, "") } else { page(StatusCode::OK, kind, *bytes) };
    let headers = response.headers_mut();
    if *gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response.extensions_mut().insert(playground::Page);
    response
}

/// What codes are called, in both languages.
pub(super) async fn names(State(app): State<Arc<App>>, request: Request) -> Response {
    match reads(&app, &request) {
        Ok(()) => page(StatusCode::OK, JSON, playground::names()),
        Err(refusal) => *refusal,
    }
}

/// Who can be played; only in a demo.
pub(super) async fn demo(State(app): State<Arc<App>>, request: Request) -> Response {
    if let Err(refusal) = reads(&app, &request) {
        return *refusal;
    }
    match app.demo.get() {
        Some(demo) => page(StatusCode::OK, JSON, demo.clone()),
        None => not_there(&app, &request),
    }
}

/// There is nothing at this address.
pub(super) async fn nothing(State(app): State<Arc<App>>, request: Request) -> Response {
    not_there(&app, &request)
}

fn not_there(app: &App, request: &Request) -> Response {
    Refusal::new(StatusCode::NOT_FOUND, Code::NotFound).respond(Media::Json, app.language(request.headers()))
}
