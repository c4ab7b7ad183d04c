//! From a query to the best answers.

use city::{
    Bbox, Crs, Role, Title,
    frame::CrsKind,
    layer::{Content, GeometryKind},
};

use super::{
    coordinates,
    fields::Kind,
    index::{Fit, LayerIndex, fit},
    searcher::Searcher,
    words::normalise,
};
use crate::{
    store::{City, FeatureRef, LayerView},
    viewer::Viewer,
};

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Search {
    /// As it was typed.
    pub text: String,
    /// How many answers at most.
    pub limit: usize,
    /// Only inside this box, in longitude and latitude.
    pub bbox: Option<Bbox>,
    /// Only in these layers.
    pub layers: Option<Vec<String>>,
}

/// One answer.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The feature; of a coordinate, the coordinate.
    pub id: String,
    /// The layer; none for a coordinate.
    pub collection: Option<String>,
    /// What was found, as the data writes it.
    pub label: String,
    /// What it is.
    pub detail: Title,
    /// `name`, `address`, `code`, `parcel` or `coordinate`.
    pub kind: &'static str,
    /// Outer edges, in longitude and latitude; of a street in pieces, around all of them.
    pub bbox: Bbox,
    /// A point of it: longitude, latitude.
    pub point: (f64, f64),
    /// Whether it was generated and describes no real place.
    pub synthetic: bool,
    rank: Rank,
}

/// What answers are ordered by.
type Rank = (Fit, u8, Kind, usize);

/// Pieces of a street that its box is drawn around.
const PIECES: usize = 256;

impl Searcher {
    /// The best answers that a viewer may see.
    pub fn search(&self, city: &City, viewer: &Viewer, search: &Search) -> Vec<Hit> {
        let views = city.layers(viewer);
        let wanted = |view: &&LayerView| {
            let id = view.layer().id.as_str();
            search.layers.as_ref().is_none_or(|layers| layers.iter().any(|layer| layer == id))
        };
        let query = normalise(&search.text);
        let mut hits: Vec<Hit> = Vec::new();
        for view in views.iter().filter(wanted) {
            if let Some(index) = self.index(view).filter(|_| !query.is_empty()) {
                LayerSearch { view, index: &index, query: &query, search }.collect(&mut hits);
            }
        }
        hits.sort_by(|a, b| (&a.rank, &a.label, &a.id).cmp(&(&b.rank, &b.label, &b.id)));
        let place = coordinates::read(&search.text, zone_of(&views));
        let mut answers: Vec<Hit> =
            place.map(|(point, crs)| coordinate(search, point, crs)).into_iter().collect();
        answers.extend(hits);
        answers.truncate(search.limit);
        answers
    }
}

/// The search through one layer.
struct LayerSearch<'a> {
    view: &'a LayerView,
    index: &'a LayerIndex,
    query: &'a str,
    search: &'a Search,
}

