//! What a run's maxima do not keep: seen frame by frame while the run goes on, or played again.

use rayon::prelude::*;

use super::{Debris, Error, Grid, hazard, view::wet};
use crate::flood::THRESHOLDS_M;

/// What is gathered from the frames of a run: the hour of the peak, when water left, the maximum of the
/// hazard rating, and the course of the water at chosen cells (roads).
///
/// ```
/// use sim::impact::{Debris, Grid, Watch};
///
/// let grid = Grid::new(2, 1, 10.0, 0.0, 0.0)?;
/// let mut watch = Watch::new(&grid, vec![1], Debris::Cautious)?;
/// watch.see(0.0, &[0.0, 0.0], &[0.0, 0.0])?;
/// watch.see(600.0, &[0.0, 0.4], &[0.0, 1.0])?;
/// watch.see(1200.0, &[0.0, 0.2], &[0.0, 0.5])?;
/// assert_eq!(watch.peak_s()[1], 600.0);
/// assert_eq!(watch.rating()[1], 1.6);
/// # Ok::<(), sim::impact::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    debris: Debris,
    times_s: Vec<f64>,
    /// Depth in the last frame, and the largest so far, m.
    last_m: Vec<f32>,
    most_m: Vec<f32>,
    pub(super) peak_s: Vec<f32>,
    pub(super) rating: Vec<f32>,
    /// For each threshold: since when the water stands below it again; negative while it stands as
    /// deep, not a number where it never did.
    below_s: [Vec<f32>; 4],
    /// Cells whose course is kept, ascending.
    cells: Vec<usize>,
    /// Depth and speed at those cells, frame by frame.
    course: Vec<Vec<(f32, f32)>>,
}

impl Watch {
    /// Before the first frame. `cells` are those whose course is to be kept (of roads); each costs 8
    /// bytes a frame.
    ///
    /// # Errors
    /// Where a cell is not in the grid.
    pub fn new(grid: &Grid, mut cells: Vec<usize>, debris: Debris) -> Result<Self, Error> {
        cells.sort_unstable();
        cells.dedup();
        if let Some(last) = cells.last().filter(|last| **last >= grid.cells()) {
            let (name, range) = ("a watched cell", "a cell of the grid");
            return Err(Error::Parameter { name, value: *last as f64, range });
        }
        let (none, never) = (vec![0.0; grid.cells()], vec![f32::NAN; grid.cells()]);
        Ok(Self {
            debris,
            times_s: Vec::new(),
            last_m: none.clone(),
            most_m: none.clone(),
            peak_s: never.clone(),
            rating: none,
            below_s: std::array::from_fn(|_| never.clone()),
            cells,
            course: Vec::new(),
        })
    }

    /// Sees the depths and speeds of a time.
    ///
    /// # Errors
    /// Where a raster does not fit or times do not ascend.
    pub fn see(&mut self, time_s: f64, depth_m: &[f32], speed_m_s: &[f32]) -> Result<(), Error> {
        let frames = [("a frame of depths", depth_m.len()), ("a frame of speeds", speed_m_s.len())];
        for (what, found) in frames {
            let expected = self.last_m.len();
            if found != expected {
                return Err(Error::Length { what, found, expected });
            }
        }
        let before_s = self.times_s.last().copied().unwrap_or(f64::NEG_INFINITY);
        if !(time_s > before_s && time_s.is_finite()) {
            return Err(Error::Order { what: "a frame", time_s, before_s });
        }
        self.see_peaks(time_s as f32, depth_m, speed_m_s);
        self.see_ends(time_s as f32, depth_m);
        self.last_m.copy_from_slice(depth_m);
        let at = |cell: &usize| (wet(depth_m[*cell]) as f32, wet(speed_m_s[*cell]) as f32);
        self.course.push(self.cells.iter().map(at).collect());
        self.times_s.push(time_s);
        Ok(())
    }

