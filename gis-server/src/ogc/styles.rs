//! OGC API - Styles (draft 20-009): how maps of the city are drawn, as MapLibre documents.

use axum::{extract::Path, response::Response};
use city::{Layer, Title};
use serde::Serialize;
use serde_json::Value;
use utoipa::{OpenApi, ToSchema};

use super::{
    Part, collections,
    refusals::{NoCollection, NoStyle},
};
use crate::{
    codelists::Shelf,
    error::Problem,
    html,
    http::{
        ask::{Ask, JSON_OR_PAGE},
        base::Base,
        etag::ETag,
        format::Format,
        link::Link,
        work::in_turn,
    },
    maps::Composition,
    sld,
    state::App,
    store::LayerView,
    styles::{self, Composer, Fragment},
};

/// The style of the whole city.
pub(crate) const CITY_STYLE: &str = "dothi";
/// The only style of a collection.
pub(crate) const DEFAULT_STYLE: &str = "default";

/// Styles.
pub const PART: Part = Part {
    name: "OGC API - Styles",
    conformance: &[
        "http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/core",
        "http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/mapbox-style",
        "http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/sld-11",
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

/// The formats of a style.
const FORMATS: [Format; 3] = [Format::MapboxStyle, Format::Sld, Format::Html];

/// The styles of the whole city.
#[utoipa::path(
    get, path = "/styles", tag = "Styles", operation_id = "getStyles",
    params(("f" = Option<String>, Query, description = "json or html")),
    responses((status = 200, description = "The styles", body = Styles))
)]
pub async fn list(ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&JSON_OR_PAGE)?;
    let title = ask.app.store.city().title.clone();
    answer_list(&ask, format, "/styles", CITY_STYLE, &title)
}

/// The style of the whole city as a MapLibre document.
#[utoipa::path(
    get, path = "/styles/{styleId}", tag = "Styles", operation_id = "getStyle",
    params(
        ("styleId" = String, Path, description = "Identifier of a style"),
        ("f" = Option<String>, Query, description = "mapbox (or json), sld, html"),
    ),
    responses(
        (status = 200, description = "The style", content((Object = "application/vnd.mapbox.style+json"), (String = "application/vnd.ogc.sld+xml"))),
        NoStyle,
    )
)]
pub async fn show(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&FORMATS)?;
    if id != CITY_STYLE {
        return Err(no_style(&id, "/styles"));
    }
    let city = ask.app.store.city();
    let views = city.layers(&ask.caller.viewer);
    if format == Format::Sld {
        return answer_sld(&ask, views).await;
    }
    let drawn: Vec<(LayerView, Fragment)> = views
        .into_iter()
        .filter_map(|view| fragment(&ask.app, view.layer()).map(|fragment| (view, fragment)))
        .collect();
    let layers: Vec<(&Layer, &Fragment)> = drawn.iter().map(|(v, f)| (v.layer(), f)).collect();
    let shelf = ask.app.codelists.now();
    let style = composer(&ask, &shelf).city(&city.title, &layers);
    answer_style(&ask, format, "/styles", &style)
}

/// The styles of a collection.
#[utoipa::path(
    get, path = "/collections/{collectionId}/styles", tag = "Styles",
    operation_id = "getCollectionStyles",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses((status = 200, description = "The styles", body = Styles), NoCollection)
)]
pub async fn of_collection(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&JSON_OR_PAGE)?;
    let view = collections::seen(&ask, &id)?;
    let path = format!("/collections/{id}/styles");
    answer_list(&ask, format, &path, DEFAULT_STYLE, &view.layer().title)
}

/// The style of a collection as a MapLibre document.
#[utoipa::path(
    get, path = "/collections/{collectionId}/styles/{styleId}", tag = "Styles",
    operation_id = "getCollectionStyle",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("styleId" = String, Path, description = "Identifier of a style"),
        ("f" = Option<String>, Query, description = "mapbox (or json), sld, html"),
    ),
    responses(
        (status = 200, description = "The style", content((Object = "application/vnd.mapbox.style+json"), (String = "application/vnd.ogc.sld+xml"))),
        NoStyle,
    )
)]
pub async fn one_of_collection(
    Path((id, style)): Path<(String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    let format = ask.format(&FORMATS)?;
    let view = collections::seen(&ask, &id)?;
    let (layer, list) = (view.layer(), format!("/collections/{id}/styles"));
    let is_known = style == DEFAULT_STYLE || layer.style.as_deref() == Some(style.as_str());
    let fragment = fragment(&ask.app, layer).filter(|_| is_known);
    let fragment = fragment.ok_or_else(|| no_style(&style, &list))?;
    if format == Format::Sld {
        return answer_sld(&ask, vec![view]).await;
    }
    let shelf = ask.app.codelists.now();
    answer_style(&ask, format, &list, &composer(&ask, &shelf).layer(layer, &fragment))
}

fn composer<'a>(ask: &'a Ask, shelf: &'a Shelf) -> Composer<'a> {
    Composer { base: ask.base.as_str(), code_lists: &shelf.lists }
}

/// A list at a path that holds one style.
fn answer_list(
    ask: &Ask,
    format: Format,
    path: &str,
    id: &'static str,
    title: &Title,
) -> Result<Response, Problem> {
    let own = ask.base.url(&format!("{path}/{id}"));
    let to = |rel: &str, format: Format| {
        Link::new(rel, format!("{own}?f={}", format.name())).of_type(format.essence())
    };
    let links = vec![
        to("stylesheet", Format::MapboxStyle),
        to("stylesheet", Format::Sld),
        to("alternate", Format::Html),
    ];
    let document = Styles {
        default: id,
        styles: vec![Style { id: id.into(), title: title.vi.clone(), links }],
        links: ask.own_links(path, format, &JSON_OR_PAGE),
    };
    ask.answer(format, &document, |document| html::styles::list(&ask.base, path, title, document))
}

/// A style as a document, or as a page with its legend.
fn answer_style(
    ask: &Ask,
    format: Format,
    list: &str,
    document: &Value,
) -> Result<Response, Problem> {
    ask.answer(format, document, |document| html::styles::show(&ask.base, list, document))
}

/// The styles of layers as SLD.
async fn answer_sld(ask: &Ask, views: Vec<LayerView>) -> Result<Response, Problem> {
    let (app, base) = (ask.app.clone(), ask.base.as_str().to_owned());
    let document = in_turn(&ask.app.maps.turns, move |_| {
        sld::document(&app, &base, &Composition::Stack(views))
    });
    let document = document.await?;
    Ok(ask.tagged(&ETag::of_bytes(&document), Format::Sld, || document))
}

pub(crate) fn no_style(id: &str, list: &str) -> Problem {
    let id: String = id.chars().take(80).collect();
    Problem::not_found(
        format!("Không có kiểu bản đồ '{id}'; danh sách ở {list}."),
        format!("There is no style '{id}'; {list} lists them."),
    )
}

/// How a layer is drawn: by the data folder's own document where the catalogue names one, else as
/// its role is.
pub(crate) fn fragment(app: &App, layer: &Layer) -> Option<Fragment> {
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
