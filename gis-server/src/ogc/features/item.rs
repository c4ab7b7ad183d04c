//! `…/items/{featureId}`: one feature.

use axum::{extract::Path, response::Response};
use city::{Crs, FeatureId, Layer, Role};

use super::{
    items::{coordinates, put_content_crs, to_problem},
    params, solids, tags,
};
use crate::{
    encode::geojson::GeoJsonWriter,
    error::Problem,
    html,
    http::{
        ask::Ask, base::Base, format::Format, link::Link, query::encode, stream::WriteError,
        work::blocking,
    },
    ogc::{collections::seen_features, refusals::NoFeature},
    store::{FeatureRef, LayerView},
};

const FORMATS: [Format; 2] = [Format::GeoJson, Format::Html];

/// A building is a solid besides.
const FORMATS_OF_BUILDINGS: [Format; 4] =
    [Format::GeoJson, Format::Html, Format::CityJson, Format::Glb];

fn formats_of(layer: &Layer) -> &'static [Format] {
    if layer.role == Role::Buildings { &FORMATS_OF_BUILDINGS } else { &FORMATS }
}

/// One feature.
#[utoipa::path(
    get, path = "/collections/{collectionId}/items/{featureId}", tag = "Features", operation_id = "getFeature",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("featureId" = String, Path, description = "Identifier of a feature"),
        ("crs" = Option<String>, Query, description = "System of the answer, one of the collection's crs"),
        ("as-of" = Option<String>, Query, description = "Instant: the feature as it was recorded here then"),
        ("properties" = Option<Vec<String>>, Query, style = Form, explode = false, description = "Properties that are given; all where not given"),
        ("skipGeometry" = Option<bool>, Query, description = "true: no geometry"),
        ("f" = Option<String>, Query, description = "geojson (or json), html; of a building also cityjson, glb"),
    ),
    responses(
        (status = 200, description = "The feature; its ETag serves in If-Match of an edit", content(
            (Object = "application/geo+json"), (String = "text/html"),
            (Object = "application/city+json"), (Vec<u8> = "model/gltf-binary"),
        )),
        NoFeature,
    )
)]
pub async fn show(
    Path((collection, id)): Path<(String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    let view = seen_features(&ask, &collection)?;
    let besides = ["crs", "as-of", "properties", "skipGeometry"];
    let format = ask.format_besides(&besides, formats_of(view.layer()))?;
    let crs = solids::crs_in(format, &ask.query, &view)?;
    let view = params::as_of(&ask, view).await?;
    let id = identifier(&collection, &id)?;
    let narrowed = params::narrowed(&ask.query, &view)?;
    let has_geometry = params::has_geometry(&ask.query)?;
    let part = match (&narrowed, has_geometry) {
        (None, true) => String::new(),
        _ => ask.query.with(&[]),
    };
    let view = narrowed.unwrap_or(view);
    let Some(feature) = view.get(&id) else { return Err(absent(&ask, view, id).await) };
    let tag = tags::of_part(&ask, &view, feature, (crs, format), &part);
    let body = match format {
        Format::Html => html::features::item(&ask.base, &ask.app, &view, feature).0.into_bytes(),
        Format::CityJson | Format::Glb if tag.is_known_to(&ask.headers) => Vec::new(),
        Format::CityJson | Format::Glb => solids::of_one(&ask, &view, &id, crs, format).await?,
        _ => document(&ask, &view, feature, (crs, has_geometry))?,
    };
    let mut response = ask.tagged(&tag, format, || body);
    put_content_crs(response.headers_mut(), format, crs);
    Ok(response)
}

/// A feature as a GeoJSON document with links.
///
/// # Errors
/// 400 when it cannot be given in the system.
fn document(
    ask: &Ask,
    view: &LayerView,
    feature: FeatureRef<'_>,
    (crs, has_geometry): (Crs, bool),
) -> Result<Vec<u8>, Problem> {
    let own = path(view.layer().id.as_str(), &feature.id());
    let mut links = ask.own_links(&own, Format::GeoJson, formats_of(view.layer()));
    let collection = ask.base.url(&format!("/collections/{}", view.layer().id));
    links.push(Link::new("collection", collection).of_type(Format::Json.media_type()));
    let versions =
        format!("{}/versions", address(&ask.base, view.layer().id.as_str(), &feature.id()));
    links.push(Link::new("version-history", versions).of_type(Format::GeoJson.media_type()));
    let layer = view.layer();
    let extra = serde_json::json!({
        "attribution": layer.attribution, "synthetic": layer.synthetic, "links": links,
    })
    .to_string();
    let extra = format!(",{}", &extra[1..extra.len() - 1]);
    let mut out = Vec::new();
    GeoJsonWriter::new(coordinates(crs)?)
        .with_geometry(has_geometry)
        .feature(&mut out, feature, &extra)
        .map_err(|error| to_problem(&WriteError::Crs(error)))?;
    Ok(out)
}

/// The path of a feature.
pub(super) fn path(collection: &str, id: &FeatureId) -> String {
    format!("/collections/{collection}/items/{}", encode(&id.to_string()))
}

/// The absolute address of a feature.
pub(super) fn address(base: &Base, collection: &str, id: &FeatureId) -> String {
    base.url(&path(collection, id))
}

/// An identifier as it stands in a path.
///
/// # Errors
/// 404: what is no identifier names no feature.
pub(in crate::ogc) fn identifier(collection: &str, text: &str) -> Result<FeatureId, Problem> {
    text.parse().map_err(|_| no_feature(collection, text))
}

/// 404 for a feature that is not there, or not for this caller; of one that was deleted, when.
async fn absent(ask: &Ask, view: LayerView, id: FeatureId) -> Problem {
    let collection = view.layer().id.to_string();
    let versions = format!("{}/versions", address(&ask.base, &collection, &id));
    if view.looks_back_to().is_some() {
        return no_feature(&collection, &id.to_string());
    }
    let own = id.clone();
    let history = blocking(move || view.history(&own).map_err(|error| Problem::from(&error))).await;
    let last = history.ok().and_then(|changes| changes.into_iter().next_back());
    match last.filter(|change| change.after.is_none()) {
        Some(deletion) => Problem::not_found(
            format!(
                "Đối tượng '{id}' của lớp '{collection}' đã bị xoá lúc {}; {versions} kể các phiên bản.",
                deletion.recorded
            ),
            format!(
                "Feature '{id}' of collection '{collection}' was deleted at {}; {versions} lists its versions.",
                deletion.recorded
            ),
        ),
        None => no_feature(&collection, &id.to_string()),
    }
}

/// 404 for a feature that is not there, or not for this caller.
fn no_feature(collection: &str, id: &str) -> Problem {
    let id: String = id.chars().take(80).collect();
    Problem::not_found(
        format!("Lớp '{collection}' không có đối tượng '{id}'."),
        format!("Collection '{collection}' has no feature '{id}'."),
    )
}
