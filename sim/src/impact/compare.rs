//! What changes from one run to another.

use geo_types::Coord;
use rayon::prelude::*;

use super::{Error, Flood, Settings};

/// What changes from one run to another over the same grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Largest depth of the second less that of the first, for each cell, m; not a number where both
    /// stay dry.
    pub depth_m: Vec<f32>,
    /// Area that comes from a class of depth (first index) into another (second), m²; class 0 is below
    /// the first edge of [`Settings::depth_classes_m`].
    pub from_to_m2: Vec<Vec<f64>>,
    /// Where the second is deeper than the first by the most.
    pub most_deeper: Option<Change>,
    /// Where it is shallower by the most.
    pub most_shallower: Option<Change>,
    /// Mean difference where either is wet, m.
    pub mean_m: Option<f64>,
    /// Root of the mean square difference where either is wet, m.
    pub rms_m: Option<f64>,
    /// Mean of how much later the second reaches 0.1 m where both do, s; negative where it is earlier.
    pub later_s: Option<f64>,
}

/// A change at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Middle of the cell, m.
    pub at: Coord<f64>,
    /// Second less first, m.
    pub by_m: f64,
}

impl Difference {
    /// Area that is at least as deep as the first class in the second run only, m².
    #[must_use]
    pub fn newly_wet_m2(&self) -> f64 {
        self.from_to_m2[0][1..].iter().sum()
    }

    /// Area that is at least as deep as the first class in the first run only, m².
    #[must_use]
    pub fn newly_dry_m2(&self) -> f64 {
        self.from_to_m2[1..].iter().map(|to| to[0]).sum()
    }
}

/// The second run less the first.
///
/// # Errors
/// Where the runs are not over the same grid, or settings make no sense.
pub fn difference(
    first: &Flood<'_>,
    second: &Flood<'_>,
    settings: &Settings,
) -> Result<Difference, Error> {
    settings.check()?;
    let grid = first.grid();
    if grid != second.grid() {
        let (found, expected) = (second.grid().cells(), grid.cells());
        let what =
            "the second run (of another grid: place, size of cells and their number must agree)";
        return Err(Error::Length { what, found, expected });
    }
    let changes: Vec<Option<f64>> = (0..grid.cells())
        .into_par_iter()
        .map(|cell| {
            let (one, two) = (first.depth_m(cell), second.depth_m(cell));
            (one > 0.0 || two > 0.0).then_some(two - one)
        })
        .collect();
    let known = || changes.iter().flatten();
    let mean = |sum: f64, count: usize| (count > 0).then(|| sum / count as f64);
    let count = known().count();
    let later: Vec<f64> = (0..grid.cells())
        .filter_map(|cell| Some(second.spell(cell, 0)?.from_s - first.spell(cell, 0)?.from_s))
        .collect();
    let most = |sign: f64| {
        let worse = |(cell, by): (usize, &Option<f64>)| Some((cell, (*by)? * sign));
        let (cell, by_m) = changes
            .iter()
            .enumerate()
            .filter_map(worse)
            .filter(|(_, by)| *by > 0.0)
            .reduce(|one, two| if two.1 > one.1 { two } else { one })?;
        Some(Change { at: grid.middle(cell), by_m: by_m * sign })
    };
    Ok(Difference {
        from_to_m2: from_to_m2(first, second, settings),
        most_deeper: most(1.0),
        most_shallower: most(-1.0),
        mean_m: mean(known().sum(), count),
        rms_m: mean(known().map(|by| by * by).sum(), count).map(f64::sqrt),
        later_s: mean(later.iter().sum(), later.len()),
        depth_m: changes.iter().map(|by| by.map_or(f32::NAN, |by| by as f32)).collect(),
    })
}

fn from_to_m2(first: &Flood<'_>, second: &Flood<'_>, settings: &Settings) -> Vec<Vec<f64>> {
    let classes = settings.depth_classes_m.len() + 1;
    let class = |depth_m: f64| settings.depth_class(depth_m).map_or(0, |class| class + 1);
    let mut cells = vec![vec![0_usize; classes]; classes];
    for cell in 0..first.grid().cells() {
        cells[class(first.depth_m(cell))][class(second.depth_m(cell))] += 1;
    }
    let area_m2 = |count: &usize| *count as f64 * first.grid().cell_m2();
    cells.iter().map(|to| to.iter().map(area_m2).collect()).collect()
}
