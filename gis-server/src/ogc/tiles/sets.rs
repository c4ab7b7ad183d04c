//! `…/tiles` and `…/tiles/{tileMatrixSetId}`: the tile sets of everything that has tiles.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};

use super::{
    set::{Of, TileSet, TileSets, describe},
    tilejson, wrong_address,
};
use crate::{
    caller::Caller,
    error::Problem,
    http::{answer, base::Base, format::Format, link::Link, query::Query},
    state::App,
    tiles::{TileMatrixSet, raster},
};

/// The tile sets of the whole dataset.
#[utoipa::path(
    get, path = "/tiles", tag = "Tiles", operation_id = "getDatasetTileSets",
    params(
        ("collections" = Option<String>, Query, description = "Identifiers separated by commas; all when left out"),
        ("f" = Option<String>, Query, description = "json"),
    ),
    responses(
        (status = 200, description = "The tile sets", body = TileSets),
        (status = 400, description = "A collection that is not there",
         body = crate::error::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn of_dataset(
    State(app): State<App>,
    base: Base,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    list(&app, &base, &caller, &query, &headers, Of::Dataset(query.get("collections")))
}

/// A tile set of the whole dataset, or its TileJSON.
#[utoipa::path(
    get, path = "/tiles/{tileMatrixSetId}", tag = "Tiles", operation_id = "getDatasetTileSet",
    params(
        ("collections" = Option<String>, Query, description = "Identifiers separated by commas; all when left out"),
        ("tileMatrixSetId" = String, Path, description = "Identifier of a grid"),
        ("f" = Option<String>, Query, description = "json or tilejson"),
    ),
    responses(
        (status = 200, description = "The tile set", body = TileSet),
        (status = 404, description = "No such collection or grid",
         body = crate::error::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn one_of_dataset(
    State(app): State<App>,
    Path(set): Path<String>,
    base: Base,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    one(&app, &base, &caller, &query, &headers, (Of::Dataset(query.get("collections")), &set))
}

/// The tile sets of a collection.
#[utoipa::path(
    get, path = "/collections/{collectionId}/tiles", tag = "Tiles", operation_id = "getCollectionTileSets",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("f" = Option<String>, Query, description = "json"),
    ),
    responses(
        (status = 200, description = "The tile sets", body = TileSets),
        (status = 404, description = "No such collection", body = crate::error::ProblemDocument,
         content_type = "application/problem+json"),
    )
)]
pub async fn of_collection(
    State(app): State<App>,
    Path(id): Path<String>,
    base: Base,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    list(&app, &base, &caller, &query, &headers, Of::Collection(&id))
}

/// A tile set of a collection, or its TileJSON.
#[utoipa::path(
    get, path = "/collections/{collectionId}/tiles/{tileMatrixSetId}", tag = "Tiles", operation_id = "getCollectionTileSet",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("tileMatrixSetId" = String, Path, description = "Identifier of a grid"),
        ("f" = Option<String>, Query, description = "json or tilejson"),
    ),
    responses(
        (status = 200, description = "The tile set", body = TileSet),
        (status = 404, description = "No such collection or grid",
         body = crate::error::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn one_of_collection(
    State(app): State<App>,
    Path((id, set)): Path<(String, String)>,
    base: Base,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    one(&app, &base, &caller, &query, &headers, (Of::Collection(&id), &set))
}

/// The tile sets of a raster as pictures.
#[utoipa::path(
    get, path = "/collections/{collectionId}/map/tiles", tag = "Tiles", operation_id = "getCollectionMapTileSets",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("f" = Option<String>, Query, description = "json"),
    ),
    responses(
        (status = 200, description = "The tile sets", body = TileSets),
        (status = 404, description = "No such collection", body = crate::error::ProblemDocument,
         content_type = "application/problem+json"),
    )
)]
pub async fn of_map(
    State(app): State<App>,
    Path(id): Path<String>,
    base: Base,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    list(&app, &base, &caller, &query, &headers, Of::Raster(&id, raster::Kind::Map))
}

