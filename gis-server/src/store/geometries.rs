//! The geometries of a layer as a structure of arrays.
//!
//! A feature has parts (the members of a multi-geometry), a part has rings (a polygon's shell and
//! holes; a line or a point has one), a ring has positions. Each level is a list of prefix offsets
//! into the next, so that a million buildings are a few allocations and a tile walks memory in
//! order. Positions stand twice: longitude and latitude in f64, as they were published, and world
//! coordinates, in which tiles and indexes count.

mod build;
mod offsets;

use std::ops::Range;

use city::{Bbox, layer::GeometryKind};
use geo_types::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};

use super::world::{WorldBox, WorldPoint};
use offsets::Offsets;

/// The type of one feature's geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// No geometry.
    Empty,
    /// One position.
    Point,
    /// Several positions, each a part.
    MultiPoint,
    /// One line.
    Line,
    /// Several lines, each a part.
    MultiLine,
    /// One polygon.
    Polygon,
    /// Several polygons, each a part.
    MultiPolygon,
}

impl Shape {
    /// The kind of layer that it fits into; `None` for [`Shape::Empty`].
    pub fn kind(self) -> Option<GeometryKind> {
        match self {
            Self::Empty => None,
            Self::Point | Self::MultiPoint => Some(GeometryKind::Point),
            Self::Line | Self::MultiLine => Some(GeometryKind::Line),
            Self::Polygon | Self::MultiPolygon => Some(GeometryKind::Polygon),
        }
    }
}

/// The geometries of many features.
#[derive(Debug, Clone, Default)]
pub struct Geometries {
    shapes: Vec<Shape>,
    boxes: Vec<WorldBox>,
    /// Parts of each feature, rings of each part, positions of each ring.
    parts: Offsets,
    rings: Offsets,
    positions: Offsets,
    lon_lat: Vec<[f64; 2]>,
    world: Vec<WorldPoint>,
}

impl Geometries {
    /// One feature's geometry alone.
    pub fn of(geometry: &Geometry<f64>) -> Self {
        let mut one = Self::default();
        one.push(geometry);
        one
    }

    /// How many features there are.
    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }

    /// How many positions all features have together.
    pub fn positions(&self) -> usize {
        self.lon_lat.len()
    }

    /// The world boxes of all features; of one without geometry, [`WorldBox::EMPTY`].
    pub fn boxes(&self) -> &[WorldBox] {
        &self.boxes
    }

    /// The geometry of one feature.
    ///
    /// # Panics
    /// When there is no such feature: `row` is an index that this store gave out.
    pub fn get(&self, row: usize) -> FeatureGeometry<'_> {
        debug_assert!(row < self.len(), "row {row} of {}", self.len());
        FeatureGeometry { all: self, row }
    }
}

/// One feature's geometry, where it lies in its layer's arrays.
#[derive(Debug, Clone, Copy)]
pub struct FeatureGeometry<'a> {
    all: &'a Geometries,
    row: usize,
}

impl<'a> FeatureGeometry<'a> {
    /// Its type.
    pub fn shape(self) -> Shape {
        self.all.shapes[self.row]
    }

    /// Its box in world coordinates.
    pub fn world_box(self) -> WorldBox {
        self.all.boxes[self.row]
    }

    /// Its box in longitude and latitude; `None` without geometry.
    pub fn bbox(self) -> Option<Bbox> {
        Bbox::around(self.lon_lat().iter().map(|p| (p[0], p[1])))
    }

    /// Its parts: points, lines, or polygons.
    pub fn parts(self) -> impl ExactSizeIterator<Item = Part<'a>> {
        let all = self.all;
        all.parts.range(self.row).map(move |part| Part { all, part })
    }

    /// All its positions as longitude and latitude, parts and rings one after the other.
    pub fn lon_lat(self) -> &'a [[f64; 2]] {
        &self.all.lon_lat[self.positions()]
    }

    /// All its positions in world coordinates, parts and rings one after the other.
    pub fn world(self) -> &'a [WorldPoint] {
        &self.all.world[self.positions()]
    }

    /// Number of its first position among all of the layer's.
    pub(crate) fn first_position(self) -> usize {
        self.positions().start
    }

    fn positions(self) -> Range<usize> {
        let parts = self.all.parts.range(self.row);
        let position = |part: usize| self.all.positions.start(self.all.rings.start(part));
        position(parts.start)..position(parts.end)
    }

    /// The geometry as a value of its own. Without geometry: an empty collection.
    pub fn to_geo(self) -> Geometry<f64> {
        let mut points = self.lon_lat().iter().map(|p| Point::new(p[0], p[1]));
        let mut lines = self.parts().flat_map(Part::rings).map(Ring::to_line);
        let mut polygons = self.parts().map(Part::to_polygon);
        let none = || Geometry::GeometryCollection(geo_types::GeometryCollection(Vec::new()));
        match self.shape() {
            Shape::Empty => none(),
            Shape::Point => points.next().map_or_else(none, Geometry::Point),
            Shape::MultiPoint => Geometry::MultiPoint(MultiPoint(points.collect())),
            Shape::Line => lines.next().map_or_else(none, Geometry::LineString),
            Shape::MultiLine => Geometry::MultiLineString(MultiLineString(lines.collect())),
            Shape::Polygon => polygons.next().map_or_else(none, Geometry::Polygon),
            Shape::MultiPolygon => Geometry::MultiPolygon(MultiPolygon(polygons.collect())),
        }
    }
}

