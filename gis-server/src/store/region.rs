//! The region of a query, and the exact test whether a geometry touches it.
//!
//! `bbox` tests the geometry, not its envelope (OGC 17-069r4, 7.15.3). Boxes decide most features;
//! only those on the region's edge are tested exactly, with robust orientation (Shewchuk 1997).

use city::Bbox;
use geo::{
    Intersects,
    kernels::{Kernel, Orientation, RobustKernel},
};
use geo_types::{Coord, Polygon};

use super::{
    geometries::{FeatureGeometry, Part, Shape},
    rtree::Relation,
    world::WorldBox,
};

/// Where features are looked for, in longitude and latitude.
#[derive(Debug, Clone, PartialEq)]
pub enum Region {
    /// Inside any of these boxes: two, when a box crosses the antimeridian.
    Boxes(Vec<Bbox>),
    /// Inside a polygon: a box of another frame, with its edges densified.
    Polygon(Polygon<f64>),
}

impl Region {
    /// Whether a geometry has a point in the region; edges belong to it.
    pub(crate) fn touches(&self, geometry: FeatureGeometry<'_>) -> bool {
        match self {
            Self::Boxes(boxes) => boxes.iter().any(|bbox| box_touches(bbox, geometry)),
            Self::Polygon(polygon) => {
                geometry.shape() != Shape::Empty && polygon.intersects(&geometry.to_geo())
            }
        }
    }

    /// The region prepared for comparing it with many world boxes.
    pub(crate) fn prepare(&self) -> Prepared<'_> {
        match self {
            Self::Boxes(boxes) => Prepared::Boxes(boxes.iter().map(WorldBox::around).collect()),
            Self::Polygon(polygon) => Prepared::of_polygon(polygon),
        }
    }
}

/// A region beside the index.
pub(crate) enum Prepared<'a> {
    Boxes(Vec<WorldBox>),
    Polygon { outer: WorldBox, polygon: &'a Polygon<f64> },
}

impl Prepared<'_> {
    /// The inside of a polygon.
    pub(crate) fn of_polygon(polygon: &Polygon<f64>) -> Prepared<'_> {
        let corners = polygon.exterior().0.iter().map(|c| (c.x, c.y));
        let outer = Bbox::around(corners).map_or(WorldBox::EMPTY, |b| WorldBox::around(&b));
        Prepared::Polygon { outer, polygon }
    }

    /// How a world box lies to the region; never wrongly inside or outside, sometimes crossing
    /// without need.
    pub(crate) fn relate(&self, node: &WorldBox) -> Relation {
        match self {
            Self::Boxes(boxes) => {
                let relations = boxes.iter().map(|bbox| relate_box(bbox, node));
                relations.fold(Relation::Outside, |all, one| match (all, one) {
                    (Relation::Inside, _) | (_, Relation::Inside) => Relation::Inside,
                    (Relation::Outside, Relation::Outside) => Relation::Outside,
                    _ => Relation::Crossing,
                })
            }
            Self::Polygon { outer, polygon } if outer.intersects(node) => {
                relate_polygon(polygon, node)
            }
            Self::Polygon { .. } => Relation::Outside,
        }
    }

    /// The smallest world boxes that hold the region.
    pub(crate) fn outer(&self) -> &[WorldBox] {
        match self {
            Self::Boxes(boxes) => boxes,
            Self::Polygon { outer, .. } => std::slice::from_ref(outer),
        }
    }
}

/// Steps are floors, which keep order: a step strictly between the query's own is truly inside,
/// one that equals them may be on either side of the edge.
fn relate_box(query: &WorldBox, node: &WorldBox) -> Relation {
    let inside = query.min_x < node.min_x
        && query.min_y < node.min_y
        && node.max_x < query.max_x
        && node.max_y < query.max_y;
    match (inside, query.intersects(node)) {
        (true, _) => Relation::Inside,
        (_, true) => Relation::Crossing,
        _ => Relation::Outside,
    }
}

fn relate_polygon(polygon: &Polygon<f64>, node: &WorldBox) -> Relation {
    // On the square's edge a step stands for all that lies beyond.
    if node.min_x == 0 || node.min_y == 0 || node.max_x == u32::MAX || node.max_y == u32::MAX {
        return Relation::Crossing;
    }
    // A step more on each side, since the way back from steps rounds.
    let wide = WorldBox {
        min_x: node.min_x - 1,
        min_y: node.min_y - 1,
        max_x: node.max_x + 1,
        max_y: node.max_y + 1,
    };
    let Some(bbox) = wide.to_bbox() else { return Relation::Crossing };
    let mut rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    let crossed = rings.any(|ring| {
        ring.0.windows(2).any(|ends| segment_touches(&bbox, pair(ends[0]), pair(ends[1])))
    });
    let (x, y) = bbox.centre();
    match (crossed, polygon.intersects(&Coord { x, y })) {
        (true, _) => Relation::Crossing,
        (_, true) => Relation::Inside,
        _ => Relation::Outside,
    }
}

fn pair(coord: Coord<f64>) -> [f64; 2] {
    [coord.x, coord.y]
}

fn box_touches(bbox: &Bbox, geometry: FeatureGeometry<'_>) -> bool {
    match geometry.shape() {
        Shape::Empty => false,
        Shape::Point | Shape::MultiPoint => {
            geometry.lon_lat().iter().any(|p| bbox.contains(p[0], p[1]))
        }
        Shape::Line | Shape::MultiLine => geometry.parts().any(|part| edges_touch(bbox, part)),
        Shape::Polygon | Shape::MultiPolygon => geometry
            .parts()
            .any(|part| edges_touch(bbox, part) || holds(part, [bbox.min_x, bbox.min_y])),
    }
}

