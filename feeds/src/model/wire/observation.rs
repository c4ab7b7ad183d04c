//! Observations as SensorThings JSON.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::field::{
    WireError, given, instant, instant_text, object, period, period_text, reference,
};
use crate::model::{
    Details, DeviceStatus, Flag, NewObservation, Observation, Quality, ResultValue, StreamId,
};

/// Members that an observation may have when it comes in.
const MEMBERS: &[&str] = &[
    "phenomenonTime",
    "resultTime",
    "result",
    "resultQuality",
    "validTime",
    "parameters",
    "FeatureOfInterest",
    "Datastream",
    "MultiDatastream",
];

/// Reads an observation. Its datastream comes from the document, or else from where it was sent to.
///
/// # Errors
/// [`WireError`]: a member is unknown, is not what it should be, or no datastream is named.
pub fn new_observation(
    document: &Value,
    sent_to: Option<StreamId>,
) -> Result<NewObservation, WireError> {
    let map = document
        .as_object()
        .ok_or_else(|| WireError::new("observation", "must be a JSON object"))?;
    let known = |name: &str| MEMBERS.contains(&name) || name.starts_with("@iot.");
    if let Some(unknown) = map.keys().find(|name| !known(name)) {
        let problem = format!("is no member of an Observation; known: {}", MEMBERS.join(", "));
        return Err(WireError::new(unknown, problem));
    }
    let named = match reference(map, "Datastream")? {
        Some(id) => Some(id),
        None => reference(map, "MultiDatastream")?,
    };
    let stream = named.map(StreamId).or(sent_to).ok_or_else(|| {
        WireError::new("Datastream", r#"is missing: name one, as {"@iot.id": 7}"#)
    })?;
    let result = map.get("result").ok_or_else(|| {
        WireError::new("result", "is missing: give it, or null where there is none")
    })?;
    let (time, end) = match period(map, "phenomenonTime")? {
        Some((time, end)) => (Some(time), end),
        None => (None, None),
    };
    Ok(NewObservation {
        stream,
        time,
        result: result_of(result),
        feature: feature_of(map)?,
        details: details_of(map, end)?.boxed(),
    })
}

/// The feature of interest: a reference; one that is given in full is made before.
fn feature_of(map: &Map<String, Value>) -> Result<Option<crate::model::Id>, WireError> {
    reference(map, "FeatureOfInterest")
}

fn details_of(map: &Map<String, Value>, end: Option<city::Instant>) -> Result<Details, WireError> {
    let valid = match period(map, "validTime")? {
        Some((start, Some(end))) => Some((start, end)),
        Some((_, None)) => {
            return Err(WireError::new("validTime", "must be a span, written START/END"));
        }
        None => None,
    };
    let parameters = object(map, "parameters")?;
    let said = parameters.and_then(|parameters| parameters.get("status")?.as_str());
    Ok(Details {
        end,
        result_time: instant(map, "resultTime")?,
        valid,
        device_time: None,
        status: said.and_then(DeviceStatus::from_name).unwrap_or_default(),
        result_quality: given(map, "resultQuality").cloned().map(Arc::new),
        parameters: parameters.cloned().map(Arc::new),
    })
}

/// A JSON value as a result.
pub(crate) fn result_of(value: &Value) -> ResultValue {
    match value {
        Value::Null => ResultValue::Missing,
        Value::Bool(truth) => ResultValue::Truth(*truth),
        Value::Number(number) => ResultValue::Number(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => ResultValue::Text(text.as_str().into()),
        value => ResultValue::Json(Arc::new(value.clone())),
    }
}

/// A result as JSON. Numbers without a fraction are written as whole numbers; those that are none
/// become texts, so that a dead letter shows them.
pub fn result_json(result: &ResultValue) -> Value {
    /// Beyond this a double no longer tells whole numbers apart.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match result {
        ResultValue::Missing => Value::Null,
        ResultValue::Truth(truth) => Value::Bool(*truth),
        ResultValue::Number(n) if n.fract() == 0.0 && n.abs() < EXACT => Value::from(*n as i64),
        ResultValue::Number(n) if n.is_finite() => Value::from(*n),
        ResultValue::Number(n) => Value::from(n.to_string()),
        ResultValue::Text(text) => Value::from(text.as_ref()),
        ResultValue::Json(value) => value.as_ref().clone(),
    }
}

/// An observation that asked to be recorded, as the document that asks for it again.
pub fn observation_body(new: &NewObservation) -> Value {
    let mut map = Map::new();
    let empty = Details::default();
    let details = new.details.as_deref().unwrap_or(&empty);
    if let Some(time) = new.time {
        map.insert("phenomenonTime".into(), period_text(time, details.end).into());
    }
    map.insert("result".into(), result_json(&new.result));
    insert_details(&mut map, details);
    if let Some(feature) = new.feature {
        map.insert("FeatureOfInterest".into(), json!({ "@iot.id": feature.get() }));
    }
    map.insert("Datastream".into(), json!({ "@iot.id": new.stream.get() }));
    Value::Object(map)
}

/// The properties of a recorded observation, without links.
pub fn observation_document(observation: &Observation) -> Map<String, Value> {
    let mut map = Map::new();
    let empty = Details::default();
    let details = observation.details.as_deref().unwrap_or(&empty);
    map.insert("phenomenonTime".into(), period_text(observation.time, details.end).into());
    let result_time = details.result_time.map(instant_text);
    map.insert("resultTime".into(), result_time.map_or(Value::Null, Value::from));
    map.insert("result".into(), result_json(&observation.result));
    insert_details(&mut map, details);
    if details.result_quality.is_none() && observation.quality != Quality::default() {
        map.insert("resultQuality".into(), quality_document(observation.quality));
    }
    map
}

/// What quality control found, as a document.
pub fn quality_document(quality: Quality) -> Value {
    let name = match quality.flag {
        Flag::Good => "good",
        Flag::NotEvaluated => "not-evaluated",
        Flag::Suspect => "suspect",
        Flag::Bad => "bad",
        Flag::Missing => "missing",
    };
    let failed: Vec<_> = quality.failed().map(crate::model::Test::name).collect();
    json!({ "scheme": "QARTOD", "flag": quality.flag.code(), "name": name, "failed": failed })
}

fn insert_details(map: &mut Map<String, Value>, details: &Details) {
    if let Some(made) = details.result_time {
        map.insert("resultTime".into(), instant_text(made).into());
    }
    if let Some((start, end)) = details.valid {
        map.insert("validTime".into(), period_text(start, Some(end)).into());
    }
    if let Some(quality) = &details.result_quality {
        map.insert("resultQuality".into(), quality.as_ref().clone());
    }
    let mut parameters = details.parameters.as_deref().cloned().unwrap_or_default();
    if details.status != DeviceStatus::Ok {
        parameters.entry("status").or_insert_with(|| details.status.name().into());
    }
    if !parameters.is_empty() {
        map.insert("parameters".into(), parameters.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<NewObservation, String> {
        let value = serde_json::from_str(text).unwrap();
        new_observation(&value, StreamId::new(7)).map_err(|why| why.to_string())
    }

    #[test]
    fn an_observation_comes_back_as_it_was_sent() {
        for text in [
            r#"{"phenomenonTime":"2026-11-21T05:00:00Z","result":3,"Datastream":{"@iot.id":7}}"#,
            r#"{"phenomenonTime":"2026-11-21T05:00:00Z/2026-11-21T06:00:00Z","result":3.5,"resultTime":"2026-11-21T06:01:00Z","validTime":"2026-11-21T06:00:00Z/2026-11-21T07:00:00Z","resultQuality":{"a":1},"parameters":{"status":"fault","độ sâu":2},"FeatureOfInterest":{"@iot.id":4},"Datastream":{"@iot.id":7}}"#,
            r#"{"result":null,"Datastream":{"@iot.id":7}}"#,
            r#"{"result":"ngập","Datastream":{"@iot.id":7}}"#,
            r#"{"result":[1,"hai",null],"Datastream":{"@iot.id":7}}"#,
        ] {
            assert_eq!(observation_body(&read(text).unwrap()).to_string(), text);
        }
    }

    #[test]
    fn errors_say_where_and_what_would_be_right() {
        for (text, expected) in [
            (r#"[]"#, "observation: must be a JSON object"),
            (r#"{}"#, "result: is missing: give it, or null where there is none"),
            (
                r#"{"result":1,"validTime":"2026-11-21T05:00:00Z"}"#,
                "validTime: must be a span, written START/END",
            ),
            (
                r#"{"result":1,"Datastream":7}"#,
                r#"Datastream: must be a reference such as {"@iot.id": 7}"#,
            ),
            (r#"{"result":1,"phenomenonTime":5}"#, "phenomenonTime: must be a text"),
        ] {
            assert_eq!(read(text).unwrap_err(), expected);
        }
        let unknown = read(r#"{"result":1,"resultat":2}"#).unwrap_err();
        assert!(unknown.starts_with("resultat: is no member of an Observation"), "{unknown}");
    }
}
