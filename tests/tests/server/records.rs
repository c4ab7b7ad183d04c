//! The catalogue: searched as a portal searches it, and read by OWSLib and rdflib.

use std::{collections::BTreeSet, path::Path, process::Command};

use serde_json::Value;
use tests::{
    fixture,
    python::{self, run},
    server::Server,
    town,
};

const ITEMS: &str = "/records/collections/catalogue/items";

/// The releases that the suite was written against.
const PACKAGES: [&str; 3] = ["OWSLib==0.35.0", "rdflib==7.6.0", "lxml"];

fn ids(server: &Server, query: &str) -> BTreeSet<String> {
    let page = server.json(&format!("{ITEMS}?{query}"));
    let features = page["features"].as_array().expect("features").iter();
    features.map(|record| record["id"].as_str().expect("an id").to_owned()).collect()
}

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn every_layer_has_a_record_that_is_found_by_words_theme_place_and_time() {
    let server = Server::start(&town::demo(2000));
    let layers: BTreeSet<String> = server.json("/collections")["collections"]
        .as_array()
        .expect("collections")
        .iter()
        .map(|layer| layer["id"].as_str().expect("an id").to_owned())
        .collect();
    assert_eq!(ids(&server, "limit=1000"), layers);
    // Accents or not, either language; several words, of which one is enough.
    assert!(ids(&server, "q=cong%20trinh,%20nha").contains("buildings"));
    assert!(
        ids(&server, "q=Terrain").contains("terrain")
            && !ids(&server, "q=Terrain").contains("roads")
    );
    assert_eq!(ids(&server, "q=kh%C3%B4ng-c%C3%B3-t%E1%BB%AB-n%C3%A0y"), set(&[]));
    assert_eq!(ids(&server, "ids=roads,buildings"), set(&["buildings", "roads"]));
    assert_eq!(ids(&server, "theme=terrain"), set(&["terrain"]));
    assert!(ids(&server, "theme=transport").contains("roads"));
    assert!(!ids(&server, "theme=transport").contains("buildings"));
    assert_eq!(ids(&server, "type=service"), set(&[]));
    assert_eq!(ids(&server, "bbox=4,52,5,53"), set(&[]), "Delft is not in Tam Kỳ");
    assert!(ids(&server, "bbox=108.4,15.5,108.6,15.6").contains("parcels"));
    for wrong in ["q2=a", "bbox=1,2", "datetime=soon", "limit=0", "offset=-1", "f=iso"] {
        server.get(&format!("{ITEMS}?{wrong}")).expect(400);
    }
}

#[test]
fn pages_of_records_neither_lose_nor_repeat_one() {
    let server = Server::start(&town::demo(2000));
    let all = ids(&server, "limit=1000");
    let (mut seen, mut next) = (Vec::new(), Some(format!("{ITEMS}?limit=7")));
    while let Some(path) = next {
        let page = server.json(&path);
        assert_eq!(page["numberMatched"].as_u64(), Some(all.len() as u64));
        let features = page["features"].as_array().expect("features");
        seen.extend(features.iter().map(|record| record["id"].as_str().expect("an id").to_owned()));
        let links = page["links"].as_array().expect("links").iter();
        next = links
            .filter(|link| link["rel"] == "next")
            .find_map(|link| link["href"].as_str().map(str::to_owned));
    }
    assert_eq!(seen.len(), all.len());
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), all);
}

