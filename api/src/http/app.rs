//! The routes.

use super::{
    answer::Refusal,
    graphql::{self, Documents},
    log::log,
    metrics::Metrics,
    negotiate::Media,
    pages,
    seam::{Caller, Execute},
    settings::{HttpSettings, Seconds},
    sse, ws,
};
use crate::{
    identity::{AuthError, Identity},
    playground,
};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::Response,
    routing::any,
};
use platform::{Code, Language};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::sync::{Semaphore, mpsc, watch};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
};
use uuid::Uuid;

/// What every request is served with.
pub struct App {
    pub(super) gateway: Arc<dyn Execute>,
    pub(super) identity: Arc<Identity>,
    pub(super) settings: HttpSettings,
    /// Language of messages when a request names none.
    pub(super) language: Language,
    pub(super) metrics: Metrics,
    /// What was asked before.
    pub(super) documents: Documents,
    pub(super) turns: Arc<Semaphore>,
    /// Held by every operation under way; stopping waits until all are gone.
    pub(super) under_way: mpsc::Sender<()>,
    /// Whether the server takes no new work; sockets wait for it.
    pub(super) stopping: watch::Sender<bool>,
    /// Who can be played in a demo, for the playground; empty elsewhere.
    pub(super) demo: OnceLock<String>,
    /// Routes beside our own.
    pub(super) beside: OnceLock<Router>,
}

impl App {
    /// An app, and the end that learns when its last operation is done.
    pub(super) fn new(
        gateway: Arc<dyn Execute>,
        identity: Arc<Identity>,
        settings: HttpSettings,
        language: Language,
    ) -> (Self, mpsc::Receiver<()>) {
        let (under_way, done) = mpsc::channel(1);
        let turns = Arc::new(Semaphore::new(settings.operations_max));
        let stopping = watch::Sender::new(false);
        let metrics = Metrics::install();
        let (documents, demo, beside) = (Documents::default(), OnceLock::new(), OnceLock::new());
        let app = Self {
            gateway,
            identity,
            settings,
            language,
            metrics,
            documents,
            turns,
            under_way,
            stopping,
            demo,
            beside,
        };
        (app, done)
    }

    /// Whether the server takes no new work.
    pub(super) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    pub(super) fn language(&self, headers: &HeaderMap) -> Language {
        let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Language::accept(text, self.language)
    }
}

/// Why there is no caller.
pub(super) enum NoCaller {
    Refused(Refusal),
    AssignmentRequired(Vec<crate::identity::Held>),
}

impl NoCaller {
    fn of(error: AuthError, request_id: Uuid) -> Self {
        match error {
            AuthError::BadToken => Self::Refused(Refusal::bad_token()),
            AuthError::AssignmentRequired(held) => Self::AssignmentRequired(held),
            AuthError::Internal(error) => {
                tracing::error!(%request_id, %error, "users cannot be read");
                Self::Refused(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable))
            }
        }
    }
}

impl App {
    /// Who asks: no token is the public, a token that is refused is nobody.
    pub(super) async fn caller(&self, headers: &HeaderMap, request_id: Uuid) -> Result<Caller, NoCaller> {
        let bad_token = || NoCaller::Refused(Refusal::bad_token());
        let authorization = single(headers, header::AUTHORIZATION.as_str()).map_err(|_| bad_token())?;
        let unreadable = |name| move |_| NoCaller::Refused(Refusal::unreadable(name));
        let chosen = single(headers, "onedoor-assignment").map_err(unreadable("Onedoor-Assignment"))?;
        let purpose = single(headers, "onedoor-purpose").map_err(unreadable("Onedoor-Purpose"))?;
        let client = single(headers, "onedoor-client").map_err(|_| bad_token())?;
        let refused = |error| NoCaller::of(error, request_id);
        let client = self.identity.client(client).await.map_err(refused)?.map(Arc::new);
        let identity = self.identity.authenticate(authorization, chosen).await.map_err(refused)?.map(Arc::new);
        let (purpose, language) = (purpose.map(str::to_owned), self.language(headers));
        Ok(Caller { identity, client, purpose, language, request_id })
    }
}

/// A header's one value, if it has any; more than one, or one that is no text, is an error.
fn single<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}

/// Every route of the server.
pub fn router(app: Arc<App>) -> Router {
    let mut router = Router::new()
        .route("/graphql", any(graphql::handle))
        .route("/graphql/ws", any(ws::handle))
        .route("/graphql/stream", any(sse::handle))
        .route("/schema.graphql", any(pages::schema))
        .route("/health", any(pages::health))
        .route("/ready", any(pages::ready))
        .route("/metrics", any(pages::metrics));
    if app.settings.playground {
        router = router
            .route("/", any(pages::home))
            .route("/playground", any(pages::playground))
            .route("/playground/names.json", any(pages::names))
            .route("/playground/demo.json", any(pages::demo))
            .route("/playground/{file}", any(pages::playground));
    }
    if let Some(beside) = app.beside.get() {
        let bounded = beside.clone().layer(middleware::from_fn_with_state(Arc::clone(&app), bounded));
        router = router.merge(bounded.with_state(()));
    }
    router = router.fallback(pages::nothing);
    if !app.settings.origins.is_empty() {
        router = router.layer(front_ends(&app.settings.origins));
    }
    router
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::map_response(secure))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), log))
        .with_state(app)
}

/// A turn for what a route beside ours does, and an end in time, as every operation has them.
async fn bounded(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let refused = |refusal: Refusal| refusal.respond(Media::Json, app.language);
    let Ok(_turn) = app.turns.try_acquire() else { return refused(Refusal::busy()) };
    let _under_way = app.under_way.clone();
    match tokio::time::timeout(Seconds::of(app.settings.seconds.answer), next.run(request)).await {
        Ok(response) => response,
        Err(_) => refused(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Code::OutcomeUnknown)),
    }
}

/// Lets the pages of these origins call the server from a browser: with tokens in headers, never with cookies.
fn front_ends(origins: &[String]) -> CorsLayer {
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let own = ["onedoor-assignment", "onedoor-purpose"].map(HeaderName::from_static);
    let usual = [header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT, header::ACCEPT_LANGUAGE];
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(usual.into_iter().chain(own).collect::<Vec<_>>())
        .expose_headers([HeaderName::from_static("x-request-id")])
        .max_age(Duration::from_secs(600))
}

/// The payload of a panic may hold anything, so it is dropped.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal).respond(Media::Json, Language::En)
}

/// Headers under which a browser does nothing unasked with what it gets.
async fn secure(mut response: Response) -> Response {
    let policy = match response.extensions().get::<playground::Page>() {
        Some(_) => playground::CONTENT_SECURITY_POLICY,
        None => "default-src 'none'; frame-ancestors 'none'",
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
