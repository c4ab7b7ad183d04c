//! Proposals where they stand.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use bevy::ecs::resource::Resource;
use city::{FeatureId, Role, Title, Value};
use geo::{Area, BooleanOps, BoundingRect, ConvexHull, Intersects};
use geo_types::{LineString, MultiPoint, Point, Polygon};

use super::{Document, Metrics, ProposalError, Proposed, Shape};
use crate::{
    model::{CityFeature, CityLayer, CityModel, Column},
    models::{self, Model, PlacedModel, Placement},
    scene::{Added, BuildingForm, Buildings, Standing},
};

/// The layer of what is proposed.
pub const LAYER: &str = "proposal";

/// A building is gone where so much of its outline is built over, or so many m² of it.
const GONE_SHARE: f64 = 0.1;
const GONE_M2: f64 = 20.0;

/// A building that is proposed, where it stands.
#[derive(Debug, Clone, Default)]
pub struct Stood {
    /// Its outline in the local frame; without corners where it stands nowhere.
    pub outline: Option<Polygon<f64>>,
    /// As a building.
    pub form: Option<BuildingForm>,
    /// As a model.
    pub model: Option<Arc<PlacedModel>>,
    /// The city's buildings that are gone for it: layer and feature by position.
    pub gone: Vec<(usize, usize)>,
    /// Its numbers.
    pub metrics: Metrics,
    /// Why it cannot stand.
    pub trouble: Option<ProposalError>,
}

/// What is proposed, as a resource.
#[derive(Debug, Clone, Resource)]
pub struct Proposals {
    /// What is proposed.
    pub document: Document,
    /// The models that it names, as they were read.
    pub models: BTreeMap<String, Arc<Model>>,
    /// Whether it is shown; without, the city is as it stands.
    pub is_shown: bool,
    /// Which one is in hand.
    pub chosen: Option<usize>,
    /// The layer, by position in the city's model, once there is one.
    pub layer: Option<usize>,
    /// Where they stand, in the document's order.
    pub stood: Vec<Stood>,
    /// From where the document came, and where it is kept: a file or an address.
    pub source: Option<String>,
}

impl Default for Proposals {
    fn default() -> Self {
        Self {
            document: Document::default(),
            models: BTreeMap::new(),
            is_shown: true,
            chosen: None,
            layer: None,
            stood: Vec::new(),
            source: None,
        }
    }
}

impl Proposals {
    /// A document from a file or an address, without its models.
    pub fn of(document: Document, source: Option<String>) -> Self {
        Self { document, source, ..Self::default() }
    }

    /// The models that the document names and that are not read yet: the name, and where the file is.
    pub fn wanted(&self) -> Vec<(String, String)> {
        let names = self.document.buildings.iter().filter_map(|it| match &it.shape {
            Shape::Model(name) if !self.models.contains_key(name) => Some(name),
            _ => None,
        });
        let names: std::collections::BTreeSet<&String> = names.collect();
        names.into_iter().map(|name| (name.clone(), self.beside(name))).collect()
    }

    /// Where a file that the document names is.
    fn beside(&self, name: &str) -> String {
        let is_whole = name.contains("://") || name.starts_with('/') || name.contains(":\\");
        let folder =
            self.source.as_deref().and_then(|it| it.rfind(['/', '\\']).map(|end| &it[..=end]));
        match folder {
            Some(folder) if !is_whole => format!("{folder}{name}"),
            _ => name.to_owned(),
        }
    }

    /// Reads the models that are named; one that cannot be read is told of where it would stand.
    pub async fn read_models(&mut self, city: &CityModel) -> Vec<ProposalError> {
        let mut troubles = Vec::new();
        for (name, source) in self.wanted() {
            match models::read(&source, city).await {
                Ok(model) => drop(self.models.insert(name, Arc::new(model))),
                Err(error) => {
                    let title = error.why.title();
                    troubles.push(ProposalError::new(
                        format!("{source}: {}", title.vi),
                        format!("{source}: {}", title.en),
                    ));
                }
            }
        }
        troubles
    }

