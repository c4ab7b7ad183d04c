//! Whether lines and rings are ones: self-crossing rings, holes outside, parts that overlap, each told
//! with its place. Rings that go the wrong way round are no fault; the store turns them.

use geo::{
    Coord, Geometry, Line, LineString, Polygon, Validation,
    line_intersection::{LineIntersection, line_intersection},
    validation::{GeometryIndex, InvalidMultiPolygon, InvalidPolygon, RingRole},
};

use super::faults::Faults;

const COORDINATES: &str = "/geometry/coordinates";

/// Checks a geometry in longitude and latitude.
pub(super) fn check(geometry: &Geometry<f64>, faults: &mut Faults) {
    match geometry {
        Geometry::Polygon(polygon) => {
            for error in polygon.validation_errors() {
                polygon_fault(polygon, COORDINATES, &error, faults);
            }
        }
        Geometry::MultiPolygon(polygons) => {
            let errors = polygons.validation_errors();
            // Polygons that overlap share a border too.
            let overlap = |a: &GeometryIndex, b: &GeometryIndex| {
                errors.contains(&InvalidMultiPolygon::ElementsOverlaps(a.clone(), b.clone()))
            };
            for error in &errors {
                match error {
                    InvalidMultiPolygon::ElementsTouchOnALine(a, b) if overlap(a, b) => {}
                    InvalidMultiPolygon::InvalidPolygon(index, error) => {
                        let Some(polygon) = polygons.0.get(index.0) else { continue };
                        let pointer = format!("{COORDINATES}/{}", index.0);
                        polygon_fault(polygon, &pointer, error, faults);
                    }
                    InvalidMultiPolygon::ElementsOverlaps(a, b) => faults.at(
                        &format!("{COORDINATES}/{}", b.0),
                        format!("đa giác {} và {} chồng lên nhau", a.0, b.0),
                        format!("polygons {} and {} overlap", a.0, b.0),
                    ),
                    InvalidMultiPolygon::ElementsTouchOnALine(a, b) => faults.at(
                        &format!("{COORDINATES}/{}", b.0),
                        format!(
                            "đa giác {} và {} chung một đoạn biên; hãy gộp chúng làm một",
                            a.0, b.0
                        ),
                        format!("polygons {} and {} share a border; join them", a.0, b.0),
                    ),
                }
            }
        }
        other => {
            if let Err(error) = other.check_validation() {
                faults.at(
                    COORDINATES,
                    "đường cần ít nhất hai vị trí khác nhau, toạ độ phải hữu hạn",
                    error.to_string(),
                );
            }
        }
    }
}

/// A ring in words, and its place among the rings.
fn named(ring: RingRole) -> (usize, String, String) {
    match ring {
        RingRole::Exterior => (0, "vòng ngoài".into(), "the outer ring".into()),
        RingRole::Interior(n) => {
            (n + 1, format!("vòng trong thứ {}", n + 1), format!("inner ring {}", n + 1))
        }
    }
}

fn polygon_fault(
    polygon: &Polygon<f64>,
    pointer: &str,
    error: &InvalidPolygon,
    faults: &mut Faults,
) {
    let (ring, vi, en) = match error {
        InvalidPolygon::SelfIntersection(ring) => {
            let (n, vi, en) = named(*ring);
            let place = ring_of(polygon, *ring).and_then(crossing);
            let (at_vi, at_en) = place.map_or_else(Default::default, |(a, b, at)| {
                let (x, y) = (round(at.x), round(at.y));
                (
                    format!(" tại kinh độ {x}, vĩ độ {y} (cạnh {a} và cạnh {b})"),
                    format!(" at longitude {x}, latitude {y} (edges {a} and {b})"),
                )
            });
            (n, format!("{vi} tự cắt{at_vi}"), format!("{en} crosses itself{at_en}"))
        }
        InvalidPolygon::TooFewPointsInRing(ring) => {
            let (n, vi, en) = named(*ring);
            let vi = format!("{vi} cần ít nhất ba vị trí khác nhau");
            (n, vi, format!("{en} needs at least three different positions"))
        }
        InvalidPolygon::NonFiniteCoord(ring, at) => {
            let (n, vi, en) = named(*ring);
            let vi = format!("{vi} có toạ độ không hữu hạn ở vị trí {}", at.0);
            (n, vi, format!("{en} has a coordinate that is not finite at position {}", at.0))
        }
        InvalidPolygon::InteriorRingNotContainedInExteriorRing(ring) => {
            let (n, vi, en) = named(*ring);
            (
                n,
                format!("{vi} không nằm trong vòng ngoài"),
                format!("{en} is not within the outer ring"),
            )
        }
        InvalidPolygon::IntersectingRingsOnALine(a, b) => {
            let ((_, vi, en), (n, vi_2, en_2)) = (named(*a), named(*b));
            let vi = format!("{vi} và {vi_2} chung một đoạn");
            (n, vi, format!("{en} and {en_2} share a part of their line"))
        }
        InvalidPolygon::IntersectingRingsOnAnArea(a, b) => {
            let ((_, vi, en), (n, vi_2, en_2)) = (named(*a), named(*b));
            (n, format!("{vi} và {vi_2} chồng lên nhau"), format!("{en} and {en_2} overlap"))
        }
    };
    faults.at(&format!("{pointer}/{ring}"), vi, en);
}

