//! Vector tiles of one collection and of several.

use axum::{extract::Path, http::HeaderValue, response::Response};

use super::{
    address::{TileAddress, TileOf},
    answer, coding,
};
use crate::{
    error::Problem,
    http::{ask::Ask, format::Format},
    ogc::{
        collections,
        filtering::{Asked, PARAMETERS},
        refusals::NoTile,
    },
    store::LayerView,
    styles,
    tiles::{Filters, Tile},
};

/// How long others may keep a public tile without asking again.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// A vector tile of one collection.
#[utoipa::path(
    get, path = "/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    tag = "Tiles", operation_id = "getCollectionVectorTile",
    params(
        TileOf, TileAddress,
        ("filter" = Option<String>, Query, description = "CQL2: only features for which it is true"),
        ("filter-lang" = Option<String>, Query, description = "cql2-text, which is so where not given, or cql2-json"),
        ("filter-crs" = Option<String>, Query, description = "System of the filter's coordinates; CRS84 where not given"),
        ("f" = Option<String>, Query, description = "mvt"),
    ),
    responses(
        (status = 200, description = "The tile", content_type = "application/vnd.mapbox-vector-tile"),
        (status = 204, description = "There is nothing on the tile"),
        NoTile,
    )
)]
pub async fn of_collection(
    Path(of): Path<TileOf>,
    Path(address): Path<TileAddress>,
    ask: Ask,
) -> Result<Response, Problem> {
    answer::check(&ask, &PARAMETERS, Format::Mvt)?;
    let tile = address.tile()?;
    let view = collections::seen_features(&ask, &of.collection_id)?;
    respond(&ask, vec![view], tile).await
}

/// A vector tile of several collections.
#[utoipa::path(
    get, path = "/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    tag = "Tiles", operation_id = "getDatasetVectorTile",
    params(
        TileAddress,
        ("collections" = Option<String>, Query, description = "Identifiers separated by commas; all when left out"),
        ("filter" = Option<String>, Query, description = "CQL2: only features for which it is true; every collection must have the properties that it names"),
        ("filter-lang" = Option<String>, Query, description = "cql2-text, which is so where not given, or cql2-json"),
        ("filter-crs" = Option<String>, Query, description = "System of the filter's coordinates; CRS84 where not given"),
        ("f" = Option<String>, Query, description = "mvt"),
    ),
    responses(
        (status = 200, description = "The tile", content_type = "application/vnd.mapbox-vector-tile"),
        (status = 204, description = "There is nothing on the tile"),
        NoTile,
    )
)]
pub async fn of_dataset(Path(address): Path<TileAddress>, ask: Ask) -> Result<Response, Problem> {
    let [filter, lang, crs] = PARAMETERS;
    answer::check(&ask, &["collections", filter, lang, crs], Format::Mvt)?;
    let tile = address.tile()?;
    let mut views = selected(&ask, ask.query.get("collections"))?;
    let zoom = tile.web_zoom();
    views.retain(|view| styles::first_zoom(view.layer()) <= zoom);
    respond(&ask, views, tile).await
}

/// The vector layers that a list of identifiers names, or all of them.
///
/// # Errors
/// 400 with the first that is not there, or not for this caller.
pub(crate) fn selected(ask: &Ask, list: Option<&str>) -> Result<Vec<LayerView>, Problem> {
    let city = ask.app.store.city();
    let has_features = |view: &LayerView| view.layer().schema().is_some();
    let Some(list) = list else {
        return Ok(city.layers(&ask.caller.viewer).into_iter().filter(has_features).collect());
    };
    let mut views: Vec<LayerView> = Vec::new();
    for id in list.split(',').map(str::trim) {
        let view = city.layer(id, &ask.caller.viewer).filter(has_features).ok_or_else(|| {
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

async fn respond(ask: &Ask, views: Vec<LayerView>, tile: Tile) -> Result<Response, Problem> {
    let Some(asked) = Asked::read(&ask.query)? else {
        let tag = ask.app.tiles.tag(&views, tile);
        let make = ask.app.tiles.vector(views, tile, coding(&ask.headers));
        return answer::tile(ask, &tag, KEEP, Format::Mvt, make).await;
    };
    let each = views.iter().map(|view| asked.bind(view)).collect::<Result<_, _>>()?;
    let filters = Filters { each, steps: ask.app.config.limits.filter_steps };
    let tag = ask.app.tiles.filtered_tag(&views, &filters, tile);
    let make = ask.app.tiles.filtered(views, filters, tile, coding(&ask.headers));
    answer::tile(ask, &tag, KEEP, Format::Mvt, make).await
}
