//! Bodies of requests.

use serde_json::{Map, Value};

use super::{JSON, Request, problem::Problem};

/// Media type of changes by RFC 6902.
pub(super) const JSON_PATCH: &str = "application/json-patch+json";

/// The media type of a body, without parameters and in small letters; JSON where none is named.
pub(super) fn media_type(request: &Request) -> String {
    let named = request.content_type.as_deref().unwrap_or(JSON);
    named.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The body as JSON. Nesting is bounded by the reader itself.
pub(super) fn json(request: &Request) -> Result<Value, Problem> {
    let found = media_type(request);
    if found != JSON {
        return Err(Problem::media_type(&found, JSON));
    }
    parse(&request.body)
}

/// Reads JSON.
pub(super) fn parse(body: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(body).map_err(|why| Problem::bad(format!("the body is no JSON: {why}")))
}

/// The body as a JSON object.
pub(super) fn object(document: Value) -> Result<Map<String, Value>, Problem> {
    match document {
        Value::Object(map) => Ok(map),
        _ => Err(Problem::bad("the body must be a JSON object with the members to be set")),
    }
}
