//! The same features in every format: GeoJSON, FlatGeobuf, CSV, HTML.

use std::collections::BTreeSet;

use geo::Area;
use reqwest::Method;
use serde_json::Value;
use tests::{
    geometry::{id_of, of_feature},
    server::{Reply, Server},
    town,
};

#[test]
fn content_negotiation_gives_people_html_and_programs_geojson() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let ask = |accept: &str| {
        let path = "/collections/roads/items?limit=2";
        server.send(server.request(Method::GET, path).header("accept", accept))
    };
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (accept, expected) in [
        (browser, "text/html"),
        ("application/json", "application/geo+json"),
        ("application/geo+json", "application/geo+json"),
        ("text/csv", "text/csv"),
        ("application/flatgeobuf", "application/flatgeobuf"),
        ("*/*", "application/geo+json"),
    ] {
        let reply = ask(accept).expect(200);
        assert!(
            reply.header("content-type").starts_with(expected),
            "{accept}: {:?}",
            reply.headers
        );
    }
    ask("image/gif").expect(406);
    for (f, expected) in [
        ("json", "application/geo+json"),
        ("csv", "text/csv"),
        ("html", "text/html"),
        ("fgb", "application/flatgeobuf"),
    ] {
        let reply = server.get(&format!("/collections/roads/items?limit=2&f={f}")).expect(200);
        assert!(reply.header("content-type").starts_with(expected), "f={f}");
    }
}

#[test]
fn csv_holds_the_features_that_geojson_holds() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let geojson = server.json("/collections/roads/items?limit=200");
    let features = geojson["features"].as_array().unwrap();
    let reply = server.get("/collections/roads/items?limit=200&f=csv").expect(200);
    let rows = csv_rows(&reply.text());
    assert_eq!(rows.len(), features.len() + 1, "a head and a row for each feature");
    let head = &rows[0];
    let name = head.iter().position(|column| column == "name").expect("a column for each property");
    let id = head.iter().position(|column| column == "id").expect("a column for the identifier");
    for (row, feature) in rows[1..].iter().zip(features) {
        assert_eq!(row.len(), head.len());
        assert_eq!(row[id], id_of(feature));
        assert_eq!(row[name], feature["properties"]["name"].as_str().unwrap_or_default());
    }
    let wkt =
        head.iter().position(|column| column == "geometry" || column == "wkt").expect("a geometry");
    let kind = features[0]["geometry"]["type"].as_str().unwrap().to_uppercase();
    assert!(rows[1][wkt].to_uppercase().starts_with(&kind), "{}", rows[1][wkt]);
    assert_eq!(
        numbers(&rows[1][wkt]),
        numbers(&features[0]["geometry"]["coordinates"].to_string())
    );
}

#[test]
fn flatgeobuf_goes_through_an_import_and_comes_back_the_same() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let reply = server.get("/collections/buildings/items?limit=10000&f=fgb").expect(200);
    assert_eq!(&reply.body[..3], b"fgb", "the magic bytes of FlatGeobuf");
    let back = served_again(&reply, "buildings.fgb", "buildings");
    let sum = |server: &Server| {
        let items = server.all_items("buildings", "");
        let area: f64 = items.iter().map(|item| of_feature(item).unsigned_area()).sum();
        (items.len(), area)
    };
    let (here, there) = (sum(&server), sum(&back));
    assert_eq!(here.0, there.0);
    // The same doubles, added in another order: one part in 10⁹ is far above their rounding.
    assert!((here.1 - there.1).abs() < 1e-9 * here.1, "{here:?} {there:?}");
}

#[test]
fn geojson_goes_through_an_import_and_comes_back_the_same() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let reply = server.get("/collections/roads/items?limit=10000&f=geojson").expect(200);
    let back = served_again(&reply, "roads.geojson", "roads");
    let names = |server: &Server| -> BTreeSet<(String, String)> {
        let items = server.all_items("roads", "");
        items.iter().map(|road| (id_of(road), text(&road["properties"]["name"]))).collect()
    };
    assert_eq!(names(&server).len(), names(&back).len());
    let sorted = |server: &Server| {
        let mut all: Vec<_> = names(server).into_iter().map(|(_, name)| name).collect();
        all.sort();
        all
    };
    assert_eq!(sorted(&server), sorted(&back));
}

#[test]
fn answers_are_compressed_as_the_client_can_read_them() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let path = "/collections/roads/items?limit=500";
    let plain = server.get(path).expect(200).body.len();
    for encoding in ["gzip", "br", "zstd"] {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: {encoding}\r\nConnection: close\r\n\r\n",
            server.host()
        );
        let (status, answer) = server.raw(request.as_bytes());
        assert_eq!(status, 200);
        let head = answer.to_ascii_lowercase();
        assert!(head.contains(&format!("content-encoding: {encoding}")), "{encoding}");
        assert!(answer.len() < plain, "{encoding}: {} of {plain} bytes", answer.len());
    }
}

/// Serves what was exported, imported anew.
fn served_again(reply: &Reply, name: &str, role: &str) -> Server {
    let town = town::Town::empty();
    let folder = town.dir().parent().unwrap().to_owned();
    let source = folder.join(name);
    std::fs::write(&source, &reply.body).unwrap();
    town.import(&source, role, role, &[]);
    Server::on(town, &[])
}

/// The numbers of a text, in order: WKT and GeoJSON write the same ones with other marks between.
fn numbers(text: &str) -> Vec<f64> {
    let is_mark = |c: char| !(c.is_ascii_digit() || ".-+e".contains(c));
    text.split(is_mark).filter_map(|word| word.parse().ok()).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// CSV as RFC 4180 has it.
fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    assert!(!quoted, "a quote is left open");
    if !row.is_empty() || !cell.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}
