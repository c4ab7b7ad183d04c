//! Buildings as solids (LoD1 with roofs, CityGML's LoD2 where a roof form is known), and their index.

mod added;
mod paint;
mod solid;

use std::sync::Arc;

use city::{
    FeatureId,
    building::{Facts, Footprint, Plan, Plane, RoofForm},
};
use geo::{Area, BoundingRect, Orient, orient::Direction};
use geo_types::Polygon;
use rstar::{
    AABB, Envelope, RTree, RTreeObject, SelectionFunction,
    primitives::{GeomWithData, Rectangle},
};

pub use added::{Added, Standing};
pub use paint::Fabric;
pub use solid::append_solid;

use super::shape::seed_of;
use crate::model::{CityFeature, CityLayer, Heights};

/// A building as it stands.
#[derive(Debug, Clone)]
pub struct BuildingForm {
    /// The feature's identifier.
    pub id: FeatureId,
    /// Which layer, by its position in the model, and which feature of it.
    pub source: (usize, usize),
    /// Footprint, its shell counter-clockwise, m east and north.
    pub outline: Polygon<f64>,
    /// Elevation of its foot, m.
    pub base_m: f64,
    /// From the foot to the highest point of the roof, m.
    pub height_m: f64,
    /// Whether the height is a guess.
    pub is_assumed: bool,
    /// Height of a storey, m.
    pub storey_m: f64,
    /// Its roof.
    pub roof: RoofForm,
    /// The rectangle over which a sloped roof lies; a footprint that fills none has a flat one.
    pub plan: Option<Plan>,
    /// The planes of which the lowest is the roof at each place: one, or as many as it has slopes.
    pub roof_planes: Vec<Plane>,
    /// What its walls are like.
    pub fabric: Fabric,
    /// A number that belongs to it for ever.
    pub seed: u64,
}

impl BuildingForm {
    /// The forms of a feature, one for each polygon; those without area are left out.
    pub fn of(
        layer: &CityLayer,
        feature: &CityFeature,
        source: (usize, usize),
        heights: &Heights,
    ) -> Vec<Self> {
        let facts = Facts {
            height_m: layer.number(feature, "height"),
            is_height_assumed: layer.is(feature, "height_assumed"),
            storeys: layer.number(feature, "storeys"),
            roof: layer.text(feature, "roof"),
        };
        let height_m = facts.height_m();
        let usage = layer.text(feature, "use").unwrap_or("other");
        let seed = seed_of(&feature.id);
        let polygons = feature.polygons().iter();
        polygons
            .filter_map(|polygon| {
                let footprint = footprint_of(polygon)?;
                let outline = polygon.orient(Direction::Default);
                let base_m = layer
                    .number(feature, "ground")
                    .filter(|ground| is_near(&outline, *ground, heights))
                    .unwrap_or_else(|| foot_of(&outline, heights));
                let roof = facts.roof().fitted(&footprint, height_m);
                Some(Self {
                    id: feature.id.clone(),
                    source,
                    base_m,
                    height_m,
                    is_assumed: facts.is_assumed(),
                    storey_m: (height_m / facts.storey_count()).clamp(2.4, 8.0),
                    roof,
                    roof_planes: roof.planes(&footprint, base_m + height_m),
                    plan: Plan::of(&footprint),
                    fabric: Fabric::of(usage, height_m, outline.unsigned_area()),
                    seed,
                    outline,
                })
            })
            .collect()
    }

    /// The same building with its foot at another elevation, m.
    #[must_use]
    pub fn on(self, base_m: f64) -> Self {
        let footprint = footprint_of(&self.outline);
        let planes = footprint.map(|it| self.roof.planes(&it, base_m + self.height_m));
        Self { base_m, roof_planes: planes.unwrap_or_default(), ..self }
    }

    /// Elevation of its highest point, m.
    pub fn top_m(&self) -> f64 {
        self.base_m + self.height_m
    }

    /// Elevation of its roof over a place within its outline, m, without parapet and eaves.
    pub fn roof_m(&self, at: [f64; 2]) -> f64 {
        self.roof_planes.iter().map(|plane| plane.z(at)).fold(f64::INFINITY, f64::min)
    }
}

fn footprint_of(polygon: &Polygon<f64>) -> Option<Footprint> {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    Footprint::new(rings.map(|ring| ring.coords().map(|at| [at.x, at.y]).collect()))
}

/// Whether a ground that the data state is that of the terrain at hand: another datum may lie
/// metres off, and buildings would float.
fn is_near(outline: &Polygon<f64>, ground_m: f64, heights: &Heights) -> bool {
    (foot_of(outline, heights) - ground_m).abs() < 3.0
}

/// The lowest ground along the outline.
fn foot_of(outline: &Polygon<f64>, heights: &Heights) -> f64 {
    let corners = outline.exterior().coords().map(|at| heights.at(at.x, at.y));
    corners.fold(f64::INFINITY, f64::min)
}

