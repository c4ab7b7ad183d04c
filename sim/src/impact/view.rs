//! The results of a run as answers read them.

use rayon::prelude::*;

use super::{ArrClass, Debris, Error, Grid, Watch, error::parameter, hazard::rating_at_most};
use crate::flood::{Maxima, THRESHOLDS_M};

/// Rasters of a run, each with a value for each cell, row by row from the south. 0 or "not a number"
/// is dry, or never.
#[derive(Debug, Clone, Copy)]
pub struct Rasters<'a> {
    /// Largest depth, m.
    pub depth_m: &'a [f32],
    /// Highest level, m.
    pub level_m: &'a [f32],
    /// Largest speed, m/s.
    pub speed_m_s: &'a [f32],
    /// Largest depth times speed, m²/s.
    pub depth_speed_m2_s: &'a [f32],
    /// When the water first stood as deep as each of [`THRESHOLDS_M`], s of the run.
    pub arrival_s: [&'a [f32]; 4],
    /// How long it stood so deep, s.
    pub duration_s: [&'a [f32]; 4],
}

impl<'a> From<&'a Maxima> for Rasters<'a> {
    fn from(maxima: &'a Maxima) -> Self {
        Self {
            depth_m: &maxima.depth_m,
            level_m: &maxima.level_m,
            speed_m_s: &maxima.speed_m_s,
            depth_speed_m2_s: &maxima.depth_speed_m2_s,
            arrival_s: std::array::from_fn(|threshold| &maxima.arrival_s[threshold][..]),
            duration_s: std::array::from_fn(|threshold| &maxima.duration_s[threshold][..]),
        }
    }
}

/// A run's results, checked once.
#[derive(Debug, Clone, Copy)]
pub struct Flood<'a> {
    grid: Grid,
    rasters: Rasters<'a>,
    end_s: f64,
    blocked: Option<&'a [bool]>,
    standing: Option<&'a [bool]>,
    watch: Option<&'a Watch>,
}

/// A time during which something holds, s of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spell {
    /// Since when.
    pub from_s: f64,
    /// Until when; none where it still holds as the run ends.
    pub to_s: Option<f64>,
}

/// Durations are sums in `f32` of many steps: what ends within this part of the run before its end is
/// taken as not having ended.
const STILL: f64 = 0.01;

impl<'a> Flood<'a> {
    /// Of rasters over a grid. `end_s` is the time of the run at which they were taken.
    ///
    /// # Errors
    /// Where a raster does not fit the grid, or the end is not positive and finite.
    pub fn new(grid: Grid, rasters: Rasters<'a>, end_s: f64) -> Result<Self, Error> {
        grid.check("the raster of depths", rasters.depth_m)?;
        grid.check("the raster of levels", rasters.level_m)?;
        grid.check("the raster of speeds", rasters.speed_m_s)?;
        grid.check("the raster of depth times speed", rasters.depth_speed_m2_s)?;
        rasters.arrival_s.iter().try_for_each(|r| grid.check("a raster of arrivals", r))?;
        rasters.duration_s.iter().try_for_each(|r| grid.check("a raster of durations", r))?;
        let is_fine = end_s > 0.0 && end_s.is_finite();
        parameter("the run's end, s,", end_s, "positive and finite", is_fine)?;
        Ok(Self { grid, rasters, end_s, blocked: None, standing: None, watch: None })
    }

    /// With the cells that water could not enter (buildings): what stands on them is judged by the
    /// cells around.
    ///
    /// # Errors
    /// Where there is not one value for each cell.
    pub fn with_blocked(mut self, blocked: &'a [bool]) -> Result<Self, Error> {
        self.grid.check("the blocked cells", blocked)?;
        self.blocked = Some(blocked);
        Ok(self)
    }

    /// With the cells where water always stands (rivers, lakes, the sea): they are no flooded land, and
    /// a road over them is a bridge.
    ///
    /// # Errors
    /// Where there is not one value for each cell.
    pub fn with_standing_water(mut self, standing: &'a [bool]) -> Result<Self, Error> {
        self.grid.check("the cells of standing water", standing)?;
        self.standing = Some(standing);
        Ok(self)
    }

    /// With what was watched while the run went on: hours of the peak, when water left, the true
    /// maximum of the hazard rating, courses of depth and speed.
    ///
    /// # Errors
    /// Where it watched a grid of another size.
    pub fn with_watch(mut self, watch: &'a Watch) -> Result<Self, Error> {
        self.grid.check("what was watched", &watch.peak_s)?;
        self.watch = Some(watch);
        Ok(self)
    }

    /// The cells.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Time of the run at its end, s.
    #[must_use]
    pub fn end_s(&self) -> f64 {
        self.end_s
    }

    /// Hazard rating of each cell: the maximum over time where it was watched (with the debris that the
    /// watch was told), else what it cannot have exceeded; 0 where it stayed dry.
    #[must_use]
    pub fn ratings(&self, debris: Debris) -> Vec<f32> {
        let cells = 0..self.grid.cells();
        cells.into_par_iter().map(|cell| self.rating(cell, debris) as f32).collect()
    }

