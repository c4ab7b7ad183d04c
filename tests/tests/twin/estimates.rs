//! A connected twin shows what the server estimates and foresees, and says that it does.

use std::{fs, path::Path};

use city::Instant;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{fleet::TOKENS, program::ended, server::Server, town};

use crate::{text, twin};

const LEVEL: &str = "water_surface_height_above_reference_datum";
/// What is added to the station's levels to have them in the terrain's datum, m.
const OFFSET_M: f64 = 0.25;

/// A gauge of the layer in the middle of the town: its datastream, its place and its feature.
fn gauge(server: &Server) -> (i64, [f64; 2], String) {
    let path = format!(
        "/sensorthings/v1.1/Datastreams?$top=50&$expand=Thing($expand=Locations)\
         &$filter=substringof('{LEVEL}',ObservedProperty/definition)"
    );
    let box_ = server.json("/collections/terrain")["extent"]["spatial"]["bbox"][0].clone();
    let side = |at: usize| box_[at].as_f64().expect("a side of the terrain");
    let middle = [(side(0) + side(2)) / 2.0, (side(1) + side(3)) / 2.0];
    let mut found = None;
    server.wait_until("the gauges are Things", |server| {
        let all = server.json(&path);
        let placed = all["value"].as_array().expect("a set").iter().filter_map(|it| {
            let at = &it["Thing"]["Locations"][0]["location"]["coordinates"];
            let feature = &it["Thing"]["properties"]["feature"];
            let id = &feature["id"];
            let id = id.as_str().map_or_else(|| id.to_string(), ToOwned::to_owned);
            let name = format!("{}/{id}", feature["layer"].as_str()?);
            Some((it["@iot.id"].as_i64()?, [at[0].as_f64()?, at[1].as_f64()?], name))
        });
        let off = |at: &[f64; 2]| (at[0] - middle[0]).hypot(at[1] - middle[1]);
        found = placed.min_by(|a, b| off(&a.1).total_cmp(&off(&b.1)));
        found.is_some()
    });
    found.expect("it was found")
}

/// Levels of the last two hours, every ten minutes.
fn send(server: &Server, stream: i64) {
    let now = Instant::from_micros(
        i64::try_from(
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .expect("it is after 1970")
                .as_micros(),
        )
        .expect("it is before the year 9999"),
    );
    let rows: Vec<Value> = (0..=12)
        .map(|step| {
            let at = Instant::from_micros(now.as_micros() - (12 - step) * 600_000_000);
            json!([at.to_string(), 0.6 + 0.01 * step as f64])
        })
        .collect();
    let body = json!([{
        "Datastream": { "@iot.id": stream },
        "components": ["phenomenonTime", "result"], "dataArray": rows,
    }]);
    let request = server.request(Method::POST, "/sensorthings/v1.1/CreateObservations");
    server.send(request.bearer_auth("thiet-bi-mo-phong").json(&body)).expect(201);
}

fn described(server: &Server, feature: &str, token: Option<&Path>) -> Value {
    let mut arguments = vec!["describe", "--server", server.address(), "--feature", feature];
    if let Some(token) = token {
        arguments.extend(["--token-file", text(token)]);
    }
    let said = ended(twin(&arguments).env_remove("DOTHI_TOKEN"));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    serde_json::from_str(&said.stdout).expect("twin describe says JSON")
}

