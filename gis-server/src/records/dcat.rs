//! Layers as DCAT-AP 3 describes data sets.

use city::{Bbox, Layer, layer::Theme};

use super::{
    CATALOGUE, ROOT,
    describe::{Cataloguer, both, keywords},
    graph::{Graph, Node, Object},
};
use crate::store::LayerView;

/// Where the themes of European portals are named.
const THEMES: &str = "http://publications.europa.eu/resource/authority/data-theme/";

/// The catalogue with its data sets.
pub(super) fn catalogue(cataloguer: &Cataloguer<'_>, views: &[LayerView]) -> Graph {
    let own = cataloguer.base.url(&format!("{ROOT}/collections/{CATALOGUE}"));
    let city = cataloguer.app.store.city();
    let title = &city.title;
    let catalogue = Node::new("dcat:Catalog")
        .with("dct:title", Object::Text(title.vi.clone(), "vi"))
        .with("dct:title", Object::Text(title.en.clone(), "en"))
        .with("dct:description", Object::Text(format!("Danh mục dữ liệu của {}", title.vi), "vi"))
        .with("dct:description", Object::Text(format!("Catalogue of {}", title.en), "en"))
        .with("dct:publisher", publisher(cataloguer))
        .with("foaf:homepage", Object::Thing(cataloguer.base.url("/")))
        .with_all(
            "dcat:dataset",
            views.iter().map(|view| Object::Thing(id_of(cataloguer, view.layer()))),
        );
    let mut graph = Graph(vec![(own, catalogue)]);
    views.iter().for_each(|view| append(cataloguer, view, &mut graph));
    graph
}

/// One data set.
pub(super) fn dataset(cataloguer: &Cataloguer<'_>, view: &LayerView) -> Graph {
    let mut graph = Graph::default();
    append(cataloguer, view, &mut graph);
    graph
}

fn id_of(cataloguer: &Cataloguer<'_>, layer: &Layer) -> String {
    cataloguer.base.url(&format!("/collections/{}", layer.id))
}

fn publisher(cataloguer: &Cataloguer<'_>) -> Object {
    let name = both(&cataloguer.app.store.city().title);
    Object::Nameless(Node::new("foaf:Agent").with("foaf:name", Object::Plain(name)))
}

fn append(cataloguer: &Cataloguer<'_>, view: &LayerView, graph: &mut Graph) {
    let layer = view.layer();
    let labelled = |kind, text: &str| {
        Object::Nameless(Node::new(kind).with("rdfs:label", Object::Plain(text.to_owned())))
    };
    let description =
        if layer.description.vi.is_empty() { &layer.title } else { &layer.description };
    let date = |text: String| Object::Typed(text, "xsd:dateTime");
    let mut node = Node::new("dcat:Dataset")
        .with("dct:title", Object::Text(layer.title.vi.clone(), "vi"))
        .with("dct:title", Object::Text(layer.title.en.clone(), "en"))
        .with("dct:description", Object::Text(description.vi.clone(), "vi"))
        .with("dct:description", Object::Text(description.en.clone(), "en"))
        .with("dct:identifier", Object::Plain(layer.id.to_string()))
        .with("dct:modified", date(layer.published.to_string()))
        .with("dct:publisher", publisher(cataloguer))
        .with("dcat:theme", Object::Thing(format!("{THEMES}{}", theme(layer.theme))))
        .with_all("dcat:keyword", keywords(layer).into_iter().map(Object::Plain))
        .with("dct:rights", labelled("dct:RightsStatement", &layer.attribution))
        .with(
            "dct:provenance",
            labelled("dct:ProvenanceStatement", &format!("{}. {}", layer.source, layer.lineage)),
        )
        .with(
            "dcat:landingPage",
            Object::Thing(cataloguer.base.url(&format!("/collections/{}?f=html", layer.id))),
        );
    if let Some(bbox) = &layer.bbox {
        let place = Node::new("dct:Location")
            .with("dcat:bbox", Object::Typed(well_known(bbox), "geo:wktLiteral"));
        node = node.with("dct:spatial", Object::Nameless(place));
    }
    if let Some(time) = cataloguer.time(view) {
        let mut period = Node::new("dct:PeriodOfTime");
        for (predicate, at) in [("dcat:startDate", time.start), ("dcat:endDate", time.end)] {
            if let Some(at) = at {
                period = period.with(predicate, date(at.to_string()));
            }
        }
        node = node.with("dct:temporal", Object::Nameless(period));
    }
    let distributions =
        cataloguer.offers(layer).into_iter().filter(|link| is_distribution(&link.rel));
    let distributions = distributions.map(|link| {
        let mut node = Node::new("dcat:Distribution")
            .with("dcat:accessURL", Object::Thing(link.href))
            .with("dct:license", labelled("dct:LicenseDocument", &layer.licence));
        if let Some(title) = link.title {
            node = node.with("dct:title", Object::Plain(title));
        }
        if let Some(media_type) = link.media_type {
            let media_type = media_type.split(';').next().unwrap_or_default().to_owned();
            let kind = format!("https://www.iana.org/assignments/media-types/{media_type}");
            node = node.with("dcat:mediaType", Object::Thing(kind));
        }
        Object::Nameless(node)
    });
    let node = node.with_all("dcat:distribution", distributions);
    graph.0.push((id_of(cataloguer, layer), node));
}

/// Whether a link leads to the data in some form, and not to what is said of them.
fn is_distribution(rel: &str) -> bool {
    rel == "items"
        || rel.contains("/map")
        || rel.contains("/tilesets")
        || rel.contains("/coverage")
        || rel == "related"
}

/// The European theme of a room of the map.
fn theme(theme: Theme) -> &'static str {
    match theme {
        Theme::Transport => "TRAN",
        Theme::Environment | Theme::Live => "ENVI",
        Theme::Infrastructure => "ENER",
        Theme::Base | Theme::Planning | Theme::Land => "REGI",
    }
}

fn well_known(bbox: &Bbox) -> String {
    let Bbox { min_x, min_y, max_x, max_y } = bbox;
    format!(
        "POLYGON(({min_x} {min_y},{max_x} {min_y},{max_x} {max_y},{min_x} {max_y},{min_x} {min_y}))"
    )
}
