//! `/records`: the catalogue as OGC API - Records (20-004r1): a record for each layer that the caller may see,
//! also as DCAT-AP (JSON-LD, Turtle) and ISO 19139.
//!
//! It stands beside the layers' collections, which keep to what is published.

mod dcat;
mod describe;
mod find;
mod graph;
mod iso;

use axum::{extract::Path, response::Response};
use city::Layer;
use serde_json::json;
use utoipa::OpenApi;

use crate::{
    error::Problem,
    html,
    http::{
        ask::{Ask, JSON_OR_PAGE},
        base::Base,
        format::Format,
        link::Link,
    },
    ogc::{Part, refusals::BadParameter},
    store::LayerView,
};
use describe::Cataloguer;
pub(crate) use describe::{both, polygon};
use find::Wish;

/// Where the API is.
pub const ROOT: &str = "/records";

/// The one catalogue.
pub const CATALOGUE: &str = "catalogue";

/// Formats of the catalogue.
const FORMATS: [Format; 4] = [Format::GeoJson, Format::Html, Format::Dcat, Format::Turtle];

/// Formats of a record.
const FORMATS_OF_ONE: [Format; 5] =
    [Format::GeoJson, Format::Html, Format::Dcat, Format::Turtle, Format::Iso19139];

/// The catalogue.
pub const PART: Part = Part {
    name: "OGC API - Records",
    conformance: &[],
    landing_links: |base| {
        let catalogue = base.url(&format!("{ROOT}/collections/{CATALOGUE}"));
        let dcat = base.url(&format!("{ROOT}/collections/{CATALOGUE}/items?f=dcat"));
        vec![
            Link::new("service", base.url(ROOT))
                .of_type("application/json")
                .titled("Danh mục dữ liệu theo OGC API Records · Catalogue as OGC API Records"),
            Link::new("http://www.opengis.net/def/rel/ogc/1.0/ogc-catalog", catalogue)
                .of_type("application/json")
                .titled("Danh mục dữ liệu · Catalogue"),
            Link::new("describedby", dcat)
                .of_type(Format::Dcat.media_type())
                .titled("Danh mục dữ liệu dạng DCAT-AP · Catalogue as DCAT-AP"),
        ]
    },
    collection_links: |base: &Base, layer: &Layer| {
        let record = base.url(&format!("{ROOT}/collections/{CATALOGUE}/items/{}", layer.id));
        let iso = Link::new("describedby", format!("{record}?f=iso"));
        vec![
            Link::new("describedby", format!("{record}?f=json"))
                .of_type(Format::GeoJson.media_type())
                .titled("Siêu dữ liệu · Metadata record"),
            iso.of_type(Format::Iso19139.media_type()).titled("Siêu dữ liệu ISO 19139 · ISO 19139"),
        ]
    },
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(landing, conformance, collections, catalogue, items, item))]
struct Document;

/// Landing page of the API.
#[utoipa::path(get, path = "/records", tag = "Records", operation_id = "getRecordsLandingPage",
    responses((status = 200, description = "Links", body = Object)))]
pub async fn landing(ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&JSON_OR_PAGE)?;
    let document = describe::landing(&ask.base);
    ask.answer(format, &document, |document| html::records::about(&ask.base, document))
}

/// Which requirement classes are fulfilled.
#[utoipa::path(get, path = "/records/conformance", tag = "Records", operation_id = "getRecordsConformance",
    responses((status = 200, description = "Conformance classes", body = Object)))]
pub async fn conformance(ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&JSON_OR_PAGE)?;
    let document = json!({ "conformsTo": describe::CONFORMANCE });
    ask.answer(format, &document, |_| html::records::conformance(&ask.base, &describe::CONFORMANCE))
}

/// The catalogues: one.
#[utoipa::path(get, path = "/records/collections", tag = "Records", operation_id = "getCatalogues",
    responses((status = 200, description = "Catalogues", body = Object)))]
pub async fn collections(ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&JSON_OR_PAGE)?;
    let own = Link::new("self", ask.base.url(&format!("{ROOT}/collections?f=json")))
        .of_type("application/json");
    let all = [describe::catalogue(&ask.base, &ask.app, &views(&ask))];
    let document = json!({ "links": [own], "collections": all });
    ask.answer(format, &document, |document| html::records::catalogues(&ask.base, document))
}

/// The catalogue: where it is and how it is asked.
#[utoipa::path(get, path = "/records/collections/catalogue", tag = "Records", operation_id = "getCatalogue",
    responses((status = 200, description = "The catalogue", body = Object)))]
pub async fn catalogue(ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&JSON_OR_PAGE)?;
    let document = describe::catalogue(&ask.base, &ask.app, &views(&ask));
    ask.answer(format, &document, |document| html::records::about(&ask.base, document))
}

