//! Problem documents: the one place where an error becomes an HTTP status (RFC 9457).

mod of_store;

use std::sync::Arc;

use axum::{
    Json,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use city::Title;
use serde::Serialize;
use utoipa::ToSchema;

/// Media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// An answer that says what was wrong, where, and what to do.
///
/// The Vietnamese text stands in the members that RFC 9457 names, the English one in `title_en`
/// and `detail_en`.
#[derive(Debug, Clone)]
pub struct Problem(Box<Said>);

/// What a problem says. Boxed, so that a result which holds one stays small.
#[derive(Debug, Clone)]
struct Said {
    status: StatusCode,
    kind: &'static str,
    title: Title,
    detail: Title,
    headers: HeaderMap,
    faults: Vec<Fault>,
}

/// One of several things that are wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// The property that it is about.
    pub property: Option<String>,
    /// The entry of a batch, counted from 0.
    pub entry: Option<usize>,
    /// What is wrong and what would be right.
    pub said: Title,
}

/// A fault as it is written on the wire.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaultDocument {
    /// Where, as a JSON pointer.
    #[schema(example = "/properties/depth")]
    pub pointer: String,
    /// The property that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// The entry of a batch, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<usize>,
    /// What is wrong and what would be right, in Vietnamese.
    pub detail: String,
    /// The same in English.
    pub detail_en: String,
}

/// A problem as it is written on the wire.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// What kind of problem it is, as a name that lasts.
    #[serde(rename = "type")]
    #[schema(example = "urn:dothi:problem:unknown-parameter")]
    pub kind: String,
    /// The kind in Vietnamese.
    pub title: String,
    /// The kind in English.
    pub title_en: String,
    /// The HTTP status.
    #[schema(example = 400)]
    pub status: u16,
    /// What was wrong here and what to do, in Vietnamese.
    pub detail: String,
    /// The same in English.
    pub detail_en: String,
    /// Each thing that is wrong with the document that was sent, where there may be several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FaultDocument>,
}

impl Problem {
    /// A problem of a named kind.
    pub fn new(status: StatusCode, kind: &'static str, title: Title, detail: Title) -> Self {
        let (headers, faults) = (HeaderMap::new(), Vec::new());
        Self(Box::new(Said { status, kind, title, detail, headers, faults }))
    }

