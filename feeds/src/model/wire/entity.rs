//! Entities as SensorThings JSON, without their links.
//!
//! What Dothi knows beyond the standard stands in `properties`: `rules` of a Datastream, `feature`
//! (a layer's, as `{"layer": "lamps", "id": 17}`) and `simulated` of a Thing, `command` of a
//! TaskingCapability.

use std::sync::Arc;

use city::{FeatureId, LayerId};
use serde_json::{Map, Value, json};

use super::{
    field::{WireError, given, instant, object, optional_text, text, truth},
    rules::{read_rules, result_kind, rules_document},
    tasking::{insert_task, read_command_rules, read_parameters},
};
use crate::model::{
    Body, Datastream, Described, Encoded, EntityKind, FeatureLink, MultiDatastream,
    ObservedProperty, ResultKind, TaskingCapability, Thing, UnitOfMeasurement,
};

/// What the results of a MultiDatastream are.
const COMPLEX: &str = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_ComplexObservation";

/// Reads what an entity says; members that are links are left to who keeps the entities.
///
/// # Errors
/// [`WireError`]: a member is missing, is unknown, or is not what it should be.
pub fn read_body(kind: EntityKind, map: &Map<String, Value>) -> Result<Body, WireError> {
    let known = |name: &str| {
        name.contains('@') || kind.properties().contains(&name) || kind.navigation(name).is_some()
    };
    if let Some(unknown) = map.keys().find(|name| !known(name)) {
        let properties = kind.properties().join(", ");
        let problem = format!("is no property of a {kind}; known: {properties}");
        return Err(WireError::new(unknown, problem));
    }
    Ok(match kind {
        EntityKind::Thing => Body::Thing(read_thing(map)?),
        EntityKind::Location => Body::Location(read_encoded(map, "location")?),
        EntityKind::HistoricalLocation => {
            let time = instant(map, "time")?;
            let problem = "is missing: give the instant since which the Thing was there";
            Body::HistoricalLocation(time.ok_or_else(|| WireError::new("time", problem))?)
        }
        EntityKind::Datastream => Body::Datastream(read_datastream(map)?),
        EntityKind::MultiDatastream => Body::MultiDatastream(read_multi_datastream(map)?),
        EntityKind::Sensor => Body::Sensor(read_encoded(map, "metadata")?),
        EntityKind::ObservedProperty => Body::ObservedProperty(ObservedProperty {
            about: described(map)?,
            definition: text(map, "definition")?,
        }),
        EntityKind::FeatureOfInterest => Body::FeatureOfInterest(read_encoded(map, "feature")?),
        EntityKind::Actuator => Body::Actuator(read_encoded(map, "metadata")?),
        EntityKind::TaskingCapability => Body::TaskingCapability(read_capability(map)?),
        EntityKind::Observation => {
            let problem = "is kept in the log, not among the entities";
            return Err(WireError::new("Observation", problem));
        }
        EntityKind::Task => {
            let problem = "is kept in the ledger of commands: ask for it at the set Tasks";
            return Err(WireError::new("Task", problem));
        }
    })
}

fn described(map: &Map<String, Value>) -> Result<Described, WireError> {
    Ok(Described {
        name: text(map, "name")?,
        description: optional_text(map, "description")?.unwrap_or_default(),
        properties: object(map, "properties")?.cloned().unwrap_or_default(),
    })
}

fn read_thing(map: &Map<String, Value>) -> Result<Thing, WireError> {
    let mut about = described(map)?;
    let within = |why: WireError| why.within("properties");
    let is_simulated = truth(&about.properties, "simulated").map_err(within)?;
    let feature = object(&about.properties, "feature").map_err(within)?.map(read_feature);
    let feature = feature.transpose().map_err(|why| why.within("properties.feature"))?;
    about.properties.retain(|name, _| !["simulated", "feature"].contains(&name.as_str()));
    Ok(Thing { about, feature, is_simulated })
}

fn read_feature(map: &Map<String, Value>) -> Result<FeatureLink, WireError> {
    let layer: LayerId =
        text(map, "layer")?.parse().map_err(|why| WireError::new("layer", format!("{why}")))?;
    let id = match given(map, "id") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return Err(WireError::new("id", "must be the feature's identifier")),
    };
    let feature: FeatureId = id.parse().map_err(|why| WireError::new("id", format!("{why}")))?;
    Ok(FeatureLink { layer, feature })
}