type Leaf = GeomWithData<Rectangle<[f64; 2]>, usize>;

/// Every building, and which stands where. A copy shares them.
#[derive(Debug, Default, Clone, bevy::ecs::resource::Resource)]
pub struct Buildings {
    /// The forms.
    pub forms: Arc<Vec<BuildingForm>>,
    tree: Arc<RTree<Leaf>>,
    added: Arc<Added>,
}

impl Buildings {
    /// The buildings of a city.
    pub fn of(model: &crate::model::CityModel) -> Self {
        use rayon::prelude::*;
        let layers = model.layers.iter().enumerate();
        let layers = layers.filter(|(_, layer)| layer.role == city::Role::Buildings);
        let forms: Vec<BuildingForm> = layers
            .flat_map(|(number, layer)| {
                let features = layer.features.par_iter().enumerate();
                let forms = features.flat_map_iter(|(place, feature)| {
                    BuildingForm::of(layer, feature, (number, place), &model.heights)
                });
                forms.collect::<Vec<_>>()
            })
            .collect();
        let leaves = forms.iter().enumerate().filter_map(|(index, form)| {
            let edges = form.outline.bounding_rect()?;
            let (min, max) = (edges.min(), edges.max());
            Some(Leaf::new(Rectangle::from_corners([min.x, min.y], [max.x, max.y]), index))
        });
        let tree = RTree::bulk_load(leaves.collect());
        Self { forms: Arc::new(forms), tree: Arc::new(tree), added: Arc::default() }
    }

    /// The same buildings, with what somebody added and without what they took away.
    #[must_use]
    pub fn with(&self, added: Added) -> Self {
        Self { added: Arc::new(added), ..self.clone() }
    }

    /// What was added to them and taken away.
    pub fn besides(&self) -> &Added {
        &self.added
    }

    /// Whether a building stands there no more.
    pub fn is_gone(&self, form: &BuildingForm) -> bool {
        !self.added.gone.is_empty() && self.added.gone.contains(&form.source)
    }

    /// Those whose boxes meet a box: west, south, east, north in m.
    pub fn within(&self, low: [f64; 2], high: [f64; 2]) -> impl Iterator<Item = &BuildingForm> {
        let edges = AABB::from_corners(low, high);
        let found = self.tree.locate_in_envelope_intersecting(edges);
        let own = found.map(|leaf| &self.forms[leaf.data]).filter(|form| !self.is_gone(form));
        let added = self.added.forms.iter();
        own.chain(added.filter(move |form| envelope(form).is_some_and(|it| it.intersects(&edges))))
    }

    /// Those whose boxes a line on the map meets, in no order: from a place to another, m.
    pub fn along(&self, from: [f64; 2], to: [f64; 2]) -> impl Iterator<Item = &BuildingForm> {
        let found = self.tree.locate_with_selection_function(Beside { from, to });
        let own = found.map(|leaf| &self.forms[leaf.data]).filter(|form| !self.is_gone(form));
        let beside = Beside { from, to };
        let added = self.added.forms.iter();
        own.chain(added.filter(move |form| envelope(form).is_some_and(|it| beside.meets(&it))))
    }
}

/// The box of a building on the map.
fn envelope(form: &BuildingForm) -> Option<AABB<[f64; 2]>> {
    let edges = form.outline.bounding_rect()?;
    let (low, high) = (edges.min(), edges.max());
    Some(AABB::from_corners([low.x, low.y], [high.x, high.y]))
}

/// Chooses the boxes that a line meets, by its part within each pair of their sides (Kay & Kajiya, SIGGRAPH
/// 1986).
struct Beside {
    from: [f64; 2],
    to: [f64; 2],
}

impl Beside {
    fn meets(&self, edges: &AABB<[f64; 2]>) -> bool {
        let (mut enters, mut leaves) = (0.0f64, 1.0f64);
        for k in 0..2 {
            let (low, high) = (edges.lower()[k] - self.from[k], edges.upper()[k] - self.from[k]);
            let way = self.to[k] - self.from[k];
            if way.abs() < 1e-12 {
                if low > 0.0 || high < 0.0 {
                    return false;
                }
                continue;
            }
            let (a, b) = (low / way, high / way);
            enters = enters.max(a.min(b));
            leaves = leaves.min(a.max(b));
        }
        enters <= leaves
    }
}

impl SelectionFunction<Leaf> for Beside {
    fn should_unpack_parent(&self, envelope: &AABB<[f64; 2]>) -> bool {
        self.meets(envelope)
    }

    fn should_unpack_leaf(&self, leaf: &Leaf) -> bool {
        self.meets(&leaf.envelope())
    }
}

#[cfg(test)]
mod tests;
