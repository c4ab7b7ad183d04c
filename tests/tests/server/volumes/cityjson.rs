//! CityJSON, held against `cjval` by its authors.

use cjval::CJValidator;
use serde_json::Value;
use tests::server::Server;

use super::served;

#[track_caller]
fn check(report: CJValidator) {
    for (criterion, summary) in &report.validate() {
        assert!(!summary.has_errors(), "{criterion}: {:?}", summary.get_errors());
    }
    assert!(report.is_valid());
}

/// The places of an object's vertices.
fn places(document: &Value, vertices: &Value) -> Vec<[f64; 3]> {
    let (scale, translate) = (&document["transform"]["scale"], &document["transform"]["translate"]);
    let number = |json: &Value| json.as_f64().expect("a number");
    let all = vertices.as_array().expect("vertices").iter();
    all.map(|v| [0, 1, 2].map(|k| number(&v[k]) * number(&scale[k]) + number(&translate[k])))
        .collect()
}

#[test]
fn a_page_is_a_document_that_cjval_takes_and_that_says_what_items_say() {
    let server = served();
    let text = server.get("/collections/buildings/items?f=cityjson&limit=300").expect(200).text();
    check(CJValidator::from_str(&text));
    let document: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        document["metadata"]["referenceSystem"],
        "https://www.opengis.net/def/crs/EPSG/0/5899"
    );
    let items = server.json("/collections/buildings/items?limit=300");
    let items = items["features"].as_array().expect("features");
    let objects = document["CityObjects"].as_object().expect("objects");
    assert_eq!(objects.len(), items.len());
    let mut lods = std::collections::BTreeSet::new();
    for item in items {
        let object = &objects[item["id"].to_string().trim_matches('"')];
        assert_eq!(object["attributes"]["height"], item["properties"]["height"]);
        for geometry in object["geometry"].as_array().expect("geometries") {
            lods.insert(geometry["lod"].as_str().expect("a LoD").to_owned());
        }
    }
    assert_eq!(
        lods.into_iter().collect::<Vec<_>>(),
        ["1", "2"],
        "the demo city has roofs of both kinds"
    );
    // A building's ground lies where its polygon does in the same system.
    let zone = "http://www.opengis.net/def/crs/EPSG/0/5899";
    let item = server.json(&format!("/collections/buildings/items?limit=1&crs={zone}"));
    let item = &item["features"][0];
    let object = &objects[item["id"].to_string().trim_matches('"')];
    let all = places(&document, &document["vertices"]);
    let ground = &object["geometry"][0]["boundaries"][0][0][0];
    let ring = item["geometry"]["coordinates"].pointer("/0").expect("a ring");
    let ring = if ring[0][0].is_array() { &ring[0] } else { ring };
    for corner in ring.as_array().expect("corners") {
        let (x, y) = (corner[0].as_f64().expect("east"), corner[1].as_f64().expect("north"));
        let near = ground.as_array().expect("a ring").iter().any(|number| {
            let place = all[number.as_u64().expect("a number") as usize];
            // Both are rounded to the millimetre.
            (place[0] - x).abs() < 0.003 && (place[1] - y).abs() < 0.003
        });
        assert!(near, "{x} {y}");
    }
}

#[test]
fn a_sequence_is_valid_line_by_line_in_every_system() {
    let server = served();
    for crs in ["", "&crs=EPSG:4979", "&crs=http://www.opengis.net/def/crs/EPSG/0/3405"] {
        let path = format!("/collections/buildings/items?f=cityjsonseq&limit=40{crs}");
        let answer = server.get(&path).expect(200);
        assert_eq!(answer.header("content-type"), "application/city+json-seq");
        let text = answer.text();
        let (head, rest) = text.split_once('\n').expect("lines");
        let mut validator = CJValidator::from_str(head);
        let mut count = 0;
        for line in rest.lines() {
            validator.from_str_cjfeature(line).unwrap_or_else(|why| panic!("{why}: {line}"));
            for (criterion, summary) in &validator.validate() {
                assert!(!summary.has_errors(), "{criterion}: {:?}\n{line}", summary.get_errors());
            }
            count += 1;
        }
        assert_eq!(count, 40, "{path}");
    }
}

#[test]
fn a_download_holds_all_a_box_what_is_in_it_and_a_filter_what_it_lets() {
    let server = served();
    let count = |query: &str| {
        let path = format!("/collections/buildings/items?f=cityjsonseq{query}");
        server.get(&path).expect(200).text().lines().count() - 1
    };
    let matched = |query: &str| {
        let page = server.json(&format!("/collections/buildings/items?limit=1{query}"));
        page["numberMatched"].as_u64().expect("a count") as usize
    };
    let boxed = box_around_one(&server);
    for query in [String::new(), format!("&bbox={boxed}"), "&filter=height%20%3E%2010".to_owned()] {
        assert_eq!(count(&query), matched(&query), "{query}");
    }
}

fn box_around_one(server: &Server) -> String {
    let item = server.json("/collections/buildings/items?limit=1");
    let ring =
        item["features"][0]["geometry"]["coordinates"].pointer("/0/0").cloned().expect("a corner");
    let corner = if ring[0].is_array() { ring[0].clone() } else { ring };
    let (x, y) = (corner[0].as_f64().expect("x"), corner[1].as_f64().expect("y"));
    format!("{},{},{},{}", x - 0.002, y - 0.002, x + 0.002, y + 0.002)
}

#[test]
fn one_building_is_a_document_and_a_road_is_none() {
    let server = served();
    let item = server.json("/collections/buildings/items?limit=1");
    let id = item["features"][0]["id"].to_string().trim_matches('"').to_owned();
    let answer = server.get(&format!("/collections/buildings/items/{id}?f=cityjson")).expect(200);
    check(CJValidator::from_str(&answer.text()));
    assert_eq!(answer.json()["CityObjects"].as_object().map(serde_json::Map::len), Some(1));
    server.get("/collections/roads/items?f=cityjson").expect(400);
    server.get("/collections/buildings/items?f=cityjson&crs=EPSG:27700").expect(400);
}
