//! Where an alert holds: its areas, from what it is about.

use geo_types::{Geometry, LineString, Polygon};
use serde_json::{Value, json};

use super::Area;
use crate::{
    alerts::{
        alert::{Alert, Finding, Subject},
        rule::{AreaKind, RuleSet},
        streams::Streams,
    },
    model::StreamId,
};

impl Area {
    /// An area with the outer rings of polygons; CAP has no holes. `None` of other geometries.
    pub fn of_geometry(name: impl Into<String>, geometry: &Geometry<f64>) -> Option<Self> {
        let ring = |line: &LineString<f64>| line.coords().map(|c| (c.x, c.y)).collect();
        let outer = |polygon: &Polygon<f64>| ring(polygon.exterior());
        let polygons = match geometry {
            Geometry::Polygon(polygon) => vec![outer(polygon)],
            Geometry::MultiPolygon(polygons) => polygons.iter().map(outer).collect(),
            _ => return None,
        };
        Some(Self { name: name.into(), polygons, ..Self::default() })
    }
}

/// The areas of an alert: those of its bulletin; the commune, as `commune` draws it by its code; the
/// polygon of its rule; or else its stations, as circles without a radius.
pub fn areas_of(
    alert: &Alert,
    rules: &RuleSet,
    streams: &dyn Streams,
    commune: impl Fn(&str) -> Option<Area>,
) -> Vec<Area> {
    let Some(situation) = alert.situation() else { return Vec::new() };
    if let Finding::Bulletin(official) = &situation.finding {
        return official.areas.clone();
    }
    let rule = alert.rule.as_ref().and_then(|id| rules.get(id));
    let drawn = match (&alert.subject, rule.and_then(|rule| Some((rule, rule.area?)))) {
        (Subject::Area(key) | Subject::Exercise(key), Some((rule, area))) => match area.by {
            AreaKind::Commune => commune(key),
            AreaKind::Whole => rule.streams.polygon.as_ref().and_then(|polygon| {
                Area::of_geometry(situation.place.vi.clone(), &polygon.clone().into())
            }),
        },
        _ => None,
    };
    let station = |number: &i64| {
        let facts = streams.facts(StreamId::new(*number)?)?;
        let circles = vec![(facts.place?, 0.0)];
        Some(Area { name: facts.thing, circles, ..Area::default() })
    };
    match drawn {
        Some(area) => vec![area],
        None => situation.streams.iter().filter_map(station).collect(),
    }
}

/// Areas as one GeoJSON geometry: their polygons, or else the centres of their circles.
pub fn geojson_of(areas: &[Area]) -> Option<Value> {
    let polygons: Vec<Value> =
        areas.iter().flat_map(|area| &area.polygons).map(|ring| json!([ring])).collect();
    let points: Vec<_> =
        areas.iter().flat_map(|area| &area.circles).map(|(centre, _)| centre).collect();
    match (polygons.is_empty(), points.is_empty()) {
        (false, _) => Some(json!({"type": "MultiPolygon", "coordinates": polygons})),
        (true, false) => Some(json!({"type": "MultiPoint", "coordinates": points})),
        (true, true) => None,
    }
}
