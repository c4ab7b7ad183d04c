//! The nowcast: live gauges in, levels with their band and alarms out.

use std::time::{SystemTime, UNIX_EPOCH};

use city::Instant;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{server::Server, town};

const RAIN: &str = "thickness_of_rainfall_amount";
const LEVEL: &str = "water_surface_height_above_reference_datum";

/// Number and place of the datastream of a property that stands nearest to the middle of the terrain.
fn datastream(server: &Server, property: &str) -> (i64, [f64; 2]) {
    let path = format!(
        "/sensorthings/v1.1/Datastreams?$top=50&$expand=Thing($expand=Locations)\
         &$filter=substringof('{property}',ObservedProperty/definition)"
    );
    let terrain = server.json("/collections/terrain")["extent"]["spatial"]["bbox"][0].clone();
    let middle = [0, 1].map(|i| {
        let side = |at: usize| terrain[at].as_f64().expect("a side of the terrain");
        (side(i) + side(i + 2)) / 2.0
    });
    let off = |at: &[f64; 2]| (at[0] - middle[0]).hypot(at[1] - middle[1]);
    let mut found = None;
    server.wait_until("the Things of the layers are there", |server| {
        let all = server.json(&path);
        let placed = all["value"].as_array().expect("a set").iter().filter_map(|it| {
            let at = &it["Thing"]["Locations"][0]["location"]["coordinates"];
            Some((it["@iot.id"].as_i64()?, [at[0].as_f64()?, at[1].as_f64()?]))
        });
        found = placed.min_by(|a, b| off(&a.1).total_cmp(&off(&b.1)));
        found.is_some()
    });
    found.expect("it was found")
}

/// Sends a value for every ten minutes of the last hours.
fn send(server: &Server, stream: i64, hours: i64, value: impl Fn(i64) -> f64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    let now = i64::try_from(now.as_micros()).expect("it is before the year 9999");
    let rows: Vec<Value> = (0..=hours * 6)
        .map(|step| {
            let at = Instant::from_micros(now - (hours * 6 - step) * 600_000_000);
            json!([at.to_string(), value(step)])
        })
        .collect();
    let body = json!([{
        "Datastream": { "@iot.id": stream },
        "components": ["phenomenonTime", "result"],
        "dataArray": rows,
    }]);
    let request = server.request(Method::POST, "/sensorthings/v1.1/CreateObservations");
    server.send(request.json(&body)).expect(201);
}

#[test]
fn gauges_make_a_forecast_with_its_band_and_the_chance_of_each_alarm() {
    let town = town::Town::empty();
    let mut datasets = town::datasets();
    datasets.args(["generate", "--seed", "7", "--buildings", "500", "--into"]).arg(town.dir());
    town::run(&mut datasets);
    let mut server = Server::on(town, &[]);
    assert!(server.json("/nowcast")["issued"].is_null());
    let (rain, _) = datastream(&server, RAIN);
    let (level, [lon, lat]) = datastream(&server, LEVEL);
    send(&server, rain, 3, |_| 4.0);
    send(&server, level, 3, |step| 0.6 + 0.01 * step as f64);
    let half = 0.012;
    let scenario = format!(
        "cycle_min = 0.1\nhorizon_h = 1\nwarmup_h = 1\nmembers = 6\nsimulated = true\n[scenario]\n\
         title = {{ vi = \"Dự báo\", en = \"Nowcast\" }}\nresolution_m = 80\nduration_h = 1\n\
         method = \"local-inertia\"\narea = {{ bbox = [{}, {}, {}, {}] }}\n",
        lon - half,
        lat - half,
        lon + half,
        lat + half
    );
    std::fs::write(server.dir().join("nowcast.toml"), scenario).unwrap();
    server.wait_until("a forecast was made", |server| !server.json("/nowcast")["issued"].is_null());
    let forecast = server.json("/nowcast");
    assert_eq!((&forecast["members"], &forecast["simulated"]), (&json!(6), &json!(true)));
    let gauge = forecast["gauges"].as_array().unwrap().iter();
    let gauge = gauge.clone().find(|it| it["datastream"] == level).expect("the gauge is told of");
    assert!(gauge["state"]["used"].is_u64(), "{gauge}");
    let band = |name: &str| -> Vec<f64> {
        let values = gauge["corrected"][name].as_array().unwrap();
        values.iter().map(|it| it.as_f64().unwrap()).collect()
    };
    let (low, middle, high) = (band("p10_m"), band("p50_m"), band("p90_m"));
    assert_eq!(middle.len(), forecast["times"].as_array().unwrap().len());
    for at in 0..middle.len() {
        assert!(low[at] <= middle[at] && middle[at] <= high[at], "at {at}: {gauge}");
    }
    for alarm in gauge["alarms"].as_array().unwrap() {
        let probability = alarm["probability"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&probability), "{alarm}");
    }
    let tile = "/nowcast/map/tiles/WebMercatorQuad/5/14/25";
    assert_eq!(server.get(tile).expect(200).header("content-type"), "image/png");
    server.get(&format!("{tile}?output=max-depth")).expect(400);
    // A wrong file stops the nowcast, and nothing else.
    std::fs::write(server.dir().join("nowcast.toml"), "members = 6").unwrap();
    server.wait_until("the log says so", |server| server.log().contains("nowcast.toml"));
    server.get("/health").expect(200);
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0), "{}", server.log());
}
