//! `/conformance`: which classes of which standards are fulfilled.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::PARTS;
use crate::{
    error::Problem,
    html,
    http::ask::{Ask, JSON_OR_PAGE},
};

/// The conformance declaration (OGC 19-072, 7.4).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Conformance {
    /// Addresses of the classes.
    pub conforms_to: Vec<String>,
}

/// Every class that this server fulfils.
pub fn classes() -> Conformance {
    let mut conforms_to: Vec<String> =
        PARTS.iter().flat_map(|part| part.conformance).map(|class| (*class).to_owned()).collect();
    conforms_to.sort();
    conforms_to.dedup();
    Conformance { conforms_to }
}

/// Which classes of which standards are fulfilled.
#[utoipa::path(
    get, path = "/conformance", tag = "Dothi", operation_id = "getConformance",
    params(("f" = Option<String>, Query, description = "json or html")),
    responses((status = 200, description = "Conformance classes", body = Conformance))
)]
pub async fn show(ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&JSON_OR_PAGE)?;
    ask.answer(format, &classes(), |classes| html::conformance(&ask.base, classes))
}
