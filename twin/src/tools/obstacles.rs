//! What stands between two places: the ground, and buildings under their roofs.

use geo::Contains;
use geo_types::Point;

use super::ground;
use crate::{
    model::Heights,
    scene::{BuildingForm, Buildings},
};

/// Less of a solid in the way is a touch, m.
const TOUCH_M: f64 = 1e-3;
/// Walls go so deep below the foot, m.
const FOUNDATION_M: f64 = 1.5;
/// Shadows farther away are none, m: the sun stands lower than 2° behind what would throw them.
const FARTHEST_M: f64 = 20_000.0;

/// What is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// The ground.
    Ground,
    /// A building: its layer by position in the model, and its position in the layer.
    Building(usize, usize),
}

/// Where something is in the way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// What.
    pub by: By,
    /// East, north, up, m.
    pub at: [f64; 3],
    /// How much of the way was free, 0 to 1.
    pub part: f64,
}

/// The ground and the buildings of a city, to be asked what they hide.
#[derive(Debug, Clone, Copy)]
pub struct Obstacles<'a> {
    /// The ground.
    pub heights: &'a Heights,
    /// What stands on it.
    pub buildings: &'a Buildings,
    /// Nothing is higher, m.
    highest_m: f64,
}

impl<'a> Obstacles<'a> {
    /// The obstacles of a city.
    pub fn new(heights: &'a Heights, buildings: &'a Buildings) -> Self {
        let tops = buildings.forms.iter().map(BuildingForm::top_m);
        let added = buildings.besides();
        let proposed = added.forms.iter().map(BuildingForm::top_m);
        let models = added.models.iter().map(|it| it.model.soup.edges().1[2]);
        let tops = tops.chain(proposed).chain(models);
        let highest_m = tops.fold(f64::from(heights.range().1), f64::max);
        Self { heights, buildings, highest_m }
    }

    /// What is met first on the way from one place to another.
    pub fn first(&self, from: [f64; 3], to: [f64; 3]) -> Option<Hit> {
        let ground = ground::meets(self.heights, from, to).map(|part| (part, By::Ground));
        let solids = self.solids(from, to);
        // Of two at one place the smaller identity, so that the order of the index does not matter.
        let nearest = solids.chain(ground).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        nearest.map(|(part, by)| Hit { by, at: between(from, to, part), part })
    }

    /// Whether nothing is met on the way.
    pub fn is_free(&self, from: [f64; 3], to: [f64; 3]) -> bool {
        self.solids(from, to).next().is_none() && ground::meets(self.heights, from, to).is_none()
    }

    /// Everything that is met on the way, each once, in the order of [`By`].
    pub fn all(&self, from: [f64; 3], to: [f64; 3]) -> Vec<By> {
        let mut met: Vec<By> = self.solids(from, to).map(|(_, by)| by).collect();
        met.extend(ground::meets(self.heights, from, to).map(|_| By::Ground));
        met.sort_unstable();
        met.dedup();
        met
    }

    /// The roof over a place of the map, m, and whose it is; the highest where there are several.
    pub fn roof_at(&self, at: [f64; 2]) -> Option<(f64, By)> {
        let place = Point::new(at[0], at[1]);
        let here = self.buildings.within(at, at).filter(|form| form.outline.contains(&place));
        let roofs = here.map(|form| (form.roof_m(at), by(form)));
        let models = self.buildings.besides().models.iter();
        let models =
            models.filter_map(|it| it.top(at)).map(|(up, it)| (up, By::Building(it.0, it.1)));
        roofs.chain(models).max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
    }

    /// What one stands on at a place of the map, and how high that is, m: a roof, or the ground.
    pub fn surface(&self, at: [f64; 2]) -> (f64, By) {
        self.roof_at(at).unwrap_or_else(|| (self.heights.at(at[0], at[1]), By::Ground))
    }

    /// Whether a place is within a building other than one.
    pub fn is_inside(&self, at: [f64; 3], other_than: Option<(usize, usize)>) -> bool {
        let [east, north, up] = at;
        let place = Point::new(east, north);
        let models = &self.buildings.besides().models;
        let is_in_model = models.iter().any(|it| {
            let (low, high) = it.model.soup.edges();
            let is_near = (0..3).all(|k| (low[k]..=high[k]).contains(&at[k]));
            is_near && !it.model.is_scenery && it.model.soup.holds(at)
        });
        is_in_model
            || self.buildings.within([east, north], [east, north]).any(|form| {
                Some(form.source) != other_than
                    && (form.base_m - FOUNDATION_M..form.roof_m([east, north])).contains(&up)
                    && form.outline.contains(&place)
            })
    }

