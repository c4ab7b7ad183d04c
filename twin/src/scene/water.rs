//! Water bodies as level surfaces.

use city::Role;
use geo_types::Polygon;

use super::{
    shape::{Corner, Shape},
    triangles,
};
use crate::{
    axes,
    model::{CityModel, Heights},
};

/// A body of water.
#[derive(Debug, Clone)]
pub struct WaterForm {
    /// Its outline, m east and north.
    pub outline: Polygon<f64>,
    /// Elevation of its surface, m.
    pub level_m: f64,
}

/// The water bodies of a city: at their stated level, else at that of their lowest bank.
pub fn bodies(model: &CityModel) -> Vec<WaterForm> {
    let layers = model.of(Role::Water);
    let bodies = layers.flat_map(|layer| {
        layer.features.iter().flat_map(move |feature| {
            let stated = layer.number(feature, "level");
            feature.polygons().iter().map(move |outline| WaterForm {
                level_m: stated.unwrap_or_else(|| bank_m(outline, &model.heights)),
                outline: outline.clone(),
            })
        })
    });
    bodies.collect()
}

/// The tenth part of the heights along the outline lies below this; gaps and spikes do not count.
fn bank_m(outline: &Polygon<f64>, heights: &Heights) -> f64 {
    let mut banks: Vec<f64> =
        outline.exterior().coords().map(|at| heights.at(at.x, at.y)).collect();
    banks.sort_by(f64::total_cmp);
    banks.get(banks.len() / 10).copied().unwrap_or(0.0) + 0.05
}

/// Adds a body's surface.
pub fn append_water(form: &WaterForm, into: &mut Shape) {
    for corners in triangles::of_polygon(&form.outline) {
        into.triangle(corners.map(|at| Corner {
            at: axes::to_scene(at.x, at.y, form.level_m).to_array(),
            normal: [0.0, 1.0, 0.0],
            uv: [at.x as f32, at.y as f32],
            mark: [0.0, 0.0],
            colour: [1.0; 4],
        }));
    }
}
