//! Parts of what a run leaves: windows, areas and lines agree with each other and with the tiles' file.

use serde_json::{Value, json};
use tests::server::Server;

use crate::coverages::{agree_as_netcdf, netcdf_reader};

use super::{
    city, number,
    variants::{run, short},
};

#[test]
fn windows_areas_and_lines_of_a_run_agree_and_what_is_too_large_or_outside_is_refused() {
    let server = Server::on(city(), &[]);
    let job = run(&server, &short(&server));
    let whole = server.json(&format!("{job}/coverage"));
    let shape = |document: &Value, axis: usize| {
        document["ranges"]["max-depth"]["shape"][axis].as_u64().unwrap() as usize
    };
    let (rows, columns) = (shape(&whole, 0), shape(&whole, 1));
    let summary = server.json(&format!("{job}/results"))["summary"].clone();
    assert_eq!(summary["grid"]["columns"], columns, "{}", summary["grid"]);
    assert_eq!(summary["grid"]["rows"], rows);
    let values = whole["ranges"]["max-depth"]["values"].as_array().unwrap();
    let greatest = values.iter().filter_map(Value::as_f64).fold(0.0, f64::max);
    assert!(greatest >= number(&summary["deepest"]["depth_m"]) - 0.01, "{greatest}");

    // Around the deepest place: a window of few cells that holds its depth.
    let [lon, lat] = [0, 1].map(|at| number(&summary["deepest"]["at"][at]));
    let d = 0.0004;
    let (w, s, e, n) = (lon - d, lat - d, lon + d, lat + d);
    let window = server.json(&format!("{job}/coverage?bbox={w},{s},{e},{n}"));
    assert!(shape(&window, 0) * shape(&window, 1) < 30, "{window}");
    let deepest = |document: &Value| {
        let values = document["ranges"]["max-depth"]["values"].as_array().unwrap();
        values.iter().filter_map(Value::as_f64).fold(0.0, f64::max)
    };
    let depth = number(&summary["deepest"]["depth_m"]);
    assert!(deepest(&window) >= depth - 0.01, "{} {depth}", deepest(&window));
    let ring = format!("{w} {s},{e} {s},{e} {n},{w} {n},{w} {s}");
    let area = server.json(&format!("{job}/area?coords=POLYGON(({ring}))"));
    assert!(deepest(&area) >= depth - 0.01);
    let line = server.json(&format!("{job}/trajectory?coords=LINESTRING({lon} {lat},{e} {lat})"));
    assert_eq!(line["domain"]["domainType"], "MultiPoint");
    assert!((number(&line["ranges"]["max-depth"]["values"][0]) - depth).abs() < 0.011, "{line}");
    assert_eq!(line["ranges"]["distance"]["values"][0], json!(0.0));

    let file = server.get(&format!("{job}/coverage?bbox={w},{s},{e},{n}&f=tiff")).expect(200);
    assert!(file.header("content-type").starts_with("image/tiff") && file.body.starts_with(b"II"));
    let coarse = server.json(&format!("{job}/coverage?scale-factor=4"));
    assert_eq!(shape(&coarse, 1), columns.div_ceil(4));
    let frame =
        server.json(&format!("{job}/coverage?output=depth&minutes=15&bbox={w},{s},{e},{n}"));
    assert_eq!(frame["ranges"]["depth"]["type"], "NdArray");

    let refused = server.get(&format!("{job}/coverage?bbox=100,10,100.1,10.1")).expect(400);
    assert!(refused.text().contains("108."), "it says what there is");
    for bad in [
        "coverage?scale-factor=0",
        "coverage?scale-factor=4096",
        "coverage?f=png",
        "area",
        "area?coords=POLYGON((0 0,1 0))",
        "trajectory?coords=LINESTRING(0 0)",
    ] {
        server.get(&format!("{job}/{bad}")).expect(400);
    }
    server.get(&format!("{job}/coverage?output=colour")).expect(404);
}

