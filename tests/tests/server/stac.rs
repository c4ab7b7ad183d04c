//! Rasters and runs as a STAC catalogue, read by pystac-client.

use std::{path::Path, process::Command};

use tests::{
    python::{self, run},
    server::Server,
    town,
};

/// The releases that the suite was written against.
const PACKAGES: [&str; 3] = ["pystac-client==0.9.1", "pystac==1.15.2", "jsonschema"];

#[test]
fn pystac_client_finds_rasters_by_place_and_time_and_takes_them_away() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let Some(python) =
        python::with(folder, "stac-clients", &PACKAGES, "pystac_client, pystac, jsonschema")
    else {
        return;
    };
    let server = Server::start(&town::demo(500));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/stac/client.py");
    run(Command::new(python).arg(script).arg(server.address()))
        .unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn what_is_not_there_or_cannot_be_read_is_told() {
    let server = Server::start(&town::demo(500));
    for wrong in [
        "bbox=1,2",
        "datetime=soon",
        "limit=0",
        "offset=-1",
        "intersects=POINT",
        "query=x",
        "bbox=1,1,2,2&intersects={\"type\":\"Point\",\"coordinates\":[1,1]}",
    ] {
        server.get(&format!("/stac/search?{wrong}")).expect(400);
    }
    for body in ["[]", "{", "{\"bbox\": [1, 2]}", "{\"query\": {}}"] {
        let request = server.request(reqwest::Method::POST, "/stac/search");
        server.send(request.header("content-type", "application/json").body(body)).expect(400);
    }
    for missing in
        ["collections/nothing", "collections/rasters/items/nothing", "collections/nothing/items"]
    {
        server.get(&format!("/stac/{missing}")).expect(404);
    }
    // Layers of features are none.
    server.get("/stac/collections/rasters/items/roads").expect(404);
}
