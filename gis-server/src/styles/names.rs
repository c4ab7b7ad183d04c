//! Style layers that write names.

use city::{
    Layer,
    layer::{Content, GeometryKind},
};
use serde_json::{Map, Value, json};

use crate::tiles::label::LABEL_PROPERTY;

/// Whether a style layer would write an attribute that the layer does not have.
pub(super) fn are_missing(layer: &Layer, template: &Map<String, Value>) -> bool {
    let field = template.get("layout").and_then(|layout| layout.get("text-field"));
    match field.and_then(Value::as_array).map(Vec::as_slice) {
        Some([Value::String(get), Value::String(name)]) if get == "get" => {
            let has = |name: &str| layer.schema().is_some_and(|schema| schema.get(name).is_some());
            !has(layer.column_of(name).unwrap_or(name))
        }
        _ => false,
    }
}

/// Whether a style layer writes at a point of each feature, and not along its edge.
pub(super) fn is_at_points(style: &Map<String, Value>) -> bool {
    let placement = style.get("layout").and_then(|layout| layout.get("symbol-placement"));
    style.get("type").is_some_and(|kind| kind == "symbol")
        && placement.is_none_or(|placement| placement == "point")
}

/// Has the names of areas written where the tiles say, and not in each tile that an area reaches
/// into.
pub(super) fn write_once(layer: &Layer, style: &mut Map<String, Value>) {
    let has_areas =
        matches!(&layer.content, Content::Vector { geometry: GeometryKind::Polygon, .. });
    if !has_areas || !is_at_points(style) {
        return;
    }
    let here = json!(["has", LABEL_PROPERTY]);
    let both = |filter: &Value| json!(["all", here, filter]);
    let filter = match style.get("filter").and_then(Value::as_array).map(Vec::as_slice) {
        // A filter may ask for the zoom only at its head, so each step gets the condition.
        Some([Value::String(step), zoom, first, stops @ ..]) if step == "step" => {
            let mut filter = vec![json!("step"), zoom.clone(), both(first)];
            for stop in stops.chunks(2) {
                filter.extend(stop.iter().take(1).cloned());
                filter.extend(stop.iter().skip(1).map(both));
            }
            Value::Array(filter)
        }
        Some(filter) => both(&Value::Array(filter.to_vec())),
        None => here.clone(),
    };
    style.insert("filter".into(), filter);
}
