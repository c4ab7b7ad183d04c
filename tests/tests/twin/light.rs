//! Lamps throw their light as their photometric files say, and the ground shows it.

use std::fs;

use city::photometry::optics::Optic;
use serde_json::{Value, json};
use tests::{program::ended, town};

use crate::{
    pictures::{read, similarity},
    text, twin,
};

fn described(arguments: &[&str]) -> Value {
    let said = ended(&mut twin(arguments));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    serde_json::from_str(&said.stdout).expect("twin describe says JSON")
}

#[test]
fn a_lamp_says_how_it_throws_its_light_and_files_take_the_place_of_ours() {
    let town = town::demo(500).copy();
    let dir = text(town.dir());
    let with = ["describe", "--data", dir, "--feature", "lamps/DCS000001"];
    let lamp = described(&with);
    let told = &lamp["distribution"];
    assert_eq!((&told["assumed"], &told["from"]), (&json!(false), &json!("dothi")), "{lamp}");
    let code = told["code"].as_str().expect("a code").to_owned();
    let optic = Optic::from_code(&code).unwrap_or_else(|| panic!("{code} is of ours"));
    let class = optic.photometry().expect("our own files are read").distribution.road_class();
    assert_eq!(told["road_class"], class.expect("a class").to_string());
    // E below is I / h², and I as many times that of 1000 lm as the lamp gives.
    let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("a number: {lamp}"));
    let nadir = optic.photometry().expect("as before").distribution.candela(0.0, 0.0);
    let expected = nadir * number(&lamp["flux_lm"])
        / number(&told["file_lm"])
        / number(&lamp["height_m"]).powi(2);
    assert!((number(&told["lux_below"]) / expected - 1.0).abs() < 1e-9, "{lamp}");

    // The folder's file for the code, then one that is named for it, then one for all.
    let folder = town.dir().join("photometry");
    fs::create_dir(&folder).expect("the folder is writable");
    fs::write(folder.join(format!("{code}.ies")), Optic::Globe.text()).expect("a file");
    let own = described(&with);
    assert_eq!(own["distribution"]["name"], "DOTHI GLOBE", "{own}");
    assert!(
        (number(&own["flux_lm"]) - 1000.0).abs() < 5.0,
        "a file of a maker knows its flux: {own}"
    );
    let file = town.dir().join("type-5.ies");
    fs::write(&file, Optic::Type5.text()).expect("a file");
    let named = format!("{code}={}", file.display());
    let named = described(&[&with[..], &["--ies", &named]].concat());
    assert_eq!(named["distribution"]["name"], "DOTHI TYPE-5", "{named}");
    let all = described(&[&with[..], &["--ies", text(&file)]].concat());
    assert_eq!(all["distribution"]["road_class"], "V medium", "{all}");

    // A broken file of the folder is left out and told of; one that is named must hold.
    fs::write(folder.join(format!("{code}.ies")), "TILT=NONE\n1 -1 x").expect("a file");
    let said = ended(&mut twin(&with));
    assert!(said.code == Some(0) && said.stderr.contains("dòng 2"), "{}", said.stderr);
    fs::write(&file, "nothing").expect("a file");
    let said = ended(&mut twin(&[&with[..], &["--ies", text(&file)]].concat()));
    assert_ne!(said.code, Some(0));
    assert!(said.stderr.contains("TILT=") && !said.stderr.contains("panicked"), "{}", said.stderr);
}

#[test]
fn the_lux_of_lamps_are_painted_on_the_ground_at_night() {
    let town = town::demo(500);
    let dir = tempfile::tempdir().expect("a temporary folder");
    let with = ["describe", "--data", text(town.dir()), "--feature", "lamps/DCS000001"];
    let lamp = described(&with);
    let view = dir.path().join("view.json");
    let seen =
        json!({ "lon": lamp["lon"], "lat": lamp["lat"], "distance_m": 160, "pitch_deg": 60 });
    fs::write(&view, seen.to_string()).expect("a file can be written");
    let shot = |name: &str, more: &[&str]| {
        let out = dir.path().join(name);
        let with = ["render", "--data", text(town.dir()), "--view", text(&view)];
        let at = ["--time", "2026-06-21T21:00", "--size", "480x270", "--out", text(&out)];
        let said = ended(&mut twin(&[&with[..], &at[..], more].concat()));
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        if let Some(kept) = std::env::var_os("DOTHI_KEEP") {
            let kept = std::path::Path::new(&kept).join(name);
            fs::copy(&out, kept).expect("a picture can be kept");
        }
        read(&out)
    };
    let (night, lux) = (shot("night.png", &[]), shot("lux.png", &["--lux"]));
    assert!(similarity(&night, &lux) < 0.98, "the ground is painted");
}
