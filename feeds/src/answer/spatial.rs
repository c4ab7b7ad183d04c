//! Geometries of documents, and the spatial functions of filters.
//!
//! Distances and lengths are in degrees, as in the frame of the geometries (OData 4.01, part 2,
//! 5.1.1.8).

use geo::{Distance, Euclidean, Length, Relate};
use geo_types::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use serde_json::Value as Json;

use super::value::Value;
use crate::query::Function;

/// A spatial function of values; `None` when one of them is no geometry.
pub(super) fn call(function: Function, values: &[Value]) -> Option<Value> {
    let Value::Geometry(a) = values.first()? else { return None };
    if function == Function::GeoLength {
        return Some(Value::of_number(length(a)));
    }
    let Value::Geometry(b) = values.get(1)? else { return None };
    if function == Function::GeoDistance {
        return Some(Value::of_number(Euclidean.distance(a, b)));
    }
    let matrix = a.relate(b);
    Some(Value::Truth(match function {
        Function::GeoIntersects | Function::StIntersects => matrix.is_intersects(),
        Function::StEquals => matrix.is_equal_topo(),
        Function::StDisjoint => matrix.is_disjoint(),
        Function::StTouches => matrix.is_touches(),
        Function::StWithin => matrix.is_within(),
        Function::StOverlaps => matrix.is_overlaps(),
        Function::StCrosses => matrix.is_crosses(),
        Function::StContains => matrix.is_contains(),
        Function::StRelate => match values.get(2)? {
            Value::Text(pattern) => matrix.matches(pattern).ok()?,
            _ => return None,
        },
        _ => return None,
    }))
}

/// The length of lines, and of the edges of areas.
fn length(geometry: &Geometry<f64>) -> f64 {
    let edge = |polygon: &Polygon<f64>| {
        let inner = polygon.interiors().iter().map(|ring| Euclidean.length(ring));
        Euclidean.length(polygon.exterior()) + inner.sum::<f64>()
    };
    match geometry {
        Geometry::LineString(line) => Euclidean.length(line),
        Geometry::MultiLineString(lines) => Euclidean.length(lines),
        Geometry::Polygon(polygon) => edge(polygon),
        Geometry::MultiPolygon(polygons) => polygons.iter().map(edge).sum(),
        _ => 0.0,
    }
}

/// The geometry of a GeoJSON geometry or feature; `None` of anything else.
pub(super) fn of_geojson(json: &Json) -> Option<Geometry<f64>> {
    let coordinates = || json.get("coordinates");
    Some(match json.get("type")?.as_str()? {
        "Feature" => return of_geojson(json.get("geometry")?),
        "Point" => Geometry::Point(Point(coord(coordinates()?)?)),
        "LineString" => Geometry::LineString(line(coordinates()?)?),
        "Polygon" => Geometry::Polygon(polygon(coordinates()?)?),
        "MultiPoint" => {
            let points = list(coordinates()?, coord)?.into_iter().map(Point);
            Geometry::MultiPoint(MultiPoint::new(points.collect()))
        }
        "MultiLineString" => {
            Geometry::MultiLineString(MultiLineString::new(list(coordinates()?, line)?))
        }
        "MultiPolygon" => Geometry::MultiPolygon(MultiPolygon::new(list(coordinates()?, polygon)?)),
        _ => return None,
    })
}

fn list<T>(json: &Json, one: impl Fn(&Json) -> Option<T>) -> Option<Vec<T>> {
    json.as_array()?.iter().map(one).collect()
}

fn coord(json: &Json) -> Option<Coord<f64>> {
    Some(Coord { x: json.get(0)?.as_f64()?, y: json.get(1)?.as_f64()? })
}

fn line(json: &Json) -> Option<LineString<f64>> {
    let line = LineString::new(list(json, coord)?);
    (line.0.len() >= 2).then_some(line)
}

fn polygon(json: &Json) -> Option<Polygon<f64>> {
    let mut rings = list(json, line)?.into_iter();
    let outer = rings.next()?;
    Some(Polygon::new(outer, rings.collect()))
}