fn edges_touch(bbox: &Bbox, part: Part<'_>) -> bool {
    part.rings().any(|ring| match ring.lon_lat {
        [only] => bbox.contains(only[0], only[1]),
        positions => positions.windows(2).any(|ends| segment_touches(bbox, ends[0], ends[1])),
    })
}

/// Whether a segment and a box share a point, by separating axes: x, y and the segment's normal
/// (Ericson, *Real-Time Collision Detection*, 5.2.1), the last with a robust orientation test.
fn segment_touches(bbox: &Bbox, a: [f64; 2], b: [f64; 2]) -> bool {
    let apart = a[0].max(b[0]) < bbox.min_x
        || a[0].min(b[0]) > bbox.max_x
        || a[1].max(b[1]) < bbox.min_y
        || a[1].min(b[1]) > bbox.max_y;
    if apart {
        return false;
    }
    if bbox.contains(a[0], a[1]) || bbox.contains(b[0], b[1]) {
        return true;
    }
    let corners = [
        [bbox.min_x, bbox.min_y],
        [bbox.max_x, bbox.min_y],
        [bbox.max_x, bbox.max_y],
        [bbox.min_x, bbox.max_y],
    ];
    let first = side(a, b, corners[0]);
    first == Orientation::Collinear || corners[1..].iter().any(|c| side(a, b, *c) != first)
}

/// Whether a polygon holds a point that is on none of its edges: even-odd over shell and holes.
fn holds(part: Part<'_>, point: [f64; 2]) -> bool {
    let crossings = part.rings().flat_map(|ring| ring.lon_lat.windows(2)).filter(|ends| {
        let (a, b) = (ends[0], ends[1]);
        let (low, high) = if a[1] <= b[1] { (a, b) } else { (b, a) };
        let level = low[1] <= point[1] && point[1] < high[1];
        level && side(low, high, point) == Orientation::CounterClockwise
    });
    crossings.count() % 2 == 1
}

fn side(a: [f64; 2], b: [f64; 2], point: [f64; 2]) -> Orientation {
    let coord = |p: [f64; 2]| Coord { x: p[0], y: p[1] };
    RobustKernel::orient2d(coord(a), coord(b), coord(point))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::geometries::Geometries;
    use geo_types::{Geometry, LineString, Rect, polygon};
    use proptest::prelude::*;

    /// Coordinates on a coarse lattice, so that touching, collinear and nested cases are common.
    fn coord() -> impl Strategy<Value = Coord<f64>> {
        (0i32..9, 0i32..9).prop_map(|(x, y)| Coord { x: f64::from(x), y: f64::from(y) })
    }

    fn triangle_or_line() -> impl Strategy<Value = Geometry<f64>> {
        prop_oneof![
            prop::collection::vec(coord(), 2..6).prop_map(|c| LineString(c).into()),
            (coord(), coord(), coord())
                .prop_map(|(a, b, c)| { Polygon::new(LineString(vec![a, b, c]), vec![]).into() }),
            coord().prop_map(|c| geo_types::Point(c).into()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn the_box_test_agrees_with_geo(
            geometry in triangle_or_line(), a in coord(), w in 0i32..4, h in 0i32..4,
        ) {
            let b = Coord { x: a.x + f64::from(w), y: a.y + f64::from(h) };
            let bbox = Bbox::new(a.x, a.y, b.x, b.y).unwrap();
            let one = Geometries::of(&geometry);
            let expected = Rect::new(a, b).to_polygon().intersects(&geometry)
                || (w == 0 || h == 0) && geo_types::Line::new(a, b).intersects(&geometry);
            prop_assert_eq!(box_touches(&bbox, one.get(0)), expected, "{:?} {:?}", bbox, geometry);
        }

        #[test]
        fn the_index_never_contradicts_the_exact_test(
            geometry in triangle_or_line(), a in coord(), w in 0i32..5, h in 1i32..5,
        ) {
            let b = Coord { x: a.x + f64::from(w), y: a.y + f64::from(h) };
            let boxes = Region::Boxes(vec![Bbox::new(a.x, a.y, b.x, b.y).unwrap()]);
            let slanted = Region::Polygon(polygon![
                (x: a.x, y: a.y), (x: b.x + 1.0, y: a.y + 0.5), (x: b.x + 0.7, y: b.y + 0.5), (x: a.x, y: b.y)
            ]);
            let one = Geometries::of(&geometry);
            for region in [boxes, slanted] {
                let touches = region.touches(one.get(0));
                match region.prepare().relate(&one.boxes()[0]) {
                    Relation::Inside => prop_assert!(touches),
                    Relation::Outside => prop_assert!(!touches),
                    Relation::Crossing => {}
                }
            }
        }
    }

    #[test]
    fn a_box_in_a_courtyard_touches_nothing_and_one_in_the_wing_does() {
        let block: Geometry<f64> = polygon![
            exterior: [(x: 0., y: 0.), (x: 9., y: 0.), (x: 9., y: 9.), (x: 0., y: 9.)],
            interiors: [[(x: 2., y: 2.), (x: 2., y: 7.), (x: 7., y: 7.), (x: 7., y: 2.)]],
        ]
        .into();
        let one = Geometries::of(&block);
        let touches = |x: f64| box_touches(&Bbox::new(x, 4.0, x + 0.5, 4.5).unwrap(), one.get(0));
        assert!(!touches(4.0));
        assert!(touches(0.5));
    }
}
