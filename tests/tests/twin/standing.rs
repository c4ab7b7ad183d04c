//! What stands in the city besides: models of others, proposals, a box that cuts; earth that is moved.

use std::{fs, path::Path};

use city::frame::LocalFrame;
use serde_json::{Value, json};
use tests::{program::ended, town};

use crate::{
    pictures::{brightness, read, similarity},
    text,
    tools::{PLACE, answer, number, refuses, street},
    twin,
};

/// A place so many metres east and north of the street's square, in degrees.
fn at(east: f64, north: f64) -> (f64, f64) {
    LocalFrame::at(PLACE.0, PLACE.1).to_lon_lat(east, north)
}

/// A block of so many metres as CityJSON without a system.
fn block(width: i64, depth: i64, height: i64) -> Value {
    let corners: Vec<[i64; 3]> =
        (0..8).map(|k| [(k & 1) * width, (k >> 1 & 1) * depth, (k >> 2) * height]).collect();
    json!({
        "type": "CityJSON", "version": "2.0", "vertices": corners,
        "CityObjects": { "khoi": { "type": "Building", "attributes": { "name": "Khối đề xuất" },
            "geometry": [{ "type": "Solid", "lod": "1", "boundaries": [[
                [[0, 2, 3, 1]], [[4, 5, 7, 6]], [[0, 1, 5, 4]], [[1, 3, 7, 5]], [[3, 2, 6, 7]], [[2, 0, 4, 6]]
            ]] }] } }
    })
}

fn kept(folder: &Path, name: &str, document: &Value) -> String {
    let file = folder.join(name);
    fs::write(&file, document.to_string()).expect("a file can be written");
    text(&file).to_owned()
}

#[test]
fn a_proposal_takes_sun_from_a_house_and_sight_from_a_person() {
    let town = street();
    let data = text(town.dir());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (lon, lat) = at(205.0, -20.0);
    let building = |storeys: f64| {
        json!({ "id": "PA-1", "name": "Chung cư", "lon": lon, "lat": lat, "storeys": storeys, "storey_m": 4.0,
            "shape": { "box": { "width_m": 20.0, "depth_m": 20.0 } } })
    };
    let document = |storeys: f64| json!({ "kind": "dothi-proposal", "version": 1, "buildings": [building(storeys)] });
    // In place of the tower of 40 m stands one of 8 m: the house gets its sun in December.
    let low = kept(folder.path(), "low.json", &document(2.0));
    let house = |more: &[&str]| {
        let study = [
            "shadows",
            "--data",
            data,
            "--feature",
            "buildings/nha",
            "--date",
            "2026-12-22",
            "--step",
            "15",
        ];
        answer(&[&study[..], more].concat())
    };
    let (before, after) = (house(&[]), house(&["--proposal", &low]));
    assert!(number(&after, "sun_min") > number(&before, "sun_min") + 30.0, "{after}");
    assert_eq!(before["taken_by"][0]["id"], "thap");
    let takers = after["taken_by"].as_array().expect("takers");
    assert!(takers.iter().all(|it| it["id"] != "thap"), "it is gone: {takers:?}");
    // One of 40 m takes what the tower took, to the minute.
    let high = kept(folder.path(), "high.json", &document(10.0));
    let same = house(&["--proposal", &high]);
    assert_eq!(same["sun_min"], before["sun_min"]);
    assert_eq!(same["taken_by"][0]["layer"], "proposal");
    assert_eq!(same["taken_by"][0]["name"], "Chung cư");

    let described =
        answer(&["describe", "--data", data, "--proposal", &low, "--feature", "proposal/PA-1"]);
    assert_eq!(described["layer"], "proposal");
    let of_itself = answer(&[
        "shadows",
        "--data",
        data,
        "--proposal",
        &low,
        "--feature",
        "proposal/PA-1",
        "--date",
        "2026-12-22",
        "--step",
        "30",
    ]);
    assert_eq!(of_itself["faces"].as_array().map(Vec::len), Some(5), "{of_itself}");
    let eye = at(205.0, -50.0);
    let look = |more: &[&str]| {
        let eye = format!("{},{}", eye.0, eye.1);
        answer(&[&["viewshed", "--data", data, "--at", &eye, "--radius", "150"][..], more].concat())
    };
    let share = number(&look(&["--proposal", &high]), "share_seen");
    assert!(
        (share - number(&look(&[]), "share_seen")).abs() < 1e-9,
        "as behind the tower: {share}"
    );

    let twice = json!({ "kind": "dothi-proposal", "version": 1, "buildings": [building(2.0), building(3.0)] });
    refuses(
        &[
            "shadows",
            "--data",
            data,
            "--feature",
            "buildings/nha",
            "--proposal",
            &kept(folder.path(), "2.json", &twice),
        ],
        "the identifier is there twice",
    );
    refuses(
        &["describe", "--data", data, "--feature", "buildings/nha", "--proposal", "/none.json"],
        "/none.json",
    );
}