#[test]
fn a_gauge_shows_the_servers_forecast_to_an_operator() {
    let town = town::Town::empty();
    let mut datasets = town::datasets();
    datasets.args(["generate", "--seed", "7", "--buildings", "500", "--into"]).arg(town.dir());
    town::run(&mut datasets);
    fs::write(town.dir().join("tokens.toml"), TOKENS).expect("the folder is writable");
    let server = Server::on(town, &[]);
    let (stream, [lon, lat], feature) = gauge(&server);
    send(&server, stream);
    let (half, dir) = (0.012, server.dir());
    let nowcast = format!(
        "cycle_min = 0.1\nhorizon_h = 1\nwarmup_h = 1\nmembers = 6\nsimulated = true\n[offsets_m]\n\
         {stream} = {OFFSET_M}\n[scenario]\ntitle = {{ vi = \"Dự báo\", en = \"Nowcast\" }}\n\
         resolution_m = 80\nduration_h = 1\nmethod = \"local-inertia\"\n\
         area = {{ bbox = [{}, {}, {}, {}] }}\n",
        lon - half,
        lat - half,
        lon + half,
        lat + half
    );
    fs::write(dir.join("nowcast.toml"), nowcast).expect("the folder is writable");
    let token = dir.join("token");
    fs::write(&token, "van-hanh-a\n").expect("the folder is writable");
    let nowcast = |server: &Server| server.get_as("van-hanh-a", "/nowcast").expect(200).json();
    server.wait_until("a forecast was made", |server| !nowcast(server)["issued"].is_null());

    let said = described(&server, &feature, Some(&token));
    let reading = said["readings"]
        .as_array()
        .and_then(|all| all.iter().find(|it| it["datastream"] == stream));
    let reading = reading.unwrap_or_else(|| panic!("the level is told: {said}"));
    assert_eq!((&reading["from"], &reading["value"]), (&json!("simulated"), &json!(0.72)));
    let estimate = &said["estimate"];
    assert_eq!(estimate["from"], "server-estimate", "{said}");
    // The same as the server says, in the station's own datum; a forecast may have come between.
    let shown = estimate["issued"].as_str().expect("when it was made").to_owned();
    let forecast = nowcast(&server);
    let theirs = forecast["gauges"].as_array().expect("gauges").iter();
    let theirs = theirs.clone().find(|it| it["datastream"] == stream).expect("it is told of");
    let levels = estimate["levels"].as_array().expect("levels");
    for (at, level) in levels.iter().enumerate() {
        let number = |name: &str| level[name].as_f64().expect("a level");
        let (low, middle, high) = (number("p10_m"), number("p50_m"), number("p90_m"));
        assert!(low <= middle && middle <= high, "{level}");
        if forecast["issued"] == shown.as_str() {
            let whole = theirs["corrected"]["p50_m"][at].as_f64().expect("a level");
            assert!((whole - OFFSET_M - middle).abs() < 1e-9, "{level}: {theirs}");
        }
    }
    assert!(levels.len() > 1 && estimate["now"] == levels[0], "{estimate}");
    for alarm in estimate["alarms"].as_array().expect("alarms") {
        let probability = alarm["probability"].as_f64().expect("a probability");
        assert!((0.0..=1.0).contains(&probability), "{alarm}");
    }
    assert_eq!(
        (&estimate["old"], &estimate["with_simulated_gauges"]),
        (&json!(false), &json!(true))
    );

    // The public sees what was measured, and why nothing is foreseen.
    let public = described(&server, &feature, None);
    assert!(public["readings"].is_array(), "{public}");
    let why = public["estimate"]["reason"]["en"].as_str().unwrap_or_default();
    assert!(why.contains("operators"), "{public}");

    // The picture is written over with it.
    let (view, out) = (dir.join("view.json"), dir.join("gauge.png"));
    let seen = json!({ "lon": lon, "lat": lat, "distance_m": 500, "pitch_deg": 35 });
    fs::write(&view, seen.to_string()).expect("the folder is writable");
    let with = ["render", "--server", server.address(), "--token-file", text(&token)];
    let shot = ["--view", text(&view), "--size", "640x360", "--out", text(&out)];
    let said = ended(&mut twin(&[&with[..], &shot[..]].concat()));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    if let Some(kept) = std::env::var_os("DOTHI_KEEP") {
        fs::copy(&out, Path::new(&kept).join("gauge.png")).expect("a picture can be kept");
    }
}
