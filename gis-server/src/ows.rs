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

use crate::{http::base::Base, store::City};

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

/// Says what service of OWS 1.1 or 2.0 this is, its type and its version, and whose (OGC 06-121r9, 7.4.4 and 7.4.5).
pub fn identify(xml: &mut Xml, base: &Base, city: &City, (service, version): (&str, &str)) {
    let synthetic =
        if city.synthetic { " · Dữ liệu tổng hợp (synthetic data)" } else { "" };
    xml.open("ows:ServiceIdentification", &[]);
    xml.leaf("ows:Title", &[], &city.title.vi);
    xml.leaf("ows:Abstract", &[], &format!("Dothi – {}{synthetic}", city.title.en));
    xml.leaf("ows:ServiceType", &[], service);
    xml.leaf("ows:ServiceTypeVersion", &[], version);
    xml.leaf("ows:Fees", &[], "NONE");
    xml.leaf("ows:AccessConstraints", &[], "NONE");
    xml.close("ows:ServiceIdentification");
    xml.open("ows:ServiceProvider", &[]);
    xml.leaf("ows:ProviderName", &[], &city.title.vi);
    xml.empty("ows:ProviderSite", &[("xlink:href", &base.url("/"))]);
    xml.empty("ows:ServiceContact", &[]);
    xml.close("ows:ServiceProvider");
}

/// A list of versions, of which the highest that both sides know is spoken (OGC 06-042, 6.2.4 and OGC
/// 06-121r9, 7.3.2, made simple: what is not known is answered with our best).
pub fn negotiated(asked: Option<&str>, known: &[&'static str]) -> Option<&'static str> {
    let asked: Vec<&str> = asked?.split(',').map(str::trim).collect();
    asked.iter().find_map(|one| known.iter().find(|known| *known == one).copied())
}
