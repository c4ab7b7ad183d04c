//! Entities of NGSI-LD (ETSI GS CIM 009 v1.8.1, clause 4.5) and NGSIv2 (FIWARE-NGSI v2, "JSON
//! Entity Representation"), such as the Smart Data Models: normalised, concise and key-values.
//!
//! A payload is an entity, an array of them, a notification or a batch. Each entity stands for
//! itself: one that cannot be read does not hold up the others.

use city::Instant;
use serde_json::{Map, Value};

use super::{
    AdapterConfig, AdapterError, NgsiConfig, Reading, TimeFormat, Unmapped, Zone,
    device::{DeviceSource, StatusRule, device_name},
    reading::{Decoded, Input},
};
use crate::model::DeviceStatus;

/// Members of an entity that are no attributes.
const NO_ATTRIBUTES: &[&str] = &["id", "type", "@context", "scope"];
/// Metadata of NGSIv2 that tell when an attribute was observed.
const TIME_METADATA: &[&str] = &["TimeInstant", "observedAt", "dateObserved", "timestamp"];
/// What NGSI-LD writes for null (ETSI GS CIM 009, 4.5.0).
const LD_NULL: &str = "urn:ngsi-ld:null";

/// Reads entities.
#[derive(Debug)]
pub(super) struct Ngsi {
    device: DeviceSource,
    status: StatusRule,
    config: NgsiConfig,
    zone: Zone,
    /// The attributes that the map names; dots lead into their values.
    wanted: Vec<String>,
    /// Whether attributes that it does not name are read, too.
    takes_all: bool,
}

/// When an entity was observed.
#[derive(Debug, Clone, Copy, Default)]
struct Times {
    start: Option<Instant>,
    end: Option<Instant>,
    result: Option<Instant>,
}

/// An attribute in whichever representation.
struct Attribute<'a> {
    value: &'a Value,
    unit: Option<&'a str>,
    observed_at: Option<&'a Value>,
}

impl Ngsi {
    pub(super) fn new(config: &AdapterConfig) -> Result<Self, String> {
        Ok(Self {
            device: DeviceSource::new(config)?,
            status: StatusRule::new(&config.status)?,
            config: config.ngsi.clone(),
            zone: config.zone,
            wanted: config.map.keys().cloned().collect(),
            takes_all: config.unmapped != Unmapped::Ignore,
        })
    }

    pub(super) fn decode(&self, input: Input<'_>) -> Result<Decoded, AdapterError> {
        let document = input.json()?;
        let mut decoded = Decoded::default();
        for entity in entities(&document) {
            let readings = self.entity(entity, input.place);
            decoded.note(readings, || entity.clone());
        }
        Ok(decoded)
    }

    fn entity(&self, entity: &Value, place: &str) -> Result<Vec<Reading>, AdapterError> {
        let problem = "must be an entity: an object with id and type";
        let entity = entity.as_object().ok_or_else(|| AdapterError::at("entity", problem))?;
        let id = device_name("id", entity.get("id"))?;
        let within = |error| match error {
            AdapterError::Content { at, problem } => {
                AdapterError::at(format!("entity {id:?}, {at}"), problem)
            }
            other => other,
        };
        if !self.is_taken(entity) {
            return Ok(Vec::new());
        }
        self.readings(entity, &id, place).map_err(within)
    }

    fn is_taken(&self, entity: &Map<String, Value>) -> bool {
        let is_of = |kind: &Value| {
            // A type may be written as an IRI.
            let name = kind.as_str().and_then(|kind| kind.rsplit(['/', '#']).next());
            name.is_some_and(|name| self.config.types.iter().any(|taken| taken == name))
        };
        self.config.types.is_empty()
            || match entity.get("type") {
                Some(Value::Array(kinds)) => kinds.iter().any(is_of),
                kind => kind.is_some_and(is_of),
            }
    }

