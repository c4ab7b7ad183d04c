//! Rings in the plane, in metres: areas, boxes, cuts.
//!
//! A ring is open (its first point is not repeated) and runs counter-clockwise.

use geo_types::{Coord, LineString, Polygon};

use super::tidy::clean;

/// A point in the town's plane: metres east and north of its centre.
pub(super) type Point = Coord<f64>;
/// A simple ring, open, counter-clockwise.
pub(super) type Ring = Vec<Point>;

pub(super) const fn pt(x: f64, y: f64) -> Point {
    Coord { x, y }
}

pub(super) fn dot(a: Point, b: Point) -> f64 {
    a.x * b.x + a.y * b.y
}

pub(super) fn cross(a: Point, b: Point) -> f64 {
    a.x * b.y - a.y * b.x
}

pub(super) fn length(a: Point) -> f64 {
    // Not `hypot`, which is many times slower and guards against overflows that metres never reach.
    dot(a, a).sqrt()
}

pub(super) fn distance(a: Point, b: Point) -> f64 {
    length(b - a)
}

/// The direction of a vector; east when it has none.
pub(super) fn unit(a: Point) -> Point {
    let l = length(a);
    if l > 1e-12 { a / l } else { pt(1.0, 0.0) }
}

/// A quarter turn to the left.
pub(super) fn left_of(a: Point) -> Point {
    pt(-a.y, a.x)
}

pub(super) fn turned(a: Point, radians: f64) -> Point {
    let (sin, cos) = radians.sin_cos();
    pt(a.x * cos - a.y * sin, a.x * sin + a.y * cos)
}

pub(super) fn lerp(a: Point, b: Point, f: f64) -> Point {
    a + (b - a) * f
}

/// Hermite step from 0 at `from` to 1 at `to`.
pub(super) fn smoothstep(from: f64, to: f64, x: f64) -> f64 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Signed area, positive when counter-clockwise.
pub(super) fn area(ring: &[Point]) -> f64 {
    let Some(&origin) = ring.first() else { return 0.0 };
    let twice: f64 = ring.windows(2).map(|edge| cross(edge[0] - origin, edge[1] - origin)).sum();
    twice / 2.0
}

pub(super) fn centroid(ring: &[Point]) -> Point {
    let Some(&origin) = ring.first() else { return pt(0.0, 0.0) };
    let (mut sum, mut twice) = (pt(0.0, 0.0), 0.0);
    for edge in ring.windows(2) {
        let (a, b) = (edge[0] - origin, edge[1] - origin);
        let weight = cross(a, b);
        sum = sum + (a + b) * weight;
        twice += weight;
    }
    if twice.abs() < 1e-9 { origin } else { origin + sum / (3.0 * twice) }
}

pub(super) fn contains(ring: &[Point], p: Point) -> bool {
    let mut inside = false;
    let mut a = match ring.last() {
        Some(&last) => last,
        None => return false,
    };
    for &b in ring {
        if (a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x {
            inside = !inside;
        }
        a = b;
    }
    inside
}

/// South-west and north-east corners of the points' box.
pub(super) fn bounds(points: &[Point]) -> (Point, Point) {
    let start = (pt(f64::MAX, f64::MAX), pt(f64::MIN, f64::MIN));
    points.iter().fold(start, |(lo, hi), p| {
        (pt(lo.x.min(p.x), lo.y.min(p.y)), pt(hi.x.max(p.x), hi.y.max(p.y)))
    })
}

/// Smallest and largest reach of a ring along a direction.
pub(super) fn reach(ring: &[Point], along: Point) -> (f64, f64) {
    ring.iter().map(|&p| dot(p, along)).fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(x), b.max(x)))
}

/// A box at any angle; `u` runs along its longer side.
#[derive(Debug, Clone, Copy)]
pub(super) struct TurnedBox {
    pub(super) centre: Point,
    pub(super) u: Point,
    pub(super) half_u: f64,
    pub(super) half_v: f64,
}

impl TurnedBox {
    /// The box of a ring at a given angle.
    pub(super) fn along(ring: &[Point], u: Point) -> Self {
        let v = left_of(u);
        let ((u0, u1), (v0, v1)) = (reach(ring, u), reach(ring, v));
        let centre = u * ((u0 + u1) / 2.0) + v * ((v0 + v1) / 2.0);
        let (half_u, half_v) = ((u1 - u0) / 2.0, (v1 - v0) / 2.0);
        if half_u >= half_v {
            Self { centre, u, half_u, half_v }
        } else {
            Self { centre, u: v, half_u: half_v, half_v: half_u }
        }
    }

    /// The box of least area (one of its sides lies along an edge of the hull).
    pub(super) fn around(ring: &[Point]) -> Self {
        let hull = convex_hull(ring);
        let mut best = Self::along(&hull, pt(1.0, 0.0));
        for (i, &a) in hull.iter().enumerate() {
            let b = hull[(i + 1) % hull.len()];
            let candidate = Self::along(&hull, unit(b - a));
            if candidate.half_u * candidate.half_v < best.half_u * best.half_v - 1e-6 {
                best = candidate;
            }
        }
        best
    }

    pub(super) fn v(&self) -> Point {
        left_of(self.u)
    }
}

