//! Drawings: layers to roles by a template, closed lines to areas, texts to attributes.

use city::Value;
use serde_json::json;
use tests::fixture::feature;

use crate::sources::Desk;

/// A drawing with two lots, a symbol in one of them, and a red line.
fn drawing(desk: &Desk, name: &str, driver: &str) -> std::path::PathBuf {
    let lot = |x: f64| {
        json!({"type": "LineString", "coordinates":
        [[x, 1_722_500.0], [x + 50.0, 1_722_500.0], [x + 50.0, 1_722_550.0], [x, 1_722_550.0], [x, 1_722_500.0]]})
    };
    let line = json!({"type": "LineString", "coordinates": [[577_400.0, 1_722_490.0], [577_600.0, 1_722_490.0]]});
    let symbol = json!({"type": "Point", "coordinates": [577_425.0, 1_722_525.0]});
    let with = |layer: &str| json!({"Layer": layer});
    let text = json!({"Layer": "QH_KY HIEU LO"});
    let mut label = feature(3, symbol, text);
    label["properties"]["OGR_STYLE"] = json!("LABEL(f:\"Arial\",t:\"OM-01\",s:5g)");
    let features = [
        feature(0, lot(577_400.0), with("QH_DAT O LIEN KE")),
        feature(1, lot(577_460.0), with("QH_CAY XANH")),
        feature(2, line, with("CGDD")),
        label,
    ];
    let source = desk.write(
        "drawing.geojson",
        json!({"type": "FeatureCollection", "features": features}).to_string(),
    );
    let crs = if driver == "DXF" { &["-a_srs", "EPSG:5899"][..] } else { &[] };
    desk.convert(&source, name, driver, crs)
}

#[test]
fn a_template_turns_layers_of_a_drawing_into_roles() {
    let desk = Desk::new();
    let source = drawing(&desk, "plan.dxf", "DXF");
    let with = ["--crs", "EPSG:5899", "--template", "cad-planning"];
    let zones = desk.import(&source, "planning-zones", "planning-zones", &with);
    assert_eq!(zones.features.len(), 2, "{}", zones.report);
    assert_eq!(zones.value(0, "use_code"), &Value::from("ODT"));
    assert_eq!(zones.value(1, "use_code"), &Value::from("DKV"));
    assert_eq!(zones.value(0, "lot"), &Value::from("OM-01"));
    assert_eq!(zones.value(1, "lot"), &Value::Null);
    let lines = desk.import(&source, "red-lines", "red-lines", &with);
    assert_eq!(lines.features.len(), 1);
    desk.refuses(&source, "lamps", &with, 2, &["no rule for role 'lamps'"]);
}

#[test]
fn a_template_of_ones_own_tells_elements_of_a_dgn_by_level_and_colour() {
    let desk = Desk::new();
    let features: Vec<_> = [0.0, 60.0].iter().enumerate().map(|(id, dx)| {
        let x = 577_400.0 + dx;
        feature(id, json!({"type": "LineString", "coordinates": [[x, 1_722_500.0], [x + 50.0, 1_722_510.0], [x + 50.0, 1_722_530.0]]}), json!({}))
    }).collect();
    let source = desk.write(
        "lines.geojson",
        json!({"type": "FeatureCollection", "features": features}).to_string(),
    );
    let dgn = desk.convert(&source, "lines.dgn", "DGN", &["-a_srs", "EPSG:5899"]);
    let template = desk.write("mine.toml", "unmatched = 'drop'\n[[rule]]\nrole = 'roads'\nmatch = { Type = [3, 4], Level = [0] }\nset = { class = 'residential', lanes = 2 }\n");
    let template = template.to_str().expect("a path in Unicode");
    let roads =
        desk.import(&dgn, "roads", "roads", &["--crs", "EPSG:5899", "--template", template]);
    assert_eq!(roads.features.len(), 2);
    assert_eq!(roads.value(0, "lanes"), &Value::Integer(2));
}

#[test]
fn a_dwg_without_a_converter_says_what_to_install() {
    let desk = Desk::new();
    let source = desk.write("plan.dwg", "AC1032");
    let run = desk.try_import(&source, "plan", "red-lines", &["--crs", "EPSG:5899"]);
    // With a converter the six bytes are still no drawing.
    assert_eq!(run.code, Some(4), "{}", run.stderr);
    assert!(run.stderr.contains("dwg2dxf") && run.stderr.contains("ODAFileConverter"));
}
