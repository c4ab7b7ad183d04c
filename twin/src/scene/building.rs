//! Buildings as solids (LoD1 with roofs, CityGML's LoD2 where a roof form is known), and their index.

mod paint;
mod roof;
mod solid;

use city::FeatureId;
use geo::{Area, BoundingRect, Orient, orient::Direction};
use geo_types::Polygon;
use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};

pub use paint::Fabric;
pub use roof::RoofForm;
pub use solid::append_solid;

use super::shape::seed_of;
use crate::model::{CityFeature, CityLayer, Heights};

/// Height of a storey where a building says only how many it has, m: the common 3.3 m of QCVN
/// 04:2021 practice for dwellings.
const STOREY_M: f64 = 3.3;
/// Height of a building that says nothing, m; such a building is marked as assumed.
const ASSUMED_M: f64 = 6.0;
/// The tallest that is believed, m (Landmark 81 has 461 m).
const TALLEST_M: f64 = 600.0;

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
        let storeys = layer.number(feature, "storeys").filter(|n| (0.5..200.0).contains(n));
        let given = layer.number(feature, "height").filter(|m| (0.5..TALLEST_M).contains(m));
        let by_storeys = storeys.map(|storeys| storeys * STOREY_M);
        let height_m = given.or(by_storeys).unwrap_or(ASSUMED_M);
        let is_assumed = layer.is(feature, "height_assumed") || given.is_none();
        let storeys = storeys.unwrap_or((height_m / STOREY_M).round().max(1.0));
        let roof = RoofForm::from_code(layer.text(feature, "roof"));
        let usage = layer.text(feature, "use").unwrap_or("other");
        let seed = seed_of(&feature.id);
        let polygons = feature.polygons().iter();
        let sound = polygons.filter(|polygon| polygon.unsigned_area() > 0.5);
        sound
            .map(|polygon| {
                let outline = polygon.orient(Direction::Default);
                let base_m = layer
                    .number(feature, "ground")
                    .filter(|ground| is_near(&outline, *ground, heights))
                    .unwrap_or_else(|| foot_of(&outline, heights));
                Self {
                    id: feature.id.clone(),
                    source,
                    base_m,
                    height_m,
                    is_assumed,
                    storey_m: (height_m / storeys).clamp(2.4, 8.0),
                    roof: roof.fitted(&outline, height_m),
                    fabric: Fabric::of(usage, height_m, outline.unsigned_area()),
                    seed,
                    outline,
                }
            })
            .collect()
    }

    /// Elevation of its highest point, m.
    pub fn top_m(&self) -> f64 {
        self.base_m + self.height_m
    }
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

/// Every building, and which stands where.
#[derive(Debug, Default, bevy::ecs::resource::Resource)]
pub struct Buildings {
    /// The forms.
    pub forms: Vec<BuildingForm>,
    tree: RTree<Leaf>,
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
        Self { forms, tree }
    }

    /// Those whose boxes meet a box: west, south, east, north in m.
    pub fn within(&self, low: [f64; 2], high: [f64; 2]) -> impl Iterator<Item = &BuildingForm> {
        let found = self.tree.locate_in_envelope_intersecting(AABB::from_corners(low, high));
        found.map(|leaf| &self.forms[leaf.data])
    }
}

#[cfg(test)]
mod tests;
