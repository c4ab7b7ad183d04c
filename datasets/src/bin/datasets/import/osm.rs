//! OpenStreetMap: which ways, relations and nodes make which role, and with which columns.
//!
//! GDAL's driver sorts elements into points, lines and multi-polygons and gives the tags that its
//! configuration asks for; the configuration is written here, for one role. An identifier is the
//! element's kind and number, `n123`, `w123` or `r123`, since the three are numbered apart.

use city::{Property, PropertyType, Role, Value};

/// Column of the identifier.
pub(crate) const REF: &str = "osm_ref";

/// The line that every map with OpenStreetMap's data shows.
pub(crate) const ATTRIBUTION: &str = "© OpenStreetMap contributors";
/// Its licence.
pub(crate) const LICENCE: &str = "ODbL 1.0";

/// What of OpenStreetMap makes a role.
#[derive(Debug)]
pub(crate) struct Recipe {
    role: Role,
    /// GDAL's layer, and the condition on tags (OGR SQL).
    pub(crate) parts: &'static [(&'static str, &'static str)],
    /// Tags that become columns.
    pub(crate) tags: &'static [&'static str],
}

const RECIPES: &[Recipe] = &[
    Recipe {
        role: Role::Buildings,
        parts: &[("multipolygons", "building IS NOT NULL AND building <> 'no'")],
        tags: &[
            "name",
            "name:vi",
            "building",
            "building:levels",
            "height",
            "roof:shape",
            "amenity",
            "shop",
            "office",
            "tourism",
            "healthcare",
            "religion",
            "addr:housenumber",
            "addr:street",
            "start_date",
        ],
    },
    Recipe {
        role: Role::Roads,
        parts: &[(
            "lines",
            "highway IS NOT NULL AND highway NOT IN ('proposed', 'platform', 'rest_area', 'bus_stop', 'elevator')",
        )],
        tags: &[
            "name", "name:vi", "ref", "highway", "lanes", "oneway", "bridge", "tunnel", "layer",
            "maxspeed", "surface", "width", "junction", "access",
        ],
    },
    Recipe {
        role: Role::Water,
        parts: &[(
            "multipolygons",
            "natural = 'water' OR waterway = 'riverbank' OR landuse IN ('reservoir', 'basin')",
        )],
        tags: &["name", "name:vi", "natural", "water", "waterway", "landuse"],
    },
    Recipe {
        role: Role::Watercourses,
        parts: &[(
            "lines",
            "waterway IN ('river', 'stream', 'canal', 'drain', 'ditch', 'tidal_channel')",
        )],
        tags: &["name", "name:vi", "waterway", "width", "tunnel", "intermittent"],
    },
    Recipe {
        role: Role::LandUse,
        parts: &[(
            "multipolygons",
            "landuse IS NOT NULL OR natural IS NOT NULL OR military IS NOT NULL OR leisure IN ('park', 'playground', 'garden', 'pitch', 'stadium', 'sports_centre', 'golf_course') OR amenity IN ('school', 'kindergarten', 'university', 'college', 'hospital', 'clinic', 'marketplace', 'grave_yard')",
        )],
        tags: &[
            "name",
            "name:vi",
            "landuse",
            "natural",
            "leisure",
            "amenity",
            "military",
            "water",
            "waterway",
            "residential",
            "crop",
        ],
    },
    Recipe {
        role: Role::Facilities,
        parts: &[("points", FACILITY), ("multipolygons", FACILITY)],
        tags: &[
            "name",
            "name:vi",
            "name:en",
            "amenity",
            "healthcare",
            "shop",
            "tourism",
            "office",
            "leisure",
            "addr:housenumber",
            "addr:street",
            "capacity",
        ],
    },
    Recipe {
        role: Role::PlaceNames,
        parts: &[("points", "place IS NOT NULL AND name IS NOT NULL")],
        tags: &["name", "name:vi", "name:en", "place", "population"],
    },
    Recipe {
        role: Role::BusStops,
        parts: &[("points", "highway = 'bus_stop' OR public_transport = 'platform'")],
        tags: &["name", "name:vi", "ref", "highway", "public_transport", "shelter", "route_ref"],
    },
    Recipe {
        role: Role::Trees,
        parts: &[("points", "natural = 'tree'")],
        tags: &["natural", "species", "species:vi", "height", "diameter_crown"],
    },
    Recipe {
        role: Role::Lamps,
        parts: &[("points", "highway = 'street_lamp'")],
        tags: &["highway", "ref", "height", "light:colour", "lamp_type"],
    },
    Recipe {
        role: Role::Signals,
        parts: &[("points", "highway = 'traffic_signals'")],
        tags: &["highway", "name", "ref"],
    },
    Recipe {
        role: Role::Cameras,
        parts: &[("points", "man_made = 'surveillance'")],
        tags: &["man_made", "name", "surveillance", "camera:type"],
    },
    Recipe {
        role: Role::PowerLines,
        parts: &[("lines", "power IN ('line', 'minor_line', 'cable')")],
        tags: &["power", "ref", "voltage", "location"],
    },
    Recipe {
        role: Role::Bridges,
        parts: &[("lines", "bridge IS NOT NULL AND bridge <> 'no' AND highway IS NOT NULL")],
        tags: &["bridge", "highway", "name", "name:vi", "width", "layer"],
    },
    Recipe {
        role: Role::Communes,
        parts: &[("multipolygons", "boundary = 'administrative' AND admin_level = '6'")],
        tags: &["boundary", "admin_level", "name", "name:vi", "ref", "population"],
    },
];

