//! OGC API - Maps (20-058): the city and its layers as pictures, in any system that is offered.

mod legend;
mod params;

use axum::{
    extract::Path,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use city::Layer;
use utoipa::{OpenApi, ToSchema};

use super::{
    Part, collections,
    refusals::{BadParameter, NoCollection, NoStyle},
    styles::{CITY_STYLE, DEFAULT_STYLE, no_style},
};
use crate::{
    error::Problem,
    http::{ask::Ask, base::Base, etag::ETag, format::Format, link::Link, work::blocking},
    maps::{self, Composition, Sheet},
    store::LayerView,
};
use params::MapRequest;
pub(crate) use params::colour;

pub use legend::{
    Legend, LegendLayer, of_city as legend_of_city, of_collection as legend_of_collection,
};

/// Relation of a resource to its map.
const MAP: &str = "http://www.opengis.net/def/rel/ogc/1.0/map";

/// A picture of so many pixels a side has its sources written on it; a smaller one may be a tile.
const SIGNED_FROM: u32 = 300;

/// Maps.
pub const PART: Part = Part {
    name: "OGC API - Maps",
    conformance: &[
        "http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/core",
        "http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/dataset-map",
        "http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/collection-map",
        "http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/collections-selection",
        "http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/styled-map",
        "http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/background",
        "http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/crs",
        "http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/datetime",
        "http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/png",
        "http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/jpeg",
    ],
    landing_links: |base: &Base| {
        vec![
            Link::new(MAP, base.url("/map"))
                .of_type("image/png")
                .titled("Bản đồ toàn thành phố · Map of the city"),
        ]
    },
    collection_links: |base: &Base, layer: &Layer| {
        let own = format!("/collections/{}", layer.id);
        vec![
            Link::new(MAP, base.url(&format!("{own}/map")))
                .of_type("image/png")
                .titled("Bản đồ · Map"),
            Link::new("legend", base.url(&format!("{own}/styles/default/legend")))
                .of_type("image/png")
                .titled("Chú giải · Legend"),
        ]
    },
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(
    of_city,
    of_collection,
    of_city_style,
    of_collection_style,
    legend::of_city,
    legend::of_collection
))]
struct Document;

/// The parameters of a map, in the API document.
#[derive(Debug, utoipa::IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the API document alone reads it; params.rs reads requests")]
pub struct MapParameters {
    /// Four or six numbers in the order of the axes of bbox-crs; the whole layer where not given
    bbox: Option<String>,
    /// System of bbox; CRS84 where not given
    #[param(rename = "bbox-crs")]
    bbox_crs: Option<String>,
    /// System of the map; CRS84 where not given
    crs: Option<String>,
    /// Width in pixels, at most 8192; from the other side where not given
    #[param(minimum = 1, maximum = 8192)]
    width: Option<u32>,
    /// Height in pixels, at most 8192
    #[param(minimum = 1, maximum = 8192)]
    height: Option<u32>,
    /// Colour of the paper: 0xRRGGBB, #RRGGBB or a name
    bgcolor: Option<String>,
    /// Whether there is nothing where nothing is drawn
    transparent: Option<bool>,
    /// Instant, date, or START/END with '..' for an open end: only what holds then
    datetime: Option<String>,
    /// CQL2: only features for which it is true; every collection with features must have the properties that it names
    filter: Option<String>,
    /// cql2-text, which is so where not given, or cql2-json
    #[param(rename = "filter-lang")]
    filter_lang: Option<String>,
    /// System of the filter's coordinates; CRS84 where not given
    #[param(rename = "filter-crs")]
    filter_crs: Option<String>,
    /// png, jpeg, webp
    f: Option<String>,
}

/// A map of the city.
#[utoipa::path(
    get, path = "/map", tag = "Maps", operation_id = "getMap",
    params(
        MapParameters,
        ("collections" = Option<String>, Query, description = "Identifiers separated by commas, the lowest first, each drawn in its own style; the whole city in its own style when left out"),
    ),
    responses(
        (status = 200, description = "The map", content((String = "image/png"), (String = "image/jpeg"), (String = "image/webp"))),
        BadParameter,
    )
)]
pub async fn of_city(ask: Ask) -> Result<Response, Problem> {
    let views = match ask.query.get("collections") {
        Some(list) => selected(&ask, list)?,
        None => return respond(&ask, city(&ask)).await,
    };
    respond(&ask, Composition::Stack(views)).await
}

