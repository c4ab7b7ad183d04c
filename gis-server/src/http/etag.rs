//! Entity tags and conditional requests (RFC 9110, 13).

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// A strong entity tag.
///
/// What a compression layer adds for its coding (`"…-gzip"`) is taken off again when tags are
/// compared, so that a tag that was read compressed serves for an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of everything that decides an answer.
    ///
    /// ```
    /// use gis_server::http::etag::ETag;
    /// assert_eq!(ETag::of(&["a", "b"]), ETag::of(&["a", "b"]));
    /// assert_ne!(ETag::of(&["a", "b"]), ETag::of(&["ab", ""]));
    /// ```
    pub fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        Self::from_digest(&hash.finalize())
    }

    /// The tag of an answer's bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::from_digest(&Sha256::digest(bytes))
    }

    /// The tag of one representation of a thing that has a version of its own, which
    /// [`version_in`](Self::version_in) finds again.
    ///
    /// ```
    /// use gis_server::http::etag::ETag;
    /// let tag = ETag::versioned("0a1b2c3d-7", &ETag::of(&["geojson"]));
    /// assert_eq!(ETag::version_in(tag.as_str()), "0a1b2c3d-7");
    /// ```
    pub fn versioned(version: &str, representation: &Self) -> Self {
        let representation: String =
            representation.0.chars().filter(|c| *c != '"').take(8).collect();
        Self(format!("\"{version}.{representation}\""))
    }

    /// The version in a tag that [`versioned`](Self::versioned) made; of another, the whole tag.
    pub fn version_in(tag: &str) -> String {
        let bare = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
        bare.split_once('.').map_or(bare, |(version, _)| version).to_owned()
    }

    fn from_digest(digest: &[u8]) -> Self {
        let hex: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        Self(format!("\"{hex}\""))
    }

    /// As it stands in a header, quotes included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `If-None-Match` says that the caller has this already.
    pub fn is_known_to(&self, headers: &HeaderMap) -> bool {
        self.is_listed(headers, header::IF_NONE_MATCH).unwrap_or(false)
    }

    /// Whether `If-Match` fits; `None` when there is no such header.
    pub fn matches(&self, headers: &HeaderMap) -> Option<bool> {
        self.is_listed(headers, header::IF_MATCH)
    }

    fn is_listed(&self, headers: &HeaderMap, name: HeaderName) -> Option<bool> {
        let mut values =
            headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).peekable();
        values.peek()?;
        Some(values.flat_map(|value| value.split(',')).any(|tag| {
            let tag = tag.trim();
            tag == "*" || without_coding(tag) == self.0
        }))
    }

    /// 304 with this tag when the caller has it, else what `answer` gives, tagged.
    pub fn answer(&self, headers: &HeaderMap, answer: impl FnOnce() -> Response) -> Response {
        let mut response = if self.is_known_to(headers) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            answer()
        };
        self.tag(&mut response);
        response
    }

    /// Writes the tag into an answer's headers, with what caches must know of it.
    pub fn tag(&self, response: &mut Response) {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            response.headers_mut().insert(header::ETAG, value);
        }
        let entry = response.headers_mut().entry(header::CACHE_CONTROL);
        // Ask again each time, cheaply; what a token opened stays with its caller.
        entry.or_insert(HeaderValue::from_static("no-cache"));
    }
}

/// A tag without the weakness mark and without the suffix of a content coding.
fn without_coding(tag: &str) -> String {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let bare = tag.strip_suffix('"').unwrap_or(tag);
    let stripped = ["-gzip", "-br", "-zstd"].iter().find_map(|coding| bare.strip_suffix(coding));
    stripped.map_or_else(|| tag.to_owned(), |bare| format!("{bare}\""))
}

/// Marks the tag of a compressed answer: other bytes, other tag (RFC 9110, 8.8.3.3).
pub fn mark_coding(headers: &mut HeaderMap) {
    let coding = headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let tag = headers.get(header::ETAG).and_then(|value| value.to_str().ok());
    let (Some(coding), Some(tag)) = (coding, tag) else { return };
    if !matches!(coding, "gzip" | "br" | "zstd") || tag.ends_with(&format!("-{coding}\"")) {
        return;
    }
    let Some(bare) = tag.strip_suffix('"') else { return };
    if let Ok(value) = HeaderValue::from_str(&format!("{bare}-{coding}\"")) {
        headers.insert(header::ETAG, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        headers
    }

    #[test]
    fn a_tag_is_known_in_a_list_weakly_compressed_or_by_a_star() {
        let tag = ETag::of(&["layer", "1"]);
        let text = tag.as_str().to_owned();
        for known in [
            text.clone(),
            format!("W/{text}"),
            format!("\"other\", {text}"),
            "*".to_owned(),
            text.trim_end_matches('"').to_owned() + "-zstd\"",
        ] {
            assert!(tag.is_known_to(&headers(header::IF_NONE_MATCH, &known)), "{known}");
        }
        assert!(!tag.is_known_to(&headers(header::IF_NONE_MATCH, "\"other\"")));
        assert_eq!(tag.matches(&HeaderMap::new()), None);
        assert_eq!(tag.matches(&headers(header::IF_MATCH, "\"other\"")), Some(false));
    }

    #[test]
    fn a_compressed_answer_has_a_tag_of_its_own() {
        let mut map = headers(header::ETAG, "\"abc\"");
        map.insert(header::CONTENT_ENCODING, "br".parse().unwrap());
        mark_coding(&mut map);
        assert_eq!(map[header::ETAG], "\"abc-br\"");
        mark_coding(&mut map);
        assert_eq!(map[header::ETAG], "\"abc-br\"");
    }
}
