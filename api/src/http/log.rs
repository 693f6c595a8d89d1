//! One line a request, without personal data; the figures of `/metrics`.

use super::{answer::Outcome, app::App};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Version, header},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;
use tokio::time::Instant;
use uuid::Uuid;

/// Names a request in logs, audit and answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestId(pub(super) Uuid);

/// Longest operation name that is logged.
const NAME_CHARS_MAX: usize = 64;
/// Digits in a row that may be somebody's number.
const DIGITS_MAX: usize = 5;
const END: char = '\0';

pub(super) async fn log(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let id = RequestId(Uuid::now_v7());
    request.extensions_mut().insert(id);
    let method = request.method().clone();
    // The route, never the path or its query: those are the client's words.
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let version = request.version();
    let mut response = next.run(request).await;
    if app.is_stopping() && version == Version::HTTP_11 {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if let Ok(value) = HeaderValue::from_str(&id.0.to_string()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    let outcome = response.extensions().get::<Outcome>().cloned().unwrap_or_default();
    let duration = start.elapsed();
    let status = response.status().as_u16();
    app.metrics.request(&route, status, &outcome, duration);
    tracing::info!(
        request_id = %id.0,
        method = method.as_str(),
        route,
        status,
        operation = outcome.operation.as_deref().map(shown).unwrap_or_default(),
        kind = outcome.kind.unwrap_or_default(),
        duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
        sql = outcome.sql_count,
        outcome = outcome.code.as_deref().unwrap_or(if status < 400 { "OK" } else { "REFUSED" }),
        "request"
    );
    response
}

/// One line for an operation on a connection that has many.
pub(super) fn operation(app: &App, route: &'static str, request_id: Uuid, outcome: &Outcome, start: Instant) {
    let duration = start.elapsed();
    app.metrics.request(route, 200, outcome, duration);
    tracing::info!(
        request_id = %request_id,
        route,
        operation = outcome.operation.as_deref().map(shown).unwrap_or_default(),
        kind = outcome.kind.unwrap_or_default(),
        duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
        sql = outcome.sql_count,
        outcome = outcome.code.as_deref().unwrap_or("OK"),
        "operation"
    );
}

/// An operation's name is the client's word: long runs of digits in it are blotted out.
fn shown(name: &str) -> String {
    let mut shown = String::new();
    let mut digits = String::new();
    // The end closes the last run of digits, too.
    for character in name.chars().take(NAME_CHARS_MAX).chain([END]) {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        shown.push_str(if digits.len() > DIGITS_MAX { "#" } else { &digits });
        digits.clear();
        shown.push(character);
    }
    shown.pop();
    shown
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_number_in_an_operation_name_is_not_logged() {
        assert_eq!(shown("Cases2018"), "Cases2018");
        assert_eq!(shown("P500118199001011234x"), "P#x");
        assert_eq!(shown("P500118199001011234"), "P#");
        assert_eq!(shown(&"a".repeat(100)).len(), 64);
        assert_eq!(shown(""), "");
    }
}
