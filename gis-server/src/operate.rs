//! `/health` and `/metrics`: for those who keep the server running.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use crate::{error::Problem, http::query::Query, state::App, store, viewer::Viewer};

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
    /// `ok`; `stale` while a new catalogue cannot be loaded and the one before is served.
    pub status: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// How many layers everyone may see.
    pub layers: usize,
    /// When the data was loaded.
    #[schema(value_type = String)]
    pub loaded: city::Instant,
    /// Why a later catalogue is not served; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Whether the search has seen every layer.
    pub search_ready: bool,
}

/// Whether the server is well, and what it serves.
#[utoipa::path(
    get, path = "/health", tag = "Operation", operation_id = "getHealth",
    responses((status = 200, description = "The server is well", body = Health))
)]
pub async fn health(State(app): State<App>, query: Query) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let (city, status) = (app.store.city(), app.store.status());
    let health = Health {
        status: if status.problem.is_none() { "ok" } else { "stale" },
        version: env!("CARGO_PKG_VERSION"),
        layers: city.layers(&Viewer::public()).len(),
        loaded: status.loaded,
        // The text may name files of this machine: the log has it whole.
        problem: status
            .problem
            .map(|_| "the new catalogue could not be loaded; the log says why".into()),
        search_ready: app.searcher.is_ready(&city),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(health)).into_response())
}

/// What the server counted, in the text format of Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "Operation", operation_id = "getMetrics",
    responses((status = 200, description = "Metrics", content_type = "text/plain", body = String))
)]
pub async fn metrics(State(app): State<App>) -> Response {
    count_layers(&app);
    let media_type = "text/plain; version=0.0.4; charset=utf-8";
    (
        [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-store")],
        app.metrics.render(),
    )
        .into_response()
}

fn count_layers(app: &App) {
    let city = app.store.city();
    let views = city.layers(&Viewer::public());
    app.metrics.set("dothi_layers", Vec::new(), views.len() as f64);
    for view in views.iter().filter(|view| view.layer().schema().is_some()) {
        let label = metrics::Label::new("layer", view.layer().id.to_string());
        let count = view.count(&store::Query::default()).unwrap_or_default();
        app.metrics.set("dothi_layer_features", vec![label], count as f64);
    }
    let loaded = app.store.status().loaded.as_micros() as f64 / 1e6;
    app.metrics.set("dothi_data_loaded_timestamp_seconds", Vec::new(), loaded);
}
