//! OGC API - Styles (draft 20-009): how maps of the city are drawn, as MapLibre documents.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use city::Layer;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::{Part, collections};
use crate::{
    caller::Caller,
    error::Problem,
    http::{answer, base::Base, format::Format, link::Link, query::Query},
    state::App,
    store::LayerView,
    styles::{self, Composer, Fragment},
};

/// The style of the whole city.
const CITY_STYLE: &str = "dothi";
/// The only style of a collection.
const DEFAULT_STYLE: &str = "default";

/// Styles.
pub const PART: Part = Part {
    name: "OGC API - Styles",
    conformance: &[
        "http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/core",
        "http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/mapbox-style",
    ],
    landing_links: |base: &Base| {
        vec![
            Link::new("http://www.opengis.net/def/rel/ogc/1.0/styles", base.url("/styles"))
                .of_type(Format::Json.media_type())
                .titled("Kiểu bản đồ · Styles"),
        ]
    },
    collection_links: |base: &Base, layer: &Layer| {
        let own = base.url(&format!("/collections/{}/styles", layer.id));
        vec![
            Link::new("http://www.opengis.net/def/rel/ogc/1.0/styles", own)
                .of_type(Format::Json.media_type())
                .titled("Kiểu bản đồ · Styles"),
        ]
    },
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(list, show, of_collection, one_of_collection))]
struct Document;

/// The styles of something.
#[derive(Debug, Serialize, ToSchema)]
pub struct Styles {
    /// Identifier of the one to begin with.
    pub default: &'static str,
    /// Each style with where it is.
    pub styles: Vec<Style>,
    /// Where this document is.
    pub links: Vec<Link>,
}

/// A style of the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Style {
    /// Identifier.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// Where it is.
    pub links: Vec<Link>,
}

const DOCUMENT: [Format; 1] = [Format::MapboxStyle];

/// The styles of the whole city.
#[utoipa::path(
    get, path = "/styles", tag = "Styles", operation_id = "getStyles",
    params(("f" = Option<String>, Query, description = "json")),
    responses((status = 200, description = "The styles", body = Styles))
)]
pub async fn list(
    State(app): State<App>,
    base: Base,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let format = Format::choose(query.get("f"), &headers, &[Format::Json])?;
    let title = app.store.city().title.vi.clone();
    answer::json(&headers, format, &styles_of(base.url("/styles"), CITY_STYLE, title))
}

/// The style of the whole city as a MapLibre document.
#[utoipa::path(
    get, path = "/styles/{styleId}", tag = "Styles", operation_id = "getStyle",
    params(
        ("styleId" = String, Path, description = "Identifier of a style"),
        ("f" = Option<String>, Query, description = "mapbox"),
    ),
    responses(
        (status = 200, description = "The style", content_type = "application/vnd.mapbox.style+json"),
        (status = 404, description = "No such style", body = crate::error::ProblemDocument,
         content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    base: Base,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let format = chosen(&query, &headers)?;
    if id != CITY_STYLE {
        return Err(no_style(&id, "/styles"));
    }
    let city = app.store.city();
    let views = city.layers(&caller.viewer);
    let drawn: Vec<(LayerView, Fragment)> = views
        .into_iter()
        .filter_map(|view| fragment(&app, view.layer()).map(|fragment| (view, fragment)))
        .collect();
    let layers: Vec<(&Layer, &Fragment)> = drawn.iter().map(|(v, f)| (v.layer(), f)).collect();
    let composer = Composer { base: base.as_str(), code_lists: &app.codelists };
    let mut response = answer::json(&headers, format, &composer.city(&city.title, &layers))?;
    caller.mark(&mut response);
    Ok(response)
}

/// The styles of a collection.
#[utoipa::path(
    get, path = "/collections/{collectionId}/styles", tag = "Styles",
    operation_id = "getCollectionStyles",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("f" = Option<String>, Query, description = "json"),
    ),
    responses(
        (status = 200, description = "The styles", body = Styles),
        (status = 404, description = "No such collection", body = crate::error::ProblemDocument,
         content_type = "application/problem+json"),
    )
)]
pub async fn of_collection(
    State(app): State<App>,
    Path(id): Path<String>,
    base: Base,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let format = Format::choose(query.get("f"), &headers, &[Format::Json])?;
    let view = collections::seen(&app, &caller, &id)?;
    let own = base.url(&format!("/collections/{id}/styles"));
    let title = view.layer().title.vi.clone();
    let mut response = answer::json(&headers, format, &styles_of(own, DEFAULT_STYLE, title))?;
    caller.mark(&mut response);
    Ok(response)
}

/// The style of a collection as a MapLibre document.
#[utoipa::path(
    get, path = "/collections/{collectionId}/styles/{styleId}", tag = "Styles",
    operation_id = "getCollectionStyle",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("styleId" = String, Path, description = "Identifier of a style"),
        ("f" = Option<String>, Query, description = "mapbox"),
    ),
    responses(
        (status = 200, description = "The style", content_type = "application/vnd.mapbox.style+json"),
        (status = 404, description = "No such collection or style",
         body = crate::error::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn one_of_collection(
    State(app): State<App>,
    Path((id, style)): Path<(String, String)>,
    base: Base,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let format = chosen(&query, &headers)?;
    let view = collections::seen(&app, &caller, &id)?;
    let layer = view.layer();
    let is_known = style == DEFAULT_STYLE || layer.style.as_deref() == Some(style.as_str());
    let fragment = fragment(&app, layer).filter(|_| is_known);
    let fragment =
        fragment.ok_or_else(|| no_style(&style, &format!("/collections/{id}/styles")))?;
    let composer = Composer { base: base.as_str(), code_lists: &app.codelists };
    let mut response = answer::json(&headers, format, &composer.layer(layer, &fragment))?;
    caller.mark(&mut response);
    Ok(response)
}

/// `f=json` names the document as well: it is one, and many clients ask so.
fn chosen(query: &Query, headers: &HeaderMap) -> Result<Format, Problem> {
    match query.get("f") {
        Some("json") => Ok(Format::MapboxStyle),
        f => match Format::choose(f, headers, &[Format::MapboxStyle, Format::Json])? {
            Format::Json => Ok(Format::MapboxStyle),
            format => Ok(format),
        },
    }
}

fn styles_of(own: String, id: &'static str, title: String) -> Styles {
    let media_type = DOCUMENT[0].media_type();
    let link = Link::new("stylesheet", format!("{own}/{id}")).of_type(media_type);
    Styles {
        default: id,
        styles: vec![Style { id: id.into(), title, links: vec![link] }],
        links: vec![Link::new("self", own).of_type(Format::Json.media_type())],
    }
}

fn no_style(id: &str, list: &str) -> Problem {
    let id: String = id.chars().take(80).collect();
    Problem::not_found(
        format!("Không có kiểu bản đồ '{id}'; danh sách ở {list}."),
        format!("There is no style '{id}'; {list} lists them."),
    )
}

/// How a layer is drawn: by the data folder's own document where the catalogue names one, else as
/// its role is.
fn fragment(app: &App, layer: &Layer) -> Option<Fragment> {
    let own = layer.style.as_deref().and_then(|name| {
        let path = app.config.data.join("styles").join(format!("{name}.json"));
        match Fragment::read(&path) {
            Ok(fragment) => Some(fragment),
            Err(error) => {
                tracing::warn!(%error, layer = %layer.id, "the role's style takes its place");
                None
            }
        }
    });
    own.or_else(|| styles::fragment_of(layer.role).cloned())
}
