//! A building's walls and roof as triangles.
//!
//! Walls carry metres along and storeys up as `uv`, the fabric and a seed as `mark`. Roofs carry metres as
//! `uv` and −1 − pattern as the fabric.

use bevy::math::Vec3;
use city::building::{Plan, RoofForm};
use geo_types::{Coord, Polygon};

use super::BuildingForm;
use crate::{
    axes,
    scene::shape::{Corner, Shape, normal_of},
    scene::triangles,
};

/// Walls go so deep below the foot, m: ground that falls off shows no gap.
const FOUNDATION_M: f64 = 1.5;
/// Eaves of sloped roofs reach out so far, m.
const EAVES_M: f64 = 0.45;

/// Adds a building, in tiles whose origin is at these metres east and north.
pub fn append_solid(form: &BuildingForm, origin: (f64, f64), into: &mut Shape) {
    let pen = Pen { form, origin, seed: super::super::shape::chance(form.seed, 1) };
    let top_m = form.top_m();
    match (form.roof, form.plan) {
        (RoofForm::Gable(rise), Some(plan)) => {
            pen.walls(&form.outline, top_m - rise, into);
            pen.gable(plan, top_m - rise, rise, into);
        }
        (RoofForm::Hip(rise), Some(plan)) => {
            pen.walls(&form.outline, top_m - rise, into);
            pen.hip(plan.widened(EAVES_M), top_m - rise, rise, into);
        }
        (RoofForm::Shed(rise), Some(plan)) => {
            pen.walls(&form.outline, top_m - rise, into);
            pen.shed(plan, top_m - rise, rise, into);
        }
        _ => {
            // The parapet is within the height; low sheds have none.
            let parapet_m = if form.height_m > 5.0 { 0.7 } else { 0.0 };
            pen.walls(&form.outline, top_m, into);
            pen.level(&form.outline, top_m - parapet_m, into);
        }
    }
}

struct Pen<'a> {
    form: &'a BuildingForm,
    origin: (f64, f64),
    seed: f32,
}

