//! Cutting shapes to a tile, in whole numbers.
//!
//! Coordinates are relative to the tile's north-west corner, y down, in a unit fine enough that
//! rounding a cut point to it does not show. A rectangle is convex, so cutting against its four
//! sides in turn (Sutherland & Hodgman, *Reentrant polygon clipping*, CACM 17(1), 1974) is exact up
//! to that rounding; where a ring leaves and comes back, the pieces stay joined along the
//! rectangle's edge, outside what is drawn.

/// A point in the unit of the caller.
pub type Point = [i64; 2];

/// A rectangle, edges included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// Least x and y.
    pub min: Point,
    /// Greatest x and y.
    pub max: Point,
}

/// How a shape's box lies to a rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// They share no point.
    Apart,
    /// The rectangle holds the whole box.
    Inside,
    /// Neither.
    Partly,
}

impl Rect {
    /// A rectangle from its edges.
    pub fn new(min: Point, max: Point) -> Self {
        Self { min, max }
    }

    /// Whether a point lies inside or on the edge.
    pub fn contains(&self, point: Point) -> bool {
        (self.min[0]..=self.max[0]).contains(&point[0])
            && (self.min[1]..=self.max[1]).contains(&point[1])
    }

    /// How a box lies to this rectangle.
    pub fn overlap(&self, other: &Self) -> Overlap {
        let apart = (0..2).any(|a| other.max[a] < self.min[a] || other.min[a] > self.max[a]);
        let inside = (0..2).all(|a| other.min[a] >= self.min[a] && other.max[a] <= self.max[a]);
        match (apart, inside) {
            (true, _) => Overlap::Apart,
            (_, true) => Overlap::Inside,
            _ => Overlap::Partly,
        }
    }

    /// The box around points; `None` when there are none.
    pub fn around(points: &[Point]) -> Option<Self> {
        let (&first, rest) = points.split_first()?;
        Some(rest.iter().fold(Self::new(first, first), |r, p| Self {
            min: [r.min[0].min(p[0]), r.min[1].min(p[1])],
            max: [r.max[0].max(p[0]), r.max[1].max(p[1])],
        }))
    }
}

/// Cuts a ring (first point not repeated) to a rectangle, in place; `spare` is a buffer to reuse.
/// What remains may be empty.
pub fn ring(points: &mut Vec<Point>, spare: &mut Vec<Point>, rect: &Rect) {
    for (axis, limit, keeps_greater) in [
        (0, rect.min[0], true),
        (0, rect.max[0], false),
        (1, rect.min[1], true),
        (1, rect.max[1], false),
    ] {
        let inside = |p: &Point| if keeps_greater { p[axis] >= limit } else { p[axis] <= limit };
        if points.iter().all(inside) {
            continue;
        }
        spare.clear();
        let Some(&last) = points.last() else { return };
        let mut previous = last;
        for &point in points.iter() {
            if inside(&point) != inside(&previous) {
                spare.push(crossing(previous, point, axis, limit));
            }
            if inside(&point) {
                spare.push(point);
            }
            previous = point;
        }
        std::mem::swap(points, spare);
    }
}

/// Cuts a line to a rectangle and hands each piece of two or more points to `piece`; `spare` is a
/// buffer to reuse.
pub fn line(
    points: &[Point],
    spare: &mut Vec<Point>,
    rect: &Rect,
    mut piece: impl FnMut(&[Point]),
) {
    spare.clear();
    for pair in points.windows(2) {
        let Some((a, b)) = segment(pair[0], pair[1], rect) else {
            flush(spare, &mut piece);
            continue;
        };
        if spare.last() != Some(&a) {
            flush(spare, &mut piece);
            spare.push(a);
        }
        spare.push(b);
        if b != pair[1] {
            flush(spare, &mut piece);
        }
    }
    flush(spare, &mut piece);
}

fn flush(points: &mut Vec<Point>, piece: &mut impl FnMut(&[Point])) {
    if points.len() > 1 {
        piece(points);
    }
    points.clear();
}

/// The part of a segment inside a rectangle (Cohen & Sutherland's outcodes, one side at a time).
fn segment(mut a: Point, mut b: Point, rect: &Rect) -> Option<(Point, Point)> {
    for axis in 0..2 {
        let (min, max) = (rect.min[axis], rect.max[axis]);
        if (a[axis] < min && b[axis] < min) || (a[axis] > max && b[axis] > max) {
            return None;
        }
        for limit in [min, max] {
            let beyond = |p: Point| if limit == min { p[axis] < limit } else { p[axis] > limit };
            if beyond(a) {
                a = crossing(a, b, axis, limit);
            } else if beyond(b) {
                b = crossing(a, b, axis, limit);
            }
        }
    }
    Some((a, b))
}