#[test]
fn a_cube_of_a_run_has_its_depths_over_time_beside_the_worst_of_each_cell() {
    let server = Server::on(city(), &[]);
    let job = run(&server, &short(&server));
    let summary = server.json(&format!("{job}/results"))["summary"].clone();
    let [lon, lat] = [0, 1].map(|at| number(&summary["deepest"]["at"][at]));
    let d = 0.001;
    let bbox = format!("bbox={},{},{},{}", lon - d, lat - d, lon + d, lat + d);
    let cube = format!("{job}/cube?{bbox}");
    let all = server.json(&cube);
    let times = all["domain"]["axes"]["t"]["values"].as_array().expect("times").clone();
    // Half an hour with a picture each quarter.
    assert_eq!(times.len(), 3, "{all}");
    let range = &all["ranges"]["depth"];
    assert_eq!(range["axisNames"], json!(["t", "y", "x"]));
    assert_eq!(range["shape"][0], 3);
    // The last third is the picture of the last minute.
    let last = server.json(&format!("{job}/coverage?output=depth&minutes=30&{bbox}"));
    let values = range["values"].as_array().expect("values");
    let cells = values.len() / 3;
    assert_eq!(
        Some(&values[2 * cells..]),
        last["ranges"]["depth"]["values"].as_array().map(|it| &it[..])
    );
    let one = server.json(&format!("{cube}&datetime={}", times[1].as_str().expect("a time")));
    assert_eq!(
        one["ranges"]["depth"]["values"].as_array().map(|it| &it[..]),
        Some(&values[cells..2 * cells])
    );
    let two = server.json(&format!("{cube}&datetime={}/..", times[1].as_str().expect("a time")));
    assert_eq!(two["ranges"]["depth"]["shape"][0], 2);
    // Several parameters are several coverages, of which only depth has times.
    let several = server.json(&format!("{cube}&parameter-name=depth,max-depth"));
    assert_eq!(several["type"], "CoverageCollection");
    let worst = &several["coverages"][1];
    assert_eq!(worst["ranges"]["max-depth"]["axisNames"], json!(["y", "x"]));
    assert_eq!(several["coverages"][0], all);

    for (query, named) in [
        ("parameter-name=heat", "max-depth"),
        ("datetime=1990-01-01", "covers"),
        ("parameter-name=depth,max-depth&f=netcdf", "one parameter"),
        ("f=tiff", "covjson, netcdf"),
        ("scale-factor=0", "scale-factor"),
    ] {
        let refused = server.get(&format!("{cube}&{query}")).expect(400).text();
        assert!(refused.contains(named), "{query}: {refused}");
    }
    server.get(&format!("{job}/cube")).expect(400);

    // Clients of EDR find the run among its collections, and are led to its cells.
    let name = job.replace("/jobs/", "run-");
    let found = server.json(&format!("/edr/collections/{name}"));
    assert_eq!(found["extent"]["temporal"]["interval"][0][0], times[0], "{found}");
    assert!(
        found["parameter_names"]["depth"].is_object()
            && found["parameter_names"]["hazard"].is_object()
    );
    assert_eq!(server.led_to(&format!("/edr/collections/{name}/cube?{bbox}")), all);
    let place = format!("coords=POINT({lon} {lat})&parameter-name=depth");
    let deep = server.led_to(&format!("/edr/collections/{name}/position?{place}"));
    assert_eq!(deep["ranges"]["depth"]["values"].as_array().map(Vec::len), Some(3), "{deep}");
    server
        .get(&format!("{job}/trajectory?coords=LINESTRING(1 1,2 2)&parameter-name=a,b"))
        .expect(400);
    server.get("/edr/collections/run-999999").expect(404);

    let Some(python) = netcdf_reader() else { return };
    for path in [
        cube.clone(),
        format!("{cube}&parameter-name=max-depth"),
        format!("{cube}&datetime={}", times[1].as_str().expect("a time")),
        format!("{job}/coverage?output=max-speed&{bbox}"),
    ] {
        agree_as_netcdf(&python, &server, &path);
    }
}
