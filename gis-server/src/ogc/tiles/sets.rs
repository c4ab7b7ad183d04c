//! `…/tiles` and `…/tiles/{tileMatrixSetId}`: the tile sets of everything that has tiles.

use axum::{extract::Path, response::Response};

use super::{
    set::{Of, TileSet, TileSets, describe},
    tilejson, wrong_address,
};
use crate::{
    error::Problem,
    html,
    http::{
        ask::{Ask, JSON_OR_PAGE},
        format::Format,
    },
    ogc::refusals::{BadParameter, NoCollection, NoTileSet},
    tiles::{TileMatrixSet, raster},
};

/// The tile sets of the whole dataset.
#[utoipa::path(
    get, path = "/tiles", tag = "Tiles", operation_id = "getDatasetTileSets",
    params(
        ("collections" = Option<String>, Query, description = "Identifiers separated by commas; all when left out"),
        ("filter" = Option<String>, Query, description = "CQL2, which the tiles' addresses then hold"),
        ("filter-lang" = Option<String>, Query, description = "cql2-text, which is so where not given, or cql2-json"),
        ("filter-crs" = Option<String>, Query, description = "System of the filter's coordinates; CRS84 where not given"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses((status = 200, description = "The tile sets", body = TileSets), BadParameter)
)]
pub async fn of_dataset(ask: Ask) -> Result<Response, Problem> {
    list(&ask, Of::Dataset(&ask.query))
}

/// A tile set of the whole dataset, or its TileJSON.
#[utoipa::path(
    get, path = "/tiles/{tileMatrixSetId}", tag = "Tiles", operation_id = "getDatasetTileSet",
    params(
        ("collections" = Option<String>, Query, description = "Identifiers separated by commas; all when left out"),
        ("filter" = Option<String>, Query, description = "CQL2, which the tiles' addresses then hold"),
        ("filter-lang" = Option<String>, Query, description = "cql2-text, which is so where not given, or cql2-json"),
        ("filter-crs" = Option<String>, Query, description = "System of the filter's coordinates; CRS84 where not given"),
        ("tileMatrixSetId" = String, Path, description = "Identifier of a grid"),
        ("f" = Option<String>, Query, description = "json, tilejson or html"),
    ),
    responses((status = 200, description = "The tile set", body = TileSet), BadParameter, NoTileSet)
)]
pub async fn one_of_dataset(Path(set): Path<String>, ask: Ask) -> Result<Response, Problem> {
    one(&ask, Of::Dataset(&ask.query), &set)
}

/// The tile sets of a collection.
#[utoipa::path(
    get, path = "/collections/{collectionId}/tiles", tag = "Tiles", operation_id = "getCollectionTileSets",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("filter" = Option<String>, Query, description = "CQL2, which the tiles' addresses then hold"),
        ("filter-lang" = Option<String>, Query, description = "cql2-text, which is so where not given, or cql2-json"),
        ("filter-crs" = Option<String>, Query, description = "System of the filter's coordinates; CRS84 where not given"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses((status = 200, description = "The tile sets", body = TileSets), BadParameter, NoCollection)
)]
pub async fn of_collection(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    list(&ask, Of::Collection(&id, &ask.query))
}

/// A tile set of a collection, or its TileJSON.
#[utoipa::path(
    get, path = "/collections/{collectionId}/tiles/{tileMatrixSetId}", tag = "Tiles", operation_id = "getCollectionTileSet",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("tileMatrixSetId" = String, Path, description = "Identifier of a grid"),
        ("filter" = Option<String>, Query, description = "CQL2, which the tiles' addresses then hold"),
        ("filter-lang" = Option<String>, Query, description = "cql2-text, which is so where not given, or cql2-json"),
        ("filter-crs" = Option<String>, Query, description = "System of the filter's coordinates; CRS84 where not given"),
        ("f" = Option<String>, Query, description = "json, tilejson or html"),
    ),
    responses((status = 200, description = "The tile set", body = TileSet), BadParameter, NoTileSet)
)]
pub async fn one_of_collection(
    Path((id, set)): Path<(String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    one(&ask, Of::Collection(&id, &ask.query), &set)
}

/// The tile sets of a raster as pictures.
#[utoipa::path(
    get, path = "/collections/{collectionId}/map/tiles", tag = "Tiles", operation_id = "getCollectionMapTileSets",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses((status = 200, description = "The tile sets", body = TileSets), NoCollection)
)]
pub async fn of_map(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    list(&ask, Of::Raster(&id, raster::Kind::Map))
}

/// A tile set of a raster as pictures, or its TileJSON.
#[utoipa::path(
    get, path = "/collections/{collectionId}/map/tiles/{tileMatrixSetId}", tag = "Tiles", operation_id = "getCollectionMapTileSet",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("tileMatrixSetId" = String, Path, description = "Identifier of a grid"),
        ("f" = Option<String>, Query, description = "json, tilejson or html"),
    ),
    responses((status = 200, description = "The tile set", body = TileSet), NoTileSet)
)]
pub async fn one_of_map(
    Path((id, set)): Path<(String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    one(&ask, Of::Raster(&id, raster::Kind::Map), &set)
}

/// The tile sets of a raster as heights.
#[utoipa::path(
    get, path = "/collections/{collectionId}/coverage/tiles", tag = "Tiles", operation_id = "getCollectionCoverageTileSets",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses((status = 200, description = "The tile sets", body = TileSets), NoCollection)
)]
pub async fn of_coverage(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    list(&ask, Of::Raster(&id, raster::Kind::TerrainRgb))
}

/// A tile set of a raster as heights, or its TileJSON.
#[utoipa::path(
    get, path = "/collections/{collectionId}/coverage/tiles/{tileMatrixSetId}", tag = "Tiles", operation_id = "getCollectionCoverageTileSet",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("tileMatrixSetId" = String, Path, description = "Identifier of a grid"),
        ("f" = Option<String>, Query, description = "json, tilejson or html"),
    ),
    responses((status = 200, description = "The tile set", body = TileSet), NoTileSet)
)]
pub async fn one_of_coverage(
    Path((id, set)): Path<(String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    one(&ask, Of::Raster(&id, raster::Kind::TerrainRgb), &set)
}

fn list(ask: &Ask, of: Of<'_>) -> Result<Response, Problem> {
    let format = ask.format_besides(of.parameters(), &JSON_OR_PAGE)?;
    let views = of.views(ask)?;
    let sets = TileMatrixSet::ALL.into_iter().map(|set| describe(&ask.base, of, set, &views));
    let links = ask.own_links(&of.path(), format, &JSON_OR_PAGE);
    let document = TileSets { tilesets: sets.collect(), links };
    ask.answer(format, &document, |document| html::tiles::sets(&ask.base, of, &views, document))
}

fn one(ask: &Ask, of: Of<'_>, set: &str) -> Result<Response, Problem> {
    let offered = [Format::Json, Format::TileJson, Format::Html];
    let format = ask.format_besides(of.parameters(), &offered)?;
    let set = TileMatrixSet::from_id(set).map_err(|error| wrong_address(&error))?;
    let views = of.views(ask)?;
    if format == Format::TileJson {
        return ask.json(format, &tilejson::document(&ask.base, of, set, &views));
    }
    let document = describe(&ask.base, of, set, &views);
    ask.answer(format, &document, |document| html::tiles::set(&ask.base, of, &views, document))
}
