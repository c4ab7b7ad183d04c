//! Geometries as flat arrays.

use flatbuffers::Vector;
use flatgeobuf::GeometryType;
use geo_types::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};

/// What a flat geometry is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Shape {
    /// One point.
    #[default]
    Point,
    /// Some points.
    MultiPoint,
    /// One line.
    LineString,
    /// Some lines.
    MultiLineString,
    /// One polygon: an outer ring, then its holes.
    Polygon,
    /// Some polygons.
    MultiPolygon,
}

/// A geometry as flat arrays, to be filled again and again.
///
/// A *run* is a line, or a ring of a polygon (closed: its first point stands last again), or all
/// the points of a point geometry. A *part* is a line, a polygon, or all the points.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlatGeometry {
    /// What it is.
    pub shape: Shape,
    /// Coordinates x, y, x, y, …; x = east.
    pub xy: Vec<f64>,
    /// For each run, the number of points up to its end.
    pub run_ends: Vec<u32>,
    /// For each part, the number of runs up to its end.
    pub part_ends: Vec<u32>,
}

impl FlatGeometry {
    /// Points of the geometry.
    pub fn points(&self) -> usize {
        self.xy.len() / 2
    }

    /// The coordinates of each run.
    pub fn runs(&self) -> impl Iterator<Item = &[f64]> {
        let begins = std::iter::once(0).chain(self.run_ends.iter().copied());
        begins.zip(&self.run_ends).map(|(a, &b)| &self.xy[a as usize * 2..b as usize * 2])
    }

    /// The geometry as the `geo` crates have it.
    pub fn to_geometry(&self) -> Geometry<f64> {
        match self.shape {
            Shape::Point => {
                let xy = self.xy.first_chunk::<2>().copied().unwrap_or_default();
                Point::new(xy[0], xy[1]).into()
            }
            Shape::MultiPoint => MultiPoint(coords(&self.xy).map(Point).collect()).into(),
            Shape::LineString => LineString(coords(&self.xy).collect()).into(),
            Shape::MultiLineString => MultiLineString(self.lines().collect()).into(),
            Shape::Polygon => {
                let mut rings = self.lines();
                let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
                Polygon::new(outer, rings.collect()).into()
            }
            Shape::MultiPolygon => MultiPolygon(self.polygons().collect()).into(),
        }
    }

    fn lines(&self) -> impl Iterator<Item = LineString<f64>> {
        self.runs().map(|run| LineString(coords(run).collect()))
    }

    fn polygons(&self) -> impl Iterator<Item = Polygon<f64>> {
        let mut rings = self.lines();
        let begins = std::iter::once(0).chain(self.part_ends.iter().copied());
        begins.zip(&self.part_ends).map(move |(begin, end)| {
            let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
            let holes = (end - begin).saturating_sub(1) as usize;
            Polygon::new(outer, rings.by_ref().take(holes).collect())
        })
    }

    /// Fills the arrays from a record; `declared` is the type that the file's header states.
    pub(super) fn read(
        &mut self,
        geometry: &flatgeobuf::Geometry<'_>,
        declared: GeometryType,
    ) -> Result<(), &'static str> {
        self.xy.clear();
        self.run_ends.clear();
        self.part_ends.clear();
        let own = geometry.type_();
        let kind = if own == GeometryType::Unknown { declared } else { own };
        self.shape =
            shape_of(kind).ok_or("its geometry type is not one of points, lines, polygons")?;
        match (self.shape, geometry.parts()) {
            (Shape::MultiPolygon, Some(parts)) => {
                parts.iter().try_for_each(|part| self.read_part(&part))?;
            }
            _ => self.read_part(geometry)?,
        }
        if self.xy.is_empty() {
            return Err("its geometry is empty");
        }
        if self.shape == Shape::MultiLineString {
            self.part_ends = (1..=self.run_ends.len() as u32).collect();
        }
        let single = matches!(self.shape, Shape::Point | Shape::LineString | Shape::Polygon);
        if single && self.part_ends.len() != 1 {
            return Err("its geometry has more parts than its type allows");
        }
        Ok(())
    }

    /// Appends one part: its coordinates, and the ends of its runs.
    fn read_part(&mut self, part: &flatgeobuf::Geometry<'_>) -> Result<(), &'static str> {
        let before = self.points() as u32;
        let xy = part.xy().ok_or("its geometry has no coordinates")?;
        append(&mut self.xy, &xy);
        if !self.xy.len().is_multiple_of(2) {
            return Err("its geometry has an x without a y");
        }
        if self.xy.iter().skip(before as usize * 2).any(|value| !value.is_finite()) {
            return Err("its geometry has a coordinate that is no finite number");
        }
        let all = self.points() as u32;
        match part.ends() {
            Some(ends) if !ends.is_empty() => {
                let mut last = before;
                for end in ends {
                    let end = before.checked_add(end).filter(|end| last < *end && *end <= all);
                    last = end.ok_or("the ends of its rings or lines do not hold")?;
                    self.run_ends.push(last);
                }
                if last != all {
                    return Err("the ends of its rings or lines do not hold");
                }
            }
            _ => self.run_ends.push(all),
        }
        self.part_ends.push(self.run_ends.len() as u32);
        Ok(())
    }
}

fn append(out: &mut Vec<f64>, xy: &Vector<'_, f64>) {
    let numbers = xy.bytes().chunks_exact(8);
    out.extend(
        numbers.map(|b| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]])),
    );
}

fn coords(xy: &[f64]) -> impl Iterator<Item = Coord<f64>> {
    xy.chunks_exact(2).map(|pair| Coord { x: pair[0], y: pair[1] })
}

fn shape_of(kind: GeometryType) -> Option<Shape> {
    Some(match kind {
        GeometryType::Point => Shape::Point,
        GeometryType::MultiPoint => Shape::MultiPoint,
        GeometryType::LineString => Shape::LineString,
        GeometryType::MultiLineString => Shape::MultiLineString,
        GeometryType::Polygon => Shape::Polygon,
        GeometryType::MultiPolygon => Shape::MultiPolygon,
        _ => return None,
    })
}
