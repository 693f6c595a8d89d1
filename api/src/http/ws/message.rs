//! Messages of `graphql-transport-ws`: read to the letter, written as JSON.

use serde_json::{Map, Value};
use std::sync::Arc;

/// Longest name a client may give an operation, as JSON.
const ID_BYTES_MAX: usize = 256;

/// What a client says.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// `connection_init`
    Init(Map<String, Value>),
    /// `ping`, with what is to be sent back.
    Ping(Option<Map<String, Value>>),
    /// `pong`
    Pong,
    /// `subscribe`
    Subscribe { id: Arc<str>, payload: Map<String, Value> },
    /// `complete`
    Complete(Arc<str>),
}

/// Reads a message; the error says what is wrong, in words that repeat nothing of it.
pub(super) fn read(text: &str) -> Result<Incoming, &'static str> {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Err("Invalid message: it is no JSON") };
    let Value::Object(mut message) = value else { return Err("Invalid message: it is no object") };
    let payload = message.remove("payload");
    let kind = message.get("type").and_then(Value::as_str).ok_or("Invalid message: type is missing")?;
    match kind {
        "connection_init" => Ok(Incoming::Init(optional(payload)?.unwrap_or_default())),
        "ping" => Ok(Incoming::Ping(optional(payload)?)),
        "pong" => optional(payload).map(|_| Incoming::Pong),
        "subscribe" => {
            let id = id(&message)?;
            let Some(Value::Object(payload)) = payload else {
                return Err("Invalid message: payload must be an object");
            };
            Ok(Incoming::Subscribe { id, payload })
        }
        "complete" => id(&message).map(Incoming::Complete),
        _ => Err("Invalid message: a client sends no message of this type"),
    }
}

fn optional(payload: Option<Value>) -> Result<Option<Map<String, Value>>, &'static str> {
    match payload {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(payload)) => Ok(Some(payload)),
        Some(_) => Err("Invalid message: payload must be an object"),
    }
}

/// The client's name of an operation, as JSON.
fn id(message: &Map<String, Value>) -> Result<Arc<str>, &'static str> {
    let id = message.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
    let id = id.ok_or("Invalid message: id must be a text that is not empty")?;
    let id = Value::from(id).to_string();
    if id.len() > ID_BYTES_MAX { Err("Invalid message: id is too long") } else { Ok(id.into()) }
}

/// `connection_ack`
pub(super) const ACK: &str = r#"{"type":"connection_ack"}"#;

/// `pong`
pub(super) fn pong(payload: Option<Map<String, Value>>) -> String {
    match payload {
        None => r#"{"type":"pong"}"#.to_owned(),
        Some(payload) => format!(r#"{{"type":"pong","payload":{}}}"#, Value::Object(payload)),
    }
}

/// `next`; both are JSON.
pub(super) fn next(id: &str, payload: &str) -> String {
    ["{\"id\":", id, ",\"type\":\"next\",\"payload\":", payload, "}"].concat()
}

/// `error`; both are JSON.
pub(super) fn error(id: &str, errors: &str) -> String {
    ["{\"id\":", id, ",\"type\":\"error\",\"payload\":", errors, "}"].concat()
}

/// `complete`; the id is JSON.
pub(super) fn complete(id: &str) -> String {
    ["{\"id\":", id, ",\"type\":\"complete\"}"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_the_protocol_knows_is_read() {
        let object = |value: Value| value.as_object().cloned().unwrap_or_default();
        let good = [
            (r#"{"type":"connection_init"}"#, Incoming::Init(Map::new())),
            (r#"{"type":"connection_init","payload":null}"#, Incoming::Init(Map::new())),
            (r#"{"type":"ping","payload":{"a":1}}"#, Incoming::Ping(Some(object(json!({ "a": 1 }))))),
            (r#"{"type":"pong"}"#, Incoming::Pong),
            (r#"{"type":"complete","id":"a\"b"}"#, Incoming::Complete(r#""a\"b""#.into())),
            (
                r#"{"id":"1","type":"subscribe","payload":{"query":"{ a }"}}"#,
                Incoming::Subscribe { id: "\"1\"".into(), payload: object(json!({ "query": "{ a }" })) },
            ),
        ];
        for (text, message) in good {
            assert_eq!(read(text), Ok(message), "{text}");
        }
        let long = format!(r#"{{"type":"complete","id":"{}"}}"#, "x".repeat(300));
        for text in [
            "",
            "[]",
            "null",
            "hello",
            "{}",
            r#"{"type":1}"#,
            r#"{"type":"start","id":"1"}"#,
            r#"{"type":"next","id":"1"}"#,
            r#"{"type":"connection_ack"}"#,
            r#"{"type":"connection_init","payload":[]}"#,
            r#"{"type":"ping","payload":"x"}"#,
            r#"{"type":"subscribe","payload":{"query":"{ a }"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{ a }"}}"#,
            r#"{"type":"subscribe","id":1,"payload":{"query":"{ a }"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"complete"}"#,
            &long,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
