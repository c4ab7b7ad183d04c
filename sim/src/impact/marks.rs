//! A run against what was seen: flood marks, and flooded areas.

use geo_types::Coord;

use super::{Error, Flood, Grid, error::parameter, roads::distance_m};

/// What a flood mark (vết lũ) tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Height {
    /// Level of the water, m over the run's datum.
    Level(f64),
    /// Depth of the water over the land, m.
    Depth(f64),
}

/// A flood mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Where, in the run's metres.
    pub at: Coord<f64>,
    /// How high the water stood.
    pub height: Height,
    /// How far the run may be off for the mark to count as met, m: the mark's own error and that of the
    /// elevation model.
    pub tolerance_m: f64,
}

/// How a run meets a mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarkFit {
    /// What the run says, as level or depth like the mark; none where it is dry at the mark and around.
    pub modelled_m: Option<f64>,
    /// Modelled less observed, m.
    pub error_m: Option<f64>,
    /// How far the cell lies that was read, m: 0 where it is the mark's own.
    pub off_m: f64,
    /// Whether the error is within the tolerance.
    pub is_met: bool,
}

/// How a run meets all marks.
#[derive(Debug, Clone, PartialEq)]
pub struct MarksFit {
    /// For each mark.
    pub fits: Vec<MarkFit>,
    /// Marks where the run is wet.
    pub wet: usize,
    /// Marks that are met.
    pub met: usize,
    /// Mean error at wet marks, m: positive where the run is too high.
    pub bias_m: Option<f64>,
    /// Root of the mean square error at wet marks, m.
    pub rmse_m: Option<f64>,
    /// Largest error at wet marks, without its sign, m.
    pub largest_m: Option<f64>,
}

/// Holds flood marks against a run. A mark on a wall often falls into a dry or blocked cell: then the
/// nearest wet cell within `search_m` is read.
///
/// # Errors
/// Where a number makes no sense.
pub fn fit_marks(flood: &Flood<'_>, marks: &[Mark], search_m: f64) -> Result<MarksFit, Error> {
    let is_fine = (0.0..=1000.0).contains(&search_m);
    parameter("search_m", search_m, "0 to 1000 m", is_fine)?;
    for (index, mark) in marks.iter().enumerate() {
        if !(mark.at.x.is_finite() && mark.at.y.is_finite()) {
            return Err(Error::Geometry { what: "mark", index });
        }
        let (Height::Level(value) | Height::Depth(value)) = mark.height;
        let mut numbers = [("height", value), ("tolerance_m", mark.tolerance_m)].into_iter();
        if let Some((name, value)) = numbers.find(|(_, value)| !value.is_finite()) {
            return Err(Error::Attribute { what: "mark", index, name, value, range: "finite" });
        }
    }
    let fits: Vec<_> = marks.iter().map(|mark| mark.fit(flood, search_m)).collect();
    let errors: Vec<f64> = fits.iter().filter_map(|fit| fit.error_m).collect();
    let mean = |of: &dyn Fn(f64) -> f64| {
        let sum: f64 = errors.iter().map(|error| of(*error)).sum();
        (!errors.is_empty()).then(|| sum / errors.len() as f64)
    };
    Ok(MarksFit {
        wet: errors.len(),
        met: fits.iter().filter(|fit| fit.is_met).count(),
        bias_m: mean(&|error| error),
        rmse_m: mean(&|error| error * error).map(f64::sqrt),
        largest_m: errors.iter().map(|error| error.abs()).reduce(f64::max),
        fits,
    })
}

impl Mark {
    fn fit(&self, flood: &Flood<'_>, search_m: f64) -> MarkFit {
        let Some((cell, off_m)) = nearest_wet(flood, self.at, search_m) else {
            return MarkFit { modelled_m: None, error_m: None, off_m: 0.0, is_met: false };
        };
        let (modelled_m, observed_m) = match self.height {
            Height::Level(level_m) => (flood.level_m(cell), level_m),
            Height::Depth(depth_m) => (Some(flood.depth_m(cell)), depth_m),
        };
        let error_m = modelled_m.map(|modelled_m| modelled_m - observed_m);
        let is_met = error_m.is_some_and(|error| error.abs() <= self.tolerance_m);
        MarkFit { modelled_m, error_m, off_m, is_met }
    }
}

