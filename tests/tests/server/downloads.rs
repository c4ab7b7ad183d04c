//! Files that the server has written: read back by GDAL, within the rights of who asks, at once and as jobs.

use std::{path::Path, process::Command, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    fixture::{self, OWNER, PARCELS},
    python::{self, run},
    server::{Reply, Server},
    town,
};

const ADMIN: &str = "admin-token-of-the-tests";
const OFFICER: &str = "land-officer-token";

#[test]
fn gdal_reads_every_file_with_its_count_its_edges_its_system_and_its_names() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let Some(python) = python::with(folder, "file-readers", &["pyogrio==0.13.0"], "pyogrio") else {
        return;
    };
    let server = Server::start(&town::demo(2000));
    let scratch = tempfile::tempdir().expect("a folder");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/downloads/by_gdal.py");
    let checked = run(Command::new(python).arg(script).arg(server.address()).current_dir(&scratch));
    checked.unwrap_or_else(|why| panic!("{why}\n{}", server.log()));
}

#[test]
fn json_fg_says_place_time_and_system_as_its_standard_has_them() {
    let server = Server::on(fixture::check_points(), &[]);
    let path = "/collections/check-points/items?f=jsonfg";
    let plain = server.get(path).expect(200);
    assert_eq!(plain.header("content-type"), "application/vnd.ogc.fg+json");
    let plain = plain.json();
    let core = "http://www.opengis.net/spec/json-fg-1/1.0/conf/core";
    assert_eq!(plain["conformsTo"][0], core);
    assert_eq!(plain["coordRefSys"], "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    assert_eq!(
        (&plain["featureType"], plain["features"].as_array().unwrap().len()),
        (&json!("check-points"), 5)
    );
    let first = &plain["features"][0];
    assert_eq!((&first["place"], &first["time"]), (&Value::Null, &Value::Null));
    assert_eq!(first["geometry"]["type"], "Point");
    let zone = server.json(&format!("{path}&crs=http://www.opengis.net/def/crs/EPSG/0/5899"));
    let first = &zone["features"][0];
    assert_eq!(first["geometry"], Value::Null);
    assert_eq!(first["place"]["coordinates"], json!([562_773.12, 1_756_400.984]));
    assert!(server.json("/conformance")["conformsTo"].as_array().unwrap().contains(&json!(core)));
    let asked = server.request(Method::GET, "/collections/check-points/items");
    let reply = server.send(asked.header("accept", "application/gml+xml")).expect(200);
    assert!(reply.header("content-type").starts_with("application/gml+xml;version=3.2"));
    assert!(reply.text().contains("<sf:featureMember>"), "{}", reply.text());
    assert!(reply.text().contains("Quảng Ngãi"));
}

#[test]
fn a_file_holds_what_its_reader_may_see_and_no_more() {
    let server = Server::on(fixture::guarded_parcels(), &[]);
    let path = "/collections/parcels/items?f=kml";
    let public = server.get(path).expect(200);
    assert!(public.header("content-disposition").contains("parcels.kml"));
    let count = |reply: &Reply| reply.text().matches("<Placemark").count();
    assert_eq!(count(&public), PARCELS.0 - PARCELS.1);
    assert!(!public.text().contains(OWNER));
    let officer = server.get_as(OFFICER, path).expect(200);
    assert!(officer.text().contains(OWNER) && count(&officer) == PARCELS.0 - PARCELS.1);
    assert_eq!(count(&server.get_as(ADMIN, path).expect(200)), PARCELS.0);
    // Columns and a page are those that are asked for.
    let some = server.get_as(ADMIN, &format!("{path}&properties=sheet&limit=3")).expect(200);
    assert!(count(&some) == 3 && !some.text().contains(OWNER));
    let refused = server.get(&format!("{path}&crs=http://www.opengis.net/def/crs/EPSG/0/5899"));
    assert!(refused.expect(400).text().contains("KML"));
}

