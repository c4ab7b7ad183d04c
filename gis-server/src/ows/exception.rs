//! Refusals as the OWS family says them: a code, what it is about, and words.

use axum::http::StatusCode;

use super::xml::Xml;
use crate::error::Problem;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Its code, as the standard names it.
    pub code: &'static str,
    /// The parameter, operation or property that it is about.
    pub locator: Option<String>,
    /// What is wrong and what would be right, in Vietnamese.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// HTTP status.
    pub status: StatusCode,
}

impl Exception {
    /// A refusal of a code.
    pub fn new(code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        let (vi, en) = (vi.into(), en.into());
        Self { code, locator: None, vi, en, status: StatusCode::BAD_REQUEST }
    }

    /// The refusal with what it is about.
    #[must_use]
    pub fn about(self, locator: impl Into<String>) -> Self {
        Self { locator: Some(locator.into()), ..self }
    }

    /// A parameter is not there.
    pub fn missing(name: &str) -> Self {
        let (vi, en) =
            (format!("thiếu tham số {name}"), format!("the parameter {name} is missing"));
        Self::new("MissingParameterValue", vi, en).about(name)
    }

    /// A parameter's value cannot be used.
    pub fn invalid(name: &str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        let (vi, en) = (vi.into(), en.into());
        Self::new(
            "InvalidParameterValue",
            format!("tham số {name}: {vi}"),
            format!("parameter {name}: {en}"),
        )
        .about(name)
    }

    /// An operation that there is not.
    pub fn no_operation(name: &str, known: &str) -> Self {
        let name: String = name.chars().take(60).collect();
        Self::new(
            "OperationNotSupported",
            format!("không có thao tác '{name}'; các thao tác: {known}"),
            format!("there is no operation '{name}'; there are {known}"),
        )
        .about(name)
    }

    /// Both languages in one line.
    pub fn text(&self) -> String {
        format!("{} · {}", self.vi, self.en)
    }

    /// As a report of OWS 1.1 or 2.0, by its namespace (OGC 06-121r9, 8).
    pub fn report(&self, namespace: &str, version: &str) -> Vec<u8> {
        let mut xml = Xml::document();
        xml.open(
            "ows:ExceptionReport",
            &[("xmlns:ows", namespace), ("version", version), ("xml:lang", "vi")],
        );
        let locator = self.locator.as_deref().map(|locator| ("locator", locator));
        let attributes: Vec<(&str, &str)> =
            [("exceptionCode", self.code)].into_iter().chain(locator).collect();
        xml.open("ows:Exception", &attributes);
        xml.leaf("ows:ExceptionText", &[], &self.text());
        xml.close("ows:Exception");
        xml.close("ows:ExceptionReport");
        xml.finish()
    }
}

impl From<Problem> for Exception {
    fn from(problem: Problem) -> Self {
        let (status, said) = (problem.status(), problem.document());
        let code = match status {
            StatusCode::NOT_FOUND => "NotFound",
            StatusCode::NOT_IMPLEMENTED => "OptionNotSupported",
            status if status.is_client_error() => "InvalidParameterValue",
            _ => "NoApplicableCode",
        };
        Self { status, ..Self::new(code, said.detail, said.detail_en) }
    }
}
