//! The query of a request, read strictly.

use axum::{extract::FromRequestParts, http::request::Parts};
use percent_encoding::percent_decode_str;

use crate::error::Problem;

/// The parameters of a request: decoded, each named once.
///
/// Broken percent-encoding, text that is not UTF-8 and a parameter named twice are refused with 400
/// before anything is read from them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the part of an address after `?`.
    ///
    /// # Errors
    /// 400 that names what is broken.
    ///
    /// ```
    /// use gis_server::http::query::Query;
    /// let query = Query::parse("q=tr%E1%BA%A7n+ph%C3%BA&limit=5")?;
    /// assert_eq!(query.get("q"), Some("trần phú"));
    /// assert!(Query::parse("q=%zz").is_err());
    /// # Ok::<(), gis_server::error::Problem>(())
    /// ```
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for part in raw.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(Problem::parameter(&name, "được ghi hai lần", "is given twice"));
            }
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// Parameters that were read already, in this order.
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// A parameter's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every parameter, in the order of the request.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Refuses parameters that are not in the list.
    ///
    /// # Errors
    /// 400 that names the first unknown parameter and lists the known ones.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        match self.iter().find(|(name, _)| !known.contains(name)) {
            Some((name, _)) => Err(Problem::unknown_parameter(name, known)),
            None => Ok(()),
        }
    }

    /// The query as text, with some parameters set anew (or, with `None`, left out).
    pub fn with(&self, changes: &[(&str, Option<&str>)]) -> String {
        let kept = self.iter().filter(|(name, _)| !changes.iter().any(|(other, _)| other == name));
        let set = changes.iter().filter_map(|(name, value)| value.map(|value| (*name, value)));
        let pairs: Vec<String> = kept
            .chain(set)
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        pairs.join("&")
    }
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        Self::parse(parts.uri.query().unwrap_or_default())
    }
}

/// A text as it stands in a query or in one segment of a path.
pub fn encode(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b',')
        .remove(b':');
    utf8_percent_encode(text, KEPT).to_string()
}

/// Whether every `%` is followed by two hexadecimal digits.
pub fn is_well_encoded(text: &str) -> bool {
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    bytes.iter().enumerate().all(|(at, &byte)| byte != b'%' || (hex(at + 1) && hex(at + 2)))
}

fn decode(text: &str) -> Result<String, Problem> {
    let broken = || {
        let shown: String = text.chars().take(80).collect();
        Problem::bad_request(
            format!(
                "Mã hoá phần trăm bị hỏng trong '{shown}': sau % phải là hai chữ số thập lục phân của văn bản UTF-8."
            ),
            format!(
                "Broken percent-encoding in '{shown}': % must be followed by two hexadecimal digits of UTF-8 text."
            ),
        )
    };
    if !is_well_encoded(text) {
        return Err(broken());
    }
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8().map_err(|_| broken())?;
    if decoded.contains('\0') {
        return Err(broken());
    }
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_encoding_repeated_names_and_foreign_text_are_refused() {
        for raw in ["a=%", "a=%4", "a=%zz", "a=%ff", "%zz=1", "a=1&a=2", "a=%00"] {
            assert!(Query::parse(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn an_unknown_parameter_is_named_with_the_known_ones() {
        let query = Query::parse("bbox=1,2,3,4&colour=red").unwrap();
        let problem = query.only(&["bbox", "limit"]).unwrap_err();
        assert!(problem.document().detail_en.contains("'colour'"));
        assert!(problem.document().detail_en.contains("bbox, limit"));
    }

    #[test]
    fn a_changed_query_keeps_what_was_asked() {
        let query = Query::parse("name=Tr%E1%BA%A7n&limit=2&cursor=a").unwrap();
        assert_eq!(
            query.with(&[("cursor", Some("b c"))]),
            "name=Tr%E1%BA%A7n&limit=2&cursor=b%20c"
        );
        assert_eq!(query.with(&[("cursor", None), ("name", None)]), "limit=2");
    }
}
