//! Edits (the first of OGC API Features Part 4): made, seen everywhere, kept.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    fixture,
    geometry::id_of,
    mvt,
    server::{Reply, Server},
    town,
};

const ITEMS: &str = "/collections/check-points/items";

#[test]
fn a_feature_lives_from_post_to_delete() {
    let server = Server::on(fixture::check_points(), &[]);
    let before = matched(&server, "");
    let location = post(&server, 108.2, 16.05, "Đà Nẵng");
    let created = server.json(&location);
    assert_eq!(created["properties"]["name"], "Đà Nẵng");
    assert_eq!(matched(&server, ""), before + 1);
    assert_eq!(matched(&server, "bbox=108.19,16.04,108.21,16.06"), 1);

    let mut changed = created.clone();
    changed["properties"]["name"] = json!("Sơn Trà");
    changed["geometry"]["coordinates"] = json!([108.25, 16.1]);
    let reply = server.send(server.request(Method::PUT, &location).json(&changed));
    assert!(matches!(reply.status, 200 | 204), "{}", reply.text());
    assert_eq!(server.json(&location)["properties"]["name"], "Sơn Trà");
    assert_eq!(matched(&server, "bbox=108.19,16.04,108.21,16.06"), 0);
    assert_eq!(matched(&server, "bbox=108.24,16.09,108.26,16.11"), 1);
    assert_eq!(matched(&server, "name=S%C6%A1n%20Tr%C3%A0"), 1);

    server.send(server.request(Method::DELETE, &location)).expect(204);
    let gone = server.get(&location);
    assert!(matches!(gone.status, 404 | 410), "{}", gone.status);
    assert_eq!(matched(&server, ""), before);
    let again = server.send(server.request(Method::DELETE, &location));
    assert!(matches!(again.status, 404 | 410), "{}", again.status);
}

#[test]
fn an_edit_changes_the_tiles_that_show_it() {
    let server = Server::on(fixture::check_points(), &[]);
    // The tile of zoom 14 that holds 16.05 N, 108.2 E.
    let tile = "/collections/check-points/tiles/WebMercatorQuad/14/7451/13116";
    let first = server.get(tile);
    assert_eq!(first.status, 204, "nothing is there yet");
    let location = post(&server, 108.2, 16.05, "Đà Nẵng");
    let drawn = server.get(tile).expect(200);
    let layers = mvt::decode(&drawn.body);
    assert_eq!(layers[0].features.len(), 1);
    server.send(server.request(Method::DELETE, &location)).expect(204);
    server.get(tile).expect(204);
}

#[test]
fn an_edit_over_a_newer_one_is_refused() {
    let server = Server::on(fixture::check_points(), &[]);
    let location = post(&server, 108.2, 16.05, "Đà Nẵng");
    let read = server.get(&location).expect(200);
    let tag = read.header("etag").to_owned();
    assert!(!tag.is_empty(), "a feature has an ETag");
    let put = |name: &str| {
        let mut feature = read.json();
        feature["properties"]["name"] = json!(name);
        let request = server.request(Method::PUT, &location).header("if-match", &tag);
        server.send(request.json(&feature))
    };
    assert!(matches!(put("first").status, 200 | 204));
    put("second").expect(412);
    assert_eq!(server.json(&location)["properties"]["name"], "first");
}

#[test]
fn edits_outlive_a_power_cut() {
    let server = Server::on(fixture::check_points(), &[]);
    let kept = post(&server, 108.2, 16.05, "kept");
    let removed = id_of(&server.json(ITEMS)["features"][0]);
    server.send(server.request(Method::DELETE, &format!("{ITEMS}/{removed}"))).expect(204);
    let id = kept.rsplit('/').next().unwrap().to_owned();
    let count = matched(&server, "");

    let again = Server::on(server.kill(), &[]);
    assert_eq!(again.json(&format!("{ITEMS}/{id}"))["properties"]["name"], "kept");
    assert!(matches!(again.get(&format!("{ITEMS}/{removed}")).status, 404 | 410));
    assert_eq!(matched(&again, ""), count);
    let new = post(&again, 108.3, 16.05, "new");
    assert_ne!(new.rsplit('/').next().unwrap(), id, "an identifier is not given twice");
}

