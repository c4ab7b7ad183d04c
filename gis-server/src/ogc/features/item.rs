//! `…/items/{featureId}`: one feature.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use city::{Crs, FeatureId};

use super::{
    items::{coordinates, put_content_crs, to_problem},
    params, tags,
};
use crate::{
    caller::Caller,
    encode::geojson::GeoJsonWriter,
    error::Problem,
    html,
    http::{
        base::Base,
        format::Format,
        link::Link,
        query::{Query, encode},
        stream::WriteError,
    },
    ogc::collections::seen_features,
    state::App,
    store::{FeatureRef, LayerView},
};

const FORMATS: [Format; 2] = [Format::GeoJson, Format::Html];

/// One feature.
#[utoipa::path(
    get, path = "/collections/{collectionId}/items/{featureId}", tag = "Features", operation_id = "getFeature",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("featureId" = String, Path, description = "Identifier of a feature"),
        ("crs" = Option<String>, Query, description = "System of the answer, one of the collection's crs"),
        ("f" = Option<String>, Query, description = "geojson (or json), html"),
    ),
    responses(
        (status = 200, description = "The feature; its ETag serves in If-Match of an edit", content(
            (Object = "application/geo+json"), (String = "text/html"),
        )),
        (status = 404, description = "No such feature", body = crate::error::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(app): State<App>,
    Path((collection, id)): Path<(String, String)>,
    base: Base,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f", "crs"])?;
    let format = Format::choose(query.get("f"), &headers, &FORMATS)?;
    let crs = params::crs(&query, "crs")?;
    let view = seen_features(&app, &caller, &collection)?;
    let id: FeatureId = id.parse().map_err(|_| no_feature(&collection, &id))?;
    let feature = view.get(&id).ok_or_else(|| no_feature(&collection, &id.to_string()))?;
    let tag = tags::of(&view, feature, &base, crs, format);
    let body = match format {
        Format::Html => html::features::item(&base, &app, &view, feature).0.into_bytes(),
        _ => document(&base, &view, feature, crs)?,
    };
    let media_type = HeaderValue::from_static(format.media_type());
    let mut response =
        tag.answer(&headers, || ([(header::CONTENT_TYPE, media_type)], body).into_response());
    put_content_crs(response.headers_mut(), crs);
    caller.mark(&mut response);
    Ok(response)
}

/// A feature as a GeoJSON document with links.
///
/// # Errors
/// 400 when it cannot be given in the system.
pub(super) fn document(
    base: &Base,
    view: &LayerView,
    feature: FeatureRef<'_>,
    crs: Crs,
) -> Result<Vec<u8>, Problem> {
    let (own, collection) = addresses(base, view, &feature.id());
    let links = [
        Link::new("self", format!("{own}?f=geojson")).of_type(Format::GeoJson.media_type()),
        Link::new("alternate", format!("{own}?f=html")).of_type("text/html"),
        Link::new("collection", collection).of_type(Format::Json.media_type()),
    ];
    let layer = view.layer();
    let extra = serde_json::json!({
        "attribution": layer.attribution, "synthetic": layer.synthetic, "links": links,
    })
    .to_string();
    let extra = format!(",{}", &extra[1..extra.len() - 1]);
    let mut out = Vec::new();
    GeoJsonWriter::new(coordinates(crs)?)
        .feature(&mut out, feature, &extra)
        .map_err(|error| to_problem(&WriteError::Crs(error)))?;
    Ok(out)
}

/// The addresses of a feature and of its collection.
pub(super) fn addresses(base: &Base, view: &LayerView, id: &FeatureId) -> (String, String) {
    let collection = base.url(&format!("/collections/{}", view.layer().id));
    (format!("{collection}/items/{}", encode(&id.to_string())), collection)
}

/// 404 for a feature that is not there, or not for this caller.
pub(super) fn no_feature(collection: &str, id: &str) -> Problem {
    let id: String = id.chars().take(80).collect();
    Problem::not_found(
        format!("Lớp '{collection}' không có đối tượng '{id}'."),
        format!("Collection '{collection}' has no feature '{id}'."),
    )
}