    fn readings(
        &self,
        entity: &Map<String, Value>,
        id: &str,
        place: &str,
    ) -> Result<Vec<Reading>, AdapterError> {
        let device = match (self.device.outside(place)?, self.device.path()) {
            (Some(device), _) => device,
            (None, None) => id.to_owned(),
            (None, Some(path)) => device_name(path, find(entity, path).map(|it| it.value))?,
        };
        let times = self.times(entity)?;
        let status = match self.status.from() {
            Some(from) => self.status.read_value(find(entity, from).map(|it| it.value))?,
            None => DeviceStatus::Ok,
        };
        let mut readings = Vec::new();
        let mut add = |name: &str, attribute: Attribute<'_>| -> Result<(), AdapterError> {
            let mut reading = Reading::new(&device, name, told(attribute.value));
            reading.unit = attribute.unit.map(str::to_owned);
            reading.status = status;
            (reading.time, reading.end, reading.result_time) =
                (times.start, times.end, times.result);
            if let Some(at) = attribute.observed_at {
                reading.time = Some(self.instant(name, at)?);
                reading.end = None;
            }
            readings.push(reading);
            Ok(())
        };
        for name in &self.wanted {
            for attribute in instances(entity, name) {
                add(name, attribute)?;
            }
        }
        if self.takes_all {
            let is_other = |name: &str| {
                !NO_ATTRIBUTES.contains(&name) && !self.wanted.iter().any(|known| known == name)
            };
            for name in entity.keys().filter(|name| is_other(name)) {
                for attribute in instances(entity, name) {
                    add(name, attribute)?;
                }
            }
        }
        Ok(readings)
    }

    fn times(&self, entity: &Map<String, Value>) -> Result<Times, AdapterError> {
        let first = |names: &[String]| {
            names.iter().find_map(|name| Some((name.clone(), find(entity, name)?.value)))
        };
        let mut times = Times::default();
        if let Some((name, value)) = first(&self.config.time) {
            // The Smart Data Models write a span as START/END, too.
            let span = value.as_str().and_then(|text| text.split_once('/'));
            if let Some((start, end)) = span {
                times.start = Some(self.instant(&name, &start.into())?);
                times.end = Some(self.instant(&name, &end.into())?);
            } else {
                times.start = Some(self.instant(&name, value)?);
            }
        }
        if let (Some(_), Some((name, value))) = (times.start, first(&self.config.end)) {
            times.end = Some(self.instant(&name, value)?);
        }
        if let Some((name, value)) = first(&self.config.result_time) {
            times.result = Some(self.instant(&name, value)?);
        }
        Ok(times)
    }

    fn instant(&self, name: &str, value: &Value) -> Result<Instant, AdapterError> {
        TimeFormat::Iso.read(value, self.zone).map_err(|problem| AdapterError::at(name, problem))
    }
}

/// The entities of a payload.
fn entities(document: &Value) -> &[Value] {
    // A notification of either version holds `data`, a batch of NGSIv2 `entities`.
    let is_envelope = document.get("id").is_none()
        || document.get("type").and_then(Value::as_str) == Some("Notification");
    let held = ["data", "entities"].iter().find_map(|name| document.get(name)?.as_array());
    match (document, held) {
        (Value::Array(entities), _) => entities,
        (_, Some(entities)) if is_envelope => entities,
        (one, _) => std::slice::from_ref(one),
    }
}

/// The first instance of an attribute.
fn find<'a>(entity: &'a Map<String, Value>, path: &str) -> Option<Attribute<'a>> {
    instances(entity, path).into_iter().next()
}

/// Every instance of an attribute: NGSI-LD may hold several, by `datasetId`.
fn instances<'a>(entity: &'a Map<String, Value>, path: &str) -> Vec<Attribute<'a>> {
    if let Some(value) = entity.get(path) {
        let several = value.as_array().filter(|items| {
            !items.is_empty() && items.iter().all(|item| item.get("value").is_some())
        });
        return match several {
            Some(items) => items.iter().map(attribute).collect(),
            None => vec![attribute(value)],
        };
    }
    let Some((name, rest)) = path.split_once('.') else { return Vec::new() };
    let Some(outer) = entity.get(name).map(attribute) else { return Vec::new() };
    let inner = rest.split('.').try_fold(outer.value, |value, name| value.get(name));
    let inside = |value| Attribute { value: attribute(value).value, ..outer };
    inner.map(inside).into_iter().collect()
}

fn attribute(value: &Value) -> Attribute<'_> {
    let Some(map) = value.as_object() else {
        return Attribute { value, unit: None, observed_at: None };
    };
    let metadata = |name: &str| map.get("metadata")?.get(name)?.get("value");
    let held = ["value", "object", "languageMap", "json", "vocab"];
    let inner = held.iter().find_map(|name| map.get(*name)).unwrap_or(value);
    let unit = map.get("unitCode").or_else(|| metadata("unitCode")).and_then(Value::as_str);
    let observed_at = map
        .get("observedAt")
        .or_else(|| TIME_METADATA.iter().find_map(|name| metadata(name)))
        .map(typed);
    Attribute { value: typed(inner), unit, observed_at }
}

/// The value of `{"@type": "DateTime", "@value": …}`, or as some write it `{"type", "value"}`.
fn typed(value: &Value) -> &Value {
    let inner = value.get("@value").or_else(|| value.get("type").and(value.get("value")));
    inner.unwrap_or(value)
}

fn told(value: &Value) -> Value {
    if value.as_str() == Some(LD_NULL) { Value::Null } else { value.clone() }
}