    /// Class H1 to H6 of each cell as 1 to 6; 0 where it stayed dry.
    #[must_use]
    pub fn arr_classes(&self) -> Vec<u8> {
        let cells = 0..self.grid.cells();
        cells.into_par_iter().map(|cell| self.arr(cell).map_or(0, ArrClass::number)).collect()
    }

    /// Whether each cell is as deep as a depth: an extent for [`super::scores`].
    #[must_use]
    pub fn extent(&self, depth_m: f64) -> Vec<bool> {
        (0..self.grid.cells()).map(|cell| self.depth_m(cell) >= depth_m).collect()
    }

    pub(super) fn depth_m(&self, cell: usize) -> f64 {
        wet(self.rasters.depth_m[cell])
    }

    pub(super) fn level_m(&self, cell: usize) -> Option<f64> {
        known(self.rasters.level_m[cell]).filter(|_| self.depth_m(cell) > 0.0)
    }

    pub(super) fn speed_m_s(&self, cell: usize) -> f64 {
        wet(self.rasters.speed_m_s[cell])
    }

    pub(super) fn depth_speed_m2_s(&self, cell: usize) -> f64 {
        wet(self.rasters.depth_speed_m2_s[cell])
    }

    pub(super) fn rating(&self, cell: usize, debris: Debris) -> f64 {
        match self.watch {
            Some(watch) => wet(watch.rating[cell]),
            None => rating_at_most(
                self.depth_m(cell),
                self.speed_m_s(cell),
                self.depth_speed_m2_s(cell),
                debris,
            ),
        }
    }

    pub(super) fn arr(&self, cell: usize) -> Option<ArrClass> {
        let (depth_m, speed_m_s) = (self.depth_m(cell), self.speed_m_s(cell));
        ArrClass::of(depth_m, speed_m_s, self.depth_speed_m2_s(cell))
    }

    /// When the water of a cell was deepest, where that was watched.
    pub(super) fn peak_s(&self, cell: usize) -> Option<f64> {
        self.watch.and_then(|watch| known(watch.peak_s[cell]))
    }

    pub(super) fn watch(&self) -> Option<&'a Watch> {
        self.watch
    }

    pub(super) fn is_blocked(&self, cell: usize) -> bool {
        self.blocked.is_some_and(|blocked| blocked[cell])
    }

    pub(super) fn is_standing_water(&self, cell: usize) -> bool {
        self.standing.is_some_and(|standing| standing[cell])
    }

    /// How long the water of a cell stood as deep as one of [`THRESHOLDS_M`], s.
    pub(super) fn duration_s(&self, cell: usize, threshold: usize) -> f64 {
        wet(self.rasters.duration_s[threshold][cell])
    }

    /// From the first time to the last that a cell stood as deep as one of [`THRESHOLDS_M`].
    ///
    /// Where the end was not watched it is arrival and duration together, which is early where the
    /// water came more than once; never earlier than the end for a larger depth.
    pub(super) fn spell(&self, cell: usize, threshold: usize) -> Option<Spell> {
        let from_s = known(self.rasters.arrival_s[threshold][cell])?;
        let end = |threshold: usize| {
            let arrival_s = known(self.rasters.arrival_s[threshold][cell])?;
            Some(arrival_s + self.duration_s(cell, threshold))
        };
        let last = (threshold..THRESHOLDS_M.len()).filter_map(end).fold(from_s, f64::max);
        let to_s = match self.watch.and_then(|watch| watch.end(cell, threshold)) {
            Some(to_s) => to_s.map(|to_s| to_s.max(last)),
            None => (last < self.end_s * (1.0 - STILL)).then_some(last),
        };
        Some(Spell { from_s, to_s })
    }
}

impl Spell {
    /// From the earlier beginning to the later end.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        let to_s = match (self.to_s, other.to_s) {
            (Some(one), Some(two)) => Some(one.max(two)),
            _ => None,
        };
        Self { from_s: self.from_s.min(other.from_s), to_s }
    }

    /// How long it lasts; to `end_s` where it has no end.
    #[must_use]
    pub fn lasts_s(&self, end_s: f64) -> f64 {
        (self.to_s.unwrap_or(end_s) - self.from_s).max(0.0)
    }
}

/// From the earlier beginning to the later end of what there is.
pub(super) fn hull(one: Option<Spell>, two: Option<Spell>) -> Option<Spell> {
    match (one, two) {
        (Some(one), Some(two)) => Some(one.hull(two)),
        (one, two) => one.or(two),
    }
}

/// What is not a positive, finite number is nothing.
pub(super) fn wet(value: f32) -> f64 {
    if value > 0.0 && value.is_finite() { f64::from(value) } else { 0.0 }
}

fn known(value: f32) -> Option<f64> {
    value.is_finite().then(|| f64::from(value))
}
