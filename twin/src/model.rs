//! The city as the twin has it in hand: features by role and heights, in one local frame.

mod doubles;
#[cfg(test)]
mod example;
mod heights;
mod span;

use std::collections::BTreeMap;

use city::{Bbox, FeatureId, Role, Title, Value, frame::LocalFrame};
use geo::{BoundingRect, MapCoords};
use geo_types::{Coord, Geometry};

pub use heights::Heights;
pub(crate) use span::Span;

use crate::error::Note;

/// Roles that the scene draws; one that no layer plays is told of.
pub const DRAWN: &[Role] = &[
    Role::Terrain,
    Role::LandCover,
    Role::LandUse,
    Role::Water,
    Role::Watercourses,
    Role::Buildings,
    Role::Roads,
    Role::Bridges,
    Role::Lamps,
    Role::Trees,
    Role::Gauges,
    Role::RainGauges,
    Role::Stations,
    Role::BusStops,
];

/// Whether layers of a role are read: what is drawn, and what lies below where there is any.
pub(crate) fn is_shown(role: Role) -> bool {
    DRAWN.contains(&role) || crate::section::pipes::BURIED.contains(&role)
}

/// A city, read from a folder or from a server.
#[derive(Debug, Clone)]
pub struct CityModel {
    /// Its name.
    pub title: Title,
    /// Whether it was generated and describes no real place.
    pub is_synthetic: bool,
    /// East, north: metres from here.
    pub frame: LocalFrame,
    /// Outer edges in longitude and latitude.
    pub bbox: Bbox,
    /// The ground; level at 0 m where no layer plays `terrain`.
    pub heights: Heights,
    /// The layers that are drawn.
    pub layers: Vec<CityLayer>,
    /// The lines that every picture shows.
    pub attributions: Vec<String>,
    /// What is missing, and what was left out.
    pub notes: Vec<Note>,
}

impl CityModel {
    /// The layers of a role, in the order of the catalogue.
    pub fn of(&self, role: Role) -> impl Iterator<Item = &CityLayer> {
        self.layers.iter().filter(move |layer| layer.role == role)
    }

    /// The city's outer edges in the local frame, m: west, south, east, north.
    pub fn edges_m(&self) -> Bbox {
        let (min_x, min_y) = self.frame.from_lon_lat(self.bbox.min_x, self.bbox.min_y);
        let (max_x, max_y) = self.frame.from_lon_lat(self.bbox.max_x, self.bbox.max_y);
        Bbox { min_x, min_y, max_x, max_y }
    }

    /// Lowers the ground under water bodies by a hand's breadth below their surface, and puts the decks of bridges
    /// above it.
    pub(crate) fn shape_ground(&mut self) {
        const BELOW_M: f64 = 0.4;
        if self.heights.is_measured() {
            for body in crate::scene::water::bodies(self) {
                self.heights.lower(&body.outline, body.level_m - BELOW_M);
            }
        }
        let spans = crate::scene::spans(self);
        self.heights.carry(spans);
    }

    /// Tells of each drawn role that no layer plays.
    pub(crate) fn note_missing(&mut self) {
        for role in DRAWN.iter().copied() {
            let is_there = match role {
                Role::Terrain => self.heights.is_measured(),
                _ => self.of(role).any(|layer| !layer.features.is_empty()),
            };
            if !is_there {
                let title = role.title();
                self.notes.push(Note::new(
                    format!("Không có lớp “{}” ({role})", title.vi),
                    format!("No layer plays “{}” ({role})", title.en),
                ));
            }
        }
    }
}

/// A column of a layer, for whom its values are shown to.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name in the source.
    pub name: String,
    /// Its name for people.
    pub title: Title,
    /// Symbol of the unit.
    pub unit: Option<String>,
    /// The code list that its values come from.
    pub code_list: Option<String>,
}

/// A layer in the local frame.
#[derive(Debug, Clone)]
pub struct CityLayer {
    /// Identifier.
    pub id: String,
    /// What it is for.
    pub role: Role,
    /// Name for people.
    pub title: Title,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Role attribute → column.
    pub attributes: BTreeMap<String, usize>,
    /// Its features.
    pub features: Vec<CityFeature>,
}

impl CityLayer {
    /// The value of a role attribute.
    pub fn value<'a>(&self, feature: &'a CityFeature, attribute: &str) -> Option<&'a Value> {
        let column = *self.attributes.get(attribute)?;
        feature.values.get(column).filter(|value| !value.is_null())
    }

    /// A role attribute that is a number.
    pub fn number(&self, feature: &CityFeature, attribute: &str) -> Option<f64> {
        self.value(feature, attribute)?.as_number().filter(|number| number.is_finite())
    }

    /// A role attribute that is a text or a code.
    pub fn text<'a>(&self, feature: &'a CityFeature, attribute: &str) -> Option<&'a str> {
        self.value(feature, attribute)?.as_text()
    }

    /// A role attribute that says yes.
    pub fn is(&self, feature: &CityFeature, attribute: &str) -> bool {
        matches!(self.value(feature, attribute), Some(Value::Bool(true)))
    }
}

/// A feature in the local frame.
#[derive(Debug, Clone)]
pub struct CityFeature {
    /// Identifier that lasts.
    pub id: FeatureId,
    /// Geometry: x = metres east, y = metres north.
    pub geometry: Geometry<f64>,
    /// Values in the order of the layer's columns.
    pub values: Vec<Value>,
}

impl CityFeature {
    /// A feature whose geometry is in degrees, brought into the frame; `None` where a coordinate is
    /// no number.
    pub fn from_degrees(
        id: FeatureId,
        geometry: &Geometry<f64>,
        values: Vec<Value>,
        frame: &LocalFrame,
    ) -> Option<Self> {
        let geometry = geometry.map_coords(|at| {
            let (x, y) = frame.from_lon_lat(at.x, at.y);
            Coord { x, y }
        });
        let edges = geometry.bounding_rect()?;
        let is_sound = edges.min().x.is_finite()
            && edges.min().y.is_finite()
            && edges.width().is_finite()
            && edges.height().is_finite();
        is_sound.then_some(Self { id, geometry, values })
    }

    /// The feature's first point, or the middle of its box.
    pub fn place(&self) -> Option<(f64, f64)> {
        if let Geometry::Point(point) = &self.geometry {
            return Some((point.x(), point.y()));
        }
        let edges = self.geometry.bounding_rect()?;
        Some((edges.center().x, edges.center().y))
    }

    /// The lines of a line, or of several.
    pub fn lines(&self) -> &[geo_types::LineString<f64>] {
        match &self.geometry {
            Geometry::LineString(line) => std::slice::from_ref(line),
            Geometry::MultiLineString(lines) => &lines.0,
            _ => &[],
        }
    }

    /// The polygons of a polygon, or of several.
    pub fn polygons(&self) -> &[geo_types::Polygon<f64>] {
        match &self.geometry {
            Geometry::Polygon(polygon) => std::slice::from_ref(polygon),
            Geometry::MultiPolygon(polygons) => &polygons.0,
            _ => &[],
        }
    }
}