    /// Where a ray from a place has left behind everything that could be in its way; `None` where it does at
    /// once.
    pub fn end_of(&self, from: [f64; 3], towards: [f64; 3]) -> Option<[f64; 3]> {
        let flat = towards[0].hypot(towards[1]);
        let above_m = if flat > 1e-9 { FARTHEST_M / flat } else { f64::INFINITY };
        let reach = match towards[2] > 1e-9 {
            true => ((self.highest_m - from[2]) / towards[2]).min(above_m),
            false => above_m.min(FARTHEST_M),
        };
        (reach > 0.0).then(|| std::array::from_fn(|k| from[k] + towards[k] * reach))
    }

    /// The buildings on the way, and the faces of models, each with the part of the way at which it begins; in no
    /// order.
    fn solids(&self, from: [f64; 3], to: [f64; 3]) -> impl Iterator<Item = (f64, By)> {
        let buildings = self.buildings;
        let near = buildings.along([from[0], from[1]], [to[0], to[1]]);
        let lowest = from[2].min(to[2]);
        let models = buildings.besides().models.iter().flat_map(move |it| it.met(from, to));
        let models = models.map(|(part, it)| (part, By::Building(it.0, it.1)));
        near.filter(move |form| form.top_m() > lowest)
            .filter_map(move |form| Some((stretch(form, from, to)?.0, by(form))))
            .chain(models)
    }
}

fn by(form: &BuildingForm) -> By {
    By::Building(form.source.0, form.source.1)
}

pub(super) fn between(from: [f64; 3], to: [f64; 3], part: f64) -> [f64; 3] {
    std::array::from_fn(|k| from[k] + (to[k] - from[k]) * part)
}

/// The first stretch of a line within a building, as parts of the line from 0 to 1.
///
/// On the map the sides of the outline cut the line into stretches inside and outside. Over each the line and
/// the planes of the roof rise evenly, so that each plane (of which the lowest counts) leaves one stretch of it.
fn stretch(form: &BuildingForm, from: [f64; 3], to: [f64; 3]) -> Option<(f64, f64)> {
    let way: [f64; 3] = std::array::from_fn(|k| to[k] - from[k]);
    let flat2 = way[0] * way[0] + way[1] * way[1];
    let length_m = (flat2 + way[2] * way[2]).sqrt();
    let least = TOUCH_M / length_m.max(TOUCH_M);
    let fits = |(low, high): (f64, f64)| {
        let (mut low, mut high) = (low.max(0.0), high.min(1.0));
        // What must not be negative within the solid, at both ends of the line.
        let mut keep = |at_0: f64, at_1: f64| {
            let slope = at_1 - at_0;
            if slope.abs() < 1e-12 {
                if at_0 < 0.0 {
                    high = f64::NEG_INFINITY;
                }
            } else if slope > 0.0 {
                low = low.max(-at_0 / slope);
            } else {
                high = high.min(-at_0 / slope);
            }
        };
        let foot_m = form.base_m - FOUNDATION_M;
        keep(from[2] - foot_m, to[2] - foot_m);
        for plane in &form.roof_planes {
            keep(plane.z([from[0], from[1]]) - from[2], plane.z([to[0], to[1]]) - to[2]);
        }
        (high - low > least).then_some((low, high))
    };
    if flat2.sqrt() < 1e-9 {
        let is_over = form.outline.contains(&Point::new(from[0], from[1]));
        return is_over.then(|| fits((0.0, 1.0))).flatten();
    }
    // To which side of the line a corner lies; half open, so that every ring is crossed an even number of times.
    let side = |x: f64, y: f64| way[0] * (y - from[1]) - way[1] * (x - from[0]);
    let mut crossings: Vec<f64> = Vec::with_capacity(8);
    for ring in std::iter::once(form.outline.exterior()).chain(form.outline.interiors()) {
        for edge in ring.lines() {
            let (a, b) = (side(edge.start.x, edge.start.y), side(edge.end.x, edge.end.y));
            if (a > 0.0) != (b > 0.0) {
                let on = a / (a - b);
                let (x, y) = (edge.start.x + edge.dx() * on, edge.start.y + edge.dy() * on);
                crossings.push(((x - from[0]) * way[0] + (y - from[1]) * way[1]) / flat2);
            }
        }
    }
    crossings.sort_unstable_by(f64::total_cmp);
    crossings.chunks_exact(2).filter_map(|pair| fits((pair[0], pair[1]))).next()
}
