//! How each role is drawn: the documents of `assets/styles`, compiled in.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use city::Role;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::names::is_at_points;

/// Whether something belongs to the map's ground or is laid over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Part of the ground, shown at first.
    Basemap,
    /// Laid over the ground when somebody asks for it.
    Overlay,
}

impl Group {
    /// Its name in style metadata.
    pub fn name(self) -> &'static str {
        match self {
            Self::Basemap => "basemap",
            Self::Overlay => "overlay",
        }
    }
}

/// How a role, or one layer, is drawn.
///
/// The layers are MapLibre style layers without a source, whose expressions read the role's
/// attributes by their names. In them `{"dothi:codes": LIST, "property": ATTRIBUTE, "else":
/// COLOUR, "soften": SHARE}` stands for the colours of a code list, mixed with the paper's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fragment {
    /// The group of its layers that name none.
    pub group: Group,
    /// What the map's legend says: a list, or `{"dothi:codes": LIST}` for the codes of a list.
    pub legend: Value,
    /// Style layers, the lowest first.
    pub layers: Vec<Map<String, Value>>,
}

/// Why a style document could not be used.
#[derive(Debug, thiserror::Error)]
#[error("the style {path} cannot be used: {why}")]
pub struct FragmentError {
    path: PathBuf,
    why: String,
}

impl Fragment {
    /// Reads a document of a data folder.
    ///
    /// # Errors
    /// [`FragmentError`], naming the file and what is wrong in it.
    pub fn read(path: &Path) -> Result<Self, FragmentError> {
        let broken = |why: String| FragmentError { path: path.to_owned(), why };
        let text = std::fs::read_to_string(path).map_err(|error| broken(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| broken(error.to_string()))
    }
}

macro_rules! documents {
    ($($role:ident $name:literal;)*) => {
        fn document(role: Role) -> &'static str {
            match role {
                $(Role::$role => include_str!(concat!("../../../assets/styles/", $name, ".json")),)*
                _ => include_str!("../../../assets/styles/other.json"),
            }
        }
    };
}

documents! {
    Terrain "terrain";
    Imagery "imagery";
    LandCover "land-cover";
    LandUse "land-use";
    LandUsePlans "land-use-plans";
    Water "water";
    Watercourses "watercourses";
    PlanningBoundaries "planning-boundaries";
    PlanningZones "planning-zones";
    ProtectionCorridors "protection-corridors";
    Parcels "parcels";
    Communes "communes";
    Villages "villages";
    Blocks "blocks";
    Buildings "buildings";
    Roads "roads";
    Bridges "bridges";
    Dikes "dikes";
    RedLines "red-lines";
    BuildingLines "building-lines";
    BoundaryMarkers "boundary-markers";
    WaterSupply "water-supply";
    Drains "drains";
    Manholes "manholes";
    Outfalls "outfalls";
    Sewers "sewers";
    PowerLines "power-lines";
    Substations "substations";
    Telecom "telecom";
    LightingFeeders "lighting-feeders";
    LightingCabinets "lighting-cabinets";
    Lamps "lamps";
    Trees "trees";
    Gauges "gauges";
    RainGauges "rain-gauges";
    Reservoirs "reservoirs";
    FloodMarks "flood-marks";
    Stations "stations";
    Cameras "cameras";
    TrafficDetectors "traffic-detectors";
    Signals "signals";
    BusLines "bus-lines";
    BusStops "bus-stops";
    Facilities "facilities";
    PlaceNames "place-names";
}

struct Known {
    role: Role,
    fragment: Fragment,
    /// What each style layer reads, with the zoom at which it begins.
    attributes: Vec<(f64, BTreeSet<String>)>,
}

fn known() -> &'static [Known] {
    static ALL: OnceLock<Vec<Known>> = OnceLock::new();
    ALL.get_or_init(|| {
        let of_role = |&role: &Role| {
            // A test reads every document, so none is passed over here.
            let fragment: Fragment = serde_json::from_str(document(role)).ok()?;
            let of_layer = |layer: &Map<String, Value>| {
                let mut attributes = BTreeSet::new();
                layer.values().for_each(|value| collect_attributes(value, &mut attributes));
                let first_zoom = layer.get("minzoom").and_then(Value::as_f64).unwrap_or(0.0);
                (first_zoom, attributes)
            };
            let attributes = fragment.layers.iter().map(of_layer).collect();
            Some(Known { role, fragment, attributes })
        };
        Role::ALL.iter().filter_map(of_role).collect()
    })
}

/// How a role is drawn.
pub fn fragment_of(role: Role) -> Option<&'static Fragment> {
    known().iter().find(|known| known.role == role).map(|known| &known.fragment)
}

/// The attributes that a role's style reads from tiles of a zoom, which are shown until the next.
pub fn attributes_at(role: Role, zoom: u8) -> BTreeSet<&'static str> {
    let of_role = known().iter().filter(|known| known.role == role);
    let layers = of_role.flat_map(|known| &known.attributes);
    let shown = layers.filter(|(first_zoom, _)| *first_zoom < f64::from(zoom) + 1.0);
    shown.flat_map(|(_, attributes)| attributes).map(String::as_str).collect()
}

/// Whether a role's style writes names on areas of a zoom, or before the next.
pub fn names_areas_at(role: Role, zoom: u8) -> bool {
    let of_role = known().iter().filter(|known| known.role == role);
    let first_zoom = |layer: &Map<String, Value>| {
        layer.get("minzoom").and_then(Value::as_f64).unwrap_or_default()
    };
    of_role
        .flat_map(|known| &known.fragment.layers)
        .any(|layer| is_at_points(layer) && first_zoom(layer) < f64::from(zoom) + 1.0)
}

fn collect_attributes(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => {
            if let [Value::String(operator), Value::String(name)] = &items[..]
                && matches!(operator.as_str(), "get" | "has")
            {
                into.insert(name.clone());
            }
            items.iter().for_each(|item| collect_attributes(item, into));
        }
        Value::Object(members) => {
            if let (Some(_), Some(Value::String(name))) =
                (members.get("dothi:codes"), members.get("property"))
            {
                into.insert(name.clone());
            }
            members.values().for_each(|member| collect_attributes(member, into));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_style_that_reads_only_its_own_attributes() {
        for &role in Role::ALL {
            let fragment: Fragment = serde_json::from_str(document(role)).unwrap();
            assert!(!fragment.layers.is_empty(), "{role} is not drawn");
            for attribute in attributes_at(role, 24) {
                assert!(role.attribute(attribute).is_some(), "{role} has no '{attribute}'");
            }
        }
    }

    #[test]
    fn every_role_but_other_has_a_document_of_its_own() {
        let other = document(Role::Other);
        for &role in Role::ALL.iter().filter(|role| **role != Role::Other) {
            assert_ne!(document(role), other, "{role}");
        }
    }
}
