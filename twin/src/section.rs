//! What lies below, and a box that cuts the city open.
//!
//! A [`Section`] is a box on the map with heights and a heading. It is taken out of ground, buildings, roads, trees and
//! models, or all but it is; its sides show the earth, and cut buildings their inside in one colour. The cut is made
//! where pixels are (a `discard` in each material, so it works on WebGL 2 too), in the shadows' pictures as well, and
//! geometry stays as it is: who points goes through the box ([`crate::inspect::pick_cut`]), but tools reckon with the
//! whole city. Pipes and cables ([`pipes`]) lie at their depths; they are seen in a cut and through ground that is let
//! through.

mod draw;
pub mod pipes;
mod walls;

use bevy::prelude::*;
use city::frame::LocalFrame;
use serde::{Deserialize, Serialize};

pub use draw::{SectionPlugin, Underground};
pub use walls::walls_of;

/// A box that cuts.
///
/// ```
/// let text = r#"{"lon": 108.4785, "lat": 15.5675, "width_m": 60, "depth_m": 20, "low_m": -4, "high_m": 50}"#;
/// let section: twin::section::Section = serde_json::from_str(text)?;
/// assert!(!section.keeps && section.heading_deg == 0.0);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Longitude of its middle, degrees.
    pub lon: f64,
    /// Its latitude, degrees.
    pub lat: f64,
    /// West to east before it is turned, m.
    pub width_m: f64,
    /// South to north before it is turned, m.
    pub depth_m: f64,
    /// How far it is turned clockwise seen from above, degrees.
    #[serde(default)]
    pub heading_deg: f64,
    /// Elevation of its floor, m.
    pub low_m: f64,
    /// Elevation of its top, m.
    pub high_m: f64,
    /// Whether all but it is taken away; else it is.
    #[serde(default)]
    pub keeps: bool,
}

impl Section {
    /// The box with each number within what can be drawn; `None` where one is no number.
    pub fn bounded(mut self) -> Option<Self> {
        let numbers = [
            self.lon,
            self.lat,
            self.width_m,
            self.depth_m,
            self.heading_deg,
            self.low_m,
            self.high_m,
        ];
        if numbers.iter().any(|it| !it.is_finite()) || self.lat.abs() > 85.0 {
            return None;
        }
        self.width_m = self.width_m.abs().clamp(0.5, 20_000.0);
        self.depth_m = self.depth_m.abs().clamp(0.5, 20_000.0);
        self.low_m = self.low_m.clamp(-1_000.0, 9_000.0);
        self.high_m = self.high_m.clamp(self.low_m + 0.1, 10_000.0);
        Some(self)
    }

