//! Editing as others' clients do it: OWSLib makes, replaces and deletes features, jsonschema holds documents
//! against our schemas, and GDAL reads what came of it. What versions and batches keep through a power cut.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    fixture,
    python::{self, run},
    server::{Reply, Server},
};

/// The releases that the suite was written against.
const PACKAGES: [&str; 3] = ["OWSLib==0.35.0", "pyogrio==0.13.0", "jsonschema==4.25.1"];

const ITEMS: &str = "/collections/check-points/items";

/// Python with the packages; none where they cannot be installed.
fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    PYTHON.get_or_init(install).as_deref()
}

fn install() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    python::with(folder, "editing-clients", &PACKAGES, "owslib, pyogrio, jsonschema")
}

#[test]
fn owslib_edits_what_gdal_reads() {
    let Some(python) = python() else { return };
    let server = Server::on(fixture::check_points(), &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/editing/by_clients.py");
    let checked = run(Command::new(python).arg(script).arg(server.address()).current_dir(&folder));
    checked.unwrap_or_else(|why| panic!("{why}"));
}

/// The system's Python where it knows a QGIS that edits over OGC API - Features: from 3.28 on, in Debian 13.
fn python_of_qgis() -> Option<&'static str> {
    const KNOWS: &str =
        "from qgis.core import Qgis; import sys; sys.exit(Qgis.QGIS_VERSION_INT < 32800)";
    let python = "/usr/bin/python3";
    let asked = Command::new(python).args(["-c", KNOWS]).output();
    let knows = asked.is_ok_and(|output| output.status.success());
    if !knows {
        println!("SKIP: python3-qgis 3.28 or later is not installed");
    }
    knows.then_some(python)
}

#[test]
fn qgis_edits_a_layer() {
    let Some(python) = python_of_qgis() else { return };
    let server = Server::on(fixture::check_points(), &[]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/editing/by_qgis.py");
    let mut command = Command::new(python);
    command.arg(script).arg(server.address()).env("QT_QPA_PLATFORM", "offscreen");
    run(&mut command).unwrap_or_else(|why| panic!("{why}"));
}

fn point(name: &str) -> Value {
    json!({"type": "Feature", "properties": {"name": name, "code": 1},
        "geometry": {"type": "Point", "coordinates": [108.2, 16.05]}})
}

fn patch(server: &Server, path: &str, body: &Value) -> Reply {
    let request = server.request(Method::PATCH, path);
    let request = request.header("content-type", "application/merge-patch+json");
    server.send(request.body(body.to_string()))
}

fn batch(server: &Server, edits: Value) -> Reply {
    server.send(server.request(Method::POST, "/edits").json(&json!({ "edits": edits })))
}

#[test]
fn a_batch_and_every_version_outlive_a_power_cut() {
    let server = Server::on(fixture::check_points(), &[]);
    let first = server.json(ITEMS)["features"][0]["id"].clone();
    let item = format!("{ITEMS}/{first}");
    patch(&server, &item, &json!({"properties": {"name": "Một"}})).expect(204);
    let made = batch(
        &server,
        json!([
            {"op": "create", "collection": "check-points", "feature": point("Hai")},
            {"op": "update", "collection": "check-points", "id": first, "patch": {"properties": {"name": "Ba"}}},
        ]),
    );
    let made = made.expect(200).json();
    let versions = server.json(&format!("{item}/versions"));
    let count = server.json(ITEMS)["numberMatched"].clone();

    let again = Server::on(server.kill(), &[]);
    assert_eq!(again.json(&item)["properties"]["name"], "Ba");
    assert_eq!(again.json(ITEMS)["numberMatched"], count);
    let told = |document: &Value| -> Vec<Value> {
        let features = document["features"].as_array().expect("versions").iter();
        features.map(|one| json!([one["version"], one["properties"], one["geometry"]])).collect()
    };
    assert_eq!(told(&again.json(&format!("{item}/versions"))), told(&versions));
    // One moment before the batch, none of it was there.
    let recorded = made["recorded"].as_str().expect("a time");
    let first_edit = versions["features"][1]["version"]["recorded"].as_str().expect("a time");
    let then = again.json(&format!("{item}?as-of={first_edit}"));
    assert_eq!(then["properties"]["name"], "Một");
    let before = again.json(&format!("{ITEMS}?as-of={first_edit}"))["numberMatched"].as_u64();
    let after = again.json(&format!("{ITEMS}?as-of={recorded}"))["numberMatched"].as_u64();
    assert_eq!(before.map(|count| count + 1), after);
    let undone = again.send(again.request(Method::POST, &format!("{item}/versions/3/undo")));
    undone.expect(200);
    assert_eq!(again.json(&item)["properties"]["name"], "Một");
}

#[test]
fn a_batch_with_a_fault_leaves_everything_as_it_was() {
    let server = Server::on(fixture::check_points(), &[]);
    let before = server.get(ITEMS).expect(200).header("etag").to_owned();
    let reply = batch(
        &server,
        json!([
            {"op": "create", "collection": "check-points", "feature": point("Hai")},
            {"op": "delete", "collection": "check-points", "id": 987_654},
        ]),
    );
    let problem = reply.expect(404).json();
    assert_eq!(problem["errors"][0]["entry"], 1);
    assert_eq!(server.get(ITEMS).expect(200).header("etag"), before);
}

#[test]
fn who_may_not_see_a_property_learns_nothing_of_it_by_any_new_way() {
    let server = Server::on(fixture::guarded_parcels(), &[]);
    let items = "/collections/parcels/items";
    for path in [
        format!("{items}?sortby=owner_name"),
        format!("{items}?properties=owner_name"),
        format!("{items}/0?properties=owner_name"),
    ] {
        let hidden = server.get(&path).expect(400).text();
        let absent = server.get(&path.replace("owner_name", "no_such_name")).expect(400).text();
        let same = |text: &str| text.replace("owner_name", "_").replace("no_such_name", "_");
        assert_eq!(same(&hidden), same(&absent), "{path}");
    }
    let owner = fixture::OWNER.replace(' ', "+");
    let found = server.json(&format!("{items}?q={owner}"));
    assert_eq!(found["numberMatched"], 0, "words of hidden columns find nothing");
    let found = server.get_as("land-officer-token", &format!("{items}?q={owner}")).expect(200);
    assert!(found.json()["numberMatched"].as_u64().is_some_and(|count| count > 0));
    let first = server.json(&format!("{items}?limit=1"))["features"][0]["id"].clone();
    let first = first.as_str().map_or_else(|| first.to_string(), str::to_owned);
    for path in [format!("{items}/{first}/versions"), "/collections/parcels/changes".to_owned()] {
        assert!(!server.get(&path).expect(200).text().contains(fixture::OWNER), "{path}");
    }
}
