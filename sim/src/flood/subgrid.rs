//! Coarse runs that know their fine land: local inertia with subgrid tables.
//!
//! The state of a coarse cell is its water, as a depth over the cell's whole area; what the fine land
//! inside does with it stands in tables, made once (Casulli 2009, Int. J. Numer. Meth. Fluids 60, for
//! volume and level; van Ormondt, Leijnse, de Goede, Nederhoff & van Dongeren 2025, Geosci. Model Dev.
//! 18, for faces in local inertia):
//!
//! - *Volume and level.* With the bed levels of a cell's f² fine cells in order, z₁ ≤ z₂ ≤ …, water of
//!   mean depth V that stands over the lowest k of them has the level V·f²/k + (z₁ + … + z_k)/k. The
//!   level is the least of these over all k: a concave function made of straight pieces, whose inverse
//!   is the greatest of the inverted pieces. Nothing is searched, and there and back is exact. A cell
//!   keeps sixteen pieces at most, the first and the last among them; with more fine cells the level
//!   between is high by a small part of a step of the bed.
//! - *Wet area.* k/f² of the piece that counts.
//! - *Faces.* Each of the f pairs of fine cells along a coarse face is a strip with a sill
//!   z = max(z₋, z₊) and a roughness n² = (n₋² + n₊²)/2. At a level η, with h = max(0, η − z), the
//!   conveyance depth is a = Σh/f and the conveyance K = Σ(h^(5/3)/n)/f, so that the effective roughness
//!   is n = a^(5/3)/K, and the friction slope q|q|/K² is Manning's. Momentum over the whole face is then
//!   that of [`super::inertia`] with h_f = a and this n; how wide the water is drops out of it.
//!
//! Sills and bed pieces are kept as they are rather than sampled at levels: for the f of a province they
//! take less room than samples, and stay exact where the water is shallow.
//!
//! What stands across the middle of a coarse cell (a dyke between its fine cells) does not hold water
//! back; what stands on a coarse face does. Stable steps go by √(g·V·f²/k), the depth of the wet part.

mod flux;
mod land;
mod tables;

pub(super) use flux::cross;
pub(super) use land::Fine;
pub(super) use tables::Tables;

use std::sync::Arc;

use super::{Engine, Error, Forcing, Ground, Inflow, Params, State};
use crate::Real;

impl<R: Real> Engine<R> {
    /// A run in cells of `factor` times the side of the ground's, that knows the fine land by its
    /// tables. Forcing names cells, zones and edges of the coarse grid.
    ///
    /// [`Engine::depth_m`] is then water over a cell's whole area, [`Engine::level_m`] the level of what
    /// lies in it; depths of [`super::Maxima`] and thresholds are those over a cell's lowest bed.
    /// [`Engine::downscale_m`] makes fine depths of levels. A coarse cell has the soil that most of its
    /// fine cells have. Blocked fine cells hold no water; their rain stays in the coarse cell.
    ///
    /// # Errors
    /// As [`Engine::new`]; where the factor is not 1 to 16 or does not divide columns and rows; where
    /// the scheme is not local inertia; where the ground has structures or porosity.
    pub fn subgrid(
        fine: &Ground,
        factor: usize,
        forcing: Forcing,
        params: Params,
    ) -> Result<Self, Error> {
        R::lay_out_subgrid(fine, factor, forcing, params)
    }

    /// Level of the water in each cell, m; not a number where it is not deeper than the dry depth.
    #[must_use]
    pub fn level_m(&self, state: &State<R>) -> Vec<f64> {
        let dry_m = self.params.dry_depth_m;
        let level = |at: usize| {
            let (tile, cell) = self.layout.place(at % self.columns + 1, at / self.columns + 1);
            let depth_m = state.fields[tile].surface()[cell].f64();
            if depth_m > dry_m { self.bed_m[at] + depth_m } else { f64::NAN }
        };
        (0..self.bed_m.len()).map(level).collect()
    }

    /// Columns and rows of the land that [`Engine::downscale_m`] fills.
    #[must_use]
    pub fn fine_size(&self) -> (usize, usize) {
        self.fine.as_ref().map_or((self.columns, self.rows), |fine| (fine.columns, fine.rows))
    }

    /// The depth over each fine cell, m, of levels of the cells of the run: those of
    /// [`Engine::level_m`] or of [`super::Maxima`]. 0 where a level is not a number or below the bed.
    ///
    /// # Errors
    /// Where the number of levels is not that of the cells of the run.
    pub fn downscale_m(&self, level_m: &[f64]) -> Result<Vec<f32>, Error> {
        let (found, expected) = (level_m.len(), self.bed_m.len());
        if found != expected {
            return Err(Error::Length { what: "the water level", found, expected });
        }
        if let Some(fine) = &self.fine {
            return Ok(fine.depths_m(level_m, self.columns));
        }
        let depth = |at: usize| {
            if self.is_open(at) { (level_m[at] - self.bed_m[at]).max(0.0) as f32 } else { 0.0 }
        };
        Ok((0..expected).map(depth).collect())
    }

    pub(super) fn lay_out_coarse(
        ground: &Ground,
        factor: usize,
        forcing: Forcing,
        params: Params,
    ) -> Result<Self, Error> {
        let fine = Fine::new(ground, factor, &params)?;
        let mut engine = Self::lay_out(&fine.coarse(ground)?, forcing, params)?;
        for (tile, land) in engine.lands.iter_mut().enumerate() {
            land.tables = Some(Box::new(Tables::new(&fine, engine.layout, tile, land)));
        }
        engine.fine = Some(Arc::new(fine));
        Ok(engine)
    }

    /// The area over which a hydrograph's water comes, m².
    pub(super) fn wet_m2(&self, inflow: &Inflow, state: &State<R>) -> f64 {
        let part = |&(column, row): &(usize, usize)| {
            let (tile, cell) = self.layout.place(column + 1, row + 1);
            self.lands[tile].wet_part(cell, state.fields[tile].depth[cell])
        };
        inflow.cells.iter().map(part).sum::<f64>() * self.cell_m * self.cell_m
    }
}
