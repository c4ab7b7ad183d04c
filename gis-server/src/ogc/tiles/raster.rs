//! Tiles of rasters: pictures and heights.

use axum::{extract::Path, http::HeaderValue, response::Response};

use super::{
    address::{TileAddress, TileOf},
    answer,
};
use crate::{
    error::{Problem, chain},
    http::{ask::Ask, format::Format},
    ogc::{collections::seen_raster, refusals::NoTile},
    tiles::{TileError, raster},
};

/// How long others may keep a public tile without asking again.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// A tile of a raster as a coloured picture.
#[utoipa::path(
    get, path = "/collections/{collectionId}/map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    tag = "Tiles", operation_id = "getCollectionMapTile",
    params(TileOf, TileAddress, ("f" = Option<String>, Query, description = "png")),
    responses(
        (status = 200, description = "The tile, 512 pixels a side", content_type = "image/png"),
        NoTile,
    )
)]
pub async fn of_map(
    Path(of): Path<TileOf>,
    Path(address): Path<TileAddress>,
    ask: Ask,
) -> Result<Response, Problem> {
    respond(&ask, &of, &address, raster::Kind::Map).await
}

/// A tile of a raster as heights in Mapbox's terrain-RGB coding.
#[utoipa::path(
    get, path = "/collections/{collectionId}/coverage/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    tag = "Tiles", operation_id = "getCollectionCoverageTile",
    params(TileOf, TileAddress, ("f" = Option<String>, Query, description = "png")),
    responses(
        (status = 200, description = "The tile, 512 pixels a side", content_type = "image/png"),
        NoTile,
    )
)]
pub async fn of_coverage(
    Path(of): Path<TileOf>,
    Path(address): Path<TileAddress>,
    ask: Ask,
) -> Result<Response, Problem> {
    respond(&ask, &of, &address, raster::Kind::TerrainRgb).await
}

async fn respond(
    ask: &Ask,
    of: &TileOf,
    address: &TileAddress,
    kind: raster::Kind,
) -> Result<Response, Problem> {
    answer::check(ask, &[], Format::Png)?;
    let tile = address.tile()?;
    let view = seen_raster(ask, &of.collection_id)?;
    let tag = ask.app.tiles.tag_of(kind.name(), std::slice::from_ref(&view), tile);
    let (app, layer) = (ask.app.clone(), view.layer().clone());
    let draw = move || {
        let broken = |error: raster::RasterError| TileError::Raster { tile, why: chain(&error) };
        let cog = app.rasters.open(&app.config.data, &layer).map_err(broken)?;
        raster::picture(&cog, tile, kind).map_err(broken)
    };
    let make = ask.app.tiles.other(kind.name(), &view, tile, draw);
    answer::tile(ask, &tag, KEEP, Format::Png, make).await
}
