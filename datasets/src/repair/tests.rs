use geo::{Area, Validation};
use geo_types::{MultiPoint, line_string, polygon};
use proptest::prelude::*;

use super::*;

fn polygon(geometry: impl Into<Geometry<f64>>) -> Result<Repaired, Unusable> {
    repair(geometry.into(), GeometryKind::Polygon, Fit::default())
}

fn square(x: f64, y: f64, side: f64) -> Polygon<f64> {
    polygon![(x: x, y: y), (x: x + side, y: y), (x: x + side, y: y + side), (x: x, y: y + side)]
}

fn area_of(geometry: &Geometry<f64>) -> f64 {
    geometry.unsigned_area()
}

#[test]
fn a_valid_polygon_stays_as_it_is_to_the_bit() {
    let house = square(108.474, 15.5736, 1e-4);
    let repaired = polygon(house.clone()).unwrap();
    assert_eq!(repaired.geometry, Geometry::Polygon(house));
    assert!(repaired.repairs.is_empty());
}

#[test]
fn a_shell_wound_clockwise_is_turned_and_nothing_else_is_said() {
    let (mut shell, _) = square(108.0, 15.0, 1.0).into_inner();
    shell.make_cw_winding();
    let repaired = polygon(Polygon::new(shell, vec![])).unwrap();
    assert_eq!(repaired.repairs, BTreeSet::from([Repair::Winding]));
    assert!(matches!(repaired.geometry, Geometry::Polygon(p) if p.exterior().is_ccw()));
}

#[test]
fn a_figure_of_eight_keeps_both_lobes() {
    let eight = polygon![(x: 0.0, y: 0.0), (x: 2.0, y: 2.0), (x: 2.0, y: 0.0), (x: 0.0, y: 2.0)];
    let repaired = polygon(eight).unwrap();
    assert!(repaired.repairs.contains(&Repair::Crossing));
    // Crossings are snapped to a grid of the extent over 2³⁰: 2 × 10⁻⁹ here.
    assert!((area_of(&repaired.geometry) - 2.0).abs() < 1e-7);
    assert!(repaired.geometry.is_valid());
}

#[test]
fn a_hole_that_touches_its_shell_as_esri_writes_it_stays_a_hole() {
    let esri = polygon![
        (x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 4.0, y: 4.0), (x: 0.0, y: 4.0), (x: 0.0, y: 0.0),
        (x: 1.0, y: 2.0), (x: 2.0, y: 2.0), (x: 2.0, y: 1.0), (x: 0.0, y: 0.0)
    ];
    let hole = polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 2.0), (x: 2.0, y: 2.0), (x: 2.0, y: 1.0)];
    let repaired = polygon(esri).unwrap();
    assert!((area_of(&repaired.geometry) - (16.0 - hole.unsigned_area())).abs() < 1e-7);
    assert!(repaired.geometry.is_valid());
}

#[test]
fn a_hole_outside_of_its_shell_is_no_hole_and_overlapping_parts_count_once() {
    let stray = Polygon::new(
        square(0.0, 0.0, 1.0).exterior().clone(),
        vec![square(5.0, 5.0, 1.0).exterior().clone()],
    );
    let repaired = polygon(stray).unwrap();
    assert!(repaired.repairs.contains(&Repair::Crossing) && repaired.geometry.is_valid());
    assert!((area_of(&repaired.geometry) - 1.0).abs() < 1e-7);

    let overlapping = MultiPolygon(vec![square(0.0, 0.0, 2.0), square(1.0, 1.0, 2.0)]);
    let repaired = polygon(overlapping).unwrap();
    assert!((area_of(&repaired.geometry) - 7.0).abs() < 1e-7);

    let nested = MultiPolygon(vec![square(0.0, 0.0, 3.0), square(1.0, 1.0, 1.0)]);
    assert!((area_of(&polygon(nested).unwrap().geometry) - 9.0).abs() < 1e-7);
}

#[test]
fn an_island_in_a_lake_is_valid() {
    let (shell, hole) = (square(0.0, 0.0, 3.0), square(1.0, 1.0, 1.0));
    let mut ring = hole.exterior().clone();
    ring.make_cw_winding();
    let lake = Polygon::new(shell.exterior().clone(), vec![ring]);
    let both = MultiPolygon(vec![lake, square(1.25, 1.25, 0.5)]);
    assert!(polygon(both).unwrap().repairs.is_empty());
}