    /// The box between two corners on the map, from below the ground to above what stands there.
    pub fn between(
        a: [f64; 2],
        b: [f64; 2],
        frame: &LocalFrame,
        low_m: f64,
        high_m: f64,
    ) -> Option<Self> {
        let (lon, lat) = frame.to_lon_lat((a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0);
        let made = Self {
            lon,
            lat,
            width_m: (a[0] - b[0]).abs(),
            depth_m: (a[1] - b[1]).abs(),
            heading_deg: 0.0,
            low_m,
            high_m,
            keeps: false,
        };
        made.bounded()
    }

    /// Its corners on the map, counter-clockwise from the south-west before it is turned, m.
    pub fn corners(&self, frame: &LocalFrame) -> [[f64; 2]; 4] {
        let (east, north) = frame.from_lon_lat(self.lon, self.lat);
        let (sin, cos) = self.heading_deg.to_radians().sin_cos();
        let (x, y) = (self.width_m / 2.0, self.depth_m / 2.0);
        [[-x, -y], [x, -y], [x, y], [-x, y]]
            .map(|[x, y]| [east + x * cos + y * sin, north - x * sin + y * cos])
    }

    /// Whether a place (east, north, up, m) is taken away.
    pub fn takes(&self, at: [f64; 3], frame: &LocalFrame) -> bool {
        let (east, north) = frame.from_lon_lat(self.lon, self.lat);
        let (sin, cos) = self.heading_deg.to_radians().sin_cos();
        let (dx, dy) = (at[0] - east, at[1] - north);
        let (x, y) = (dx * cos - dy * sin, dx * sin + dy * cos);
        let is_inside = x.abs() <= self.width_m / 2.0
            && y.abs() <= self.depth_m / 2.0
            && (self.low_m..=self.high_m).contains(&at[2]);
        is_inside != self.keeps
    }

    /// Where a ray (east, north, up, m, and a unit vector) is inside of the box: from and to, m from its beginning.
    pub fn crossed(
        &self,
        from: [f64; 3],
        towards: [f64; 3],
        frame: &LocalFrame,
    ) -> Option<(f64, f64)> {
        let (east, north) = frame.from_lon_lat(self.lon, self.lat);
        let (sin, cos) = self.heading_deg.to_radians().sin_cos();
        let turned = |x: f64, y: f64| [x * cos - y * sin, x * sin + y * cos];
        let [x, y] = turned(from[0] - east, from[1] - north);
        let [dx, dy] = turned(towards[0], towards[1]);
        let (half_x, half_y) = (self.width_m / 2.0, self.depth_m / 2.0);
        let sides = [
            (x, dx, -half_x, half_x),
            (y, dy, -half_y, half_y),
            (from[2], towards[2], self.low_m, self.high_m),
        ];
        let mut inside = (0.0f64, f64::INFINITY);
        for (at, way, low, high) in sides {
            if way.abs() < 1e-12 {
                if !(low..=high).contains(&at) {
                    return None;
                }
                continue;
            }
            let (a, b) = ((low - at) / way, (high - at) / way);
            inside = (inside.0.max(a.min(b)), inside.1.min(a.max(b)));
        }
        (inside.0 < inside.1).then_some(inside)
    }
}

/// How the city is cut, as a resource.
#[derive(Debug, Clone, Default, PartialEq, Resource)]
pub struct Cutting {
    /// The box.
    pub section: Option<Section>,
    /// How much of what lies below is seen through the ground, 0 to 1.
    pub see_through: f64,
}

impl Cutting {
    /// Whether what lies below the ground can be seen.
    pub fn is_open(&self) -> bool {
        self.section.is_some() || self.see_through > 0.0
    }

    /// How far above the ground an eye stays, m: where the ground is open it may go below.
    pub fn eye_floor_m(&self) -> f64 {
        if self.is_open() { -40.0 } else { 1.5 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_takes_what_is_in_it_or_leaves_that_alone() {
        let frame = LocalFrame::at(108.474, 15.5736);
        let made = Section::between([-30.0, -10.0], [30.0, 10.0], &frame, -4.0, 50.0).unwrap();
        assert_eq!((made.width_m, made.depth_m), (60.0, 20.0));
        assert!(made.takes([29.0, 9.0, 0.0], &frame) && !made.takes([29.0, 11.0, 0.0], &frame));
        assert!(!made.takes([0.0, 0.0, -5.0], &frame));
        let turned = Section { heading_deg: 90.0, ..made };
        assert!(turned.takes([9.0, -29.0, 0.0], &frame) && !turned.takes([29.0, 9.0, 0.0], &frame));
        // A quarter turn clockwise takes the south-western corner to the north-west.
        let corner = turned.corners(&frame)[0];
        assert!((corner[0] + 10.0).abs() < 1e-6 && (corner[1] - 30.0).abs() < 1e-6, "{corner:?}");
        let kept = Section { keeps: true, ..made };
        assert!(!kept.takes([0.0, 0.0, 0.0], &frame) && kept.takes([100.0, 0.0, 0.0], &frame));
        // Down through the middle of the box: from its top to its floor; along its short side, 20 m of it.
        let down = made.crossed([0.0, 0.0, 100.0], [0.0, 0.0, -1.0], &frame).unwrap();
        assert!((down.0 - 50.0).abs() < 1e-9 && (down.1 - 104.0).abs() < 1e-9, "{down:?}");
        let along = made.crossed([0.0, -40.0, 5.0], [0.0, 1.0, 0.0], &frame).unwrap();
        assert!((along.0 - 30.0).abs() < 1e-6 && (along.1 - 50.0).abs() < 1e-6, "{along:?}");
        let long = turned.crossed([0.0, -40.0, 5.0], [0.0, 1.0, 0.0], &frame).unwrap();
        assert!((long.0 - 10.0).abs() < 1e-6 && (long.1 - 70.0).abs() < 1e-6, "{long:?}");
        assert!(made.crossed([0.0, -40.0, 60.0], [0.0, 1.0, 0.0], &frame).is_none());
        assert!(Section { width_m: f64::NAN, ..made }.bounded().is_none());
        assert_eq!(Section { high_m: -9.0, ..made }.bounded().unwrap().high_m, -3.9);
    }
}