/// The cell of a point where it is wet, else the wet cell with the nearest middle within a distance.
fn nearest_wet(flood: &Flood<'_>, at: Coord<f64>, search_m: f64) -> Option<(usize, f64)> {
    let grid = flood.grid();
    if let Some(cell) = grid.cell_at(at).filter(|cell| flood.depth_m(*cell) > 0.0) {
        return Some((cell, 0.0));
    }
    let off = |cell: usize| distance_m(grid.middle(cell), at);
    let near = cells_within(grid, at, search_m).filter(|cell| flood.depth_m(*cell) > 0.0);
    let within = near.map(|cell| (cell, off(cell))).filter(|(_, off_m)| *off_m <= search_m);
    within.min_by(|one, two| one.1.total_cmp(&two.1))
}

/// Cells of the square around a point.
fn cells_within(grid: &Grid, at: Coord<f64>, within_m: f64) -> impl Iterator<Item = usize> {
    let (at, cells, wide) = (grid.in_cells(at), within_m / grid.cell_m(), grid.columns());
    let range = |middle: f64, most: usize| {
        let most = most as f64;
        let (from, to) =
            ((middle - cells).clamp(0.0, most), (middle + cells + 1.0).clamp(0.0, most));
        from as usize..to as usize
    };
    let columns = range(at.x, grid.columns());
    range(at.y, grid.rows())
        .flat_map(move |row| columns.clone().map(move |column| row * wide + column))
}

/// A contingency table of two extents, by cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scores {
    /// Flooded in both.
    pub hits: usize,
    /// Observed, not modelled.
    pub misses: usize,
    /// Modelled, not observed.
    pub false_alarms: usize,
    /// Dry in both.
    pub dry: usize,
}

/// Compares a modelled with an observed extent where both are known (`counted`; everywhere without it:
/// then leave out standing water and clouds beforehand).
///
/// # Errors
/// Where extents are of different sizes.
pub fn scores(
    observed: &[bool],
    modelled: &[bool],
    counted: Option<&[bool]>,
) -> Result<Scores, Error> {
    let expected = observed.len();
    let lengths = [
        ("the modelled extent", modelled.len()),
        ("the mask of what counts", counted.map_or(expected, <[bool]>::len)),
    ];
    if let Some((what, found)) = lengths.into_iter().find(|(_, found)| *found != expected) {
        return Err(Error::Length { what, found, expected });
    }
    let mut scores = Scores { hits: 0, misses: 0, false_alarms: 0, dry: 0 };
    for (cell, pair) in observed.iter().zip(modelled).enumerate() {
        if counted.is_none_or(|counted| counted[cell]) {
            *match pair {
                (true, true) => &mut scores.hits,
                (true, false) => &mut scores.misses,
                (false, true) => &mut scores.false_alarms,
                (false, false) => &mut scores.dry,
            } += 1;
        }
    }
    Ok(scores)
}

impl Scores {
    /// Critical success index: hits of all that is flooded in either.
    #[must_use]
    pub fn critical_success_index(&self) -> Option<f64> {
        ratio(self.hits, self.hits + self.misses + self.false_alarms)
    }

    /// Hits of what was observed.
    #[must_use]
    pub fn hit_rate(&self) -> Option<f64> {
        ratio(self.hits, self.hits + self.misses)
    }

    /// False alarms of what was modelled.
    #[must_use]
    pub fn false_alarm_ratio(&self) -> Option<f64> {
        ratio(self.false_alarms, self.hits + self.false_alarms)
    }

    /// Modelled area of observed area: above 1 where the run floods too much.
    #[must_use]
    pub fn area_ratio(&self) -> Option<f64> {
        ratio(self.hits + self.false_alarms, self.hits + self.misses)
    }
}

fn ratio(part: usize, all: usize) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}
