//! The faces of a feature that the sun may shine on, and the places on them that stand for the whole.

use geo::{BoundingRect, Contains};
use geo_types::{Geometry, Point, Polygon};

use super::{Obstacles, measure::plan_distance_m};
use crate::{model::CityFeature, scene::BuildingForm};

/// Shorter walls are left out, m.
const SHORTEST_M: f64 = 1.0;
/// Walls of a building, at most: the longest of them.
const MOST_WALLS: usize = 48;
/// Between places on a wall, m.
const WALL_STEP_M: f64 = 3.0;
/// Columns, and rows, of places on a wall, at most.
const MOST_ON_A_SIDE: usize = 8;
/// Places on a plot or a roof, about, and at most.
const PLOT_POINTS: f64 = 200.0;
/// Places stand out of their face so far, m.
const OUT_M: f64 = 0.05;
/// Lower is in the ground, m.
const LOWEST_M: f64 = 0.2;

/// What a face is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Surface {
    /// A wall that looks in a direction, degrees clockwise from north; so many metres long.
    Wall {
        /// Where it looks.
        heading_deg: f64,
        /// Its length on the map, m.
        length_m: f64,
    },
    /// A roof, as level.
    Roof,
    /// Ground.
    Plot,
}

/// A face.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// What it is.
    pub surface: Surface,
    /// m².
    pub area_m2: f64,
    /// Where it looks, a unit vector: east, north, up.
    pub normal: [f64; 3],
    /// The places that stand for it, m.
    pub points: Vec<[f64; 3]>,
}

/// The faces of a feature: of a building each wall longer than a metre and the roof; of other areas the ground;
/// of lines and points places on the ground. What a neighbour's wall covers is no face. Empty where a feature
/// has no place.
pub fn faces_of(
    obstacles: &Obstacles<'_>,
    source: (usize, usize),
    feature: &CityFeature,
) -> Vec<Face> {
    let forms: Vec<&BuildingForm> =
        feature.geometry.bounding_rect().map_or_else(Vec::new, |edges| {
            let (low, high) = (edges.min(), edges.max());
            let near = obstacles.buildings.within([low.x, low.y], [high.x, high.y]);
            near.filter(|form| form.source == source).collect()
        });
    if forms.is_empty() { ground_of(obstacles, feature) } else { of_building(obstacles, forms) }
}

fn of_building(obstacles: &Obstacles<'_>, mut forms: Vec<&BuildingForm>) -> Vec<Face> {
    // The index gives them in no order.
    let corner = |form: &BuildingForm| form.outline.exterior().0.first().map_or(0.0, |at| at.x);
    forms.sort_by(|a, b| corner(a).total_cmp(&corner(b)));
    let mut faces: Vec<Face> = Vec::new();
    for form in &forms {
        for ring in std::iter::once(form.outline.exterior()).chain(form.outline.interiors()) {
            let sides =
                ring.lines().map(|side| ([side.start.x, side.start.y], [side.end.x, side.end.y]));
            faces.extend(sides.filter_map(|(p, q)| wall(obstacles, form, p, q)));
        }
    }
    faces.sort_by(|a, b| b.area_m2.total_cmp(&a.area_m2));
    faces.truncate(MOST_WALLS);
    let heading = |face: &Face| match face.surface {
        Surface::Wall { heading_deg, .. } => heading_deg,
        _ => 0.0,
    };
    faces.sort_by(|a, b| heading(a).total_cmp(&heading(b)));
    let roofs = forms.iter().map(|form| {
        let up = |at: [f64; 2]| form.roof_m(at);
        level(&form.outline, up, Surface::Roof)
    });
    faces.extend(roofs.filter(|face| !face.points.is_empty()));
    faces
}

