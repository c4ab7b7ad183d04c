//! Things as SensorThings documents, with their Locations and Datastreams.

use serde_json::{Map, Value};

use super::{Capability, Device, DeviceKind, Quantity, READ, Shape, Stream};

/// A document that is not what SensorThings says.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LearnError {
    /// A set has no members.
    #[error("{0} has no array `value`: is this address a SensorThings service?")]
    NoSet(&'static str),
    /// An entity cannot be used.
    #[error("an entity of {set} has no {member}")]
    Member { set: &'static str, member: &'static str },
}

/// The extension whose settings tell where MQTT is spoken (OGC 18-088, 8.1).
const MQTT_CLASS: &str = "iot_sensing/1.1/req/create-observations-via-mqtt";

/// Where MQTT is spoken, from the service's root document: `host:port`.
pub(crate) fn mqtt_endpoint(root: &Value) -> Option<String> {
    let settings = root.get("serverSettings")?.as_object()?;
    let of_mqtt = settings.iter().filter(|(class, _)| class.contains(MQTT_CLASS));
    let endpoints = of_mqtt.filter_map(|(_, it)| it.get("endpoints")?.as_array()).flatten();
    endpoints.filter_map(|it| it.as_str()?.strip_prefix("mqtt://")).map(str::to_owned).next()
}

/// The devices on a page of Things, and how many of its Things say that they are real.
pub(crate) fn devices_of(page: &Value) -> Result<(Vec<Device>, usize), LearnError> {
    let things = page.get("value").and_then(Value::as_array).ok_or(LearnError::NoSet("Things"))?;
    let mut devices = Vec::with_capacity(things.len());
    let mut real = 0;
    for thing in things {
        match device(thing)? {
            Some(device) if !device.streams.is_empty() => devices.push(device),
            Some(_) => {}
            None => real += 1,
        }
    }
    Ok((devices, real))
}

/// A device that is made up; `None` for a real one, for which nobody may make up observations.
fn device(thing: &Value) -> Result<Option<Device>, LearnError> {
    let empty = Map::new();
    let properties = thing.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let is_simulated = says_simulated(properties);
    let kind = DeviceKind::of_role(properties.get("role").and_then(Value::as_str).unwrap_or(""));
    let streams = thing.get("Datastreams").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let made_up = |stream: &&Value| {
        let rules = stream.pointer("/properties/rules").and_then(Value::as_object);
        is_simulated || rules.is_some_and(says_simulated)
    };
    let made_up: Vec<&Value> = streams.iter().filter(made_up).collect();
    if made_up.is_empty() && !(is_simulated && streams.is_empty()) {
        return Ok(None);
    }
    let streams = made_up.into_iter().map(|it| stream(kind, it));
    Ok(Some(Device {
        thing: id_of("Things", thing)?,
        name: text(thing, "name").to_owned(),
        kind,
        feature: feature_of(properties),
        place: place_of(thing),
        attributes: attributes_of(properties),
        streams: streams.collect::<Result<_, _>>()?,
        capabilities: capabilities(thing)?,
    }))
}

fn says_simulated(map: &Map<String, Value>) -> bool {
    ["simulated", "is_simulated"].iter().any(|name| map.get(*name) == Some(&Value::Bool(true)))
}

/// `feature: {"layer", "id"}`, or `layer` and `feature` beside each other.
fn feature_of(properties: &Map<String, Value>) -> Option<(String, String)> {
    let link = properties.get("feature")?;
    let (layer, id) = match link.as_object() {
        Some(link) => (link.get("layer")?, link.get("id")?),
        None => (properties.get("layer")?, link),
    };
    let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    Some((layer.as_str()?.to_owned(), id))
}