    /// Stands what is proposed in a city: makes its layer anew, and finds what is gone for it.
    pub fn stand(&mut self, city: &mut CityModel, buildings: &Buildings) {
        let number = *self.layer.get_or_insert_with(|| {
            city.layers.push(empty_layer());
            city.layers.len() - 1
        });
        let mut layer = empty_layer();
        let shown = self.document.buildings.iter().filter(|_| self.is_shown);
        self.stood = shown
            .enumerate()
            .map(|(place, proposed)| {
                let mut stood = match &proposed.shape {
                    Shape::Model(name) => self.stand_model(proposed, self.models.get(name), city),
                    _ => stand_form(proposed, (number, place), city, &layer),
                };
                if let Some(outline) = stood.outline.as_ref().filter(|_| proposed.swaps) {
                    stood.gone = gone_for(outline, buildings);
                }
                stood.metrics = metrics(proposed, &stood, buildings);
                layer.features.push(feature(proposed, &stood, city));
                stood
            })
            .collect();
        if let Some(slot) = city.layers.get_mut(number) {
            *slot = layer;
        }
    }

    fn stand_model(
        &self,
        proposed: &Proposed,
        model: Option<&Arc<Model>>,
        city: &CityModel,
    ) -> Stood {
        let Some(model) = model else {
            let trouble = ProposalError::new("chưa đọc được mô hình", "its model is not read");
            return Stood { trouble: Some(trouble), ..Stood::default() };
        };
        let placement = Placement {
            lon: proposed.lon,
            lat: proposed.lat,
            up_m: proposed.ground_m,
            heading_deg: proposed.heading_deg,
            scale: proposed.scale,
        };
        match models::place((**model).clone(), city, Some(&placement)) {
            Ok(placed) => {
                let corners = placed.soup.triangles().flat_map(|(corners, _)| *corners);
                let points: MultiPoint<f64> = corners.map(|at| Point::new(at[0], at[1])).collect();
                let outline = points.convex_hull();
                Stood { outline: Some(outline), model: Some(Arc::new(placed)), ..Stood::default() }
            }
            Err(error) => {
                let title = error.why.title();
                let trouble = ProposalError::new(title.vi, title.en);
                Stood { trouble: Some(trouble), ..Stood::default() }
            }
        }
    }

    /// Adds what is proposed to what stands, and takes from it what is gone.
    pub fn add_to(&self, added: &mut Added) {
        let Some(layer) = self.layer else { return };
        for (place, stood) in self.stood.iter().enumerate() {
            added.forms.extend(stood.form.clone());
            added.models.extend(stood.model.clone().map(|model| Standing {
                layer,
                feature: Some(place),
                model,
            }));
            added.gone.extend(stood.gone.iter().copied());
        }
    }

    /// The numbers of all of it.
    pub fn total(&self) -> Metrics {
        let mut total: Metrics = self.stood.iter().map(|stood| stood.metrics).sum();
        // What is gone for two is gone once.
        let gone: HashSet<_> = self.stood.iter().flat_map(|it| &it.gone).collect();
        total.replaced = gone.len();
        total
    }

    /// The building that is in hand.
    pub fn in_hand(&mut self) -> Option<&mut Proposed> {
        self.document.buildings.get_mut(self.chosen?)
    }
}

fn empty_layer() -> CityLayer {
    let column = |name: &str, vi: &str, en: &str, unit: Option<&str>, list: Option<&str>| Column {
        name: name.into(),
        title: Title::new(vi, en),
        unit: unit.map(Into::into),
        code_list: list.map(Into::into),
    };
    let columns = vec![
        column("name", "Tên", "Name", None, None),
        column("height", "Chiều cao", "Height", Some("m"), None),
        column("storeys", "Số tầng", "Storeys", None, None),
        column("roof", "Dạng mái", "Roof form", None, Some("roof-form")),
        column("use", "Công năng", "Use", None, Some("building-use")),
        column("footprint", "Diện tích xây dựng", "Footprint", Some("m²"), None),
        column("floor_area", "Tổng diện tích sàn", "Gross floor area", Some("m²"), None),
        column("replaced", "Công trình thay thế", "Buildings replaced", None, None),
    ];
    let attributes = columns.iter().enumerate().map(|(place, it)| (it.name.clone(), place));
    CityLayer {
        id: LAYER.into(),
        role: Role::Other,
        title: Title::new("Phương án", "Proposal"),
        attributes: attributes.collect(),
        columns,
        features: Vec::new(),
    }
}