/// A wall from one corner to the next, the building on its left; `None` where all of it is short, in the ground
/// or behind a neighbour's wall.
fn wall(obstacles: &Obstacles<'_>, form: &BuildingForm, p: [f64; 2], q: [f64; 2]) -> Option<Face> {
    let length_m = plan_distance_m(p, q);
    if length_m < SHORTEST_M {
        return None;
    }
    let along = [(q[0] - p[0]) / length_m, (q[1] - p[1]) / length_m];
    let normal = [along[1], -along[0], 0.0];
    let cols = ((length_m / WALL_STEP_M).round() as usize).clamp(1, MOST_ON_A_SIDE);
    let (mut points, mut high_m, mut all, mut seen) = (Vec::new(), 0.0, 0usize, 0usize);
    for col in 0..cols {
        let part = (col as f64 + 0.5) / cols as f64 * length_m;
        let on = [p[0] + along[0] * part, p[1] + along[1] * part];
        let wall_m = form.roof_m(on) - form.base_m;
        high_m += wall_m / cols as f64;
        let at = [on[0] + normal[0] * OUT_M, on[1] + normal[1] * OUT_M];
        let floor_m = obstacles.heights.at(at[0], at[1]) + LOWEST_M;
        let rows = ((wall_m / form.storey_m).round() as usize).clamp(1, MOST_ON_A_SIDE);
        for row in 0..rows {
            let up = form.base_m + wall_m * (row as f64 + 0.5) / rows as f64;
            let place = [at[0], at[1], up];
            all += 1;
            if up > floor_m && !obstacles.is_inside(place, None) {
                seen += 1;
                points.push(place);
            }
        }
    }
    let share = seen as f64 / all.max(1) as f64;
    let heading_deg = normal[0].atan2(normal[1]).to_degrees().rem_euclid(360.0);
    (!points.is_empty()).then_some(Face {
        surface: Surface::Wall { heading_deg, length_m },
        area_m2: length_m * high_m * share,
        normal,
        points,
    })
}

/// A face that looks up, its places on a square grid from its box's south-west.
fn level(outline: &Polygon<f64>, up: impl Fn([f64; 2]) -> f64, surface: Surface) -> Face {
    use geo::Area;
    let area_m2 = outline.unsigned_area();
    let step_m = (area_m2 / PLOT_POINTS).sqrt().max(1.0);
    let mut points = Vec::new();
    if let Some(edges) = outline.bounding_rect() {
        let count = |size: f64| (size / step_m).ceil().clamp(1.0, 200.0) as usize;
        let (cols, rows) = (count(edges.width()), count(edges.height()));
        for row in 0..rows {
            for col in 0..cols {
                let east = edges.min().x + edges.width() * (col as f64 + 0.5) / cols as f64;
                let north = edges.min().y + edges.height() * (row as f64 + 0.5) / rows as f64;
                if outline.contains(&Point::new(east, north)) {
                    points.push([east, north, up([east, north]) + OUT_M]);
                }
            }
        }
    }
    Face { surface, area_m2, normal: [0.0, 0.0, 1.0], points }
}

/// The ground of a feature that is no building: what is under roofs is left out.
fn ground_of(obstacles: &Obstacles<'_>, feature: &CityFeature) -> Vec<Face> {
    let up = |at: [f64; 2]| obstacles.heights.at(at[0], at[1]);
    let mut faces: Vec<Face> =
        feature.polygons().iter().map(|outline| level(outline, up, Surface::Plot)).collect();
    let mut places: Vec<[f64; 2]> = Vec::new();
    for line in feature.lines() {
        for side in line.lines() {
            let length_m = side.dx().hypot(side.dy());
            let count = (length_m / 10.0).ceil().clamp(1.0, 100.0) as usize;
            places.extend((0..count).map(|k| {
                let part = (k as f64 + 0.5) / count as f64;
                [side.start.x + side.dx() * part, side.start.y + side.dy() * part]
            }));
        }
    }
    match &feature.geometry {
        Geometry::Point(at) => places.push([at.x(), at.y()]),
        Geometry::MultiPoint(all) => places.extend(all.iter().map(|at| [at.x(), at.y()])),
        _ => {}
    }
    if !places.is_empty() {
        let points = places.into_iter().map(|at| [at[0], at[1], up(at) + OUT_M]).collect();
        let (surface, normal) = (Surface::Plot, [0.0, 0.0, 1.0]);
        faces.push(Face { surface, area_m2: 0.0, normal, points });
    }
    for face in &mut faces {
        face.points.retain(|at| !obstacles.is_inside(*at, None));
    }
    faces.retain(|face| !face.points.is_empty());
    faces
}