/// Waits until a job has ended; how it stands then.
#[track_caller]
pub(crate) fn ended(server: &Server, token: &str, id: &str) -> Value {
    for _ in 0..1200 {
        let job = server.get_as(token, &format!("/jobs/{id}")).expect(200).json();
        if !["accepted", "running"].contains(&job["status"].as_str().unwrap_or_default()) {
            return job;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("job {id} does not end:\n{}", server.log());
}

/// Asks a process for a job.
pub(crate) fn ask_for(server: &Server, token: &str, process: &str, inputs: &Value) -> Reply {
    let request = server.request(Method::POST, &format!("/processes/{process}/execution"));
    server.send(request.bearer_auth(token).json(&json!({ "inputs": inputs })))
}

#[test]
fn what_is_too_much_to_wait_for_is_a_job_that_only_its_owner_sees() {
    let server = Server::on(fixture::guarded_parcels(), &["--export-features", "10"]);
    let refused = server.get("/collections/parcels/items?f=gpkg").expect(413).json();
    assert!(
        refused["detail_en"].as_str().unwrap().contains("/processes/export/execution"),
        "{refused}"
    );
    server.get("/collections/parcels/items?f=gpkg&limit=10").expect(200);

    let inputs = json!({"collection": "parcels", "format": "kml", "filter": "number <> '2'"});
    let made = ask_for(&server, OFFICER, "export", &inputs).expect(201);
    let job = made.json()["jobID"].as_str().unwrap().to_owned();
    assert!(made.header("location").ends_with(&format!("/jobs/{job}")));
    let status = ended(&server, OFFICER, &job);
    assert_eq!(
        (&status["status"], &status["progress"]),
        (&json!("successful"), &json!(100.0)),
        "{status}"
    );
    let results = server.get_as(OFFICER, &format!("/jobs/{job}/results")).expect(200).json();
    assert_eq!(results["report"]["features"], PARCELS.0 - PARCELS.1 - 1, "{results}");
    let href = results["file"]["href"].as_str().unwrap();
    let file = server.get_as(OFFICER, href).expect(200);
    assert_eq!(file.body.len() as u64, results["file"]["bytes"].as_u64().unwrap());
    assert!(file.text().contains(OWNER));
    // Nobody else, however much they may run: the public does not even learn that there is one.
    for path in [format!("/jobs/{job}"), format!("/jobs/{job}/results/file")] {
        server.get(&path).expect(404);
    }
    let listed = server.json("/jobs")["jobs"].as_array().unwrap().len();
    assert_eq!(listed, 0);
    // Nothing but the file and what is known of it is left in its folder.
    let folder = server.dir().join("runs").join(&job);
    let mut left: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    left.sort();
    assert_eq!(left, ["data.kml", "inputs.json", "job.json", "result.json"]);
    let gone = server.request(Method::DELETE, &format!("/jobs/{job}"));
    server.send(gone.bearer_auth(OFFICER)).expect(200);
    assert!(!folder.exists());

    for (inputs, named) in [
        (json!({"collection": "parcels", "format": "dwg"}), "dwg"),
        (json!({"collection": "parcels", "format": "gpkg", "colour": 1}), "colour"),
        (
            json!({"collection": "parcels", "format": "gpkg", "filter": "owner_name = 'x'"}),
            "owner_name",
        ),
        (json!({"collection": "parcels", "format": "gpkg", "bbox": [1, 2, 3]}), "bbox"),
    ] {
        let refused = server.request(Method::POST, "/processes/export/execution");
        let refused = server.send(refused.json(&json!({ "inputs": inputs }))).expect(400);
        assert!(refused.text().contains(named), "{named}: {}", refused.text());
    }
    ask_for(&server, ADMIN, "export", &json!({"collection": "none", "format": "gpkg"})).expect(404);
}

#[test]
fn without_the_program_files_are_not_offered_and_all_else_is() {
    let server = Server::on(fixture::check_points(), &["--datasets", "/nonexistent/datasets"]);
    let refused = server.get("/collections/check-points/items?f=gpkg").expect(501).json();
    assert!(refused["detail_en"].as_str().unwrap().contains("exchange.program"));
    server.get("/collections/check-points/items?f=gml").expect(200);
    let links = server.json("/collections/check-points")["links"].to_string();
    assert!(!links.contains("f=gpkg") && links.contains("f=gml"));
}