fn ring_of(polygon: &Polygon<f64>, ring: RingRole) -> Option<&LineString<f64>> {
    match ring {
        RingRole::Exterior => Some(polygon.exterior()),
        RingRole::Interior(n) => polygon.interiors().get(n),
    }
}

/// The first two edges of a ring, counted from 0, that meet where they should not, and where.
fn crossing(ring: &LineString<f64>) -> Option<(usize, usize, Coord<f64>)> {
    let edges: Vec<Line<f64>> = ring.lines().collect();
    let last = edges.len().checked_sub(1)?;
    let west = |edge: &Line<f64>| edge.start.x.min(edge.end.x);
    let east = |edge: &Line<f64>| edge.start.x.max(edge.end.x);
    // From west to east, so that each edge is compared with those beside it only.
    let mut order: Vec<usize> = (0..edges.len()).collect();
    order.sort_by(|a, b| west(&edges[*a]).total_cmp(&west(&edges[*b])));
    let mut found: Option<(usize, usize, Coord<f64>)> = None;
    for (n, one) in order.iter().enumerate() {
        let beside =
            order[n + 1..].iter().take_while(|two| west(&edges[**two]) <= east(&edges[*one]));
        for two in beside {
            let (a, b) = (*one.min(two), *one.max(two));
            let is_next = b == a + 1 || (a == 0 && b == last);
            if let Some(at) = meet(&edges[a], &edges[b], is_next)
                && found.is_none_or(|(known, other, _)| (a, b) < (known, other))
            {
                found = Some((a, b, at));
            }
        }
    }
    found
}

/// Where two edges meet; neighbours may share their end.
fn meet(a: &Line<f64>, b: &Line<f64>, is_next: bool) -> Option<Coord<f64>> {
    match line_intersection(*a, *b)? {
        LineIntersection::SinglePoint { intersection, .. } => (!is_next).then_some(intersection),
        LineIntersection::Collinear { intersection } => Some(intersection.start),
    }
}

/// To a decimetre.
fn round(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{MultiPolygon, polygon};

    fn said(geometry: Geometry<f64>) -> Vec<(String, String)> {
        let mut faults = Faults::default();
        check(&geometry, &mut faults);
        match faults.none() {
            Ok(()) => Vec::new(),
            Err(problem) => {
                let errors = problem.document().errors;
                errors.into_iter().map(|error| (error.pointer, error.detail_en)).collect()
            }
        }
    }

    fn one(pointer: &str, words: &str) -> Vec<(String, String)> {
        vec![(pointer.to_owned(), words.to_owned())]
    }

    #[test]
    fn a_crossing_is_told_with_its_place() {
        let bow = polygon![(x: 108.0, y: 15.0), (x: 108.2, y: 15.2), (x: 108.2, y: 15.0), (x: 108.0, y: 15.2)];
        assert_eq!(
            said(bow.into()),
            one(
                "/geometry/coordinates/0",
                "the outer ring crosses itself at longitude 108.1, latitude 15.1 (edges 0 and 2)"
            )
        );
    }

    #[test]
    fn a_hole_must_lie_within() {
        let holed = polygon!(
            exterior: [(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0), (x: 0.0, y: 9.0)],
            interiors: [[(x: 20.0, y: 1.0), (x: 21.0, y: 1.0), (x: 21.0, y: 2.0)]],
        );
        let told = one("/geometry/coordinates/1", "inner ring 1 is not within the outer ring");
        assert_eq!(said(holed.into()), told);
    }

    #[test]
    fn parts_must_not_overlap() {
        let square = |x: f64| polygon![(x: x, y: 0.0), (x: x + 2.0, y: 0.0), (x: x + 2.0, y: 2.0), (x: x, y: 2.0)];
        let two = MultiPolygon(vec![square(0.0), square(1.0)]);
        assert_eq!(said(two.into()), one("/geometry/coordinates/1", "polygons 0 and 1 overlap"));
        let beside = MultiPolygon(vec![square(0.0), square(4.0)]);
        assert_eq!(said(beside.into()), []);
    }

    #[test]
    fn a_ring_may_go_either_way() {
        let clockwise =
            polygon![(x: 0.0, y: 0.0), (x: 0.0, y: 1.0), (x: 1.0, y: 1.0), (x: 1.0, y: 0.0)];
        assert_eq!(said(clockwise.into()), []);
    }
}
