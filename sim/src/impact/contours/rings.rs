//! Closed lines: made simpler without touching, and put into each other.

use std::collections::BTreeSet;

use geo_types::Coord;
use rayon::prelude::*;
use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};

use crate::impact::roads::distance_m;

/// A closed line, without its first point again at the end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ring {
    points: Vec<Coord<f64>>,
}

impl Ring {
    pub(super) fn new(points: Vec<Coord<f64>>) -> Self {
        Self { points }
    }

    /// Closed, as polygons want it.
    pub(super) fn into_points(mut self) -> Vec<Coord<f64>> {
        self.points.push(self.points[0]);
        self.points
    }

    /// Positive where it goes counter-clockwise.
    pub(super) fn area_m2(&self) -> f64 {
        let first = self.points[0];
        let twice: f64 = self.sides().map(|(a, b)| cross(a - first, b - first)).sum();
        0.5 * twice
    }

    fn sides(&self) -> impl Iterator<Item = (Coord<f64>, Coord<f64>)> {
        let next = self.points.iter().cycle().skip(1);
        self.points.iter().copied().zip(next.copied())
    }

    fn contains(&self, at: Coord<f64>) -> bool {
        let crosses = |(a, b): &(Coord<f64>, Coord<f64>)| {
            (a.y <= at.y) != (b.y <= at.y)
                && at.x < a.x + (b.x - a.x) * ((at.y - a.y) / (b.y - a.y))
        };
        self.sides().filter(crosses).count() % 2 == 1
    }

    fn bounds(&self) -> (Coord<f64>, Coord<f64>) {
        let first = self.points[0];
        self.points.iter().fold((first, first), |(low, high), at| {
            let low = Coord { x: low.x.min(at.x), y: low.y.min(at.y) };
            (low, Coord { x: high.x.max(at.x), y: high.y.max(at.y) })
        })
    }

    /// With fewer points (Douglas and Peucker 1973), the first among them; itself where too few would
    /// be left.
    fn simplified(&self, within_m: f64) -> Self {
        let count = self.points.len();
        let far = (0..count).max_by(|one, two| {
            let off = |index: usize| distance_m(self.points[0], self.points[index]);
            off(*one).total_cmp(&off(*two))
        });
        let far = far.unwrap_or(0);
        let mut is_kept = vec![false; count + 1];
        (is_kept[0], is_kept[far]) = (true, true);
        let mut open = vec![(0, far), (far, count)];
        while let Some((from, to)) = open.pop() {
            let (a, b) = (self.points[from], self.points[to % count]);
            let off = |index: &usize| distance_to_side_m(self.points[*index], a, b);
            let farthest = (from + 1..to).max_by(|one, two| off(one).total_cmp(&off(two)));
            if let Some(index) = farthest.filter(|index| off(index) > within_m) {
                is_kept[index] = true;
                open.extend([(from, index), (index, to)]);
            }
        }
        let kept =
            self.points.iter().zip(is_kept).filter_map(|(at, is_kept)| is_kept.then_some(*at));
        let simple = Self::new(kept.collect());
        // A ring that turned over, or has no area, is none.
        if simple.points.len() > 2 && simple.area_m2() * self.area_m2() > 0.0 {
            simple
        } else {
            self.clone()
        }
    }
}

/// Rings with fewer points. Where a simpler ring would touch another or itself, or would pass over one,
/// it stays as it was: rings that did not touch before do not touch after.
pub(super) fn simplified(rings: Vec<Ring>, within_m: f64) -> Vec<Ring> {
    if within_m <= 0.0 {
        return rings;
    }
    let mut simple: Vec<Ring> = rings.par_iter().map(|ring| ring.simplified(within_m)).collect();
    loop {
        let is_changed = |ring: &usize| simple[*ring].points.len() != rings[*ring].points.len();
        let wrong = wrong(&rings, &simple, within_m);
        let back: Vec<usize> = wrong.into_iter().filter(is_changed).collect();
        if back.is_empty() {
            return simple;
        }
        for ring in back {
            simple[ring] = rings[ring].clone();
        }
    }
}

type SideBox = GeomWithData<Rectangle<[f64; 2]>, (usize, usize)>;

/// Rings that touch another or themselves, or that changed sides with the first point of another.
fn wrong(rings: &[Ring], simple: &[Ring], within_m: f64) -> BTreeSet<usize> {
    let sides: Vec<Vec<_>> = simple.par_iter().map(|ring| ring.sides().collect()).collect();
    let boxes: Vec<SideBox> = sides
        .iter()
        .enumerate()
        .flat_map(|(ring, sides)| {
            sides.iter().enumerate().map(move |(side, (a, b))| {
                GeomWithData::new(Rectangle::from_corners([a.x, a.y], [b.x, b.y]), (ring, side))
            })
        })
        .collect();
    let tree = RTree::bulk_load(boxes);
    let of_ring = |ring: usize| {
        let mut found = touching(&sides, &tree, ring);
        found.extend(passed_over(rings, simple, &tree, ring, within_m));
        found
    };
    (0..rings.len()).into_par_iter().flat_map_iter(of_ring).collect()
}

