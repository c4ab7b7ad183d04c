//! Batches in JSON (OData JSON Format 4.01, section 19).

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{Answer, Answered, Item, Part, check_count};
use crate::service::requests::{JSON, Response, body, problem::Problem};

/// Reads a batch. Requests of one atomicity group stand together.
pub(super) fn items(text: &[u8]) -> Result<Vec<Item>, Problem> {
    let document = body::parse(text)?;
    let requests = document.get("requests").and_then(Value::as_array);
    let requests = requests.ok_or_else(|| {
        Problem::bad(r#"a batch is an object such as {"requests": [{"id": "1", "method": "get", "url": "Things"}]}"#)
    })?;
    check_count(requests.len())?;
    let mut items: Vec<Item> = Vec::new();
    let mut names = HashSet::new();
    for (number, request) in requests.iter().enumerate() {
        let (part, group) =
            read(request).map_err(|why| Problem::bad(format!("requests[{number}]: {why}")))?;
        let is_new = part.id.clone().is_none_or(|id| names.insert(id));
        if !is_new {
            return Err(Problem::bad(format!("requests[{number}]: its id stands twice")));
        }
        match (items.last_mut(), group) {
            (Some(Item::ChangeSet { name, parts }), Some(group))
                if *name == Some(group.clone()) =>
            {
                parts.push(part);
            }
            (_, Some(group)) => {
                if !names.insert(group.clone()) {
                    let why = "requests of one atomicityGroup stand one after the other";
                    return Err(Problem::bad(format!("requests[{number}]: {why}")));
                }
                items.push(Item::ChangeSet { name: Some(group), parts: vec![part] });
            }
            (_, None) => items.push(Item::One(part)),
        }
    }
    Ok(items)
}

/// A request, and the group that it is of.
fn read(request: &Value) -> Result<(Part, Option<String>), String> {
    let map = request.as_object().ok_or("must be an object")?;
    let text = |name: &str| match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(format!("{name} must be a text")),
    };
    let needed = |name: &str| text(name)?.ok_or_else(|| format!("{name} is missing"));
    let header = |name: &str| {
        let headers = map.get("headers").and_then(Value::as_object);
        let mut headers = headers.into_iter().flatten();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_str()).map(str::to_owned)
    };
    let depends_on = match map.get("dependsOn") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(names)) => {
            let names = names.iter().map(|name| name.as_str().map(str::to_owned));
            names.collect::<Option<_>>().ok_or("dependsOn must be an array of ids")?
        }
        Some(_) => return Err("dependsOn must be an array of ids".to_owned()),
    };
    let part = Part {
        id: Some(needed("id")?),
        depends_on,
        method: needed("method")?,
        url: needed("url")?,
        content_type: header("content-type"),
        prefer: header("prefer"),
        body: match map.get("body") {
            None => bytes::Bytes::new(),
            Some(Value::String(text)) => text.clone().into(),
            Some(body) => body.to_string().into(),
        },
    };
    Ok((part, text("atomicityGroup")?))
}

/// Writes the answers.
pub(super) fn response(answered: &[Answered]) -> Response {
    let mut responses: Vec<Value> = Vec::new();
    for one in answered {
        match one {
            Answered::One(answer) => responses.push(document(answer, None)),
            Answered::ChangeSet { name, answers, .. } => {
                responses.extend(answers.iter().map(|answer| document(answer, name.as_deref())));
            }
        }
    }
    Response::json(200, &json!({ "responses": responses }))
}

fn document(answer: &Answer, group: Option<&str>) -> Value {
    let Answer { id, response } = answer;
    let mut map = Map::new();
    map.insert("id".into(), id.clone().into());
    if let Some(group) = group {
        map.insert("atomicityGroup".into(), group.into());
    }
    map.insert("status".into(), response.status.into());
    let mut headers = Map::new();
    if let Some(location) = &response.location {
        map.insert("location".into(), location.clone().into());
        headers.insert("location".into(), location.clone().into());
    }
    if let Some(allow) = response.allow {
        headers.insert("allow".into(), allow.into());
    }
    if let Some(after) = response.retry_after {
        headers.insert("retry-after".into(), after.as_secs().max(1).to_string().into());
    }
    if let Some(content_type) = &response.content_type {
        headers.insert("content-type".into(), content_type.clone().into_owned().into());
    }
    if !headers.is_empty() {
        map.insert("headers".into(), headers.into());
    }
    if !response.body.is_empty() {
        map.insert("body".into(), body_of(response));
    }
    map.into()
}

/// A body as JSON; plain text becomes a text.
fn body_of(response: &Response) -> Value {
    let is_json =
        response.content_type.as_deref().is_some_and(|it| it == JSON || it.ends_with("+json"));
    let text = || String::from_utf8_lossy(&response.body).into_owned().into();
    let document = is_json.then(|| serde_json::from_slice(&response.body).ok()).flatten();
    document.unwrap_or_else(text)
}
