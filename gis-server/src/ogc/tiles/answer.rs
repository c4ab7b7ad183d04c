//! How a tile is answered, of whatever kind it is.

use std::{future::Future, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::failed;
use crate::{
    error::Problem,
    http::{ask::Ask, etag::ETag, format::Format},
    tiles::{Encoded, TileError},
};

/// Checks that a tile is asked for in the format it has.
///
/// # Errors
/// 400 for an unknown parameter or format, 406.
pub(super) fn check(ask: &Ask, parameters: &[&str], format: Format) -> Result<(), Problem> {
    let known: Vec<&str> = parameters.iter().copied().chain(["f"]).collect();
    ask.query.only(&known)?;
    Format::choose(ask.query.get("f"), &without_page(&ask.headers), &[format])?;
    Ok(())
}

/// A browser that opens a tile's address asks for a page; it gets the tile nevertheless.
fn without_page(headers: &HeaderMap) -> HeaderMap {
    let mut relevant = HeaderMap::new();
    let accept = headers.get(header::ACCEPT);
    let is_page = |value: &HeaderValue| value.as_bytes().starts_with(b"text/html");
    if let Some(value) = accept.filter(|value| !is_page(value)) {
        relevant.insert(header::ACCEPT, value.clone());
    }
    relevant
}

/// The tile that `make` gives, unless the caller has it; `keep` says how long others may keep a
/// public one without asking again.
///
/// # Errors
/// 500 when it cannot be made.
pub(super) async fn tile(
    ask: &Ask,
    tag: &ETag,
    keep: HeaderValue,
    format: Format,
    make: impl Future<Output = Result<Encoded, Arc<TileError>>>,
) -> Result<Response, Problem> {
    let mut response = if tag.is_known_to(&ask.headers) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        of_encoded(make.await.map_err(|error| failed(&error))?, format)
    };
    response.headers_mut().insert(header::CACHE_CONTROL, keep);
    if format == Format::Mvt {
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    tag.tag(&mut response);
    Ok(ask.marked(response))
}

/// A tile's bytes; 204 when there is nothing on it.
fn of_encoded(tile: Encoded, format: Format) -> Response {
    if tile.body.is_empty() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let mut response = Response::new(Body::from(tile.body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    if let Some(coding) = tile.coding.name() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}
