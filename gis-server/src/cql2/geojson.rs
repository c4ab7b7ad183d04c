//! Geometries in CQL2 JSON.

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};
use serde_json::{Value, json};

use super::{
    Cql2Error, Place,
    wkt::{check_line, check_ring, polygon_of},
};

/// Reads a GeoJSON geometry that stands at a pointer; other members than its own are passed over.
pub(super) fn read(value: &Value, place: &Place) -> Result<Geometry<f64>, Cql2Error> {
    Reader { place }.geometry(value, true)
}

struct Reader<'a> {
    place: &'a Place,
}

impl Reader<'_> {
    fn geometry(&self, value: &Value, may_collect: bool) -> Result<Geometry<f64>, Cql2Error> {
        let at = &value["coordinates"];
        Ok(match value["type"].as_str() {
            Some("Point") => Point(self.position(at)?).into(),
            Some("LineString") => self.line(at)?.into(),
            Some("Polygon") => self.polygon(at)?.into(),
            Some("MultiPoint") => {
                MultiPoint(self.list(at, |at| self.position(at).map(Point))?).into()
            }
            Some("MultiLineString") => MultiLineString(self.list(at, |at| self.line(at))?).into(),
            Some("MultiPolygon") => MultiPolygon(self.list(at, |at| self.polygon(at))?).into(),
            Some("GeometryCollection") if may_collect => {
                let members = self.list(&value["geometries"], |one| self.geometry(one, false))?;
                Geometry::GeometryCollection(GeometryCollection(members))
            }
            _ => {
                return Err(Cql2Error::new(
                    self.place.clone(),
                    "'type' phải là Point, LineString, Polygon, dạng Multi của chúng hoặc GeometryCollection của các dạng ấy",
                    "'type' must be Point, LineString, Polygon, the Multi of one, or a GeometryCollection of these",
                ));
            }
        })
    }

    fn list<T>(
        &self,
        value: &Value,
        read: impl Fn(&Value) -> Result<T, Cql2Error>,
    ) -> Result<Vec<T>, Cql2Error> {
        let all = value.as_array().filter(|all| !all.is_empty());
        all.ok_or_else(|| self.wrong())?.iter().map(read).collect()
    }

    fn position(&self, value: &Value) -> Result<Coord<f64>, Cql2Error> {
        let numbers: Option<Vec<f64>> =
            value.as_array().and_then(|all| all.iter().map(Value::as_f64).collect());
        match numbers.as_deref() {
            Some([x, y] | [x, y, _]) => Ok(Coord { x: *x, y: *y }),
            _ => Err(self.wrong()),
        }
    }

    fn line(&self, value: &Value) -> Result<LineString<f64>, Cql2Error> {
        check_line(self.list(value, |at| self.position(at))?, self.place)
    }

    fn polygon(&self, value: &Value) -> Result<Polygon<f64>, Cql2Error> {
        let ring = |at: &Value| check_ring(self.list(at, |at| self.position(at))?, self.place);
        Ok(polygon_of(self.list(value, ring)?))
    }

    fn wrong(&self) -> Cql2Error {
        Cql2Error::new(
            self.place.clone(),
            "'coordinates' (hoặc 'geometries') không đúng dạng của loại hình học",
            "'coordinates' (or 'geometries') does not have the form of the geometry's type",
        )
    }
}

/// Writes a geometry as GeoJSON. The types that no encoding makes are written as empty collections.
pub(super) fn write(geometry: &Geometry<f64>) -> Value {
    let position = |c: &Coord<f64>| json!([c.x, c.y]);
    let line = |line: &LineString<f64>| -> Value { line.0.iter().map(position).collect() };
    let polygon = |polygon: &Polygon<f64>| -> Value {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(line).collect()
    };
    let of = |kind: &str, coordinates: Value| json!({"type": kind, "coordinates": coordinates});
    match geometry {
        Geometry::Point(point) => of("Point", position(&point.0)),
        Geometry::LineString(one) => of("LineString", line(one)),
        Geometry::Polygon(one) => of("Polygon", polygon(one)),
        Geometry::MultiPoint(all) => of("MultiPoint", all.iter().map(|p| position(&p.0)).collect()),
        Geometry::MultiLineString(all) => of("MultiLineString", all.iter().map(line).collect()),
        Geometry::MultiPolygon(all) => of("MultiPolygon", all.iter().map(polygon).collect()),
        Geometry::GeometryCollection(all) => {
            json!({"type": "GeometryCollection", "geometries": all.iter().map(write).collect::<Value>()})
        }
        _ => json!({"type": "GeometryCollection", "geometries": []}),
    }
}
