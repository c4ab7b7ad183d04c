//! The examples of the Smart Data Models, in each of their representations.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::city::{City, NOW, row, thing};

/// The representations that each model has an example of.
const FORMS: [&str; 4] =
    ["example.json", "example-normalized.json", "example.jsonld", "example-normalized.jsonld"];

/// The folder with the examples, where it is there.
fn models() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let folder = shared.join("data/sensors/smart-data-models");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIP: no Smart Data Models at {}", folder.display());
    None
}

/// What is recorded of an example by an adapter whose device is `lamp`.
fn recorded(model: &str, form: &str, map: &str) -> Option<Vec<(String, String, Value)>> {
    let path = models()?.join(model).join("examples").join(form);
    let payload = std::fs::read(&path).unwrap();
    let config = format!(
        "[[adapter]]\nname = 'sdm'\nformat = 'ngsi'\n[adapter.device]\nis = 'x'\n[adapter.map]\n{map}"
    );
    let names: Vec<_> = map.lines().filter_map(|line| line.split('\'').nth(1)).collect();
    let city = City::new(&[thing("x", &names)], &config);
    let taken = city.send("sdm", "", &payload);
    assert_eq!(taken.refusal(), None, "{}", path.display());
    let mut recorded = city.recorded();
    recorded.sort_by(|a, b| a.0.cmp(&b.0));
    Some(recorded)
}

/// Every representation says the same.
fn check(model: &str, map: &str, expected: &[(&str, &str, Value)]) {
    let expected: Vec<_> =
        expected.iter().map(|(name, at, it)| row(&format!("x: {name}"), at, it.clone())).collect();
    for form in FORMS {
        if let Some(recorded) = recorded(model, form, map) {
            assert_eq!(recorded, expected, "{model} {form}");
        }
    }
}

#[test]
fn a_street_light_says_the_same_in_every_representation() {
    let at = "2021-01-11T10:21:02Z"; // 15:51:02 in India
    check(
        "Streetlighting/Streetlight",
        "powerConsumption = 'power'\npowerState = 'state'\n",
        &[("power", at, json!(10)), ("state", at, json!("off"))],
    );
}

#[test]
fn a_cabinet_without_a_time_is_observed_when_it_is_received() {
    check(
        "Streetlighting/StreetlightControlCabinet",
        "energyConsumed = 'energy'\nintensityR = 'current-r'\n",
        &[("current-r", NOW, json!(20.1)), ("energy", NOW, json!(162_456))],
    );
}

#[test]
fn a_traffic_count_is_of_a_span_of_time() {
    let at = "2016-12-07T11:10:00Z";
    check(
        "Transportation/TrafficFlowObserved",
        "intensity = 'flow'\noccupancy = 'occupancy'\naverageVehicleSpeed = 'speed'\n",
        &[("flow", at, json!(197)), ("occupancy", at, json!(0.76)), ("speed", at, json!(52.6))],
    );
}

#[test]
fn weather_and_noise_are_read() {
    let at = "2016-11-30T07:00:00Z";
    check(
        "Weather/WeatherObserved",
        "temperature = 'temperature'\nwindSpeed = 'wind'\n",
        &[("temperature", at, json!(3.3)), ("wind", at, json!(2))],
    );
    let at = "2016-12-28T11:00:00Z";
    check("Environment/NoiseLevelObserved", "LAeq = 'noise'\n", &[("noise", at, json!(67.8))]);
}

#[test]
fn a_water_level_is_read_whose_time_stands_in_a_relationship() {
    // In the normalised NGSI-LD example dateObserved is a Relationship.
    let at = "2020-03-17T08:45:00.209Z";
    check(
        "Environment/WaterObserved",
        "flow = 'flow'\nheight = 'height'\n",
        &[("flow", at, json!(12)), ("height", at, json!(3.52))],
    );
}

#[test]
fn air_without_a_zone_is_in_the_zone_of_the_province() {
    // 2016-03-15T11:00:00 without an offset.
    let at = "2016-03-15T04:00:00Z";
    check("Environment/AirQualityObserved", "nox = 'nox'\n", &[("nox", at, json!(139))]);
}

#[test]
fn an_alert_is_read_with_the_end_of_its_validity() {
    let at = "2017-01-02T09:25:55Z";
    check(
        "Alert/Alert",
        "severity = 'severity'\nsubCategory = 'kind'\n",
        &[("kind", at, json!("trafficJam")), ("severity", at, json!("high"))],
    );
}
