//! `/graphql/ws`: the handshake of a WebSocket; what is spoken on it is in `session`.

mod closing;
mod message;
mod session;

use super::{answer::Refusal, app::App, log::RequestId, negotiate::Media};
use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Version, header},
    response::Response,
};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use platform::Code;
use session::Session;
use std::sync::Arc;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::derive_accept_key,
        protocol::{Role, WebSocketConfig},
    },
};

/// The sub-protocol that is spoken here, and the only one.
const PROTOCOL: &str = "graphql-transport-ws";
/// Longest that is read, or written, at once; a socket holds no more than that while it is idle.
const BUFFER_BYTES: usize = 4 << 10;
/// Bytes of a key that a client made for its handshake, in base64.
const KEY_CHARS: usize = 24;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    mut request: Request,
) -> Response {
    let language = app.language(request.headers());
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let accept = match handshake(&app, &request).and_then(|key| Ok((key, upgrade.ok_or_else(Refusal::upgrade)?))) {
        Ok((key, upgrade)) => {
            let speaks = offers(request.headers());
            let headers = std::mem::take(request.headers_mut());
            tokio::spawn(serve(app, upgrade, headers, speaks));
            (key, speaks)
        }
        Err(refusal) => return refusal.respond(Media::Json, language),
    };
    switch(accept).unwrap_or_else(|| {
        tracing::error!(%request_id, "no handshake could be answered");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal).respond(Media::Json, language)
    })
}

async fn serve(app: Arc<App>, upgrade: OnUpgrade, headers: HeaderMap, speaks: bool) {
    let Ok(upgraded) = upgrade.await else { return };
    let most = app.settings.sockets.message_bytes;
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_message_size(Some(most))
        .max_frame_size(Some(most));
    let stream = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    Session::new(app, stream, &headers).run(speaks).await;
}

/// 101, with the key that proves that the handshake was understood.
fn switch((key, speaks): (HeaderValue, bool)) -> Option<Response> {
    let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok()?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    if speaks {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    }
    Some(response)
}

/// The client's key, if this is a handshake that may be answered.
fn handshake(app: &App, request: &Request) -> Result<HeaderValue, Refusal> {
    let headers = request.headers();
    if request.method() != Method::GET {
        return Err(Refusal::method("GET"));
    }
    let is =
        |name: &header::HeaderName, token: &str| tokens(headers, name).any(|known| known.eq_ignore_ascii_case(token));
    let version = headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|key| key.len() == KEY_CHARS);
    let upgrades = is(&header::CONNECTION, "upgrade") && is(&header::UPGRADE, "websocket");
    let (true, true, true, Some(key)) = (request.version() == Version::HTTP_11, upgrades, version, key) else {
        return Err(Refusal::upgrade());
    };
    if !may_come_from(headers, &app.settings.origins) {
        return Err(Refusal::new(StatusCode::FORBIDDEN, Code::BadRequest).arg("reason", "Origin"));
    }
    if app.is_stopping() {
        return Err(Refusal::busy());
    }
    Ok(key.clone())
}

/// A page of another site could otherwise open a socket from its visitor's browser; who names no origin is no page.
fn may_come_from(headers: &HeaderMap, named: &[String]) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (origin, more) = (origins.next(), origins.next());
    let Some(origin) = origin else { return true };
    let (Ok(origin), None) = (origin.to_str(), more) else { return false };
    let own = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let place = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let same = place.is_some_and(|place| own.is_some_and(|own| own.eq_ignore_ascii_case(place)));
    same || named.iter().any(|known| known.eq_ignore_ascii_case(origin))
}

fn offers(headers: &HeaderMap) -> bool {
    tokens(headers, &header::SEC_WEBSOCKET_PROTOCOL).any(|protocol| protocol == PROTOCOL)
}

fn tokens<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_page_may_come_from_here_or_from_a_named_origin() {
        let named = ["https://window.example".to_owned()];
        let from =
            |origin: &'static str| may_come_from(&headers(&[("host", "one.example:8000"), ("origin", origin)]), &named);
        assert!(may_come_from(&headers(&[("host", "one.example:8000")]), &named));
        for origin in ["http://one.example:8000", "https://One.example:8000", "https://window.example"] {
            assert!(from(origin), "{origin}");
        }
        for origin in ["http://one.example", "http://one.example:8000.evil.example", "https://evil.example", "null", ""]
        {
            assert!(!from(origin), "{origin}");
        }
        let twice = headers(&[("host", "a"), ("origin", "http://a"), ("origin", "https://evil.example")]);
        assert!(!may_come_from(&twice, &named));
    }

    #[test]
    fn the_protocol_is_found_among_those_offered() {
        assert!(offers(&headers(&[("sec-websocket-protocol", "graphql-ws, graphql-transport-ws")])));
        assert!(!offers(&headers(&[("sec-websocket-protocol", "graphql-ws")])));
        assert!(!offers(&headers(&[])));
    }
}
