//! Layers as records, and what the API says of itself.

use city::{
    Bbox, Interval, Layer, Title,
    layer::{Content, Theme},
};
use serde_json::{Value as Json, json};

use super::{CATALOGUE, ROOT};
use crate::{
    http::{base::Base, format::Format, link::Link},
    ogc::PARTS,
    state::App,
    store::LayerView,
};

/// The requirement classes of OGC 20-004r1, and of Features, that are fulfilled.
pub(super) const CONFORMANCE: [&str; 8] = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core",
    "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-collection",
    "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core-query-parameters",
    "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-api",
];

/// Where ISO's topic categories are defined.
const TOPICS: &str =
    "https://standards.iso.org/iso/19115/resources/Codelists/gml/MD_TopicCategoryCode.xml";

/// The landing page.
pub(super) fn landing(base: &Base) -> Json {
    let link = |rel: &str, path: &str| {
        Link::new(rel, base.url(&format!("{ROOT}{path}"))).of_type("application/json")
    };
    json!({
        "title": "Danh mục dữ liệu · Catalogue",
        "description": "Siêu dữ liệu của các lớp dữ liệu · Metadata of the layers",
        "links": [
            link("self", "?f=json"),
            Link::new("alternate", base.url(&format!("{ROOT}?f=html"))).of_type("text/html"),
            link("conformance", "/conformance"),
            link("data", "/collections"),
            Link::new("service-desc", base.url("/api?f=json")).of_type(Format::OpenApi.media_type()),
            Link::new("service-doc", base.url("/api?f=html")).of_type("text/html"),
        ],
    })
}

/// The catalogue as a collection.
pub(super) fn catalogue(base: &Base, app: &App, views: &[LayerView]) -> Json {
    let own = base.url(&format!("{ROOT}/collections/{CATALOGUE}"));
    let bbox = views.iter().filter_map(|view| view.layer().bbox).reduce(|all, one| all.union(&one));
    let city = app.store.city();
    let items = |format: Format| {
        let name = if format == Format::GeoJson { "json" } else { format.name() };
        Link::new("items", format!("{own}/items?f={name}")).of_type(format.essence())
    };
    let mut document = json!({
        "id": CATALOGUE,
        "type": "Collection",
        "itemType": "record",
        "title": format!("Danh mục dữ liệu: {}", city.title.vi),
        "description": format!("Catalogue: {}", city.title.en),
        "crs": ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"],
        "links": [
            Link::new("self", format!("{own}?f=json")).of_type("application/json"),
            Link::new("alternate", format!("{own}?f=html")).of_type("text/html"),
            items(Format::GeoJson), items(Format::Dcat), items(Format::Turtle),
        ],
    });
    if let Some(bbox) = bbox {
        let bbox: [f64; 4] = bbox.into();
        document["extent"] = json!({ "spatial": { "bbox": [bbox] } });
    }
    document
}

/// Writes records under one address.
pub(super) struct Cataloguer<'a> {
    pub(super) app: &'a App,
    pub(super) base: &'a Base,
}

