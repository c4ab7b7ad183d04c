//! `/tileMatrixSets`: the grids, as documents (OGC 17-083r4).

use axum::{extract::Path, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::wrong_address;
use crate::{
    error::Problem,
    html,
    http::{
        ask::{Ask, JSON_OR_PAGE},
        base::Base,
        format::Format,
        link::Link,
    },
    ogc::refusals::NoTileSet,
    tiles::TileMatrixSet,
};

/// The grids.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TileMatrixSets {
    /// Each grid with where it is described.
    pub tile_matrix_sets: Vec<Item>,
    /// Where this document is.
    pub links: Vec<Link>,
}

/// A grid of the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Item {
    /// Identifier.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// The registered definition, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// URI of its frame.
    pub crs: String,
    /// Where it is described.
    pub links: Vec<Link>,
}

/// A grid.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    /// Identifier.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// The registered definition, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// URI of its frame.
    pub crs: String,
    /// Axes in the order of coordinates.
    pub ordered_axes: [&'static str; 2],
    /// The matrices, from coarse to fine.
    pub tile_matrices: Vec<Matrix>,
}

/// One zoom of a grid.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Matrix {
    /// The zoom.
    pub id: String,
    /// Scale for a pixel of 0.28 mm.
    pub scale_denominator: f64,
    /// Side of a pixel in metres.
    pub cell_size: f64,
    /// Where rows are counted from.
    pub corner_of_origin: &'static str,
    /// That corner, in the frame.
    pub point_of_origin: [f64; 2],
    /// Pixels across a tile.
    pub tile_width: u32,
    /// Pixels down a tile.
    pub tile_height: u32,
    /// Columns.
    pub matrix_width: u32,
    /// Rows.
    pub matrix_height: u32,
}

/// The definition of a grid.
pub(super) fn definition(set: TileMatrixSet) -> Definition {
    let (west, north) = set.origin_m();
    let matrix = |z: u8| Matrix {
        id: z.to_string(),
        scale_denominator: set.scale_denominator(z),
        cell_size: set.cell_m(z),
        corner_of_origin: "topLeft",
        point_of_origin: [west, north],
        tile_width: 256,
        tile_height: 256,
        matrix_width: 1 << z,
        matrix_height: 1 << z,
    };
    Definition {
        id: set.id().into(),
        title: set.title().vi,
        uri: set.uri().map(Into::into),
        crs: set.crs().uri(),
        ordered_axes: ["E", "N"],
        tile_matrices: (0..=set.max_zoom()).map(matrix).collect(),
    }
}

fn item(base: &Base, set: TileMatrixSet) -> Item {
    let own = base.url(&format!("/tileMatrixSets/{}", set.id()));
    let to = |rel: &str, format: Format| {
        Link::new(rel, format!("{own}?f={}", format.name()))
            .of_type(format.essence())
            .titled(set.title().en)
    };
    Item {
        id: set.id().into(),
        title: set.title().vi,
        uri: set.uri().map(Into::into),
        crs: set.crs().uri(),
        links: vec![to("self", Format::Json), to("alternate", Format::Html)],
    }
}

/// Every grid.
#[utoipa::path(
    get, path = "/tileMatrixSets", tag = "Tiles", operation_id = "getTileMatrixSets",
    params(("f" = Option<String>, Query, description = "json or html")),
    responses((status = 200, description = "The grids", body = TileMatrixSets))
)]
pub async fn list(ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&JSON_OR_PAGE)?;
    let document = TileMatrixSets {
        tile_matrix_sets: TileMatrixSet::ALL.into_iter().map(|set| item(&ask.base, set)).collect(),
        links: ask.own_links("/tileMatrixSets", format, &JSON_OR_PAGE),
    };
    ask.answer(format, &document, |document| html::tiles::grids(&ask.base, document))
}

/// One grid.
#[utoipa::path(
    get, path = "/tileMatrixSets/{tileMatrixSetId}", tag = "Tiles", operation_id = "getTileMatrixSet",
    params(
        ("tileMatrixSetId" = String, Path, description = "Identifier of a grid"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses((status = 200, description = "The grid", body = Definition), NoTileSet)
)]
pub async fn show(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&JSON_OR_PAGE)?;
    let set = TileMatrixSet::from_id(&id).map_err(|error| wrong_address(&error))?;
    ask.answer(format, &definition(set), |grid| html::tiles::grid(&ask.base, grid))
}