/// Where the segment from `a` to `b`, whose ends lie on different sides, meets `axis = limit`.
///
/// The ends are taken in a fixed order, so that a border that two polygons share is cut at the same
/// point from both.
fn crossing(a: Point, b: Point, axis: usize, limit: i64) -> Point {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    let other = 1 - axis;
    // The sign of the run stands on both sides of the fraction, so lengths will do below the line.
    let run = i128::from((b[axis] - a[axis]).abs());
    let rise = i128::from(b[other] - a[other]) * i128::from((limit - a[axis]).abs());
    // Rounded to the nearest.
    let offset = (2 * rise + run).div_euclid(2 * run);
    let mut point = [0; 2];
    point[axis] = limit;
    point[other] = a[other] + offset as i64;
    point
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn twice_area(ring: &[Point]) -> i128 {
        let cross = |a: Point, b: Point| {
            i128::from(a[0]) * i128::from(b[1]) - i128::from(b[0]) * i128::from(a[1])
        };
        (0..ring.len()).map(|i| cross(ring[i], ring[(i + 1) % ring.len()])).sum()
    }

    fn clipped(points: &[Point], rect: &Rect) -> Vec<Point> {
        let mut points = points.to_vec();
        ring(&mut points, &mut Vec::new(), rect);
        points
    }

    #[test]
    fn a_ring_around_the_rectangle_becomes_the_rectangle() {
        let rect = Rect::new([0, 0], [10, 10]);
        let around = clipped(&[[-5, -5], [50, -5], [50, 50], [-5, 50]], &rect);
        assert_eq!(twice_area(&around), 200);
        assert!(clipped(&[[20, 20], [30, 20], [30, 30]], &rect).is_empty());
    }

    #[test]
    fn a_line_that_leaves_and_comes_back_becomes_two() {
        let rect = Rect::new([0, 0], [10, 10]);
        let mut pieces = Vec::new();
        let zigzag = [[-5, 5], [5, 5], [15, 5], [15, 8], [5, 8]];
        line(&zigzag, &mut Vec::new(), &rect, |piece| pieces.push(piece.to_vec()));
        assert_eq!(pieces, [vec![[0, 5], [5, 5], [10, 5]], vec![[10, 8], [5, 8]]]);
        let mut pieces = 0;
        line(&[[-5, 5], [5, -9]], &mut Vec::new(), &rect, |_| pieces += 1);
        assert_eq!(pieces, 0, "it passes the corner outside");
    }

    #[test]
    fn a_segment_across_the_whole_rectangle_is_cut_on_both_sides() {
        let rect = Rect::new([0, 0], [10, 10]);
        let mut pieces = Vec::new();
        line(&[[-10, -10], [20, 20]], &mut Vec::new(), &rect, |p| pieces.push(p.to_vec()));
        assert_eq!(pieces, [vec![[0, 0], [10, 10]]]);
    }

    proptest! {
        /// Cutting one polygon into the cells of a grid neither loses nor makes area. Each crossing
        /// moves by at most half a unit, and a ring of n points crosses the 16 grid lines at most
        /// 16 n times, each along at most the polygon's width.
        #[test]
        fn the_cells_of_a_grid_share_out_a_polygons_area(
            points in prop::collection::vec((0i64..4_000_000, 0i64..4_000_000), 3..24)
        ) {
            let polygon: Vec<Point> = points.iter().map(|&(x, y)| [x, y]).collect();
            let mut sum = 0;
            for row in 0..4 {
                for col in 0..4 {
                    let min = [col * 1_000_000, row * 1_000_000];
                    let cell = Rect::new(min, [min[0] + 1_000_000, min[1] + 1_000_000]);
                    sum += twice_area(&clipped(&polygon, &cell));
                }
            }
            let tolerance = 16 * polygon.len() as i128 * 4_000_000;
            prop_assert!((sum - twice_area(&polygon)).abs() <= tolerance);
        }

        #[test]
        fn nothing_of_a_cut_shape_lies_outside(
            points in prop::collection::vec((-3_000i64..3_000, -3_000i64..3_000), 2..40)
        ) {
            let rect = Rect::new([-1_000, -800], [900, 1_000]);
            let points: Vec<Point> = points.iter().map(|&(x, y)| [x, y]).collect();
            prop_assert!(clipped(&points, &rect).iter().all(|&p| rect.contains(p)));
            line(&points, &mut Vec::new(), &rect, |piece| {
                assert!(piece.iter().all(|&p| rect.contains(p)), "{piece:?}");
            });
        }
    }
}