#[test]
fn a_model_stands_where_it_is_put_and_hides_what_is_behind_it() {
    let town = street();
    let data = text(town.dir());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = kept(folder.path(), "khoi.city.json", &block(30, 10, 25));
    let (lon, lat) = at(0.0, 30.0);
    let placed = format!("{file}@{lon},{lat}");
    let described =
        answer(&["describe", "--data", data, "--model", &placed, "--feature", "model-1/khoi"]);
    assert!(
        (number(&described, "lon") - lon).abs() < 1e-9
            && (number(&described, "lat") - lat).abs() < 1e-9
    );
    let eye = format!("{},{}", PLACE.0, PLACE.1);
    let look = |more: &[&str]| {
        answer(&[&["viewshed", "--data", data, "--at", &eye, "--radius", "100"][..], more].concat())
    };
    let (before, after) = (look(&[]), look(&["--model", &placed]));
    // A front of 30 m at 25 m hides 2 · 30.96° of 360° but for what is before it and under it.
    let lost = number(&before, "share_seen") - number(&after, "share_seen");
    assert!((lost - 0.16).abs() < 0.02, "{lost}");
    let line =
        format!("{},{} {},{}", at(0.0, 0.0).0, at(0.0, 0.0).1, at(0.0, 60.0).0, at(0.0, 60.0).1);
    let profile =
        answer(&["profile", "--data", data, "--model", &placed, "--line", &line, "--step", "1"]);
    let roofs: Vec<&Value> = profile["points"]
        .as_array()
        .expect("points")
        .iter()
        .filter(|it| it["building"]["id"] == "khoi")
        .collect();
    assert!((9..=12).contains(&roofs.len()), "10 m of it: {}", roofs.len());
    assert!((number(roofs[0], "roof_m") - 25.0).abs() < 0.01);

    // What cannot be shown is told of, Vietnamese first.
    refuses(
        &["describe", "--data", data, "--feature", "model-1/khoi", "--model", &file],
        "không nói nó đứng ở đâu",
    );
    let broken = folder.path().join("hong.glb");
    fs::write(&broken, b"glTF\x02\0\0\0\xff\0\0\0").expect("a file can be written");
    refuses(
        &["describe", "--data", data, "--feature", "a/b", "--model", text(&broken)],
        "glTF bị lỗi",
    );
    refuses(
        &["describe", "--data", data, "--feature", "a/b", "--model", "/none.glb@108,15"],
        "không đọc được",
    );
    refuses(
        &["describe", "--data", data, "--feature", "a/b", "--model", "x.glb@1,2,3,4,5,6"],
        "no place of a model",
    );
}

