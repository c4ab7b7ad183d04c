//! Roofs over footprints that are nearly rectangles; flat over all others.

use geo::{Area, MinimumRotatedRect};
use geo_types::{Coord, Polygon};

/// A roof.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RoofForm {
    /// Level, behind a parapet.
    Flat,
    /// Two slopes; rise from the eaves to the ridge, m.
    Gable(f64),
    /// Four slopes; rise, m. Over a square it is a pyramid.
    Hip(f64),
    /// One slope; rise, m.
    Shed(f64),
}

/// The least share of its bounding rectangle that a footprint must fill for a sloped roof to fit.
const FITS: f64 = 0.86;

impl RoofForm {
    /// The form of a code of the list `roof-form`. Temples, pyramids and domes are drawn as hips, sawtooths
    /// as one slope: what is known of them is the code alone.
    pub(super) fn from_code(code: Option<&str>) -> Self {
        match code {
            Some("gable") => Self::Gable(0.0),
            Some("hip" | "pyramid" | "temple" | "dome") => Self::Hip(0.0),
            Some("shed" | "sawtooth") => Self::Shed(0.0),
            _ => Self::Flat,
        }
    }

    /// The form with its rise over a footprint; flat where it does not fit. The rise is within the
    /// building's height: a slope of 30°, at most 45 % of the height and 9 m.
    pub(super) fn fitted(self, outline: &Polygon<f64>, height_m: f64) -> Self {
        let Some(plan) = Plan::of(outline) else { return Self::Flat };
        let most = (height_m * 0.45).min(9.0);
        let rise = |run: f64, slope: f64| (run * slope).min(most);
        match self {
            Self::Flat => Self::Flat,
            Self::Gable(_) => Self::Gable(rise(plan.across_m / 2.0, 0.58)),
            Self::Hip(_) => Self::Hip(rise(plan.across_m / 2.0, 0.62)),
            Self::Shed(_) => Self::Shed(rise(plan.across_m, 0.18)),
        }
    }

    /// Metres from the eaves to the highest point.
    pub fn rise_m(self) -> f64 {
        match self {
            Self::Flat => 0.0,
            Self::Gable(rise) | Self::Hip(rise) | Self::Shed(rise) => rise,
        }
    }
}

/// The rectangle around a footprint, its first side along the longer one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// Counter-clockwise.
    pub(super) corners: [Coord<f64>; 4],
    pub(super) along_m: f64,
    pub(super) across_m: f64,
}

impl Plan {
    /// The plan of a footprint that is nearly a rectangle.
    pub(super) fn of(outline: &Polygon<f64>) -> Option<Self> {
        if !outline.interiors().is_empty() {
            return None;
        }
        let around = outline.minimum_rotated_rect()?;
        if outline.unsigned_area() < FITS * around.unsigned_area() {
            return None;
        }
        let ring: Vec<Coord<f64>> = around.exterior().coords().copied().take(4).collect();
        let mut corners: [Coord<f64>; 4] = ring.try_into().ok()?;
        if around.signed_area() < 0.0 {
            corners.reverse();
        }
        let side = |a: Coord<f64>, b: Coord<f64>| (b.x - a.x).hypot(b.y - a.y);
        if side(corners[0], corners[1]) < side(corners[1], corners[2]) {
            corners.rotate_left(1);
        }
        let (along_m, across_m) = (side(corners[0], corners[1]), side(corners[1], corners[2]));
        (across_m > 1.5).then_some(Self { corners, along_m, across_m })
    }

    /// The plan with its eaves out by so many metres.
    pub(super) fn widened(self, by_m: f64) -> Self {
        let [a, b, c, d] = self.corners;
        let along = Coord { x: (b.x - a.x) / self.along_m, y: (b.y - a.y) / self.along_m };
        let across = Coord { x: (c.x - b.x) / self.across_m, y: (c.y - b.y) / self.across_m };
        let moved = |at: Coord<f64>, u: f64, v: f64| Coord {
            x: at.x + (along.x * u + across.x * v) * by_m,
            y: at.y + (along.y * u + across.y * v) * by_m,
        };
        Self {
            corners: [
                moved(a, -1.0, -1.0),
                moved(b, 1.0, -1.0),
                moved(c, 1.0, 1.0),
                moved(d, -1.0, 1.0),
            ],
            along_m: self.along_m + 2.0 * by_m,
            across_m: self.across_m + 2.0 * by_m,
        }
    }
}
