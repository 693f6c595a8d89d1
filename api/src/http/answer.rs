//! Answers: bodies, status and headers.

use super::{
    negotiate::Media,
    seam::{Answer, GraphqlError},
};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use platform::{Code, Language};

/// What the request log says of an answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    /// Name of the operation.
    pub(super) operation: Option<String>,
    /// `query` or `mutation`.
    pub(super) kind: Option<&'static str>,
    /// Statements sent to the database.
    pub(super) sql_count: u32,
    /// `ok`, or the first code.
    pub(super) code: Option<String>,
}

/// A refusal by HTTP itself, before GraphQL has a say.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: Code,
    args: Vec<(&'static str, String)>,
    header: Option<(header::HeaderName, HeaderValue)>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: Code) -> Self {
        Self { status, code, args: Vec::new(), header: None }
    }

    /// A request that cannot be read; `part` names the part that is wrong.
    pub(super) fn unreadable(part: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::BadRequest).arg("reason", part)
    }

    /// Another method is needed.
    pub(super) fn method(methods: &'static str) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed)
            .arg("methods", methods)
            .header(header::ALLOW, HeaderValue::from_static(methods))
    }

    /// A token that is refused, whatever the reason.
    pub(super) fn bad_token() -> Self {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        Self::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated).header(header::WWW_AUTHENTICATE, challenge)
    }

    /// More than can be done now.
    pub(super) fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable)
            .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    pub(super) fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.header = Some((name, value));
        self
    }

    /// Whether it says that a token is refused.
    pub(super) fn is_of_caller(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    /// Whether it says that the server cannot answer now.
    pub(super) fn is_of_server(&self) -> bool {
        self.status.is_server_error()
    }

    /// The same refusal where there is no status to tell it by.
    pub(super) fn into_answer(self, language: Language) -> Answer {
        Answer::refused(vec![GraphqlError::new(self.code, &self.args, language)])
    }

    /// Says that another protocol is needed.
    pub(super) fn upgrade() -> Self {
        Self::new(StatusCode::UPGRADE_REQUIRED, Code::BadRequest)
            .arg("reason", "a WebSocket of version 13 is needed")
            .header(header::UPGRADE, HeaderValue::from_static("websocket"))
    }

    pub(super) fn respond(self, media: Media, language: Language) -> Response {
        let error = GraphqlError::new(self.code, &self.args, language);
        let outcome = Outcome { code: Some(self.code.as_str().to_owned()), ..Outcome::default() };
        let mut response = respond(media, self.status, &Answer::refused(vec![error]), outcome);
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// The answer to an operation: 200, or 400 for a request error where the media type lets the status tell.
pub(super) fn operation(media: Media, answer: &Answer, outcome: Outcome) -> Response {
    let first = answer.errors.first().and_then(|error| error.extensions.get("code")?.as_str());
    let status = match (&answer.data, media) {
        (Some(_), _) => StatusCode::OK,
        // Our fault in either media type.
        (None, _) if first == Some(Code::Internal.as_str()) => StatusCode::INTERNAL_SERVER_ERROR,
        (None, Media::GraphqlResponse) => StatusCode::BAD_REQUEST,
        (None, Media::Json) => StatusCode::OK,
    };
    respond(media, status, answer, outcome)
}

/// An answer as JSON.
pub(super) fn json(answer: &Answer) -> String {
    let mut body = String::with_capacity(answer.data.as_ref().map_or(0, |data| data.as_json().len()) + 256);
    let mut member = |name: &str, json: &str| {
        body.push_str(if body.is_empty() { "{\"" } else { ",\"" });
        body.push_str(name);
        body.push_str("\":");
        body.push_str(json);
    };
    if let Some(data) = &answer.data {
        member("data", data.as_json());
    }
    if !answer.errors.is_empty() {
        member("errors", &serde_json::to_string(&answer.errors).unwrap_or_default());
    }
    if !answer.extensions.is_empty() {
        member("extensions", &serde_json::to_string(&answer.extensions).unwrap_or_default());
    }
    if body.is_empty() { "{}".to_owned() } else { body + "}" }
}

impl Outcome {
    /// Takes from an answer what there is to say of it.
    pub(super) fn of(mut self, answer: &Answer) -> Self {
        if self.code.is_none() {
            let first = answer.errors.first().and_then(|error| error.extensions.get("code")?.as_str());
            self.code = first.or_else(|| answer.refusals.first().copied()).map(str::to_owned);
        }
        Self { sql_count: answer.sql_count, ..self }
    }
}

pub(super) fn respond(media: Media, status: StatusCode, answer: &Answer, outcome: Outcome) -> Response {
    let bytes = json(answer);
    let outcome = outcome.of(answer);
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.header());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers
        .insert(header::VARY, HeaderValue::from_static("accept, accept-language, authorization, onedoor-assignment"));
    response.extensions_mut().insert(outcome);
    response
}