/// Records, searched.
#[utoipa::path(get, path = "/records/collections/catalogue/items", tag = "Records", operation_id = "getRecords",
    params(
        ("q" = Option<String>, Query, description = "Words that stand in title, description, keywords or columns, accents or not; several, separated by commas, of which one is enough"),
        ("type" = Option<String>, Query, description = "dataset; several separated by commas"),
        ("theme" = Option<String>, Query, description = "Themes or roles of layers, such as planning or buildings, separated by commas, of which one is enough"),
        ("ids" = Option<String>, Query, description = "Identifiers separated by commas"),
        ("bbox" = Option<String>, Query, description = "west,south,east,north: what meets it"),
        ("datetime" = Option<String>, Query, description = "Instant, date, or START/END with '..' for an open end: what holds then; what says no time always holds"),
        ("limit" = Option<u64>, Query, minimum = 1, description = "Records on a page; 100 where not given, 1000 at most"),
        ("offset" = Option<u64>, Query, description = "Records that are passed over, from the 'next' link of the page before"),
        ("f" = Option<String>, Query, description = "geojson (or json), html; all that matches as dcat (JSON-LD) or ttl (Turtle)"),
    ),
    responses(
        (status = 200, description = "Records", content(
            (Object = "application/geo+json"), (Object = "application/ld+json"), (String = "text/turtle"),
        )),
        BadParameter,
    ))]
pub async fn items(ask: Ask) -> Result<Response, Problem> {
    let format = ask.format_besides(&find::PARAMETERS, &FORMATS)?;
    let wish = Wish::read(&ask.query)?;
    let found: Vec<LayerView> =
        views(&ask).into_iter().filter(|view| wish.takes(&ask.app, view)).collect();
    let cataloguer = Cataloguer { app: &ask.app, base: &ask.base };
    if let Format::Dcat | Format::Turtle = format {
        return as_graph(&ask, format, &dcat::catalogue(&cataloguer, &found));
    }
    let page: Vec<_> = found.iter().skip(wish.offset).take(wish.limit).collect();
    let path = format!("{ROOT}/collections/{CATALOGUE}/items");
    let mut links = ask.own_links(&path, format, &FORMATS);
    let next = wish.offset + page.len();
    if next < found.len() && !page.is_empty() {
        let name = if format == Format::Html { "html" } else { "json" };
        let query = ask.query.with(&[("offset", Some(&next.to_string())), ("f", Some(name))]);
        let next = Link::new("next", format!("{}?{query}", ask.base.url(&path)));
        links.push(next.of_type(format.essence()).titled("Trang sau · Next page"));
    }
    let records: Vec<_> = page.iter().map(|view| cataloguer.record(view, Vec::new())).collect();
    let document = json!({
        "type": "FeatureCollection",
        "numberMatched": found.len(),
        "numberReturned": records.len(),
        "features": records,
        "links": links,
    });
    ask.answer(format, &document, |document| html::records::items(&ask.base, &ask.query, document))
}

/// A record.
#[utoipa::path(get, path = "/records/collections/catalogue/items/{recordId}", tag = "Records", operation_id = "getRecord",
    params(
        ("recordId" = String, Path, description = "Identifier of a record, which is that of its layer"),
        ("f" = Option<String>, Query, description = "geojson (or json), html, dcat (JSON-LD), ttl (Turtle), iso (ISO 19139)"),
    ),
    responses(
        (status = 200, description = "The record", content(
            (Object = "application/geo+json"), (Object = "application/ld+json"), (String = "text/turtle"),
            (String = "application/vnd.iso.19139+xml"),
        )),
        (status = 404, description = "No such record", content_type = "application/problem+json"),
    ))]
pub async fn item(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&FORMATS_OF_ONE)?;
    let view = ask.app.store.city().layer(&id, &ask.caller.viewer).ok_or_else(|| {
        let id: String = id.chars().take(80).collect();
        Problem::not_found(
            format!("Danh mục không có bản ghi '{id}'; {ROOT}/collections/{CATALOGUE}/items kể các bản ghi."),
            format!("The catalogue has no record '{id}'; {ROOT}/collections/{CATALOGUE}/items lists them."),
        )
    })?;
    let cataloguer = Cataloguer { app: &ask.app, base: &ask.base };
    match format {
        Format::Dcat | Format::Turtle => as_graph(&ask, format, &dcat::dataset(&cataloguer, &view)),
        Format::Iso19139 => {
            let xml = iso::document(&cataloguer, &view);
            let tag = crate::http::etag::ETag::of_bytes(&xml);
            Ok(ask.tagged(&tag, format, || xml))
        }
        _ => {
            let path = format!("{ROOT}/collections/{CATALOGUE}/items/{id}");
            let own = ask.own_links(&path, format, &FORMATS_OF_ONE);
            let record = cataloguer.record(&view, own);
            ask.answer(format, &record, |record| html::records::item(&ask.base, record))
        }
    }
}

fn as_graph(ask: &Ask, format: Format, graph: &graph::Graph) -> Result<Response, Problem> {
    let bytes = match format {
        Format::Turtle => graph.to_turtle().into_bytes(),
        _ => graph.to_json_ld().to_string().into_bytes(),
    };
    let tag = crate::http::etag::ETag::of_bytes(&bytes);
    Ok(ask.tagged(&tag, format, || bytes))
}

fn views(ask: &Ask) -> Vec<LayerView> {
    ask.app.store.city().layers(&ask.caller.viewer)
}