#[test]
fn a_spike_and_repeated_points_go() {
    let spiky = polygon![
        (x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 1.0), (x: 1.0, y: 3.0),
        (x: 1.0, y: 1.0), (x: 0.0, y: 1.0)
    ];
    let repaired = polygon(spiky).unwrap();
    assert_eq!(repaired.repairs, BTreeSet::from([Repair::Crossing, Repair::DuplicatePoint]));
    assert!((area_of(&repaired.geometry) - 1.0).abs() < 1e-7 && repaired.geometry.is_valid());
}

#[test]
fn what_has_nothing_left_is_refused_with_its_reason() {
    let flat = polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 1.0), (x: 2.0, y: 2.0)];
    assert_eq!(polygon(flat).unwrap_err(), Unusable::NoExtent);
    let nan = polygon![(x: f64::NAN, y: 0.0), (x: f64::NAN, y: 1.0), (x: f64::NAN, y: 2.0)];
    assert_eq!(polygon(nan).unwrap_err(), Unusable::NotANumber);
    assert_eq!(polygon(Point::new(1.0, 1.0)).unwrap_err(), Unusable::OtherKind);
    assert_eq!(polygon(MultiPoint::new(vec![])).unwrap_err(), Unusable::Empty);
    assert_eq!(polygon(square(560_000.0, 1.7e6, 10.0)).unwrap_err(), Unusable::OutsideTheWorld);
    let dot = line_string![(x: 1.0, y: 1.0), (x: 1.0, y: 1.0)];
    let refused = repair(dot.into(), GeometryKind::Line, Fit::default());
    assert_eq!(refused.unwrap_err(), Unusable::NoExtent);
}

#[test]
fn a_closed_line_becomes_a_polygon_where_drawings_are_read() {
    let ring = square(0.0, 0.0, 1.0).exterior().clone();
    let refused = repair(ring.clone().into(), GeometryKind::Polygon, Fit::default());
    assert_eq!(refused.unwrap_err(), Unusable::OtherKind);
    let fit = Fit { close_lines: true };
    let repaired = repair(ring.into(), GeometryKind::Polygon, fit).unwrap();
    assert_eq!(repaired.repairs, BTreeSet::from([Repair::Closed]));
}

#[test]
fn an_area_in_a_layer_of_points_is_represented_from_inside() {
    let repaired = repair(square(0.0, 0.0, 1.0).into(), GeometryKind::Point, Fit::default());
    let Geometry::Point(point) = repaired.unwrap().geometry else { panic!("a point") };
    assert!(point.x() > 0.0 && point.x() < 1.0 && point.y() > 0.0 && point.y() < 1.0);
}

#[test]
fn a_ring_that_runs_back_on_one_line_is_not_valid() {
    let flat = LineString::from(vec![(2.0, 1.0), (4.0, 3.0), (8.0, 7.0)]);
    assert!(!topology::is_valid(&[Polygon::new(flat, vec![])]));
}

proptest! {
    /// Whatever ring comes in, what comes out is valid, and a second repair finds nothing to do
    /// but what the grid of the first one left.
    #[test]
    fn any_ring_becomes_valid(points in prop::collection::vec((0_i32..12, 0_i32..12), 3..14)) {
        let ring: Vec<_> = points.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
        let repaired = polygon(Polygon::new(LineString::from(ring), vec![]));
        if let Ok(repaired) = repaired {
            prop_assert!(repaired.geometry.is_valid(), "{:?}", repaired.geometry);
            prop_assert!(area_of(&repaired.geometry) > 0.0);
        }
    }

    /// The sweep and `geo`'s own validation agree on which rings are simple. Rings without an inside
    /// are left out: `geo` lets some of them pass, and a test of their own says what we do.
    #[test]
    fn the_sweep_agrees_with_geo(points in prop::collection::vec((0_i32..9, 0_i32..9), 4..9)) {
        let mut ring: Vec<_> =
            points.iter().map(|(x, y)| Coord { x: f64::from(*x), y: f64::from(*y) }).collect();
        ring.dedup();
        prop_assume!(ring.len() >= 3 && ring.first() != ring.last());
        let turns = |three: &[Coord<f64>]| {
            let (u, v) = (three[1] - ring[0], three[2] - ring[0]);
            u.x * v.y != u.y * v.x
        };
        prop_assume!(ring.windows(3).any(turns));
        let candidate = Polygon::new(LineString(ring), vec![]);
        prop_assert_eq!(topology::is_valid(std::slice::from_ref(&candidate)), candidate.is_valid());
    }
}
