//! The ground along a line, with the roofs over it.

use super::{
    By, Obstacles, ground,
    measure::{along_ground_m, plan_distance_m},
};

/// Points of a profile, at most: more is no line on a chart.
const MOST_POINTS: usize = 5_000;

/// A place of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProfilePoint {
    /// From the beginning on the map, m.
    pub along_m: f64,
    /// East and north, m.
    pub at: [f64; 2],
    /// Elevation of the ground, m.
    pub ground_m: f64,
    /// Elevation of the roof over it, m, and whose it is.
    pub roof: Option<(f64, By)>,
}

/// The ground along a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Places along the line, evenly within each of its parts and at each of its corners.
    pub points: Vec<ProfilePoint>,
    /// Length on the map, m.
    pub length_m: f64,
    /// Length along the ground's surface, m.
    pub ground_length_m: f64,
    /// Sum of what rises, m.
    pub climb_m: f64,
    /// Sum of what falls, m.
    pub descent_m: f64,
    /// The ground's lowest and highest elevation, m.
    pub range_m: (f64, f64),
    /// The steepest part, metres up or down a metre on the map.
    pub steepest: f64,
}

/// The profile along a line of places, its points at most `step_m` apart (and never more than 5000 of them).
/// Lengths, climbs and slopes are those of the ground as it is drawn, not of the points. `None` where the line
/// has no length.
pub fn profile(obstacles: &Obstacles<'_>, line: &[[f64; 2]], step_m: f64) -> Option<Profile> {
    let length_m: f64 = line.windows(2).map(|pair| plan_distance_m(pair[0], pair[1])).sum();
    let is_sound = length_m > 1e-6 && length_m.is_finite() && step_m > 0.0;
    let first = line.first().filter(|_| is_sound)?;
    let step_m = step_m.max(length_m / MOST_POINTS as f64);
    let mut made = Profile {
        points: vec![point(obstacles, *first, 0.0)],
        length_m,
        ground_length_m: 0.0,
        climb_m: 0.0,
        descent_m: 0.0,
        range_m: (f64::INFINITY, f64::NEG_INFINITY),
        steepest: 0.0,
    };
    let mut along_m = 0.0;
    for pair in line.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let part_m = plan_distance_m(from, to);
        if part_m <= 0.0 {
            continue;
        }
        let count = (part_m / step_m).ceil().max(1.0) as usize;
        made.points.extend((1..=count).map(|k| {
            let part = k as f64 / count as f64;
            point(obstacles, on(from, to, part), along_m + part_m * part)
        }));
        made.ground_length_m += along_ground_m(obstacles.heights, from, to);
        made.walk(obstacles, from, to, part_m);
        along_m += part_m;
    }
    Some(made)
}

fn on(from: [f64; 2], to: [f64; 2], part: f64) -> [f64; 2] {
    [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part]
}

fn point(obstacles: &Obstacles<'_>, at: [f64; 2], along_m: f64) -> ProfilePoint {
    let ground_m = obstacles.heights.at(at[0], at[1]);
    let roof = obstacles.roof_at(at);
    ProfilePoint { along_m, at, ground_m, roof }
}

impl Profile {
    /// Takes in what rises and falls under a straight part of the line.
    fn walk(&mut self, obstacles: &Obstacles<'_>, from: [f64; 2], to: [f64; 2], part_m: f64) {
        let up = |part: f64| {
            let [east, north] = on(from, to, part);
            obstacles.heights.at(east, north)
        };
        let (mut before, mut height) = (0.0, up(0.0));
        self.range_m = (self.range_m.0.min(height), self.range_m.1.max(height));
        for part in ground::bends(obstacles.heights, from, to) {
            let here = up(part);
            let (run_m, rise_m) = ((part - before) * part_m, here - height);
            self.climb_m += rise_m.max(0.0);
            self.descent_m += (-rise_m).max(0.0);
            self.range_m = (self.range_m.0.min(here), self.range_m.1.max(here));
            // Shorter pieces have a slope of rounding.
            if run_m > 1e-3 {
                self.steepest = self.steepest.max((rise_m / run_m).abs());
            }
            (before, height) = (part, here);
        }
    }
}
