//! Web Feature Service 2.0 (OGC 09-025r2), class Simple WFS, with filters of FES 2.0 (OGC 09-026r2).

mod capabilities;
mod compare;
mod features;
mod fes;
mod filter;
mod geometry;
pub mod gml;
mod node;
mod post;
mod request;
mod schema;
mod srs;
mod stored;

use axum::{body::Bytes, response::Response};
use city::Layer;
use utoipa::OpenApi;

use crate::{
    error::Problem,
    http::{base::Base, link::Link},
    ogc::Part,
    ows::{self, Exception, Kvp, OwsAsk, kvp::shown},
};
use node::Node;

/// The namespace of WFS 2.0.
const WFS: &str = "http://www.opengis.net/wfs/2.0";
/// The namespace of FES 2.0.
const FES: &str = "http://www.opengis.net/fes/2.0";
/// The namespace of OWS 1.1.
const OWS: &str = "http://www.opengis.net/ows/1.1";

/// Where the schema of GML 3.2 is.
const GML_SCHEMA: &str = "http://schemas.opengis.net/gml/3.2.1/gml.xsd";

/// The operations.
const OPERATIONS: &str =
    "GetCapabilities, DescribeFeatureType, GetFeature, ListStoredQueries, DescribeStoredQueries";

/// WFS.
pub const PART: Part = Part {
    name: "OGC Web Feature Service",
    conformance: &["http://www.opengis.net/spec/wfs/2.0/conf/simple"],
    landing_links: |base: &Base| {
        vec![
            Link::new("service", base.url("/wfs?service=WFS&request=GetCapabilities"))
                .of_type("text/xml")
                .titled("WFS 2.0"),
        ]
    },
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(get, post))]
struct Document;

/// Web Feature Service 2.0: parameters whose names have no case.
#[utoipa::path(
    get, path = "/wfs", tag = "WFS", operation_id = "wfs",
    params(
        ("service" = Option<String>, Query, description = "WFS"),
        ("request" = Option<String>, Query, description = "GetCapabilities, DescribeFeatureType, GetFeature, ListStoredQueries, DescribeStoredQueries"),
        ("version" = Option<String>, Query, description = "2.0.0"),
        ("typeNames" = Option<String>, Query, description = "Identifier of a collection, with the prefix dothi: or without"),
        ("srsName" = Option<String>, Query, description = "System of the answer; as URN in the order of its axes, as EPSG:4326 east first"),
        ("bbox" = Option<String>, Query, description = "Four numbers and the system that they are in"),
        ("filter" = Option<String>, Query, description = "A filter of FES 2.0 as XML"),
        ("count" = Option<String>, Query, description = "How many features at most"),
        ("startIndex" = Option<String>, Query, description = "How many are passed over"),
        ("sortBy" = Option<String>, Query, description = "Properties separated by commas, each with ASC or DESC"),
        ("outputFormat" = Option<String>, Query, description = "application/gml+xml; version=3.2 or application/json"),
        ("resultType" = Option<String>, Query, description = "results or hits"),
    ),
    responses(
        (status = 200, description = "Capabilities, a schema, features", content((String = "text/xml"), (String = "application/gml+xml"), (Object = "application/json"))),
        (status = 400, description = "An exception report", content_type = "text/xml"),
    )
)]
pub async fn get(ask: OwsAsk) -> Result<Response, Problem> {
    let filter = ask.kvp.get("filter").map(|text| text.to_owned());
    let asked = match filter.map(|text| Node::parse(text.as_bytes())).transpose() {
        Ok(filter) => dispatch(&ask, filter).await,
        Err(error) => Err(error.about("filter")),
    };
    Ok(answered(&ask, asked))
}

/// Web Feature Service 2.0: a request as XML, or as a form.
#[utoipa::path(
    post, path = "/wfs", tag = "WFS", operation_id = "wfsPost",
    request_body(description = "A request of WFS 2.0", content((String = "text/xml"), (String = "application/xml"), (String = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "Capabilities, a schema, features", content((String = "text/xml"), (String = "application/gml+xml"), (Object = "application/json"))),
        (status = 400, description = "An exception report", content_type = "text/xml"),
    )
)]
pub async fn post(mut ask: OwsAsk, body: Bytes) -> Result<Response, Problem> {
    let asked = match post::read(&body) {
        Ok(posted) => {
            ask.kvp = posted.kvp;
            dispatch(&ask, posted.filter).await
        }
        Err(error) => Err(error),
    };
    Ok(answered(&ask, asked))
}

fn answered(ask: &OwsAsk, asked: Result<Response, Exception>) -> Response {
    let mut response = asked.unwrap_or_else(|exception| {
        let mut response = ows::answer(ows::TEXT_XML, exception.report(OWS, "2.0.0"));
        *response.status_mut() = exception.status;
        response
    });
    ask.caller.mark(&mut response);
    response
}

async fn dispatch(ask: &OwsAsk, filter: Option<Node>) -> Result<Response, Exception> {
    check_service(&ask.kvp)?;
    let operation = ask.kvp.needed("request")?;
    match operation.to_ascii_lowercase().as_str() {
        "getcapabilities" => capabilities::answer(ask),
        "describefeaturetype" => schema::answer(ask),
        "getfeature" => features::answer(ask, filter).await,
        "liststoredqueries" => stored::list(ask),
        "describestoredqueries" => stored::describe(ask),
        _ => Err(Exception::no_operation(operation, OPERATIONS)),
    }
}

fn check_service(kvp: &Kvp) -> Result<(), Exception> {
    match kvp.get("service") {
        Some(other) if !other.eq_ignore_ascii_case("WFS") => {
            let other = shown(other);
            Err(Exception::invalid(
                "service",
                format!("ở đây chỉ có WFS, không có '{other}'"),
                format!("there is WFS here, not '{other}'"),
            ))
        }
        _ => Ok(()),
    }
}
