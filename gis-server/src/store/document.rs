//! A feature's state as the change log keeps it: JSON with a GeoJSON geometry (RFC 7946).

use city::{Schema, Value};
use geo_types::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use serde_json::{Map, Value as Json, json};

use super::value;

/// A feature's state, apart from its identifier.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    pub(crate) geometry: Geometry<f64>,
    /// In the order of the schema.
    pub(crate) values: Vec<Value>,
}

impl Document {
    /// The state as text.
    pub(crate) fn to_json(&self, schema: &Schema) -> String {
        let properties: Map<String, Json> = schema
            .properties
            .iter()
            .zip(&self.values)
            .filter(|(_, value)| !value.is_null())
            .map(|(property, value)| (property.name.clone(), json!(value)))
            .collect();
        json!({ "geometry": geometry_to_json(&self.geometry), "properties": properties })
            .to_string()
    }

    /// The state from its text, under the schema of today: columns that are gone since are left
    /// out, new ones have no value. `None` when it is no such document.
    pub(crate) fn from_json(schema: &Schema, text: &str) -> Option<Self> {
        let document: Json = serde_json::from_str(text).ok()?;
        let geometry = geometry_from_json(&document["geometry"])?;
        let properties = document["properties"].as_object()?;
        let values = schema.properties.iter().map(|property| {
            let value = properties.get(&property.name).map_or(Value::Null, plain);
            value::coerce(property.kind, &value).unwrap_or(Value::Null)
        });
        Some(Self { geometry, values: values.collect() })
    }
}

fn plain(json: &Json) -> Value {
    match json {
        Json::Bool(flag) => Value::Bool(*flag),
        Json::String(text) => Value::from(text.as_str()),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Integer(whole),
            (None, Some(real)) => Value::Real(real),
            (None, None) => Value::Null,
        },
        _ => Value::Null,
    }
}

/// A geometry as GeoJSON, in longitude and latitude.
pub(crate) fn geometry_to_json(geometry: &Geometry<f64>) -> Json {
    let (kind, coordinates) = match geometry {
        Geometry::Point(point) => ("Point", position(&point.0)),
        Geometry::MultiPoint(points) => {
            ("MultiPoint", points.iter().map(|p| position(&p.0)).collect())
        }
        Geometry::LineString(line) => ("LineString", positions(line)),
        Geometry::MultiLineString(lines) => {
            ("MultiLineString", lines.iter().map(positions).collect())
        }
        Geometry::Polygon(polygon) => ("Polygon", rings(polygon)),
        Geometry::MultiPolygon(polygons) => ("MultiPolygon", polygons.iter().map(rings).collect()),
        // Edits are checked to be one of the above.
        _ => return Json::Null,
    };
    json!({ "type": kind, "coordinates": coordinates })
}

fn position(coord: &Coord<f64>) -> Json {
    json!([coord.x, coord.y])
}

fn positions(line: &LineString<f64>) -> Json {
    line.coords().map(position).collect()
}

fn rings(polygon: &Polygon<f64>) -> Json {
    std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(positions).collect()
}

/// A geometry of GeoJSON; `None` of what is none, and of collections.
pub(crate) fn geometry_from_json(json: &Json) -> Option<Geometry<f64>> {
    let coordinates = &json["coordinates"];
    Some(match json["type"].as_str()? {
        "Point" => Point(coord(coordinates)?).into(),
        "MultiPoint" => MultiPoint(list(coordinates, |p| coord(p).map(Point))?).into(),
        "LineString" => line(coordinates)?.into(),
        "MultiLineString" => MultiLineString(list(coordinates, line)?).into(),
        "Polygon" => polygon(coordinates)?.into(),
        "MultiPolygon" => MultiPolygon(list(coordinates, polygon)?).into(),
        _ => return None,
    })
}

fn list<T>(json: &Json, read: impl Fn(&Json) -> Option<T>) -> Option<Vec<T>> {
    json.as_array()?.iter().map(read).collect()
}

fn coord(json: &Json) -> Option<Coord<f64>> {
    Some(Coord { x: json[0].as_f64()?, y: json[1].as_f64()? })
}

fn line(json: &Json) -> Option<LineString<f64>> {
    list(json, coord).map(LineString)
}

fn polygon(json: &Json) -> Option<Polygon<f64>> {
    let mut rings = list(json, line)?.into_iter();
    Some(Polygon::new(rings.next()?, rings.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use city::{Property, PropertyType};

    #[test]
    fn a_state_survives_its_text() {
        let schema = Schema {
            properties: vec![
                Property::new("ten", PropertyType::Text),
                Property::new("cao", PropertyType::Real),
                Property::new("ngay", PropertyType::Date),
                Property::new("luc", PropertyType::Instant),
            ],
        };
        let shell = LineString::from(vec![(108.1, 15.0), (108.2, 15.0), (108.2, 15.3)]);
        let hole = LineString::from(vec![(108.15, 15.01), (108.16, 15.01), (108.16, 15.02)]);
        let holed = Polygon::new(shell, vec![hole]);
        let line = LineString::from(vec![(108.474, 15.5736), (108.5, 15.6)]);
        let geometries: [Geometry<f64>; 6] = [
            Point::new(108.474, 15.5736).into(),
            MultiPoint(vec![Point::new(1.5, 2.5)]).into(),
            line.clone().into(),
            MultiLineString(vec![line]).into(),
            holed.clone().into(),
            MultiPolygon(vec![holed]).into(),
        ];
        for geometry in geometries {
            let document = Document {
                geometry,
                values: vec![
                    "Chợ Tam Kỳ".into(),
                    Value::Real(4.0),
                    Value::Date(city::time::parse_date("2024-08-01").unwrap()),
                    Value::Null,
                ],
            };
            assert_eq!(Document::from_json(&schema, &document.to_json(&schema)), Some(document));
        }
    }

    #[test]
    fn a_text_that_is_no_state_is_none() {
        let schema = Schema::default();
        for text in ["", "{}", r#"{"geometry":{"type":"Point","coordinates":[1]},"properties":{}}"#]
        {
            assert_eq!(Document::from_json(&schema, text), None, "{text}");
        }
    }
}
