//! Whether rings cross: a sweep along x with exact orientation tests.

use geo::{
    Validation,
    coordinate_position::{CoordPos, coord_pos_relative_to_ring},
    kernels::{Kernel, Orientation, RobustKernel},
};
use geo_types::{Coord, LineString, MultiPolygon, Polygon};

/// Whether polygons with clean rings form a valid polygon or multi-polygon.
pub(super) fn is_valid(polygons: &[Polygon<f64>]) -> bool {
    let rings = polygons
        .iter()
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    let edges = Edges::of(rings);
    match edges.first_meeting() {
        Meeting::Crossing => false,
        Meeting::Touch => MultiPolygon(polygons.to_vec()).is_valid(),
        Meeting::None => holes_are_inside(polygons) && parts_are_apart(polygons),
    }
}

/// Whether a ring crosses itself.
pub(super) fn crosses(ring: &LineString<f64>) -> bool {
    matches!(Edges::of(std::iter::once(ring)).first_meeting(), Meeting::Crossing)
}

/// With rings that don't meet, one point of a hole tells where all of it lies.
fn holes_are_inside(polygons: &[Polygon<f64>]) -> bool {
    polygons.iter().all(|polygon| {
        let inside = |hole: &LineString<f64>, ring: &LineString<f64>| {
            coord_pos_relative_to_ring(hole.0[0], ring) == CoordPos::Inside
        };
        polygon.interiors().iter().enumerate().all(|(i, hole)| {
            let mut others = polygon.interiors().iter().enumerate().filter(|(j, _)| *j != i);
            inside(hole, polygon.exterior()) && !others.any(|(_, other)| inside(hole, other))
        })
    })
}

/// With rings that don't meet, a part may lie in another one's hole, but not in its interior.
fn parts_are_apart(polygons: &[Polygon<f64>]) -> bool {
    let covers = |a: &Polygon<f64>, p: Coord<f64>| {
        let inside = |ring| coord_pos_relative_to_ring(p, ring) == CoordPos::Inside;
        inside(a.exterior()) && !a.interiors().iter().any(inside)
    };
    polygons.iter().enumerate().all(|(i, a)| {
        let mut others = polygons.iter().enumerate().filter(|(j, _)| *j != i);
        !others.any(|(_, b)| covers(a, b.exterior().0[0]))
    })
}

/// How edges meet that should not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meeting {
    /// They don't.
    None,
    /// Two rings share a point: whether that is allowed takes a closer look.
    Touch,
    /// A ring meets itself, or two rings cross or share a line.
    Crossing,
}

struct Edge {
    a: Coord<f64>,
    b: Coord<f64>,
    ring: u32,
    /// Position in its ring.
    index: u32,
    /// Edges in its ring.
    count: u32,
}

impl Edge {
    fn min_x(&self) -> f64 {
        self.a.x.min(self.b.x)
    }

    fn max_x(&self) -> f64 {
        self.a.x.max(self.b.x)
    }

    fn is_beside(&self, other: &Self) -> bool {
        self.a.y.max(self.b.y) < other.a.y.min(other.b.y)
            || other.a.y.max(other.b.y) < self.a.y.min(self.b.y)
    }

    fn follows(&self, other: &Self) -> bool {
        self.ring == other.ring && (other.index + 1) % other.count == self.index
    }
}

struct Edges(Vec<Edge>);

impl Edges {
    fn of<'a>(rings: impl Iterator<Item = &'a LineString<f64>>) -> Self {
        let mut edges = Vec::new();
        for (ring, line) in rings.enumerate() {
            let count = line.0.len().saturating_sub(1) as u32;
            edges.extend(line.0.windows(2).enumerate().map(|(index, ends)| Edge {
                a: ends[0],
                b: ends[1],
                ring: ring as u32,
                index: index as u32,
                count,
            }));
        }
        edges.sort_unstable_by(|e, f| e.min_x().total_cmp(&f.min_x()));
        Self(edges)
    }

    /// The worst way in which two edges meet.
    fn first_meeting(&self) -> Meeting {
        let mut worst = Meeting::None;
        for (i, e) in self.0.iter().enumerate() {
            let end = e.max_x();
            let near = self.0[i + 1..].iter().take_while(|f| f.min_x() <= end);
            for f in near.filter(|f| !e.is_beside(f)) {
                match meeting(e, f) {
                    Meeting::Crossing => return Meeting::Crossing,
                    Meeting::Touch => worst = Meeting::Touch,
                    Meeting::None => {}
                }
            }
        }
        worst
    }
}

fn meeting(e: &Edge, f: &Edge) -> Meeting {
    if f.follows(e) {
        return turn(e.a, e.b, f.b);
    }
    if e.follows(f) {
        return turn(f.a, f.b, e.b);
    }
    let orient = |a, b, c| RobustKernel::orient2d(a, b, c);
    let (o1, o2) = (orient(e.a, e.b, f.a), orient(e.a, e.b, f.b));
    let (o3, o4) = (orient(f.a, f.b, e.a), orient(f.a, f.b, e.b));
    let flat = Orientation::Collinear;
    if o1 != flat && o2 != flat && o3 != flat && o4 != flat {
        return if o1 != o2 && o3 != o4 { Meeting::Crossing } else { Meeting::None };
    }
    let touches = (o1 == flat && is_within(f.a, e))
        || (o2 == flat && is_within(f.b, e))
        || (o3 == flat && is_within(e.a, f))
        || (o4 == flat && is_within(e.b, f));
    if !touches {
        return Meeting::None;
    }
    if e.ring == f.ring || (o1 == flat && o2 == flat && shares_a_line(e, f)) {
        return Meeting::Crossing;
    }
    Meeting::Touch
}

/// Two edges in a row meet in more than their common point when the second one runs back.
fn turn(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> Meeting {
    let back = (a.x - b.x) * (c.x - b.x) + (a.y - b.y) * (c.y - b.y) > 0.0;
    if back && RobustKernel::orient2d(a, b, c) == Orientation::Collinear {
        Meeting::Crossing
    } else {
        Meeting::None
    }
}

fn is_within(p: Coord<f64>, e: &Edge) -> bool {
    let (x, y) = (e.a.x.min(e.b.x)..=e.a.x.max(e.b.x), e.a.y.min(e.b.y)..=e.a.y.max(e.b.y));
    x.contains(&p.x) && y.contains(&p.y)
}

/// Whether two edges on one line have more than a point in common.
fn shares_a_line(e: &Edge, f: &Edge) -> bool {
    let overlap = |a0: f64, a1: f64, b0: f64, b1: f64| {
        a0.max(a1).min(b0.max(b1)) - a0.min(a1).max(b0.min(b1)) > 0.0
    };
    overlap(e.a.x, e.b.x, f.a.x, f.b.x) || overlap(e.a.y, e.b.y, f.a.y, f.b.y)
}
