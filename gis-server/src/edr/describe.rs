//! What the API says of itself, and things as features.

use std::collections::BTreeSet;

use city::{Interval, Role};
use feeds::{model::wire::result_json, service::Service};
use serde_json::{Map, Value as Json, json};

use super::{
    CRS84, ROOT, coverage,
    grids::Gridded,
    query::{REACH_M, parameter_key},
};
use crate::{
    http::{base::Base, format::Format, link::Link},
    live::census::{Roll, Thing},
};

/// The requirement classes of OGC 19-086r6 and of Features that are fulfilled.
pub(super) const CONFORMANCE: [&str; 8] = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/core",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/collections",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/json",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/covjson",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/queries",
];

/// The landing page.
pub(super) fn landing(base: &Base) -> Json {
    let link = |rel: &str, path: &str| {
        Link::new(rel, base.url(&format!("{ROOT}{path}"))).of_type("application/json")
    };
    json!({
        "title": "Số liệu quan trắc · Observations",
        "description": "Giá trị mới nhất và chuỗi số liệu của các trạm, thiết bị; ô của raster và kết quả mô phỏng · Latest values and series of stations and devices; cells of rasters and of runs",
        "links": [
            link("self", ""),
            link("conformance", "/conformance"),
            link("data", "/collections"),
            Link::new("service-desc", base.url("/api?f=json")).of_type(Format::OpenApi.media_type()),
            Link::new("service-doc", base.url("/api?f=html")).of_type("text/html"),
        ],
    })
}

/// The collections.
pub(super) fn collections(base: &Base, roll: &Roll, grids: &[Gridded]) -> Json {
    let placed = roll.things.iter().filter(|thing| thing.place.is_some());
    let roles: BTreeSet<&str> = placed.map(|thing| &*thing.role).collect();
    let of_roles = roles.into_iter().filter_map(|role| collection(base, roll, role));
    let collections: Vec<Json> = of_roles.chain(grids.iter().map(|it| it.describe(base))).collect();
    let own =
        Link::new("self", base.url(&format!("{ROOT}/collections"))).of_type("application/json");
    json!({ "links": [own], "collections": collections })
}

/// A collection; `None` where no Thing with a place plays the role.
pub(super) fn collection(base: &Base, roll: &Roll, role: &str) -> Option<Json> {
    let places: Vec<[f64; 2]> =
        roll.things.iter().filter(|it| *it.role == *role).filter_map(|it| it.place).collect();
    let first = *places.first()?;
    let bbox = places.iter().fold([first[0], first[1], first[0], first[1]], |b, p| {
        [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])]
    });
    let title = Role::from_name(role).map_or_else(
        |_| role.to_owned(),
        |role| {
            let title = role.title();
            format!("{} · {}", title.vi, title.en)
        },
    );
    let own = format!("{ROOT}/collections/{role}");
    let query = |name: &str| {
        let href = base.url(&format!("{own}/{name}"));
        let formats = if name == "items" { ["GeoJSON"] } else { ["CoverageJSON"] };
        let mut variables = json!({ "query_type": name, "output_formats": formats });
        if let Some((vi, en)) = how(name) {
            variables["title"] = format!("{vi} · {en}").into();
            variables["within_units"] = json!(["m", "km"]);
        }
        let rel = if name == "items" { "items" } else { "data" };
        json!({ "link": { "href": href, "rel": rel, "variables": variables } })
    };
    let queries = ["position", "radius", "area", "cube", "trajectory", "locations", "items"];
    let queries: Map<String, Json> =
        queries.into_iter().map(|name| (name.to_owned(), query(name))).collect();
    Some(json!({
        "id": role,
        "title": title,
        "links": [
            Link::new("self", base.url(&own)).of_type("application/json"),
            Link::new("items", base.url(&format!("{own}/items"))).of_type(Format::GeoJson.media_type()),
        ],
        "extent": { "spatial": { "bbox": [bbox], "crs": CRS84 } },
        "data_queries": queries,
        "crs": [CRS84],
        "output_formats": ["CoverageJSON", "GeoJSON"],
        "parameter_names": coverage::parameters(roll, role),
    }))
}

/// What a query takes for near, in Vietnamese and English.
fn how(query: &str) -> Option<(String, String)> {
    let reach_km = REACH_M / 1000.0;
    match query {
        "position" => Some((
            format!("Trạm gần nhất, cách không quá within (không ghi: {reach_km} km)"),
            format!("The nearest thing, at most within away (where not given: {reach_km} km)"),
        )),
        "trajectory" => Some((
            format!("Các trạm dọc tuyến, cách không quá within (không ghi: {reach_km} km)"),
            format!("Things along a line, at most within away (where not given: {reach_km} km)"),
        )),
        "radius" => Some((
            "Các trạm trong bán kính within".to_owned(),
            "Things at most within away".to_owned(),
        )),
        _ => None,
    }
}

/// A Thing as a location.
pub(super) fn location(thing: &Thing) -> Json {
    json!({
        "type": "Feature",
        "id": thing.id.get(),
        "geometry": { "type": "Point", "coordinates": thing.place },
        "properties": {
            "name": thing.name, "simulated": thing.is_simulated,
            "parameter-name": thing.streams.iter().map(|it| parameter_key(&it.definition)).collect::<Vec<_>>(),
        },
    })
}

/// A Thing with its latest values.
pub(super) fn item(service: &Service, thing: &Thing) -> Json {
    let mut feature = location(thing);
    for stream in &thing.streams {
        let Some(latest) = service.latest.get(stream.id) else { continue };
        let key = parameter_key(&stream.definition);
        feature["properties"][key] = result_json(&latest.result);
        feature["properties"][format!("{key}.time")] = latest.time.to_string().into();
        feature["properties"][format!("{key}.quality")] = latest.quality.flag.name().into();
    }
    feature
}

/// Whether one of a Thing's latest values lies in a time.
pub(super) fn holds(service: &Service, thing: &Thing, time: Interval) -> bool {
    let mut latest = thing.streams.iter().filter_map(|stream| service.latest.get(stream.id));
    latest.any(|observation| time.contains(observation.time))
}
