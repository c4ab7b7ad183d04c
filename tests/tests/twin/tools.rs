//! The tools of the twin as programs: hours of sun, what is seen, profiles; on a street that is known by heart and
//! on the demo city.

use std::fs;

use city::frame::LocalFrame;
use serde_json::{Value, json};
use tests::{program::ended, town, town::Town};

use crate::{text, twin};

/// What a program answers.
#[track_caller]
pub(crate) fn answer(arguments: &[&str]) -> Value {
    let said = ended(&mut twin(arguments));
    assert_eq!(said.code, Some(0), "{arguments:?}: {}", said.stderr);
    serde_json::from_str(&said.stdout).expect("the tools say JSON")
}

#[track_caller]
pub(crate) fn refuses(arguments: &[&str], expected: &str) {
    let said = ended(&mut twin(arguments));
    assert!(said.code.is_some_and(|code| code != 0), "{arguments:?}: {said:?}");
    assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
    assert!(said.stderr.contains(expected), "'{expected}' is not in: {}", said.stderr);
}

#[track_caller]
pub(crate) fn number(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or_else(|| panic!("no number '{name}' in {value}"))
}

pub(crate) const PLACE: (f64, f64) = (108.474, 15.5736);

/// A square in Tam Kỳ, 100 m free on all sides, with a lamp in its middle; 200 m east of it a house of 6 m, 10 m
/// south of that a tower of 40 m; far away two houses, so that the city reaches so far.
pub(crate) fn street() -> Town {
    let frame = LocalFrame::at(PLACE.0, PLACE.1);
    let at = |east: f64, north: f64| {
        let (lon, lat) = frame.to_lon_lat(east, north);
        json!([lon, lat])
    };
    let ring = |west: f64, south: f64, east: f64, north: f64| {
        json!({ "type": "Polygon", "coordinates": [[
            at(west, south), at(east, south), at(east, north), at(west, north), at(west, south)
        ]] })
    };
    let feature = |geometry: Value, properties: Value| json!({ "type": "Feature", "geometry": geometry, "properties": properties });
    let layer = |features: Vec<Value>| json!({ "type": "FeatureCollection", "features": features });
    let houses = layer(vec![
        feature(
            ring(200.0, 0.0, 210.0, 10.0),
            json!({ "code": "nha", "height": 6.0, "name": "Nhà thấp" }),
        ),
        feature(
            ring(195.0, -30.0, 215.0, -10.0),
            json!({ "code": "thap", "height": 40.0, "name": "Tháp" }),
        ),
        feature(
            ring(-300.0, -300.0, -290.0, -290.0),
            json!({ "code": "xa", "height": 4.0, "name": "Nhà xa" }),
        ),
        feature(
            ring(450.0, 300.0, 460.0, 310.0),
            json!({ "code": "xa-2", "height": 4.0, "name": "Nhà xa" }),
        ),
    ]);
    let lamps = layer(vec![feature(
        json!({ "type": "Point", "coordinates": at(0.0, 0.0) }),
        json!({ "code": "den" }),
    )]);
    let plots =
        layer(vec![feature(ring(-20.0, -20.0, 20.0, 20.0), json!({ "code": "quang-truong" }))]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let town = Town::empty();
    for (name, role, document) in [
        ("buildings", "buildings", houses),
        ("lamps", "lamps", lamps),
        ("land-use", "land-use", plots),
    ] {
        let file = folder.path().join(format!("{name}.geojson"));
        fs::write(&file, document.to_string()).expect("a file can be written");
        town.import(&file, name, role, &["--key", "code"]);
    }
    town
}

fn shadows(town: &Town, feature: &str, date: &str) -> Value {
    let data = text(town.dir());
    answer(&["shadows", "--data", data, "--feature", feature, "--date", date, "--step", "5"])
}

#[test]
fn on_a_street_the_sun_is_taken_by_who_stands_in_its_way() {
    let town = street();
    // A square without neighbours has the sun all day: 11 h 7 min on the shortest day in Tam Kỳ (15.57° N).
    for feature in ["lamps/den", "land-use/quang-truong"] {
        let free = shadows(&town, feature, "2026-12-22");
        assert!((number(&free, "day_min") - 667.0).abs() <= 6.0, "{free}");
        // The tower, 40 m high and 200 m away, is in the way while the sun stands below 11.5°, if at all.
        assert!(number(&free, "sun_min") > number(&free, "day_min") - 60.0, "{free}");
    }
    let low = shadows(&town, "buildings/nha", "2026-12-22");
    let faces = low["faces"].as_array().expect("faces");
    let face = |kind: &str, heading: f64| {
        let found = faces.iter().find(|face| {
            let turn = face["heading_deg"].as_f64().unwrap_or(heading);
            face["face"] == kind && (turn - heading).abs() < 1.0
        });
        found.unwrap_or_else(|| panic!("no {kind} at {heading}° in {low}"))
    };
    let wall = |heading: f64| face("wall", heading);
    assert_eq!(faces.len(), 5, "four walls and a roof");
    assert_eq!(wall(0.0)["facing_min"], 0.0, "in December the sun stands in the south all day");
    let south = wall(180.0);
    // The sun climbs to 51°: over 10 m between, the tower hides it around noon from all of the wall.
    assert!(number(south, "facing_min") - number(south, "sun_min") > 120.0, "{south}");
    assert_eq!(south["by_hour"].get("12"), None, "{south}");
    let taker = &south["taken_by"][0];
    assert_eq!((taker["layer"].as_str(), taker["id"].as_str()), (Some("buildings"), Some("thap")));
    assert_eq!((taker["name"].as_str(), &taker["min"]), (Some("Tháp"), &taker["alone_min"]));
    // Around noon in June the sun stands north of the zenith: the tower throws no shadow on the roof.
    let june = shadows(&town, "buildings/nha", "2026-06-21");
    let roof = june["faces"].as_array().and_then(|all| all.iter().find(|it| it["face"] == "roof"));
    assert_eq!(roof.map(|roof| number(&roof["by_hour"], "12")), Some(60.0), "{june}");
    assert!(number(&low, "sun_min") < number(&june, "sun_min"));
}

#[test]
fn a_tower_hides_the_ground_behind_it_and_shows_more_from_its_roof() {
    let town = street();
    let frame = LocalFrame::at(PLACE.0, PLACE.1);
    let look = |east: f64, north: f64, more: &[&str]| {
        let (lon, lat) = frame.to_lon_lat(east, north);
        let at = format!("{lon},{lat}");
        answer(
            &[&["viewshed", "--data", text(town.dir()), "--at", &at, "--radius", "150"], more]
                .concat(),
        )
    };
    let below = look(205.0, -50.0, &[]);
    // From 20 m south of a tower 20 m wide 2 · 26.57° of 360° are hidden, 10 430 m² of 70 690, but for the 200 m² before
    // the tower and the 500 m² that are built on: 13.9 % of the rest.
    let share = number(&below, "share_seen");
    assert!((share - 0.861).abs() < 0.005, "{share}");
    assert_eq!(below["stands_on"]["ground"], true);
    let rows = below["rows"].as_array().expect("rows");
    let (north, south) = rows.split_at(rows.len() / 2);
    let holds = |rows: &[Value], what: char| {
        rows.iter().any(|row| row.as_str().is_some_and(|it| it.contains(what)))
    };
    assert!(holds(north, '.') && holds(north, 'B') && !holds(south, '.'), "north is first");
    let above = look(205.0, -20.0, &[]);
    assert_eq!(above["stands_on"]["id"], "thap");
    assert!((number(&above, "eye_m") - 41.6).abs() < 0.01, "{above}");
    // Its own roof's edge hides the ground about it: 10 m · (1.6 + 40) / 1.6 = 260 m, farther than was looked.
    assert_eq!(above["share_seen"], 0.0);
    let (lon, lat) = frame.to_lon_lat(0.0, 0.0);
    refuses(&["viewshed", "--data", text(town.dir()), "--at", "0,0"], "outside of the city");
    refuses(
        &["viewshed", "--data", text(town.dir()), "--at", &format!("{lon}")],
        "longitude,latitude",
    );
    refuses(
        &["viewshed", "--data", text(town.dir()), "--at", &format!("{lon},{lat}"), "--radius", "0"],
        "metres from 1",
    );
}

#[test]
fn the_tools_agree_with_the_scene_of_the_demo_city() {
    let town = town::demo(500);
    let data = text(town.dir());
    let described =
        |id: &str| answer(&["describe", "--data", data, "--feature", &format!("buildings/{id}")]);
    let (from, to) = (described("1"), described("50"));
    let place = |at: &Value| format!("{},{}", number(at, "lon"), number(at, "lat"));
    let line = format!("{} {}", place(&from), place(&to));
    let profile = answer(&["profile", "--data", data, "--line", &line]);
    let points = profile["points"].as_array().expect("points");
    let first = &points[0];
    // It begins in the middle of a building: roof and ground are those of the scene.
    assert_eq!(first["building"]["id"], "1", "{first}");
    assert!(number(first, "roof_m") <= number(&from, "top_m") + 1e-3, "{first}");
    assert!(number(first, "roof_m") > number(&from, "base_m"));
    let frame = LocalFrame::at(number(&from, "lon"), number(&from, "lat"));
    let (east, north) = frame.from_lon_lat(number(&to, "lon"), number(&to, "lat"));
    let length = number(&profile, "length_m");
    assert!((length - east.hypot(north)).abs() < 0.005 * length + 0.1, "{length}");
    assert!(number(&profile, "ground_length_m") >= length - 0.01);
    assert_eq!(profile["measured"], true);

    // A house in a town: what it has and what is taken are what faces the sun, on each of its faces.
    let low = shadows(&town, "buildings/150", "2026-12-22");
    assert!(
        number(&low, "facing_min") - number(&low, "sun_min") > 60.0,
        "it has neighbours: {low}"
    );
    for face in low["faces"].as_array().expect("faces") {
        let (sun, facing) = (number(face, "sun_min"), number(face, "facing_min"));
        assert!(sun <= facing && facing <= number(&low, "day_min"), "{face}");
        let takers = face["taken_by"].as_array().expect("who takes it");
        let least = takers.iter().map(|it| number(it, "min")).fold(0.0, f64::max);
        let most: f64 = takers.iter().map(|it| number(it, "min")).sum();
        assert!(facing - sun >= least - 0.1 && facing - sun <= most + 0.1, "{face}");
        let north = face["heading_deg"].as_f64().is_some_and(|it| !(20.0..340.0).contains(&it));
        assert!(!north || sun < 60.0, "in December a wall to the north is in shadow: {face}");
    }
    let seen = answer(&["viewshed", "--data", data, "--at", &place(&from), "--radius", "200"]);
    assert_eq!(seen["stands_on"]["id"], "1");
    let areas: f64 =
        ["seen_m2", "hidden_m2", "built_m2"].iter().map(|name| number(&seen, name)).sum();
    let circle = std::f64::consts::PI * 200.0 * 200.0;
    assert!((areas / circle - 1.0).abs() < 0.01 || areas < circle, "{areas}");

    refuses(&["shadows", "--data", data, "--feature", "buildings/none"], "no feature 'none'");
    refuses(&["shadows", "--data", data, "--feature", "houses/1"], "its layers are");
    refuses(
        &["shadows", "--data", data, "--feature", "buildings/1", "--date", "noon"],
        "2026-12-22",
    );
    refuses(&["shadows", "--data", data, "--feature", "buildings/1", "--step", "0"], "1..=60");
    refuses(&["profile", "--data", data, "--line", "108,15"], "two places");
    let same = format!("{0} {0}", place(&from));
    refuses(&["profile", "--data", data, "--line", &same], "no length");
}
