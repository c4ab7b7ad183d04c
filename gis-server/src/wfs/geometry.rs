//! Geometries of GML in filters, as longitude and latitude.

use city::Crs;
use datasets::crs::Transformer;
use geo_types::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};

use super::{node::Node, srs::Srs};
use crate::ows::Exception;

/// Positions of a geometry in a filter at most.
const MOST_POSITIONS: usize = 100_000;

/// Points that each edge of a box in another frame gets, since its edges bend.
const STEPS: usize = 16;

/// Whether an element is a geometry that is read here.
pub(super) fn is_geometry(node: &Node) -> bool {
    matches!(
        node.name.as_str(),
        "Point"
            | "MultiPoint"
            | "LineString"
            | "Curve"
            | "MultiCurve"
            | "MultiLineString"
            | "Polygon"
            | "Surface"
            | "MultiSurface"
            | "MultiPolygon"
            | "Envelope"
            | "Box"
    )
}

/// Reads a geometry; without a system of its own it is in `usual`.
pub(super) fn read(node: &Node, usual: &Srs) -> Result<Geometry<f64>, Exception> {
    let srs = match node.attribute("srsName") {
        Some(name) => Srs::named("srsName", name)?,
        None => usual.clone(),
    };
    let reader = Reader { srs: &srs };
    to_lon_lat(reader.geometry(node)?, &srs)
}

struct Reader<'a> {
    srs: &'a Srs,
}

