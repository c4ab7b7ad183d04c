//! Making, replacing, changing and deleting features (OGC 20-002r1), with `If-Match`.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, rejection::BytesRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use city::{Crs, FeatureId};

use super::{
    draft,
    editing::{self, changed, content_crs, editable, no_such_feature, reason, sent},
    faults::Faults,
    item, patch, properties, tags,
};
use crate::{
    error::Problem,
    http::{ask::Ask, work::blocking},
    ogc::refusals::{Changed, NotEdited},
    store::{Draft, Edit, LayerView},
};

/// Makes a feature.
#[utoipa::path(
    post, path = "/collections/{collectionId}/items", tag = "Features", operation_id = "createFeature",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("reason" = Option<String>, Query, description = "Why, for the change log: at most 500 characters"),
        ("Content-Crs" = Option<String>, Header, description = "System of the coordinates, as <URI>; CRS84 where not given"),
    ),
    request_body(content = Object, content_type = "application/geo+json", description = "A GeoJSON feature"),
    responses(
        (status = 201, description = "It is made; Location says where"),
        NotEdited,
    )
)]
pub async fn create(
    Path(collection): Path<String>,
    ask: Ask,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let view = editable(&ask, &collection)?;
    let (reason, crs) = (reason(&ask.query)?, content_crs(&ask.headers)?);
    let body = sent(&ask.headers, body)?;
    let ask = Arc::new(ask);
    let own = Arc::clone(&ask);
    let applied = blocking(move || {
        let (id, draft) = whole(&own, &view, (&body, crs), None)?;
        let edit = Edit::Create { layer: view.layer().id.clone(), id, draft };
        editing::apply(&own, edit, reason.as_deref())
    });
    changed(&ask, &collection, &applied.await?, StatusCode::CREATED)
}

/// Puts a feature in the place of what it was.
#[utoipa::path(
    put, path = "/collections/{collectionId}/items/{featureId}", tag = "Features", operation_id = "replaceFeature",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("featureId" = String, Path, description = "Identifier of a feature"),
        ("reason" = Option<String>, Query, description = "Why, for the change log"),
        ("If-Match" = Option<String>, Header, description = "ETag under which it was read: only if it is still so"),
        ("Content-Crs" = Option<String>, Header, description = "System of the coordinates, as <URI>"),
    ),
    request_body(content = Object, content_type = "application/geo+json", description = "A GeoJSON feature"),
    responses(
        (status = 204, description = "It is replaced"),
        NotEdited,
        Changed,
    )
)]
pub async fn replace(
    Path((collection, id)): Path<(String, String)>,
    ask: Ask,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let view = editable(&ask, &collection)?;
    let id = item::identifier(&collection, &id)?;
    let (reason, crs) = (reason(&ask.query)?, content_crs(&ask.headers)?);
    let body = sent(&ask.headers, body)?;
    let ask = Arc::new(ask);
    let own = Arc::clone(&ask);
    let applied = blocking(move || {
        let (_, draft) = whole(&own, &view, (&body, crs), Some(&id))?;
        let if_match = tags::expected_version(&own.headers);
        let edit = Edit::Replace { layer: view.layer().id.clone(), id, draft, if_match };
        editing::apply(&own, edit, reason.as_deref())
    });
    changed(&ask, &collection, &applied.await?, StatusCode::NO_CONTENT)
}

