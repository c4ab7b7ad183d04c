//! One building is the same in the data folder, in the server's GeoJSON and in the scene.

use serde_json::Value;
use tests::{program::ended, server::Server, town};

use crate::{text, twin};

/// How the scene of a folder or server says that a building stands.
fn described(source: &[&str], id: &str) -> Value {
    let feature = format!("buildings/{id}");
    let mut arguments = vec!["describe"];
    arguments.extend(source);
    arguments.extend(["--feature", feature.as_str()]);
    let said = ended(&mut twin(&arguments));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    serde_json::from_str(&said.stdout).expect("twin describe says JSON")
}

fn number(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or_else(|| panic!("no number '{name}' in {value}"))
}

#[test]
fn a_building_has_one_identifier_place_and_height_everywhere() {
    let town = town::demo(500);
    let server = Server::start(&town);
    let page = server.json("/collections/buildings/items?limit=5&f=geojson");
    for feature in page["features"].as_array().expect("features") {
        let id = match &feature["id"] {
            Value::String(id) => id.clone(),
            other => other.to_string(),
        };
        let ring = feature["geometry"]["coordinates"][0].as_array().expect("a polygon");
        let middle = |k: usize| {
            let (low, high) = ring
                .iter()
                .filter_map(|at| at[k].as_f64())
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
                    (low.min(at), high.max(at))
                });
            (low + high) / 2.0
        };
        let by_folder = described(&["--data", text(town.dir())], &id);
        let by_server = described(&["--server", server.address()], &id);
        for scene in [&by_folder, &by_server] {
            // Eight metres: the middle of the box against the centroid of a footprint.
            assert!((number(scene, "lon") - middle(0)).abs() < 8e-5, "{scene}");
            assert!((number(scene, "lat") - middle(1)).abs() < 8e-5, "{scene}");
            let height =
                feature["properties"]["height"].as_f64().expect("demo houses have heights");
            assert!((number(scene, "height_m") - height).abs() < 1e-9, "{scene}");
        }
        // Terrain over HTTP comes in decimetres, at pixels other than the folder's cells.
        let apart = (number(&by_folder, "base_m") - number(&by_server, "base_m")).abs();
        assert!(apart < 1.0, "{id}: feet {apart} m apart");
        assert!((number(&by_folder, "lon") - number(&by_server, "lon")).abs() < 1e-7);
    }
}