#[test]
fn people_read_the_catalogue_search_it_and_go_from_a_record_to_its_layer() {
    let server = Server::start(&town::demo(2000));
    let browser = |path: &str| {
        let request = server.request(reqwest::Method::GET, path);
        let reply = server.send(request.header("accept", "text/html,*/*;q=0.8")).expect(200);
        assert!(reply.header("content-type").starts_with("text/html"), "{path}");
        reply.text()
    };
    for path in [
        "/records",
        "/records/collections",
        "/records/collections/catalogue",
        "/records/conformance",
    ] {
        browser(path);
        assert!(server.json(path).is_object(), "{path}: programs get JSON");
    }
    // As the form sends it, with a field that is left empty.
    let found = browser(&format!("{ITEMS}?f=html&q=cong%20trinh&theme="));
    let count = ids(&server, "q=cong%20trinh").len();
    assert!(found.contains(&format!("{count} / {count} bản ghi")), "{found}");
    assert!(found.contains("value=\"cong trinh\"") && found.contains("synthetic"));
    let page = browser(&format!("{ITEMS}?limit=3"));
    let next = page.split("href=\"").find(|part| part.contains("rel=\"next\""));
    let next =
        next.and_then(|part| part.split('"').next()).expect("a next page").replace("&amp;", "&");
    let next = next.strip_prefix(server.address()).expect("of this server").to_owned();
    assert!(next.contains("f=html") && browser(&next).contains("bản ghi"));
    let record = browser(&format!("{ITEMS}/buildings"));
    for part in ["/collections/buildings?f=html", "f=iso", "Ghi công", "108."] {
        assert!(record.contains(part), "{part}: {record}");
    }
    // What somebody writes in the address is text.
    let odd = browser(&format!("{ITEMS}?q=%22%3E%3Cscript%3E"));
    assert!(!odd.contains("<script>"), "{odd}");
}

#[test]
fn a_record_says_where_from_whose_and_how_the_layer_can_be_had() {
    let server = Server::start(&town::demo(2000));
    let record = server.json(&format!("{ITEMS}/buildings"));
    let layer = server.json("/collections/buildings");
    let properties = &record["properties"];
    assert_eq!(properties["title"], layer["title"]);
    assert_eq!(properties["dothi"]["synthetic"], Value::Bool(true));
    let keywords = properties["keywords"].to_string();
    assert!(keywords.contains("synthetic"), "synthetic data says so: {keywords}");
    assert_eq!(properties["rights"], layer["attribution"]);
    assert_eq!(record["geometry"]["type"], "Polygon");
    let links: Vec<&str> = record["links"]
        .as_array()
        .expect("links")
        .iter()
        .filter_map(|link| link["href"].as_str())
        .collect();
    for part in ["f=fgb", "3dtiles/tileset.json", "f=iso", "f=dcat", "f=ttl"] {
        assert!(links.iter().any(|link| link.contains(part)), "{part}: {links:?}");
    }
    server.get(&format!("{ITEMS}/nothing")).expect(404);
    let tag = server.get(&format!("{ITEMS}/buildings?f=iso")).expect(200).header("etag").to_owned();
    let again = server.request(reqwest::Method::GET, &format!("{ITEMS}/buildings?f=iso"));
    assert_eq!(server.send(again.header("if-none-match", tag)).status, 304);
}

#[test]
fn a_layer_that_somebody_may_not_see_has_no_record_for_them() {
    let town = fixture::guarded_parcels();
    let mut catalogue = town.catalogue();
    let layers = catalogue["layer"].as_array_mut().expect("layers");
    for layer in layers {
        layer.as_table_mut().expect("a layer").insert("access".into(), "internal".into());
    }
    std::fs::write(town.dir().join("catalog.toml"), toml::to_string(&catalogue).expect("TOML"))
        .expect("ours");
    let server = Server::start(&town);
    assert_eq!(ids(&server, ""), set(&[]));
    for format in ["json", "iso", "dcat", "ttl"] {
        server.get(&format!("{ITEMS}/parcels?f={format}")).expect(404);
    }
    let turtle = server.get(&format!("{ITEMS}?f=ttl")).expect(200).text();
    assert!(!turtle.contains("parcels"), "{turtle}");
    let seen = server.get_as("land-officer-token", &format!("{ITEMS}/parcels")).expect(200).json();
    assert_eq!(seen["id"], "parcels");
}

#[test]
fn owslib_and_rdflib_read_the_catalogue() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let Some(python) = python::with(folder, "records-clients", &PACKAGES, "owslib, rdflib, lxml")
    else {
        return;
    };
    let server = Server::start(&town::demo(2000));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/records/clients.py");
    run(Command::new(python).arg(script).arg(server.address()))
        .unwrap_or_else(|why| panic!("{why}"));
}