impl LayerSearch<'_> {
    fn collect(&self, hits: &mut Vec<Hit>) {
        let before = hits.len();
        // Some of what fits may be out of the box, out of sight or edited since.
        let most = if self.search.bbox.is_some() { 2000 } else { 20 * self.search.limit };
        for (_, number) in self.index.find(self.query, most) {
            self.take(self.index.text(number), self.index.rows(number), hits);
            if hits.len() - before >= 4 * self.search.limit {
                break;
            }
        }
        for feature in self.view.edited() {
            self.offer(feature, hits);
        }
    }

    /// Takes the features of one text: of lines the pieces together, of others each.
    fn take(&self, text: &str, rows: &[u32], hits: &mut Vec<Hit>) {
        let begin = hits.len();
        let joins = matches!(
            &self.view.layer().content,
            Content::Vector { geometry: GeometryKind::Line, .. }
        );
        for row in rows.iter().take(if joins { PIECES } else { self.search.limit }) {
            // Only if the viewer sees it and no edit stands before it.
            let Some(feature) = self.view.see_row(*row as usize) else { continue };
            let texts = self.index.texts_of(self.view, feature);
            let Some((kind, label, _)) = texts.into_iter().find(|(_, _, own)| own == text) else {
                continue;
            };
            let Some(hit) = self.hit(feature, kind, label, text) else { continue };
            match hits[begin..].first_mut().filter(|_| joins) {
                Some(whole) => whole.bbox = whole.bbox.union(&hit.bbox),
                None => hits.push(hit),
            }
        }
    }

    /// Takes a feature that was edited here, which the index does not know.
    fn offer(&self, feature: FeatureRef<'_>, hits: &mut Vec<Hit>) {
        let texts = self.index.texts_of(self.view, feature);
        let fitting = texts
            .into_iter()
            .filter_map(|(kind, label, own)| Some((fit(&own, self.query)?, kind, label, own)));
        let Some((_, kind, label, own)) = fitting.min() else { return };
        let (id, collection) = (feature.id().to_string(), self.view.layer().id.as_str());
        let known =
            hits.iter().any(|hit| hit.id == id && hit.collection.as_deref() == Some(collection));
        if !known {
            hits.extend(self.hit(feature, kind, label, &own));
        }
    }

    fn hit(&self, feature: FeatureRef<'_>, kind: Kind, label: String, text: &str) -> Option<Hit> {
        let bbox = feature.geometry().bbox()?;
        if self.search.bbox.is_some_and(|wanted| !wanted.intersects(&bbox)) {
            return None;
        }
        let layer = self.view.layer();
        let rank = (fit(text, self.query)?, importance(layer.role), kind, label.chars().count());
        Some(Hit {
            id: feature.id().to_string(),
            collection: Some(layer.id.to_string()),
            label,
            detail: layer.title.clone(),
            kind: match kind {
                Kind::Name => "name",
                Kind::Parcel => "parcel",
                Kind::Address => "address",
                Kind::Code => "code",
            },
            bbox,
            point: point_of(feature, &bbox),
            synthetic: layer.synthetic,
            rank,
        })
    }
}

/// A point on a line, the middle of anything else.
fn point_of(feature: FeatureRef<'_>, bbox: &Bbox) -> (f64, f64) {
    let geometry = feature.geometry();
    let positions = geometry.lon_lat();
    match geometry.shape().kind() {
        Some(GeometryKind::Line) => {
            positions.get(positions.len() / 2).map_or(bbox.centre(), |p| (p[0], p[1]))
        }
        _ => bbox.centre(),
    }
}

/// What people look for more often comes first.
fn importance(role: Role) -> u8 {
    match role {
        Role::PlaceNames => 0,
        Role::Communes => 1,
        Role::Villages => 2,
        Role::Roads => 3,
        Role::Facilities | Role::Bridges | Role::Watercourses | Role::Water | Role::Reservoirs => 4,
        Role::PlanningBoundaries
        | Role::Gauges
        | Role::Stations
        | Role::BusStops
        | Role::BusLines => 5,
        Role::Parcels | Role::PlanningZones => 6,
        Role::Buildings => 7,
        _ => 8,
    }
}

/// The zone in which most layers were made.
fn zone_of(views: &[LayerView]) -> Option<Crs> {
    let zones = views.iter().filter_map(|view| view.layer().source_crs.parse::<Crs>().ok());
    let mut counts: Vec<(usize, Crs)> = Vec::new();
    for zone in zones.filter(|zone| zone.kind() == CrsKind::Projected && *zone != Crs::WEB_MERCATOR)
    {
        match counts.iter_mut().find(|(_, known)| *known == zone) {
            Some((count, _)) => *count += 1,
            None => counts.push((1, zone)),
        }
    }
    counts
        .into_iter()
        .max_by_key(|(count, zone)| (*count, std::cmp::Reverse(*zone)))
        .map(|(_, zone)| zone)
}

fn coordinate(search: &Search, point: (f64, f64), crs: Crs) -> Hit {
    let (lon, lat) = point;
    let title = crs.title();
    Hit {
        id: format!("{lat:.8},{lon:.8}"),
        collection: None,
        label: search.text.clone(),
        detail: Title::new(format!("Toạ độ {}", title.vi), format!("Coordinate in {}", title.en)),
        kind: "coordinate",
        bbox: Bbox { min_x: lon, min_y: lat, max_x: lon, max_y: lat },
        point,
        synthetic: false,
        rank: (Fit::Whole, 0, Kind::Name, 0),
    }
}
