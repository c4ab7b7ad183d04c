//! The real Ninh Kiều, the middle of Cần Thơ, on SRTM: a storm with the tide, from the command line and
//! over HTTP. What SRTM says of a flat delta is not what is there, so the results are illustrative and
//! say so.

use serde_json::{Value, json};
use tests::{
    program::ended,
    server::Server,
    town::{Town, shared},
};

use super::{number, run as run_alone, variants::run};

/// 4,839 buildings, roads and heights of 30 m, with the datum and the error that SRTM is known for.
fn town() -> Option<Town> {
    let source = shared("data/geo/cantho-ninhkieu")?;
    let town = Town::empty();
    let terrain = [
        "--vertical-datum",
        "EGM96",
        "--source-name",
        "SRTM 1″ (NASA/USGS)",
        "--licence",
        "public domain",
    ];
    town.import(&source.join("canthodem.tif"), "terrain", "terrain", &terrain);
    let houses = ["--crs", "EPSG:4326"];
    town.import(&source.join("building.shp"), "buildings", "buildings", &houses);
    town.import(&source.join("roads.shp"), "roads", "roads", &[]);
    town.import(&source.join("cantho_centre.osm"), "water", "water", &[]);
    Some(town)
}

/// 100 mm in 6 hours over 2.5 × 2.5 km on the Cần Thơ river, with a tide of 1 m around 0.6 m. SRTM has the
/// river's surface at 5 to 8 m: what is added to the tide brings it there.
fn storm() -> Value {
    json!({ "inputs": { "scenario": {
        "kind": "flood",
        "title": { "vi": "Mưa 100 mm trong 6 giờ gặp triều cường", "en": "100 mm in 6 hours on a spring tide" },
        "area": { "bbox": [105.765, 10.020, 105.788, 10.043] },
        "resolution_m": 30,
        "duration_h": 8,
        "method": "local-inertia",
        "rain": { "design": { "total_mm": 100, "duration_h": 6 } },
        "tide": { "datum": "Hòn Dấu", "offset_m": 6.0, "levels": { "wave": {
            "mean_m": 0.6, "amplitude_m": 1.0, "period_h": 12.42, "high_water_h": 4.0,
        }}},
    }}})
}

#[test]
fn a_storm_over_the_real_ninh_kieu_is_the_same_from_the_command_line_and_over_http() {
    let Some(town) = town() else { return };
    let alone = tempfile::tempdir().unwrap();
    let (scenario, into) = (alone.path().join("storm.json"), alone.path().join("run"));
    std::fs::write(&scenario, storm().to_string()).unwrap();
    let said = ended(run_alone(&scenario, town.dir(), &into));
    assert_eq!(said.code, Some(0), "{}", said.stderr);

    let server = Server::on(town, &[]);
    let job = run(&server, &storm());
    for file in ["max-depth.tif", "arrival.tif", "frames/00240.tif", "ledger.csv", "buildings.json"]
    {
        let [one, two] = [server.dir().join("runs/1"), into.clone()]
            .map(|folder| std::fs::read(folder.join(file)).unwrap());
        assert!(one == two, "{file} is the same");
    }
    let summary = server.json(&format!("{job}/results"))["summary"].clone();
    let ledger = &summary["ledger"];
    assert!(number(&ledger["relative_error"]).abs() < 1e-5, "{ledger}");
    // 100 mm on the area; cells at its edge are cut, so within 2 %.
    let grid = &summary["grid"];
    let area_m2 = number(&grid["columns"]) * number(&grid["rows"]) * 900.0;
    let rain_mm = number(&ledger["rain_m3"]) / area_m2 * 1e3;
    assert!((rain_mm - 100.0).abs() < 2.0, "{rain_mm} mm");
    assert!(number(&ledger["boundary_in_m3"]) > 0.0, "the tide comes in: {ledger}");
    assert!(number(&summary["affected"]["buildings"]) > 0.0, "{}", summary["affected"]);

    let report = server.get(&format!("{job}/report?f=html")).expect(200).text();
    for said in ["SRTM", "chỉ để minh họa", "EGM96", "Nội bộ, tham khảo"] {
        assert!(report.contains(said), "the report says {said}");
    }
}
