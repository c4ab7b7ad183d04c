//! A GeoJSON feature as an editor sends it, read strictly.

use city::{Crs, FeatureId, Value};
use datasets::crs::Transformer;
use geo::MapCoords;
use geo_types::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use serde_json::Value as Json;

use crate::{error::Problem, store::Draft};

/// Reads a feature whose coordinates are in a system, in the order of its authority.
///
/// # Errors
/// 400 that says where the document is wrong and what would be right.
pub(super) fn read(body: &[u8], crs: Crs) -> Result<(Option<FeatureId>, Draft), Problem> {
    let document: Json = serde_json::from_slice(body).map_err(|error| {
        wrong("thân yêu cầu không phải JSON", &format!("the body is no JSON: {error}"))
    })?;
    if document["type"] != "Feature" {
        return Err(wrong(
            "cần một GeoJSON Feature",
            "a GeoJSON Feature is needed: \"type\" must be \"Feature\"",
        ));
    }
    let id = match &document["id"] {
        Json::Null => None,
        Json::Number(number) => Some(number.to_string()),
        Json::String(text) => Some(text.clone()),
        _ => return Err(wrong("'id' phải là số hoặc văn bản", "'id' must be a number or a text")),
    };
    let id = id.map(|id| id.parse::<FeatureId>()).transpose();
    let id = id.map_err(|error| wrong("'id' không dùng được", &error.to_string()))?;
    let mut geometry = geometry(&document["geometry"])?;
    to_lon_lat(&mut geometry, crs)?;
    Ok((id, Draft { geometry, properties: properties(&document["properties"])? }))
}

fn properties(json: &Json) -> Result<Vec<(String, Value)>, Problem> {
    let members = match json {
        Json::Null => return Ok(Vec::new()),
        Json::Object(members) => members,
        _ => {
            return Err(wrong(
                "'properties' phải là một đối tượng JSON",
                "'properties' must be a JSON object",
            ));
        }
    };
    let value = |(name, json): (&String, &Json)| {
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::String(text) => Value::from(text.as_str()),
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Value::Integer(whole),
                (None, Some(real)) => Value::Real(real),
                (None, None) => return Err(nested(name)),
            },
            Json::Array(_) | Json::Object(_) => return Err(nested(name)),
        };
        Ok((name.clone(), value))
    };
    members.iter().map(value).collect()
}

fn nested(name: &str) -> Problem {
    wrong(
        &format!("thuộc tính '{name}' phải là số, văn bản, true, false hoặc null"),
        &format!("property '{name}' must be a number, a text, true, false or null"),
    )
}

fn geometry(json: &Json) -> Result<Geometry<f64>, Problem> {
    let at = &json["coordinates"];
    Ok(match json["type"].as_str() {
        Some("Point") => Point(position(at)?).into(),
        Some("MultiPoint") => MultiPoint(list(at, |at| Ok(Point(position(at)?)))?).into(),
        Some("LineString") => line(at)?.into(),
        Some("MultiLineString") => MultiLineString(list(at, line)?).into(),
        Some("Polygon") => polygon(at)?.into(),
        Some("MultiPolygon") => MultiPolygon(list(at, polygon)?).into(),
        _ => {
            return Err(wrong(
                "'geometry' phải là Point, LineString, Polygon hoặc dạng Multi của chúng",
                "'geometry' must be a Point, LineString or Polygon or the Multi of one",
            ));
        }
    })
}

fn list<T>(json: &Json, read: impl Fn(&Json) -> Result<T, Problem>) -> Result<Vec<T>, Problem> {
    json.as_array().ok_or_else(bad_coordinates)?.iter().map(read).collect()
}

fn position(json: &Json) -> Result<Coord<f64>, Problem> {
    let numbers: Option<Vec<f64>> =
        json.as_array().ok_or_else(bad_coordinates)?.iter().map(Json::as_f64).collect();
    // A third number is a height, which layers keep as a property.
    match numbers.as_deref() {
        Some([x, y] | [x, y, _]) => Ok(Coord { x: *x, y: *y }),
        _ => Err(bad_coordinates()),
    }
}