#[test]
fn models_proposals_and_a_box_that_cuts_are_seen() {
    let town = town::demo(500);
    let data = text(town.dir());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let house = answer(&["describe", "--data", data, "--feature", "buildings/1"]);
    let (lon, lat) = (number(&house, "lon"), number(&house, "lat"));
    let base = number(&house, "base_m");
    let model =
        format!("{}@{lon},{lat}", kept(folder.path(), "khoi.city.json", &block(40, 40, 60)));
    let proposal = kept(
        folder.path(),
        "pa.json",
        &json!({ "kind": "dothi-proposal", "version": 1, "buildings": [
        { "id": "A", "lon": lon, "lat": lat, "storeys": 15, "heading_deg": 30,
          "shape": { "box": { "width_m": 45, "depth_m": 30 } } }] }),
    );
    let seen =
        json!({ "lon": lon, "lat": lat, "distance_m": 180, "pitch_deg": 35, "height_m": 10 });
    let mut cut = seen.clone();
    cut["section"] = json!({ "lon": lon, "lat": lat, "width_m": 90, "depth_m": 60,
        "low_m": base - 8.0, "high_m": base + 80.0 });
    let draw = |name: &str, view: &Value, more: &[&str]| {
        let (view, out) = (
            kept(folder.path(), &format!("{name}.view.json"), view),
            folder.path().join(format!("{name}.png")),
        );
        let common = [
            "render",
            "--data",
            data,
            "--view",
            &view,
            "--time",
            "2026-06-21T10:00",
            "--size",
            "320x180",
            "--out",
            text(&out),
        ];
        let said = ended(&mut twin(&[&common[..], more].concat()));
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        read(&out)
    };
    let plain = draw("plain", &seen, &[]);
    for (name, view, more) in [
        ("model", &seen, &["--model", model.as_str()][..]),
        ("proposal", &seen, &["--proposal", proposal.as_str()][..]),
        ("section", &cut, &[][..]),
    ] {
        let shown = draw(name, view, more);
        let alike = similarity(&plain, &shown);
        // The same picture twice is the same to the bit; earth in the pit is about as bright as grass.
        assert!(alike < 0.998 && brightness(&shown) > 40.0, "{name} is to be seen: {alike}");
    }
    let wrong = kept(folder.path(), "wrong.json", &json!({ "section": { "lon": lon } }));
    refuses(&["render", "--data", data, "--view", &wrong, "--out", "/tmp/none.png"], "section");
}

#[test]
fn earth_is_reckoned_against_a_level_a_pad_and_a_second_terrain() {
    let town = town::demo(500);
    let data = text(town.dir());
    let house = answer(&["describe", "--data", data, "--feature", "buildings/1"]);
    let frame = LocalFrame::at(number(&house, "lon"), number(&house, "lat"));
    let corners = [(-20.0, -20.0), (20.0, -20.0), (20.0, 20.0), (-20.0, 20.0)];
    let places = corners.map(|(east, north)| frame.to_lon_lat(east, north));
    let ring = places.map(|(lon, lat)| format!("{lon},{lat}")).join(" ");
    let earth = |more: &[&str]| {
        answer(&[&["earthwork", "--data", data, "--ring", &ring][..], more].concat())
    };
    let level = (number(&house, "base_m") + 2.0).to_string();
    let upright = earth(&["--level", &level]);
    let sloped = earth(&["--level", &level, "--slope", "1.5"]);
    assert!(number(&sloped, "fill_m3") > number(&upright, "fill_m3"), "slopes take more earth");
    assert!((number(&upright, "area_m2") - 1600.0).abs() < 2.0);
    // Against itself nothing is moved: the same raster, read by the other way.
    let catalogue = town.catalogue();
    let layers = catalogue["layer"].as_array().expect("layers");
    let terrain =
        layers.iter().find(|it| it["role"].as_str() == Some("terrain")).expect("a terrain");
    let file = town.dir().join(terrain["file"].as_str().expect("a file"));
    let same = earth(&["--terrain", text(&file)]);
    let mean = (number(&same, "cut_m3") + number(&same, "fill_m3")) / number(&same, "area_m2");
    assert!(mean < 0.15, "but for how the ground is drawn between its nodes: {mean} m");
    assert_eq!(number(&same, "unknown_m2"), 0.0);
    let none = text(town.dir()).to_owned() + "/none.tif";
    refuses(&["earthwork", "--data", data, "--ring", &ring, "--terrain", &none], "none.tif");
    refuses(&["earthwork", "--data", data, "--ring", &ring], "--level");
}
