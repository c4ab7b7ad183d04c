//! Files of tiles: PMTiles and MBTiles, made by jobs and read by programs of others.

use std::{path::Path, process::Command, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    fixture::{self, OWNER},
    python::{self, run},
    server::Server,
    town,
};

use crate::downloads::{ask_for, ended};

const OFFICER: &str = "land-officer-token";
const ADMIN: &str = "admin-token-of-the-tests";

/// Releases that the suite was written against.
const READERS: [&str; 2] = ["pmtiles==3.8.1", "pyogrio==0.13.0"];

#[test]
fn files_of_tiles_hold_the_tiles_of_the_server_for_gdal_and_the_readers_of_others() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let Some(python) = python::with(folder, "tile-readers", &READERS, "pmtiles, pyogrio") else {
        return;
    };
    let server = Server::start(&town::demo(500));
    let scratch = tempfile::tempdir().expect("a folder");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/tile_files/readers.py");
    let checked = run(Command::new(python).arg(script).arg(server.address()).current_dir(&scratch));
    checked.unwrap_or_else(|why| panic!("{why}\n{}", server.log()));
}

/// The file of a job of the process `tiles`.
#[track_caller]
fn file_of(server: &Server, token: &str, inputs: &Value) -> Vec<u8> {
    let made = ask_for(server, token, "tiles", inputs).expect(201).json();
    let job = made["jobID"].as_str().unwrap();
    let status = ended(server, token, job);
    assert_eq!(status["status"], "successful", "{status}");
    server.get_as(token, &format!("/jobs/{job}/results/file")).expect(200).body
}

#[test]
fn tiles_in_a_file_are_those_of_who_asked_for_it() {
    let server = Server::on(fixture::guarded_parcels(), &[]);
    let inputs = json!({"collections": ["parcels"], "format": "mbtiles", "maxZoom": 16});
    let said = |token: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.mbtiles");
        std::fs::write(&path, file_of(&server, token, &inputs)).unwrap();
        let unpacked = "import sqlite3, gzip, sys\n\
            for (body,) in sqlite3.connect(sys.argv[1]).execute('SELECT tile_data FROM tiles'):\n\
            \x20   sys.stdout.buffer.write(gzip.decompress(body))";
        let output = Command::new("python3").args(["-c", unpacked]).arg(&path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let holds = |bytes: &[u8], text: &str| {
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    let (officer, admin) = (said(OFFICER), said(ADMIN));
    assert!(officer.len() < admin.len(), "parcels of defence are not for land officers");
    let public = ask_for(&server, ADMIN, "tiles", &inputs).expect(201).json();
    let public = public["jobID"].as_str().unwrap();
    server.get(&format!("/jobs/{public}")).expect(404);
    // Owners are on no tile before all properties are.
    assert!(!holds(&officer, OWNER));
}

#[test]
fn what_cannot_be_made_is_refused_by_name_before_there_is_a_job() {
    let server = Server::on(fixture::guarded_parcels(), &[]);
    for (inputs, named) in [
        (json!({"format": "zip"}), "zip"),
        (json!({"collections": ["parcels"]}), "format"),
        (json!({"collections": ["none"], "format": "pmtiles"}), "none"),
        (
            json!({"collections": ["parcels"], "format": "pmtiles", "minZoom": 9, "maxZoom": 8}),
            "maxZoom",
        ),
        (json!({"collections": ["parcels"], "format": "pmtiles", "maxZoom": 99}), "maxZoom"),
        (json!({"collections": ["parcels"], "format": "pmtiles", "bbox": [3, 2, 1, 0]}), "bbox"),
        (
            json!({"collections": ["parcels"], "format": "pmtiles", "maxZoom": 16, "bbox": [100, 8, 115, 24]}),
            "bbox",
        ),
        (
            json!({"collections": ["parcels"], "format": "pmtiles", "filter": "owner_name = 'x'"}),
            "owner_name",
        ),
        (json!({"collections": ["parcels"], "format": "pmtiles", "colour": 1}), "colour"),
    ] {
        let request = server.request(Method::POST, "/processes/tiles/execution");
        let refused = server.send(request.json(&json!({ "inputs": inputs }))).expect(400);
        assert!(refused.text().contains(named), "{named}: {}", refused.text());
    }
    let listed = server.json("/processes")["processes"].to_string();
    assert!(listed.contains("\"tiles\""), "{listed}");
    let described = server.json("/processes/tiles");
    assert_eq!(described["inputs"]["format"]["schema"]["enum"], json!(["pmtiles", "mbtiles"]));
}

#[test]
fn a_job_that_is_stopped_leaves_no_file() {
    let server = Server::start(&town::demo(2000));
    // It listens a moment before it has taken the folder's jobs over.
    server.wait_until("the jobs are the server's", |server| {
        server.send(server.request(Method::GET, "/jobs")).status == 200
    });
    let request = server.request(Method::POST, "/processes/tiles/execution");
    let inputs = json!({ "inputs": { "format": "mbtiles", "minZoom": 0, "maxZoom": 16 } });
    let made = server.send(request.json(&inputs)).expect(201).json();
    let job = made["jobID"].as_str().unwrap();
    server.wait_until("the job runs", |server| {
        server.json(&format!("/jobs/{job}"))["status"] != "accepted"
    });
    let gone = server.send(server.request(Method::DELETE, &format!("/jobs/{job}"))).expect(200);
    assert_eq!(gone.json()["status"], "dismissed");
    let folder = server.dir().join("runs").join(job);
    let left = || -> Vec<String> {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    server.wait_until("nothing half done is left", |_| {
        std::thread::sleep(Duration::from_millis(100));
        left().iter().all(|name| !name.starts_with("data."))
    });
    server.get(&format!("/jobs/{job}/results/file")).expect(404);
}
