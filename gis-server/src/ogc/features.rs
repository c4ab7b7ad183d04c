//! OGC API - Features, Part 1 (17-069r4), Part 2 (18-058r1) and the first of Part 4 (20-002r1).

pub mod batch;
pub mod cursor;
pub mod downloads;
mod draft;
pub mod edit;
mod editing;
mod encodings;
mod faults;
pub mod item;
pub mod items;
pub mod params;
mod patch;
mod properties;
pub mod region;
mod solids;
pub mod tags;
mod text;
mod topology;
pub mod versions;

use city::{Layer, Role, layer::Content};
use utoipa::OpenApi;

use super::{Part, collections, schema};
use crate::http::{base::Base, format::Format, link::Link};

/// Features: collections, items, schemas, edits.
pub const PART: Part = Part {
    name: "OGC API - Features",
    conformance: &[
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas31",
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/gmlsf0",
        "http://www.opengis.net/spec/json-fg-1/1.0/conf/core",
        "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas",
        "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
        "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
        "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
        "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features",
        "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
        "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
        "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/core-roles-features",
        "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/returnables-and-receivables",
        "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/sortables",
        "http://www.opengis.net/spec/ogcapi-features-6/1.0/conf/properties",
        "http://www.opengis.net/spec/ogcapi-features-6/1.0/conf/properties-features",
        "http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/sortables",
        "http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/sorting",
        "http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/features-sorting",
        "http://www.opengis.net/spec/ogcapi-features-9/1.0/conf/text-search",
        "http://www.opengis.net/spec/ogcapi-features-9/1.0/conf/features-text-search",
    ],
    landing_links,
    collection_links,
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(
    collections::list,
    collections::show,
    schema::show,
    schema::queryables,
    schema::sortables,
    items::list,
    item::show,
    edit::create,
    edit::replace,
    edit::update,
    edit::delete,
    edit::options_of_items,
    edit::options_of_item,
    batch::make,
    batch::undo,
    versions::list,
    versions::show,
    versions::undo,
    versions::restore,
    versions::changes,
))]
struct Document;

/// Formats in which features are streamed, the preferred one first.
pub(crate) const FORMATS: [Format; 6] =
    [Format::GeoJson, Format::Html, Format::Csv, Format::FlatGeobuf, Format::JsonFg, Format::Gml];

/// Formats of buildings, which are solids besides.
const FORMATS_OF_BUILDINGS: [Format; 8] = [
    Format::GeoJson,
    Format::Html,
    Format::Csv,
    Format::FlatGeobuf,
    Format::JsonFg,
    Format::Gml,
    Format::CityJson,
    Format::CityJsonSeq,
];

/// Formats in which the features of a layer are streamed: those that documents link to.
fn formats_of(layer: &Layer) -> &'static [Format] {
    if layer.role == Role::Buildings { &FORMATS_OF_BUILDINGS } else { &FORMATS }
}

/// Formats in which the features of a layer can be asked for: streamed, and written as files.
fn all_formats_of(layer: &Layer) -> Vec<Format> {
    formats_of(layer).iter().copied().chain(downloads::FORMATS).collect()
}

fn landing_links(base: &Base) -> Vec<Link> {
    let json = Format::Json.media_type();
    let url = base.url("/collections");
    let title = "Các lớp dữ liệu · Collections";
    vec![
        Link::new("data", url.clone()).of_type(json).titled(title),
        Link::new("http://www.opengis.net/def/rel/ogc/1.0/data", url).of_type(json).titled(title),
    ]
}

fn collection_links(base: &Base, layer: &Layer) -> Vec<Link> {
    let Content::Vector { .. } = layer.content else { return Vec::new() };
    let own = base.url(&format!("/collections/{}", layer.id));
    let items = formats_of(layer).iter().map(|format| {
        let name = format.name();
        let media_type = format.media_type().split(';').next().unwrap_or_default();
        Link::new("items", format!("{own}/items?f={name}"))
            .of_type(media_type)
            .titled(format!("{} ({name})", layer.title.vi))
    });
    let schema = Format::JsonSchema.media_type();
    let schemas = [
        Link::new("http://www.opengis.net/def/rel/ogc/1.0/schema", format!("{own}/schema"))
            .of_type(schema)
            .titled("Các thuộc tính · Schema"),
        Link::new("describedby", format!("{own}/schema")).of_type(schema).titled("Schema"),
        Link::new("http://www.opengis.net/def/rel/ogc/1.0/queryables", format!("{own}/queryables"))
            .of_type(schema)
            .titled("Thuộc tính dùng để lọc · Queryables"),
        Link::new("http://www.opengis.net/def/rel/ogc/1.0/sortables", format!("{own}/sortables"))
            .of_type(schema)
            .titled("Thuộc tính dùng để sắp xếp · Sortables"),
    ];
    items.chain(schemas).collect()
}