/// A tile set of a raster as pictures, or its TileJSON.
#[utoipa::path(
    get, path = "/collections/{collectionId}/map/tiles/{tileMatrixSetId}", tag = "Tiles", operation_id = "getCollectionMapTileSet",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("tileMatrixSetId" = String, Path, description = "Identifier of a grid"),
        ("f" = Option<String>, Query, description = "json or tilejson"),
    ),
    responses(
        (status = 200, description = "The tile set", body = TileSet),
        (status = 404, description = "No such collection or grid",
         body = crate::error::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn one_of_map(
    State(app): State<App>,
    Path((id, set)): Path<(String, String)>,
    base: Base,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    one(&app, &base, &caller, &query, &headers, (Of::Raster(&id, raster::Kind::Map), &set))
}

/// The tile sets of a raster as heights.
#[utoipa::path(
    get, path = "/collections/{collectionId}/coverage/tiles", tag = "Tiles", operation_id = "getCollectionCoverageTileSets",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("f" = Option<String>, Query, description = "json"),
    ),
    responses(
        (status = 200, description = "The tile sets", body = TileSets),
        (status = 404, description = "No such collection", body = crate::error::ProblemDocument,
         content_type = "application/problem+json"),
    )
)]
pub async fn of_coverage(
    State(app): State<App>,
    Path(id): Path<String>,
    base: Base,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    list(&app, &base, &caller, &query, &headers, Of::Raster(&id, raster::Kind::TerrainRgb))
}

/// A tile set of a raster as heights, or its TileJSON.
#[utoipa::path(
    get, path = "/collections/{collectionId}/coverage/tiles/{tileMatrixSetId}", tag = "Tiles", operation_id = "getCollectionCoverageTileSet",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("tileMatrixSetId" = String, Path, description = "Identifier of a grid"),
        ("f" = Option<String>, Query, description = "json or tilejson"),
    ),
    responses(
        (status = 200, description = "The tile set", body = TileSet),
        (status = 404, description = "No such collection or grid",
         body = crate::error::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn one_of_coverage(
    State(app): State<App>,
    Path((id, set)): Path<(String, String)>,
    base: Base,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    one(&app, &base, &caller, &query, &headers, (Of::Raster(&id, raster::Kind::TerrainRgb), &set))
}

fn list(
    app: &App,
    base: &Base,
    caller: &Caller,
    query: &Query,
    headers: &HeaderMap,
    of: Of<'_>,
) -> Result<Response, Problem> {
    only_known(query, of)?;
    let format = Format::choose(query.get("f"), headers, &[Format::Json])?;
    let views = of.views(app, caller)?;
    let sets = TileMatrixSet::ALL.into_iter().map(|set| describe(base, of, set, &views));
    let own = Link::new("self", base.url(&format!("{}{}", of.path(), of.query())));
    let document =
        TileSets { tilesets: sets.collect(), links: vec![own.of_type(Format::Json.media_type())] };
    let mut response = answer::json(headers, format, &document)?;
    caller.mark(&mut response);
    Ok(response)
}

fn one(
    app: &App,
    base: &Base,
    caller: &Caller,
    query: &Query,
    headers: &HeaderMap,
    (of, set): (Of<'_>, &str),
) -> Result<Response, Problem> {
    only_known(query, of)?;
    let set = TileMatrixSet::from_id(set).map_err(|error| wrong_address(&error))?;
    let format = Format::choose(query.get("f"), headers, &[Format::Json, Format::TileJson])?;
    let views = of.views(app, caller)?;
    let mut response = match format {
        Format::TileJson => {
            answer::json(headers, format, &tilejson::document(base, of, set, &views))?
        }
        _ => answer::json(headers, format, &describe(base, of, set, &views))?,
    };
    caller.mark(&mut response);
    Ok(response)
}

fn only_known(query: &Query, of: Of<'_>) -> Result<(), Problem> {
    match of {
        Of::Dataset(_) => query.only(&["f", "collections"]),
        _ => query.only(&["f"]),
    }
}
