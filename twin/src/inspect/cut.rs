//! Pointing into a city that is cut open.

use city::frame::LocalFrame;
use geo::Contains;
use geo_types::Point;

use super::pick::{Pick, Picked, REACH_M, Ray, pick_within};
use crate::{
    model::CityModel,
    scene::Buildings,
    section::{Cutting, Section, pipes::Tube},
};

/// Thin pipes are met from so far, as a part of the distance.
const NEAR: f64 = 0.004;
/// Pipes are pointed at so far below ground that is let through, m.
const DEPTH_M: f64 = 40.0;

/// The first thing that a ray meets where a box cuts the city and ground is let through: what is cut away is not met,
/// the box's sides are ground, and pipes are met where they are seen.
pub fn pick_cut(
    ray: &Ray,
    model: &CityModel,
    buildings: &Buildings,
    cutting: &Cutting,
    tubes: &[Tube],
) -> Option<Pick> {
    let section = cutting.section.and_then(Section::bounded);
    let left = left(ray, section.as_ref(), &model.frame);
    let solid = left.iter().find_map(|it| first(ray, *it, model, buildings));
    let is_through = cutting.see_through > 0.0;
    if section.is_none() && !is_through {
        return solid;
    }
    let end = solid.map_or(REACH_M, |it| match it.what {
        Picked::Ground if is_through => it.distance_m + DEPTH_M,
        _ => it.distance_m,
    });
    let is_shown = |t: f64| {
        let at = ray.at(t);
        let is_kept = section.is_some_and(|it| it.keeps && it.takes(at, &model.frame));
        let is_dug = section.is_some_and(|it| !it.keeps && it.takes(at, &model.frame));
        !is_kept && (is_through || is_dug || solid.is_none_or(|it| t < it.distance_m))
    };
    let met = tubes.iter().filter_map(|tube| Some((near(ray, tube)?, tube)));
    let met = met.filter(|(t, _)| *t < end && is_shown(*t)).min_by(|a, b| a.0.total_cmp(&b.0));
    let pipe = met.map(|(t, tube)| Pick {
        what: Picked::Feature(tube.source.0, tube.source.1),
        at: ray.at(t),
        distance_m: t,
    });
    pipe.or(solid)
}

/// The parts of a ray that the box leaves, m from its beginning, near to far.
fn left(ray: &Ray, section: Option<&Section>, frame: &LocalFrame) -> Vec<(f64, f64)> {
    let Some(section) = section else { return vec![(0.0, REACH_M)] };
    let inside = section.crossed(ray.from, ray.towards, frame);
    match (inside, section.keeps) {
        (Some((from, to)), true) => vec![(from, to.min(REACH_M))],
        (None, true) => Vec::new(),
        (Some((from, to)), false) => {
            let parts = [(0.0, from), (to, REACH_M)];
            parts.into_iter().filter(|(from, to)| to > from).collect()
        }
        (None, false) => vec![(0.0, REACH_M)],
    }
}

/// The first thing in a part of a ray. One that begins in the ground or in a building begins at the box's side.
fn first(
    ray: &Ray,
    (from, to): (f64, f64),
    model: &CityModel,
    buildings: &Buildings,
) -> Option<Pick> {
    let start = ray.at(from);
    let [x, y, z] = start;
    if from > 0.0 {
        let within = buildings.within([x, y], [x, y]).find(|form| {
            let is_high = (form.base_m..form.roof_m([x, y])).contains(&z);
            is_high && form.outline.contains(&Point::new(x, y))
        });
        let met = within.map(|form| Picked::Feature(form.source.0, form.source.1));
        let is_earth = z < model.heights.at(x, y);
        let met = met.or(is_earth.then_some(Picked::Ground));
        if let Some(what) = met {
            return Some(Pick { what, at: start, distance_m: from });
        }
    }
    let rest = Ray { from: start, towards: ray.towards };
    let met = pick_within(&rest, to - from, model, buildings)?;
    let distance_m = met.distance_m + from;
    (distance_m <= to + 0.5).then_some(Pick { distance_m, ..met })
}

/// Where a ray passes a tube so near that it is met, m from its beginning.
fn near(ray: &Ray, tube: &Tube) -> Option<f64> {
    let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let minus = |a: [f64; 3], b: [f64; 3]| [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    let met = tube.line.windows(2).filter_map(|side| {
        // The nearest places of a line and a piece of another one.
        let (way, between) = (minus(side[1], side[0]), minus(ray.from, side[0]));
        let (aa, bb, ab) = (1.0, dot(way, way), dot(ray.towards, way));
        let (ac, bc) = (dot(ray.towards, between), dot(way, between));
        let det = aa * bb - ab * ab;
        let along = if det > 1e-12 { ((aa * bc - ab * ac) / det).clamp(0.0, 1.0) } else { 0.0 };
        let place: [f64; 3] = std::array::from_fn(|k| side[0][k] + way[k] * along);
        let t = dot(minus(place, ray.from), ray.towards);
        let off = minus(ray.at(t), place);
        let limit = tube.radius_m.max(tube.half_height_m).max(t * NEAR);
        (t > 0.0 && dot(off, off) <= limit * limit).then_some(t)
    });
    met.min_by(f64::total_cmp)
}