/// Convex hull by Andrew's monotone chain.
pub(super) fn convex_hull(points: &[Point]) -> Ring {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let mut hull: Ring = Vec::with_capacity(sorted.len() + 1);
    let mut half = |points: &mut dyn Iterator<Item = Point>| {
        let base = hull.len();
        for p in points {
            while hull.len() >= base + 2
                && cross(hull[hull.len() - 1] - hull[hull.len() - 2], p - hull[hull.len() - 1])
                    <= 0.0
            {
                hull.pop();
            }
            hull.push(p);
        }
        hull.pop();
    };
    half(&mut sorted.iter().copied());
    half(&mut sorted.iter().rev().copied());
    hull
}

/// Cuts a simple ring by a line; the parts left of it and right of it.
pub(super) fn split(ring: &[Point], origin: Point, along: Point) -> (Vec<Ring>, Vec<Ring>) {
    let side: Vec<f64> = ring
        .iter()
        .map(|&p| cross(along, p - origin))
        .map(|d| if d.abs() < 1e-9 { 1e-9 } else { d })
        .collect();
    let mut walk: Vec<(Point, Option<usize>)> = Vec::with_capacity(ring.len() + 4);
    let mut cuts: Vec<(f64, usize)> = Vec::new();
    for (i, &a) in ring.iter().enumerate() {
        let j = (i + 1) % ring.len();
        walk.push((a, None));
        if (side[i] > 0.0) != (side[j] > 0.0) {
            let x = lerp(a, ring[j], side[i] / (side[i] - side[j]));
            cuts.push((dot(along, x - origin), walk.len()));
            walk.push((x, Some(0)));
        }
    }
    if cuts.len() < 2 {
        let whole = vec![ring.to_vec()];
        let leftmost =
            side.iter().copied().fold(0.0, |m: f64, d| if d.abs() > m.abs() { d } else { m });
        return if leftmost > 0.0 { (whole, Vec::new()) } else { (Vec::new(), whole) };
    }
    // Sorted along the line, cuts bound in pairs the stretches that run inside the ring.
    cuts.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for pair in cuts.chunks_exact(2) {
        walk[pair[0].1].1 = Some(pair[1].1);
        walk[pair[1].1].1 = Some(pair[0].1);
    }
    let left_after = |at: usize| {
        let next = walk[(at + 1) % walk.len()];
        let next = if next.1.is_some() { lerp(walk[at].0, next.0, 0.5) } else { next.0 };
        cross(along, next - origin) > 0.0
    };
    let mut used = vec![false; walk.len()];
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for &(_, start) in &cuts {
        if used[start] {
            continue;
        }
        let part = trace(&walk, start, &mut used);
        if part.len() >= 3 {
            if left_after(start) { left.push(part) } else { right.push(part) }
        }
    }
    (left, right)
}

/// Follows the ring from a cut to the next, jumps to that one's partner, until it is back.
fn trace(walk: &[(Point, Option<usize>)], start: usize, used: &mut [bool]) -> Ring {
    let mut part = vec![walk[start].0];
    used[start] = true;
    let mut at = start;
    for _ in 0..2 * walk.len() {
        at = (at + 1) % walk.len();
        part.push(walk[at].0);
        if let Some(partner) = walk[at].1 {
            if partner == start {
                break;
            }
            used[partner] = true;
            part.push(walk[partner].0);
            at = partner;
        }
    }
    clean(&part)
}

/// Cuts a strip of some width along a line out of a ring: (left parts, the strip, right parts).
pub(super) fn carve(
    ring: &[Point],
    origin: Point,
    along: Point,
    width: f64,
) -> (Vec<Ring>, Vec<Ring>, Vec<Ring>) {
    let shift = left_of(along) * (width / 2.0);
    let (left, rest) = split(ring, origin + shift, along);
    let (mut strip, mut right) = (Vec::new(), Vec::new());
    for part in rest {
        let (mid, beyond) = split(&part, origin - shift, along);
        strip.extend(mid);
        right.extend(beyond);
    }
    (left, strip, right)
}

/// The part of a ring inside a convex one (Sutherland and Hodgman).
pub(super) fn clip_convex(subject: &[Point], convex: &[Point]) -> Ring {
    let mut kept = subject.to_vec();
    for (i, &a) in convex.iter().enumerate() {
        let along = convex[(i + 1) % convex.len()] - a;
        kept = clip_half(&kept, a, along);
    }
    clean(&kept)
}

/// The part of a convex ring left of a line.
pub(super) fn clip_half(ring: &[Point], origin: Point, along: Point) -> Ring {
    let mut kept = Vec::with_capacity(ring.len() + 2);
    for (i, &p) in ring.iter().enumerate() {
        let q = ring[(i + 1) % ring.len()];
        let (dp, dq) = (cross(along, p - origin), cross(along, q - origin));
        if dp >= 0.0 {
            kept.push(p);
        }
        if (dp > 0.0 && dq < 0.0) || (dp < 0.0 && dq > 0.0) {
            kept.push(lerp(p, q, dp / (dp - dq)));
        }
    }
    kept
}

/// A rectangle from its centre, the direction of its first side and its half sides.
pub(super) fn rectangle(centre: Point, u: Point, half_u: f64, half_v: f64) -> Ring {
    let (u, v) = (u * half_u, left_of(u) * half_v);
    vec![centre - u - v, centre + u - v, centre + u + v, centre - u + v]
}

pub(super) fn to_polygon(ring: &[Point]) -> Polygon<f64> {
    let mut closed = ring.to_vec();
    closed.extend(ring.first().copied());
    Polygon::new(LineString::new(closed), Vec::new())
}
