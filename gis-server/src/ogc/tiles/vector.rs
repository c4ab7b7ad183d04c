//! Vector tiles of one collection and of several.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};

use super::{coding, failed, wrong_address};
use crate::{
    caller::Caller,
    error::Problem,
    http::{format::Format, query::Query},
    ogc::collections,
    state::App,
    store::LayerView,
    styles,
    tiles::{Encoded, Tile, TileMatrixSet},
};

/// How long others may keep a public tile without asking again.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// A vector tile of one collection.
#[utoipa::path(
    get, path = "/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    tag = "Tiles", operation_id = "getCollectionVectorTile",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("tileMatrixSetId" = String, Path, description = "Identifier of a grid"),
        ("tileMatrix" = u8, Path, description = "Zoom"),
        ("tileRow" = u32, Path, description = "Row from the north"),
        ("tileCol" = u32, Path, description = "Column from the west"),
        ("f" = Option<String>, Query, description = "mvt"),
    ),
    responses(
        (status = 200, description = "The tile", content_type = "application/vnd.mapbox-vector-tile"),
        (status = 204, description = "There is nothing on the tile"),
        (status = 304, description = "The caller has it"),
        (status = 400, description = "The address names no tile",
         body = crate::error::ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such collection, grid, row or column",
         body = crate::error::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn of_collection(
    State(app): State<App>,
    Path((id, set, z, row, col)): Path<(String, String, String, String, String)>,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    Format::choose(query.get("f"), &tile_headers(&headers), &[Format::Mvt])?;
    let tile = address(&set, &z, &row, &col)?;
    let view = collections::seen_features(&app, &caller, &id)?;
    answer(&app, &caller, vec![view], tile, &headers).await
}

/// A vector tile of several collections.
#[utoipa::path(
    get, path = "/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    tag = "Tiles", operation_id = "getDatasetVectorTile",
    params(
        ("tileMatrixSetId" = String, Path, description = "Identifier of a grid"),
        ("tileMatrix" = u8, Path, description = "Zoom"),
        ("tileRow" = u32, Path, description = "Row from the north"),
        ("tileCol" = u32, Path, description = "Column from the west"),
        ("collections" = Option<String>, Query, description = "Identifiers separated by commas; all when left out"),
        ("f" = Option<String>, Query, description = "mvt"),
    ),
    responses(
        (status = 200, description = "The tile", content_type = "application/vnd.mapbox-vector-tile"),
        (status = 204, description = "There is nothing on the tile"),
        (status = 304, description = "The caller has it"),
        (status = 400, description = "The address names no tile, or a collection is not there",
         body = crate::error::ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such grid, row or column",
         body = crate::error::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn of_dataset(
    State(app): State<App>,
    Path((set, z, row, col)): Path<(String, String, String, String)>,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f", "collections"])?;
    Format::choose(query.get("f"), &tile_headers(&headers), &[Format::Mvt])?;
    let tile = address(&set, &z, &row, &col)?;
    let mut views = selected(&app, &caller, query.get("collections"))?;
    let zoom = tile.web_zoom();
    views.retain(|view| styles::first_zoom(view.layer()) <= zoom);
    answer(&app, &caller, views, tile, &headers).await
}

/// The vector layers that a list of identifiers names, or all of them.
///
/// # Errors
/// 400 with the first that is not there, or not for this caller.
pub(super) fn selected(
    app: &App,
    caller: &Caller,
    list: Option<&str>,
) -> Result<Vec<LayerView>, Problem> {
    let city = app.store.city();
    let has_features = |view: &LayerView| view.layer().schema().is_some();
    let Some(list) = list else {
        return Ok(city.layers(&caller.viewer).into_iter().filter(has_features).collect());
    };
    let mut views: Vec<LayerView> = Vec::new();
    for id in list.split(',').map(str::trim) {
        let view = city.layer(id, &caller.viewer).filter(has_features).ok_or_else(|| {
            let id: String = id.chars().take(80).collect();
            Problem::parameter(
                "collections",
                format!("không có lớp véc-tơ '{id}'; danh sách ở /collections"),
                format!("there is no collection with features '{id}'; /collections lists them"),
            )
        })?;
        if views.iter().all(|known| known.layer().id != view.layer().id) {
            views.push(view);
        }
    }
    Ok(views)
}

/// The tile that an address names.
pub(super) fn address(set: &str, z: &str, row: &str, col: &str) -> Result<Tile, Problem> {
    TileMatrixSet::from_id(set)
        .and_then(|set| set.tile(z, row, col))
        .map_err(|error| wrong_address(&error))
}

/// A browser that opens a tile's address asks for a page; it gets the tile nevertheless.
pub(super) fn tile_headers(headers: &HeaderMap) -> HeaderMap {
    let mut relevant = HeaderMap::new();
    let accept = headers.get(header::ACCEPT);
    let is_page = |value: &HeaderValue| value.as_bytes().starts_with(b"text/html");
    if let Some(value) = accept.filter(|value| !is_page(value)) {
        relevant.insert(header::ACCEPT, value.clone());
    }
    relevant
}

async fn answer(
    app: &App,
    caller: &Caller,
    views: Vec<LayerView>,
    tile: Tile,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let tag = app.tiles.tag(&views, tile);
    let mut response = if tag.is_known_to(headers) {
        status_alone(StatusCode::NOT_MODIFIED)
    } else {
        let made = app.tiles.vector(views, tile, coding(headers)).await;
        of_encoded(made.map_err(|error| failed(&error))?, Format::Mvt)
    };
    response.headers_mut().insert(header::CACHE_CONTROL, KEEP);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    tag.tag(&mut response);
    caller.mark(&mut response);
    Ok(response)
}

fn status_alone(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A tile as an answer: 204 when there is nothing on it.
pub(super) fn of_encoded(tile: Encoded, format: Format) -> Response {
    if tile.body.is_empty() {
        return status_alone(StatusCode::NO_CONTENT);
    }
    let mut response = Response::new(Body::from(tile.body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    if let Some(coding) = tile.coding.name() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}