fn read_encoded(map: &Map<String, Value>, document: &str) -> Result<Encoded, WireError> {
    let missing = || WireError::new(document, "is missing: give it in the declared encoding");
    Ok(Encoded {
        about: described(map)?,
        encoding_type: text(map, "encodingType")?,
        document: given(map, document).cloned().ok_or_else(missing)?,
    })
}

fn read_datastream(map: &Map<String, Value>) -> Result<Datastream, WireError> {
    let mut about = described(map)?;
    let observation_type = text(map, "observationType")?;
    let rules = given(&about.properties, "rules");
    let rules = Arc::new(read_rules(rules, result_kind(&observation_type))?);
    about.properties.retain(|name, _| name != "rules");
    let unit = object(map, "unitOfMeasurement")?.ok_or_else(|| {
        let problem =
            r#"is missing: give one, as {"name": "mét", "symbol": "m", "definition": "ucum:m"}"#;
        WireError::new("unitOfMeasurement", problem)
    })?;
    let unit = read_unit(unit).map_err(|why| why.within("unitOfMeasurement"))?;
    let observed_area = object(map, "observedArea")?.cloned().map(Value::Object);
    Ok(Datastream { about, unit, observation_type, observed_area, rules })
}

/// A MultiDatastream has a unit and a type for each part of its results (OGC 18-088,
/// multi-datastream/constraints).
fn read_multi_datastream(map: &Map<String, Value>) -> Result<MultiDatastream, WireError> {
    let mut about = described(map)?;
    if let Some(named) = optional_text(map, "observationType")?.filter(|named| named != COMPLEX) {
        let problem =
            format!("is {named:?}: of a MultiDatastream it is {COMPLEX}, or leave it out");
        return Err(WireError::new("observationType", problem));
    }
    let data_types = list(map, "multiObservationDataTypes", |item| {
        let problem = "must be the URI of an observation type";
        item.as_str().map(str::to_owned).ok_or_else(|| WireError::new("", problem))
    })?;
    let units = list(map, "unitOfMeasurements", |item| {
        let problem = "must be a unit of measurement";
        read_unit(item.as_object().ok_or_else(|| WireError::new("", problem))?)
    })?;
    if units.len() != data_types.len() || units.is_empty() {
        let (units, types) = (units.len(), data_types.len());
        let problem = format!(
            "has {units} units and multiObservationDataTypes {types}: give one for each part of the \
             results"
        );
        return Err(WireError::new("unitOfMeasurements", problem));
    }
    let rules = given(&about.properties, "rules");
    let rules = Arc::new(read_rules(rules, ResultKind::Complex(units.len()))?);
    about.properties.retain(|name, _| name != "rules");
    let observed_area = object(map, "observedArea")?.cloned().map(Value::Object);
    Ok(MultiDatastream { about, units, data_types, observed_area, rules })
}

/// An array that must be there.
fn list<T>(
    map: &Map<String, Value>,
    name: &str,
    read: impl Fn(&Value) -> Result<T, WireError>,
) -> Result<Vec<T>, WireError> {
    let items = given(map, name).and_then(Value::as_array);
    let items = items.ok_or_else(|| {
        WireError::new(name, "is missing: give an array, with one for each part of the results")
    })?;
    let read = items.iter().enumerate().map(|(number, item)| {
        read(item).map_err(|why| WireError::new(format!("{name}[{number}]"), why.problem))
    });
    read.collect()
}

fn read_capability(map: &Map<String, Value>) -> Result<TaskingCapability, WireError> {
    let about = described(map)?;
    let description = object(map, "taskingParameters")?.cloned().ok_or_else(|| {
        let problem = r#"is missing: describe the parameters, as {"type": "DataRecord", "field": [{"name": "dim", "type": "Quantity"}]}"#;
        WireError::new("taskingParameters", problem)
    })?;
    let parameters =
        read_parameters(&description).map_err(|why| why.within("taskingParameters"))?;
    let rules = read_command_rules(given(&about.properties, "command"), &parameters)?;
    Ok(TaskingCapability { about, parameters, description, rules })
}

fn read_unit(map: &Map<String, Value>) -> Result<UnitOfMeasurement, WireError> {
    Ok(UnitOfMeasurement {
        name: optional_text(map, "name")?,
        symbol: optional_text(map, "symbol")?,
        definition: optional_text(map, "definition")?,
    })
}

