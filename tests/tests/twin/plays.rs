//! Floods that are played: measures in a file, two of them compared, and what is wrong with a file.

use std::fs;

use serde_json::json;
use tests::{program::ended, town};

use crate::{
    pictures::{read, similarity},
    text, twin,
};

/// Where rain gathers in the demo city's fields, and a ring of wall around it.
const AT: [f64; 2] = [108.4785, 15.5675];

#[test]
fn a_play_floods_the_picture_and_a_wall_on_one_side_changes_that_side() {
    let town = town::demo(500);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    let [lon, lat] = AT;
    let free = json!({ "side_m": 500, "sources": [{ "at": AT, "discharge_m3_s": 60 }] });
    let mut walled = free.clone();
    let ring = [(-6, -6), (6, -6), (6, 6), (-6, 6), (-6, -6)]
        .map(|(x, y)| [lon + f64::from(x) * 1e-4, lat + f64::from(y) * 1e-4]);
    walled["walls"] = json!([{ "line": ring, "height_m": 6 }]);
    let view =
        json!({ "lon": lon, "lat": lat, "distance_m": 300, "pitch_deg": 60, "heading_deg": 0 });
    for (name, document) in [("free.json", &free), ("walled.json", &walled), ("view.json", &view)] {
        fs::write(path(name), document.to_string()).expect("a file");
    }
    let draw = |out: &str, more: &[&str]| {
        let (view, out) = (path("view.json"), path(out));
        let mut arguments = vec!["render", "--data", text(town.dir()), "--view", text(&view)];
        arguments.extend(["--time", "2026-06-21T12:00", "--size", "320x180", "--out", text(&out)]);
        arguments.extend(more);
        let said = ended(&mut twin(&arguments));
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        (read(&out), said.stderr)
    };
    let (free, walled) = (path("free.json"), path("walled.json"));
    let (dry, _) = draw("dry.png", &[]);
    let (wet, said) = draw("wet.png", &["--play", text(&free), "--at", "0.3"]);
    assert!(said.contains("free:") && said.contains("m² flooded"), "{said}");
    assert!(similarity(&dry, &wet) < 0.97, "water is seen: {}", similarity(&dry, &wet));
    let compared = ["--play", text(&free), "--versus", text(&walled), "--at", "0.3"];
    let (both, _) = draw("both.png", &compared);
    let alike = |from, to| similarity(&both.part(from, to), &wet.part(from, to));
    // The line itself and its labels stand between.
    let (left, right) = (alike(0.0, 0.25), alike(0.75, 1.0));
    assert!(left > 0.99 && right < 0.97, "left as before ({left}), right another ({right})");
}

#[test]
fn what_a_run_came_to_is_painted_and_what_it_did_not_keep_is_told_of() {
    let town = town::demo(500).copy();
    let [lon, lat] = AT;
    let runs = town.dir().join("runs");
    fs::create_dir_all(&runs).expect("a folder can be made");
    crate::golden::flood(&runs.join("1"), &town, lon, lat);
    let view = town.dir().join("view.json");
    let seen = json!({ "lon": lon, "lat": lat, "distance_m": 1400, "pitch_deg": 50 });
    fs::write(&view, seen.to_string()).expect("a view can be written");
    let draw = |name: &str, more: &[&str]| {
        let out = town.dir().join(name);
        let mut arguments = vec!["render", "--data", text(town.dir()), "--view", text(&view)];
        arguments.extend(["--time", "2026-06-21T12:00", "--size", "160x96", "--out", text(&out)]);
        arguments.extend(more);
        let said = ended(&mut twin(&arguments));
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        read(&out)
    };
    let dry = draw("dry.png", &[]);
    let painted = |worst: &str| draw("worst.png", &["--run", "1", "--worst", worst]);
    let (depth, arrival, hazard) = (painted("max-depth"), painted("arrival"), painted("hazard"));
    for (name, picture) in [("max-depth", &depth), ("arrival", &arrival), ("hazard", &hazard)] {
        assert!(similarity(&dry, picture) < 0.97, "{name} is to be seen");
    }
    assert!(similarity(&depth, &arrival) < 0.99 && similarity(&arrival, &hazard) < 0.99);
    let said = ended(&mut twin(&["render", "--worst", "fear", "--out", "x.png"]));
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("max-depth, max-speed, arrival"), "{}", said.stderr);
}

#[test]
fn what_is_wrong_with_measures_is_said() {
    let town = town::demo(500);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("measures.json");
    let (data, out) = (text(town.dir()), folder.path().join("x.png"));
    let refused = |document: &str, named: &str| {
        fs::write(&file, document).expect("a file");
        let arguments = ["render", "--data", data, "--play", text(&file), "--out", text(&out)];
        let said = ended(&mut twin(&arguments));
        assert_eq!(said.code, Some(1), "{}", said.stderr);
        assert!(said.stderr.contains(named), "{}", said.stderr);
        assert!(!out.exists());
    };
    refused("{", "these are no measures");
    refused(r#"{"rain_mm_h": -1}"#, "rain_mm_h is -1");
    refused(r#"{"middle": [0, 0]}"#, "where the ground is known");
    refused(r#"{"pumps": [{"from": [0, 0], "capacity_m3_s": 1}]}"#, "pumps[0]");
}
