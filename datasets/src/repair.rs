//! Repair of geometries on their way into a layer.
//!
//! Sources hold rings that cross themselves, points that stand twice, shells wound the wrong way and
//! polygons without area. [`repair`] makes a geometry that the OGC Simple Features rules
//! (OGC 06-103r4, 6.1) call valid, says what it did, and refuses only what has nothing left.
//! Coordinates are longitude and latitude in degrees.
//!
//! A ring that crosses itself is resolved by the non-zero winding rule: both lobes of a figure of
//! eight stay, a loop run twice is filled once, and a hole that touches its shell (as Esri writes
//! it) stays a hole.

mod shape;
mod topology;

use std::collections::BTreeSet;

use city::layer::GeometryKind;
use geo::{
    Area, BooleanOps, InteriorPoint, Winding,
    bool_ops::{FillRule, OpType, unary_union},
};
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Point, Polygon};
use serde::{Deserialize, Serialize};

pub use shape::kind_of;

/// Polygons smaller than this are no land: 10⁻¹³ square degrees, about 12 cm² in Vietnam.
const MIN_AREA_DEG2: f64 = 1e-13;

/// Points closer than this are one: 10⁻⁹ degrees, about 0.1 mm, a hundredth of what a survey tells.
const SAME_POINT_DEG: f64 = 1e-9;

/// What was done to a geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repair {
    /// Rings that crossed or touched themselves or one another were resolved.
    Crossing,
    /// Points that were no numbers were left out.
    NotANumber,
    /// Parts without extent were left out.
    EmptyPart,
    /// Parts of another kind than the role's were left out.
    OtherKind,
    /// A closed line became a polygon.
    Closed,
    /// An area is represented by a point inside it.
    InnerPoint,
    /// Points that stood twice in a row were merged.
    DuplicatePoint,
    /// Rings were wound the other way: shells counter-clockwise, holes clockwise.
    Winding,
    /// Heights of the points were left out; layers are plane.
    Heights,
}

impl Repair {
    /// Whether the repair leaves the shape as it was: such are counted, not listed.
    pub fn is_cosmetic(self) -> bool {
        matches!(self, Self::DuplicatePoint | Self::Winding | Self::Heights)
    }
}

/// Why nothing of a geometry could be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unusable {
    /// There is no geometry.
    Missing,
    /// The geometry has no points.
    Empty,
    /// No point of it is a number.
    NotANumber,
    /// It lies outside of longitude ±180° and latitude ±90°, or where its CRS can't be inverted.
    OutsideTheWorld,
    /// It has neither length nor area.
    NoExtent,
    /// It is of another kind than the role's features.
    OtherKind,
    /// Its encoding can't be read, or its type is none that a plane layer holds.
    Unreadable,
}

/// A geometry that can be published, and what was done to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Repaired {
    /// The geometry.
    pub geometry: Geometry<f64>,
    /// What was done, without repetition.
    pub repairs: BTreeSet<Repair>,
}

/// What may be done to make a geometry fit the kind of its layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fit {
    /// A closed line may become a polygon: drawings have no polygons.
    pub close_lines: bool,
}

/// Makes a geometry valid and of the kind of its layer.
///
/// # Errors
/// [`Unusable`] when nothing of it can be kept.
///
/// ```
/// use city::layer::GeometryKind;
/// use datasets::repair::{Fit, Repair, repair};
/// use geo_types::{Geometry, polygon};
/// let bow_tie = polygon![(x: 108.0, y: 15.0), (x: 108.1, y: 15.1), (x: 108.1, y: 15.0), (x: 108.0, y: 15.1)];
/// let repaired = repair(bow_tie.into(), GeometryKind::Polygon, Fit::default())?;
/// assert!(repaired.repairs.contains(&Repair::Crossing));
/// assert!(matches!(repaired.geometry, Geometry::MultiPolygon(lobes) if lobes.0.len() == 2));
/// # Ok::<(), datasets::repair::Unusable>(())
/// ```
pub fn repair(geometry: Geometry<f64>, kind: GeometryKind, fit: Fit) -> Result<Repaired, Unusable> {
    let mut repairs = BTreeSet::new();
    let parts = shape::parts_of(geometry, kind, fit, &mut repairs)?;
    let geometry = match parts {
        shape::Parts::Points(points) => points_of(points, &mut repairs)?,
        shape::Parts::Lines(lines) => lines_of(lines, &mut repairs)?,
        shape::Parts::Polygons(polygons) => polygons_of(polygons, &mut repairs)?,
        shape::Parts::Areas(polygons) => {
            let area = polygons_of(polygons, &mut repairs)?;
            repairs.insert(Repair::InnerPoint);
            area.interior_point().map(Geometry::Point).ok_or(Unusable::NoExtent)?
        }
    };
    Ok(Repaired { geometry, repairs })
}