/// What an entity says as a document, without identifier and links.
pub fn body_document(body: &Body) -> Map<String, Value> {
    let mut map = Map::new();
    match body {
        Body::Thing(thing) => {
            let mut properties = thing.about.properties.clone();
            if let Some(FeatureLink { layer, feature }) = &thing.feature {
                let id = match feature {
                    FeatureId::Number(number) => Value::from(*number),
                    FeatureId::Text(text) => Value::from(text.as_ref()),
                };
                properties.insert("feature".into(), json!({ "layer": layer.as_str(), "id": id }));
            }
            if thing.is_simulated {
                properties.insert("simulated".into(), true.into());
            }
            insert_described(&mut map, &thing.about, properties);
        }
        Body::Location(it) => insert_encoded(&mut map, it, "location"),
        Body::HistoricalLocation(time) => {
            map.insert("time".into(), time.to_string().into());
        }
        Body::Datastream(stream) => insert_datastream(&mut map, stream),
        Body::MultiDatastream(stream) => insert_multi_datastream(&mut map, stream),
        Body::Sensor(it) => insert_encoded(&mut map, it, "metadata"),
        Body::ObservedProperty(property) => {
            insert_described(&mut map, &property.about, property.about.properties.clone());
            map.insert("definition".into(), property.definition.clone().into());
        }
        Body::FeatureOfInterest(it) => insert_encoded(&mut map, it, "feature"),
        Body::Actuator(it) => insert_encoded(&mut map, it, "metadata"),
        Body::TaskingCapability(it) => {
            insert_described(&mut map, &it.about, it.about.properties.clone());
            map.insert("taskingParameters".into(), it.description.clone().into());
        }
        Body::Task(task) => insert_task(&mut map, task),
    }
    map
}

fn insert_described(
    map: &mut Map<String, Value>,
    about: &Described,
    properties: Map<String, Value>,
) {
    map.insert("name".into(), about.name.clone().into());
    map.insert("description".into(), about.description.clone().into());
    if !properties.is_empty() {
        map.insert("properties".into(), properties.into());
    }
}

fn insert_encoded(map: &mut Map<String, Value>, it: &Encoded, document: &str) {
    insert_described(map, &it.about, it.about.properties.clone());
    map.insert("encodingType".into(), it.encoding_type.clone().into());
    map.insert(document.into(), it.document.clone());
}

fn insert_datastream(map: &mut Map<String, Value>, stream: &Datastream) {
    let mut properties = stream.about.properties.clone();
    if let Some(rules) = rules_document(&stream.rules) {
        properties.insert("rules".into(), rules);
    }
    insert_described(map, &stream.about, properties);
    map.insert("observationType".into(), stream.observation_type.clone().into());
    map.insert("unitOfMeasurement".into(), unit_document(&stream.unit));
    if let Some(area) = &stream.observed_area {
        map.insert("observedArea".into(), area.clone());
    }
}

fn unit_document(unit: &UnitOfMeasurement) -> Value {
    let UnitOfMeasurement { name, symbol, definition } = unit;
    json!({ "name": name, "symbol": symbol, "definition": definition })
}

