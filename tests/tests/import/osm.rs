//! OpenStreetMap, as XML and as PBF.

use city::Value;
use datasets::Feature;
use geo::{Coord, MapCoordsInPlace};

use crate::{pbf, sources::Desk};

const XML: &str = r#"<?xml version='1.0'?><osm version='0.6'>
<node id='1' lat='15.570' lon='108.470'/><node id='2' lat='15.570' lon='108.471'/>
<node id='3' lat='15.571' lon='108.471'/><node id='4' lat='15.571' lon='108.470'/>
<node id='5' lat='16.830' lon='112.330'><tag k='place' v='island'/><tag k='name' v='永兴岛'/><tag k='name:vi' v='Đảo Phú Lâm'/><tag k='name:en' v='Woody Island'/></node>
<node id='6' lat='15.560' lon='108.460'><tag k='amenity' v='school'/><tag k='name' v='Trường Trần Phú'/></node>
<node id='7' lat='15.580' lon='108.470'/><node id='8' lat='15.580' lon='108.471'/><node id='9' lat='15.581' lon='108.471'/>
<way id='10'><nd ref='1'/><nd ref='2'/><nd ref='3'/><nd ref='4'/><nd ref='1'/><tag k='building' v='yes'/><tag k='building:levels' v='4'/><tag k='amenity' v='hospital'/><tag k='name' v='Bệnh viện'/></way>
<way id='11'><nd ref='1'/><nd ref='2'/><tag k='highway' v='secondary'/><tag k='name' v='Hùng Vương'/><tag k='oneway' v='yes'/><tag k='lanes' v='4'/><tag k='maxspeed' v='50 km/h'/><tag k='bridge' v='viaduct'/></way>
<way id='12'><nd ref='3'/><nd ref='4'/><tag k='waterway' v='stream'/></way>
<way id='13'><nd ref='1'/><nd ref='2'/><nd ref='3'/><nd ref='4'/><nd ref='1'/><tag k='natural' v='water'/></way>
<way id='14'><nd ref='1'/><nd ref='2'/><nd ref='3'/><nd ref='4'/><nd ref='1'/><tag k='landuse' v='military'/></way>
<way id='20'><nd ref='7'/><nd ref='8'/><nd ref='9'/><nd ref='7'/></way>
<relation id='10'><member type='way' ref='20' role='outer'/><tag k='type' v='multipolygon'/><tag k='building' v='house'/></relation>
</osm>"#;

#[test]
fn tags_become_the_attributes_of_roles() {
    let desk = Desk::new();
    let source = desk.write("town.osm", XML);
    let buildings = desk.import(&source, "buildings", "buildings", &[]);
    assert_eq!(buildings.ids(), ["r10", "w10"]);
    let way = buildings.feature("w10");
    assert_eq!(buildings.value(way, "building:levels"), &Value::Integer(4));
    assert_eq!(buildings.value(way, "height"), &Value::Real(13.2));
    assert_eq!(buildings.value(way, "use"), &Value::from("health"));
    assert!(buildings.layer.attribution.contains("OpenStreetMap"));

    let roads = desk.import(&source, "roads", "roads", &[]);
    assert_eq!(roads.ids(), ["w11"]);
    assert_eq!(roads.layer.column_of("class"), Some("highway"));
    assert_eq!(roads.value(0, "oneway"), &Value::Bool(true));
    assert_eq!(roads.value(0, "bridge"), &Value::Bool(true));
    assert_eq!(roads.value(0, "lanes"), &Value::Integer(4));
    assert_eq!(roads.value(0, "maxspeed"), &Value::Real(50.0));

    for (role, ids) in [
        ("water", &["w13"][..]),
        ("watercourses", &["w12"]),
        ("facilities", &["n6", "w10"]),
        ("land-use", &["w10", "w13", "w14"]),
    ] {
        assert_eq!(desk.import(&source, role, role, &[]).ids(), ids, "{role}");
    }
    let land = desk.import(&source, "land-use", "land-use", &[]);
    assert_eq!(land.value(land.feature("w14"), "use_code"), &Value::from("CQP"));
    let city::layer::Content::Vector { row_rules, .. } = &land.layer.content else {
        panic!("features")
    };
    assert!(row_rules.iter().any(|rule| rule.access == city::Access::Defence));
    desk.refuses(&source, "parcels", &[], 2, &["OpenStreetMap gives no layer", "buildings, roads"]);
}

#[test]
fn islands_keep_their_vietnamese_names_alone() {
    let desk = Desk::new();
    let source = desk.write("islands.osm", XML);
    let places = desk.import(&source, "place-names", "place-names", &[]);
    let island = places.feature("n5");
    assert_eq!(places.value(island, "name"), &Value::from("Đảo Phú Lâm"));
    let text = format!("{:?}", places.features[island].values);
    assert!(!text.contains("Woody") && !text.contains('永'), "{text}");
}

/// Coordinates to a nanodegree: the binary format counts in tenths of a microdegree, which its
/// reader multiplies out.
fn rounded(mut features: Vec<Feature>) -> Vec<Feature> {
    let round = |degrees: f64| (degrees * 1e9).round() / 1e9;
    for feature in &mut features {
        feature.geometry.map_coords_in_place(|c| Coord { x: round(c.x), y: round(c.y) });
    }
    features
}

#[test]
fn the_binary_format_says_what_xml_says() {
    let desk = Desk::new();
    let xml = desk.write("town.osm", XML);
    let binary = desk.write("town.osm.pbf", pbf::from_xml(XML));
    for role in ["buildings", "roads", "water", "land-use", "place-names"] {
        let (one, other) = (format!("{role}-xml"), format!("{role}-pbf"));
        let from_xml = desk.import(&xml, &one, role, &[]);
        let from_binary = desk.import(&binary, &other, role, &[]);
        assert!(!from_xml.features.is_empty(), "{role}");
        assert_eq!(rounded(from_binary.features), rounded(from_xml.features), "{role}");
    }
}
