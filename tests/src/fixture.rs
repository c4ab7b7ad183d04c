//! Small towns of known content, for what no real data shows: access classes and check points.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::town::Town;

/// Check points of VN-2000: name, latitude, longitude (WGS 84), EPSG code, east and north in metres.
///
/// Source: EPSG:6960 as PROJ 9.6 computes it, equal to Decision 05/2007/QĐ-BTNMT.
pub const CHECK_POINTS: &[(&str, f64, f64, u32, f64, f64)] = &[
    ("Hội An", 15.8801, 108.3380, 5899, 562_773.120, 1_756_400.984),
    ("Tam Kỳ", 15.5736, 108.4740, 5899, 577_453.963, 1_722_531.703),
    ("Quảng Ngãi", 15.1205, 108.7923, 5898, 584_963.145, 1_672_422.425),
    ("Gia Nghĩa", 11.9975, 107.6908, 9218, 411_686.575, 1_326_918.428),
    ("Gia Nghĩa", 11.9975, 107.6908, 5899, 493_358.551, 1_326_789.225),
];

/// Owner in [`parcels`] whom the public must never meet, in any surface.
pub const OWNER: &str = "Nguyễn Thị Kiểm Thử";

/// How many parcels [`parcels`] holds, and how many of them are defence land.
pub const PARCELS: (usize, usize) = (40, 4);

/// The check points as the layer `check-points`.
pub fn check_points() -> Town {
    let features = CHECK_POINTS.iter().enumerate().map(|(index, point)| {
        let geometry = json!({"type": "Point", "coordinates": [point.2, point.1]});
        feature(index, geometry, json!({"name": point.0, "code": point.3}))
    });
    let town = Town::empty();
    let source = write(town_source(&town), "check-points.geojson", features.collect());
    town.import(&source, "check-points", "other", &[]);
    town
}

/// Who may do what in [`guarded_parcels`].
const TOKENS: &str = r#"
[[token]]
name = "Lan"
token = "land-officer-token"
roles = ["land-officer"]

[[token]]
name = "Minh"
token = "admin-token-of-the-tests"
roles = ["admin"]

[[token]]
name = "Editor"
token = "editor-token-of-the-tests"
roles = ["editor"]
"#;

/// The folder of [`parcels`], with people who have tokens.
pub fn guarded_parcels() -> Town {
    let town = parcels();
    std::fs::write(town.dir().join("tokens.toml"), TOKENS).expect("the folder is ours");
    town
}

/// Forty parcels in a row, each with an owner; every tenth is defence land (CQP), and the rule that
/// masks such rows stands in the catalogue.
pub fn parcels() -> Town {
    let features = (0..PARCELS.0).map(|index| {
        let west = 108.47 + index as f64 * 0.001;
        let use_code = if index % (PARCELS.0 / PARCELS.1) == 0 { "CQP" } else { "ODT" };
        let properties = json!({
            "sheet": "12", "number": (index + 1).to_string(), "use_code": use_code,
            "owner_name": format!("{OWNER} {index}"), "area": 100.0 + index as f64,
        });
        feature(index, square(west, 15.57, 0.0008), properties)
    });
    let town = Town::empty();
    let source = write(town_source(&town), "parcels.geojson", features.collect());
    town.import(&source, "parcels", "parcels", &[]);
    mask_defence_land(&town);
    town
}

/// A square with its south-west corner and side in degrees.
pub fn square(west: f64, south: f64, side: f64) -> Value {
    let (east, north) = (west + side, south + side);
    json!({"type": "Polygon", "coordinates":
        [[[west, south], [east, south], [east, north], [west, north], [west, south]]]})
}

/// Writes features as GeoJSON and gives the file.
pub fn write(folder: &Path, name: &str, features: Vec<Value>) -> std::path::PathBuf {
    fs::create_dir_all(folder).expect("a folder can be made");
    let path = folder.join(name);
    let collection = json!({"type": "FeatureCollection", "features": features});
    fs::write(&path, collection.to_string()).expect("a file can be written");
    path
}

/// A GeoJSON feature.
pub fn feature(id: usize, geometry: Value, properties: Value) -> Value {
    json!({"type": "Feature", "id": id, "geometry": geometry, "properties": properties})
}

/// Where the sources of a town may stand: beside the data folder.
fn town_source(town: &Town) -> &Path {
    town.dir().parent().expect("a data folder stands in its temporary one")
}

/// What an administrator writes into the catalogue to mask rows.
fn mask_defence_land(town: &Town) {
    let mut catalogue = town.catalogue();
    let rule: toml::Value = toml::from_str(
        "[[rule]]\ncolumn = \"use_code\"\nvalues = [\"CQP\", \"CAN\"]\naccess = \"defence\"\n",
    )
    .map(|table: toml::Table| table["rule"].clone())
    .expect("the rule is TOML");
    let layers = catalogue.iter_mut().filter_map(|(_, value)| value.as_array_mut()).flatten();
    let mut found = false;
    for layer in
        layers.filter(|layer| layer.get("id").and_then(|id| id.as_str()) == Some("parcels"))
    {
        let content = layer.get_mut("content").and_then(toml::Value::as_table_mut);
        content.expect("a layer says its content").insert("row_rules".into(), rule.clone());
        found = true;
    }
    assert!(found, "the catalogue lists the layer");
    let text = toml::to_string(&catalogue).expect("a catalogue is TOML");
    fs::write(town.dir().join("catalog.toml"), text).expect("the catalogue can be written");
}
