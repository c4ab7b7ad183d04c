//! Three dimensions: 3D Tiles, glTF and CityJSON of a town, held against what the server says of it elsewhere and
//! against the validators and viewers of others.

mod cityjson;
mod clients;

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{Method, header};
use serde_json::Value;
use tests::{gltf::Gltf, server::Server, town};

fn served() -> Server {
    Server::start(&town::demo(2000))
}

type Matrix = [f64; 16];

fn matrix(json: &Value) -> Matrix {
    let numbers = json.as_array().expect("a matrix").iter().map(|n| n.as_f64().expect("a number"));
    numbers.collect::<Vec<_>>().try_into().expect("sixteen numbers")
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    std::array::from_fn(|at| (0..4).map(|k| a[4 * k + at % 4] * b[4 * (at / 4) + k]).sum())
}

/// Longitude and latitude in radians and height of an earth-centred place (Bowring, Survey Review 23, 1976).
fn geodetic([x, y, z]: [f64; 3]) -> [f64; 3] {
    let (a, b) = (6_378_137.0_f64, 6_356_752.314_245_179_f64);
    let (e2, other) = (1.0 - b * b / a / a, a * a / b / b - 1.0);
    let p = x.hypot(y);
    let (sin, cos) = (z * a).atan2(p * b).sin_cos();
    let lat = (z + other * b * sin.powi(3)).atan2(p - e2 * a * cos.powi(3));
    let vertical = a / (1.0 - e2 * lat.sin().powi(2)).sqrt();
    [y.atan2(x), lat, p / lat.cos() - vertical]
}

/// Every tile below one: its document, and what takes its content to the earth.
fn walk(tile: &Value, above: Option<&Matrix>, each: &mut impl FnMut(&Value, &Matrix)) {
    let own = matrix(&tile["transform"]);
    let to_earth = above.map_or(own, |above| product(above, &own));
    each(tile, &to_earth);
    for child in tile["children"].as_array().into_iter().flatten() {
        let error = |tile: &Value| tile["geometricError"].as_f64().expect("an error");
        assert!(error(child) <= error(tile), "a child's error is no larger");
        walk(child, Some(&to_earth), each);
    }
}

/// The places of a tile's corners, held to lie in its region, within what f32 and rounding of degrees leave.
fn check_region(tile: &Value, to_earth: &Matrix, gltf: &Gltf) -> Vec<[f64; 3]> {
    let region: Vec<f64> =
        serde_json::from_value(tile["boundingVolume"]["region"].clone()).expect("a region");
    let places: Vec<[f64; 3]> = gltf
        .positions()
        .into_iter()
        .map(|[x, y, z]| [f64::from(x), -f64::from(z), f64::from(y)])
        .map(|p| {
            let row = |k: usize| {
                to_earth[k] * p[0]
                    + to_earth[4 + k] * p[1]
                    + to_earth[8 + k] * p[2]
                    + to_earth[12 + k]
            };
            geodetic([row(0), row(1), row(2)])
        })
        .collect();
    // A millimetre in radians and in metres, and two for what single precision does to some kilometres.
    let (angle, metres) = (5e-10, 0.005);
    for [lon, lat, height] in &places {
        let is_within = *lon >= region[0] - angle
            && *lon <= region[2] + angle
            && *lat >= region[1] - angle
            && *lat <= region[3] + angle
            && *height >= region[4] - metres
            && *height <= region[5] + metres;
        assert!(is_within, "{lon} {lat} {height} beyond {region:?}");
    }
    places
}

