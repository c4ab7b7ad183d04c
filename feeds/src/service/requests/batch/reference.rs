//! Requests that refer to what requests before them made: `$1/Datastreams`, `Things($1)`, and
//! `{"@iot.id": "$1"}` in bodies.

use std::collections::HashMap;

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Part;
use crate::{
    model::EntityKey,
    query::ResourcePath,
    service::requests::{Method, Request, problem::Problem},
};

/// What requests made, by their names.
#[derive(Debug, Clone, Default)]
pub(super) struct Made(HashMap<String, EntityKey>);

impl Made {
    pub(super) fn insert(&mut self, id: String, key: EntityKey) {
        self.0.insert(id, key);
    }

    /// Notes what a request made from the address of it.
    pub(super) fn note(&mut self, id: &str, location: &str, root: &str) {
        let path = location.strip_prefix(root).unwrap_or(location);
        if let Ok(ResourcePath { kind, id: Some(number), .. }) = ResourcePath::parse(path) {
            self.0.insert(id.to_owned(), EntityKey::new(kind, number));
        }
    }

    /// A part as a request, with what it refers to put in.
    pub(super) fn request(&self, part: Part, root: &str) -> Result<Request, Problem> {
        let method = Method::from_name(&part.method).ok_or_else(|| {
            let method: String = part.method.chars().take(40).collect();
            Problem::bad(format!("{method:?} is no method: give GET, POST, PATCH, PUT or DELETE"))
        })?;
        let (path, query) = self.path(&part.url, root)?;
        Ok(Request {
            method,
            path,
            query,
            root: root.to_owned(),
            content_type: part.content_type,
            prefer: part.prefer,
            body: self.put_into(part.body),
        })
    }

    /// The path and the query of an address: absolute, from the host on, or from the service on.
    fn path(&self, url: &str, root: &str) -> Result<(String, String), Problem> {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let from_host = root
            .split_once("://")
            .map_or("/", |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
        let path = match (path.strip_prefix(root).filter(|_| !root.is_empty()), path) {
            (Some(path), _) => path,
            (None, path) => path.strip_prefix(from_host).unwrap_or(path),
        };
        let path = path.trim_start_matches('/');
        let path = path.strip_prefix(crate::service::VERSION).unwrap_or(path);
        Ok((self.put_into_path(path)?, query.to_owned()))
    }

    /// A path with what it refers to put in.
    fn put_into_path(&self, path: &str) -> Result<String, Problem> {
        let path = percent_decode_str(path).decode_utf8_lossy();
        let Some(name) = referred(&path) else { return Ok(path.into_owned()) };
        let key = self.0.get(name).ok_or_else(|| Problem::dependency(name))?;
        let rest = &path[path.find(name).unwrap_or(0) + name.len()..];
        Ok(match path.starts_with('$') {
            true => format!("{key}{rest}"),
            false => format!("{key}{}", rest.strip_prefix(')').unwrap_or(rest)),
        })
    }

    /// A body with what it refers to put in.
    fn put_into(&self, body: Bytes) -> Bytes {
        let mentions = body.windows(2).any(|pair| pair == b"\"$");
        if self.0.is_empty() || !mentions {
            return body;
        }
        match serde_json::from_slice::<Value>(&body) {
            Ok(mut document) => {
                self.put_into_document(&mut document);
                document.to_string().into()
            }
            // What is no JSON is refused where it is read.
            Err(_) => body,
        }
    }

    fn put_into_document(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.put_into_document(item)),
            Value::Object(map) => {
                for (name, value) in map {
                    let key = value.as_str().and_then(|text| self.0.get(text.strip_prefix('$')?));
                    match key {
                        Some(key) if name == "@iot.id" => *value = key.id.get().into(),
                        _ => self.put_into_document(value),
                    }
                }
            }
            _ => {}
        }
    }
}

/// The request whose entity a path begins with: `$1/Datastreams` or `Things($1)`.
pub(super) fn referred(path: &str) -> Option<&str> {
    let first = path.split('/').next().unwrap_or(path);
    let name = match first.strip_prefix('$') {
        Some(name) => name,
        None => first.split_once("($")?.1.strip_suffix(')')?,
    };
    (!name.is_empty() && name != "batch").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EntityKind, Id};

    fn made() -> Made {
        let mut made = Made::default();
        made.insert("a".to_owned(), EntityKey::new(EntityKind::Thing, Id::new(7).unwrap()));
        made
    }

    #[test]
    fn addresses_may_be_whole_or_refer_to_what_was_made() {
        let root = "https://x.example/sta/v1.1/";
        for (url, path, query) in [
            ("Things", "Things", ""),
            ("Things?$top=1", "Things", "$top=1"),
            ("/Things", "Things", ""),
            ("/sta/v1.1/Things(1)", "Things(1)", ""),
            ("https://x.example/sta/v1.1/Things", "Things", ""),
            ("v1.1/Things", "Things", ""),
            ("$a", "Things(7)", ""),
            ("%24a/Datastreams?$top=1", "Things(7)/Datastreams", "$top=1"),
            ("Things($a)/Locations", "Things(7)/Locations", ""),
        ] {
            let read = made().path(url, root).map_err(|it| it.into_response().status);
            assert_eq!(read, Ok((path.to_owned(), query.to_owned())), "{url}");
        }
        let read = made().path("$b/Datastreams", root).map_err(|it| it.into_response().status);
        assert_eq!(read, Err(424));
    }

    #[test]
    fn bodies_refer_to_what_was_made() {
        let put = |text: &'static str| made().put_into(Bytes::from_static(text.as_bytes()));
        let body = put(r#"{"name":"$a","Thing":{"@iot.id":"$a"},"x":[{"@iot.id":"$b"}]}"#);
        assert_eq!(body, r#"{"name":"$a","Thing":{"@iot.id":7},"x":[{"@iot.id":"$b"}]}"#);
        assert_eq!(put(r#"{"@iot.id":"$a"#), r#"{"@iot.id":"$a"#, "what is no JSON stays");
    }
}
