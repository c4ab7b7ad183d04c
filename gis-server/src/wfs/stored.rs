//! Stored queries: the one that the class Simple WFS asks for, GetFeatureById (OGC 09-025r2, 7.9.3.6).

use axum::response::Response;

use super::{
    WFS,
    gml::{NAMESPACE, PREFIX},
};
use crate::ows::{self, Exception, Kvp, OwsAsk, Xml, kvp::shown};

/// Its name, and that of WFS 2.0.2.
const BY_ID: [&str; 2] = [
    "urn:ogc:def:query:OGC-WFS::GetFeatureById",
    "http://www.opengis.net/def/query/OGC-WFS/0/GetFeatureById",
];

/// The identifier that a stored query asks for; `None` where none is asked.
pub(super) fn asked(kvp: &Kvp) -> Result<Option<Vec<String>>, Exception> {
    let Some(name) = kvp.get("storedquery_id") else { return Ok(None) };
    if !BY_ID.contains(&name) {
        return Err(unknown(name));
    }
    let id = kvp.get("id").ok_or_else(|| Exception::missing("id"))?;
    Ok(Some(vec![id.to_owned()]))
}

pub(super) fn list(ask: &OwsAsk) -> Result<Response, Exception> {
    let mut xml = Xml::document();
    let prefix = format!("xmlns:{PREFIX}");
    xml.open("wfs:ListStoredQueriesResponse", &[("xmlns:wfs", WFS), (&prefix, NAMESPACE)]);
    xml.open("wfs:StoredQuery", &[("id", BY_ID[0])]);
    xml.leaf("wfs:Title", &[("xml:lang", "vi")], "Lấy đối tượng theo mã");
    let views = ask.app.store.city().layers(&ask.caller.viewer);
    for view in views.iter().filter(|view| view.layer().schema().is_some()) {
        xml.leaf("wfs:ReturnFeatureType", &[], &format!("{PREFIX}:{}", view.layer().id));
    }
    xml.close("wfs:StoredQuery");
    xml.close("wfs:ListStoredQueriesResponse");
    Ok(ows::answer(ows::TEXT_XML, xml.finish()))
}

pub(super) fn describe(ask: &OwsAsk) -> Result<Response, Exception> {
    if let Some(name) = ask.kvp.get("storedquery_id").filter(|name| !BY_ID.contains(name)) {
        return Err(unknown(name));
    }
    let mut xml = Xml::document();
    let attributes = [("xmlns:wfs", WFS), ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema")];
    xml.open("wfs:DescribeStoredQueriesResponse", &attributes);
    xml.open("wfs:StoredQueryDescription", &[("id", BY_ID[0])]);
    xml.leaf("wfs:Title", &[("xml:lang", "vi")], "Lấy đối tượng theo mã");
    xml.leaf("wfs:Title", &[("xml:lang", "en")], "Get a feature by its identifier");
    xml.empty("wfs:Parameter", &[("name", "id"), ("type", "xsd:string")]);
    xml.empty(
        "wfs:QueryExpressionText",
        &[
            ("isPrivate", "true"),
            ("language", "urn:ogc:def:queryLanguage:OGC-WFS::WFSQueryExpression"),
            ("returnFeatureTypes", ""),
        ],
    );
    xml.close("wfs:StoredQueryDescription");
    xml.close("wfs:DescribeStoredQueriesResponse");
    Ok(ows::answer(ows::TEXT_XML, xml.finish()))
}

fn unknown(name: &str) -> Exception {
    let name = shown(name);
    Exception::invalid(
        "storedQuery_Id",
        format!("không có truy vấn lưu sẵn '{name}'"),
        format!("there is no stored query '{name}'"),
    )
}
