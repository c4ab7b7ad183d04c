//! Boxes and geometries of any offered system, as longitude and latitude.

use city::{Bbox, Crs, Title, frame::CrsKind};
use datasets::crs::{CrsError, Transformer, domain};
use geo::{MapCoords, Validation, algorithm::line_measures::Densifiable};
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon, Rect};

use super::truth::Literal;
use crate::store::Region;

/// Points on each edge of a box in another frame: within one commune a chord then departs from the
/// curved edge by less than a millimetre, within a province by centimetres.
const STEPS: usize = 32;

/// Half the width in metres that a box without area gets, so that it still touches a point whose
/// coordinates were copied from an answer, rounded to the millimetre.
const HAIR_M: f64 = 1e-3;

/// Longest edge in metres of a geometry of a plane that becomes one edge on the ellipsoid.
const EDGE_M: f64 = 1000.0;

/// Why coordinates could not be placed.
#[derive(Debug)]
pub(crate) enum FrameError {
    /// They are wrong, and what would be right.
    Wrong(Title),
    /// PROJ does not know the way.
    Proj(CrsError),
}

impl FrameError {
    /// For people.
    pub(crate) fn said(self) -> Title {
        match self {
            Self::Wrong(said) => said,
            Self::Proj(error) => Title::new(error.to_string(), error.to_string()),
        }
    }
}

fn wrong<T>(vi: impl Into<String>, en: impl Into<String>) -> Result<T, FrameError> {
    Err(FrameError::Wrong(Title::new(vi, en)))
}

/// A box whose numbers are in a system, in the order of its authority.
pub(crate) fn region(numbers: [f64; 4], crs: Crs) -> Result<Region, FrameError> {
    let [a, b, c, d] = numbers;
    let [west, south, east, north] = if crs.is_north_first() { [b, a, d, c] } else { [a, b, c, d] };
    if south > north {
        return wrong(
            "cạnh dưới phải đứng trước cạnh trên",
            "the lower edge comes before the upper one",
        );
    }
    match crs.kind() {
        CrsKind::Geographic => geographic([west, south, east, north], crs),
        CrsKind::Projected => match Bbox::new(west, south, east, north) {
            Ok(bbox) => projected(bbox, crs),
            Err(_) => wrong(
                "cạnh trái phải đứng trước cạnh phải",
                "the left edge comes before the right one",
            ),
        },
    }
}

fn geographic([west, south, east, north]: [f64; 4], crs: Crs) -> Result<Region, FrameError> {
    if south < -90.0 || north > 90.0 {
        return wrong(
            "vĩ độ nằm ngoài -90..90; hãy kiểm tra thứ tự trục của hệ toạ độ",
            "a latitude is outside -90..90; check the axis order of the system",
        );
    }
    if west.abs() > 180.0 || east.abs() > 180.0 {
        return wrong(
            "kinh độ nằm ngoài -180..180; hãy kiểm tra thứ tự trục của hệ toạ độ",
            "a longitude is outside -180..180; check the axis order of the system",
        );
    }
    // A west edge beyond the east one crosses the antimeridian (OGC 17-069r4, 7.15.3).
    let spans = if west <= east { vec![(west, east)] } else { vec![(west, 180.0), (-180.0, east)] };
    let boxes: Vec<Bbox> = spans
        .into_iter()
        .map(|(west, east)| Bbox { min_x: west, min_y: south, max_x: east, max_y: north })
        .collect();
    match boxes.first() {
        // Another datum: some hundred metres away, so that the box is carried over.
        Some(bbox) if crs == Crs::VN2000 => projected(*bbox, crs),
        _ => Ok(Region::Boxes(boxes)),
    }
}

fn projected(bbox: Bbox, crs: Crs) -> Result<Region, FrameError> {
    let hair = if crs.kind() == CrsKind::Projected { HAIR_M } else { HAIR_M / 111_000.0 };
    let widen =
        |low: f64, high: f64| if low == high { (low - hair, high + hair) } else { (low, high) };
    let (west, east) = widen(bbox.min_x, bbox.max_x);
    let (south, north) = widen(bbox.min_y, bbox.max_y);
    let bbox = Bbox { min_x: west, min_y: south, max_x: east, max_y: north };
    let area = domain(crs);
    let between = |from, to| Transformer::between(from, to).map_err(FrameError::Proj);
    let reach = between(Crs::CRS84, crs)?.convert_bbox(&area).map_err(FrameError::Proj)?;
    if bbox.covers(&reach) {
        // A map that shows more than the system can tell of asks for all that it can tell of.
        return Ok(Region::Boxes(vec![area]));
    }
    let mut points = outline([west, south, east, north]);
    if between(crs, Crs::CRS84)?.convert_all(&mut points).is_err() {
        return outside(crs);
    }
    if crs == Crs::WEB_MERCATOR {
        // Its edges are meridians and parallels.
        return match Bbox::around(points) {
            Some(bbox) => Ok(Region::Boxes(vec![bbox])),
            None => outside(crs),
        };
    }
    let ring: LineString<f64> = points.into_iter().map(|(x, y)| Coord { x, y }).collect();
    Ok(Region::Polygon(Polygon::new(ring, Vec::new())))
}

