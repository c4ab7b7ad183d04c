//! Bad input: each request gets 4xx with a problem document that names what was wrong, and the
//! server is as well afterwards as it was before.

use reqwest::Method;
use serde_json::json;
use tests::{
    fixture,
    server::{Reply, Server},
};

/// Queries on `/collections/check-points/items` that must be refused with 400.
const ITEMS: &[&str] = &[
    "limit=0",
    "limit=-1",
    "limit=abc",
    "limit=1.5",
    "limit=",
    "limit=1&limit=2",
    "bbox=",
    "bbox=1,2,3",
    "bbox=1,2,3,4,5",
    "bbox=1,2,3,4,5,6,7",
    "bbox=a,b,c,d",
    "bbox=NaN,0,1,1",
    "bbox=nan,0,1,1",
    "bbox=0,0,inf,1",
    "bbox=0,0,-inf,1",
    "bbox=1e999,0,1,1",
    "bbox=0,5,1,4",
    "bbox=0,-91,1,1",
    "bbox=0,0,1,91",
    "bbox=0,0,1,1&bbox-crs=nonsense",
    "bbox=0,0,1,1&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/6958",
    "crs=",
    "crs=EPSG",
    "crs=http://www.opengis.net/def/crs/EPSG/0/27700",
    "crs=http://www.opengis.net/def/crs/EPSG/0/4756%2B5727",
    "datetime=",
    "datetime=yesterday",
    "datetime=2026-13-01T00:00:00Z",
    "datetime=2026-02-30T00:00:00Z",
    "datetime=2026-01-01T00:00:00Z/2020-01-01T00:00:00Z",
    "datetime=../..",
    "datetime=a/b/c",
    "unknown=1",
    "Limit=1",
    "f=gif",
    "f=",
    "next=nonsense",
    "cursor=nonsense",
    "name=%ff",
    "name=%zz",
    "name=%",
    "name=%e1%ba",
    "%ff=1",
    "bbox=%00",
];

/// Tile addresses below `/collections/check-points/tiles/` that must be refused with 4xx.
const TILES: &[&str] = &[
    "WebMercatorQuad/99/0/0",
    "WebMercatorQuad/-1/0/0",
    "WebMercatorQuad/4294967296/0/0",
    "WebMercatorQuad/1/2/0",
    "WebMercatorQuad/1/0/2",
    "WebMercatorQuad/1/0/-1",
    "WebMercatorQuad/a/b/c",
    "WebMercatorQuad/1.5/0/0",
    "WebMercatorQuad/0/0/0?unknown=1",
    "WebMercatorQuad/0/0/0?f=gif",
    "WebMercatorQuad/30/1073741824/0",
    "WebMercatorQuad/18446744073709551616/0/0",
    "VN2000-TM3-10745/99/0/0",
    "NoSuchGrid/0/0/0",
    "WebMercatorQuad/%ff/0/0",
];

/// Other addresses that must be refused with 4xx.
const OTHERS: &[&str] = &[
    "/collections/%ff",
    "/collections/%00",
    "/collections/..%2f..%2fetc",
    "/collections/../../etc/passwd",
    "/collections/check-points/items/%ff",
    "/collections/check-points/items/%00",
    "/collections/check-points/items/1?unknown=1",
    "/collections?limit=abc",
    "/tiles/WebMercatorQuad/0/0/0?collections=nothing",
    "/tiles/WebMercatorQuad/0/0/0?collections=",
    "/tileMatrixSets/nothing",
    "/styles/..%2f..%2ftokens.toml",
    "/codelists/..%2f..%2ftokens.toml",
    "/search?q=%ff",
    "/search?q=a&limit=0",
    "/search",
    "/%",
    "/%ff",
    "/..%2f..%2fetc%2fpasswd",
    "/tokens.toml",
    "/edits.sqlite",
];

