//! Distances and areas.

use super::ground;
use crate::model::Heights;

/// From a place to another, straight through the air, m.
///
/// ```
/// assert_eq!(twin::tools::distance_m([0.0, 0.0, 0.0], [2.0, 3.0, 6.0]), 7.0);
/// ```
pub fn distance_m(from: [f64; 3], to: [f64; 3]) -> f64 {
    (0..3).map(|k| (to[k] - from[k]).powi(2)).sum::<f64>().sqrt()
}

/// From a place to another on the map, m.
pub fn plan_distance_m(from: [f64; 2], to: [f64; 2]) -> f64 {
    (to[0] - from[0]).hypot(to[1] - from[1])
}

/// From a place to another as one walks: along the ground's surface under the straight line, m. Exact for the
/// ground as it is drawn: the line is cut where the ground bends.
pub fn along_ground_m(heights: &Heights, from: [f64; 2], to: [f64; 2]) -> f64 {
    let flat_m = plan_distance_m(from, to);
    let up = |part: f64| {
        heights.at(from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part)
    };
    let (mut before, mut height, mut sum) = (0.0, up(0.0), 0.0);
    for part in ground::bends(heights, from, to) {
        let here = up(part);
        sum += ((part - before) * flat_m).hypot(here - height);
        (before, height) = (part, here);
    }
    sum
}

/// The area of a polygon on the map, m², its ring closed or not, either way round (Gauss's shoelace formula).
/// Of a ring that [`crosses_itself`] it is no area.
pub fn area_m2(ring: &[[f64; 2]]) -> f64 {
    let Some(origin) = ring.first() else { return 0.0 };
    let at = |p: &[f64; 2]| [p[0] - origin[0], p[1] - origin[1]];
    let twice: f64 =
        sides(ring).map(|(p, q)| (at(&p), at(&q))).map(|(p, q)| p[0] * q[1] - q[0] * p[1]).sum();
    twice.abs() / 2.0
}

/// Whether two sides of a ring that are not neighbours meet.
pub fn crosses_itself(ring: &[[f64; 2]]) -> bool {
    let all: Vec<_> = sides(ring).filter(|(p, q)| p != q).collect();
    let turn = |o: [f64; 2], a: [f64; 2], b: [f64; 2]| {
        (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])
    };
    let cross = |(a, b): ([f64; 2], [f64; 2]), (c, d): ([f64; 2], [f64; 2])| {
        turn(a, b, c) * turn(a, b, d) < 0.0 && turn(c, d, a) * turn(c, d, b) < 0.0
    };
    (0..all.len()).any(|i| (i + 1..all.len()).any(|j| cross(all[i], all[j])))
}

/// The sides of a ring, the last back to the first corner.
pub(super) fn sides(ring: &[[f64; 2]]) -> impl Iterator<Item = ([f64; 2], [f64; 2])> {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}
