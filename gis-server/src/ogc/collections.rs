//! `/collections` and `/collections/{collectionId}`: what the catalogue holds.

mod describe;

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

pub use describe::{Bilingual, Collection, Describer, Extents, offered_crs};

use crate::{
    caller::Caller,
    error::Problem,
    html,
    http::{answer, base::Base, format::Format, link::Link, query::Query},
    state::App,
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

const FORMATS: [Format; 2] = [Format::Json, Format::Html];

/// Every collection that the caller may see.
#[utoipa::path(
    get, path = "/collections", tag = "Features", operation_id = "getCollections",
    params(("f" = Option<String>, Query, description = "json or html")),
    responses((status = 200, description = "The collections", body = Collections))
)]
pub async fn list(
    State(app): State<App>,
    base: Base,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let format = Format::choose(query.get("f"), &headers, &FORMATS)?;
    let city = app.store.city();
    let describer = Describer { app: &app, base: &base };
    let views = city.layers(&caller.viewer);
    let collections = views.iter().map(|view| describer.describe(view)).collect();
    let json = Format::Json.media_type();
    let links = vec![
        Link::new("self", base.url("/collections?f=json")).of_type(json),
        Link::new("alternate", base.url("/collections?f=html")).of_type("text/html"),
    ];
    let document = Collections { links, collections };
    let mut response = match format {
        Format::Html => html::collections::list(&base, &city, &document).into_response(),
        _ => answer::json(&headers, Format::Json, &document)?,
    };
    caller.mark(&mut response);
    Ok(response)
}

/// One collection.
#[utoipa::path(
    get, path = "/collections/{collectionId}", tag = "Features", operation_id = "getCollection",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses(
        (status = 200, description = "The collection", body = Collection),
        (status = 404, description = "No such collection", body = crate::error::ProblemDocument,
         content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    base: Base,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let format = Format::choose(query.get("f"), &headers, &FORMATS)?;
    let view = seen(&app, &caller, &id)?;
    let collection = Describer { app: &app, base: &base }.describe(&view);
    let mut response = match format {
        Format::Html => html::collections::show(&base, &collection).into_response(),
        _ => answer::json(&headers, Format::Json, &collection)?,
    };
    caller.mark(&mut response);
    Ok(response)
}

/// A layer as a caller sees it.
///
/// # Errors
/// 404 when there is none, or not for them.
pub fn seen(app: &App, caller: &Caller, id: &str) -> Result<LayerView, Problem> {
    app.store.city().layer(id, &caller.viewer).ok_or_else(|| Problem::no_collection(id))
}

/// A layer with features, as a caller sees it.
///
/// # Errors
/// 404 when there is none, not for them, or when it is a raster.
pub fn seen_features(app: &App, caller: &Caller, id: &str) -> Result<LayerView, Problem> {
    let view = seen(app, caller, id)?;
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