#[test]
fn a_feature_cannot_be_put_where_none_is_or_into_a_raster() {
    let server = Server::on(fixture::check_points(), &[]);
    let body = body(108.2, 16.05, "x");
    let reply = server.send(server.request(Method::PUT, &format!("{ITEMS}/987654")).json(&body));
    assert!(matches!(reply.status, 404 | 405), "{}", reply.status);
}

#[test]
fn options_tell_what_may_be_done() {
    let server = Server::on(fixture::check_points(), &[]);
    let reply: Reply = server.send(server.request(Method::OPTIONS, ITEMS));
    assert!(matches!(reply.status, 200 | 204), "{}", reply.status);
    let allow = reply.header("allow");
    assert!(allow.contains("GET") && allow.contains("POST"), "Allow: {allow}");
}

#[test]
fn a_batch_over_two_layers_is_taken_back_whole_even_after_a_power_cut() {
    let server = Server::on(town::demo(500).copy(), &[]);
    let items = |server: &Server, layer: &str| {
        server.json(&format!("/collections/{layer}/items?limit=200"))["features"].clone()
    };
    let (parcels, roads) = (items(&server, "parcels"), items(&server, "roads"));
    let update = |id: &Value| json!({"op": "update", "collection": "roads", "id": id, "patch": {"properties": {"name": "Đường thử"}}});
    let mut edits: Vec<Value> =
        roads.as_array().unwrap().iter().take(50).map(|road| update(&road["id"])).collect();
    let gone = &parcels[0]["id"];
    edits.push(json!({"op": "delete", "collection": "parcels", "id": gone}));
    let batch = json!({"reason": "Thử", "edits": edits});
    let made = server.send(server.request(Method::POST, "/edits").json(&batch)).expect(200).json();
    assert_eq!(items(&server, "roads")[3]["properties"]["name"], "Đường thử");
    let path = |made: &Value| {
        let link = made["undo"].as_str().expect("a way back").to_owned();
        format!("/edits/{}", link.rsplit_once("/edits/").expect("of edits").1)
    };

    let again = Server::on(server.kill(), &[]);
    let undone = again.send(again.request(Method::POST, &path(&made))).expect(200).json();
    assert_eq!(undone["changes"].as_array().map(Vec::len), Some(51));
    assert_eq!(items(&again, "roads"), roads);
    assert_eq!(items(&again, "parcels"), parcels);
    // Of one road that somebody changes, all stays as it is.
    let redone = again.send(again.request(Method::POST, &path(&undone))).expect(200).json();
    let road = format!("/collections/roads/items/{}", id_of(&roads[7]));
    let patch =
        again.request(Method::PATCH, &road).header("content-type", "application/merge-patch+json");
    again.send(patch.body(json!({"properties": {"name": "Khác"}}).to_string())).expect(204);
    let refused = again.send(again.request(Method::POST, &path(&redone))).expect(409).text();
    assert!(
        refused.contains(&format!("'{}' of collection 'roads'", id_of(&roads[7]))),
        "{refused}"
    );
    assert_eq!(
        again.get(&format!("/collections/parcels/items/{}", id_of(&parcels[0]))).status,
        404
    );
}

fn body(lon: f64, lat: f64, name: &str) -> Value {
    json!({"type": "Feature", "properties": {"name": name, "code": 1},
        "geometry": {"type": "Point", "coordinates": [lon, lat]}})
}

/// Adds a point; its address.
#[track_caller]
fn post(server: &Server, lon: f64, lat: f64, name: &str) -> String {
    let request = server.request(Method::POST, ITEMS).json(&body(lon, lat, name));
    let location = server.send(request).expect(201).header("location").to_owned();
    assert!(location.starts_with("http://"), "Location is absolute: {location}");
    location
}

#[track_caller]
fn matched(server: &Server, query: &str) -> u64 {
    server.json(&format!("{ITEMS}?{query}"))["numberMatched"].as_u64().unwrap()
}
