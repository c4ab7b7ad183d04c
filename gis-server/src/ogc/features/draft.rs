//! A GeoJSON feature as an editor sends it, read strictly: what is wrong is told with its place.

use city::{Crs, FeatureId, Value};
use datasets::crs::Transformer;
use geo::MapCoords;
use geo_types::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use serde_json::{Map, Value as Json};

use super::{faults::Faults, topology};
use crate::{error::Problem, store::Draft};

/// A body as JSON.
///
/// # Errors
/// 400 for what is none.
pub(super) fn parse(body: &[u8]) -> Result<Json, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::bad_request(
            "Đối tượng gửi lên không hợp lệ: thân yêu cầu không phải JSON.",
            format!("The feature is not valid: the body is no JSON: {error}."),
        )
    })
}

/// Reads a feature whose coordinates are in a system, in the order of its authority; `None` where there
/// are faults. `check` holds its properties against the layer, so that all that is wrong is told at once.
///
/// # Errors
/// 500 when the system cannot be read.
pub(super) fn feature(
    document: &Json,
    crs: Crs,
    faults: &mut Faults,
    check: impl FnOnce(&[(String, Value)], &mut Faults),
) -> Result<Option<(Option<FeatureId>, Draft)>, Problem> {
    if document["type"] != "Feature" {
        faults.at(
            "/type",
            "cần một GeoJSON Feature: \"type\" phải là \"Feature\"",
            "a GeoJSON Feature is needed: \"type\" must be \"Feature\"",
        );
        return Ok(None);
    }
    let id = identifier(&document["id"], faults);
    let geometry = geometry(&document["geometry"], crs, faults)?;
    let properties = properties(&document["properties"], faults);
    check(&properties, faults);
    Ok(match (geometry, faults.is_empty()) {
        (Some(geometry), true) => Some((id, Draft { geometry, properties })),
        _ => None,
    })
}

/// An identifier, where there is one.
pub(super) fn identifier(json: &Json, faults: &mut Faults) -> Option<FeatureId> {
    let text = match json {
        Json::Null => return None,
        Json::Number(number) => number.to_string(),
        Json::String(text) => text.clone(),
        _ => {
            faults.at("/id", "'id' phải là số hoặc văn bản", "'id' must be a number or a text");
            return None;
        }
    };
    let read = text.parse::<FeatureId>();
    read.map_err(|error| faults.at("/id", "'id' không dùng được", error.to_string())).ok()
}

/// Properties by name; null where there are none.
pub(super) fn properties(json: &Json, faults: &mut Faults) -> Vec<(String, Value)> {
    match json {
        Json::Null => Vec::new(),
        Json::Object(members) => values(members, faults),
        _ => {
            faults.at(
                "/properties",
                "'properties' phải là một đối tượng JSON",
                "'properties' must be a JSON object",
            );
            Vec::new()
        }
    }
}

fn values(members: &Map<String, Json>, faults: &mut Faults) -> Vec<(String, Value)> {
    let mut values = Vec::with_capacity(members.len());
    for (name, json) in members {
        match value(json) {
            Some(value) => values.push((name.clone(), value)),
            None => faults.property(
                name,
                city::Title::new(
                    format!("thuộc tính '{name}' phải là số, văn bản, true, false hoặc null"),
                    format!("property '{name}' must be a number, a text, true, false or null"),
                ),
            ),
        }
    }
    values
}

/// A scalar.
pub(super) fn value(json: &Json) -> Option<Value> {
    match json {
        Json::Null => Some(Value::Null),
        Json::Bool(flag) => Some(Value::Bool(*flag)),
        Json::String(text) => Some(Value::from(text.as_str())),
        Json::Number(number) => {
            number.as_i64().map(Value::Integer).or_else(|| number.as_f64().map(Value::Real))
        }
        Json::Array(_) | Json::Object(_) => None,
    }
}

