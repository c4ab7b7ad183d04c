//! `/search`: names, addresses, codes, parcels and coordinates, whatever accents they are typed
//! with.
//!
//! An index holds each different text of a layer once, folded. Columns that are not public are
//! never in it; whether a caller may see a found feature is asked of the store, as everywhere.

mod build;
mod coordinates;
mod fields;
mod find;
mod index;
mod searcher;
mod words;

use std::time::Duration;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use city::Layer;
use serde_json::json;
use utoipa::OpenApi;

pub use find::{Hit, Search};
pub use searcher::Searcher;

use crate::{
    error::Problem,
    http::{
        ask::Ask,
        base::Base,
        format::Format,
        link::Link,
        query::{Query, encode},
        work::blocking,
    },
    ogc::{Part, refusals::BadParameter},
    state::App,
};

/// Search.
pub const PART: Part = Part {
    name: "Search",
    conformance: &[],
    landing_links: |base| {
        let link = Link::new("search", base.url("/search?q={q}")).as_template();
        vec![link.of_type(Format::GeoJson.media_type()).titled("Tìm kiếm · Search")]
    },
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(show))]
struct Document;

const LIMIT_DEFAULT: usize = 10;
const LIMIT_MAX: usize = 100;
const LONGEST: usize = 200;

/// Names, addresses, codes, parcels and coordinates.
#[utoipa::path(
    get, path = "/search", tag = "Search", operation_id = "search",
    params(
        ("q" = String, Query, description = "What is looked for: 'tran phu', 'tờ 12 thửa 34', '15.5736, 108.4740', '577453.963 1722531.703'"),
        ("limit" = Option<u64>, Query, minimum = 1, description = "How many answers, 10 where not given, at most 100"),
        ("bbox" = Option<String>, Query, description = "Only inside this box: west,south,east,north in longitude and latitude"),
        ("layers" = Option<String>, Query, description = "Only in these collections, separated by commas"),
        ("f" = Option<String>, Query, description = "geojson (or json)"),
    ),
    responses(
        (status = 200, description = "Points with label, detail, collection, kind; best first", content_type = "application/geo+json", body = Object),
        BadParameter,
    )
)]
pub async fn show(ask: Ask) -> Result<Response, Problem> {
    ask.format_besides(&["q", "limit", "bbox", "layers"], &[Format::GeoJson])?;
    let search = read(&ask.query)?;
    let (app, viewer) = (ask.app.clone(), ask.caller.viewer.clone());
    wait_until_ready(&app).await;
    let work = move || {
        let city = app.store.city();
        Ok((app.searcher.search(&city, &viewer, &search), app.searcher.is_ready(&city)))
    };
    let (hits, ready) = blocking(work).await?;
    let features: Vec<_> = hits.iter().map(|hit| feature(&ask.base, hit)).collect();
    // While the index is made after a start or an import, answers may be missing: `ready` says so.
    let document = json!({
        "type": "FeatureCollection", "numberReturned": features.len(), "ready": ready, "features": features,
    });
    let media_type = HeaderValue::from_static(Format::GeoJson.media_type());
    let no_cache = HeaderValue::from_static("no-cache");
    let fields = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, no_cache)];
    Ok(ask.marked((fields, document.to_string()).into_response()))
}

/// Waits a moment for an index that is being made: right after a start an answer that comes a
/// little later is better than one that misses what is there.
async fn wait_until_ready(app: &App) {
    const TRIES: usize = 30;
    for _ in 0..TRIES {
        if app.searcher.is_ready(&app.store.city()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn read(query: &Query) -> Result<Search, Problem> {
    let q = query.get("q").map(str::trim).filter(|q| !q.is_empty());
    let q =
        q.ok_or_else(|| Problem::parameter("q", "hãy ghi điều cần tìm", "say what is looked for"))?;
    if q.chars().count() > LONGEST {
        return Err(Problem::parameter(
            "q",
            format!("dài quá {LONGEST} ký tự"),
            format!("is longer than {LONGEST} characters"),
        ));
    }
    let limit = query.positive("limit")?.and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(LIMIT_DEFAULT).min(LIMIT_MAX);
    Ok(Search {
        text: q.to_owned(),
        limit,
        bbox: query.lon_lat_box()?,
        layers: query.names("layers"),
    })
}

fn feature(base: &Base, hit: &Hit) -> serde_json::Value {
    let (lon, lat) = hit.point;
    let bbox = <[f64; 4]>::from(hit.bbox).map(round);
    let mut feature = json!({
        "type": "Feature",
        "id": hit.id,
        "geometry": {"type": "Point", "coordinates": [round(lon), round(lat)]},
        "bbox": bbox,
        "properties": {
            "label": hit.label,
            "detail": hit.detail.vi,
            "detail_en": hit.detail.en,
            "kind": hit.kind,
            "collection": hit.collection,
            "layer": hit.collection,
            "id": hit.id,
            "synthetic": hit.synthetic,
        },
    });
    if let Some(collection) = &hit.collection {
        let href = base.url(&format!("/collections/{collection}/items/{}", encode(&hit.id)));
        feature["links"] = json!([{"rel": "item", "href": href, "type": "application/geo+json"}]);
    }
    feature
}

/// To the millimetre.
fn round(degrees: f64) -> f64 {
    (degrees * 1e8).round() / 1e8
}
