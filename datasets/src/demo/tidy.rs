//! Tidy shapes: what cutting leaves behind at the scale of centimetres is taken away.
//!
//! Two outlines that run along one another, such as a bank and the road beside it, leave thorns when
//! one is cut by the other: the ring runs out along a line and back on it. In the plane such a ring
//! may just be simple; reprojected, its two sides cross. So thorns are cut where shapes are made.

use geo::{Area, MultiPolygon};
use geo_types::{LineString, Polygon};

use super::{
    line,
    plane::{Point, Ring, area, distance, dot},
};

/// Points nearer to one another than this are one, in metres.
const SAME_M: f64 = 0.01;
/// A tip thinner than this is a thorn, in metres.
const THORN_M: f64 = 0.05;
/// Parts smaller than this are left out, in square metres.
const LEAST_M2: f64 = 0.5;

/// A ring without points that stand on one another and without thorns; empty when nothing is left.
pub(super) fn clean(ring: &[Point]) -> Ring {
    let mut kept: Ring = Vec::with_capacity(ring.len());
    for &p in ring {
        push(&mut kept, p);
    }
    // What meets at the ring's start: take points off either end until it is a corner like others.
    let mut start = 0;
    while kept.len() - start >= 3 {
        let (n, first) = (kept.len(), kept[start]);
        if is_needless(kept[n - 2], kept[n - 1], first) {
            kept.pop();
        } else if is_needless(kept[n - 1], first, kept[start + 1]) {
            start += 1;
        } else {
            break;
        }
    }
    kept.drain(..start);
    if kept.len() < 3 { Vec::new() } else { kept }
}

/// Appends a point, after taking back those before it that it makes needless.
fn push(kept: &mut Ring, p: Point) {
    while let [.., a, b] = kept[..]
        && is_needless(a, b, p)
    {
        kept.pop();
    }
    if kept.last().is_none_or(|&last| distance(last, p) > SAME_M) {
        kept.push(p);
    }
}

/// Whether `b` stands on `c` or is the tip of a thorn.
fn is_needless(a: Point, b: Point, c: Point) -> bool {
    if distance(b, c) <= SAME_M {
        return true;
    }
    if dot(a - b, c - b) <= 0.0 {
        return false;
    }
    let (near, far) = if distance(a, b) < distance(c, b) { (a, c) } else { (c, a) };
    line::nearest(near, b, far).0 < THORN_M
}

/// The outer ring of a polygon, open and counter-clockwise.
pub(super) fn to_ring(polygon: &Polygon<f64>) -> Ring {
    let closed = &polygon.exterior().0;
    let mut ring = clean(&closed[..closed.len().saturating_sub(1)]);
    if area(&ring) < 0.0 {
        ring.reverse();
    }
    ring
}

/// A shape with clean rings, without parts and holes that are no land.
pub(super) fn tidy(shape: MultiPolygon<f64>) -> MultiPolygon<f64> {
    let parts = shape.0.into_iter().filter_map(|part| {
        let (shell, holes) = part.into_inner();
        let shell = closed(&shell)?;
        let part = Polygon::new(shell, holes.iter().filter_map(closed).collect());
        (part.unsigned_area() >= LEAST_M2).then_some(part)
    });
    MultiPolygon(parts.collect())
}

fn closed(ring: &LineString<f64>) -> Option<LineString<f64>> {
    let open = &ring.0[..ring.0.len().saturating_sub(1)];
    let mut ring = clean(open);
    if area(&ring).abs() < LEAST_M2 {
        return None;
    }
    ring.push(ring[0]);
    Some(LineString::new(ring))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::plane::pt;

    #[test]
    fn a_thorn_is_cut_wherever_the_ring_begins() {
        let square = [pt(0.0, 0.0), pt(10.0, 0.0), pt(10.0, 10.0), pt(0.0, 10.0)];
        let thorny = [
            pt(0.0, 0.0),
            pt(10.0, 0.0),
            // Out along the east side for 90 m and back in two steps, two centimetres beside it.
            pt(10.0, 100.0),
            pt(9.99, 50.0),
            pt(9.98, 10.0),
            pt(0.0, 10.0),
        ];
        for turn in 0..thorny.len() {
            let mut ring = thorny.to_vec();
            ring.rotate_left(turn);
            let cleaned = clean(&ring);
            assert!((area(&cleaned) - area(&square)).abs() < 0.3, "{cleaned:?}");
            assert!(cleaned.iter().all(|p| p.y <= 10.0), "{cleaned:?}");
        }
    }

    #[test]
    fn a_clean_ring_stays_as_it_is_and_a_line_is_none() {
        let ring = [pt(0.0, 0.0), pt(30.0, 0.0), pt(31.0, 0.2), pt(15.0, 9.0)];
        assert_eq!(clean(&ring), ring);
        assert!(clean(&[pt(0.0, 0.0), pt(30.0, 0.0), pt(15.0, 0.01), pt(3.0, 0.0)]).is_empty());
    }
}
