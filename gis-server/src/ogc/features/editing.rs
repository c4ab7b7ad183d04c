//! What all ways of editing have in common: who may, what came, what is answered.

use axum::{
    body::Bytes,
    extract::rejection::BytesRejection,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use city::{Crs, FeatureId, Title};

use super::{faults::Faults, item, tags};
use crate::{
    error::Problem,
    http::{ask::Ask, format::Format, query::Query},
    ogc::collections::seen_features,
    store::{Applied, Edit, LayerView, StoreError},
};

/// Media types of a whole feature.
pub(super) const GEOJSON: &str = "application/geo+json, application/json";

/// Media type of a part of one (RFC 7396).
pub(super) const MERGE_PATCH: &str = "application/merge-patch+json";

/// Characters that a reason has at most.
const LONGEST_REASON: usize = 500;

/// A layer that the caller sees and may edit.
///
/// # Errors
/// 400 for an unknown parameter, 401, 403, 404.
pub(super) fn editable(ask: &Ask, collection: &str) -> Result<LayerView, Problem> {
    ask.query.only(&["reason"])?;
    let view = seen_features(ask, collection)?;
    may_edit(ask)?;
    Ok(view)
}

/// That the caller may edit at all.
///
/// # Errors
/// 401, 403.
pub(super) fn may_edit(ask: &Ask) -> Result<(), Problem> {
    if ask.caller.viewer.may_write {
        return Ok(());
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

/// Why an edit is made, in the words of who makes it.
///
/// # Errors
/// 400 for a text that is too long.
pub(super) fn reason(query: &Query) -> Result<Option<String>, Problem> {
    let text = query.get("reason").map(str::trim).filter(|text| !text.is_empty());
    match text {
        Some(text) if text.chars().count() > LONGEST_REASON => Err(Problem::parameter(
            "reason",
            format!("dài quá {LONGEST_REASON} ký tự"),
            format!("is longer than {LONGEST_REASON} characters"),
        )),
        text => Ok(text.map(str::to_owned)),
    }
}

/// The body of a whole document, if it came whole and is said to be JSON.
///
/// # Errors
/// 400, 413, 415.
pub(super) fn sent(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Bytes, Problem> {
    match essence(headers).as_deref() {
        None | Some("application/geo+json" | "application/json") => whole(body),
        _ => Err(unsupported("Hãy gửi application/geo+json.", "Send application/geo+json.")),
    }
}

/// The body of a merge patch.
///
/// # Errors
/// 400, 413, 415.
pub(super) fn sent_patch(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Bytes, Problem> {
    match essence(headers).as_deref() {
        Some("application/merge-patch+json" | "application/json") => whole(body),
        None => Err(Problem::bad_request(
            "Thiếu tiêu đề Content-Type: hãy ghi application/merge-patch+json.",
            "The header Content-Type is missing: write application/merge-patch+json.",
        )),
        Some(_) => {
            let (vi, en) =
                ("Hãy gửi application/merge-patch+json.", "Send application/merge-patch+json.");
            let name = HeaderName::from_static("accept-patch");
            Err(unsupported(vi, en).with_header(name, MERGE_PATCH))
        }
    }
}

fn essence(headers: &HeaderMap) -> Option<String> {
    let media_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

fn unsupported(vi: &str, en: &str) -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        Title::new("Không đọc được định dạng này", "Unsupported media type"),
        Title::new(vi, en),
    )
}

fn whole(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
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

/// The system of the coordinates that came.
///
/// # Errors
/// 400 for one that is not offered.
pub(super) fn content_crs(headers: &HeaderMap) -> Result<Crs, Problem> {
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

/// That a document which names an identifier names the one of its address.
pub(super) fn same_id(own: Option<&FeatureId>, id: &FeatureId, faults: &mut Faults) {
    if own.is_some_and(|own| own != id) {
        faults.at(
            "/id",
            format!("'id' trong thân yêu cầu khác với '{id}' trong địa chỉ"),
            format!("the 'id' in the body is not the '{id}' of the address"),
        );
    }
}

/// 404 for a feature that is not there, or not for this caller.
pub(super) fn no_such_feature(view: &LayerView, id: &FeatureId) -> Problem {
    let (layer, id) = (view.layer().id.clone(), id.clone());
    Problem::from(&StoreError::UnknownFeature { layer, id })
}

/// Makes one edit.
///
/// # Errors
/// What the store says.
pub(super) fn apply(ask: &Ask, edit: Edit, reason: Option<&str>) -> Result<Applied, Problem> {
    let edits = std::slice::from_ref(&edit);
    let applied = ask.app.store.apply_for(&ask.caller.viewer, edits, reason);
    let applied = applied.map_err(|refused| Problem::from(&refused.error))?;
    applied.into_iter().next().ok_or_else(Problem::fault)
}

/// Says where the feature is and under which tag it was left.
///
/// # Errors
/// 404 when the layer is gone by now.
pub(super) fn changed(
    ask: &Ask,
    collection: &str,
    applied: &Applied,
    status: StatusCode,
) -> Result<Response, Problem> {
    let view = seen_features(ask, collection)?;
    let mut response = status.into_response();
    let own = item::address(&ask.base, view.layer().id.as_str(), &applied.id);
    if let (StatusCode::CREATED, Ok(location)) = (status, own.parse()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    // Somebody else's edit may have come between; then their tag is the present one.
    if let Some(feature) = view.get(&applied.id) {
        tags::of(ask, &view, feature, Crs::CRS84, Format::GeoJson).tag(&mut response);
    }
    Ok(response)
}

/// What may be done: everything by who may edit here, only reading by all others.
///
/// # Errors
/// 404.
pub(super) fn options(
    ask: &Ask,
    collection: &str,
    (methods, accept, types): (&'static str, &'static str, &'static str),
) -> Result<Response, Problem> {
    seen_features(ask, collection)?;
    let mut headers = HeaderMap::new();
    if ask.caller.viewer.may_write {
        headers.insert(header::ALLOW, HeaderValue::from_static(methods));
        headers.insert(HeaderName::from_static(accept), HeaderValue::from_static(types));
    } else {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    }
    Ok(ask.marked((StatusCode::OK, headers).into_response()))
}