fn points_of(
    points: Vec<Point<f64>>,
    repairs: &mut BTreeSet<Repair>,
) -> Result<Geometry<f64>, Unusable> {
    if points.is_empty() {
        return Err(Unusable::Empty);
    }
    let count = points.len();
    let mut points: Vec<_> = points.into_iter().filter(|p| is_finite(p.0)).collect();
    if points.len() < count {
        repairs.insert(Repair::NotANumber);
    }
    if points.iter().any(|p| !is_in_world(p.0)) {
        return Err(Unusable::OutsideTheWorld);
    }
    match points.len() {
        0 => Err(Unusable::NotANumber),
        1 => Ok(Geometry::Point(points.remove(0))),
        _ => Ok(Geometry::MultiPoint(points.into())),
    }
}

fn lines_of(
    lines: Vec<LineString<f64>>,
    repairs: &mut BTreeSet<Repair>,
) -> Result<Geometry<f64>, Unusable> {
    if lines.iter().all(|line| line.0.is_empty()) {
        return Err(Unusable::Empty);
    }
    let mut kept = Vec::with_capacity(lines.len());
    for mut line in lines {
        clean(&mut line.0, repairs)?;
        if line.0.len() >= 2 {
            kept.push(line);
        } else {
            repairs.insert(Repair::EmptyPart);
        }
    }
    match kept.len() {
        0 => Err(Unusable::NoExtent),
        1 => Ok(Geometry::LineString(kept.remove(0))),
        _ => Ok(Geometry::MultiLineString(geo_types::MultiLineString(kept))),
    }
}

fn polygons_of(
    polygons: Vec<Polygon<f64>>,
    repairs: &mut BTreeSet<Repair>,
) -> Result<Geometry<f64>, Unusable> {
    if polygons.iter().all(|polygon| polygon.exterior().0.is_empty()) {
        return Err(Unusable::Empty);
    }
    let mut kept = Vec::with_capacity(polygons.len());
    for polygon in polygons {
        match clean_polygon(polygon, repairs)? {
            Some(polygon) => kept.push(polygon),
            None => drop(repairs.insert(Repair::EmptyPart)),
        }
    }
    if !topology::is_valid(&kept) {
        repairs.insert(Repair::Crossing);
        kept = resolve(kept);
    }
    match kept.len() {
        0 => Err(Unusable::NoExtent),
        1 => Ok(Geometry::Polygon(kept.remove(0))),
        _ => Ok(Geometry::MultiPolygon(MultiPolygon(kept))),
    }
}

/// A polygon with clean, wound rings; `None` when its shell has no area. Holes without area go.
fn clean_polygon(
    polygon: Polygon<f64>,
    repairs: &mut BTreeSet<Repair>,
) -> Result<Option<Polygon<f64>>, Unusable> {
    let (mut shell, holes) = polygon.into_inner();
    clean(&mut shell.0, repairs)?;
    if !is_ring(&shell) {
        return Ok(None);
    }
    let mut kept = Vec::with_capacity(holes.len());
    for mut hole in holes {
        clean(&mut hole.0, repairs)?;
        if is_ring(&hole) {
            kept.push(hole);
        } else {
            repairs.insert(Repair::EmptyPart);
        }
    }
    // `is_ccw` is `None` for a ring that crosses itself into a sum of zero: it is resolved later.
    if shell.is_cw() {
        shell.make_ccw_winding();
        repairs.insert(Repair::Winding);
    }
    for hole in kept.iter_mut().filter(|hole| hole.is_ccw()) {
        hole.make_cw_winding();
        repairs.insert(Repair::Winding);
    }
    Ok(Some(Polygon::new(shell, kept)))
}

