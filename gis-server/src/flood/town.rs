//! What of the city stands in the area of a run, in the metres of its plane.

use city::Role;
use geo::Centroid;
use geo_types::{Coord, Geometry, LineString, MultiPolygon};
use sim::impact::{Building, Road, Unit};

use super::{
    error::FloodError,
    feature::Reader,
    model::{Sources, visit},
    plane::Plane,
};

/// Uses of buildings in which people live, of the code list `building-use`.
const DWELLINGS: [&str; 10] = [
    "house",
    "tube-house",
    "villa",
    "apartment",
    "shophouse",
    "residential",
    "detached",
    "terrace",
    "apartments",
    "yes",
];

/// What can be said of a feature besides the water at it.
#[derive(Debug, Clone, Default)]
pub(super) struct Label {
    pub(super) id: String,
    pub(super) code: String,
    pub(super) name: String,
    /// Class of a road, kind of a facility, address of a building.
    pub(super) note: String,
}

/// A commune or village.
pub(super) struct Place {
    pub(super) label: Label,
    pub(super) unit: Unit,
}

/// A school, a clinic, a shelter.
pub(super) struct Site {
    pub(super) label: Label,
    pub(super) at: Coord<f64>,
    pub(super) is_shelter: bool,
    /// How many people it holds.
    pub(super) capacity: f64,
}

/// What of the city stands in the area of a run.
#[derive(Default)]
pub(super) struct Town {
    pub(super) buildings: Vec<Building>,
    pub(super) building_labels: Vec<Label>,
    pub(super) communes: Vec<Place>,
    pub(super) villages: Vec<Place>,
    pub(super) roads: Vec<Road>,
    pub(super) road_labels: Vec<Label>,
    pub(super) sites: Vec<Site>,
}

impl Town {
    pub(super) fn of(plane: &Plane, sources: &Sources<'_>) -> Result<Self, FloodError> {
        let mut town = Self::default();
        visit(plane, sources, Role::Buildings, |view, feature, geometry| {
            let Some(footprint) = polygons(geometry) else { return };
            let reader = Reader { view, feature };
            let code = reader.text("use").unwrap_or_default();
            town.building_labels.push(reader.label("address"));
            town.buildings.push(Building {
                footprint,
                floor_height_m: None,
                floors: reader.amount("storeys"),
                is_dwelling: code.is_empty() || DWELLINGS.contains(&code.as_str()),
                people: reader.amount("people"),
                households: reader.amount("households"),
                vulnerable: None,
            });
        })?;
        town.communes = places(plane, sources, Role::Communes)?;
        town.villages = places(plane, sources, Role::Villages)?;
        visit(plane, sources, Role::Roads, |view, feature, geometry| {
            let reader = Reader { view, feature };
            for line in lines(geometry) {
                town.road_labels.push(reader.label("class"));
                let is_bridge = reader.flag("bridge");
                town.roads.push(Road { line, is_bridge, deck_level_m: None });
            }
        })?;
        visit(plane, sources, Role::Facilities, |view, feature, geometry| {
            let reader = Reader { view, feature };
            let Some(at) = geometry.centroid() else { return };
            town.sites.push(Site {
                label: reader.label("kind"),
                at: at.0,
                is_shelter: reader.flag("shelter"),
                capacity: reader.amount("capacity").unwrap_or(0.0),
            });
        })?;
        Ok(town)
    }
}

pub(super) fn places(
    plane: &Plane,
    sources: &Sources<'_>,
    role: Role,
) -> Result<Vec<Place>, FloodError> {
    let mut places = Vec::new();
    visit(plane, sources, role, |view, feature, geometry| {
        let Some(area) = polygons(geometry) else { return };
        let reader = Reader { view, feature };
        let unit = Unit {
            area,
            people: reader.amount("people"),
            households: reader.amount("households"),
            vulnerable: reader.amount("vulnerable"),
        };
        places.push(Place { label: reader.label("kind"), unit });
    })?;
    places.sort_by(|a, b| a.label.code.cmp(&b.label.code));
    Ok(places)
}

impl Reader<'_> {
    fn label(&self, note: &str) -> Label {
        let text = |attribute: &str| self.text(attribute).unwrap_or_default();
        Label {
            id: self.feature.id().to_string(),
            code: text("code"),
            name: text("name"),
            note: text(note),
        }
    }
}

fn polygons(geometry: &Geometry<f64>) -> Option<MultiPolygon<f64>> {
    match geometry {
        Geometry::Polygon(polygon) => Some(polygon.clone().into()),
        Geometry::MultiPolygon(polygons) if !polygons.0.is_empty() => Some(polygons.clone()),
        _ => None,
    }
}

fn lines(geometry: &Geometry<f64>) -> Vec<LineString<f64>> {
    match geometry {
        Geometry::LineString(line) => vec![line.clone()],
        Geometry::MultiLineString(lines) => lines.0.clone(),
        _ => Vec::new(),
    }
}
