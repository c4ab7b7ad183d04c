//! OGC API - Tiles (20-057): vector tiles, pictures and heights, and the grids they are cut by.

pub mod address;
mod answer;
pub mod matrix;
pub mod raster;
pub mod set;
pub mod sets;
pub mod tilejson;
pub mod vector;

pub(crate) use vector::selected;

use axum::http::{HeaderMap, header};
use city::{Layer, layer::Content};
use utoipa::OpenApi;

use super::Part;
use crate::{
    error::{Problem, chain},
    http::{base::Base, format::Format, link::Link},
    tiles::{AddressError, Coding, TileError},
};

/// Relation of a resource to its vector tiles.
const TILESETS_VECTOR: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
/// Relation of a resource to its tiles as pictures.
const TILESETS_MAP: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-map";
/// Relation of a resource to its tiles as numbers.
const TILESETS_COVERAGE: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-coverage";
/// Relation to the grids.
const TILING_SCHEMES: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes";
/// Relation of a tile set to its grid.
const TILING_SCHEME: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";

/// Tiles.
pub const PART: Part = Part {
    name: "OGC API - Tiles",
    conformance: &[
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/collections-selection",
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/png",
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/oas31",
        "http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
        "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
        "http://www.opengis.net/spec/tms/2.0/conf/json-tileset-metadata",
    ],
    landing_links,
    collection_links,
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(
    matrix::list,
    matrix::show,
    sets::of_dataset,
    sets::of_collection,
    sets::of_map,
    sets::of_coverage,
    sets::one_of_dataset,
    sets::one_of_collection,
    sets::one_of_map,
    sets::one_of_coverage,
    vector::of_dataset,
    vector::of_collection,
    raster::of_map,
    raster::of_coverage,
))]
struct Document;

fn landing_links(base: &Base) -> Vec<Link> {
    let json = Format::Json.media_type();
    vec![
        Link::new(TILESETS_VECTOR, base.url("/tiles"))
            .of_type(json)
            .titled("Ô bản đồ véc-tơ · Vector tiles"),
        Link::new(TILING_SCHEMES, base.url("/tileMatrixSets"))
            .of_type(json)
            .titled("Các lưới ô · Tile matrix sets"),
    ]
}

fn collection_links(base: &Base, layer: &Layer) -> Vec<Link> {
    let own = base.url(&format!("/collections/{}", layer.id));
    let json = Format::Json.media_type();
    match layer.content {
        Content::Vector { .. } => vec![
            Link::new(TILESETS_VECTOR, format!("{own}/tiles"))
                .of_type(json)
                .titled("Ô bản đồ véc-tơ · Vector tiles"),
        ],
        Content::Raster { .. } => vec![
            Link::new(TILESETS_MAP, format!("{own}/map/tiles"))
                .of_type(json)
                .titled("Ô ảnh · Map tiles"),
            Link::new(TILESETS_COVERAGE, format!("{own}/coverage/tiles"))
                .of_type(json)
                .titled("Ô độ cao (terrain-RGB) · Height tiles"),
        ],
    }
}

/// What a tile's address that names no tile is answered with.
fn wrong_address(error: &AddressError) -> Problem {
    let english = error.to_string();
    match error {
        AddressError::UnknownSet(id) => Problem::not_found(
            format!("Không có lưới ô '{id}'; danh sách ở /tileMatrixSets."),
            english,
        ),
        AddressError::NotANumber { what, text, max } => Problem::bad_request(
            format!("Địa chỉ ô không hợp lệ: {what} '{text}' phải là số nguyên từ 0 đến {max}."),
            english,
        ),
        AddressError::Outside { what, number, z, max } => Problem::not_found(
            format!("Ô nằm ngoài lưới: {what} {number} ở mức {z} không quá {max}."),
            english,
        ),
    }
}

/// What a tile that could not be made is answered with.
fn failed(error: &TileError) -> Problem {
    if let TileError::Filter { source, .. } = error {
        return Problem::from(source);
    }
    tracing::error!(error = %chain(error), "a tile could not be made");
    Problem::fault()
}

/// The coding in which a caller wants a tile.
fn coding(headers: &HeaderMap) -> Coding {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.map_or(Coding::Identity, Coding::accepted)
}