/// A geometry in longitude and latitude, out of one in a system; `None` where there are faults.
///
/// # Errors
/// 500 when the system cannot be read.
pub(super) fn geometry(
    json: &Json,
    crs: Crs,
    faults: &mut Faults,
) -> Result<Option<Geometry<f64>>, Problem> {
    let mut geometry = match shape(json) {
        Ok(geometry) => geometry,
        Err(Wrong { pointer, vi, en }) => {
            faults.at(&pointer, vi, en);
            return Ok(None);
        }
    };
    if let Err(why) = to_lon_lat(&mut geometry, crs)? {
        faults.at(
            "/geometry",
            "toạ độ nằm ngoài vùng dùng được của hệ ghi ở Content-Crs",
            format!("coordinates lie outside the area of the system in Content-Crs: {why}"),
        );
        return Ok(None);
    }
    topology::check(&geometry, faults);
    Ok(Some(geometry))
}

/// What is wrong with a geometry, and where.
struct Wrong {
    pointer: String,
    vi: String,
    en: String,
}

impl Wrong {
    fn at(pointer: &str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { pointer: pointer.to_owned(), vi: vi.into(), en: en.into() }
    }

    fn coordinates(pointer: &str) -> Self {
        Self::at(
            pointer,
            "'coordinates' không đúng dạng của loại hình học",
            "'coordinates' does not have the form of the geometry's type",
        )
    }
}

const COORDINATES: &str = "/geometry/coordinates";

fn shape(json: &Json) -> Result<Geometry<f64>, Wrong> {
    let at = (&json["coordinates"], COORDINATES);
    Ok(match json["type"].as_str() {
        Some("Point") => Point(position(at.0, at.1)?).into(),
        Some("MultiPoint") => MultiPoint(list(at, |at, p| Ok(Point(position(at, p)?)))?).into(),
        Some("LineString") => line(at.0, at.1)?.into(),
        Some("MultiLineString") => MultiLineString(list(at, line)?).into(),
        Some("Polygon") => polygon(at.0, at.1)?.into(),
        Some("MultiPolygon") => MultiPolygon(list(at, polygon)?).into(),
        _ => {
            return Err(Wrong::at(
                "/geometry",
                "'geometry' phải là Point, LineString, Polygon hoặc dạng Multi của chúng",
                "'geometry' must be a Point, LineString or Polygon or the Multi of one",
            ));
        }
    })
}

fn list<T>(
    (json, pointer): (&Json, &str),
    read: impl Fn(&Json, &str) -> Result<T, Wrong>,
) -> Result<Vec<T>, Wrong> {
    let items = json.as_array().ok_or_else(|| Wrong::coordinates(pointer))?;
    items.iter().enumerate().map(|(n, item)| read(item, &format!("{pointer}/{n}"))).collect()
}

fn position(json: &Json, pointer: &str) -> Result<Coord<f64>, Wrong> {
    let items = json.as_array().ok_or_else(|| Wrong::coordinates(pointer))?;
    let numbers: Option<Vec<f64>> = items.iter().map(Json::as_f64).collect();
    // A third number is a height, which layers keep as a property.
    match numbers.as_deref() {
        Some([x, y] | [x, y, _]) => Ok(Coord { x: *x, y: *y }),
        _ => Err(Wrong::coordinates(pointer)),
    }
}

fn line(json: &Json, pointer: &str) -> Result<LineString<f64>, Wrong> {
    Ok(LineString(list((json, pointer), position)?))
}

fn polygon(json: &Json, pointer: &str) -> Result<Polygon<f64>, Wrong> {
    let rings = list((json, pointer), ring)?;
    let mut rings = rings.into_iter();
    let shell = rings.next().ok_or_else(|| Wrong::coordinates(pointer))?;
    Ok(Polygon::new(shell, rings.collect()))
}

