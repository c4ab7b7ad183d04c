//! Floods over a city: from the example of the process description to results, over HTTP and without
//! a server.

mod coverages;
mod drains;
mod handed_out;
mod ninh_kieu;
mod subgrid;
mod variants;

use std::{path::Path, process::Command, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    program::ended,
    repo,
    server::Server,
    town::{self, Town},
};

/// A city of 500 buildings.
fn city() -> Town {
    city_of(500)
}

/// A city of so many buildings; with 500 nearly all are schools, markets and the like.
fn city_of(buildings: u32) -> Town {
    let (town, buildings) = (Town::empty(), buildings.to_string());
    let mut datasets = town::datasets();
    datasets.args(["generate", "--seed", "7", "--buildings", &buildings, "--into"]).arg(town.dir());
    town::run(&mut datasets);
    town
}

/// The example of the server, made shorter.
fn example(server: &Server, hours: f64) -> Value {
    let mut body = server.json("/processes/flood")["example"].clone();
    body["inputs"]["scenario"]["duration_h"] = hours.into();
    body
}

fn execute(server: &Server, body: &Value) -> (u16, Value, String) {
    let request = server.request(Method::POST, "/processes/flood/execution").json(body);
    let reply = server.send(request);
    (reply.status, reply.json(), reply.header("location").to_owned())
}

/// Starts a run, once the server has taken hold of its jobs.
fn start(server: &Server, body: &Value) -> String {
    server.wait_until("the jobs are the server's", |server| server.get("/jobs").status == 200);
    let (status, document, location) = execute(server, body);
    assert_eq!((status, &document["status"]), (201, &json!("accepted")), "{document}");
    let (_, path) = location.split_once("/jobs/").expect("Location leads to a job");
    format!("/jobs/{path}")
}

/// Column and row of the Web Mercator tile that holds a place.
fn tile_at(lon: f64, lat: f64, zoom: u32) -> (u32, u32) {
    let side = f64::from(1u32 << zoom);
    let north = (std::f64::consts::FRAC_PI_4 + lat.to_radians() / 2.0).tan().ln();
    let row = (1.0 - north / std::f64::consts::PI) / 2.0 * side;
    (((lon + 180.0) / 360.0 * side) as u32, row as u32)
}

fn wait(server: &Server, job: &str, status: &str) {
    server.wait_until(status, |server| {
        let found = server.json(job);
        assert_ne!(found["status"], "failed", "{found}");
        found["status"] == status
    });
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn the_example_of_a_city_runs_and_its_volumes_close() {
    let server = Server::on(city(), &[]);
    let body = example(&server, 2.0);
    let job = start(&server, &body);
    wait(&server, &job, "successful");
    let results = server.json(&format!("{job}/results"));
    let summary = &results["summary"];
    let ledger = &summary["ledger"];
    // f32 fields with sums in f64: the engine's own suite asks 1e-5 of 100 000 steps.
    assert!(number(&ledger["relative_error"]).abs() < 1e-5, "{ledger}");
    assert!(number(&ledger["rain_m3"]) > 0.0 && number(&ledger["stored_m3"]) > 0.0, "{ledger}");
    assert_eq!(summary["terrain"]["synthetic"], true);
    assert_eq!(summary["standing"]["vi"], "Nội bộ, tham khảo");
    assert_eq!(results["frames"]["minutes"], json!([0, 15, 30, 45, 60, 75, 90, 105, 120]));

    // A raster is a GeoTIFF; its deepest land is what the summary says.
    let raster = server.get(&format!("{job}/results/max-depth")).expect(200);
    assert!(raster.header("content-type").starts_with("image/tiff"));
    let [lon, lat] = [0, 1].map(|i| number(&summary["deepest"]["at"][i]));
    let series = server.json(&format!("{job}/position?coords=POINT({lon}%20{lat})"));
    let depths: Vec<f64> =
        series["ranges"]["depth"]["values"].as_array().unwrap().iter().map(number).collect();
    let deepest = depths.iter().copied().fold(0.0, f64::max);
    let most = number(&summary["deepest"]["depth_m"]);
    // Maxima are taken every five seconds of the run, frames at their own times: a millimetre.
    assert!(deepest > 0.0 && deepest <= most + 1e-3, "frames {deepest}, at most {most}");

    // Who is hit: the sum over communes is no more than the whole.
    let units = server.json(&format!("{job}/results/units"));
    let communes = units["communes"].as_array().unwrap();
    let flooded: f64 = communes.iter().map(|it| number(&it["buildings_flooded"])).sum();
    assert!(flooded <= number(&summary["affected"]["buildings"]), "{communes:?}");
    let buildings = server.json(&format!("{job}/results/buildings"));
    let count = buildings["features"].as_array().unwrap().len();
    assert_eq!(json!(count), summary["affected"]["buildings"]);
    server.get(&format!("{job}/results/ledger")).expect(200);
    server.get(&format!("{job}/results/no-such")).expect(404);
    server.get(&format!("{job}/results/depth?minutes=7")).expect(404);
    server.get(&format!("{job}/position?coords=POINT(0%200)")).expect(404);

    // What has ended is removed when it is dismissed.
    let gone = server.send(server.request(Method::DELETE, &job)).expect(200).json();
    assert_eq!(gone["status"], "dismissed");
    server.get(&job).expect(404);
}

#[test]
fn a_run_that_was_killed_and_stopped_goes_on_and_ends_as_if_nothing_had_been() {
    let town = city();
    let straight = tempfile::tempdir().unwrap();
    let server = Server::on(town.copy(), &[]);
    let body = example(&server, 3.0);
    let job = start(&server, &body);
    server.wait_until("its state is kept", |server| {
        server.dir().join("runs/1/checkpoint.bin").exists()
            || server.json(&job)["status"] == "successful"
    });
    let mut server = Server::on(server.kill(), &[]);
    wait(&server, &job, "running");
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0), "{}", server.log());
    assert!(server.dir().join("runs/1/checkpoint.bin").exists(), "it kept where it was");
    assert_eq!(unfinished(&server.dir().join("feeds/log")), 0, "the log was closed in order");
    let server = Server::on(server.kill(), &[]);
    server.wait_until("it goes on", |server| server.get(&job).status == 200);
    wait(&server, &job, "successful");

    let scenario = straight.path().join("storm.json");
    std::fs::write(&scenario, body.to_string()).unwrap();
    let into = straight.path().join("run");
    let said = ended(run(&scenario, town.dir(), &into));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    for file in ["max-depth.tif", "arrival.tif", "hazard.tif", "frames/00180.tif", "ledger.csv"] {
        let [one, two] = [server.dir().join("runs/1"), into.clone()]
            .map(|folder| std::fs::read(folder.join(file)).unwrap());
        assert!(one == two, "{file} of the run that was killed is that of the straight one");
    }
    assert!(!server.dir().join("runs/1/checkpoint.bin").exists());
}