/// Leaves out points that are no numbers and points that repeat the one before.
fn clean(points: &mut Vec<Coord<f64>>, repairs: &mut BTreeSet<Repair>) -> Result<(), Unusable> {
    if points.iter().any(|p| !is_finite(*p)) {
        let closed = points.first() == points.last();
        points.retain(|p| is_finite(*p));
        repairs.insert(Repair::NotANumber);
        if let (Some(&first), true) = (points.first(), closed && points.first() != points.last()) {
            points.push(first);
        }
        if points.is_empty() {
            return Err(Unusable::NotANumber);
        }
    }
    if points.iter().any(|p| !is_in_world(*p)) {
        return Err(Unusable::OutsideTheWorld);
    }
    into_world(points);
    let (count, last) = (points.len(), points.last().copied());
    points.dedup_by(|b, a| is_same(*a, *b));
    if points.len() < count {
        repairs.insert(Repair::DuplicatePoint);
        // The last point is kept as it was, so that a ring stays closed to the bit.
        if let (Some(last), Some(end)) = (last, points.last_mut()) {
            *end = last;
        }
    }
    Ok(())
}

/// Resolves crossings with the non-zero winding rule, ring by ring, and drops what has no area.
fn resolve(polygons: Vec<Polygon<f64>>) -> Vec<Polygon<f64>> {
    let nothing = MultiPolygon(vec![]);
    let filled = |rings: Vec<LineString<f64>>| {
        let rings = MultiPolygon(rings.into_iter().map(|r| Polygon::new(r, vec![])).collect());
        rings.boolean_op_with_fill_rule(&nothing, OpType::Union, FillRule::NonZero)
    };
    let parts = polygons.into_iter().map(|polygon| {
        let (shell, mut holes) = polygon.into_inner();
        // Every hole is wound the same way here, so that two that overlap do not cancel out.
        holes.iter_mut().for_each(LineString::make_ccw_winding);
        let shell = filled(vec![shell]);
        if holes.is_empty() { shell } else { shell.difference(&filled(holes)) }
    });
    let whole = match <[MultiPolygon<f64>; 1]>::try_from(parts.collect::<Vec<_>>()) {
        Ok([whole]) => whole,
        Err(parts) => unary_union(&parts),
    };
    let large = whole.0.into_iter().filter(|part| part.unsigned_area() >= MIN_AREA_DEG2);
    let wound = large.map(|part| {
        let (mut shell, mut holes) = part.into_inner();
        // The grid of the resolution rounds, at the edge of the world also beyond it.
        std::iter::once(&mut shell).chain(&mut holes).for_each(|ring| into_world(&mut ring.0));
        shell.make_ccw_winding();
        holes.iter_mut().for_each(LineString::make_cw_winding);
        Polygon::new(shell, holes)
    });
    wound.collect()
}

/// Whether a closed ring encloses anything: four points, and an area or a crossing.
fn is_ring(ring: &LineString<f64>) -> bool {
    ring.0.len() >= 4 && (shape::ring_area(ring).abs() >= MIN_AREA_DEG2 || topology::crosses(ring))
}

fn is_finite(p: Coord<f64>) -> bool {
    p.x.is_finite() && p.y.is_finite()
}

fn is_in_world(p: Coord<f64>) -> bool {
    // A hair more than the world: files that end at 180° hold 180.00000000000003.
    p.x.abs() <= 180.000_001 && p.y.abs() <= 90.000_001
}

fn into_world(points: &mut [Coord<f64>]) {
    for p in points {
        (p.x, p.y) = (p.x.clamp(-180.0, 180.0), p.y.clamp(-90.0, 90.0));
    }
}

fn is_same(a: Coord<f64>, b: Coord<f64>) -> bool {
    (a.x - b.x).abs() <= SAME_POINT_DEG && (a.y - b.y).abs() <= SAME_POINT_DEG
}

#[cfg(test)]
mod tests;