impl Pen<'_> {
    fn place(&self, at: Coord<f64>, up_m: f64) -> Vec3 {
        axes::to_scene(at.x - self.origin.0, at.y - self.origin.1, up_m)
    }

    fn walls(&self, outline: &Polygon<f64>, top_m: f64, into: &mut Shape) {
        let mut along = 0.0;
        for ring in std::iter::once(outline.exterior()).chain(outline.interiors()) {
            for side in ring.lines() {
                let length = (side.dx().powi(2) + side.dy().powi(2)).sqrt();
                if length > 0.05 {
                    self.wall(side.start, side.end, (along, length), top_m, into);
                    along += length;
                }
            }
        }
    }

    /// A wall from one corner to the next, the building on its left.
    fn wall(&self, p: Coord<f64>, q: Coord<f64>, run: (f64, f64), top_m: f64, into: &mut Shape) {
        let (along, length) = run;
        let normal = [((q.y - p.y) / length) as f32, 0.0, ((q.x - p.x) / length) as f32];
        let foot_m = self.form.base_m - FOUNDATION_M;
        let storeys = |up_m: f64| ((up_m - self.form.base_m) / self.form.storey_m) as f32;
        let [r, g, b, _] = self.form.fabric.wall(self.form.seed);
        // Alpha: the wall's own length, so that windows fit it.
        let colour = [r, g, b, length as f32];
        let mark = [f32::from(self.form.fabric as u8), self.seed];
        let corner = |at: Coord<f64>, u: f64, up_m: f64| Corner {
            at: self.place(at, up_m).to_array(),
            normal,
            uv: [u as f32, storeys(up_m)],
            mark,
            colour,
        };
        let _ = along;
        into.quad([
            corner(p, 0.0, foot_m),
            corner(q, length, foot_m),
            corner(q, length, top_m),
            corner(p, 0.0, top_m),
        ]);
    }

    fn level(&self, outline: &Polygon<f64>, up_m: f64, into: &mut Shape) {
        let (colour, pattern) = self.form.fabric.roof(self.form.seed, false);
        let (corners, triangles) = triangles::indexed(outline);
        let corners = corners.into_iter().map(|at| Corner {
            at: self.place(at, up_m).to_array(),
            normal: [0.0, 1.0, 0.0],
            uv: [at.x as f32 % 512.0, at.y as f32 % 512.0],
            mark: [-1.0 - pattern, self.seed],
            colour,
        });
        into.sheet(corners, &triangles);
    }

    /// A sloped face: first two corners along its eaves. `uv` runs along the eaves and up the slope.
    fn slope(&self, corners: &[(Coord<f64>, f64)], into: &mut Shape) {
        let (colour, pattern) = self.form.fabric.roof(self.form.seed, true);
        let places: Vec<Vec3> = corners.iter().map(|(at, up_m)| self.place(*at, *up_m)).collect();
        let [a, b, c, ..] = places[..] else { return };
        let along = (b - a).normalize_or(Vec3::X);
        let normal = normal_of(a.to_array(), b.to_array(), c.to_array());
        let up = Vec3::from(normal).cross(along);
        let corner = |at: Vec3| Corner {
            at: at.to_array(),
            normal,
            uv: [(at - a).dot(along), (at - a).dot(up)],
            mark: [-1.0 - pattern, self.seed],
            colour,
        };
        let fan: Vec<[u32; 3]> = (2..places.len() as u32).map(|k| [0, k - 1, k]).collect();
        into.sheet(places.iter().copied().map(corner), &fan);
    }

    fn gable(&self, plan: Plan, eaves_m: f64, rise: f64, into: &mut Shape) {
        let [a, b, c, d] = corners(plan);
        let ridge_m = eaves_m + rise;
        let (east, west) = (middle(b, c), middle(d, a));
        // The walls under the slopes.
        let mark = [0.0, self.seed];
        let [r, g, bl, _] = self.form.fabric.wall(self.form.seed);
        for (p, q, top) in [(b, c, east), (d, a, west)] {
            let places = [self.place(p, eaves_m), self.place(q, eaves_m), self.place(top, ridge_m)];
            let [x, y, z] = places.map(|at| at.to_array());
            let normal = normal_of(x, y, z);
            let colour = [r, g, bl, plan.across_m() as f32];
            into.triangle([x, y, z].map(|at| Corner { at, normal, uv: [0.5, 0.5], mark, colour }));
        }
        // The slopes, with their eaves beyond and below the walls.
        let wide = plan.widened(EAVES_M);
        let [a, b, c, d] = corners(wide);
        let drop_m = rise * EAVES_M / (plan.across_m() / 2.0);
        let (east, west) = (middle(b, c), middle(d, a));
        let low = eaves_m - drop_m;
        self.slope(&[(a, low), (b, low), (east, ridge_m), (west, ridge_m)], into);
        self.slope(&[(c, low), (d, low), (west, ridge_m), (east, ridge_m)], into);
    }

    fn hip(&self, plan: Plan, eaves_m: f64, rise: f64, into: &mut Shape) {
        let [a, b, c, d] = corners(plan);
        let inset = (plan.across_m() / 2.0 / plan.along_m()).min(0.5);
        let (west, east) = (middle(d, a), middle(b, c));
        let on_ridge = |part: f64| Coord {
            x: west.x + (east.x - west.x) * part,
            y: west.y + (east.y - west.y) * part,
        };
        let (west, east) = (on_ridge(inset), on_ridge(1.0 - inset));
        let ridge_m = eaves_m + rise;
        self.slope(&[(a, eaves_m), (b, eaves_m), (east, ridge_m), (west, ridge_m)], into);
        self.slope(&[(c, eaves_m), (d, eaves_m), (west, ridge_m), (east, ridge_m)], into);
        self.slope(&[(b, eaves_m), (c, eaves_m), (east, ridge_m)], into);
        self.slope(&[(d, eaves_m), (a, eaves_m), (west, ridge_m)], into);
    }

    fn shed(&self, plan: Plan, eaves_m: f64, rise: f64, into: &mut Shape) {
        let [a, b, c, d] = corners(plan);
        let top_m = eaves_m + rise;
        let mark = [0.0, self.seed];
        let [r, g, bl, _] = self.form.fabric.wall(self.form.seed);
        let colour = [r, g, bl, plan.across_m() as f32];
        let side = |corners: [(Coord<f64>, f64); 3], into: &mut Shape| {
            let [x, y, z] = corners.map(|(at, up)| self.place(at, up).to_array());
            let normal = normal_of(x, y, z);
            into.triangle([x, y, z].map(|at| Corner { at, normal, uv: [0.5, 0.5], mark, colour }));
        };
        side([(b, eaves_m), (c, eaves_m), (c, top_m)], into);
        side([(d, eaves_m), (a, eaves_m), (d, top_m)], into);
        side([(c, eaves_m), (d, eaves_m), (d, top_m)], into);
        side([(c, eaves_m), (d, top_m), (c, top_m)], into);
        self.slope(&[(a, eaves_m), (b, eaves_m), (c, top_m), (d, top_m)], into);
    }
}

fn corners(plan: Plan) -> [Coord<f64>; 4] {
    plan.corners().map(|[x, y]| Coord { x, y })
}

fn middle(a: Coord<f64>, b: Coord<f64>) -> Coord<f64> {
    Coord { x: (a.x + b.x) / 2.0, y: (a.y + b.y) / 2.0 }
}
