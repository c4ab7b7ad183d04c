//! Pictures that were looked at: a day, a lit night and a flood of the demo city on software Vulkan.
//!
//! They are compared by similarity, as another version of Mesa rounds otherwise. After a change that is meant,
//! `DOTHI_BLESS=1 cargo test --workspace --test twin golden` draws them anew into `tests/golden/twin`: look at
//! them before they are committed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use tests::{program::ended, repo, town, town::Town};

use crate::{
    pictures::{read, similarity},
    text, twin,
};

/// Means of blocks of 4 × 4 pixels differ by a fiftieth of the whole range at most, on average: a sky of
/// another colour or a city without its roofs is farther off.
const ALIKE: f64 = 0.98;
const SIZE: &str = "320x180";

/// Draws the city, and holds it against what was looked at.
fn check(name: &str, town: &Town, more: &[&str]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let drawn = folder.path().join("drawn.png");
    let data = text(town.dir());
    let mut arguments = vec!["render", "--data", data, "--size", SIZE, "--out", text(&drawn)];
    arguments.extend(more);
    let said = ended(&mut twin(&arguments));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let known: PathBuf = repo::root().join(format!("tests/golden/twin/{name}.png"));
    if std::env::var_os("DOTHI_BLESS").is_some() {
        fs::create_dir_all(known.parent().expect("a folder")).expect("it can be made");
        fs::copy(&drawn, &known).expect("a picture can be kept");
        return;
    }
    let alike = similarity(&read(&drawn), &read(&known));
    if alike < ALIKE {
        let kept = repo::root().join("tests/out").join(format!("twin-{name}.png"));
        fs::create_dir_all(kept.parent().expect("a folder")).expect("it can be made");
        fs::copy(&drawn, &kept).expect("a picture can be kept");
        panic!("{} is {alike:.4} like {}, not {ALIKE}", kept.display(), known.display());
    }
}

#[test]
fn a_day_looks_as_it_did() {
    check("day", &town::demo(500), &["--time", "2026-06-21T15:30"]);
}

#[test]
fn a_night_with_lamps_looks_as_it_did() {
    check("night", &town::demo(500), &["--time", "2026-06-21T19:30"]);
}

/// A pool over the middle of the town that nobody had rained on.
pub(crate) fn flood(into: &Path, town: &Town, lon: f64, lat: f64) {
    let scenario = json!({
        "kind": "flood",
        "title": { "vi": "Ngập", "en": "Flood" },
        "area": { "bbox": [lon - 0.012, lat - 0.012, lon + 0.012, lat + 0.012] },
        "resolution_m": 40.0,
        "duration_h": 1.0,
        "method": "local-inertia",
        "rain": { "design": { "total_mm": 250.0, "duration_h": 1.0, "begin_h": 0.0, "shape": "uniform" } },
        "frames_min": 30.0,
    });
    let file = into.with_extension("json");
    fs::write(&file, scenario.to_string()).expect("a scenario can be written");
    let mut run = Command::new(repo::program("gis-server"));
    run.args(["run", "--data", text(town.dir()), "--into", text(into), text(&file)]);
    let said = ended(&mut run);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
}

#[test]
fn a_flood_looks_as_it_did_and_covers_ground() {
    let town = town::demo(500).copy();
    let feature =
        ended(&mut twin(&["describe", "--data", text(town.dir()), "--feature", "buildings/1"]));
    let at: Value = serde_json::from_str(&feature.stdout).expect("twin describe says JSON");
    let place = |name: &str| at[name].as_f64().expect("a number");
    let (lon, lat) = (place("lon"), place("lat"));
    let runs = town.dir().join("runs");
    fs::create_dir_all(&runs).expect("a folder can be made");
    flood(&runs.join("1"), &town, lon, lat);
    let view = town.dir().join("view.json");
    let seen =
        json!({ "lon": lon, "lat": lat, "distance_m": 1400, "pitch_deg": 40, "heading_deg": 20 });
    fs::write(&view, seen.to_string()).expect("a view can be written");
    let shown = ["--view", text(&view), "--time", "2026-06-21T12:00"];
    check("dry", &town, &shown);
    check("flood", &town, &[&shown[..], &["--run", "1", "--at", "1"]].concat());
    let golden = |name: &str| read(&repo::root().join(format!("tests/golden/twin/{name}.png")));
    assert!(similarity(&golden("dry"), &golden("flood")) < 0.97, "water is to be seen");
}
