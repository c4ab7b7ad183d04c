//! CityJSON, whole and line by line: solids become footprints with heights and roofs.

use city::Value;
use serde_json::{Value as Json, json};
use tests::town;

use crate::sources::{Desk, Imported};

/// The south-west corner: Tam Kỳ in VN-2000 / TM-3 107°45′.
const CORNER: [f64; 2] = [577_453.963, 1_722_531.703];

/// A house of 12 m × 6 m, 5 m to the eaves and 8 m to the ridge, its foot at 4.2 m, as vertices in millimetres.
fn vertices() -> Json {
    let (wide, deep, eaves, ridge, foot) = (12_000, 6_000, 9_200, 12_200, 4_200);
    json!([
        [0, 0, foot],
        [wide, 0, foot],
        [wide, deep, foot],
        [0, deep, foot],
        [0, 0, eaves],
        [wide, 0, eaves],
        [wide, deep, eaves],
        [0, deep, eaves],
        [0, deep / 2, ridge],
        [wide, deep / 2, ridge],
    ])
}

/// The house's faces as a solid: ground, two long walls, two gables, two slopes.
fn gabled() -> Json {
    json!({
        "type": "Solid", "lod": "2",
        "boundaries": [[
            [[0, 3, 2, 1]], [[0, 1, 5, 4]], [[2, 3, 7, 6]], [[1, 2, 6, 9, 5]], [[3, 0, 4, 8, 7]],
            [[4, 5, 9, 8]], [[6, 7, 8, 9]],
        ]],
        "semantics": {
            "surfaces": [{ "type": "GroundSurface" }, { "type": "WallSurface" }, { "type": "RoofSurface" }],
            "values": [[0, 1, 1, 1, 1, 2, 2]],
        },
    })
}

fn head() -> Json {
    json!({
        "type": "CityJSON", "version": "2.0",
        "transform": { "scale": [0.001, 0.001, 0.001], "translate": [CORNER[0], CORNER[1], 0.0] },
        "metadata": { "referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/5899" },
        "CityObjects": {}, "vertices": [],
    })
}

fn house(attributes: Json) -> Json {
    json!({ "type": "Building", "attributes": attributes, "geometry": [gabled()] })
}

#[track_caller]
fn check_house(imported: &Imported, at: usize) {
    assert_eq!(imported.value(at, "height"), &Value::Real(8.0));
    assert_eq!(imported.value(at, "height_assumed"), &Value::Bool(false));
    assert_eq!(imported.value(at, "ground"), &Value::Real(4.2));
    assert_eq!(imported.value(at, "roof"), &Value::from("gable"));
    let corner =
        geo::BoundingRect::bounding_rect(&imported.features[at].geometry).expect("an extent").min();
    // The grid's north is turned by 0.19° here, which over 12 m are 4 cm, or 4 × 10⁻⁷ degrees.
    assert!((corner.x - 108.4740).abs() < 5e-7 && (corner.y - 15.5736).abs() < 5e-7, "{corner:?}");
}

#[test]
fn a_solid_becomes_a_footprint_with_height_foot_and_roof() {
    let desk = Desk::new();
    let mut document = head();
    document["vertices"] = vertices();
    document["CityObjects"] = json!({
        "Nhà-1": house(json!({ "tên": "Nhà ông Sáu", "storeysAboveGround": 2, "height": "cao", "kênh": [1, 2] })),
        "Nhà-2": { "type": "Building", "children": ["Nhà-2-a"], "attributes": { "tên": "Nhà hai phần" } },
        "Nhà-2-a": { "type": "BuildingPart", "parents": ["Nhà-2"], "geometry": [gabled()] },
        "Đường": { "type": "Road", "geometry": [] },
    });
    let source = desk.write("nha.city.json", document.to_string());
    let imported = desk.import(&source, "houses", "buildings", &[]);
    assert_eq!(
        imported.ids(),
        ["Nhà-1", "Nhà-2"],
        "objects keep their identifiers, parts are none"
    );
    assert_eq!(imported.layer.source_crs, "EPSG:5899");
    check_house(&imported, 0);
    check_house(&imported, 1);
    assert_eq!(imported.value(0, "height_attribute"), &Value::from("cao"), "no attribute is lost");
    assert_eq!(imported.layer.column_of("storeys"), Some("storeysAboveGround"));
    let report = serde_json::to_string(&imported.report).expect("JSON");
    for word in ["Road × 1", "kênh × 1", "2 × 2", "CityJSON 2.0"] {
        assert!(report.contains(word), "'{word}' is not in {report}");
    }
}

#[test]
fn a_sequence_gives_the_same_as_a_document() {
    let desk = Desk::new();
    let line = |id: &str| {
        let feature = json!({
            "type": "CityJSONFeature", "id": id, "vertices": vertices(),
            "CityObjects": { id: house(json!({ "tên": id })) },
        });
        feature.to_string()
    };
    let source = desk.write(
        "nha.city.jsonl",
        [head().to_string(), line("a"), String::new(), line("b")].join("\n"),
    );
    let imported = desk.import(&source, "houses", "buildings", &[]);
    assert_eq!(imported.ids(), ["a", "b"]);
    check_house(&imported, 0);
    check_house(&imported, 1);
}

