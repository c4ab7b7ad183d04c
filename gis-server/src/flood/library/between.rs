//! The water between two runs of the library.

use std::path::Path;

use bytes::Bytes;
use datasets::read::Cog;

use crate::{
    flood::{Output, picture},
    tiles::{grid::Tile, raster::RasterError},
};

/// Depths that stand between those of two runs. Where both are wet, depth goes straight from one to the
/// other. Where only the upper one is, the water falls from its depth: by levels no more than the
/// station falls, so that ground is dry only where even so much less water would leave it; by discharges
/// in proportion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Between {
    /// How far from the lower to the upper, 0 to 1.
    pub share: f64,
    /// By how much the upper station level stands above the lower, m; of discharges there is none.
    pub span_m: Option<f64>,
}

impl Between {
    /// The depth at a place, m; not a number where it is dry, as in the two runs.
    #[must_use]
    pub fn depth_m(&self, lower_m: f32, upper_m: f32) -> f32 {
        let share = self.share as f32;
        let depth = match (lower_m.is_nan(), upper_m.is_nan()) {
            (true, true) => return f32::NAN,
            (false, false) => lower_m + share * (upper_m - lower_m),
            // A run with less water is wet where the other is dry: waves do that.
            (false, true) => (1.0 - share) * lower_m,
            (true, false) => match self.span_m {
                Some(span_m) => upper_m - (1.0 - share) * span_m as f32,
                None => share * upper_m,
            },
        };
        if depth < crate::flood::run::SHALLOW_M { f32::NAN } else { depth }
    }
}

/// A tile of the greatest depths between two runs, in the colours of their legend.
///
/// # Errors
/// [`RasterError`].
pub fn tile(
    lower: &Path,
    upper: &Path,
    tile: Tile,
    between: Between,
) -> Result<Bytes, RasterError> {
    let pixels = |path: &Path| picture::pixels(&Cog::open(path)?, tile);
    let (lower, upper) = (pixels(lower)?, pixels(upper)?);
    let depths = lower.into_iter().zip(upper).map(|(lower, upper)| between.depth_m(lower, upper));
    picture::painted(depths, Output::MaxDepth)
}

#[cfg(test)]
mod tests {
    use super::Between;

    #[test]
    fn water_stands_between_that_of_the_runs_and_at_them_at_the_ends() {
        let at = |share: f64| Between { share, span_m: Some(0.5) };
        assert_eq!(at(0.0).depth_m(1.0, 2.0), 1.0);
        assert_eq!(at(1.0).depth_m(1.0, 2.0), 2.0);
        assert_eq!(at(0.5).depth_m(1.0, 2.0), 1.5);
        // Ground that the upper run wets 0.4 m deep falls dry as the station falls by 0.4 m.
        assert_eq!(at(1.0).depth_m(f32::NAN, 0.4), 0.4);
        assert!((at(0.5).depth_m(f32::NAN, 0.4) - 0.15).abs() < 1e-6);
        assert!(at(0.1).depth_m(f32::NAN, 0.4).is_nan());
        assert!(at(0.5).depth_m(f32::NAN, f32::NAN).is_nan());
        let release = Between { share: 0.5, span_m: None };
        assert!((release.depth_m(f32::NAN, 0.4) - 0.2).abs() < 1e-6);
        assert!((release.depth_m(0.4, f32::NAN) - 0.2).abs() < 1e-6);
    }
}