    /// 400: a parameter's value could not be read.
    ///
    /// ```
    /// use gis_server::error::Problem;
    /// let problem = Problem::parameter("limit", "phải là số nguyên dương", "must be a positive integer");
    /// assert_eq!(problem.status(), 400);
    /// ```
    pub fn parameter(name: &str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid-parameter",
            Title::new("Tham số không hợp lệ", "Invalid parameter"),
            Title::new(
                format!("Tham số '{name}': {}", vi.into()),
                format!("Parameter '{name}': {}", en.into()),
            ),
        )
    }

    /// The parameter `before`, which names an entry of a list by its number, cannot be one.
    pub fn not_before(given: &str) -> Self {
        let shown: String = given.chars().take(40).collect();
        Self::parameter(
            "before",
            format!("phải là số của một mục, từ 1, không phải '{shown}'"),
            format!("must be the number of an entry, from 1, not '{shown}'"),
        )
    }

    /// 400: the query names a parameter that does not exist here.
    pub fn unknown_parameter(name: &str, known: &[impl AsRef<str>]) -> Self {
        let name: String = name.chars().take(80).collect();
        let known = known.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
        let known = if known.is_empty() { "–".to_owned() } else { known };
        Self::new(
            StatusCode::BAD_REQUEST,
            "unknown-parameter",
            Title::new("Tham số không tồn tại", "Unknown parameter"),
            Title::new(
                format!("Không có tham số '{name}' ở đây. Các tham số dùng được: {known}."),
                format!("There is no parameter '{name}' here. Known parameters: {known}."),
            ),
        )
    }

    /// 400: the request itself is broken.
    pub fn bad_request(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "bad-request",
            Title::new("Yêu cầu không hợp lệ", "Bad request"),
            Title::new(vi, en),
        )
    }

    /// 401: the token is not known.
    pub fn unauthorized(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            Title::new("Chưa xác thực", "Not authenticated"),
            Title::new(vi, en),
        )
        .with_header(header::WWW_AUTHENTICATE, "Bearer realm=\"dothi\"")
    }

    /// 403: the caller is known, or nobody, and may not do this.
    pub fn forbidden(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            Title::new("Không được phép", "Forbidden"),
            Title::new(vi, en),
        )
    }

    /// 404: there is no such thing, or not for this viewer.
    pub fn not_found(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            Title::new("Không tìm thấy", "Not found"),
            Title::new(vi, en),
        )
    }

    /// 404: there is no such collection, or not for this viewer.
    pub fn no_collection(id: &str) -> Self {
        let id: String = id.chars().take(80).collect();
        Self::not_found(
            format!("Không có lớp dữ liệu '{id}'. Danh sách ở /collections."),
            format!("There is no collection '{id}'. /collections lists them."),
        )
    }

    /// 406: nothing that is offered here is accepted.
    pub fn not_acceptable(offered: &str) -> Self {
        Self::new(
            StatusCode::NOT_ACCEPTABLE,
            "not-acceptable",
            Title::new("Không có định dạng được yêu cầu", "Not acceptable"),
            Title::new(
                format!("Các định dạng có ở đây: {offered}."),
                format!("The formats offered here are {offered}."),
            ),
        )
    }

    /// 409: the request does not fit the state of things.
    pub fn conflict(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "conflict",
            Title::new("Xung đột", "Conflict"),
            Title::new(vi, en),
        )
    }

    /// 412: the thing was changed since the caller read it.
    pub fn precondition_failed(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "precondition-failed",
            Title::new("Dữ liệu đã thay đổi", "Precondition failed"),
            Title::new(vi, en),
        )
    }

    /// 429: enough of the caller's requests are under way.
    pub fn too_many(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many",
            Title::new("Quá nhiều yêu cầu", "Too many requests"),
            Title::new(vi, en),
        )
    }

    /// 503: not now; the caller may try again after some seconds.
    pub fn unavailable(vi: impl Into<String>, en: impl Into<String>, retry_after_s: u32) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            Title::new("Tạm thời không phục vụ được", "Temporarily unavailable"),
            Title::new(vi, en),
        )
        .with_header(header::RETRY_AFTER, &retry_after_s.to_string())
    }

    /// 500: our fault. The chain of causes goes to the log, not to the caller.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = %chain(cause), "request failed");
        Self::fault()
    }

    /// 500 without a cause that could be named.
    pub fn fault() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            Title::new("Lỗi máy chủ", "Internal error"),
            Title::new(
                "Máy chủ gặp lỗi; chi tiết có trong nhật ký của máy chủ.",
                "The server failed; its log has the details.",
            ),
        )
    }

    /// The problem with one header more.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers.insert(name, value);
        }
        self
    }

    /// The problem with the places of what is wrong.
    #[must_use]
    pub fn with_faults(mut self, faults: Vec<Fault>) -> Self {
        self.0.faults = faults;
        self
    }

    /// The problem of one entry of a batch.
    #[must_use]
    pub fn of_entry(mut self, entry: usize, pointer: String) -> Self {
        let detail = self.0.detail.clone();
        if self.0.faults.is_empty() {
            let said = detail.clone();
            self.0.faults.push(Fault { pointer: String::new(), property: None, entry: None, said });
        }
        for fault in &mut self.0.faults {
            (fault.pointer, fault.entry) = (format!("{pointer}{}", fault.pointer), Some(entry));
        }
        self.0.detail = Title::new(
            format!("edits[{entry}]: {}", detail.vi),
            format!("edits[{entry}]: {}", detail.en),
        );
        self
    }

    /// Its HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Its headers besides the content type.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// As it is written on the wire.
    pub fn document(&self) -> ProblemDocument {
        ProblemDocument {
            kind: format!("urn:dothi:problem:{}", self.0.kind),
            title: self.0.title.vi.clone(),
            title_en: self.0.title.en.clone(),
            status: self.0.status.as_u16(),
            detail: self.0.detail.vi.clone(),
            detail_en: self.0.detail.en.clone(),
            errors: self.0.faults.iter().map(FaultDocument::from).collect(),
        }
    }
}

impl From<&Fault> for FaultDocument {
    fn from(fault: &Fault) -> Self {
        Self {
            pointer: fault.pointer.clone(),
            property: fault.property.clone(),
            entry: fault.entry,
            detail: fault.said.vi.clone(),
            detail_en: fault.said.en.clone(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response =
            (self.0.status, self.0.headers.clone(), Json(self.document())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // For the layer that shows problems to people as a page.
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// An error with all its causes in one line.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_document_speaks_both_languages() {
        let problem = Problem::unknown_parameter("colour", &["bbox", "limit"]);
        let document = serde_json::to_value(problem.document()).unwrap();
        assert_eq!(document["type"], "urn:dothi:problem:unknown-parameter");
        assert_eq!(document["status"], 400);
        assert!(document["detail"].as_str().unwrap().contains("bbox, limit"));
        assert!(document["detail_en"].as_str().unwrap().contains("'colour'"));
    }
}