fn line(json: &Json) -> Result<LineString<f64>, Problem> {
    Ok(LineString(list(json, position)?))
}

fn polygon(json: &Json) -> Result<Polygon<f64>, Problem> {
    let rings = list(json, line)?;
    // `Polygon::new` would close an open ring in silence.
    let closed = |ring: &LineString<f64>| ring.0.len() >= 4 && ring.0.first() == ring.0.last();
    if rings.is_empty() || !rings.iter().all(closed) {
        return Err(wrong(
            "mỗi vòng của đa giác cần ít nhất bốn điểm và phải khép kín",
            "each ring of a polygon needs at least four positions, the last equal to the first",
        ));
    }
    let mut rings = rings.into_iter();
    let shell = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Ok(Polygon::new(shell, rings.collect()))
}

fn to_lon_lat(geometry: &mut Geometry<f64>, crs: Crs) -> Result<(), Problem> {
    let transformer =
        Transformer::between(crs, Crs::CRS84).map_err(|error| Problem::internal(&error))?;
    if transformer.is_identity() && !crs.is_north_first() {
        return Ok(());
    }
    let convert = |at: Coord<f64>| {
        let (x, y) = if crs.is_north_first() { (at.y, at.x) } else { (at.x, at.y) };
        let (x, y) = transformer.convert(x, y)?;
        Ok::<_, datasets::crs::CrsError>(Coord { x, y })
    };
    *geometry = geometry.try_map_coords(convert).map_err(|error| {
        wrong("toạ độ nằm ngoài vùng dùng được của hệ ghi ở Content-Crs", &error.to_string())
    })?;
    Ok(())
}

fn bad_coordinates() -> Problem {
    wrong(
        "'coordinates' không đúng dạng của loại hình học",
        "'coordinates' does not have the form of the geometry's type",
    )
}

fn wrong(vi: &str, en: &str) -> Problem {
    Problem::bad_request(
        format!("Đối tượng gửi lên không hợp lệ: {vi}."),
        format!("The feature is not valid: {en}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(json: &Json, crs: Crs) -> Result<(Option<FeatureId>, Draft), u16> {
        read(json.to_string().as_bytes(), crs).map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn a_feature_is_read_with_its_properties() {
        let json = serde_json::json!({
            "type": "Feature", "id": 7,
            "geometry": {"type": "Point", "coordinates": [108.474, 15.5736, 3.0]},
            "properties": {"name": "Giếng", "depth": 3.5, "storeys": 2, "ok": true, "none": null},
        });
        let (id, draft) = read_json(&json, Crs::CRS84).unwrap();
        assert_eq!(id, Some(FeatureId::Number(7)));
        assert_eq!(draft.geometry, Point::new(108.474, 15.5736).into());
        assert!(draft.properties.contains(&("storeys".into(), Value::Integer(2))));
    }

    #[test]
    fn coordinates_of_another_system_are_carried_over() {
        let json = serde_json::json!({
            "type": "Feature", "properties": {},
            "geometry": {"type": "Point", "coordinates": [577_453.963, 1_722_531.703]},
        });
        let (_, draft) = read_json(&json, Crs::QUANG_NAM).unwrap();
        let Geometry::Point(point) = draft.geometry else { panic!() };
        // The check point is given to the millimetre, 1e-8 degrees.
        assert!((point.x() - 108.4740).abs() < 1e-8 && (point.y() - 15.5736).abs() < 1e-8);
    }

    #[test]
    fn broken_features_are_refused() {
        for geometry in [
            serde_json::json!(null),
            serde_json::json!({"type": "Point", "coordinates": [1]}),
            serde_json::json!({"type": "Point", "coordinates": ["a", "b"]}),
            serde_json::json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}),
            serde_json::json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [2, 2]]]}),
            serde_json::json!({"type": "GeometryCollection", "geometries": []}),
        ] {
            let json =
                serde_json::json!({"type": "Feature", "geometry": geometry, "properties": {}});
            assert_eq!(read_json(&json, Crs::CRS84).unwrap_err(), 400, "{geometry}");
        }
        assert_eq!(read(b"{", Crs::CRS84).unwrap_err().status(), 400);
    }
}