/// A point, a line or a polygon of a feature.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    all: &'a Geometries,
    part: usize,
}

impl<'a> Part<'a> {
    /// Its rings: a polygon's shell, then its holes; of a point or a line the only one.
    pub fn rings(self) -> impl ExactSizeIterator<Item = Ring<'a>> {
        let all = self.all;
        all.rings.range(self.part).map(move |ring| {
            let positions = all.positions.range(ring);
            Ring { lon_lat: &all.lon_lat[positions.clone()], world: &all.world[positions] }
        })
    }

    fn to_polygon(self) -> Polygon<f64> {
        let mut rings = self.rings().map(Ring::to_line);
        let shell = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        Polygon::new(shell, rings.collect())
    }
}

/// A run of positions; a polygon's ring repeats its first position at the end.
#[derive(Debug, Clone, Copy)]
pub struct Ring<'a> {
    /// Longitude and latitude in degrees.
    pub lon_lat: &'a [[f64; 2]],
    /// The same positions in world coordinates.
    pub world: &'a [WorldPoint],
}

impl Ring<'_> {
    fn to_line(self) -> LineString<f64> {
        self.lon_lat.iter().map(|p| Coord { x: p[0], y: p[1] }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{GeometryCollection, line_string, polygon};

    fn examples() -> Vec<Geometry<f64>> {
        let square = polygon![
            exterior: [(x: 0., y: 0.), (x: 4., y: 0.), (x: 4., y: 4.), (x: 0., y: 4.)],
            interiors: [[(x: 1., y: 1.), (x: 1., y: 2.), (x: 2., y: 2.)]],
        ];
        let line = line_string![(x: 0., y: 0.), (x: 1., y: 1.), (x: 2., y: 0.)];
        vec![
            Point::new(108.0, 15.5).into(),
            MultiPoint(vec![Point::new(1.0, 2.0), Point::new(3.0, 4.0)]).into(),
            line.clone().into(),
            MultiLineString(vec![line.clone(), line]).into(),
            square.clone().into(),
            Geometry::GeometryCollection(GeometryCollection(Vec::new())),
            MultiPolygon(vec![square.clone(), square]).into(),
        ]
    }

    #[test]
    fn every_shape_comes_back_as_it_went_in() {
        let mut all = Geometries::default();
        examples().iter().for_each(|geometry| all.push(geometry));
        let back: Vec<_> = (0..all.len()).map(|row| all.get(row).to_geo()).collect();
        assert_eq!(back, examples());
    }

    #[test]
    fn two_lists_joined_are_the_list_of_both() {
        let (mut left, mut whole) = (Geometries::default(), Geometries::default());
        let mut right = Geometries::default();
        for (n, geometry) in examples().iter().enumerate() {
            whole.push(geometry);
            if n < 3 { left.push(geometry) } else { right.push(geometry) }
        }
        left.append(right);
        assert_eq!(left.boxes(), whole.boxes());
        for row in 0..whole.len() {
            assert_eq!(left.get(row).to_geo(), whole.get(row).to_geo());
        }
    }

    #[test]
    fn a_collection_keeps_its_members_of_the_highest_dimension() {
        let members = vec![Point::new(9.0, 9.0).into(), examples().swap_remove(4)];
        let one = Geometries::of(&Geometry::GeometryCollection(GeometryCollection(members)));
        assert_eq!(one.get(0).shape(), Shape::MultiPolygon);
        assert_eq!(one.get(0).bbox().map(|b| b.max_x), Some(4.0));
    }

    #[test]
    fn a_feature_without_positions_is_empty_and_has_an_empty_box() {
        let one = Geometries::of(&LineString::<f64>(Vec::new()).into());
        assert_eq!(one.get(0).shape(), Shape::Empty);
        assert!(one.get(0).world_box().is_empty());
    }
}
