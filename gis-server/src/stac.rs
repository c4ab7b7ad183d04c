//! `/stac`: rasters, and what flood runs left, as a SpatioTemporal Asset Catalog (STAC 1.1.0 and STAC API 1.0.0:
//! core, features, item search), for who looks for files to take away: by place, time and collection.
//!
//! It stands beside the layers' collections, as `/edr` and `/records` do.

mod describe;
mod items;
mod wish;

use axum::{body::Bytes, extract::Path, response::Response};
use city::Layer;
use serde_json::{Map, Value as Json, json};
use utoipa::OpenApi;

use crate::{
    error::Problem,
    http::{
        ask::Ask,
        base::Base,
        format::Format,
        link::Link,
        query::{Query, encode},
    },
    ogc::{Part, refusals::BadParameter},
};
use items::Item;
pub(crate) use items::{RUN, time_of};
use wish::Wish;

/// Where the catalogue is.
pub const ROOT: &str = "/stac";

/// The collections: rasters of layers, and runs.
const RASTERS: &str = "rasters";
const RUNS: &str = "flood-runs";

/// The catalogue.
pub const PART: Part = Part {
    name: "STAC",
    conformance: &[],
    landing_links: |base| {
        let link = Link::new("related", base.url(ROOT)).of_type("application/json");
        vec![
            link.titled("Danh mục raster và kết quả mô phỏng theo STAC · Rasters and runs as STAC"),
        ]
    },
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(
    landing,
    conformance,
    collections,
    collection,
    items,
    item,
    search,
    search_by_body
))]
struct Document;

/// The catalogue.
#[utoipa::path(get, path = "/stac", tag = "STAC", operation_id = "getStacCatalogue",
    responses((status = 200, description = "A STAC catalogue", body = Object)))]
pub async fn landing(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    ask.json(Format::Json, &describe::catalogue(&ask))
}

/// Which requirement classes are fulfilled.
#[utoipa::path(get, path = "/stac/conformance", tag = "STAC", operation_id = "getStacConformance",
    responses((status = 200, description = "Conformance classes", body = Object)))]
pub async fn conformance(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    ask.json(Format::Json, &json!({ "conformsTo": describe::CONFORMANCE }))
}

/// The collections.
#[utoipa::path(get, path = "/stac/collections", tag = "STAC", operation_id = "getStacCollections",
    responses((status = 200, description = "Collections", body = Object)))]
pub async fn collections(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let all = items::all(&ask).await?;
    let own = ask.base.url(&format!("{ROOT}/collections"));
    let collections: Vec<Json> =
        [RASTERS, RUNS].map(|id| describe::collection(&ask, id, &all)).into();
    ask.json(
        Format::Json,
        &json!({
            "collections": collections,
            "links": [Link::new("self", own).of_type("application/json"), describe::root(&ask.base)],
        }),
    )
}

/// One collection.
#[utoipa::path(get, path = "/stac/collections/{collectionId}", tag = "STAC", operation_id = "getStacCollection",
    params(("collectionId" = String, Path, description = "rasters or flood-runs")),
    responses((status = 200, description = "The collection", body = Object), (status = 404, description = "No such collection", content_type = "application/problem+json")))]
pub async fn collection(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    known(&id)?;
    let all = items::all(&ask).await?;
    ask.json(Format::Json, &describe::collection(&ask, &id, &all))
}

/// The items of a collection.
#[utoipa::path(get, path = "/stac/collections/{collectionId}/items", tag = "STAC", operation_id = "getStacItems",
    params(
        ("collectionId" = String, Path, description = "rasters or flood-runs"),
        ("bbox" = Option<String>, Query, description = "west,south,east,north"),
        ("datetime" = Option<String>, Query, description = "Instant, date, or START/END with '..' for an open end"),
        ("limit" = Option<u64>, Query, minimum = 1, description = "Items on a page; 100 where not given, 1000 at most"),
        ("offset" = Option<u64>, Query, description = "From the 'next' link of the page before"),
    ),
    responses((status = 200, description = "Items", content_type = "application/geo+json", body = Object), BadParameter))]
pub async fn items(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    // pystac-client names the collection here once more.
    ask.query.only(&["bbox", "datetime", "collections", "ids", "limit", "offset", "f"])?;
    known(&id)?;
    let path = format!("{ROOT}/collections/{id}/items");
    let wish = Wish::read(&ask.query)?.of_collection(id);
    page(&ask, &path, &wish).await
}

/// One item.
#[utoipa::path(get, path = "/stac/collections/{collectionId}/items/{itemId}", tag = "STAC", operation_id = "getStacItem",
    params(("collectionId" = String, Path, description = "rasters or flood-runs"), ("itemId" = String, Path, description = "Identifier of an item")),
    responses((status = 200, description = "The item", content_type = "application/geo+json", body = Object), (status = 404, description = "No such item", content_type = "application/problem+json")))]