#[test]
fn every_malformed_query_is_a_400_that_says_what_was_wrong() {
    let server = Server::on(fixture::check_points(), &[]);
    let mut offences = Vec::new();
    for query in ITEMS {
        let reply = plain(&server, &format!("/collections/check-points/items?{query}"));
        if reply.0 != 400 || !is_problem(&reply.1) {
            offences.push(format!("{query} → {}: {}", reply.0, excerpt(&reply.1)));
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
    is_well(&server);
}

#[test]
fn every_malformed_address_is_a_4xx_problem() {
    let server = Server::on(fixture::check_points(), &[]);
    let tiles = TILES.iter().map(|tile| format!("/collections/check-points/tiles/{tile}"));
    let mut offences = Vec::new();
    for path in tiles.chain(OTHERS.iter().map(|path| (*path).to_owned())) {
        let reply = plain(&server, &path);
        if !(400..500).contains(&reply.0) || !is_problem(&reply.1) {
            offences.push(format!("{path} → {}: {}", reply.0, excerpt(&reply.1)));
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
    is_well(&server);
}

#[test]
fn broken_features_are_refused_and_nothing_is_stored() {
    let server = Server::on(fixture::check_points(), &[]);
    let items = "/collections/check-points/items";
    let point = json!({"type": "Point", "coordinates": [108.0, 15.0]});
    let bodies = [
        String::new(),
        "not json".into(),
        "[]".into(),
        "{}".into(),
        json!({"type": "Point", "coordinates": [1, 2]}).to_string(),
        json!({"type": "Feature", "properties": {}, "geometry": {"type": "Point"}}).to_string(),
        json!({"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1]}}).to_string(),
        json!({"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": ["a", "b"]}}).to_string(),
        json!({"type": "Feature", "properties": {}, "geometry": {"type": "Blob", "coordinates": [1, 2]}}).to_string(),
        json!({"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [500, 95]}}).to_string(),
        r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[NaN,1]}}"#.into(),
        r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1e999,1]}}"#.into(),
        json!({"type": "Feature", "properties": {"no_such_column": 1}, "geometry": point}).to_string(),
        json!({"type": "Feature", "properties": {"code": "a text"}, "geometry": point}).to_string(),
        json!({"type": "Feature", "properties": 5, "geometry": point}).to_string(),
        "[".repeat(100_000),
    ];
    let before = server.json(items)["numberMatched"].clone();
    for body in bodies {
        let request = server
            .request(Method::POST, items)
            .header("content-type", "application/geo+json")
            .body(body.clone());
        let reply = server.send(request);
        let said = format!("{} → {}: {}", excerpt(&body), reply.status, excerpt(&reply.text()));
        assert!((400..500).contains(&reply.status), "{said}");
        assert_eq!(reply.header("content-type"), "application/problem+json", "{said}");
    }
    assert_eq!(server.json(items)["numberMatched"], before);
    is_well(&server);
}

#[test]
fn requests_that_are_too_large_or_of_a_wrong_method_are_refused() {
    let server = Server::on(fixture::check_points(), &["--body-bytes", "10000"]);
    let items = "/collections/check-points/items";
    let large = server.request(Method::POST, items).header("content-type", "application/geo+json");
    expect_problem(server.send(large.body(" ".repeat(20_000))), 413);
    expect_problem(server.send(server.request(Method::DELETE, "/collections")), 405);
    let long = format!("{items}?name={}", "a".repeat(20_000));
    let reply = server.get(&long);
    assert!(matches!(reply.status, 414 | 431 | 400), "{}", reply.status);
    is_well(&server);
}

#[test]
fn broken_http_does_not_bring_the_server_down() {
    let server = Server::on(fixture::check_points(), &[]);
    let bodies: [&[u8]; 6] = [
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        b"POST /collections/check-points/items HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
    ];
    for body in bodies {
        let (status, answer) = server.raw(body);
        assert!(status < 500, "{}: {answer}", String::from_utf8_lossy(body));
    }
    is_well(&server);
}

/// Sends the address exactly as written: clients mend what this suite wants broken.
fn plain(server: &Server, path: &str) -> (u16, String) {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: application/json\r\nConnection: close\r\n\r\n",
        server.host()
    );
    server.raw(request.as_bytes())
}

fn is_problem(answer: &str) -> bool {
    answer.to_ascii_lowercase().contains("content-type: application/problem+json")
}

#[track_caller]
fn expect_problem(reply: Reply, status: u16) {
    let reply = reply.expect(status);
    assert_eq!(reply.header("content-type"), "application/problem+json", "{}", reply.url);
}

fn is_well(server: &Server) {
    server.get("/health").expect(200);
    assert_eq!(
        server.json("/collections/check-points/items")["numberMatched"],
        fixture::CHECK_POINTS.len()
    );
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

fn excerpt(text: &str) -> String {
    let body = text.split("\r\n\r\n").last().unwrap_or(text);
    body.chars().take(160).collect()
}
