//! Filling the arrays.

use geo_types::{Coord, Geometry, LineString, Polygon};

use super::{Geometries, Shape};
use crate::store::world::{WorldBox, to_world};

impl Geometries {
    /// Adds a position to the ring that is being built.
    pub(crate) fn position(&mut self, lon_deg: f64, lat_deg: f64) {
        self.lon_lat.push([lon_deg, lat_deg]);
        self.world.push(to_world(lon_deg, lat_deg));
    }

    /// Ends a ring.
    pub(crate) fn end_ring(&mut self) {
        self.positions.push(self.lon_lat.len() as u32);
    }

    /// Ends a part.
    pub(crate) fn end_part(&mut self) {
        self.rings.push(self.positions.len() as u32);
    }

    /// Ends a feature.
    pub(crate) fn end_feature(&mut self, shape: Shape) {
        let first_part = self.parts.start(self.parts.len());
        let first = self.positions.start(self.rings.start(first_part));
        let no_positions = first == self.world.len();
        self.parts.push(self.rings.len() as u32);
        self.boxes.push(WorldBox::of(&self.world[first..]));
        self.shapes.push(if no_positions { Shape::Empty } else { shape });
    }

    /// Adds a feature. Of a geometry collection the members of the highest dimension are kept, as
    /// one multi-geometry: a layer has no other use for the rest.
    pub fn push(&mut self, geometry: &Geometry<f64>) {
        let shape = self.parts_of(geometry);
        self.end_feature(shape);
    }

    fn parts_of(&mut self, geometry: &Geometry<f64>) -> Shape {
        match geometry {
            Geometry::Point(point) => {
                self.ring([point.0].iter());
                self.end_part();
                Shape::Point
            }
            Geometry::MultiPoint(points) => {
                for point in points {
                    self.ring([point.0].iter());
                    self.end_part();
                }
                Shape::MultiPoint
            }
            Geometry::Line(line) => {
                self.ring([line.start, line.end].iter());
                self.end_part();
                Shape::Line
            }
            Geometry::LineString(line) => {
                self.line(line);
                Shape::Line
            }
            Geometry::MultiLineString(lines) => {
                lines.iter().for_each(|line| self.line(line));
                Shape::MultiLine
            }
            Geometry::Polygon(polygon) => {
                self.polygon(polygon);
                Shape::Polygon
            }
            Geometry::MultiPolygon(polygons) => {
                polygons.iter().for_each(|polygon| self.polygon(polygon));
                Shape::MultiPolygon
            }
            Geometry::Rect(rect) => {
                self.polygon(&rect.to_polygon());
                Shape::Polygon
            }
            Geometry::Triangle(triangle) => {
                self.polygon(&triangle.to_polygon());
                Shape::Polygon
            }
            Geometry::GeometryCollection(members) => self.collection(&members.0),
        }
    }

    fn collection(&mut self, members: &[Geometry<f64>]) -> Shape {
        let Some(highest) = members.iter().map(dimension).max() else { return Shape::Empty };
        for member in members.iter().filter(|member| dimension(member) == highest) {
            self.parts_of(member);
        }
        match highest {
            0 => Shape::MultiPoint,
            1 => Shape::MultiLine,
            _ => Shape::MultiPolygon,
        }
    }

    fn line(&mut self, line: &LineString<f64>) {
        if !line.0.is_empty() {
            self.ring(line.0.iter());
            self.end_part();
        }
    }

    fn polygon(&mut self, polygon: &Polygon<f64>) {
        if polygon.exterior().0.is_empty() {
            return;
        }
        self.ring(polygon.exterior().0.iter());
        for hole in polygon.interiors() {
            self.ring(hole.0.iter());
        }
        self.end_part();
    }

    fn ring<'a>(&mut self, positions: impl Iterator<Item = &'a Coord<f64>>) {
        for position in positions {
            self.position(position.x, position.y);
        }
        self.end_ring();
    }

    /// Takes over the features of another list, after its own.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.parts.append(&other.parts);
        self.rings.append(&other.rings);
        self.positions.append(&other.positions);
        self.shapes.append(&mut other.shapes);
        self.boxes.append(&mut other.boxes);
        self.lon_lat.append(&mut other.lon_lat);
        self.world.append(&mut other.world);
    }

    /// Gives back memory that was reserved in vain.
    pub(crate) fn shrink(&mut self) {
        self.shapes.shrink_to_fit();
        self.boxes.shrink_to_fit();
        self.parts.shrink();
        self.rings.shrink();
        self.positions.shrink();
        self.lon_lat.shrink_to_fit();
        self.world.shrink_to_fit();
    }
}

fn dimension(geometry: &Geometry<f64>) -> u8 {
    match geometry {
        Geometry::Point(_) | Geometry::MultiPoint(_) => 0,
        Geometry::Line(_) | Geometry::LineString(_) | Geometry::MultiLineString(_) => 1,
        Geometry::GeometryCollection(members) => members.iter().map(dimension).max().unwrap_or(0),
        _ => 2,
    }
}