const FACILITY: &str = "name IS NOT NULL AND (amenity IN ('school', 'kindergarten', 'university', 'college', 'hospital', 'clinic', 'doctors', 'pharmacy', 'marketplace', 'townhall', 'police', 'fire_station', 'post_office', 'community_centre', 'library', 'place_of_worship', 'courthouse', 'bus_station', 'shelter', 'theatre') OR healthcare IS NOT NULL OR tourism IN ('museum') OR office = 'government' OR leisure IN ('stadium', 'sports_centre') OR shop IN ('mall', 'supermarket'))";

impl Recipe {
    /// The recipe for a role, or the roles that there are recipes for.
    pub(crate) fn of(role: Role) -> Result<&'static Self, String> {
        RECIPES.iter().find(|recipe| recipe.role == role).ok_or_else(|| {
            let known: Vec<_> = RECIPES.iter().map(|recipe| recipe.role.name()).collect();
            format!(
                "OpenStreetMap gives no layer for role '{role}'; it gives: {}",
                known.join(", ")
            )
        })
    }

    /// The driver's configuration for this role alone (`osmconf.ini`).
    pub(crate) fn configuration(&self) -> String {
        let mut text = String::from(
            "closed_ways_are_polygons=aeroway,amenity,boundary,building,craft,geological,healthcare,historic,landuse,leisure,military,natural,office,place,shop,sport,tourism,water,waterway=riverbank\nreport_all_nodes=no\nreport_all_ways=no\nattribute_name_laundering=no\n",
        );
        // Tags in conditions must be asked for too: every tag of a condition is a column.
        let tags = self.tags.join(",");
        for layer in ["points", "lines", "multipolygons", "multilinestrings", "other_relations"] {
            let asked = self.parts.iter().any(|part| part.0 == layer);
            let tags = if asked { &tags } else { "name" };
            text.push_str(&format!(
                "[{layer}]\nosm_id=yes\nosm_version=no\nosm_timestamp=no\nosm_uid=no\nosm_user=no\nosm_changeset=no\nattributes={tags}\nother_tags=no\n"
            ));
        }
        text
    }

    /// The columns, identifier first.
    pub(crate) fn columns(&self) -> Vec<Property> {
        let tags = self.tags.iter().map(|tag| Property::new(*tag, PropertyType::Text));
        std::iter::once(Property::new(REF, PropertyType::Text)).chain(tags).collect()
    }
}

/// An element's identifier from GDAL's two columns: multi-polygons of ways carry `osm_way_id`.
pub(crate) fn reference(layer: &str, osm_id: Option<&str>, way_id: Option<&str>) -> Option<String> {
    let (kind, id) = match (layer, osm_id, way_id) {
        ("points", Some(id), _) => ('n', id),
        ("lines", Some(id), _) | (_, None, Some(id)) => ('w', id),
        (_, Some(id), _) => ('r', id),
        (_, None, None) => return None,
    };
    Some(format!("{kind}{id}"))
}

/// A tag's value as the standard attributes have it: kinds of bridges are bridges, and numbers come
/// without their units.
pub(crate) fn plain(tag: &str, value: Value) -> Value {
    let Some(text) = value.as_text() else { return value };
    let text = text.trim();
    match tag {
        "bridge" | "tunnel" if text != "no" => Value::from("yes"),
        "maxspeed" => Value::from(text.trim_end_matches("km/h").trim_end_matches("kmh").trim()),
        "width" | "diameter_crown" => Value::from(text.trim_end_matches('m').trim()),
        _ => value,
    }
}

/// Attributes that follow from several tags of an element: name, value.
pub(crate) fn derived(
    role: Role,
    tag: &dyn Fn(&str) -> Option<String>,
) -> Vec<(&'static str, Value)> {
    match role {
        Role::Buildings => {
            let kind = tag("building").unwrap_or_default();
            let amenity = tag("amenity").unwrap_or_default();
            let use_code =
                building_use(&kind, &amenity, tag("shop").is_some(), tag("office").is_some());
            let use_code = if tag("tourism").is_some_and(|t| t == "hotel" || t == "guest_house") {
                Some("hotel")
            } else {
                use_code
            };
            let address = match (tag("addr:housenumber"), tag("addr:street")) {
                (Some(number), Some(street)) => Value::from(format!("{number} {street}")),
                (None, Some(street)) => Value::from(street),
                _ => Value::Null,
            };
            vec![("use", use_code.map(Value::from).into()), ("address", address)]
        }
        Role::Facilities => vec![("kind", facility_kind(tag).map(Value::from).into())],
        Role::Water => {
            let kind = tag("water").or_else(|| tag("waterway")).or_else(|| tag("landuse"));
            vec![("kind", kind.or_else(|| tag("natural")).map(Value::from).into())]
        }
        _ => Vec::new(),
    }
}

