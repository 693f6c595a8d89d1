//! `/graphql/stream`: graphql-sse, distinct connections: one operation, one stream of events.

use super::{
    answer::{self, Refusal},
    app::{App, NoCaller},
    graphql::{self, assignment_required},
    log::RequestId,
    negotiate::{self, Media},
    read,
    seam::{Answer, Caller, Operation},
};
use crate::events::{Attending, Bounds, Inlet, Item, Membership, queue};
use async_graphql::parser::types::OperationType;
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};
use futures_util::stream;
use platform::{Code, clock::Clock};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, Interval, interval_at, sleep_until},
};

const EVENT_STREAM: &str = "text/event-stream; charset=utf-8";
const COMPLETE: &str = "event: complete\ndata:\n\n";
/// A comment: it is no event, and shows that both sides are there.
const ALIVE: &str = ":\n\n";
/// What an event has for an identifier here: a stream has one operation, which needs none.
const NO_ID: &str = "\"\"";

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let language = app.language(&parts.headers);
    if !negotiate::accepts_events(&parts.headers) {
        let refusal = Refusal::new(StatusCode::NOT_ACCEPTABLE, Code::NotAcceptable).arg("types", "text/event-stream");
        return refusal.respond(Media::Json, language);
    }
    match open(&app, request_id, &parts, body).await {
        Ok(response) => response,
        Err(refusal) => refusal.respond(Media::Json, language),
    }
}

async fn open(app: &Arc<App>, request_id: uuid::Uuid, parts: &Parts, body: Body) -> Result<Response, Refusal> {
    let language = app.language(&parts.headers);
    let parameters = read::read(parts, body, &app.settings).await?;
    let caller = match app.caller(&parts.headers, request_id).await {
        Ok(caller) => caller,
        Err(NoCaller::Refused(refusal)) => return Err(refusal),
        Err(NoCaller::AssignmentRequired(held)) => return Ok(whole(&assignment_required(&held, language))),
    };
    let operation = match graphql::operation(parameters, &app.documents, &app.settings.limits, language) {
        Ok(operation) => operation,
        Err(errors) => return Ok(whole(&Answer::refused(errors))),
    };
    if operation.kind == OperationType::Mutation && parts.method == Method::GET {
        return Err(Refusal::method("POST"));
    }
    let outcome = graphql::outcome_of(&operation);
    let mut response = match operation.kind {
        OperationType::Subscription => watch(app, caller, operation).await?,
        _ => whole(&graphql::execute(app, caller, operation).await?),
    };
    let refused = response.extensions_mut().remove::<answer::Outcome>();
    let code = refused.and_then(|refused| refused.code);
    response.extensions_mut().insert(answer::Outcome { code, ..outcome });
    Ok(response)
}

/// A stream of one answer.
fn whole(answer: &Answer) -> Response {
    let mut response = events(Body::from(format!("{}{COMPLETE}", next(&answer::json(answer)))));
    response.extensions_mut().insert(answer::Outcome::default().of(answer));
    response
}

fn next(payload: &str) -> String {
    ["event: next\ndata: ", payload, "\n\n"].concat()
}

fn events(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(EVENT_STREAM));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A proxy that waits for a buffer to fill holds events back.
    headers.insert(header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

async fn watch(app: &Arc<App>, caller: Caller, operation: Operation) -> Result<Response, Refusal> {
    if app.is_stopping() {
        return Err(Refusal::busy());
    }
    let sockets = app.settings.sockets;
    let (outlet, inlet) = queue(Bounds { items: sockets.queue_items, bytes: sockets.queue_bytes });
    let attending = app.gateway.attend(&caller, outlet.clone(), sockets.per_assignment).map_err(|_| Refusal::busy())?;
    let expires = caller.identity.as_ref().map(|identity| {
        let left = identity.token_expires_at.0.saturating_sub(Clock::wall().0).max(0).unsigned_abs();
        Instant::now() + Duration::from_micros(left)
    });
    let membership = match app.gateway.subscribe(caller, operation, (NO_ID.into(), outlet)).await {
        Ok(membership) => membership,
        Err(refused) => return Ok(whole(&refused)),
    };
    let ping = Duration::from_secs(sockets.ping_seconds);
    let watching = Watching {
        inlet,
        expires,
        ticks: interval_at(Instant::now() + ping, ping),
        stopping: app.stopping.subscribe(),
        begun: false,
        _held: (attending, membership, Arc::clone(app)),
    };
    Ok(events(Body::from_stream(stream::unfold(watching, Watching::step))))
}

/// A stream that is open; it ends with its receiver.
struct Watching {
    inlet: Inlet,
    expires: Option<Instant>,
    ticks: Interval,
    stopping: watch::Receiver<bool>,
    begun: bool,
    _held: (Attending, Membership, Arc<App>),
}

impl Watching {
    /// The next piece; none when the token has expired, the assignment has ended, the receiver is too slow or the
    /// server stops. A client that was told no `complete` knows that there is more and comes back.
    async fn step(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if *self.stopping.borrow_and_update() {
            return None;
        }
        if !self.begun {
            // Who waits for the head of the answer learns that the subscription stands.
            self.begun = true;
            return Some((Ok(Bytes::from_static(ALIVE.as_bytes())), self));
        }
        let expires = self.expires;
        let expired = async move {
            match expires {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let piece = tokio::select! {
            item = self.inlet.next() => {
                let Item { payload, .. } = item.ok()?;
                Bytes::from(next(&payload))
            }
            _ = self.ticks.tick() => Bytes::from_static(ALIVE.as_bytes()),
            () = expired => return None,
            _ = self.stopping.changed() => return None,
        };
        Some((Ok(piece), self))
    }
}
