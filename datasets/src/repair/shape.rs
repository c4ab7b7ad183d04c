//! Taking a geometry apart into parts of the kind that a layer holds.

use std::collections::BTreeSet;

use city::layer::GeometryKind;
use geo_types::{Geometry, LineString, Point, Polygon};

use super::{Fit, Repair, Unusable};

/// The parts of a geometry, of one kind.
pub(super) enum Parts {
    Points(Vec<Point<f64>>),
    Lines(Vec<LineString<f64>>),
    Polygons(Vec<Polygon<f64>>),
    /// Polygons that a point is to represent.
    Areas(Vec<Polygon<f64>>),
}

#[derive(Default)]
struct Sorted {
    points: Vec<Point<f64>>,
    lines: Vec<LineString<f64>>,
    polygons: Vec<Polygon<f64>>,
}

/// The parts of the kind that a layer holds; other parts are left out.
pub(super) fn parts_of(
    geometry: Geometry<f64>,
    kind: GeometryKind,
    fit: Fit,
    repairs: &mut BTreeSet<Repair>,
) -> Result<Parts, Unusable> {
    let mut sorted = Sorted::default();
    sort(geometry, &mut sorted);
    if kind == GeometryKind::Polygon && fit.close_lines && sorted.polygons.is_empty() {
        close(&mut sorted, repairs);
    }
    let Sorted { points, lines, polygons } = sorted;
    let counts = [points.len(), lines.len(), polygons.len()];
    if counts == [0; 3] {
        return Err(Unusable::Empty);
    }
    let dominant = match kind {
        GeometryKind::Mixed if counts[2] > 0 => GeometryKind::Polygon,
        GeometryKind::Mixed if counts[1] > 0 => GeometryKind::Line,
        GeometryKind::Mixed => GeometryKind::Point,
        kind => kind,
    };
    let (parts, used) = match dominant {
        GeometryKind::Point if points.is_empty() && lines.is_empty() => {
            (Parts::Areas(polygons), counts[2])
        }
        GeometryKind::Point => (Parts::Points(points), counts[0]),
        GeometryKind::Line => (Parts::Lines(lines), counts[1]),
        GeometryKind::Polygon | GeometryKind::Mixed => (Parts::Polygons(polygons), counts[2]),
    };
    if used == 0 {
        return Err(Unusable::OtherKind);
    }
    if used < counts.iter().sum() {
        repairs.insert(Repair::OtherKind);
    }
    Ok(parts)
}

/// The kind of a published geometry.
pub fn kind_of(geometry: &Geometry<f64>) -> GeometryKind {
    match geometry {
        Geometry::Point(_) | Geometry::MultiPoint(_) => GeometryKind::Point,
        Geometry::Line(_) | Geometry::LineString(_) | Geometry::MultiLineString(_) => {
            GeometryKind::Line
        }
        Geometry::Polygon(_)
        | Geometry::MultiPolygon(_)
        | Geometry::Rect(_)
        | Geometry::Triangle(_) => GeometryKind::Polygon,
        Geometry::GeometryCollection(_) => GeometryKind::Mixed,
    }
}

/// Twice the signed area is the shoelace sum; the first point is taken off for precision.
pub(super) fn ring_area(ring: &LineString<f64>) -> f64 {
    let Some(&origin) = ring.0.first() else { return 0.0 };
    let doubled = ring.0.windows(2).map(|edge| {
        let (a, b) = (edge[0] - origin, edge[1] - origin);
        a.x * b.y - b.x * a.y
    });
    0.5 * doubled.sum::<f64>()
}

fn sort(geometry: Geometry<f64>, into: &mut Sorted) {
    match geometry {
        Geometry::Point(point) => into.points.push(point),
        Geometry::MultiPoint(points) => into.points.extend(points),
        Geometry::Line(line) => into.lines.push(line.into()),
        Geometry::LineString(line) => into.lines.push(line),
        Geometry::MultiLineString(lines) => into.lines.extend(lines),
        Geometry::Polygon(polygon) => into.polygons.push(polygon),
        Geometry::MultiPolygon(polygons) => into.polygons.extend(polygons),
        Geometry::Rect(rect) => into.polygons.push(rect.to_polygon()),
        Geometry::Triangle(triangle) => into.polygons.push(triangle.to_polygon()),
        Geometry::GeometryCollection(parts) => parts.into_iter().for_each(|part| sort(part, into)),
    }
}

/// Closed lines become polygons.
fn close(sorted: &mut Sorted, repairs: &mut BTreeSet<Repair>) {
    let is_closed = |line: &LineString<f64>| line.0.len() >= 4 && line.is_closed();
    let (closed, open) = std::mem::take(&mut sorted.lines).into_iter().partition(is_closed);
    sorted.lines = open;
    let rings: Vec<LineString<f64>> = closed;
    if !rings.is_empty() {
        repairs.insert(Repair::Closed);
    }
    sorted.polygons.extend(rings.into_iter().map(|ring| Polygon::new(ring, vec![])));
}
