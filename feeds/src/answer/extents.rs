//! What is known of a series of observations from its observations: `phenomenonTime`, `resultTime`,
//! `observedArea` (OGC 18-088, tables 10 and 11).

use city::Instant;
use serde_json::{Map, Value as Json};

use super::{spatial, value::Value};
use crate::{
    extent::Extent,
    query::{Selected, Selection},
};

/// The members.
const NAMES: [&str; 3] = ["phenomenonTime", "resultTime", "observedArea"];

/// Puts into a document what is selected; what was given when the series was made stays.
pub(super) fn insert(map: &mut Map<String, Json>, extent: &Extent, selection: &Selection) {
    for name in NAMES {
        let is_wanted = selection.shows(Selected::Property(name)) && !map.contains_key(name);
        if let Some(json) = is_wanted.then(|| json(extent, name)).flatten() {
            map.insert(name.to_owned(), json);
        }
    }
}

fn json(extent: &Extent, name: &str) -> Option<Json> {
    let span = |(from, to): (Instant, Instant)| Json::from(format!("{from}/{to}"));
    match name {
        "phenomenonTime" => Some(span(extent.time)),
        "resultTime" => extent.result_time.map(span),
        "observedArea" => extent.envelope(),
        _ => None,
    }
}

/// The value of a member, for filters and orders.
pub(super) fn value(extent: &Extent, name: &str) -> Value {
    let span = |(from, to): (Instant, Instant)| Value::Times(from, Some(to));
    match name {
        "phenomenonTime" => span(extent.time),
        "resultTime" => extent.result_time.map_or(Value::Null, span),
        "observedArea" => {
            let geometry = extent.geometry().as_ref().and_then(spatial::of_geojson);
            geometry.map_or(Value::Null, Value::Geometry)
        }
        _ => Value::Null,
    }
}