fn attributes_of(properties: &Map<String, Value>) -> Map<String, Value> {
    let own = properties.get("attributes").and_then(Value::as_object).into_iter().flatten();
    let all = own.chain(properties);
    let read = all.filter(|(name, value)| READ.contains(&name.as_str()) && !value.is_object());
    read.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Where a Thing is: the first point of its Locations.
fn place_of(thing: &Value) -> Option<[f64; 2]> {
    let locations = thing.get("Locations")?.as_array()?;
    locations.iter().filter_map(|location| first_point(location.get("location")?)).next()
}

/// The first position of a GeoJSON geometry or feature.
pub(super) fn first_point(geometry: &Value) -> Option<[f64; 2]> {
    let geometry = geometry.get("geometry").unwrap_or(geometry);
    let mut at = geometry.get("coordinates")?;
    while at.get(0)?.is_array() {
        at = at.get(0)?;
    }
    Some([at.get(0)?.as_f64()?, at.get(1)?.as_f64()?])
}

fn stream(kind: DeviceKind, stream: &Value) -> Result<Stream, LearnError> {
    let observed = stream.get("ObservedProperty").unwrap_or(&Value::Null);
    let texts = [text(observed, "definition"), text(observed, "name"), text(stream, "name")];
    let quantity = Quantity::of(kind, &texts);
    let rules = stream.pointer("/properties/rules").unwrap_or(&Value::Null);
    let interval_s = rules.get("interval").and_then(Value::as_f64).filter(|s| *s >= 0.1);
    let span = |name: &str| {
        let span = rules.get(name)?;
        Some((span.get(0)?.as_f64()?, span.get(1)?.as_f64()?))
    };
    Ok(Stream {
        id: id_of("Datastreams", stream)?,
        quantity,
        shape: shape_of(text(stream, "observationType")),
        unit: stream
            .pointer("/unitOfMeasurement/symbol")
            .and_then(Value::as_str)
            .unwrap_or("")
            .into(),
        interval_s: interval_s.unwrap_or_else(|| quantity.usual_interval_s(kind)),
        expected: span("expected").or_else(|| span("gross")),
    })
}

/// What a Thing can be told to do, where the server has told of that (OGC 17-079).
fn capabilities(thing: &Value) -> Result<Vec<Capability>, LearnError> {
    let all = thing.get("TaskingCapabilities").and_then(Value::as_array);
    let each = all.into_iter().flatten().map(|it| {
        let own = it.pointer("/properties/command/topic").and_then(Value::as_str);
        let topic = match own {
            Some(own) => own.to_owned(),
            None => {
                format!("v1.1/TaskingCapabilities({})/Tasks", id_of("TaskingCapabilities", it)?)
            }
        };
        Ok(Capability { topic })
    });
    each.collect()
}

/// What results an observation type means (OGC 18-088, table 12).
fn shape_of(observation_type: &str) -> Shape {
    match observation_type.rsplit('/').next() {
        Some("OM_Measurement") => Shape::Number,
        Some("OM_CountObservation") => Shape::Whole,
        Some("OM_TruthObservation") => Shape::Truth,
        Some("OM_CategoryObservation") => Shape::Text,
        _ => Shape::Any,
    }
}

fn id_of(set: &'static str, entity: &Value) -> Result<i64, LearnError> {
    let id = entity.get("@iot.id").and_then(Value::as_i64);
    id.ok_or(LearnError::Member { set, member: "whole number @iot.id" })
}

fn text<'a>(entity: &'a Value, name: &str) -> &'a str {
    entity.get(name).and_then(Value::as_str).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn thing(properties: Value) -> Value {
        json!({"value": [{
            "@iot.id": 3, "name": "Trạm Tam Kỳ", "properties": properties,
            "Locations": [{"location": {"type": "Point", "coordinates": [108.49, 15.57]}}],
            "TaskingCapabilities": [
                {"@iot.id": 5, "properties": {}},
                {"@iot.id": 6, "properties": {"command": {"topic": "gates/6"}}},
            ],
            "Datastreams": [{
                "@iot.id": 7, "name": "Mực nước",
                "observationType":
                    "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
                "unitOfMeasurement": {"name": "mét", "symbol": "m", "definition": "ucum:m"},
                "properties": {"rules": {"interval": 120.0, "gross": [-2.0, 12.0]}},
                "ObservedProperty": {"name": "Mực nước", "definition": "https://x.example/def/level"},
            }],
        }]})
    }

    #[test]
    fn a_thing_with_its_datastreams_is_a_device() {
        let properties = json!({
            "role": "gauges", "simulated": true, "alarm_1": 1.7,
            "feature": {"layer": "gauges", "id": 1},
        });
        let (devices, real) = devices_of(&thing(properties)).unwrap();
        let device = &devices[0];
        assert_eq!((device.thing, device.kind, real), (3, DeviceKind::Gauge, 0));
        assert_eq!(device.feature, Some(("gauges".into(), "1".into())));
        assert_eq!((device.place, device.number("alarm_1")), (Some([108.49, 15.57]), Some(1.7)));
        let topics: Vec<_> = device.capabilities.iter().map(|it| it.topic.as_str()).collect();
        assert_eq!(topics, ["v1.1/TaskingCapabilities(5)/Tasks", "gates/6"]);
        let stream = &device.streams[0];
        assert_eq!((stream.id, stream.quantity, stream.shape), (7, Quantity::Level, Shape::Number));
        assert_eq!((stream.interval_s, stream.expected), (120.0, Some((-2.0, 12.0))));
    }

    #[test]
    fn nothing_is_made_up_for_a_real_device() {
        let (devices, real) = devices_of(&thing(json!({"role": "gauges"}))).unwrap();
        assert_eq!((devices.len(), real), (0, 1));
    }

    #[test]
    fn a_document_that_is_something_else_is_told_apart() {
        let error = devices_of(&json!({"code": 404})).unwrap_err().to_string();
        assert!(error.contains("is this address a SensorThings service?"), "{error}");
    }

    #[test]
    fn the_address_of_mqtt_stands_in_the_settings() {
        let class = "http://www.opengis.net/spec/iot_sensing/1.1/req/\
                     create-observations-via-mqtt/observations-creation";
        let root = json!({"serverSettings": {class: {"endpoints": ["mqtt://127.0.0.1:1883"]}}});
        assert_eq!(mqtt_endpoint(&root), Some("127.0.0.1:1883".into()));
        assert_eq!(mqtt_endpoint(&json!({"value": []})), None);
    }
}
