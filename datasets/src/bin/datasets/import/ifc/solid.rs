//! What the triangles of a building's parts say of its footprint and its height.

use geo::{
    Area, BooleanOps, Buffer, Simplify,
    algorithm::buffer::{BufferStyle, LineJoin},
    unary_union,
};
use geo_types::{LineString, MultiPolygon, Polygon};
use ifc_lite_core::IfcType;

/// Three corners in the model, m, counterclockwise seen from outside.
pub(super) type Triangle = [[f64; 3]; 3];

/// A surface that looks down by more is an underside (45°).
const DOWN: f64 = -0.7;
/// Less area is nothing, m².
const LEAST_M2: f64 = 1e-6;
/// A yard or a piece with less is a gap between parts, m².
const GAP_M2: f64 = 1.0;
/// Corners that lie closer to a straight edge are left out, m.
const STRAIGHT_M: f64 = 0.01;

/// What a part counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It stands around the ground.
    Wall,
    /// It lies on the ground, or over it, or beside it.
    Slab,
    /// It counts for the height alone: it may reach past the walls.
    Cover,
}

/// A part of a building.
pub(super) struct Part {
    pub(super) use_of: Use,
    pub(super) triangles: Vec<Triangle>,
}

/// What a kind of element counts for; `None` of what is no part of the shell, such as furniture and pipes.
pub(super) fn use_of(kind: &IfcType) -> Option<Use> {
    Some(match kind {
        IfcType::IfcWall
        | IfcType::IfcWallStandardCase
        | IfcType::IfcWallElementedCase
        | IfcType::IfcColumn
        | IfcType::IfcColumnStandardCase
        | IfcType::IfcCurtainWall
        | IfcType::IfcPlate
        | IfcType::IfcPlateStandardCase => Use::Wall,
        IfcType::IfcSlab | IfcType::IfcSlabStandardCase | IfcType::IfcSlabElementedCase => {
            Use::Slab
        }
        IfcType::IfcRoof
        | IfcType::IfcBeam
        | IfcType::IfcBeamStandardCase
        | IfcType::IfcMember
        | IfcType::IfcMemberStandardCase
        | IfcType::IfcCovering
        | IfcType::IfcChimney
        | IfcType::IfcBuildingElementProxy
        | IfcType::IfcBuildingElementPart => Use::Cover,
        _ => return None,
    })
}

/// Lowest and highest corner, m.
pub(super) fn range(parts: &[Part]) -> Option<(f64, f64)> {
    let heights = parts.iter().flat_map(|part| &part.triangles).flatten().map(|corner| corner[2]);
    let range = heights
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), z| (low.min(z), high.max(z)));
    (range.0.is_finite() && range.1 > range.0).then_some(range)
}

/// The ground that the walls and columns stand around, seen from above: their undersides, the gaps between them closed,
/// with what they enclose where a slab lies in it; an open yard stays open. Of what has no walls, the slabs.
///
/// Slabs alone reach too far: they are terraces and roofs as well.
pub(super) fn footprint(parts: &[Part]) -> MultiPolygon<f64> {
    let of = |wanted: Use| covered(parts.iter().filter(|part| part.use_of == wanted));
    let (walls, slabs) = (closed(&of(Use::Wall)), of(Use::Slab));
    let outlines = walls.iter().map(|wall| Polygon::new(wall.exterior().clone(), Vec::new()));
    let outlines: Vec<Polygon<f64>> = outlines.collect();
    let within = if outlines.is_empty() { MultiPolygon(outlines) } else { unary_union(&outlines) };
    // Single walls under a roof enclose little of what is built.
    if within.unsigned_area() < 0.3 * slabs.unsigned_area() {
        return whole(slabs);
    }
    if within.0.is_empty() {
        return whole(covered(parts.iter()));
    }
    let built = closed(&walls.union(&slabs.intersection(&within)));
    // Where floors are not drawn, everything that the walls enclose is built.
    let has_floors = built.unsigned_area() > 0.5 * within.unsigned_area();
    whole(if has_floors { built } else { within })
}

/// Areas without corners on straight edges, and without what is too small to be a yard or a piece.
fn whole(areas: MultiPolygon<f64>) -> MultiPolygon<f64> {
    let is_large =
        |ring: &LineString<f64>| Polygon::new(ring.clone(), Vec::new()).unsigned_area() > GAP_M2;
    let whole = areas.into_iter().map(|polygon| {
        let (outer, inner) = polygon.into_inner();
        Polygon::new(outer, inner.into_iter().filter(is_large).collect()).simplify(STRAIGHT_M)
    });
    MultiPolygon(whole.filter(|polygon| is_large(polygon.exterior())).collect())
}

/// Areas grown and shrunk again, so that those less than a door's frame apart are one.
fn closed(areas: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    /// Half the gap, m.
    const REACH_M: f64 = 0.15;
    // A corner goes out to a point (but for very sharp ones) and comes back to where it was.
    let style = |distance: f64| BufferStyle::new(distance).line_join(LineJoin::Miter(0.5));
    areas.buffer_with_style(style(REACH_M)).buffer_with_style(style(-REACH_M))
}

/// The ground under the level undersides of parts.
fn covered<'a>(parts: impl Iterator<Item = &'a Part>) -> MultiPolygon<f64> {
    let flat = parts.flat_map(|part| {
        let lowest = lowest(part);
        part.triangles.iter().filter(move |triangle| is_under(triangle, lowest))
    });
    let flat = flat.map(|triangle| {
        let ring: LineString<f64> = triangle.iter().map(|at| (at[0], at[1])).collect();
        Polygon::new(ring, Vec::new())
    });
    let flat: Vec<Polygon<f64>> = flat.filter(|it| it.unsigned_area() > LEAST_M2).collect();
    if flat.is_empty() { MultiPolygon(Vec::new()) } else { unary_union(&flat) }
}

/// Lowest corner of a part, m.
fn lowest(part: &Part) -> f64 {
    part.triangles.iter().flatten().map(|corner| corner[2]).fold(f64::INFINITY, f64::min)
}

/// Whether a triangle is of the level underside of a part; a sloped one, as of a roof, has none.
fn is_under(triangle: &Triangle, lowest: f64) -> bool {
    /// As far above the lowest corner it still is its underside, m.
    const LEVEL_M: f64 = 0.05;
    let normal = normal(triangle);
    let length = normal.iter().map(|part| part * part).sum::<f64>().sqrt();
    let looks_down = length > LEAST_M2 && normal[2] / length < DOWN;
    looks_down && triangle.iter().all(|corner| corner[2] < lowest + LEVEL_M)
}

fn normal([a, b, c]: &Triangle) -> [f64; 3] {
    let [u, v] = [b, c].map(|end| [0, 1, 2].map(|axis| end[axis] - a[axis]));
    [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
}
