//! Observations as CoverageJSON (OGC 21-069r2): a PointSeries for each datastream.

use std::{collections::BTreeMap, sync::Arc};

use feeds::model::{Flag, Observation, ResultValue};
use serde_json::{Map, Value as Json, json};

use super::query::parameter_key;
use crate::live::census::{Roll, Stream, Thing};

/// One coverage, and the parameter that it is of.
pub(super) struct Coverage {
    key: String,
    document: Json,
}

/// The coverage of a datastream; `None` where there is nothing to show.
pub(super) fn of(
    thing: &Thing,
    stream: &Stream,
    observations: &[Arc<Observation>],
) -> Option<Coverage> {
    let [lon, lat] = thing.place?;
    if observations.is_empty() || stream.is_position() {
        return None;
    }
    let key = parameter_key(&stream.definition).to_owned();
    let times: Vec<String> = observations.iter().map(|it| it.time.to_string()).collect();
    let values: Vec<Json> = observations.iter().map(|it| value(it)).collect();
    let is_text = observations.iter().any(|it| matches!(it.result, ResultValue::Text(_)));
    let document = json!({
        "type": "Coverage",
        "id": format!("Datastreams({})", stream.id.0),
        "dothi:thing": { "id": thing.id.get(), "name": thing.name, "simulated": thing.is_simulated },
        "domain": {
            "type": "Domain",
            "domainType": "PointSeries",
            "axes": { "x": { "values": [lon] }, "y": { "values": [lat] }, "t": { "values": times } },
        },
        "ranges": {
            &key: {
                "type": "NdArray", "dataType": if is_text { "string" } else { "float" },
                "axisNames": ["t"], "shape": [values.len()], "values": values,
            },
        },
    });
    Some(Coverage { key, document })
}

/// A value; what quality control rules out is none.
fn value(observation: &Observation) -> Json {
    match &observation.result {
        _ if observation.quality.flag == Flag::Bad => Json::Null,
        ResultValue::Number(number) => json!(number),
        ResultValue::Text(text) => json!(text),
        ResultValue::Truth(truth) => json!(u8::from(*truth)),
        ResultValue::Json(_) | ResultValue::Missing => Json::Null,
    }
}

/// All of them, with what their parameters mean.
pub(super) fn collection(roll: &Roll, coverages: &[Coverage], role: &str) -> Json {
    let all = parameters(roll, role);
    let used: Map<String, Json> = coverages
        .iter()
        .filter_map(|coverage| Some((coverage.key.clone(), all.get(&coverage.key)?.clone())))
        .collect();
    json!({
        "type": "CoverageCollection",
        "domainType": "PointSeries",
        "parameters": used,
        "referencing": [
            {
                "coordinates": ["x", "y"],
                "system": {
                    "type": "GeographicCRS", "id": super::CRS84,
                },
            },
            { "coordinates": ["t"], "system": { "type": "TemporalRS", "calendar": "Gregorian" } },
        ],
        "coverages": coverages.iter().map(|coverage| &coverage.document).collect::<Vec<_>>(),
    })
}

/// What is observed of the things of a role.
pub(super) fn parameters(roll: &Roll, role: &str) -> BTreeMap<String, Json> {
    let things = roll.things.iter().filter(|thing| *thing.role == *role);
    let streams = things.flat_map(|thing| &thing.streams).filter(|stream| !stream.is_position());
    let mut parameters = BTreeMap::new();
    for stream in streams {
        let key = parameter_key(&stream.definition);
        if !parameters.contains_key(key) {
            parameters.insert(key.to_owned(), parameter(stream));
        }
    }
    parameters
}

fn parameter(stream: &Stream) -> Json {
    let label = json!({ "vi": &*stream.property });
    let mut parameter = json!({
        "type": "Parameter",
        "observedProperty": { "id": &*stream.definition, "label": label },
    });
    if let Some(symbol) = &stream.unit {
        parameter["unit"] = json!({ "symbol": symbol });
    }
    parameter
}
