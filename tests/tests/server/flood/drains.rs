//! Drains below the streets: from the city's layers and from a SWMM 5 file.

use serde_json::{Value, json};
use tests::server::Server;

use super::{
    city_of, execute, number,
    variants::{run, short},
};

/// A cloudburst over the houses.
fn cloudburst(server: &Server) -> Value {
    let mut body = short(server);
    let scenario = body["inputs"]["scenario"].as_object_mut().unwrap();
    scenario.remove("tide");
    let rain = json!({ "design": { "total_mm": 60, "duration_h": 0.4, "shape": "uniform" } });
    scenario.insert("rain".into(), rain);
    let drains = server.json("/collections/drains")["extent"]["spatial"]["bbox"][0].clone();
    let [w, s, e, n] = [0, 1, 2, 3].map(|at| number(&drains[at]));
    let (x, y) = ((w + e) / 2.0, (s + n) / 2.0);
    scenario.insert("area".into(), json!({ "bbox": [x - 0.006, y - 0.006, x + 0.006, y + 0.006] }));
    scenario.insert("resolution_m".into(), json!(10));
    body
}

#[test]
fn drains_of_layers_take_water_from_the_streets_and_every_volume_is_accounted_for() {
    let server = Server::on(city_of(2000), &[]);
    server.wait_until("the jobs are the server's", |server| server.get("/jobs").status == 200);
    let mut body = cloudburst(&server);
    let dry = run(&server, &body);
    body["inputs"]["scenario"]["drains"] = json!({ "from": { "layers": {} } });
    let drained = run(&server, &body);
    let summary = |job: &str| server.json(&format!("{job}/results"))["summary"].clone();
    let (without, with) = (summary(&dry), summary(&drained));
    assert_eq!(without["drains"], Value::Null);
    let (drains, ledger) = (&with["drains"], &with["ledger"]);
    assert!(number(&drains["nodes"]) > 10.0 && number(&drains["links"]) > 10.0, "{drains}");
    let taken = number(&drains["taken_m3"]);
    assert!(taken > 100.0, "{drains}");
    // What the ground gave is what the drains got, to the rounding of the fields.
    assert!((number(&ledger["drained_m3"]) / taken - 1.0).abs() < 1e-4, "{ledger} {drains}");
    assert!(number(&ledger["relative_error"]).abs() < 1e-5, "{ledger}");
    // Its manholes overflow: they close to 0.1 % (`sim::drainage::Ledger`), the outfalls' halves to a little more.
    assert!(number(&drains["error_m3"]).abs() < 0.005 * taken, "{drains}");
    let stored = |summary: &Value| number(&summary["ledger"]["stored_m3"]);
    assert!(stored(&with) < stored(&without), "drains leave less on the ground");
    let said = with["assumptions"].to_string();
    assert!(said.contains("Thoát nước: "), "{said}");
    let report = server.get(&format!("{drained}/report?f=html")).expect(200).text();
    assert!(report.contains("Hố ga trào nước") && report.contains("Vào cống"));
}

#[test]
fn a_swmm_file_is_a_network_and_what_is_wrong_with_it_is_told_with_its_place() {
    let server = Server::on(city_of(2000), &[]);
    server.wait_until("the jobs are the server's", |server| server.get("/jobs").status == 200);
    let mut body = cloudburst(&server);
    let bbox = body["inputs"]["scenario"]["area"]["bbox"].clone();
    let [w, s, e, n] = [0, 1, 2, 3].map(|at| number(&bbox[at]));
    let (lon, lat) = ((w + e) / 2.0, (s + n) / 2.0);
    let inp = format!(
        "[OPTIONS]\nFLOW_UNITS CMS\nFLOW_ROUTING DYNWAVE\nEND_TIME 02:00\n\n[JUNCTIONS]\nHG1 -2.0 3.0\nHG2 -2.3 3.0\n\n\
         [OUTFALLS]\nCX -3.0 FREE\n\n[CONDUITS]\nC1 HG1 HG2 60 0.013 0 0\nC2 HG2 CX 60 0.013 0 0\n\n\
         [XSECTIONS]\nC1 CIRCULAR 0.8 0 0 0 1\nC2 CIRCULAR 0.8 0 0 0 1\n\n\
         [COORDINATES]\nHG1 {lon} {lat}\nHG2 {} {lat}\nCX {} {lat}\n",
        lon + 0.0006,
        w - 0.01,
    );
    let swmm = |inp: &str, crs: &str| json!({ "from": { "swmm": { "inp": inp, "crs": crs } }, "rim_m": 4.0, "area_m2": 1.0 });
    for (drains, named) in [
        (swmm("[JUNCTIONS]\nHG1 nothing 3\n", "EPSG:4326"), "drains.from.swmm.inp"),
        (swmm(&inp, "EPSG:0"), "drains.from.swmm.crs"),
        (swmm("", "EPSG:4326"), "drains.from.swmm.inp"),
        (json!({ "from": { "layers": { "tolerance_m": -1 } } }), "tolerance_m"),
    ] {
        body["inputs"]["scenario"]["drains"] = drains;
        let (status, problem, _) = execute(&server, &body);
        assert!(status == 400 && problem.to_string().contains(named), "{status} {problem}");
    }
    body["inputs"]["scenario"]["drains"] = swmm(&inp, "OGC:CRS84");
    let job = run(&server, &body);
    let summary = server.json(&format!("{job}/results"))["summary"].clone();
    let drains = &summary["drains"];
    assert_eq!((&drains["nodes"], &drains["links"]), (&json!(3), &json!(2)));
    assert!(number(&drains["taken_m3"]) > 1.0, "{drains}");
    assert!(number(&drains["outfall_m3"]) > 0.0, "{drains}");
}
