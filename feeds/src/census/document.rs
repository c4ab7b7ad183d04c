//! Things with their latest values as GeoJSON, and a value as events have it.

use std::{collections::HashMap, sync::Arc};

use city::{Bbox, Title};
use serde::Serialize;

use super::{Roll, Stream, Thing, point_of};
use crate::{
    latest::LatestTable,
    model::{Flag, Observation, ResultValue, StreamId, wire::result_json},
};

#[derive(Serialize)]
struct Collection<'a> {
    r#type: &'static str,
    /// The commit sequence number that the values are as of: events after it are news.
    seq: i64,
    features: Vec<Feature<'a>>,
}

#[derive(Serialize)]
struct Feature<'a> {
    r#type: &'static str,
    id: String,
    geometry: Geometry,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Geometry {
    r#type: &'static str,
    coordinates: [f64; 2],
}

#[derive(Serialize)]
struct Properties<'a> {
    thing: i64,
    name: &'a str,
    role: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feature: Option<String>,
    simulated: bool,
    values: Vec<Latest<'a>>,
}

#[derive(Serialize)]
struct Latest<'a> {
    datastream: i64,
    property: &'a str,
    definition: &'a str,
    unit: Option<&'a str>,
    interval_s: Option<f64>,
    #[serde(flatten)]
    value: Option<Value<'a>>,
}

/// A value as events and latest values have it.
#[derive(Debug, Serialize)]
pub struct Value<'a> {
    time: String,
    result: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    quality: Option<&'static str>,
    /// Tests that it failed; left out where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flags: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alarm: Option<Alarm<'a>>,
}

#[derive(Debug, Serialize)]
struct Alarm<'a> {
    level: u8,
    title: &'a Title,
}

impl<'a> Value<'a> {
    /// An observation of a datastream.
    pub fn of(observation: &'a Observation, stream: &'a Stream) -> Self {
        let alarm = observation.usable_number().and_then(|number| stream.rules.alarm(number));
        Self {
            time: observation.time.to_string(),
            result: result_json(&observation.result),
            quality: Some(observation.quality.flag.name()),
            flags: observation.quality.failed().map(|test| test.name()).collect(),
            alarm: alarm.map(|it| Alarm { level: it.level, title: &it.title }),
        }
    }

    /// Without saying that it is good, as most are: thousands are told of a second, to thousands.
    #[must_use]
    pub fn in_short(self) -> Self {
        Self { quality: self.quality.filter(|it| *it != Flag::Good.name()), ..self }
    }
}

/// Every Thing that has a place, with its latest values, as GeoJSON: of some roles, or inside a box.
///
/// # Errors
/// Where a value cannot be written as JSON.
pub fn latest_document(
    latest: &LatestTable,
    roll: &Roll,
    roles: Option<&[String]>,
    bbox: Option<Bbox>,
) -> Result<Vec<u8>, serde_json::Error> {
    let (seq, latest) = latest.snapshot();
    let latest: HashMap<StreamId, Arc<Observation>> =
        latest.into_iter().map(|observation| (observation.stream, observation)).collect();
    let wanted =
        |thing: &&Thing| roles.is_none_or(|roles| roles.iter().any(|r| **r == *thing.role));
    let features = roll.things.iter().filter(wanted);
    let features = features.filter_map(|thing| feature(thing, &latest, bbox.as_ref())).collect();
    serde_json::to_vec(&Collection { r#type: "FeatureCollection", seq: seq.get(), features })
}

fn feature<'a>(
    thing: &'a Thing,
    latest: &'a HashMap<StreamId, Arc<Observation>>,
    bbox: Option<&Bbox>,
) -> Option<Feature<'a>> {
    let reported = thing.streams.iter().find(|stream| stream.is_position());
    let reported = reported.and_then(|stream| match &latest.get(&stream.id)?.result {
        ResultValue::Json(document) => point_of(document),
        _ => None,
    });
    let [lon, lat] = reported.or(thing.place)?;
    let is_inside = |bbox: &Bbox| {
        (bbox.min_x..=bbox.max_x).contains(&lon) && (bbox.min_y..=bbox.max_y).contains(&lat)
    };
    if !bbox.is_none_or(is_inside) {
        return None;
    }
    let values = thing.streams.iter().filter(|stream| !stream.is_position());
    let values = values.map(|stream| Latest {
        datastream: stream.id.get(),
        property: &stream.property,
        definition: &stream.definition,
        unit: stream.unit.as_deref(),
        interval_s: stream.rules.interval_s,
        value: latest.get(&stream.id).map(|observation| Value::of(observation, stream)),
    });
    Some(Feature {
        r#type: "Feature",
        id: format!("Things({})", thing.id),
        geometry: Geometry { r#type: "Point", coordinates: [lon, lat] },
        properties: Properties {
            thing: thing.id.get(),
            name: &thing.name,
            role: &thing.role,
            layer: thing.feature.as_ref().map(|link| link.layer.as_str()),
            feature: thing.feature.as_ref().map(|link| link.feature.to_string()),
            simulated: thing.is_simulated,
            values: values.collect(),
        },
    })
}