    fn see_peaks(&mut self, time_s: f32, depth_m: &[f32], speed_m_s: &[f32]) {
        let (debris, seen) = (self.debris, depth_m.par_iter().zip(speed_m_s));
        let peaks = self.most_m.par_iter_mut().zip(&mut self.peak_s).zip(&mut self.rating);
        peaks.zip(seen).for_each(|(((most_m, peak_s), rating), (depth_m, speed_m_s))| {
            if *depth_m > *most_m {
                (*most_m, *peak_s) = (*depth_m, time_s);
            }
            let now = hazard::rating(wet(*depth_m), wet(*speed_m_s), debris) as f32;
            *rating = rating.max(now);
        });
    }

    fn see_ends(&mut self, time_s: f32, depth_m: &[f32]) {
        for (threshold, below_s) in THRESHOLDS_M.iter().zip(&mut self.below_s) {
            // As f32, like the depths: 0.1 in f32 is above 0.1.
            let threshold = *threshold as f32;
            let changes = below_s.par_iter_mut().zip(depth_m).zip(&self.last_m);
            changes.for_each(|((below_s, now), before)| {
                if *now >= threshold {
                    *below_s = -1.0;
                } else if *before >= threshold {
                    *below_s = time_s;
                }
            });
        }
    }

    /// Times of the frames, s of the run.
    #[must_use]
    pub fn times_s(&self) -> &[f64] {
        &self.times_s
    }

    /// When each cell was deepest, s of the run; not a number where it stayed dry.
    #[must_use]
    pub fn peak_s(&self) -> &[f32] {
        &self.peak_s
    }

    /// The largest hazard rating of each cell; 0 where it stayed dry.
    #[must_use]
    pub fn rating(&self) -> &[f32] {
        &self.rating
    }

    /// When a cell fell below a threshold for good: nothing where no frame saw it as deep, "none" where
    /// the last still did.
    pub(super) fn end(&self, cell: usize, threshold: usize) -> Option<Option<f64>> {
        let below_s = self.below_s[threshold][cell];
        (!below_s.is_nan()).then(|| (below_s >= 0.0).then(|| f64::from(below_s)))
    }

    /// Depth (m) and speed (m/s) of a cell, frame by frame; none where its course is not kept.
    pub fn course(&self, cell: usize) -> Option<impl Iterator<Item = (f64, f64)>> {
        let at = self.cells.binary_search(&cell).ok()?;
        let frame = move |frame: &Vec<(f32, f32)>| (f64::from(frame[at].0), f64::from(frame[at].1));
        Some(self.course.iter().map(frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch() -> Watch {
        let grid = Grid::new(3, 1, 1.0, 0.0, 0.0).expect("a grid");
        Watch::new(&grid, vec![2, 1, 2], Debris::Without).expect("cells of the grid")
    }

    #[test]
    fn water_that_comes_twice_ends_when_it_leaves_for_good() {
        let mut watch = watch();
        for (time_s, depth_m) in [(0.0, 0.0), (1.0, 0.4), (2.0, 0.0), (3.0, 0.2), (4.0, 0.05)] {
            watch.see(time_s, &[0.0, depth_m, 0.6], &[0.0, 1.0, 0.0]).expect("a frame");
        }
        assert_eq!(watch.end(0, 0), None);
        assert_eq!(watch.end(1, 0), Some(Some(4.0)), "0.1 m");
        assert_eq!(watch.end(1, 1), Some(Some(2.0)), "0.3 m");
        assert_eq!(watch.end(1, 2), None, "0.5 m");
        assert_eq!(watch.end(2, 2), Some(None));
        assert_eq!(watch.peak_s()[1..], [1.0, 0.0]);
        assert_eq!(watch.rating()[1], 0.6);
        assert_eq!(watch.course(2).map(Iterator::count), Some(5));
        assert!(watch.course(0).is_none());
    }

    #[test]
    fn frames_out_of_order_and_of_another_size_are_refused() {
        let mut watch = watch();
        watch.see(5.0, &[0.0; 3], &[0.0; 3]).expect("a frame");
        assert!(matches!(watch.see(5.0, &[0.0; 3], &[0.0; 3]), Err(Error::Order { .. })));
        assert!(matches!(watch.see(6.0, &[0.0; 2], &[0.0; 3]), Err(Error::Length { .. })));
    }
}