#[test]
fn every_building_stands_once_on_the_tiles_with_its_attributes_and_in_its_region() {
    let server = served();
    let set = server.json("/collections/buildings/3dtiles/tileset.json");
    assert_eq!((&set["asset"]["version"], &set["root"]["refine"]), (&"1.1".into(), &"ADD".into()));
    let items: BTreeMap<String, Value> = server
        .all_items("buildings", "")
        .into_iter()
        .map(|item| (item["id"].to_string().trim_matches('"').to_owned(), item))
        .collect();
    let mut seen = BTreeSet::new();
    walk(&set["root"], None, &mut |tile, to_earth| {
        let uri = tile["content"]["uri"].as_str().expect("every tile has content");
        let path = format!("/collections/buildings/3dtiles/{uri}");
        let answer = server.get(&path).expect(200);
        assert_eq!(answer.header("content-type"), "model/gltf-binary");
        let gltf = Gltf::read(&answer.body);
        let places = check_region(tile, to_earth, &gltf);
        let ids = gltf.texts("id").expect("identifiers");
        assert_eq!(ids.len(), gltf.rows());
        let rows: BTreeSet<u16> = gltf.features().into_iter().collect();
        assert_eq!(rows, (0..gltf.rows() as u16).collect(), "every row is drawn");
        let (heights, bases) = (
            gltf.numbers("drawn_height").expect("heights"),
            gltf.numbers("drawn_base").expect("feet"),
        );
        let (told, uses) =
            (gltf.numbers("height").expect("heights"), gltf.texts("use").expect("uses"));
        let mut tops = vec![f64::NEG_INFINITY; ids.len()];
        for (row, place) in gltf.features().into_iter().zip(&places) {
            tops[usize::from(row)] = tops[usize::from(row)].max(place[2]);
        }
        for (row, id) in ids.iter().enumerate() {
            assert!(seen.insert(id.clone()), "{id} stands twice");
            let properties = &items[id]["properties"];
            assert_eq!(properties["height"].as_f64(), Some(told[row]), "{id}");
            assert_eq!(properties["use"].as_str().unwrap_or_default(), uses[row], "{id}");
            assert_eq!(heights[row], told[row], "{id}");
            // What is drawn ends where foot and height say, to the millimetres of single precision.
            assert!(
                (tops[row] - bases[row] - heights[row]).abs() < 0.01,
                "{id}: {} {}",
                tops[row],
                bases[row]
            );
        }
    });
    assert_eq!(seen, items.into_keys().collect(), "every building stands somewhere");
}

#[test]
fn buildings_stand_on_the_terrain_that_the_tiles_draw() {
    let server = served();
    let set = server.json("/collections/terrain/3dtiles/tileset.json");
    assert_eq!(set["root"]["refine"], "REPLACE");
    assert!(set["asset"]["extras"]["verticalDatum"].is_string());
    // The finest tiles: their nodes by place.
    let mut nodes: Vec<[f64; 3]> = Vec::new();
    let mut least = f64::INFINITY;
    walk(&set["root"], None, &mut |tile, to_earth| {
        let path = format!(
            "/collections/terrain/3dtiles/{}",
            tile["content"]["uri"].as_str().expect("content")
        );
        let gltf = Gltf::read(&server.get(&path).expect(200).body);
        assert!(gltf.json["extensionsUsed"].is_null(), "the ground has no features");
        // Skirts hang below the region by design; nodes lie in it.
        let squares = 65 * 65;
        let region: Vec<f64> =
            serde_json::from_value(tile["boundingVolume"]["region"].clone()).expect("a region");
        let places = gltf.positions().into_iter().take(squares).map(|[x, y, z]| {
            let p = [f64::from(x), -f64::from(z), f64::from(y)];
            let row = |k: usize| {
                to_earth[k] * p[0]
                    + to_earth[4 + k] * p[1]
                    + to_earth[8 + k] * p[2]
                    + to_earth[12 + k]
            };
            geodetic([row(0), row(1), row(2)])
        });
        let is_leaf = tile["children"].is_null();
        for place in places.filter(|place| place[2] >= region[4] - 0.01) {
            assert!(place[2] <= region[5] + 0.01, "{place:?} above {region:?}");
            if is_leaf {
                nodes.push(place);
            }
        }
        least = least.min(region[4]);
    });
    assert!(nodes.len() > 65 * 65, "the town's terrain is more than one tile");
    let buildings = server.json("/collections/buildings/3dtiles/tileset.json");
    let path = format!(
        "/collections/buildings/3dtiles/{}",
        buildings["root"]["content"]["uri"].as_str().expect("content")
    );
    let gltf = Gltf::read(&server.get(&path).expect(200).body);
    let bases = gltf.numbers("drawn_base").expect("feet");
    let ids = gltf.texts("id").expect("identifiers");
    for (id, base) in ids.iter().zip(&bases).take(40) {
        let item = server.json(&format!("/collections/buildings/items/{id}"));
        let corner =
            &item["geometry"]["coordinates"].as_array().map(|c| c[0].clone()).expect("a polygon")
                [0];
        let corner = if corner[0].is_array() { &corner[0] } else { corner };
        let at = [
            corner[0].as_f64().expect("a longitude").to_radians(),
            corner[1].as_f64().expect("a latitude").to_radians(),
        ];
        let away = |node: &&[f64; 3]| (node[0] - at[0]).hypot(node[1] - at[1]);
        let near = nodes.iter().min_by(|a, b| away(a).total_cmp(&away(b))).expect("nodes");
        // A foot stands on the lowest corner or where the survey says, at most 3 m off; the ground falls on between.
        assert!((near[2] - base).abs() < 6.0, "{id}: foot {base}, ground {}", near[2]);
    }
}

