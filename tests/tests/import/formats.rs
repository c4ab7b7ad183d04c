//! Every format gives the same layer.

use city::{Access, Value};
use datasets::repair::Repair;
use geo::BoundingRect;

use crate::sources::{Desk, Imported, houses};

/// The good house and the crossed one are there, repaired, and where they belong; gives their
/// positions, which formats that sort their features exchange.
#[track_caller]
fn holds_the_houses(imported: &Imported) -> (usize, usize) {
    assert_eq!(imported.features.len(), 2);
    assert_eq!(imported.layer.source_crs, "EPSG:5899");
    assert_eq!(imported.report.repaired[&Repair::Crossing], 1);
    let west = |i: usize| {
        imported.features[i].geometry.bounding_rect().expect("a house has an extent").min()
    };
    let (good, crossed) = if west(0).x < west(1).x { (0, 1) } else { (1, 0) };
    // The check point of Tam Kỳ (vietnam.md) is the house's corner. Formats that store millimetres
    // keep it to 10⁻⁸ degrees; MapInfo stores what fits 32 bits of its bounds, centimetres here.
    assert!((west(good).x - 108.4740).abs() < 1e-6, "{:?}", west(good));
    assert!((west(good).y - 15.5736).abs() < 1e-6, "{:?}", west(good));
    (good, crossed)
}

#[test]
fn formats_with_attributes_give_the_same_layer() {
    let desk = Desk::new();
    let source = houses(&desk);
    for (name, driver, more) in [
        ("houses.shp", "ESRI Shapefile", &["-lco", "ENCODING=UTF-8"][..]),
        ("houses.gpkg", "GPKG", &[]),
        ("houses.gdb", "OpenFileGDB", &[]),
        ("houses.fgb", "FlatGeobuf", &["-where", "ma <> 'N-03'"]),
        ("houses.gml", "GML", &[]),
        ("houses.tab", "MapInfo File", &["-lco", "ENCODING=UTF-8"]),
    ] {
        let converted = desk.convert(&source, name, driver, more);
        // MapInfo describes the projection by its numbers alone.
        let crs: &[&str] = if driver == "MapInfo File" { &["--crs", "EPSG:5899"] } else { &[] };
        let imported = desk.import(&converted, "houses", "buildings", crs);
        let (good, crossed) = holds_the_houses(&imported);
        let name = imported.layer.column_of("name").expect("a column plays the name");
        assert_eq!(imported.value(good, name), &Value::from("Nhà văn hóa"), "{driver}");
        let heights = [imported.value(good, "height"), imported.value(crossed, "height")];
        assert_eq!(heights, [&Value::Real(9.9), &Value::Real(6.6)], "{driver}");
        assert_eq!(imported.value(0, "height_assumed"), &Value::Bool(true));
    }
}

#[test]
fn drawings_and_tables_give_the_same_shapes() {
    let desk = Desk::new();
    let source = houses(&desk);
    let bare =
        ["-dialect", "sqlite", "-sql", "SELECT geometry FROM houses WHERE geometry IS NOT NULL"];
    let well_known = ["-lco", "GEOMETRY=AS_WKT", "-lco", "CREATE_CSVT=YES"];
    for (name, driver, more) in [
        ("houses.dxf", "DXF", &bare[..]),
        ("houses.dgn", "DGN", &bare),
        ("houses.csv", "CSV", &well_known),
    ] {
        let converted = desk.convert(&source, name, driver, more);
        let imported = desk.import(&converted, "houses", "buildings", &["--crs", "EPSG:5899"]);
        holds_the_houses(&imported);
    }
}

#[test]
fn every_flatgeobuf_sample_is_read_or_refused_with_a_reason() {
    let Some(samples) = tests::town::shared("data/geo/flatgeobuf-samples") else { return };
    let desk = Desk::new();
    for (name, code) in [
        ("countries.fgb", 0),
        ("countries_nocrs.fgb", 3),
        ("alldatatypes.fgb", 3),
        ("countries_nogeo.fgb", 3),
        // Version 2 of the format, which GDAL no longer reads.
        ("topp_states.fgb", 4),
        ("poly00.fgb", 3),
    ] {
        let run = desk.try_import(&samples.join(name), "sample", "other", &[]);
        assert_eq!(run.code, Some(code), "{name}:\n{}\n{}", run.stdout, run.stderr);
    }
}

#[test]
fn a_layer_of_circular_16_is_found_by_the_role_it_plays() {
    let desk = Desk::new();
    let zone = serde_json::json!({"type": "FeatureCollection", "features": [{
        "type": "Feature", "properties": {"maHoSoQH": "48QPK0012025", "kyHieuLoDat": "OM-01",
            "matDoXayDung": 60.5, "tangCaoXayDung": 5},
        "geometry": {"type": "Polygon", "coordinates":
            [[[108.2, 16.0], [108.21, 16.0], [108.21, 16.01], [108.2, 16.01], [108.2, 16.0]]]}}]});
    let zone = desk.write("zone.geojson", zone.to_string());
    let target = ["-t_srs", "EPSG:5899", "-nlt", "MULTIPOLYGON"];
    let first = [&target[..], &["-nln", "RanhGioiQuyHoach_A"]].concat();
    let gdb = desk.convert(&zone, "QuyHoach.gdb", "OpenFileGDB", &first);
    let second = [&target[..], &["-update", "-nln", "ChucNangSuDungDat_A"]].concat();
    desk.convert(&zone, "QuyHoach.gdb", "OpenFileGDB", &second);
    let imported = desk.import(&gdb, "zones", "planning-zones", &[]);
    for (attribute, column) in [
        ("lot", "kyHieuLoDat"),
        ("density", "matDoXayDung"),
        ("max_storeys", "tangCaoXayDung"),
        ("plan_code", "maHoSoQH"),
    ] {
        assert_eq!(imported.layer.column_of(attribute), Some(column));
    }
    desk.refuses(&gdb, "parcels", &[], 2, &["--source-layer", "ChucNangSuDungDat_A (1)"]);
}

#[test]
fn personal_columns_do_not_become_public() {
    let desk = Desk::new();
    let source = houses(&desk);
    let imported = desk.import(&source, "houses", "buildings", &[]);
    let owner = imported.layer.schema().and_then(|schema| schema.get("owner")).expect("a column");
    assert_eq!(owner.access, Access::Personal);
    assert!(imported.report.notes.iter().any(|note| note.en.contains("personal")));
}
