//! `/collections` and `/collections/{collectionId}`: what the catalogue holds.

mod describe;

use axum::{extract::Path, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

pub use describe::{Bilingual, Collection, Describer, Extents, offered_crs};

use super::refusals::NoCollection;
use crate::{
    error::Problem,
    html,
    http::{
        ask::{Ask, JSON_OR_PAGE},
        link::Link,
    },
    store::LayerView,
};

/// Every collection that the caller may see.
#[derive(Debug, Serialize, ToSchema)]
pub struct Collections {
    /// Where this document is.
    pub links: Vec<Link>,
    /// The collections, in the order of the catalogue.
    pub collections: Vec<Collection>,
}

/// Every collection that the caller may see.
#[utoipa::path(
    get, path = "/collections", tag = "Features", operation_id = "getCollections",
    params(("f" = Option<String>, Query, description = "json or html")),
    responses((status = 200, description = "The collections", body = Collections))
)]
pub async fn list(ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&JSON_OR_PAGE)?;
    let city = ask.app.store.city();
    let describer = Describer { app: &ask.app, base: &ask.base };
    let views = city.layers(&ask.caller.viewer);
    let collections = views.iter().map(|view| describer.describe(view)).collect();
    let links = ask.own_links("/collections", format, &JSON_OR_PAGE);
    let document = Collections { links, collections };
    ask.answer(format, &document, |document| html::collections::list(&ask.base, &city, document))
}

/// One collection.
#[utoipa::path(
    get, path = "/collections/{collectionId}", tag = "Features", operation_id = "getCollection",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses((status = 200, description = "The collection", body = Collection), NoCollection)
)]
pub async fn show(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&JSON_OR_PAGE)?;
    let view = seen(&ask, &id)?;
    let collection = Describer { app: &ask.app, base: &ask.base }.describe(&view);
    ask.answer(format, &collection, |collection| html::collections::show(&ask.base, collection))
}

/// A layer as a caller sees it.
///
/// # Errors
/// 404 when there is none, or not for them.
pub fn seen(ask: &Ask, id: &str) -> Result<LayerView, Problem> {
    ask.app.store.city().layer(id, &ask.caller.viewer).ok_or_else(|| Problem::no_collection(id))
}

/// A raster, as a caller sees it.
///
/// # Errors
/// 404 when there is none, not for them, or when it has features.
pub fn seen_raster(ask: &Ask, id: &str) -> Result<LayerView, Problem> {
    let view = seen(ask, id)?;
    if view.layer().schema().is_none() {
        return Ok(view);
    }
    Err(Problem::not_found(
        format!("Lớp '{id}' là dữ liệu véc-tơ; ô của nó ở /collections/{id}/tiles."),
        format!("Collection '{id}' has features; its tiles are at /collections/{id}/tiles."),
    ))
}

/// A layer with features, as a caller sees it.
///
/// # Errors
/// 404 when there is none, not for them, or when it is a raster.
pub fn seen_features(ask: &Ask, id: &str) -> Result<LayerView, Problem> {
    let view = seen(ask, id)?;
    if view.layer().schema().is_some() {
        return Ok(view);
    }
    Err(Problem::not_found(
        format!(
            "Lớp '{id}' là dữ liệu raster, không có đối tượng; xem /collections/{id} để biết các ô ảnh."
        ),
        format!(
            "Collection '{id}' is a raster without features; /collections/{id} links to its tiles."
        ),
    ))
}
