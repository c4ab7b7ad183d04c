//! Surfaces into triangles.

use super::{
    CITYJSON, Left,
    appearance::{Coat, Palette},
    walk,
    wire::{Geometry, Templates},
};
use crate::models::{Model, Sheet, Why, limits, trouble};

/// Smaller is no surface, m².
const LEAST_M2: f64 = 1e-9;

/// Makes triangles of an object's surfaces.
pub(super) struct Mesher<'a> {
    pub(super) kind: &'a str,
    /// The object's number in the model.
    pub(super) object: u32,
    pub(super) palette: &'a mut Palette,
    pub(super) model: &'a mut Model,
    pub(super) left: &'a mut Left,
}

impl Mesher<'_> {
    /// Adds a geometry; whether it gave a surface.
    pub(super) fn geometry(
        &mut self,
        geometry: &Geometry,
        corners: &[[f64; 3]],
        templates: Option<&Templates>,
    ) -> Result<bool, Why> {
        if geometry.kind != "GeometryInstance" {
            return self.surfaces(geometry, corners);
        }
        let broken = |what: &str| Why::broken(CITYJSON, what);
        let templates = templates.ok_or_else(|| broken("an instance without templates"))?;
        let number = geometry.template.ok_or_else(|| broken("an instance of no template"))?;
        let template = templates.templates.get(number);
        let template =
            template.ok_or_else(|| broken("an instance of a template that is missing"))?;
        // A template of templates would never end.
        if template.kind == "GeometryInstance" {
            return Err(broken("a template that is an instance"));
        }
        let anchor = geometry.boundaries.get(0).and_then(serde_json::Value::as_u64);
        let anchor = anchor.and_then(|at| corners.get(at as usize));
        let anchor = *anchor.ok_or_else(|| broken("an instance whose place is missing"))?;
        let matrix = geometry.matrix.unwrap_or(IDENTITY);
        let placed: Vec<[f64; 3]> = templates
            .vertices
            .iter()
            .map(|at| {
                std::array::from_fn(|k| {
                    let row = &matrix[k * 4..k * 4 + 4];
                    row[0] * at[0] + row[1] * at[1] + row[2] * at[2] + row[3] + anchor[k]
                })
            })
            .collect();
        self.surfaces(template, &placed)
    }

    fn surfaces(&mut self, geometry: &Geometry, corners: &[[f64; 3]]) -> Result<bool, Why> {
        let Some(depth) = geometry.depth() else {
            self.left.pointlike += 1;
            return Ok(false);
        };
        let (found, broken) = walk::surfaces(&geometry.boundaries, depth);
        self.left.broken += broken;
        let mut has_any = false;
        for surface in found {
            let coat = self.palette.coat(geometry, &surface.path, &surface.rings, self.kind);
            match self.surface(&surface.rings, corners, &coat) {
                true => has_any = true,
                false => self.left.broken += 1,
            }
        }
        trouble::at_most(self.model.triangle_count(), limits::TRIANGLES, trouble::TRIANGLES)?;
        Ok(has_any)
    }

    /// Adds a surface; whether it had an area and all of its corners.
    fn surface(&mut self, rings: &[Vec<usize>], corners: &[[f64; 3]], coat: &Coat) -> bool {
        let mut points: Vec<[f64; 3]> = Vec::new();
        let mut uvs: Vec<[f32; 2]> = Vec::new();
        let mut holes: Vec<u32> = Vec::new();
        for (number, ring) in rings.iter().enumerate() {
            let mut at: Vec<([f64; 3], [f32; 2])> = Vec::with_capacity(ring.len());
            for (place, corner) in ring.iter().enumerate() {
                let Some(corner) = corners.get(*corner) else { return false };
                let uv = coat.uvs.get(number).and_then(|it| it.get(place));
                at.push((*corner, uv.copied().unwrap_or_default()));
            }
            at.dedup_by_key(|it| it.0);
            // Some repeat the first corner at the end.
            if at.len() > 1 && at.first().map(|it| it.0) == at.last().map(|it| it.0) {
                at.pop();
            }
            if at.len() < 3 {
                match number {
                    0 => return false,
                    // A hole without area is none.
                    _ => continue,
                }
            }
            if number > 0 {
                holes.push(points.len() as u32);
            }
            points.extend(at.iter().map(|it| it.0));
            uvs.extend(at.iter().map(|it| it.1));
        }
        let outer = holes.first().map_or(points.len(), |it| *it as usize);
        let triangles = triangles(&points, outer, &holes);
        let sheet = sheet_of(self.model, coat.paint);
        for three in &triangles {
            for corner in three {
                sheet.indices.push(sheet.positions.len() as u32);
                sheet.positions.push(points[*corner]);
                sheet.uvs.push(uvs[*corner]);
                sheet.colours.push(coat.colour);
            }
            sheet.objects.push(self.object);
        }
        !triangles.is_empty()
    }
}

const IDENTITY: [f64; 16] =
    [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0];

/// The sheet of a paint; those of one paint are one.
fn sheet_of(model: &mut Model, paint: usize) -> &mut Sheet {
    while model.sheets.len() <= paint {
        let paint = model.sheets.len();
        model.sheets.push(Sheet { paint, ..Sheet::default() });
    }
    &mut model.sheets[paint]
}

/// The triangles of a plane face in space, counter-clockwise as its first ring is: by their shape on the plane of
/// that ring (Newell's normal).
fn triangles(points: &[[f64; 3]], outer: usize, holes: &[u32]) -> Vec<[usize; 3]> {
    let origin = points[0];
    let away = |at: &[f64; 3]| -> [f64; 3] { std::array::from_fn(|k| at[k] - origin[k]) };
    let mut normal = [0.0; 3];
    let ring = &points[..outer];
    for (p, q) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        let (p, q) = (away(p), away(q));
        normal[0] += (p[1] - q[1]) * (p[2] + q[2]);
        normal[1] += (p[2] - q[2]) * (p[0] + q[0]);
        normal[2] += (p[0] - q[0]) * (p[1] + q[1]);
    }
    let length = normal.iter().map(|it| it * it).sum::<f64>().sqrt();
    if !length.is_finite() || length <= 2.0 * LEAST_M2 {
        return Vec::new();
    }
    let normal = normal.map(|it| it / length);
    if points.len() == 3 {
        return vec![[0, 1, 2]];
    }
    // Two axes on the plane, the normal to their left turn.
    let helper = if normal[2].abs() < 0.9 { [0.0, 0.0, 1.0] } else { [1.0, 0.0, 0.0] };
    let u = unit(cross(helper, normal));
    let v = cross(normal, u);
    let flat = points.iter().map(|at| {
        let at = away(at);
        [dot(at, u), dot(at, v)]
    });
    let flat: Vec<[f64; 2]> = flat.collect();
    let mut indices: Vec<u32> = Vec::new();
    earcut::Earcut::new().earcut(flat.iter().copied(), holes, &mut indices);
    let threes = indices.chunks_exact(3).map(|it| [it[0] as usize, it[1] as usize, it[2] as usize]);
    threes
        .map(|[a, b, c]| {
            let (p, q, r) = (flat[a], flat[b], flat[c]);
            let twice = (q[0] - p[0]) * (r[1] - p[1]) - (r[0] - p[0]) * (q[1] - p[1]);
            if twice >= 0.0 { [a, b, c] } else { [a, c, b] }
        })
        .collect()
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn unit(a: [f64; 3]) -> [f64; 3] {
    let length = dot(a, a).sqrt();
    if length > 0.0 { a.map(|it| it / length) } else { [1.0, 0.0, 0.0] }
}
