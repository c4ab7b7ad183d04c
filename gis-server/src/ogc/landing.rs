//! `/`: the web map for a browser, the landing page for a program or with `f=` (OGC 19-072, 7.2).

use axum::{extract::Request, response::Response};
use city::Layer;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::{PARTS, Part, collections::Bilingual, conformance};
use crate::{
    error::Problem,
    html,
    http::{
        ask::{Ask, JSON_OR_PAGE},
        base::Base,
        format::Format,
        link::Link,
    },
    web,
};

/// What the server is, and where everything is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Landing {
    /// Name of the data, in Vietnamese.
    pub title: String,
    /// What it is, in both languages.
    pub description: String,
    /// What Dothi knows besides.
    pub dothi: CityInfo,
    /// Where everything is.
    pub links: Vec<Link>,
}

/// What is served here.
#[derive(Debug, Serialize, ToSchema)]
pub struct CityInfo {
    /// Name of the city or province.
    pub title: Bilingual,
    /// Whether it was generated as a whole and describes no real place.
    pub synthetic: bool,
    /// Code of the province in the code list `communes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    /// Version of the program.
    pub version: &'static str,
}

/// Common: landing page, conformance, API document.
pub const PART: Part = Part {
    name: "OGC API - Common",
    conformance: &[
        "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
        "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
        "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
        "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html",
        "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas31",
        "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    ],
    landing_links: links,
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(show, conformance::show))]
struct Document;

fn links(base: &Base) -> Vec<Link> {
    let json = Format::Json.media_type();
    vec![
        Link::new("self", base.url("/?f=json")).of_type(json).titled("Trang này · This document"),
        Link::new("alternate", base.url("/?f=html"))
            .of_type("text/html")
            .titled("Trang này dạng HTML · This document as HTML"),
        Link::new("service-desc", base.url("/api?f=json"))
            .of_type(Format::OpenApi.media_type())
            .titled("Tài liệu API · API document (OpenAPI 3.1)"),
        Link::new("service-doc", base.url("/api?f=html"))
            .of_type("text/html")
            .titled("Tài liệu API cho người đọc · API documentation"),
        Link::new("conformance", base.url("/conformance"))
            .of_type(json)
            .titled("Các lớp tuân thủ · Conformance classes"),
        Link::new("http://www.opengis.net/def/rel/ogc/1.0/conformance", base.url("/conformance"))
            .of_type(json)
            .titled("Các lớp tuân thủ · Conformance classes"),
    ]
}

/// The web map for a browser, the landing page for a program.
#[utoipa::path(
    get, path = "/", tag = "Dothi", operation_id = "getLandingPage",
    params(("f" = Option<String>, Query, description = "json or html; without it a browser gets the web map")),
    responses((status = 200, description = "Landing page", body = Landing))
)]
pub async fn show(ask: Ask, request: Request) -> Result<Response, Problem> {
    // The web map keeps its view in the query, so only programs are held to known names.
    let f = ask.query.get("f");
    if f.is_none() && Format::choose(f, &ask.headers, &JSON_OR_PAGE)? == Format::Html {
        return Ok(web::index(&ask.app, request).await);
    }
    let format = ask.format(&JSON_OR_PAGE)?;
    let city = ask.app.store.city();
    let landing = Landing {
        title: city.title.vi.clone(),
        description: "Máy chủ GIS đô thị Dothi · Dothi, the urban GIS server".into(),
        dothi: CityInfo {
            title: (&city.title).into(),
            synthetic: city.synthetic,
            province: city.province.clone(),
            version: env!("CARGO_PKG_VERSION"),
        },
        links: PARTS.iter().flat_map(|part| (part.landing_links)(&ask.base)).collect(),
    };
    ask.answer(format, &landing, |landing| html::landing(&ask.base, landing))
}