impl Cataloguer<'_> {
    /// The address of a layer's record.
    pub(super) fn address(&self, layer: &Layer) -> String {
        self.base.url(&format!("{ROOT}/collections/{CATALOGUE}/items/{}", layer.id))
    }

    /// When a layer's features hold; `None` where it says nothing.
    pub(super) fn time(&self, view: &LayerView) -> Option<Interval> {
        let time = self.app.extents.of(view);
        (time != Interval::default()).then_some(time)
    }

    /// Everything that a layer can be had as.
    pub(super) fn offers(&self, layer: &Layer) -> Vec<Link> {
        let parts = PARTS.iter().filter(|part| part.name != super::PART.name);
        let links = parts.flat_map(|part| (part.collection_links)(self.base, layer));
        links.filter(|link| link.templated != Some(true)).collect()
    }

    /// A layer as a record (OGC 20-004r1, 7), with links to itself.
    pub(super) fn record(&self, view: &LayerView, own: Vec<Link>) -> Json {
        let layer = view.layer();
        let address = self.address(layer);
        let mut links = own;
        if links.is_empty() {
            let itself = Link::new("self", format!("{address}?f=json"));
            links.push(itself.of_type(Format::GeoJson.media_type()));
        }
        let catalogue = self.base.url(&format!("{ROOT}/collections/{CATALOGUE}"));
        links.push(Link::new("collection", catalogue).of_type("application/json"));
        let layer_at = self.base.url(&format!("/collections/{}?f=json", layer.id));
        links.push(Link::new("describes", layer_at).of_type("application/json"));
        links.extend(self.offers(layer));
        let keywords: Vec<String> = keywords(layer);
        json!({
            "id": layer.id.as_str(),
            "type": "Feature",
            "conformsTo": [CONFORMANCE[4]],
            "time": self.time(view).map_or_else(|| stated(layer), |time| interval(&time)),
            "geometry": layer.bbox.as_ref().map(polygon),
            "properties": {
                "type": "dataset",
                "title": layer.title.vi,
                "titleEn": layer.title.en,
                "description": both(&layer.description),
                "language": { "code": "vi", "name": "Tiếng Việt" },
                "created": layer.published.to_string(),
                "updated": layer.published.to_string(),
                "keywords": keywords,
                "themes": [{ "concepts": [{ "id": topic(layer.theme) }], "scheme": TOPICS }],
                "formats": self.offers(layer).iter().filter(|link| link.rel == "items")
                    .filter_map(|link| link.media_type.clone())
                    .map(|media_type| json!({ "mediaType": media_type })).collect::<Vec<_>>(),
                "license": layer.licence,
                "rights": layer.attribution,
                "dothi": {
                    "theme": layer.theme, "role": layer.role.name(), "synthetic": layer.synthetic,
                    "source": layer.source, "lineage": layer.lineage, "sourceCrs": layer.source_crs,
                    "features": features(layer),
                },
            },
            "links": links,
        })
    }
}

/// Both languages, where there is anything.
pub(crate) fn both(title: &Title) -> String {
    [title.vi.as_str(), title.en.as_str()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// Role and theme in both languages; synthetic data says so.
pub(super) fn keywords(layer: &Layer) -> Vec<String> {
    let (role, theme) = (layer.role.title(), layer.theme.title());
    let mut keywords = vec![role.vi, role.en, theme.vi, theme.en];
    if layer.synthetic {
        keywords.extend(["dữ liệu mô phỏng".to_owned(), "synthetic".to_owned()]);
    }
    keywords
}

/// ISO 19115's topic category of a theme.
pub(super) fn topic(theme: Theme) -> &'static str {
    match theme {
        Theme::Base => "location",
        Theme::Planning | Theme::Land => "planningCadastre",
        Theme::Infrastructure => "utilitiesCommunication",
        Theme::Transport => "transportation",
        Theme::Environment | Theme::Live => "environment",
    }
}

fn features(layer: &Layer) -> Option<u64> {
    match &layer.content {
        Content::Vector { features, .. } => Some(*features),
        Content::Raster { .. } => None,
    }
}

fn stated(layer: &Layer) -> Json {
    layer.content_date.as_ref().map_or(Json::Null, |date| json!({ "date": date }))
}

fn interval(time: &Interval) -> Json {
    let end = |at: Option<city::Instant>| at.map_or_else(|| "..".to_owned(), |at| at.to_string());
    json!({ "interval": [end(time.start), end(time.end)] })
}

/// A box as a polygon of GeoJSON.
pub(crate) fn polygon(bbox: &Bbox) -> Json {
    let Bbox { min_x, min_y, max_x, max_y } = bbox;
    json!({ "type": "Polygon", "coordinates":
        [[[min_x, min_y], [max_x, min_y], [max_x, max_y], [min_x, max_y], [min_x, min_y]]] })
}
