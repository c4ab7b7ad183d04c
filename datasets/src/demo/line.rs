//! Lines of many points: lengths, offsets, curves.

use super::{
    plane::{Point, Ring, area, cross, distance, dot, left_of, length, lerp, pt, unit},
    tidy::clean,
};

pub(super) fn length_of(line: &[Point]) -> f64 {
    line.windows(2).map(|s| distance(s[0], s[1])).sum()
}

/// The point at a distance along the line, and the direction there.
pub(super) fn at(line: &[Point], chainage: f64) -> (Point, Point) {
    let mut left = chainage.max(0.0);
    for s in line.windows(2) {
        let l = distance(s[0], s[1]);
        if left <= l && l > 0.0 {
            return (lerp(s[0], s[1], left / l), unit(s[1] - s[0]));
        }
        left -= l;
    }
    match line {
        [.., a, b] => (*b, unit(*b - *a)),
        [a] => (*a, pt(1.0, 0.0)),
        [] => (pt(0.0, 0.0), pt(1.0, 0.0)),
    }
}

/// The stretch between two distances along the line.
pub(super) fn slice(line: &[Point], from: f64, to: f64) -> Vec<Point> {
    let mut part = vec![at(line, from).0];
    let mut run = 0.0;
    for s in line.windows(2) {
        run += distance(s[0], s[1]);
        if run > from + 1e-6 && run < to - 1e-6 {
            part.push(s[1]);
        }
    }
    part.push(at(line, to).0);
    part.dedup_by(|a, b| distance(*a, *b) < 1e-6);
    part
}

/// The line shifted to its left (or right, when negative).
pub(super) fn offset(line: &[Point], left: f64) -> Vec<Point> {
    let n = line.len();
    (0..n)
        .map(|i| {
            let before = if i > 0 {
                unit(line[i] - line[i - 1])
            } else {
                unit(line[1.min(n - 1)] - line[0])
            };
            let after = if i + 1 < n { unit(line[i + 1] - line[i]) } else { before };
            let normal = unit(left_of(before) + left_of(after));
            // A mitre, held short where the line turns sharply.
            let stretch = 1.0 / dot(normal, left_of(before)).max(0.6);
            line[i] + normal * (left * stretch)
        })
        .collect()
}

/// The band within a distance of a gently curved line, with straight ends.
pub(super) fn band(line: &[Point], half: f64) -> Ring {
    band_of(line, |_| half)
}

/// A band whose half width changes along the line.
pub(super) fn band_of(line: &[Point], half: impl Fn(usize) -> f64) -> Ring {
    let sides = offset(line, 1.0);
    let wide = |sign: f64| {
        line.iter().zip(&sides).enumerate().map(move |(i, (&p, &s))| (i, p, (s - p) * sign))
    };
    let mut ring: Ring = wide(-1.0).map(|(i, p, n)| p + n * half(i)).collect();
    let mut back: Ring = wide(1.0).map(|(i, p, n)| p + n * half(i)).collect();
    back.reverse();
    ring.append(&mut back);
    let mut ring = clean(&ring);
    if area(&ring) < 0.0 {
        ring.reverse();
    }
    ring
}

/// A curve through the points (centripetal enough for even spacing: uniform Catmull–Rom), with a
/// point about every `step` metres.
pub(super) fn smooth(points: &[Point], step: f64) -> Vec<Point> {
    let n = points.len();
    if n < 3 {
        return resample(points, step);
    }
    let mut curve = Vec::new();
    for i in 0..n - 1 {
        let (p1, p2) = (points[i], points[i + 1]);
        let p0 = if i > 0 { points[i - 1] } else { p1 * 2.0 - p2 };
        let p3 = if i + 2 < n { points[i + 2] } else { p2 * 2.0 - p1 };
        let pieces = (distance(p1, p2) / step).ceil().max(1.0) as usize;
        for k in 0..pieces {
            let t = k as f64 / pieces as f64;
            let (t2, t3) = (t * t, t * t * t);
            curve.push(
                (p1 * 2.0
                    + (p2 - p0) * t
                    + (p0 * 2.0 - p1 * 5.0 + p2 * 4.0 - p3) * t2
                    + (p1 * 3.0 - p0 - p2 * 3.0 + p3) * t3)
                    * 0.5,
            );
        }
    }
    curve.push(points[n - 1]);
    curve
}

/// The line without points that lie nearer than `off` metres to the line of those that stay
/// (Douglas and Peucker, *Algorithms for the reduction of the number of points*, 1973).
pub(super) fn thinned(line: &[Point], off: f64) -> Vec<Point> {
    let mut kept = vec![false; line.len()];
    let mut spans = vec![(0, line.len().saturating_sub(1))];
    while let Some((from, to)) = spans.pop() {
        let Some(end) = line.get(to) else { break };
        (kept[from], kept[to]) = (true, true);
        let farthest = (from + 1..to)
            .map(|i| (nearest(line[i], line[from], *end).0, i))
            .fold((off, 0), |worst, d| if d.0 > worst.0 { d } else { worst });
        if farthest.1 > 0 {
            spans.extend([(from, farthest.1), (farthest.1, to)]);
        }
    }
    line.iter().zip(kept).filter(|(_, kept)| *kept).map(|(&p, _)| p).collect()
}

/// The same line with a point about every `step` metres.
pub(super) fn resample(line: &[Point], step: f64) -> Vec<Point> {
    let total = length_of(line);
    let pieces = (total / step).ceil().max(1.0) as usize;
    (0..=pieces).map(|k| at(line, total * k as f64 / pieces as f64).0).collect()
}

/// Where two segments cross: the shares of their lengths.
pub(super) fn crossing(a: Point, b: Point, c: Point, d: Point) -> Option<(f64, f64)> {
    let (r, s) = (b - a, d - c);
    let denominator = cross(r, s);
    if denominator.abs() < 1e-12 {
        return None;
    }
    let t = cross(c - a, s) / denominator;
    let u = cross(c - a, r) / denominator;
    ((0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&u)).then_some((t, u))
}

/// Distance from a point to a segment, and the share of its length where it is nearest.
pub(super) fn nearest(p: Point, a: Point, b: Point) -> (f64, f64) {
    let ab = b - a;
    let share = (dot(p - a, ab) / dot(ab, ab).max(1e-12)).clamp(0.0, 1.0);
    (length(p - lerp(a, b, share)), share)
}

/// Distance from a point to a line, and the distance along it where it is nearest.
pub(super) fn nearest_on(p: Point, line: &[Point]) -> (f64, f64) {
    let (mut best, mut run) = ((f64::MAX, 0.0), 0.0);
    for s in line.windows(2) {
        let (d, share) = nearest(p, s[0], s[1]);
        let l = distance(s[0], s[1]);
        if d < best.0 {
            best = (d, run + share * l);
        }
        run += l;
    }
    best
}
