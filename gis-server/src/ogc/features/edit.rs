//! Making, replacing and deleting features (OGC 20-002r1), with `If-Match`.

use axum::{
    body::Bytes,
    extract::{Path, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use city::{Crs, Title};

use super::{draft, item, properties, tags};
use crate::{
    error::Problem,
    http::{ask::Ask, format::Format},
    ogc::{
        collections::seen_features,
        refusals::{Changed, NotEdited},
    },
    store::{Applied, Edit, LayerView},
};

/// Makes a feature.
#[utoipa::path(
    post, path = "/collections/{collectionId}/items", tag = "Features", operation_id = "createFeature",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
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
    let (id, draft) = draft::read(&sent(&ask.headers, body)?, content_crs(&ask.headers)?)?;
    properties::check(&ask, &view, &draft, None)?;
    let edit = Edit::Create { layer: view.layer().id.clone(), id, draft };
    let applied = apply(&ask, edit).await?;
    changed(&ask, &collection, &applied, StatusCode::CREATED)
}

/// Puts a feature in the place of what it was.
#[utoipa::path(
    put, path = "/collections/{collectionId}/items/{featureId}", tag = "Features", operation_id = "replaceFeature",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("featureId" = String, Path, description = "Identifier of a feature"),
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
    let (own, draft) = draft::read(&sent(&ask.headers, body)?, content_crs(&ask.headers)?)?;
    if own.is_some_and(|own| own != id) {
        return Err(Problem::bad_request(
            format!("'id' trong thân yêu cầu khác với '{id}' trong địa chỉ."),
            format!("The 'id' in the body is not the '{id}' of the address."),
        ));
    }
    properties::check(&ask, &view, &draft, view.get(&id))?;
    let if_match = tags::expected_version(&ask.headers);
    let edit = Edit::Replace { layer: view.layer().id.clone(), id, draft, if_match };
    let applied = apply(&ask, edit).await?;
    changed(&ask, &collection, &applied, StatusCode::NO_CONTENT)
}

/// Takes a feature away; its history stays.
#[utoipa::path(
    delete, path = "/collections/{collectionId}/items/{featureId}", tag = "Features", operation_id = "deleteFeature",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("featureId" = String, Path, description = "Identifier of a feature"),
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
    let edit = Edit::Delete { layer, id, if_match: tags::expected_version(&ask.headers) };
    apply(&ask, edit).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A layer that the caller sees and may edit.
fn editable(ask: &Ask, collection: &str) -> Result<LayerView, Problem> {
    ask.query.only(&[])?;
    let view = seen_features(ask, collection)?;
    if ask.caller.viewer.may_write {
        return Ok(view);
    }
    if !ask.caller.has_token && ask.app.tokens.load().is_some() {
        return Err(Problem::unauthorized(
            "Muốn chỉnh sửa, hãy gửi mã truy cập có vai trò 'editor': Authorization: Bearer MÃ.",
            "To edit, send a token with the role 'editor': Authorization: Bearer TOKEN.",
        ));
    }
    Err(Problem::forbidden(
        "Người gọi chỉ được đọc. Khi chưa có tokens.toml, chỉ chính máy này được chỉnh sửa.",
        "The caller may only read. Without tokens.toml, only this very machine may edit.",
    ))
}

/// The body, if it came whole and is said to be JSON.
fn sent(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = media_type
        .map(|text| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    if !matches!(essence.as_deref(), None | Some("application/geo+json" | "application/json")) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            Title::new("Không đọc được định dạng này", "Unsupported media type"),
            Title::new("Hãy gửi application/geo+json.", "Send application/geo+json."),
        ));
    }
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body-too-large",
            Title::new("Thân yêu cầu quá lớn", "Body too large"),
            Title::new(
                "Hãy gửi ít hơn, hoặc nâng limits.body_bytes trong dothi.toml.",
                "Send less, or raise limits.body_bytes in dothi.toml.",
            ),
        ),
        _ => Problem::bad_request(
            "Thân yêu cầu không đến trọn vẹn.",
            "The body did not arrive whole.",
        ),
    })
}

fn content_crs(headers: &HeaderMap) -> Result<Crs, Problem> {
    let Some(value) = headers.get(HeaderName::from_static("content-crs")) else {
        return Ok(Crs::CRS84);
    };
    let text =
        value.to_str().unwrap_or_default().trim().trim_start_matches('<').trim_end_matches('>');
    text.parse().map_err(|error: city::Error| {
        Problem::bad_request(
            "Content-Crs không phải hệ toạ độ được cung cấp.",
            format!("Content-Crs: {error}"),
        )
    })
}

async fn apply(ask: &Ask, edit: Edit) -> Result<Applied, Problem> {
    let (app, viewer) = (ask.app.clone(), ask.caller.viewer.clone());
    let work = tokio::task::spawn_blocking(move || app.store.apply(&viewer, edit));
    let applied = work.await.map_err(|error| Problem::internal(&error))?;
    applied.map_err(|error| Problem::from(&error))
}

/// Says where the feature is and under which tag it was left.
fn changed(
    ask: &Ask,
    collection: &str,
    applied: &Applied,
    status: StatusCode,
) -> Result<Response, Problem> {
    let view = seen_features(ask, collection)?;
    let mut response = status.into_response();
    let own = item::address(&ask.base, &view, &applied.id);
    if let (StatusCode::CREATED, Ok(location)) = (status, own.parse()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    // Somebody else's edit may have come between; then their tag is the present one.
    if let Some(feature) = view.get(&applied.id) {
        tags::of(ask, &view, feature, Crs::CRS84, Format::GeoJson).tag(&mut response);
    }
    Ok(response)
}