/// A map of the city in a style.
#[utoipa::path(
    get, path = "/styles/{styleId}/map", tag = "Maps", operation_id = "getStyleMap",
    params(("styleId" = String, Path, description = "Identifier of a style"), MapParameters),
    responses(
        (status = 200, description = "The map", content((String = "image/png"), (String = "image/jpeg"), (String = "image/webp"))),
        BadParameter, NoStyle,
    )
)]
pub async fn of_city_style(Path(style): Path<String>, ask: Ask) -> Result<Response, Problem> {
    if style != CITY_STYLE {
        return Err(no_style(&style, "/styles"));
    }
    respond(&ask, city(&ask)).await
}

/// A map of a collection.
#[utoipa::path(
    get, path = "/collections/{collectionId}/map", tag = "Maps", operation_id = "getCollectionMap",
    params(("collectionId" = String, Path, description = "Identifier of a collection"), MapParameters),
    responses(
        (status = 200, description = "The map", content((String = "image/png"), (String = "image/jpeg"), (String = "image/webp"))),
        BadParameter, NoCollection,
    )
)]
pub async fn of_collection(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let view = collections::seen(&ask, &id)?;
    respond(&ask, Composition::Stack(vec![view])).await
}

/// A map of a collection in a style.
#[utoipa::path(
    get, path = "/collections/{collectionId}/styles/{styleId}/map", tag = "Maps",
    operation_id = "getCollectionStyleMap",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("styleId" = String, Path, description = "Identifier of a style"),
        MapParameters,
    ),
    responses(
        (status = 200, description = "The map", content((String = "image/png"), (String = "image/jpeg"), (String = "image/webp"))),
        BadParameter, NoStyle,
    )
)]
pub async fn of_collection_style(
    Path((id, style)): Path<(String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    let view = styled(&ask, &id, &style)?;
    respond(&ask, Composition::Stack(vec![view])).await
}

/// A collection in a style that it has.
fn styled(ask: &Ask, id: &str, style: &str) -> Result<LayerView, Problem> {
    let view = collections::seen(ask, id)?;
    let is_known = style == DEFAULT_STYLE || view.layer().style.as_deref() == Some(style);
    if is_known { Ok(view) } else { Err(no_style(style, &format!("/collections/{id}/styles"))) }
}

/// The whole city as a caller sees it.
pub(crate) fn city(ask: &Ask) -> Composition {
    let city = ask.app.store.city();
    Composition::City(city.title.clone(), city.layers(&ask.caller.viewer))
}

fn selected(ask: &Ask, list: &str) -> Result<Vec<LayerView>, Problem> {
    let city = ask.app.store.city();
    let ids = list.split(',').map(str::trim).filter(|id| !id.is_empty());
    let views = ids.map(|id| {
        city.layer(id, &ask.caller.viewer).ok_or_else(|| {
            let id: String = id.chars().take(80).collect();
            Problem::parameter(
                "collections",
                format!("không có lớp dữ liệu '{id}'; danh sách ở /collections"),
                format!("there is no collection '{id}'; /collections lists them"),
            )
        })
    });
    views.collect()
}

async fn respond(ask: &Ask, composition: Composition) -> Result<Response, Problem> {
    let limits = &ask.app.config.limits;
    let request = MapRequest::read(&ask.query, &ask.headers, limits, &composition)?;
    let (app, asked) = (ask.app.clone(), composition.clone());
    let style = blocking(move || maps::compose(&app, &asked)).await?;
    let tag = ETag::of(&["map", style.tag.as_str(), &request.key()]);
    if tag.is_known_to(&ask.headers) {
        return Ok(ask.marked(tag.answer(&ask.headers, || ().into_response())));
    }
    let frame = request.frame()?;
    let (format, bbox, crs) = (request.format, request.bbox, request.crs);
    let (paper, wanted) = (request.paper, request.wanted);
    let is_alone = Sheet::is_alone(&frame);
    let sheet = Sheet { composition, style, frame, paper, wanted, is_alone };
    let bytes = maps::draw(&ask.app, sheet, move |app, sheet, mut canvas| {
        let (width, height) = canvas.size();
        if width.min(height) >= SIGNED_FROM {
            maps::sign(app, sheet, &mut canvas);
        }
        maps::encode(sheet, canvas, format)
    })
    .await?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    let edges = if crs.is_north_first() { bbox.swapped() } else { bbox };
    let edges = format!("{},{},{},{}", edges.min_x, edges.min_y, edges.max_x, edges.max_y);
    for (name, value) in [("content-crs", format!("<{}>", crs.uri())), ("content-bbox", edges)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    tag.tag(&mut response);
    Ok(ask.marked(response))
}

/// The formats of a map.
const FORMATS: [Format; 3] = [Format::Png, Format::Jpeg, Format::Webp];
