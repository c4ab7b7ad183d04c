//! Imports while the server runs: new data appears, no request fails, edits stay.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use reqwest::Method;
use serde_json::json;
use tests::{
    fixture,
    server::Server,
    town::{self, Town},
};

#[test]
fn a_new_import_appears_while_readers_read_and_no_request_fails() {
    let Some(town) = town::ninh_kieu() else { return };
    let source = town::shared("data/geo/cantho-ninhkieu").unwrap();
    let server = Server::start(&town);
    let outside = Folder(server.dir().to_owned());
    let (done, asked, failed) =
        (AtomicBool::new(false), AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        let finish = SetWhenDropped(&done);
        for path in [
            "/collections/roads/items?limit=200",
            "/collections/roads/items?bbox=105.77,10.02,105.78,10.03",
            "/collections/roads/tiles/WebMercatorQuad/14/7732/13006",
        ] {
            let (server, done, asked, failed) = (&server, &done, &asked, &failed);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let reply = server.get(path);
                    asked.fetch_add(1, Ordering::Relaxed);
                    if !matches!(reply.status, 200 | 204) {
                        failed.lock().unwrap().push(format!(
                            "{path}: {} {}",
                            reply.status,
                            reply.text()
                        ));
                    }
                }
            });
        }
        // The cleaned network has 2,516 lines, of which the import drops 43 that have no geometry.
        outside.import(&source.join("roads_clean.shp"), "roads", "roads");
        let count = |server: &Server| {
            server.json("/collections/roads/items?limit=1")["numberMatched"].as_u64()
        };
        server.wait_until("the new roads", |server| count(server) == Some(2473));
        outside.import(&source.join("roads.shp"), "old-roads", "roads");
        server.wait_until("the new layer", |server| {
            server.get("/collections/old-roads").status == 200
        });
        drop(finish);
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{failed:?}");
    assert!(asked.load(Ordering::Relaxed) > 20, "readers were at work");
}

#[test]
fn edits_stay_when_their_layer_is_imported_again() {
    let town = fixture::check_points();
    let source = town.dir().parent().unwrap().join("check-points.geojson");
    let server = Server::on(town, &[]);
    let body = json!({"type": "Feature", "properties": {"name": "mine"},
        "geometry": {"type": "Point", "coordinates": [108.2, 16.05]}});
    let items = "/collections/check-points/items";
    let location = server
        .send(server.request(Method::POST, items).json(&body))
        .expect(201)
        .header("location")
        .to_owned();
    let tag = server.get("/collections/check-points").header("etag").to_owned();
    Folder(server.dir().to_owned()).import(&source, "check-points", "other");
    server.wait_until("the layer of a new publication", |server| {
        server.get("/collections/check-points").header("etag") != tag
    });
    assert_eq!(server.json(&location)["properties"]["name"], "mine");
    assert_eq!(server.json(items)["numberMatched"], fixture::CHECK_POINTS.len() + 1);
}

#[test]
fn a_catalogue_that_cannot_be_read_leaves_the_old_city_standing() {
    let server = Server::on(fixture::check_points(), &[]);
    let catalogue = server.dir().join("catalog.toml");
    let good = std::fs::read_to_string(&catalogue).unwrap();
    std::fs::write(&catalogue, "this is = not [ a catalogue").unwrap();
    // Long enough for any watcher to have looked.
    std::thread::sleep(std::time::Duration::from_secs(4));
    server.json("/collections/check-points/items");
    assert!(server.log().contains("catalog"), "the log says what is wrong:\n{}", server.log());
    std::fs::write(&catalogue, good).unwrap();
    server.json("/collections/check-points/items");
}

/// A data folder that a server serves, into which an administrator imports.
struct Folder(std::path::PathBuf);

impl Folder {
    fn import(&self, source: &std::path::Path, layer: &str, role: &str) {
        let mut command = town::datasets();
        command.arg("import").arg(source).args(["--layer", layer, "--role", role]);
        // The cleaned roads declare their system without a code.
        command.args(["--crs", "EPSG:4326", "--into"]);
        town::run(command.arg(&self.0));
    }
}

/// Ends the readers also when the test panics, which would otherwise wait for them for ever.
struct SetWhenDropped<'a>(&'a AtomicBool);

impl Drop for SetWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_copy_of_a_town_is_apart_from_it() {
    let town: Town = fixture::check_points();
    let copy = town.copy();
    std::fs::write(copy.dir().join("catalog.toml"), "changed").unwrap();
    assert!(town.catalogue().contains_key("layer") || !town.catalogue().is_empty());
}

#[test]
fn a_code_list_of_the_folder_appears_without_a_restart_and_a_broken_one_changes_nothing() {
    let server = Server::on(fixture::check_points(), &[]);
    let folder = server.dir().join("codelists");
    std::fs::create_dir_all(&folder).unwrap();
    let list = "id = \"well-kind\"\nsource = \"test\"\ntitle = {vi = \"Loại giếng\", en = \"Kind of well\"}\n\
                [[codes]]\ncode = \"K\"\ntitle = {vi = \"Giếng khoan\", en = \"Drilled\"}\n";
    std::fs::write(folder.join("well-kind.toml"), list).unwrap();
    server
        .wait_until("the new code list", |server| server.get("/codelists/well-kind").status == 200);
    std::fs::write(folder.join("well-kind.toml"), "id =").unwrap();
    server.wait_until("a word in the log", |server| server.log().contains("stay as they were"));
    assert_eq!(server.json("/codelists/well-kind")["codes"][0]["code"], "K");
}
