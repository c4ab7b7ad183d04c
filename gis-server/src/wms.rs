//! Web Map Service 1.3.0 (OGC 06-042), and 1.1.1 (OGC 01-068r3) for clients that still speak it.

mod capabilities;
mod filters;
pub(crate) mod info;
mod legend;
mod map;
mod refusal;
mod request;

use axum::response::Response;
use city::Layer;
use utoipa::OpenApi;

use crate::{
    error::Problem,
    http::{base::Base, link::Link},
    ogc::{Part, maps},
    ows::{self, Exception, OwsAsk},
};
use request::Version;

/// WMS.
pub const PART: Part = Part {
    name: "OGC Web Map Service",
    conformance: &[
        "http://www.opengis.net/spec/wms/1.3.0/conf/basic-server",
        "http://www.opengis.net/spec/wms/1.3.0/conf/queryable-server",
    ],
    landing_links: |base: &Base| {
        vec![
            Link::new("service", base.url("/wms?service=WMS&request=GetCapabilities"))
                .of_type("text/xml")
                .titled("WMS 1.3.0"),
        ]
    },
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(get))]
struct Document;

/// The operations.
const OPERATIONS: &str = "GetCapabilities, GetMap, GetFeatureInfo, GetLegendGraphic, GetStyles";

/// Web Map Service 1.3.0 and 1.1.1: parameters whose names have no case.
#[utoipa::path(
    get, path = "/wms", tag = "WMS", operation_id = "wms",
    params(
        ("service" = Option<String>, Query, description = "WMS"),
        ("request" = Option<String>, Query, description = "GetCapabilities, GetMap, GetFeatureInfo, GetLegendGraphic, GetStyles"),
        ("version" = Option<String>, Query, description = "1.3.0 or 1.1.1"),
        ("layers" = Option<String>, Query, description = "Identifiers of collections separated by commas, the lowest first; 'dothi' is the whole city"),
        ("styles" = Option<String>, Query, description = "Styles of the layers, or nothing"),
        ("crs" = Option<String>, Query, description = "CRS:84, EPSG:4326, EPSG:3857, EPSG:5899 …; srs in 1.1.1"),
        ("bbox" = Option<String>, Query, description = "Four numbers in the order of the axes of crs"),
        ("width" = Option<String>, Query, description = "Pixels, at most 8192"),
        ("height" = Option<String>, Query, description = "Pixels, at most 8192"),
        ("format" = Option<String>, Query, description = "image/png, image/png; mode=8bit, image/jpeg, image/webp"),
        ("time" = Option<String>, Query, description = "Instant, date, or START/END"),
        ("filter" = Option<String>, Query, description = "CQL2 for all layers of GetMap and GetFeatureInfo; filter-lang and filter-crs as on items"),
        ("cql_filter" = Option<String>, Query, description = "The same, or one filter for each of layers, separated by semicolons; INCLUDE where a layer is shown whole"),
    ),
    responses(
        (status = 200, description = "Capabilities, a map, what lies at a pixel, a legend", content((String = "text/xml"), (String = "image/png"), (String = "image/jpeg"), (String = "image/webp"))),
        (status = 400, description = "A service exception", content((String = "text/xml"), (String = "application/vnd.ogc.se_xml"))),
    )
)]
pub async fn get(ask: OwsAsk) -> Result<Response, Problem> {
    let version = Version::of(&ask.kvp);
    let answered = dispatch(&ask, version).await;
    let mut response = match answered {
        Ok(response) => response,
        Err(exception) => refusal::answer(&ask, version, &exception),
    };
    ask.caller.mark(&mut response);
    Ok(response)
}

async fn dispatch(ask: &OwsAsk, version: Version) -> Result<Response, Exception> {
    let service = ask.kvp.get("service");
    if let Some(other) = service.filter(|service| !service.eq_ignore_ascii_case("WMS")) {
        let other = ows::kvp::shown(other);
        return Err(Exception::invalid(
            "service",
            format!("ở đây chỉ có WMS, không có '{other}'"),
            format!("there is WMS here, not '{other}'"),
        ));
    }
    let operation = ask.kvp.needed("request")?;
    match operation.to_ascii_lowercase().as_str() {
        "getcapabilities" | "capabilities" => capabilities::answer(ask).await,
        "getmap" | "map" => map::answer(ask, version).await,
        "getfeatureinfo" | "feature_info" => info::answer(ask, version).await,
        "getlegendgraphic" => legend::answer(ask).await,
        "getstyles" => legend::styles(ask).await,
        _ => Err(Exception::no_operation(operation, OPERATIONS)),
    }
}

/// A colour as `0xRRGGBB`.
fn colour(text: &str) -> Option<crate::render::Colour> {
    maps::colour(text)
}
