//! A ray against the ground, buildings and the points that stand out of it.

use city::Role;
use geo::Contains;
use geo_types::{Coord, Point};

use crate::{
    model::{CityModel, Heights},
    scene::{BuildingForm, Buildings},
};

/// How far one can point, m.
pub(super) const REACH_M: f64 = 30_000.0;

/// A ray in the local frame: east, north, up in m; a unit vector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ray {
    /// Where it begins.
    pub from: [f64; 3],
    /// Where it goes.
    pub towards: [f64; 3],
}

impl Ray {
    pub(super) fn at(&self, t: f64) -> [f64; 3] {
        std::array::from_fn(|k| self.from[k] + self.towards[k] * t)
    }
}

/// What was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picked {
    /// A feature: its layer by position in the model, and its position in the layer.
    Feature(usize, usize),
    /// The bare ground.
    Ground,
}

/// What was met, and where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pick {
    /// What.
    pub what: Picked,
    /// East, north, up, m.
    pub at: [f64; 3],
    /// m from the eye.
    pub distance_m: f64,
}

/// The first thing that a ray meets; `None` in the sky.
pub fn pick(ray: &Ray, model: &CityModel, buildings: &Buildings) -> Option<Pick> {
    pick_within(ray, REACH_M, model, buildings)
}

/// The first thing that a ray meets within a distance, m.
pub(super) fn pick_within(
    ray: &Ray,
    far_m: f64,
    model: &CityModel,
    buildings: &Buildings,
) -> Option<Pick> {
    let ground = model.heights.hit(ray.from, ray.towards, far_m);
    let reach = ground.unwrap_or(far_m);
    let solid = nearest_building(ray, reach, buildings).map(|(t, form)| (t, form.source));
    let end = ray.at(reach + 0.5);
    let models = buildings.besides().models.iter().filter_map(|it| it.first(ray.from, end));
    let models = models.map(|(part, source)| (part * (reach + 0.5), source));
    let solid = solid.into_iter().chain(models).min_by(|a, b| a.0.total_cmp(&b.0));
    let far = solid.map_or(reach, |(t, _)| t);
    let found = nearest_point(ray, far, model, &model.heights)
        .map(|(t, layer, feature)| (t, Picked::Feature(layer, feature)))
        .or_else(|| solid.map(|(t, source)| (t, Picked::Feature(source.0, source.1))))
        .or_else(|| ground.map(|t| (t, Picked::Ground)));
    found.map(|(t, what)| Pick { what, at: ray.at(t), distance_m: t })
}

impl CityModel {
    /// A feature by its layer and identifier, as if somebody had pointed at it.
    pub fn find(&self, layer: &str, id: &str) -> Option<Pick> {
        let number = self.layers.iter().position(|it| it.id == layer)?;
        let features = &self.layers[number].features;
        let place = features.iter().position(|feature| feature.id.to_string() == id)?;
        let (east, north) = features[place].place()?;
        let at = [east, north, self.heights.at(east, north)];
        Some(Pick { what: Picked::Feature(number, place), at, distance_m: 0.0 })
    }
}

fn nearest_building<'a>(
    ray: &Ray,
    reach: f64,
    buildings: &'a Buildings,
) -> Option<(f64, &'a BuildingForm)> {
    let end = ray.at(reach);
    let low = [ray.from[0].min(end[0]), ray.from[1].min(end[1])];
    let high = [ray.from[0].max(end[0]), ray.from[1].max(end[1])];
    let met = buildings.within(low, high).filter_map(|form| Some((meet(ray, form)?, form)));
    met.filter(|(t, _)| *t <= reach + 0.5).min_by(|a, b| a.0.total_cmp(&b.0))
}

/// Where a ray enters a building's prism: through a wall, or through its top.
fn meet(ray: &Ray, form: &BuildingForm) -> Option<f64> {
    let [dx, dy, dz] = ray.towards;
    let (foot, top) = (form.base_m - 1.0, form.top_m());
    let mut first: Option<f64> = None;
    let mut take = |t: f64| {
        if t > 0.0 && first.is_none_or(|first| t < first) {
            first = Some(t);
        }
    };
    if dz < -1e-9 {
        let t = (top - ray.from[2]) / dz;
        let [x, y, _] = ray.at(t);
        if form.outline.contains(&Point::new(x, y)) {
            take(t);
        }
    }
    for ring in std::iter::once(form.outline.exterior()).chain(form.outline.interiors()) {
        for side in ring.lines() {
            let (p, Coord { x: sx, y: sy }) = (side.start, side.delta());
            let det = dx * sy - dy * sx;
            if det.abs() < 1e-12 {
                continue;
            }
            let (ox, oy) = (p.x - ray.from[0], p.y - ray.from[1]);
            let t = (ox * sy - oy * sx) / det;
            let along = (ox * dy - oy * dx) / det;
            let up = ray.from[2] + dz * t;
            if (0.0..=1.0).contains(&along) && (foot..=top).contains(&up) {
                take(t);
            }
        }
    }
    first
}

/// The lamp, gauge, station or stop that the ray passes nearest to, within a hundredth of its distance.
fn nearest_point(
    ray: &Ray,
    reach: f64,
    model: &CityModel,
    heights: &Heights,
) -> Option<(f64, usize, usize)> {
    let is_post = |role: Role| {
        matches!(
            role,
            Role::Lamps
                | Role::Gauges
                | Role::RainGauges
                | Role::Stations
                | Role::BusStops
                | Role::Trees
        )
    };
    let mut best: Option<(f64, f64, usize, usize)> = None;
    for (number, layer) in model.layers.iter().enumerate().filter(|(_, it)| is_post(it.role)) {
        for (place, feature) in layer.features.iter().enumerate() {
            let Some((east, north)) = feature.place() else { continue };
            let foot = match layer.role {
                Role::Lamps => heights.stand_at(east, north),
                _ => heights.at(east, north),
            };
            let high = layer.number(feature, "height").unwrap_or(4.0).clamp(1.0, 40.0);
            // The middle of the post, and how far the ray passes from it.
            let at = [east, north, foot + high * 0.6];
            let way: [f64; 3] = std::array::from_fn(|k| at[k] - ray.from[k]);
            let t: f64 = (0..3).map(|k| way[k] * ray.towards[k]).sum();
            if t <= 0.0 || t > reach + 6.0 {
                continue;
            }
            let near = ray.at(t);
            let flat = (near[0] - east).hypot(near[1] - north);
            let is_high = (foot - 0.5..foot + high + 0.8).contains(&near[2]);
            let limit = (t * 0.008).clamp(0.35, 12.0);
            if is_high && flat < limit && best.is_none_or(|best| flat < best.0) {
                best = Some((flat, t, number, place));
            }
        }
    }
    best.map(|(_, t, layer, feature)| (t, layer, feature))
}
