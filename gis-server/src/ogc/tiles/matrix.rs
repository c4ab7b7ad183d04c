//! `/tileMatrixSets`: the grids, as documents (OGC 17-083r4).

use axum::{extract::Path, http::HeaderMap, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::wrong_address;
use crate::{
    error::Problem,
    http::{answer, base::Base, format::Format, link::Link, query::Query},
    tiles::TileMatrixSet,
};

/// The grids.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TileMatrixSets {
    /// Each grid with where it is described.
    pub tile_matrix_sets: Vec<Item>,
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

/// Every grid.
#[utoipa::path(
    get, path = "/tileMatrixSets", tag = "Tiles", operation_id = "getTileMatrixSets",
    params(("f" = Option<String>, Query, description = "json")),
    responses((status = 200, description = "The grids", body = TileMatrixSets))
)]
pub async fn list(base: Base, query: Query, headers: HeaderMap) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let format = Format::choose(query.get("f"), &headers, &[Format::Json])?;
    let item = |set: TileMatrixSet| Item {
        id: set.id().into(),
        title: set.title().vi,
        uri: set.uri().map(Into::into),
        crs: set.crs().uri(),
        links: vec![
            Link::new("self", base.url(&format!("/tileMatrixSets/{}", set.id())))
                .of_type(Format::Json.media_type())
                .titled(set.title().en),
        ],
    };
    let tile_matrix_sets = TileMatrixSet::ALL.into_iter().map(item).collect();
    answer::json(&headers, format, &TileMatrixSets { tile_matrix_sets })
}

/// One grid.
#[utoipa::path(
    get, path = "/tileMatrixSets/{tileMatrixSetId}", tag = "Tiles", operation_id = "getTileMatrixSet",
    params(
        ("tileMatrixSetId" = String, Path, description = "Identifier of a grid"),
        ("f" = Option<String>, Query, description = "json"),
    ),
    responses(
        (status = 200, description = "The grid", body = Definition),
        (status = 404, description = "No such grid", body = crate::error::ProblemDocument,
         content_type = "application/problem+json"),
    )
)]
pub async fn show(
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let format = Format::choose(query.get("f"), &headers, &[Format::Json])?;
    let set = TileMatrixSet::from_id(&id).map_err(|error| wrong_address(&error))?;
    answer::json(&headers, format, &definition(set))
}