fn insert_multi_datastream(map: &mut Map<String, Value>, stream: &MultiDatastream) {
    let mut properties = stream.about.properties.clone();
    if let Some(rules) = rules_document(&stream.rules) {
        properties.insert("rules".into(), rules);
    }
    insert_described(map, &stream.about, properties);
    map.insert("observationType".into(), COMPLEX.into());
    map.insert("multiObservationDataTypes".into(), stream.data_types.clone().into());
    let units: Vec<_> = stream.units.iter().map(unit_document).collect();
    map.insert("unitOfMeasurements".into(), units.into());
    if let Some(area) = &stream.observed_area {
        map.insert("observedArea".into(), area.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Direction, ResultKind};

    fn read(kind: EntityKind, document: Value) -> Result<Body, String> {
        read_body(kind, document.as_object().unwrap()).map_err(|why| why.to_string())
    }

    fn gauge() -> Value {
        json!({
            "name": "Mực nước sông Tam Kỳ", "description": "Trạm cầu Kỳ Phú",
            "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
            "unitOfMeasurement": {"name": "mét", "symbol": "m", "definition": "ucum:m"},
            "properties": {
                "datum": "Hòn Dấu",
                "rules": {
                    "unique": true, "interval": 600.0, "gross": [-2.0, 12.0], "expected": [null, 6.0],
                    "maxRate": 0.001, "spikeFloor": 0.3,
                    "stuck": {"count": 24, "tolerance": 0.0, "zeroIsFine": false},
                    "companion": {"datastream": 7, "factor": 1.1}, "clock": {"aheadBy": 12.5},
                    "accuracy": 0.01,
                    "thresholds": [
                        {"level": 1, "title": {"vi": "Báo động I", "en": "Alarm level I"},
                         "value": 1.7, "direction": "above", "source": "QĐ 05/2020/QĐ-TTg"},
                        {"level": 2, "title": {"vi": "Báo động II", "en": "Alarm level II"},
                         "value": 2.2, "direction": "above", "source": "QĐ 05/2020/QĐ-TTg"},
                    ],
                    "simulated": true,
                },
            },
        })
    }

    #[test]
    fn a_document_comes_back_as_it_was_sent() {
        let described = json!({"name": "Cầu Kỳ Phú", "description": "", "properties": {"mã": 7}});
        let with = |more: Value| {
            let mut document = described.as_object().unwrap().clone();
            document.extend(more.as_object().unwrap().clone());
            Value::Object(document)
        };
        let point = json!({"type": "Point", "coordinates": [108.49, 15.57]});
        let geojson = "application/geo+json";
        for (kind, document) in [
            (EntityKind::Datastream, gauge()),
            (
                EntityKind::Thing,
                with(json!({
                    "properties": {"mã": 7, "feature": {"layer": "gauges", "id": 3}, "simulated": true}
                })),
            ),
            (EntityKind::Location, with(json!({"encodingType": geojson, "location": point}))),
            (
                EntityKind::MultiDatastream,
                with(json!({
                    "observationType": COMPLEX,
                    "multiObservationDataTypes": ["a", "b"],
                    "unitOfMeasurements": [
                        {"name": "độ C", "symbol": "°C", "definition": "ucum:Cel"},
                        {"name": null, "symbol": "%", "definition": null},
                    ],
                })),
            ),
            (EntityKind::HistoricalLocation, json!({"time": "2026-11-21T05:00:00Z"})),
            (EntityKind::Sensor, with(json!({"encodingType": "application/pdf", "metadata": "x"}))),
            (EntityKind::ObservedProperty, with(json!({"definition": "https://x.example/level"}))),
            (
                EntityKind::FeatureOfInterest,
                with(json!({"encodingType": geojson, "feature": point})),
            ),
            (EntityKind::Actuator, with(json!({"encodingType": "text/html", "metadata": "x"}))),
            (
                EntityKind::TaskingCapability,
                with(json!({"taskingParameters": {
                    "type": "DataRecord", "field": [{"name": "dim", "type": "Quantity"}],
                }})),
            ),
        ] {
            let body = read(kind, document.clone()).unwrap();
            assert_eq!(body.kind(), kind);
            assert_eq!(Value::Object(body_document(&body)), document, "{kind}");
        }
    }

    #[test]
    fn a_datastream_carries_limits_accuracy_and_thresholds_with_their_source() {
        let Body::Datastream(stream) = read(EntityKind::Datastream, gauge()).unwrap() else {
            panic!("a Datastream");
        };
        assert_eq!(stream.rules.kind, ResultKind::Measurement);
        assert_eq!(stream.unit.symbol.as_deref(), Some("m"));
        assert_eq!(stream.rules.accuracy, Some(0.01));
        let alarm = stream.rules.alarm(2.5).unwrap();
        assert_eq!((alarm.level, alarm.direction), (2, Direction::Above));
        assert_eq!(alarm.source, "QĐ 05/2020/QĐ-TTg");
        assert_eq!(stream.about.properties.len(), 1, "what is not ours is kept beside");
    }

    #[test]
    fn errors_say_where_and_what_would_be_right() {
        let wrong_rule = |rule: Value| {
            let mut document = gauge();
            document["properties"]["rules"] = rule;
            read(EntityKind::Datastream, document).unwrap_err()
        };
        assert_eq!(
            wrong_rule(json!({"gross": [5, 1]})),
            "properties.rules.gross: [5, 1] holds no value: write the lesser first"
        );
        let unknown = wrong_rule(json!({"grosss": [1, 5]}));
        assert!(unknown.starts_with("properties.rules: unknown field `grosss`, expected one of"));
        for (document, expected) in [
            (json!({}), "name: is missing: give a text"),
            (json!({"name": 1}), "name: must be a text"),
            (
                json!({"name": "a", "properties": {"feature": 1}}),
                "properties.feature: must be an object",
            ),
            (
                json!({"name": "a", "properties": {"feature": {"layer": "gauges"}}}),
                "properties.feature.id: must be the feature's identifier",
            ),
            (
                json!({"name": "a", "nam": "b"}),
                "nam: is no property of a Thing; known: name, description, properties",
            ),
        ] {
            assert_eq!(read(EntityKind::Thing, document).unwrap_err(), expected);
        }
    }
}