pub async fn item(
    Path((collection, id)): Path<(String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    known(&collection)?;
    let all = items::all(&ask).await?;
    let found = all.into_iter().find(|item| item.collection == collection && item.id == id);
    let found = found.ok_or_else(|| {
        let id: String = id.chars().take(80).collect();
        Problem::not_found(
            format!("Bộ '{collection}' không có mục '{id}'; {ROOT}/collections/{collection}/items kể các mục."),
            format!("'{collection}' has no item '{id}'; {ROOT}/collections/{collection}/items lists them."),
        )
    })?;
    ask.json(Format::GeoJson, &found.document)
}

/// Items of all collections, by place and time.
#[utoipa::path(get, path = "/stac/search", tag = "STAC", operation_id = "searchStacItems",
    params(
        ("bbox" = Option<String>, Query, description = "west,south,east,north"),
        ("intersects" = Option<String>, Query, description = "In place of bbox: a GeoJSON geometry"),
        ("datetime" = Option<String>, Query, description = "Instant, date, or START/END with '..' for an open end"),
        ("collections" = Option<String>, Query, description = "rasters, flood-runs; separated by commas"),
        ("ids" = Option<String>, Query, description = "Identifiers separated by commas"),
        ("limit" = Option<u64>, Query, minimum = 1, description = "Items on a page; 100 where not given, 1000 at most"),
        ("offset" = Option<u64>, Query, description = "From the 'next' link of the page before"),
    ),
    responses((status = 200, description = "Items", content_type = "application/geo+json", body = Object), BadParameter))]
pub async fn search(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&[
        "bbox",
        "intersects",
        "datetime",
        "collections",
        "ids",
        "limit",
        "offset",
        "f",
    ])?;
    let wish = Wish::read(&ask.query)?;
    page(&ask, &format!("{ROOT}/search"), &wish).await
}

/// The same with the wishes in a body, for those that fit no address.
#[utoipa::path(post, path = "/stac/search", tag = "STAC", operation_id = "searchStacItemsByBody",
    request_body(content = Object, content_type = "application/json", description = "bbox, intersects, datetime, collections, ids, limit, offset: lists as lists, the geometry as it is"),
    responses((status = 200, description = "Items", content_type = "application/geo+json", body = Object), BadParameter))]
pub async fn search_by_body(mut ask: Ask, body: Bytes) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let asked: Map<String, Json> = serde_json::from_slice(&body).map_err(|error| {
        Problem::bad_request(
            format!("Thân yêu cầu phải là một đối tượng JSON: {error}"),
            format!("The body must be a JSON object: {error}"),
        )
    })?;
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = asked.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
        let value = match value {
            Json::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(","),
            other => text(other),
        };
        format!("{}={}", encode(name), encode(&value))
    });
    ask.query = Query::parse(&pairs.collect::<Vec<_>>().join("&"))?;
    search(ask).await
}

async fn page(ask: &Ask, path: &str, wish: &Wish) -> Result<Response, Problem> {
    let found: Vec<Item> =
        items::all(ask).await?.into_iter().filter(|item| wish.takes(item)).collect();
    let page: Vec<&Json> =
        found.iter().skip(wish.offset).take(wish.limit).map(|item| &item.document).collect();
    let own = ask.base.url(path);
    let query = ask.query.with(&[]);
    let own_query = if query.is_empty() { own.clone() } else { format!("{own}?{query}") };
    let geojson = Format::GeoJson.media_type();
    let mut links = vec![Link::new("self", own_query).of_type(geojson), describe::root(&ask.base)];
    let next = wish.offset + page.len();
    if next < found.len() && !page.is_empty() {
        let query = ask.query.with(&[("offset", Some(&next.to_string()))]);
        let next = Link::new("next", format!("{own}?{query}"));
        links.push(next.of_type(geojson).titled("Trang sau · Next page"));
    }
    let document = json!({
        "type": "FeatureCollection",
        "features": page,
        "links": links,
        "numberMatched": found.len(),
        "numberReturned": page.len(),
    });
    ask.json(Format::GeoJson, &document)
}

fn known(id: &str) -> Result<(), Problem> {
    if [RASTERS, RUNS].contains(&id) {
        return Ok(());
    }
    let id: String = id.chars().take(80).collect();
    Err(Problem::not_found(
        format!("STAC ở đây không có bộ '{id}'; có {RASTERS} và {RUNS}."),
        format!("There is no STAC collection '{id}' here; there are {RASTERS} and {RUNS}."),
    ))
}
