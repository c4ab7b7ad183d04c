//! Tiles of rasters: pictures and heights.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use city::layer::Content;

use super::{
    failed,
    vector::{address, of_encoded, tile_headers},
};
use crate::{
    caller::Caller,
    error::{Problem, chain},
    http::{format::Format, query::Query},
    ogc::collections,
    state::App,
    store::LayerView,
    tiles::{TileError, raster},
};

/// How long others may keep a public tile without asking again.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// A tile of a raster as a coloured picture.
#[utoipa::path(
    get, path = "/collections/{collectionId}/map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    tag = "Tiles", operation_id = "getCollectionMapTile",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("tileMatrixSetId" = String, Path, description = "Identifier of a grid"),
        ("tileMatrix" = u8, Path, description = "Zoom"),
        ("tileRow" = u32, Path, description = "Row from the north"),
        ("tileCol" = u32, Path, description = "Column from the west"),
        ("f" = Option<String>, Query, description = "png"),
    ),
    responses(
        (status = 200, description = "The tile, 512 pixels a side", content_type = "image/png"),
        (status = 304, description = "The caller has it"),
        (status = 400, description = "The address names no tile",
         body = crate::error::ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such raster, grid, row or column",
         body = crate::error::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn of_map(
    state: State<App>,
    path: Path<(String, String, String, String, String)>,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    answer(state, path, &caller, &query, &headers, raster::Kind::Map).await
}

/// A tile of a raster as heights in Mapbox's terrain-RGB coding.
#[utoipa::path(
    get, path = "/collections/{collectionId}/coverage/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    tag = "Tiles", operation_id = "getCollectionCoverageTile",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("tileMatrixSetId" = String, Path, description = "Identifier of a grid"),
        ("tileMatrix" = u8, Path, description = "Zoom"),
        ("tileRow" = u32, Path, description = "Row from the north"),
        ("tileCol" = u32, Path, description = "Column from the west"),
        ("f" = Option<String>, Query, description = "png"),
    ),
    responses(
        (status = 200, description = "The tile, 512 pixels a side", content_type = "image/png"),
        (status = 304, description = "The caller has it"),
        (status = 400, description = "The address names no tile",
         body = crate::error::ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such raster, grid, row or column",
         body = crate::error::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn of_coverage(
    state: State<App>,
    path: Path<(String, String, String, String, String)>,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    answer(state, path, &caller, &query, &headers, raster::Kind::TerrainRgb).await
}

/// A raster as a caller sees it.
///
/// # Errors
/// 404 when there is none, not for them, or when it has features.
pub(super) fn seen_raster(app: &App, caller: &Caller, id: &str) -> Result<LayerView, Problem> {
    let view = collections::seen(app, caller, id)?;
    if matches!(view.layer().content, Content::Raster { .. }) {
        return Ok(view);
    }
    Err(Problem::not_found(
        format!("Lớp '{id}' là dữ liệu véc-tơ; ô của nó ở /collections/{id}/tiles."),
        format!("Collection '{id}' has features; its tiles are at /collections/{id}/tiles."),
    ))
}

async fn answer(
    State(app): State<App>,
    Path((id, set, z, row, col)): Path<(String, String, String, String, String)>,
    caller: &Caller,
    query: &Query,
    headers: &HeaderMap,
    kind: raster::Kind,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    Format::choose(query.get("f"), &tile_headers(headers), &[Format::Png])?;
    let tile = address(&set, &z, &row, &col)?;
    let view = seen_raster(&app, caller, &id)?;
    let tag = app.tiles.tag_of(kind.name(), std::slice::from_ref(&view), tile);
    let mut response = if tag.is_known_to(headers) {
        axum::http::StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (rasters, folder) = (app.clone(), app.config.data.clone());
        let layer = view.layer().clone();
        let broken =
            move |error: raster::RasterError| TileError::Raster { tile, why: chain(&error) };
        let make = move || {
            let cog = rasters.rasters.open(&folder, &layer).map_err(broken)?;
            raster::picture(&cog, tile, kind).map_err(broken)
        };
        let made = app.tiles.other(kind.name(), &view, tile, make).await;
        of_encoded(made.map_err(|error| failed(&error))?, Format::Png)
    };
    response.headers_mut().insert(header::CACHE_CONTROL, KEEP);
    tag.tag(&mut response);
    caller.mark(&mut response);
    Ok(response)
}