#[test]
fn the_lowest_level_of_detail_tells_of_no_roof() {
    let desk = Desk::new();
    let mut document = head();
    document["vertices"] = vertices();
    let block = json!({
        "type": "Solid", "lod": "1",
        "boundaries": [[[[0, 3, 2, 1]], [[4, 5, 6, 7]], [[0, 1, 5, 4]], [[1, 2, 6, 5]], [[2, 3, 7, 6]], [[3, 0, 4, 7]]]],
    });
    let plan = json!({ "type": "MultiSurface", "lod": "0", "boundaries": [[[0, 1, 2, 3]]] });
    document["CityObjects"] = json!({
        "block": { "type": "Building", "geometry": [block] },
        "plan": { "type": "Building", "geometry": [plan], "attributes": { "roofType": "hipped" } },
    });
    let source = desk.write("khoi.city.json", document.to_string());
    let imported = desk.import(&source, "blocks", "buildings", &[]);
    let (block, plan) = (imported.feature("block"), imported.feature("plan"));
    assert_eq!(imported.value(block, "height"), &Value::Real(5.0));
    assert_eq!(imported.value(block, "roof"), &Value::Null);
    assert_eq!(imported.value(plan, "roof"), &Value::from("hip"), "what is told is kept");
    assert_eq!(imported.value(plan, "height_assumed"), &Value::Bool(true), "a plan has no height");
}

#[test]
fn what_is_not_sound_is_refused_by_name() {
    let desk = Desk::new();
    let write = |name: &str, change: &dyn Fn(&mut Json)| {
        let mut document = head();
        document["vertices"] = vertices();
        document["CityObjects"] = json!({ "nhà": house(json!({})) });
        change(&mut document);
        desk.write(name, document.to_string())
    };
    let far = write("a.city.json", &|d| {
        d["CityObjects"]["nhà"]["geometry"][0]["boundaries"][0][0][0][1] = 77.into()
    });
    desk.refuses(&far, "buildings", &[], 4, &["nhà", "vertex 77"]);
    let flat = write("b.city.json", &|d| {
        d["CityObjects"]["nhà"]["geometry"][0]["boundaries"] = json!([1, 2])
    });
    desk.refuses(&flat, "buildings", &[], 4, &["nhà", "list"]);
    let unplaced = write("c.city.json", &|d| d["metadata"] = json!({}));
    desk.refuses(&unplaced, "buildings", &[], 3, &["--crs"]);
    let good = write("d.city.json", &|_| {});
    desk.refuses(&good, "roads", &[], 2, &["CityJSON"]);
    let broken = desk.write("e.city.json", r#"{"type":"CityJSON","CityObjects":{"a":{"type":3}}}"#);
    desk.refuses(&broken, "buildings", &[], 4, &["no CityJSON"]);
}

#[test]
fn real_cities_are_imported_whole() {
    let Some(samples) = town::shared("data/geo/cityjson-samples") else { return };
    let desk = Desk::new();
    let delft = desk.import(&samples.join("delft.json"), "delft", "buildings", &[]);
    // Counted in the file: 160 buildings among 570 objects; its system is the Dutch one with heights.
    assert_eq!((delft.features.len(), delft.layer.source_crs.as_str()), (160, "EPSG:28992"));
    let extent = delft.layer.bbox.expect("an extent");
    // Delft lies at 52.0° N, 4.36° E.
    assert!(
        (extent.centre().0 - 4.36).abs() < 0.03 && (extent.centre().1 - 52.0).abs() < 0.03,
        "{extent:?}"
    );
    let heights = (0..160).map(|at| delft.value(at, "height").as_number().expect("a height"));
    assert!(
        heights.clone().all(|metres| (0.5..120.0).contains(&metres)),
        "{:?}",
        heights.collect::<Vec<_>>()
    );

    let zurich = desk.import(&samples.join("zurich_subset_lod2.json"), "zurich", "buildings", &[]);
    assert_eq!(zurich.features.len(), 49, "161 parts of 49 buildings");
    let sloped =
        (0..49).filter(|at| !matches!(zurich.value(*at, "roof").as_text(), None | Some("flat")));
    assert!(sloped.count() > 5, "roofs of Zürich slope");

    let rotterdam = samples.join("rotterdam/rotterdam_subset.json");
    desk.refuses(&rotterdam, "buildings", &[], 3, &["--crs"]);
    let rotterdam = desk.import(&rotterdam, "rotterdam", "buildings", &["--crs", "EPSG:28992"]);
    assert_eq!(rotterdam.features.len(), 16);
    let water = desk.import(&samples.join("delft.json"), "delft-water", "water", &[]);
    assert_eq!(water.features.len(), 3);
}
