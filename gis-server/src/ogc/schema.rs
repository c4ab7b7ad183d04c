//! `…/schema`, `…/queryables` and `…/sortables`: the columns of a collection as JSON Schema (OGC 23-058,
//! 19-079r2, 24-030).

mod receivable;

use axum::{extract::Path, response::Response};
use city::{
    Property, PropertyType,
    layer::{Content, GeometryKind},
};
use serde_json::{Map, Value as Json, json};

use super::{
    collections::seen_features,
    refusals::{BadParameter, NoCollection},
};
use receivable::Purpose;

use crate::{
    error::Problem,
    html,
    http::{ask::Ask, base::Base, format::Format},
    state::App,
    store::LayerView,
};

/// What a schema is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// What features hold.
    Returnables,
    /// What a query may name.
    Queryables,
    /// What features may be put in order by.
    Sortables,
}

/// What features hold.
#[utoipa::path(
    get, path = "/collections/{collectionId}/schema", tag = "Features", operation_id = "getSchema",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("for" = Option<String>, Query, description = "create, replace or update: the document that such an edit takes, with the codes of short lists; what features hold where not given"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses(
        (status = 200, description = "JSON Schema", content_type = "application/schema+json", body = Object),
        BadParameter,
        NoCollection,
    )
)]
pub async fn show(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let Some(text) = ask.query.get("for") else { return respond(Use::Returnables, &id, &ask) };
    let purpose = Purpose::from_name(text).ok_or_else(|| {
        let (vi, en) = ("phải là create, replace hoặc update", "must be create, replace or update");
        Problem::parameter("for", vi, en)
    })?;
    let format = ask.format_besides(&["for"], &[Format::JsonSchema])?;
    let view = seen_features(&ask, &id)?;
    ask.json(format, &receivable::document(purpose, &ask.base, &ask.app, &view))
}

/// What a query may name.
#[utoipa::path(
    get, path = "/collections/{collectionId}/queryables", tag = "Features", operation_id = "getQueryables",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses(
        (status = 200, description = "JSON Schema", content_type = "application/schema+json", body = Object),
        NoCollection,
    )
)]
pub async fn queryables(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    respond(Use::Queryables, &id, &ask)
}

/// What features may be put in order by.
#[utoipa::path(
    get, path = "/collections/{collectionId}/sortables", tag = "Features", operation_id = "getSortables",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("f" = Option<String>, Query, description = "json"),
    ),
    responses(
        (status = 200, description = "JSON Schema", content_type = "application/schema+json", body = Object),
        NoCollection,
    )
)]
pub async fn sortables(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&[Format::JsonSchema])?;
    let view = seen_features(&ask, &id)?;
    ask.json(format, &document(Use::Sortables, &ask.base, &ask.app, &view))
}

fn respond(of: Use, id: &str, ask: &Ask) -> Result<Response, Problem> {
    let format = ask.format(&[Format::JsonSchema, Format::Html])?;
    let view = seen_features(ask, id)?;
    let document = document(of, &ask.base, &ask.app, &view);
    ask.answer(format, &document, |_| html::collections::schema(&ask.base, &view))
}

fn document(of: Use, base: &Base, app: &App, view: &LayerView) -> Json {
    let layer = view.layer();
    let path = match of {
        Use::Returnables => "schema",
        Use::Queryables => "queryables",
        Use::Sortables => "sortables",
    };
    let mut properties = Map::new();
    if of != Use::Sortables {
        properties.insert("geometry".into(), geometry(view));
    }
    for (order, property) in view.properties().enumerate() {
        let mut schema = described(property, order);
        if view.id_column() == Some(order) {
            schema.insert("x-ogc-role".into(), json!("id"));
        }
        if let Some(list) = &property.code_list {
            code_list(&mut schema, of, base, app, list);
        }
        properties.insert(property.name.clone(), Json::Object(schema));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": base.url(&format!("/collections/{}/{path}", layer.id)),
        "type": "object",
        "title": layer.title.vi,
        "x-dothi-title": layer.title,
        "properties": properties,
        "additionalProperties": false,
    })
}

/// A column: its type, its names, its unit.
fn described(property: &Property, order: usize) -> Map<String, Json> {
    let mut schema = value_schema(property.kind);
    schema.insert("title".into(), json!(property.title.vi));
    schema.insert("x-dothi-title".into(), json!(property.title));
    schema.insert("x-ogc-propertySeq".into(), json!(order + 1));
    if let Some(unit) = property.unit {
        schema.insert("x-ogc-unit".into(), json!(unit.symbol()));
        schema.insert("x-ogc-unitLang".into(), json!("UCUM"));
    }
    schema
}

fn value_schema(kind: PropertyType) -> Map<String, Json> {
    let schema = match kind {
        PropertyType::Bool => json!({"type": "boolean"}),
        PropertyType::Integer => json!({"type": "integer"}),
        PropertyType::Real => json!({"type": "number"}),
        PropertyType::Text => json!({"type": "string"}),
        PropertyType::Date => json!({"type": "string", "format": "date"}),
        PropertyType::Instant => json!({"type": "string", "format": "date-time"}),
    };
    schema.as_object().cloned().unwrap_or_default()
}

/// Names the list; a short one is spelt out, so that clients can offer a choice.
fn code_list(schema: &mut Map<String, Json>, of: Use, base: &Base, app: &App, list: &str) {
    schema.insert("x-ogc-codelistUri".into(), json!(base.url(&format!("/codelists/{list}"))));
    // Imported data holds codes that no list knows, so the choice is offered, not enforced.
    if let (Use::Returnables, Some(mut choices)) = (of, choices(app, list, SHORT)) {
        choices.push(json!({"type": "string"}));
        schema.insert("anyOf".into(), Json::Array(choices));
    }
}

/// Codes of a list that is spelt out for who reads.
const SHORT: usize = 100;

/// The codes of a list that has no more than so many, with their meanings.
fn choices(app: &App, list: &str, most: usize) -> Option<Vec<Json>> {
    let shelf = app.codelists.now();
    let found = shelf.lists.get(list).filter(|found| found.codes.len() <= most)?;
    let titles = found.codes.iter().map(
        |code| json!({"const": code.code, "title": code.title.vi, "x-dothi-title": code.title}),
    );
    Some(titles.collect())
}

fn geometry(view: &LayerView) -> Json {
    let format = match &view.layer().content {
        Content::Vector { geometry: GeometryKind::Point, .. } => "geometry-point-or-multipoint",
        Content::Vector { geometry: GeometryKind::Line, .. } => {
            "geometry-linestring-or-multilinestring"
        }
        Content::Vector { geometry: GeometryKind::Polygon, .. } => {
            "geometry-polygon-or-multipolygon"
        }
        _ => "geometry-any",
    };
    json!({"title": "Hình học", "x-dothi-title": {"vi": "Hình học", "en": "Geometry"}, "format": format, "x-ogc-role": "primary-geometry"})
}
