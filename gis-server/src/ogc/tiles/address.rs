//! The address of a tile, as the variables of its path.

use serde::Deserialize;
use utoipa::IntoParams;

use super::wrong_address;
use crate::{
    error::Problem,
    tiles::{Tile, TileMatrixSet},
};

/// The collection that a tile is of.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub struct TileOf {
    /// Identifier of a collection
    pub collection_id: String,
}

/// Where a tile lies. Texts, so that what is no number is refused in our own words.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub struct TileAddress {
    /// Identifier of a grid
    pub tile_matrix_set_id: String,
    /// Zoom
    #[param(value_type = u8)]
    pub tile_matrix: String,
    /// Row from the north
    #[param(value_type = u32)]
    pub tile_row: String,
    /// Column from the west
    #[param(value_type = u32)]
    pub tile_col: String,
}

impl TileAddress {
    /// The tile that it names.
    ///
    /// # Errors
    /// 400 for what is no number, 404 for what lies outside the grid.
    pub(crate) fn tile(&self) -> Result<Tile, Problem> {
        TileMatrixSet::from_id(&self.tile_matrix_set_id)
            .and_then(|set| set.tile(&self.tile_matrix, &self.tile_row, &self.tile_col))
            .map_err(|error| wrong_address(&error))
    }
}
