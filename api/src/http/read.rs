//! Reading a GraphQL request from a query string or a body.

use super::{answer::Refusal, negotiate, settings::HttpSettings, settings::Seconds};
use axum::{
    body::Body,
    extract::Query,
    http::{Method, StatusCode, request::Parts},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use platform::Code;
use serde_json::{Map, Value};

/// The parameters of a request, each of its right type.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Parameters {
    pub(super) query: String,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Map<String, Value>,
}

/// Reads the parameters; the method is GET or POST.
pub(super) async fn read(parts: &Parts, body: Body, settings: &HttpSettings) -> Result<Parameters, Refusal> {
    match parts.method {
        Method::GET => from_query(parts),
        Method::POST => {
            if !negotiate::is_json(&parts.headers) {
                let refusal = Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::UnsupportedMediaType);
                return Err(refusal.arg("types", "application/json"));
            }
            from_body(&bytes(body, settings).await?)
        }
        _ => Err(Refusal::method("GET, POST")),
    }
}

async fn bytes(body: Body, settings: &HttpSettings) -> Result<Vec<u8>, Refusal> {
    let most = settings.limits.body_bytes;
    let collected = tokio::time::timeout(Seconds::of(settings.seconds.body), Limited::new(body, most).collect()).await;
    match collected {
        Ok(Ok(body)) => Ok(body.to_bytes().into()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, Code::RequestTooLarge).arg("most", most))
        }
        Ok(Err(_)) => Err(Refusal::unreadable("body")),
        Err(_) => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, Code::RequestTimeout)),
    }
}

fn from_body(bytes: &[u8]) -> Result<Parameters, Refusal> {
    // The parser's own words would repeat what was sent.
    let Ok(Value::Object(fields)) = serde_json::from_slice(bytes) else { return Err(Refusal::unreadable("body")) };
    from_fields(fields)
}

/// Reads the parameters from a JSON object.
pub(super) fn from_fields(mut fields: Map<String, Value>) -> Result<Parameters, Refusal> {
    let Some(Value::String(query)) = fields.remove("query") else { return Err(Refusal::unreadable("query")) };
    let operation_name = match fields.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(_) => return Err(Refusal::unreadable("operationName")),
    };
    let variables = object(fields.remove("variables"), "variables")?;
    object(fields.remove("extensions"), "extensions")?;
    Ok(Parameters { query, operation_name, variables })
}

fn object(value: Option<Value>, name: &str) -> Result<Map<String, Value>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(fields)) => Ok(fields),
        Some(_) => Err(Refusal::unreadable(name)),
    }
}

fn from_query(parts: &Parts) -> Result<Parameters, Refusal> {
    let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri) else {
        return Err(Refusal::unreadable("URL"));
    };
    let one = |name: &'static str| {
        let mut values = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone());
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Refusal::unreadable(name)),
            (value, None) => Ok(value),
        }
    };
    let json = |name: &'static str| {
        let text = one(name)?.filter(|text| !text.is_empty());
        let value = text.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| Refusal::unreadable(name))?;
        object(value, name)
    };
    let Some(query) = one("query")? else { return Err(Refusal::unreadable("query")) };
    let operation_name = one("operationName")?.filter(|name| !name.is_empty());
    let variables = json("variables")?;
    json("extensions")?;
    Ok(Parameters { query, operation_name, variables })
}