/// A ring, which `Polygon::new` would close in silence where it is open.
fn ring(json: &Json, pointer: &str) -> Result<LineString<f64>, Wrong> {
    let ring = line(json, pointer)?;
    match (ring.0.first(), ring.0.last()) {
        (Some(first), Some(last)) if first != last => Err(Wrong::at(
            pointer,
            format!(
                "vòng chưa khép kín: vị trí cuối [{}, {}] phải bằng vị trí đầu [{}, {}]",
                last.x, last.y, first.x, first.y
            ),
            format!(
                "the ring is not closed: its last position [{}, {}] must be its first, [{}, {}]",
                last.x, last.y, first.x, first.y
            ),
        )),
        _ if ring.0.len() < 4 => Err(Wrong::at(
            pointer,
            "mỗi vòng của đa giác cần ít nhất bốn vị trí, vị trí cuối bằng vị trí đầu",
            "each ring of a polygon needs at least four positions, the last equal to the first",
        )),
        _ => Ok(ring),
    }
}

/// Carries a geometry over to longitude and latitude; within, why a position cannot be.
fn to_lon_lat(geometry: &mut Geometry<f64>, crs: Crs) -> Result<Result<(), String>, Problem> {
    let transformer =
        Transformer::between(crs, Crs::CRS84).map_err(|error| Problem::internal(&error))?;
    if transformer.is_identity() && !crs.is_north_first() {
        return Ok(Ok(()));
    }
    let convert = |at: Coord<f64>| {
        let (x, y) = if crs.is_north_first() { (at.y, at.x) } else { (at.x, at.y) };
        let (x, y) = transformer.convert(x, y)?;
        Ok::<_, datasets::crs::CrsError>(Coord { x, y })
    };
    Ok(match geometry.try_map_coords(convert) {
        Ok(converted) => {
            *geometry = converted;
            Ok(())
        }
        Err(error) => Err(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(json: &Json, crs: Crs) -> Result<(Option<FeatureId>, Draft), Problem> {
        let mut faults = Faults::default();
        let read = feature(json, crs, &mut faults, |_, _| {})?;
        faults.none()?;
        Ok(read.expect("a feature without faults"))
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
    fn a_broken_geometry_is_refused_at_its_place() {
        for (geometry, pointer) in [
            (serde_json::json!(null), "/geometry"),
            (serde_json::json!({"type": "Point", "coordinates": [1]}), "/geometry/coordinates"),
            (
                serde_json::json!({"type": "Point", "coordinates": ["a", "b"]}),
                "/geometry/coordinates",
            ),
            (
                serde_json::json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}),
                "/geometry/coordinates/0",
            ),
            (
                serde_json::json!({"type": "MultiPolygon", "coordinates": [
                    [[[0, 0], [1, 0], [1, 1], [0, 0]]], [[[5, 5], [6, 5], [6, 6], [7, 7]]]]}),
                "/geometry/coordinates/1/0",
            ),
            (
                serde_json::json!({"type": "LineString", "coordinates": [[0, 0], [1, "x"]]}),
                "/geometry/coordinates/1",
            ),
            (serde_json::json!({"type": "GeometryCollection", "geometries": []}), "/geometry"),
        ] {
            let json =
                serde_json::json!({"type": "Feature", "geometry": geometry, "properties": {}});
            let problem = read_json(&json, Crs::CRS84).unwrap_err().document();
            assert_eq!(problem.status, 400);
            assert_eq!(problem.errors[0].pointer, pointer, "{geometry}");
        }
        assert_eq!(parse(b"{").unwrap_err().status(), 400);
    }

    #[test]
    fn every_fault_of_a_feature_is_told_at_once() {
        let json = serde_json::json!({
            "type": "Feature", "id": [], "geometry": {"type": "Point"},
            "properties": {"a/b": {"nested": 1}, "list": [1]},
        });
        let problem = read_json(&json, Crs::CRS84).unwrap_err().document();
        let pointers: Vec<&str> = problem.errors.iter().map(|e| e.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            ["/id", "/geometry/coordinates", "/properties/a~1b", "/properties/list"]
        );
        assert_eq!(problem.errors[2].property.as_deref(), Some("a/b"));
    }
}
