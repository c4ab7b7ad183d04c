//! Which system a source is in.

use serde_json::json;
use tests::fixture::{CHECK_POINTS, feature};

use crate::sources::{Desk, houses};

fn points(desk: &Desk, crs: Option<&str>, points: &[(f64, f64)]) -> std::path::PathBuf {
    let features: Vec<_> = points
        .iter()
        .enumerate()
        .map(|(id, (x, y))| {
            feature(id, json!({"type": "Point", "coordinates": [x, y]}), json!({"ten": "điểm"}))
        })
        .collect();
    let mut collection = json!({"type": "FeatureCollection", "features": features});
    if let Some(crs) = crs {
        collection["crs"] = json!({"type": "name", "properties": {"name": crs}});
    }
    desk.write("points.geojson", collection.to_string())
}

#[test]
fn the_check_points_of_vn_2000_come_back_to_the_millimetre() {
    let desk = Desk::new();
    for (name, lat, lon, epsg, east, north) in CHECK_POINTS {
        let source = points(&desk, Some(&format!("EPSG:{epsg}")), &[(*east, *north)]);
        let imported = desk.import(&source, "points", "other", &[]);
        let geo_types::Geometry::Point(point) = imported.features[0].geometry else {
            panic!("a point")
        };
        // The check points are given to 1 mm, which is 10⁻⁸ degrees; half of that from rounding.
        assert!(
            (point.x() - lon).abs() < 1e-8 && (point.y() - lat).abs() < 1e-8,
            "{name}: {point:?}"
        );
    }
}

#[test]
fn a_source_without_a_system_is_refused_with_the_candidates() {
    let desk = Desk::new();
    let source = desk.convert(&houses(&desk), "bare.shp", "ESRI Shapefile", &[]);
    std::fs::remove_file(source.with_extension("prj")).expect("the system is in a file of its own");
    let words = ["--crs EPSG:5899", "Tam Kỳ", "108.47", "--crs EPSG:5898"];
    desk.refuses(&source, "buildings", &[], 3, &words);
    assert!(!desk.town.dir().exists(), "a refused import makes no folder");
}

#[test]
fn exchanged_axes_are_refused_and_read_when_told() {
    let desk = Desk::new();
    let (_, lat, lon, _, east, north) = CHECK_POINTS[1];
    for (crs, x, y) in [("EPSG:5899", north, east), ("EPSG:4326", lat, lon)] {
        let source = points(&desk, Some(crs), &[(x, y), (x + 1e-6, y + 1e-6)]);
        desk.refuses(&source, "other", &["--crs", crs], 3, &["--swap-axes", "Tam Kỳ"]);
        let imported = desk.import(&source, "points", "other", &["--crs", crs, "--swap-axes"]);
        let bbox = imported.layer.bbox.expect("an extent");
        assert!(bbox.contains(lon, lat) || (bbox.min_x - lon).abs() < 1e-6, "{bbox:?}");
    }
}

#[test]
fn deprecated_and_compound_systems_are_refused_with_what_to_use() {
    let desk = Desk::new();
    let source = houses(&desk);
    desk.refuses(&source, "buildings", &["--crs", "EPSG:6959"], 3, &["deprecated", "EPSG:5899"]);
    desk.refuses(&source, "buildings", &["--crs", "EPSG:4756+5727"], 3, &["EPSG:5899"]);
    desk.refuses(&source, "buildings", &["--crs", "Hà Nội"], 3, &["Hà Nội"]);
    desk.refuses(&source, "buildings", &["--crs", "EPSG:5727"], 3, &["horizontal"]);
    let compound = desk.convert(&source, "compound.gpkg", "GPKG", &["-a_srs", "EPSG:5899+5727"]);
    desk.refuses(&compound, "buildings", &[], 3, &["--crs EPSG:5899"]);
}