fn polygon_of(ring: &[[f64; 2]]) -> Polygon<f64> {
    let corners: Vec<(f64, f64)> = ring.iter().map(|at| (at[0], at[1])).collect();
    Polygon::new(LineString::from(corners), Vec::new())
}

fn stand_form(
    proposed: &Proposed,
    source: (usize, usize),
    city: &CityModel,
    layer: &CityLayer,
) -> Stood {
    let ring = proposed.ring(&city.frame).unwrap_or_default();
    let outline = polygon_of(&ring);
    let text = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
    let values = vec![
        text(&proposed.name),
        Value::Real(proposed.height_m()),
        Value::Real(proposed.storeys),
        text(&proposed.roof),
        text(&proposed.usage),
    ];
    let feature = CityFeature { id: id_of(proposed), geometry: outline.clone().into(), values };
    let form = BuildingForm::of(layer, &feature, source, &city.heights).into_iter().next();
    let form = match (form, proposed.ground_m) {
        (Some(form), Some(ground_m)) => Some(form.on(ground_m)),
        (form, _) => form,
    };
    let trouble = form
        .is_none()
        .then(|| ProposalError::new("ranh không có diện tích", "its outline has no area"));
    Stood { outline: Some(outline), form, trouble, ..Stood::default() }
}

fn id_of(proposed: &Proposed) -> FeatureId {
    proposed.id.parse().unwrap_or_else(|_| FeatureId::Text(proposed.id.as_str().into()))
}

/// The city's own buildings that a new one takes the place of.
fn gone_for(outline: &Polygon<f64>, buildings: &Buildings) -> Vec<(usize, usize)> {
    let Some(edges) = outline.bounding_rect() else { return Vec::new() };
    let own = buildings.with(Added::default());
    let near = own.within([edges.min().x, edges.min().y], [edges.max().x, edges.max().y]);
    let gone = near.filter(|form| {
        if !form.outline.intersects(outline) {
            return false;
        }
        let over_m2 = form.outline.intersection(outline).unsigned_area();
        over_m2 >= GONE_M2 || over_m2 >= GONE_SHARE * form.outline.unsigned_area()
    });
    let mut gone: Vec<(usize, usize)> = gone.map(|form| form.source).collect();
    gone.sort_unstable();
    gone.dedup();
    gone
}

fn metrics(proposed: &Proposed, stood: &Stood, buildings: &Buildings) -> Metrics {
    let footprint_m2 = stood.outline.as_ref().map_or(0.0, Area::unsigned_area);
    let height_m = match (&stood.form, &stood.model) {
        (Some(form), _) => form.height_m,
        (None, Some(model)) => {
            let (low, high) = model.soup.edges();
            high[2] - low[2]
        }
        (None, None) => 0.0,
    };
    let forms =
        buildings.forms.iter().filter(|form| stood.gone.binary_search(&form.source).is_ok());
    let mut made = Metrics {
        footprint_m2,
        height_m,
        storeys: proposed.storeys,
        floor_area_m2: footprint_m2 * proposed.storeys,
        replaced: stood.gone.len(),
        ..Metrics::default()
    };
    for form in forms.filter(|_| !stood.gone.is_empty()) {
        let area_m2 = form.outline.unsigned_area();
        made.replaced_footprint_m2 += area_m2;
        made.replaced_floor_area_m2 += area_m2 * (form.height_m / form.storey_m).round().max(1.0);
    }
    made
}

/// A building that is proposed as a feature of its layer.
fn feature(proposed: &Proposed, stood: &Stood, city: &CityModel) -> CityFeature {
    let text = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
    let is_form = stood.form.is_some();
    let tenth = |it: f64| Value::Real((it * 10.0).round() / 10.0);
    let geometry = match &stood.outline {
        Some(outline) => outline.clone().into(),
        None => {
            let (east, north) = city.frame.from_lon_lat(proposed.lon, proposed.lat);
            Point::new(east, north).into()
        }
    };
    CityFeature {
        id: id_of(proposed),
        geometry,
        values: vec![
            text(&proposed.name),
            tenth(stood.metrics.height_m),
            Value::Real(proposed.storeys),
            if is_form { text(&proposed.roof) } else { Value::Null },
            text(&proposed.usage),
            tenth(stood.metrics.footprint_m2),
            tenth(stood.metrics.floor_area_m2),
            Value::Integer(stood.metrics.replaced as i64),
        ],
    }
}
