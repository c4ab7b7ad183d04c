//! Documents as answers: serialised, tagged, conditional.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{etag::ETag, format::Format};
use crate::error::Problem;

/// A document as JSON, with the tag of its bytes; 304 where the caller has it.
///
/// # Errors
/// 500 when it cannot be serialised.
pub fn json(
    headers: &HeaderMap,
    format: Format,
    document: &impl Serialize,
) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(document).map_err(|error| Problem::internal(&error))?;
    let tag = ETag::of_bytes(&bytes);
    let media_type = HeaderValue::from_static(format.media_type());
    Ok(tag.answer(headers, || ([(header::CONTENT_TYPE, media_type)], bytes).into_response()))
}
