//! `/health` and `/metrics`: for those who keep the server running.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use crate::{error::Problem, http::query::Query, state::App};

#[derive(OpenApi)]
#[openapi(paths(health, metrics))]
struct Document;

/// The piece of the API document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// Whether the server is well.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    pub status: &'static str,
    /// Version of the program.
    pub version: &'static str,
}

/// Whether the server is well, and what it serves.
#[utoipa::path(
    get, path = "/health", tag = "Operation", operation_id = "getHealth",
    responses((status = 200, description = "The server is well", body = Health))
)]
pub async fn health(State(_app): State<App>, query: Query) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(health)).into_response())
}

/// What the server counted, in the text format of Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "Operation", operation_id = "getMetrics",
    responses((status = 200, description = "Metrics", content_type = "text/plain", body = String))
)]
pub async fn metrics(State(app): State<App>) -> Response {
    let media_type = "text/plain; version=0.0.4; charset=utf-8";
    (
        [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-store")],
        app.metrics.render(),
    )
        .into_response()
}