/// The attributes that [`derived`] gives, with their types.
pub(crate) fn derived_columns(role: Role) -> &'static [(&'static str, PropertyType)] {
    match role {
        Role::Buildings => &[("use", PropertyType::Text), ("address", PropertyType::Text)],
        Role::Facilities | Role::Water => &[("kind", PropertyType::Text)],
        _ => &[],
    }
}

/// Code of `building-use` for the tags of a building; `None` where they don't say.
fn building_use(building: &str, amenity: &str, shop: bool, office: bool) -> Option<&'static str> {
    let by_amenity = match amenity {
        "school" | "kindergarten" | "university" | "college" => Some("education"),
        "hospital" | "clinic" | "doctors" | "pharmacy" => Some("health"),
        "place_of_worship" => Some("religious"),
        "townhall" | "police" | "courthouse" | "post_office" | "fire_station" => Some("office"),
        "marketplace" => Some("market"),
        "community_centre" | "theatre" | "library" | "cinema" | "arts_centre" => Some("culture"),
        "bank" | "restaurant" | "cafe" | "fast_food" | "fuel" => Some("commercial"),
        _ => None,
    };
    let by_building = match building {
        "house" | "residential" | "detached" | "semidetached_house" | "terrace" | "apartments"
        | "dormitory" | "hut" | "bungalow" => Some("residential"),
        "school" | "university" | "college" | "kindergarten" => Some("education"),
        "hospital" | "clinic" => Some("health"),
        "office" | "government" | "public" | "civic" => Some("office"),
        "industrial" | "warehouse" | "factory" => Some("industrial"),
        "commercial" | "retail" | "supermarket" | "kiosk" => Some("commercial"),
        "hotel" => Some("hotel"),
        "church" | "temple" | "pagoda" | "shrine" | "mosque" | "religious" | "chapel"
        | "cathedral" => Some("religious"),
        "military" | "barracks" => Some("defence"),
        _ => None,
    };
    by_amenity.or(by_building).or(match (shop, office) {
        (true, _) => Some("commercial"),
        (false, true) => Some("office"),
        (false, false) => None,
    })
}

/// Code of `facility-kind` for the tags of a place.
fn facility_kind(tag: &dyn Fn(&str) -> Option<String>) -> Option<&'static str> {
    let amenity = tag("amenity").unwrap_or_default();
    let kind = match amenity.as_str() {
        "school" => "school",
        "kindergarten" => "kindergarten",
        "university" | "college" => "university",
        "hospital" => "hospital",
        "clinic" | "doctors" => "clinic",
        "pharmacy" => "pharmacy",
        "marketplace" => "market",
        "townhall" | "courthouse" | "post_office" => "government",
        "police" | "fire_station" => "police",
        "community_centre" | "library" | "theatre" => "culture",
        "place_of_worship" => "religious",
        "bus_station" => "transport",
        "shelter" => "shelter",
        _ if tag("healthcare").is_some() => "clinic",
        _ if tag("tourism").is_some() => "culture",
        _ if tag("office").is_some() => "government",
        _ if tag("leisure").is_some() => "sport",
        _ if tag("shop").is_some() => "mall",
        _ => return None,
    };
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_tell_nodes_ways_and_relations_apart() {
        assert_eq!(reference("points", Some("7"), None).as_deref(), Some("n7"));
        assert_eq!(reference("lines", Some("7"), None).as_deref(), Some("w7"));
        assert_eq!(reference("multipolygons", None, Some("7")).as_deref(), Some("w7"));
        assert_eq!(reference("multipolygons", Some("7"), None).as_deref(), Some("r7"));
    }

    #[test]
    fn every_tag_of_a_condition_is_asked_for() {
        const WORDS: &[&str] = &["IS", "NOT", "NULL", "AND", "OR", "IN"];
        for recipe in RECIPES {
            for (_, condition) in recipe.parts {
                let bare: String = condition.split('\'').step_by(2).collect();
                let names = bare.split(|c: char| !(c.is_alphanumeric() || c == '_'));
                for name in names.filter(|name| !name.is_empty() && !WORDS.contains(name)) {
                    assert!(recipe.tags.contains(&name), "{}: {name}", recipe.role);
                }
            }
        }
    }

    #[test]
    fn a_role_without_a_recipe_is_answered_with_those_that_have_one() {
        assert!(Recipe::of(Role::Parcels).unwrap_err().contains("buildings, roads"));
    }
}