/// Bytes in the write-ahead logs of a folder.
fn unfinished(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let ahead = files.filter(|file| file.file_name().to_string_lossy().ends_with("-wal"));
    ahead.map(|file| file.metadata().unwrap().len()).sum()
}

fn run<'a>(scenario: &Path, data: &Path, into: &Path) -> &'a mut Command {
    let mut command = Command::new(repo::program("gis-server"));
    command.env("DOTHI_FLOOD_DEVICE", "cpu");
    command.arg("run").arg(scenario).arg("--data").arg(data).arg("--into").arg(into);
    Box::leak(Box::new(command))
}

#[test]
fn a_scenario_that_makes_no_sense_is_refused_with_its_place_before_it_runs() {
    let server = Server::on(city(), &[]);
    let good = example(&server, 1.0);
    server.wait_until("the jobs are the server's", |server| server.get("/jobs").status == 200);
    let cases: [(&str, Value, &str); 9] = [
        ("/rain", json!({ "series": { "times_h": [0, 1], "mm_per_h": [-5] } }), "mm_per_h[0]"),
        ("/rain", json!({ "series": { "times_h": [0, 2, 1], "mm_per_h": [5, 5] } }), "times_h[2]"),
        ("/resolution_m", json!(0.5), "resolution_m"),
        ("/area", json!({ "bbox": [100.0, 10.0, 100.1, 10.1] }), "terrain"),
        (
            "/tide",
            json!({ "datum": "EGM96", "levels": { "wave": { "mean_m": 0, "amplitude_m": 1, "period_h": 12.42, "high_water_h": 0 } } }),
            "offset_m",
        ),
        (
            "/inflows",
            json!([{ "name": "x", "at": [0, 0], "times_h": [0], "m3_s": [1] }]),
            "inflows[0].at",
        ),
        (
            "/inflows",
            json!([{ "name": "x", "at": [108.4, 15.5], "times_h": [1, 0], "m3_s": [1, 1] }]),
            "times_h[1]",
        ),
        ("/duration_h", json!("long"), "duration_h"),
        ("/colour", json!("blue"), "colour"),
    ];
    for (place, value, named) in cases {
        let mut body = good.clone();
        let (parent, member) = place.rsplit_once('/').unwrap();
        assert_eq!(parent, "");
        body["inputs"]["scenario"][member] = value;
        if place == "/resolution_m" {
            // A thousand million cells.
            let bbox = server.json("/collections/terrain")["extent"]["spatial"]["bbox"][0].clone();
            body["inputs"]["scenario"]["area"] = json!({ "bbox": bbox });
        }
        let (status, problem, _) = execute(&server, &body);
        let text = problem.to_string();
        assert!(status == 400 && text.contains(named), "{place}: {status} {text}");
    }
    assert_eq!(server.json("/jobs")["jobs"], json!([]));
    let request = server.request(Method::POST, "/processes/flood/execution");
    server.send(request.body("{")).expect(400);
    let request = server.request(Method::POST, "/processes/nothing/execution").json(&good);
    server.send(request).expect(404);
}

#[test]
fn a_run_is_dismissed_while_it_runs() {
    let server = Server::on(city(), &[]);
    let mut body = example(&server, 24.0);
    body["inputs"]["scenario"]["resolution_m"] = json!(8);
    let job = start(&server, &body);
    wait(&server, &job, "running");
    let other = start(&server, &example(&server, 0.1));
    server.send(server.request(Method::DELETE, &job)).expect(200);
    assert_eq!(server.json(&job)["status"], "dismissed");
    server.get(&format!("{job}/results")).expect(404);
    // The next one has its turn.
    wait(&server, &other, "successful");
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(server.json(&job)["status"], "dismissed", "its end changes nothing");
}