/// Changes a part of a feature (RFC 7396); what the document does not name stays as it is.
#[utoipa::path(
    patch, path = "/collections/{collectionId}/items/{featureId}", tag = "Features", operation_id = "updateFeature",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("featureId" = String, Path, description = "Identifier of a feature"),
        ("reason" = Option<String>, Query, description = "Why, for the change log"),
        ("If-Match" = Option<String>, Header, description = "ETag under which it was read: only if it is still so"),
        ("Content-Crs" = Option<String>, Header, description = "System of the coordinates, as <URI>"),
    ),
    request_body(content = Object, content_type = "application/merge-patch+json", description = "Members of the GeoJSON feature that are other from now on; null takes a value"),
    responses(
        (status = 204, description = "It is changed"),
        NotEdited,
        Changed,
    )
)]
pub async fn update(
    Path((collection, id)): Path<(String, String)>,
    ask: Ask,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let view = editable(&ask, &collection)?;
    let id = item::identifier(&collection, &id)?;
    let (reason, crs) = (reason(&ask.query)?, content_crs(&ask.headers)?);
    let body = editing::sent_patch(&ask.headers, body)?;
    let ask = Arc::new(ask);
    let own = Arc::clone(&ask);
    let applied = blocking(move || {
        let mut faults = Faults::default();
        let feature = view.get(&id).ok_or_else(|| no_such_feature(&view, &id))?;
        let if_match = tags::expected_version(&own.headers);
        let edit =
            patch::edit(&own, &view, feature, (&draft::parse(&body)?, crs), if_match, &mut faults)?;
        faults.none()?;
        editing::apply(&own, edit, reason.as_deref())
    });
    changed(&ask, &collection, &applied.await?, StatusCode::NO_CONTENT)
}

/// Reads a feature that is sent whole, in place of the one of an identifier or as a new one; all its faults
/// are told at once.
fn whole(
    ask: &Ask,
    view: &LayerView,
    (body, crs): (&[u8], Crs),
    replaced: Option<&FeatureId>,
) -> Result<(Option<FeatureId>, Draft), Problem> {
    let mut faults = Faults::default();
    let document = draft::parse(body)?;
    let read = draft::feature(&document, crs, &mut faults, |given, faults| {
        properties::check(ask, view, given, replaced.and_then(|id| view.get(id)), faults);
    })?;
    if let (Some((own, _)), Some(id)) = (&read, replaced) {
        editing::same_id(own.as_ref(), id, &mut faults);
    }
    faults.none()?;
    read.ok_or_else(Problem::fault)
}

/// Takes a feature away; its history stays.
#[utoipa::path(
    delete, path = "/collections/{collectionId}/items/{featureId}", tag = "Features", operation_id = "deleteFeature",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("featureId" = String, Path, description = "Identifier of a feature"),
        ("reason" = Option<String>, Query, description = "Why, for the change log"),
        ("If-Match" = Option<String>, Header, description = "ETag under which it was read: only if it is still so"),
    ),
    responses(
        (status = 204, description = "It is deleted"),
        NotEdited,
        Changed,
    )
)]
pub async fn delete(
    Path((collection, id)): Path<(String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    let layer = editable(&ask, &collection)?.layer().id.clone();
    let id = item::identifier(&collection, &id)?;
    let reason = reason(&ask.query)?;
    let edit = Edit::Delete { layer, id, if_match: tags::expected_version(&ask.headers) };
    blocking(move || editing::apply(&ask, edit, reason.as_deref())).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What may be done with the features of a collection by who asks (RFC 9110, 9.3.7).
#[utoipa::path(
    options, path = "/collections/{collectionId}/items", tag = "Features", operation_id = "optionsOfFeatures",
    params(("collectionId" = String, Path, description = "Identifier of a collection")),
    responses((status = 200, description = "Allow names the methods, Accept-Post the media types"))
)]
pub async fn options_of_items(
    Path(collection): Path<String>,
    ask: Ask,
) -> Result<Response, Problem> {
    editing::options(
        &ask,
        &collection,
        ("GET, HEAD, POST, OPTIONS", "accept-post", editing::GEOJSON),
    )
}

/// What may be done with a feature by who asks.
#[utoipa::path(
    options, path = "/collections/{collectionId}/items/{featureId}", tag = "Features", operation_id = "optionsOfFeature",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("featureId" = String, Path, description = "Identifier of a feature"),
    ),
    responses((status = 200, description = "Allow names the methods, Accept-Patch the media types"))
)]
pub async fn options_of_item(
    Path((collection, _id)): Path<(String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    let methods = "GET, HEAD, PUT, PATCH, DELETE, OPTIONS";
    editing::options(&ask, &collection, (methods, "accept-patch", editing::MERGE_PATCH))
}