#[test]
fn tiles_are_tagged_compressed_and_refused_where_there_are_none() {
    let server = served();
    let path = "/collections/buildings/3dtiles/0/0/0.glb";
    let first = server.get(path).expect(200);
    let tag = first.header("etag").to_owned();
    let again = server.request(Method::GET, path).header(header::IF_NONE_MATCH, &tag);
    assert_eq!(server.send(again).status, 304);
    assert_eq!(server.get("/collections/buildings/3dtiles/0/0/0").expect(200).body, first.body);
    let packed = server.raw(format!("GET {path} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n").as_bytes()).1;
    assert!(
        packed.to_ascii_lowercase().contains("content-encoding: gzip"),
        "{}",
        &packed[..300.min(packed.len())]
    );
    for (path, status) in [
        ("/collections/buildings/3dtiles/0/1/0.glb", 404),
        ("/collections/buildings/3dtiles/99/0/0.glb", 404),
        ("/collections/buildings/3dtiles/0/0/x", 404),
        ("/collections/buildings/3dtiles/-1/0/0", 404),
        ("/collections/buildings/3dtiles/0/0/0.glb?level=3", 400),
        ("/collections/roads/3dtiles/tileset.json", 404),
        ("/collections/nothing/3dtiles/tileset.json", 404),
        ("/collections/buildings/3dtiles/tileset.json?geoid=far", 400),
        ("/collections/buildings/3dtiles/tileset.json?geoid=1e9", 400),
    ] {
        server.get(path).expect(status);
    }
}

#[test]
fn a_city_has_one_tile_set_that_leads_to_all_and_a_geoid_lifts_it() {
    let server = served();
    let set = server.json("/3dtiles/tileset.json?geoid=-8.5");
    let children = set["root"]["children"].as_array().expect("layers");
    let uris: Vec<&str> =
        children.iter().filter_map(|child| child["content"]["uri"].as_str()).collect();
    assert!(
        uris.iter().any(|uri| uri.contains("/terrain/"))
            && uris.iter().any(|uri| uri.contains("/buildings/"))
    );
    for uri in uris {
        let lifted = server.json(&uri.replace("../", "/"));
        let plain = server.json(&uri.replace("../", "/").replace("?geoid=-8.5", ""));
        let low =
            |set: &Value| set["root"]["boundingVolume"]["region"][4].as_f64().expect("a height");
        assert!((low(&lifted) - low(&plain) + 8.5).abs() < 1e-9, "{uri}");
        let origin = |set: &Value| {
            let m = matrix(&set["root"]["transform"]);
            geodetic([m[12], m[13], m[14]])[2]
        };
        // Bowring's height is good to a micrometre here.
        assert!((origin(&lifted) - origin(&plain) + 8.5).abs() < 1e-5, "{uri}");
    }
}

#[test]
fn a_building_alone_is_a_gltf_that_stands_on_its_own_foot() {
    let server = served();
    let page = server.json("/collections/buildings/items?limit=5");
    for item in page["features"].as_array().expect("features") {
        let id = item["id"].to_string().trim_matches('"').to_owned();
        let answer = server.get(&format!("/collections/buildings/items/{id}?f=glb")).expect(200);
        let gltf = Gltf::read(&answer.body);
        assert_eq!(gltf.texts("id"), Some(vec![id.clone()]));
        let top = gltf.positions().iter().map(|p| p[1]).fold(f32::NEG_INFINITY, f32::max);
        let height = item["properties"]["height"].as_f64().expect("a height");
        assert!((f64::from(top) - height).abs() < 0.01, "{id}: {top} {height}");
        let origin = &gltf.json["scenes"][0]["extras"]["origin"];
        assert!(origin["longitude"].is_f64() && origin["height_m"].is_f64());
    }
    let answer = server.get("/collections/roads/items?limit=1&f=json").json();
    let id = answer["features"][0]["id"].to_string().trim_matches('"').to_owned();
    server.get(&format!("/collections/roads/items/{id}?f=glb")).expect(400);
}
