//! `…/schema?for=`: the documents that edits take, as JSON Schema.

use city::layer::{Content, GeometryKind};
use serde_json::{Map, Value as Json, json};

use super::{choices, described};
use crate::{http::base::Base, state::App, store::LayerView};

/// Codes of a list that is spelt out for who fills in a form: land use is, communes are not.
const MOST_CODES: usize = 500;

/// What a document is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// POST.
    Create,
    /// PUT.
    Replace,
    /// PATCH.
    Update,
}

impl Purpose {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::Create, Self::Replace, Self::Update].into_iter().find(|one| one.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Update => "update",
        }
    }
}

/// The GeoJSON feature, or the merge patch of one, that an edit takes.
pub(super) fn document(purpose: Purpose, base: &Base, app: &App, view: &LayerView) -> Json {
    let layer = view.layer();
    let mut required = vec!["type", "geometry"];
    let mut properties = json!({
        "type": ["object", "null"],
        "properties": columns(purpose, base, app, view),
        "additionalProperties": false,
    });
    if let (Purpose::Create, Some(key)) = (purpose, key(view)) {
        properties["type"] = json!("object");
        properties["required"] = json!([key]);
        required.push("properties");
    }
    let geometry = match purpose {
        // A part of a geometry is put together with the present one.
        Purpose::Update => json!({"type": "object", "properties": {"type": {"enum": types(view)}}}),
        _ => json!({
            "type": "object",
            "required": ["type", "coordinates"],
            "properties": {"type": {"enum": types(view)}, "coordinates": {"type": "array", "minItems": 1}},
        }),
    };
    if purpose == Purpose::Update {
        required.clear();
    }
    let own = format!("/collections/{}/schema?for={}", layer.id, purpose.name());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": base.url(&own),
        "type": "object",
        "title": layer.title.vi,
        "x-dothi-title": layer.title,
        "required": required,
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": ["string", "integer"]},
            "geometry": geometry,
            "properties": properties,
        },
    })
}

/// The declared key, where the viewer sees it.
fn key(view: &LayerView) -> Option<&str> {
    let column = view.id_column()?;
    view.properties().nth(column).map(|property| property.name.as_str())
}

fn columns(purpose: Purpose, base: &Base, app: &App, view: &LayerView) -> Map<String, Json> {
    let mut columns = Map::new();
    for (order, property) in view.properties().enumerate() {
        let mut schema = described(property, order);
        let kind = schema["type"].clone();
        // Null is no value; the key has one.
        if view.id_column() == Some(order) {
            schema.insert("x-ogc-role".into(), json!("id"));
        } else {
            schema.insert("type".into(), json!([kind, "null"]));
        }
        if let Some(list) = &property.code_list {
            let address = base.url(&format!("/codelists/{list}"));
            schema.insert("x-ogc-codelistUri".into(), json!(address));
            if let Some(mut choices) = choices(app, list, MOST_CODES) {
                choices.push(json!({"type": "null"}));
                if purpose != Purpose::Create {
                    // A code that an import brought may stay.
                    choices.push(json!({"type": "string"}));
                }
                schema.insert("anyOf".into(), Json::Array(choices));
            }
        }
        columns.insert(property.name.clone(), Json::Object(schema));
    }
    columns
}

/// The types of geometry that the layer takes.
fn types(view: &LayerView) -> &'static [&'static str] {
    match &view.layer().content {
        Content::Vector { geometry: GeometryKind::Point, .. } => &["Point", "MultiPoint"],
        Content::Vector { geometry: GeometryKind::Line, .. } => &["LineString", "MultiLineString"],
        Content::Vector { geometry: GeometryKind::Polygon, .. } => &["Polygon", "MultiPolygon"],
        _ => &["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"],
    }
}