/// A ring and those that it touches.
fn touching(
    sides: &[Vec<(Coord<f64>, Coord<f64>)>],
    tree: &RTree<SideBox>,
    ring: usize,
) -> Vec<usize> {
    let count = sides[ring].len();
    let mut found = Vec::new();
    for (side, (a, b)) in sides[ring].iter().enumerate() {
        let around = AABB::from_corners([a.x, a.y], [b.x, b.y]);
        for other in tree.locate_in_envelope_intersecting(around) {
            let (other_ring, other_side) = other.data;
            let (c, d) = sides[other_ring][other_side];
            let is_next = other_ring == ring && other_side == (side + 1) % count;
            let is_before = other_ring == ring && side == (other_side + 1) % count;
            let touches = if is_next {
                folds_back(*a, *b, d)
            } else {
                !(is_before || other.data == (ring, side)) && touch((*a, *b), (c, d))
            };
            if touches {
                found.extend([ring, other_ring]);
            }
        }
    }
    found
}

/// Rings that the first point of a ring lay within and does not any more, or the other way round.
fn passed_over(
    rings: &[Ring],
    simple: &[Ring],
    tree: &RTree<SideBox>,
    ring: usize,
    within_m: f64,
) -> Vec<usize> {
    let at = rings[ring].points[0];
    let corner = |sign: f64| [at.x + sign * within_m, at.y + sign * within_m];
    let near = tree.locate_in_envelope_intersecting(AABB::from_corners(corner(-1.0), corner(1.0)));
    let near: BTreeSet<usize> = near.map(|side| side.data.0).filter(|near| *near != ring).collect();
    near.into_iter()
        .filter(|near| rings[*near].contains(at) != simple[*near].contains(at))
        .collect()
}

/// Outer rings with their holes, by the outer ring's place in the list.
pub(super) fn nested(rings: Vec<Ring>) -> Vec<(Ring, Vec<Ring>)> {
    let (outer, holes): (Vec<Ring>, Vec<Ring>) =
        rings.into_iter().partition(|ring| ring.area_m2() > 0.0);
    let boxes = outer.iter().enumerate().map(|(index, ring)| {
        let (low, high) = ring.bounds();
        GeomWithData::new(Rectangle::from_corners([low.x, low.y], [high.x, high.y]), index)
    });
    let tree = RTree::bulk_load(boxes.collect::<Vec<_>>());
    let areas: Vec<f64> = outer.iter().map(Ring::area_m2).collect();
    // The smallest of the rings around a hole is the one it is cut out of.
    let around = |hole: &Ring| {
        let at = hole.points[0];
        tree.locate_in_envelope_intersecting(AABB::from_point([at.x, at.y]))
            .map(|found| found.data)
            .filter(|index| outer[*index].contains(at))
            .min_by(|one, two| areas[*one].total_cmp(&areas[*two]))
    };
    let owners: Vec<Option<usize>> = holes.par_iter().map(around).collect();
    let mut polygons: Vec<(Ring, Vec<Ring>)> =
        outer.into_iter().map(|ring| (ring, Vec::new())).collect();
    for (hole, owner) in holes.into_iter().zip(owners) {
        if let Some(owner) = owner {
            polygons[owner].1.push(hole);
        }
    }
    polygons
}

fn cross(a: Coord<f64>, b: Coord<f64>) -> f64 {
    a.x * b.y - a.y * b.x
}

fn distance_to_side_m(at: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> f64 {
    let (way, off) = (b - a, at - a);
    let square = way.x * way.x + way.y * way.y;
    let part =
        if square > 0.0 { ((way.x * off.x + way.y * off.y) / square).clamp(0.0, 1.0) } else { 0.0 };
    distance_m(at, a + way * part)
}

/// Which side of a–b a point lies on: 0 where rounding cannot tell.
fn turn(a: Coord<f64>, b: Coord<f64>, at: Coord<f64>) -> f64 {
    let (way, off) = (b - a, at - a);
    let doubt = 1e-9 * (way.x.abs() + way.y.abs()) * (off.x.abs() + off.y.abs());
    let turn = cross(way, off);
    if turn.abs() > doubt { turn.signum() } else { 0.0 }
}

/// Whether b–c goes back over a–b.
fn folds_back(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> bool {
    let (there, on) = (b - a, c - b);
    turn(a, b, c) == 0.0 && there.x * on.x + there.y * on.y < 0.0
}

/// Whether two lines whose boxes meet touch; where rounding cannot tell, they do.
fn touch((a, b): (Coord<f64>, Coord<f64>), (c, d): (Coord<f64>, Coord<f64>)) -> bool {
    let apart = |one: f64, two: f64| one * two > 0.0;
    !apart(turn(a, b, c), turn(a, b, d)) && !apart(turn(c, d, a), turn(c, d, b))
}
