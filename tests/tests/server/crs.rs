//! Coordinates in the systems of Vietnam, to the millimetre.

use serde_json::{Value, json};
use tests::{
    fixture::{self, CHECK_POINTS},
    server::Server,
};

#[test]
fn check_points_come_out_to_the_millimetre() {
    let server = Server::on(fixture::check_points(), &[]);
    for (name, lat, lon, code, east, north) in CHECK_POINTS {
        let crs = format!("http://www.opengis.net/def/crs/EPSG/0/{code}");
        let reply = server.get(&format!("/collections/check-points/items?crs={crs}")).expect(200);
        assert_eq!(reply.header("content-crs"), format!("<{crs}>"));
        let page = reply.json();
        let found = page["features"].as_array().unwrap().iter().any(|feature| {
            let position = &feature["geometry"]["coordinates"];
            // Half a millimetre is how the check points are rounded, and half how we round.
            feature["properties"]["name"] == *name
                && (number(&position[0]) - east).abs() <= 0.001
                && (number(&position[1]) - north).abs() <= 0.001
        });
        assert!(found, "{name} ({lat}, {lon}) in EPSG:{code}: {page}");
    }
}

#[test]
fn the_authoritys_axis_order_is_kept() {
    let server = Server::on(fixture::check_points(), &[]);
    for (crs, expected) in [
        ("OGC/1.3/CRS84", [108.3380, 15.8801]),
        ("EPSG/0/4326", [15.8801, 108.3380]),
        // VN-2000 lies some 200 m from WGS 84: 0.003° is looser than that, and far from a swap.
        ("EPSG/0/4756", [15.8801, 108.3380]),
    ] {
        let uri = format!("http://www.opengis.net/def/crs/{crs}");
        let page = server.json(&format!("/collections/check-points/items?limit=1&crs={uri}"));
        let position = &page["features"][0]["geometry"]["coordinates"];
        assert!((number(&position[0]) - expected[0]).abs() < 0.003, "{crs}: {position}");
        assert!((number(&position[1]) - expected[1]).abs() < 0.003, "{crs}: {position}");
    }
}

#[test]
fn without_a_crs_answers_are_in_longitude_and_latitude_and_say_so() {
    let server = Server::on(fixture::check_points(), &[]);
    let reply = server.get("/collections/check-points/items").expect(200);
    let crs84 = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>";
    assert_eq!(reply.header("content-crs"), crs84);
    let id = reply.json()["features"][0]["id"].clone();
    let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    let one = server.get(&format!("/collections/check-points/items/{id}")).expect(200);
    assert_eq!(one.header("content-crs"), crs84);
}

#[test]
fn an_edit_may_be_sent_in_a_vn2000_zone() {
    let server = Server::on(fixture::check_points(), &[]);
    let (_, lat, lon, code, east, north) = CHECK_POINTS[1];
    let crs = format!("http://www.opengis.net/def/crs/EPSG/0/{code}");
    let body = json!({"type": "Feature", "properties": {"name": "Tam Kỳ 2"},
        "geometry": {"type": "Point", "coordinates": [east, north]}});
    let request = server
        .request(reqwest::Method::POST, "/collections/check-points/items")
        .header("content-crs", format!("<{crs}>"))
        .json(&body);
    let added = server.send(request).expect(201);
    let stored = server.json(added.header("location"));
    let position = &stored["geometry"]["coordinates"];
    // 1e-8° is a millimetre.
    assert!((number(&position[0]) - lon).abs() < 2e-8, "{position}");
    assert!((number(&position[1]) - lat).abs() < 2e-8, "{position}");
}

#[test]
fn deprecated_and_compound_systems_are_refused_with_the_reason() {
    let server = Server::on(fixture::check_points(), &[]);
    for crs in ["EPSG/0/6956", "EPSG/0/6959", "EPSG/0/5727", "EPSG/0/99999", "OGC/1.3/CRS83"] {
        let uri = format!("http://www.opengis.net/def/crs/{crs}");
        for parameter in ["crs", "bbox-crs"] {
            let path = format!("/collections/check-points/items?bbox=1,1,2,2&{parameter}={uri}");
            let reply = server.get(&path).expect(400);
            assert_eq!(reply.header("content-type"), "application/problem+json", "{path}");
        }
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
}