fn outside<T>(crs: Crs) -> Result<T, FrameError> {
    wrong(
        format!("nằm ngoài vùng dùng được của {crs}"),
        format!("lies outside the area in which {crs} can be used"),
    )
}

/// A box's outline, counter-clockwise and closed, with points along its edges.
fn outline([west, south, east, north]: [f64; 4]) -> Vec<(f64, f64)> {
    let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    let along = |pair: &[(f64, f64)]| {
        let (a, b) = (pair[0], pair[1]);
        (0..STEPS).map(move |step| {
            let t = step as f64 / STEPS as f64;
            (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1))
        })
    };
    corners.windows(2).flat_map(along).chain([(west, south)]).collect()
}

/// A box of a filter.
pub(super) fn of_box(numbers: [f64; 4], crs: Crs) -> Result<Literal, FrameError> {
    match region(numbers, crs)? {
        Region::Polygon(polygon) => of_lon_lat(polygon.into()),
        Region::Boxes(boxes) => {
            let shapes: Vec<Geometry<f64>> = boxes.iter().map(shape_of_box).collect();
            let geometry = match <[Geometry<f64>; 1]>::try_from(shapes) {
                Ok([one]) => one,
                // Two boxes that meet at the antimeridian.
                Err(all) => MultiPolygon(
                    all.into_iter().filter_map(|one| Polygon::try_from(one).ok()).collect(),
                )
                .into(),
            };
            Ok(Literal { geometry, boxes, is_boxes: true })
        }
    }
}

/// A box as a polygon; without width or height, as a line or a point.
fn shape_of_box(bbox: &Bbox) -> Geometry<f64> {
    let low = Coord { x: bbox.min_x, y: bbox.min_y };
    let high = Coord { x: bbox.max_x, y: bbox.max_y };
    match (low.x == high.x, low.y == high.y) {
        (true, true) => geo_types::Point(low).into(),
        (false, false) => Rect::new(low, high).to_polygon().into(),
        _ => LineString(vec![low, high]).into(),
    }
}

/// A geometry of a filter. Edges of a plane keep their course on the ellipsoid.
pub(super) fn of_geometry(geometry: &Geometry<f64>, crs: Crs) -> Result<Literal, FrameError> {
    let east_north = geometry.map_coords(|at| match crs.is_north_first() {
        true => Coord { x: at.y, y: at.x },
        false => at,
    });
    if crs.kind() == CrsKind::Geographic {
        check_degrees(&east_north)?;
    }
    let transformer = Transformer::between(crs, Crs::CRS84).map_err(FrameError::Proj)?;
    if transformer.is_identity() {
        return of_lon_lat(east_north);
    }
    let dense = match crs.kind() {
        CrsKind::Projected => densified(east_north),
        CrsKind::Geographic => east_north,
    };
    let placed =
        dense.try_map_coords(|at| transformer.convert(at.x, at.y).map(|(x, y)| Coord { x, y }));
    match placed {
        Ok(geometry) => of_lon_lat(geometry),
        Err(_) => outside(crs),
    }
}

fn check_degrees(geometry: &Geometry<f64>) -> Result<(), FrameError> {
    use geo::CoordsIter;
    let odd = geometry.coords_iter().find(|at| at.y.abs() > 90.0 || at.x.abs() > 180.0);
    match odd {
        None => Ok(()),
        Some(at) => wrong(
            format!(
                "toạ độ {} {} không phải là độ; hãy kiểm tra filter-crs và thứ tự trục",
                at.x, at.y
            ),
            format!(
                "the position {} {} is none in degrees; check filter-crs and the axis order",
                at.x, at.y
            ),
        ),
    }
}

/// The geometry with points along its edges, so that none is longer than [`EDGE_M`], or than a
/// thirty-second of the whole where that is more.
fn densified(geometry: Geometry<f64>) -> Geometry<f64> {
    use geo::{BoundingRect, Euclidean};
    let Some(around) = geometry.bounding_rect() else { return geometry };
    let step = EDGE_M.max(around.width().max(around.height()) / STEPS as f64);
    match geometry {
        Geometry::LineString(line) => line.densify(&Euclidean, step).into(),
        Geometry::Polygon(polygon) => polygon.densify(&Euclidean, step).into(),
        Geometry::MultiLineString(lines) => lines.densify(&Euclidean, step).into(),
        Geometry::MultiPolygon(polygons) => polygons.densify(&Euclidean, step).into(),
        other => other,
    }
}

fn of_lon_lat(geometry: Geometry<f64>) -> Result<Literal, FrameError> {
    if let Err(why) = geometry.check_validation() {
        return wrong(
            format!("hình học không hợp lệ (cạnh cắt nhau hoặc điểm trùng): {why}"),
            format!("the geometry is not valid: {why}"),
        );
    }
    let boxes = box_around(&geometry).into_iter().collect();
    Ok(Literal { geometry, boxes, is_boxes: false })
}

/// The box around a geometry.
pub(crate) fn box_around(geometry: &Geometry<f64>) -> Option<Bbox> {
    use geo::CoordsIter;
    Bbox::around(geometry.coords_iter().map(|at| (at.x, at.y)))
}
