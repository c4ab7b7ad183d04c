//! What WMS, WMTS and WFS have in common: parameters whose names have no case, XML documents, exceptions.

pub mod exception;
pub mod kvp;
pub mod xml;

pub use exception::Exception;
pub use kvp::{Kvp, OwsAsk};
pub use xml::Xml;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

/// Media type of the documents.
pub const TEXT_XML: &str = "text/xml; charset=utf-8";

/// Bytes of a media type as an answer that is asked for again each time.
pub fn answer(media_type: &str, bytes: impl IntoResponse) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    if let Ok(media_type) = HeaderValue::from_str(media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// A list of versions, of which the highest that both sides know is spoken (OGC 06-042, 6.2.4 and OGC
/// 06-121r9, 7.3.2, made simple: what is not known is answered with our best).
pub fn negotiated(asked: Option<&str>, known: &[&'static str]) -> Option<&'static str> {
    let asked: Vec<&str> = asked?.split(',').map(str::trim).collect();
    asked.iter().find_map(|one| known.iter().find(|known| *known == one).copied())
}
