//! Web Map Tile Service 1.0 (OGC 07-057r7): maps as tiles of the grids that are offered, by parameters and
//! by addresses.

mod capabilities;
mod tile;

use axum::{extract::Path, response::Response};
use city::Layer;
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use crate::{
    error::Problem,
    http::{base::Base, link::Link},
    ogc::Part,
    ows::{self, Exception, Kvp, OwsAsk, kvp::shown},
};
use tile::TileAsk;

/// The namespace of OWS 1.1.
const OWS: &str = "http://www.opengis.net/ows/1.1";

/// The operations.
const OPERATIONS: &str = "GetCapabilities, GetTile, GetFeatureInfo";

/// WMTS.
pub const PART: Part = Part {
    name: "OGC Web Map Tile Service",
    conformance: &[
        "http://www.opengis.net/spec/wmts/1.0/conf/server/kvp",
        "http://www.opengis.net/spec/wmts/1.0/conf/server/rest",
    ],
    landing_links: |base: &Base| {
        vec![
            Link::new("service", base.url("/wmts?service=WMTS&request=GetCapabilities"))
                .of_type("application/xml")
                .titled("WMTS 1.0"),
        ]
    },
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(get, rest_capabilities, rest_tile))]
struct Document;

/// Web Map Tile Service 1.0: parameters whose names have no case.
#[utoipa::path(
    get, path = "/wmts", tag = "WMTS", operation_id = "wmts",
    params(
        ("service" = Option<String>, Query, description = "WMTS"),
        ("request" = Option<String>, Query, description = "GetCapabilities, GetTile, GetFeatureInfo"),
        ("layer" = Option<String>, Query, description = "Identifier of a collection, or 'dothi' for the whole city"),
        ("style" = Option<String>, Query, description = "default"),
        ("tileMatrixSet" = Option<String>, Query, description = "WebMercatorQuad or VN2000-TM3-10745"),
        ("tileMatrix" = Option<String>, Query, description = "Zoom"),
        ("tileRow" = Option<String>, Query, description = "Row from the north"),
        ("tileCol" = Option<String>, Query, description = "Column from the west"),
        ("format" = Option<String>, Query, description = "image/png, image/webp, image/jpeg"),
    ),
    responses(
        (status = 200, description = "Capabilities, a tile, what lies at a pixel", content((String = "application/xml"), (String = "image/png"), (String = "image/webp"), (String = "image/jpeg"))),
        (status = 400, description = "An exception report", content_type = "text/xml"),
    )
)]
pub async fn get(ask: OwsAsk) -> Result<Response, Problem> {
    let answered = dispatch(&ask).await;
    Ok(finished(&ask, answered))
}

/// The capabilities by their address.
#[utoipa::path(
    get, path = "/wmts/1.0.0/WMTSCapabilities.xml", tag = "WMTS", operation_id = "wmtsCapabilities",
    responses((status = 200, description = "Capabilities", content_type = "application/xml"))
)]
pub async fn rest_capabilities(ask: OwsAsk) -> Result<Response, Problem> {
    Ok(finished(&ask, Ok(capabilities::answer(&ask))))
}

/// A tile's address, as the variables of its path.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub struct RestTile {
    /// Identifier of a collection, or 'dothi'
    pub layer: String,
    /// default
    pub style: String,
    /// Identifier of a grid
    pub tile_matrix_set: String,
    /// Zoom
    pub tile_matrix: String,
    /// Row from the north
    pub tile_row: String,
    /// Column from the west, with the ending of the format: png, webp or jpg
    pub tile_col: String,
}

/// A tile by its address.
#[utoipa::path(
    get, path = "/wmts/1.0.0/{layer}/{style}/{tileMatrixSet}/{tileMatrix}/{tileRow}/{tileCol}",
    tag = "WMTS", operation_id = "wmtsTile",
    params(RestTile),
    responses(
        (status = 200, description = "The tile", content((String = "image/png"), (String = "image/webp"), (String = "image/jpeg"))),
        (status = 400, description = "An exception report", content_type = "text/xml"),
        (status = 404, description = "No such layer, grid or tile", content_type = "text/xml"),
    )
)]
pub async fn rest_tile(Path(of): Path<RestTile>, ask: OwsAsk) -> Result<Response, Problem> {
    let (col, ending) = of.tile_col.rsplit_once('.').unwrap_or((&of.tile_col, "png"));
    let pairs = [
        ("layer", of.layer.as_str()),
        ("style", &of.style),
        ("tilematrixset", &of.tile_matrix_set),
        ("tilematrix", &of.tile_matrix),
        ("tilerow", &of.tile_row),
        ("tilecol", col),
        ("format", ending),
    ];
    let owned = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let answered = match TileAsk::read(&ask, &Kvp::of(owned.into())) {
        Ok(tile) => tile.answer(&ask).await,
        Err(exception) => Err(exception),
    };
    Ok(finished(&ask, answered))
}

async fn dispatch(ask: &OwsAsk) -> Result<Response, Exception> {
    let kvp = &ask.kvp;
    if let Some(other) = kvp.get("service").filter(|it| !it.eq_ignore_ascii_case("WMTS")) {
        let other = shown(other);
        return Err(Exception::invalid(
            "service",
            format!("ở đây chỉ có WMTS, không có '{other}'"),
            format!("there is WMTS here, not '{other}'"),
        ));
    }
    let operation = kvp.needed("request")?;
    match operation.to_ascii_lowercase().as_str() {
        "getcapabilities" => Ok(capabilities::answer(ask)),
        "gettile" => TileAsk::read(ask, kvp)?.answer(ask).await,
        "getfeatureinfo" => TileAsk::read(ask, kvp)?.info(ask).await,
        _ => Err(Exception::no_operation(operation, OPERATIONS)),
    }
}

fn finished(ask: &OwsAsk, answered: Result<Response, Exception>) -> Response {
    let mut response = answered.unwrap_or_else(|exception| {
        let mut response = ows::answer(ows::TEXT_XML, exception.report(OWS, "1.0.0"));
        *response.status_mut() = exception.status;
        response
    });
    ask.caller.mark(&mut response);
    response
}
