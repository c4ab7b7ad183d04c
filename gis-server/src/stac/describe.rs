//! What the catalogue says of itself.

use city::{Bbox, Interval, Title};
use serde_json::{Value as Json, json};

use super::{RASTERS, ROOT, items::Item};
use crate::{
    http::{ask::Ask, base::Base, format::Format, link::Link},
    records,
};

/// The version of STAC.
pub(super) const VERSION: &str = "1.1.0";

/// The requirement classes that are fulfilled.
pub(super) const CONFORMANCE: [&str; 8] = [
    "https://api.stacspec.org/v1.0.0/core",
    "https://api.stacspec.org/v1.0.0/collections",
    "https://api.stacspec.org/v1.0.0/ogcapi-features",
    "https://api.stacspec.org/v1.0.0/item-search",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/simple-query",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
];

/// The link to the catalogue.
pub(super) fn root(base: &Base) -> Link {
    Link::new("root", base.url(ROOT)).of_type("application/json")
}

/// The catalogue.
pub(super) fn catalogue(ask: &Ask) -> Json {
    let base = &ask.base;
    let city = ask.app.store.city();
    let json_at = |rel: &str, path: &str| {
        Link::new(rel, base.url(&format!("{ROOT}{path}"))).of_type("application/json")
    };
    let geojson = Format::GeoJson.media_type();
    let search = |method: &str| json!({ "rel": "search", "href": base.url(&format!("{ROOT}/search")), "type": geojson, "method": method });
    let child = |id: &str| json_at("child", &format!("/collections/{id}"));
    json!({
        "type": "Catalog",
        "stac_version": VERSION,
        "id": "dothi",
        "title": city.title.vi,
        "description": "Raster và kết quả mô phỏng ngập · Rasters and what flood runs left",
        "conformsTo": CONFORMANCE,
        "links": [
            json_at("self", ""),
            root(base),
            json_at("conformance", "/conformance"),
            json_at("data", "/collections"),
            child(RASTERS), child(super::RUNS),
            search("GET"), search("POST"),
            Link::new("service-desc", base.url("/api?f=json")).of_type(Format::OpenApi.media_type()),
            Link::new("service-doc", base.url("/api?f=html")).of_type("text/html"),
        ],
    })
}

/// A collection, of the items that are its own.
pub(super) fn collection(ask: &Ask, id: &str, all: &[Item]) -> Json {
    let base = &ask.base;
    let own = base.url(&format!("{ROOT}/collections/{id}"));
    let title = match id {
        RASTERS => {
            Title::new("Raster: địa hình và các lưới số", "Rasters: terrain and other grids")
        }
        _ => Title::new("Kết quả mô phỏng ngập", "Results of flood runs"),
    };
    let items = || all.iter().filter(|item| item.collection == id);
    let bbox = items().filter_map(|item| item.bbox).reduce(|all, one| all.union(&one));
    // Of nothing, the world and all time.
    let bbox = bbox.unwrap_or(Bbox { min_x: -180.0, min_y: -90.0, max_x: 180.0, max_y: 90.0 });
    let ends = |end: fn(&Interval) -> Option<city::Instant>| {
        items().map(|item| end(&item.time)).collect::<Option<Vec<_>>>().unwrap_or_default()
    };
    let (start, end) = (ends(|time| time.start), ends(|time| time.end));
    let interval = [start.into_iter().min(), end.into_iter().max()];
    json!({
        "type": "Collection",
        "stac_version": VERSION,
        "id": id,
        "title": title.vi,
        "description": records::both(&title),
        "license": "other",
        "extent": {
            "spatial": { "bbox": [[bbox.min_x, bbox.min_y, bbox.max_x, bbox.max_y]] },
            "temporal": { "interval": [interval] },
        },
        "links": [
            Link::new("self", own.clone()).of_type("application/json"),
            root(base),
            Link::new("parent", base.url(ROOT)).of_type("application/json"),
            Link::new("items", format!("{own}/items")).of_type(Format::GeoJson.media_type()),
        ],
    })
}