impl Reader<'_> {
    fn geometry(&self, node: &Node) -> Result<Geometry<f64>, Exception> {
        Ok(match node.name.as_str() {
            "Point" => {
                let all = self.positions(node)?;
                Point(*all.first().ok_or_else(|| empty(node))?).into()
            }
            "LineString" | "Curve" => self.line(node)?.into(),
            "Polygon" | "Surface" => self.polygon(node)?.into(),
            "Envelope" | "Box" => self.envelope(node)?.into(),
            "MultiPoint" => {
                let one = |point: &Node| -> Result<Point<f64>, Exception> {
                    let all = self.positions(point)?;
                    all.first().map(|at| Point(*at)).ok_or_else(|| empty(point))
                };
                MultiPoint(members(node).map(one).collect::<Result<_, _>>()?).into()
            }
            "MultiCurve" | "MultiLineString" => {
                let lines: Result<Vec<_>, _> = members(node).map(|line| self.line(line)).collect();
                MultiLineString(lines?).into()
            }
            "MultiSurface" | "MultiPolygon" => {
                let areas: Result<Vec<_>, _> =
                    members(node).map(|area| self.polygon(area)).collect();
                MultiPolygon(areas?).into()
            }
            _ => return Err(empty(node)),
        })
    }

    fn line(&self, node: &Node) -> Result<LineString<f64>, Exception> {
        // A curve of straight segments is a line.
        let line = match node.name.as_str() {
            "Curve" => node.child("segments").and_then(|it| it.child("LineStringSegment")),
            _ => Some(node),
        };
        let all = self.positions(line.ok_or_else(|| empty(node))?)?;
        if all.len() < 2 { Err(empty(node)) } else { Ok(LineString(all)) }
    }

    fn polygon(&self, node: &Node) -> Result<Polygon<f64>, Exception> {
        let node = match node.name.as_str() {
            "Surface" => {
                node.child("patches").and_then(|it| it.child("PolygonPatch")).unwrap_or(node)
            }
            _ => node,
        };
        let ring = |side: &Node| {
            let ring = side.child("LinearRing").ok_or_else(|| empty(side))?;
            let all = self.positions(ring)?;
            if all.len() < 4 { Err(empty(ring)) } else { Ok(LineString(all)) }
        };
        let outer = node.child("exterior").or_else(|| node.child("outerBoundaryIs"));
        let outer = ring(outer.ok_or_else(|| empty(node))?)?;
        let inner = node
            .children
            .iter()
            .filter(|it| matches!(it.name.as_str(), "interior" | "innerBoundaryIs"));
        let inner: Result<Vec<_>, _> = inner.map(ring).collect();
        Ok(Polygon::new(outer, inner?))
    }

    fn envelope(&self, node: &Node) -> Result<Polygon<f64>, Exception> {
        let corner = |name: &str| -> Result<Option<Coord<f64>>, Exception> {
            node.child(name)
                .map(|it| self.numbers(it.text()))
                .transpose()
                .map(|all| all.and_then(|all| all.first().copied()))
        };
        let corners = match (corner("lowerCorner")?, corner("upperCorner")?) {
            (Some(low), Some(high)) => (low, high),
            _ => match self.positions(node)?[..] {
                [low, high] => (low, high),
                _ => return Err(empty(node)),
            },
        };
        let (low, high) = corners;
        if low.x > high.x || low.y > high.y {
            return Err(empty(node));
        }
        let around =
            [(low.x, low.y), (high.x, low.y), (high.x, high.y), (low.x, high.y), (low.x, low.y)];
        let edge = |ends: &[(f64, f64)]| {
            let (a, b) = (ends[0], ends[1]);
            (0..STEPS).map(move |step| {
                let t = step as f64 / STEPS as f64;
                Coord { x: a.0 + t * (b.0 - a.0), y: a.1 + t * (b.1 - a.1) }
            })
        };
        let ring: LineString<f64> = around.windows(2).flat_map(edge).collect();
        Ok(Polygon::new(ring, Vec::new()))
    }

    /// The positions right in an element: `pos`, `posList`, or `coordinates` of GML 2.
    fn positions(&self, node: &Node) -> Result<Vec<Coord<f64>>, Exception> {
        let mut all = Vec::new();
        for child in &node.children {
            match child.name.as_str() {
                "pos" | "posList" => {
                    let dimension =
                        child.attribute("srsDimension").or(node.attribute("srsDimension"));
                    if dimension.is_some_and(|dimension| dimension != "2") {
                        return Err(empty(child));
                    }
                    all.extend(self.numbers(child.text())?);
                }
                "coordinates" => all.extend(self.numbers(&child.text().replace(',', " "))?),
                "coord" | "pointMember" | "Point" => all.extend(self.positions(child)?),
                _ => {}
            }
        }
        Ok(all)
    }

    fn numbers(&self, text: &str) -> Result<Vec<Coord<f64>>, Exception> {
        let broken = || {
            Exception::invalid(
                "filter",
                "toạ độ phải là các cặp số hữu hạn",
                "coordinates are pairs of finite numbers",
            )
        };
        let numbers: Result<Vec<f64>, _> = text.split_whitespace().map(str::parse).collect();
        let numbers = numbers.map_err(|_| broken())?;
        let is_fine = numbers.len() % 2 == 0
            && numbers.len() / 2 <= MOST_POSITIONS
            && numbers.iter().all(|number| number.is_finite());
        if !is_fine {
            return Err(broken());
        }
        let position = |pair: &[f64]| match self.srs.north_first {
            true => Coord { x: pair[1], y: pair[0] },
            false => Coord { x: pair[0], y: pair[1] },
        };
        Ok(numbers.chunks_exact(2).map(position).collect())
    }
}

fn members(node: &Node) -> impl Iterator<Item = &Node> {
    let inside =
        node.children.iter().filter(|child| child.name.to_ascii_lowercase().contains("member"));
    inside.flat_map(|member| &member.children)
}

fn empty(node: &Node) -> Exception {
    Exception::invalid(
        "filter",
        format!("hình học '{}' không đọc được", node.name),
        format!("the geometry '{}' cannot be read", node.name),
    )
}

fn to_lon_lat(geometry: Geometry<f64>, srs: &Srs) -> Result<Geometry<f64>, Exception> {
    use geo::MapCoords;
    let outside = |_| {
        Exception::invalid(
            "filter",
            format!("hình học nằm ngoài vùng dùng được của {}", srs.crs),
            format!("a geometry lies outside the area in which {} can be used", srs.crs),
        )
    };
    let to = Transformer::between(srs.crs, Crs::CRS84).map_err(outside)?;
    if to.is_identity() {
        return Ok(geometry);
    }
    geometry
        .try_map_coords(|at: Coord<f64>| to.convert(at.x, at.y).map(|(x, y)| Coord { x, y }))
        .map_err(outside)
}
