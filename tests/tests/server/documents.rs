//! Documents around the data: OpenAPI, styles, code lists, search.

use serde_json::Value;
use tests::{fixture, server::Server, town};

#[test]
fn the_api_document_describes_every_path_that_it_names() {
    let server = Server::on(fixture::check_points(), &[]);
    let api = server.json("/api");
    assert!(api["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths = api["paths"].as_object().unwrap();
    for path in
        ["/", "/conformance", "/collections", "/collections/{collectionId}/items", "/search"]
    {
        let known = paths.keys().any(|key| same_shape(key, path));
        assert!(known, "{path} is not described: {:?}", paths.keys().collect::<Vec<_>>());
    }
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().unwrap() {
            let answers = operation["responses"].as_object();
            assert!(answers.is_some_and(|a| !a.is_empty()), "{method} {path} says no answer");
            let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
            for name in path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
                let told = parameters.iter().any(|parameter| parameter["name"] == name);
                assert!(told, "{method} {path} does not describe '{name}'");
            }
        }
    }
    // What it says exists, exists: no path without a variable is 404. Streams of events have no end.
    let is_stream = |methods: &Value| {
        methods.pointer("/get/responses/200/content/text~1event-stream").is_some()
    };
    let plain = paths.iter().filter(|(path, methods)| !path.contains('{') && !is_stream(methods));
    for (path, _) in plain {
        let reply = server.get(path);
        assert!(
            reply.status < 500 && (reply.status != 404 || path == "/3d"),
            "{path}: {}",
            reply.status
        );
    }
}

#[test]
fn every_style_layer_draws_a_collection_that_is_there() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let list = server.json("/styles");
    assert!(list["styles"].as_array().is_some_and(|styles| !styles.is_empty()), "{list}");
    let style = server.json("/styles/dothi?f=mapbox");
    assert_eq!(style["version"], 8);
    let sources = style["sources"].as_object().unwrap();
    let layers = style["layers"].as_array().unwrap();
    let mut drawn = Vec::new();
    for layer in layers {
        let id = &layer["id"];
        if let Some(source) = layer["source"].as_str() {
            assert!(sources.contains_key(source), "{id} draws from no source: {source}");
        }
        if let Some(collection) = layer["metadata"]["dothi:collection"].as_str() {
            server.get(&format!("/collections/{collection}")).expect(200);
            drawn.push(collection.to_owned());
        }
        legend_is_in_both_languages(layer);
    }
    for collection in ["buildings", "roads"] {
        assert!(
            drawn.iter().any(|name| name == collection),
            "{collection} is not drawn: {drawn:?}"
        );
    }
    let text = style.to_string();
    for address in text.split('"').filter(|part| part.starts_with("http")) {
        assert!(address.starts_with(server.address()), "the style leads outside: {address}");
    }
}

fn legend_is_in_both_languages(layer: &Value) {
    let Some(entries) = layer["metadata"]["dothi:legend"].as_array() else { return };
    for entry in entries {
        for language in ["vi", "en"] {
            let word = entry[language].as_str().unwrap_or_default();
            assert!(!word.is_empty(), "{}: a legend without '{language}'", layer["id"]);
        }
    }
}

#[test]
fn search_folds_accents_and_the_letter_dd() {
    let server = Server::on(fixture::check_points(), &[]);
    for asked in ["tam ky", "TAM K%E1%BB%B2", "Tam%20K%E1%BB%B3"] {
        let found = server.json(&format!("/search?q={}", asked.replace(' ', "%20")));
        assert!(found.to_string().contains("Tam Kỳ"), "{asked}: {found}");
    }
}

#[test]
fn search_finds_a_street_of_ninh_kieu_by_its_plain_name() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    // Roads of the source whose names carry accents.
    let roads = server.all_items("roads", "");
    let accented = |name: &str| name.contains('Đ') && name.len() < 40;
    let name = roads
        .iter()
        .filter_map(|road| road["properties"]["name"].as_str())
        .find(|name| accented(name))
        .expect("a street with Đ in its name");
    let plain: String =
        name.chars().map(|letter| if letter == 'Đ' { 'D' } else { letter }).collect();
    let reply =
        server.send(server.request(reqwest::Method::GET, "/search").query(&[("q", &plain)]));
    assert!(reply.expect(200).text().contains(name), "'{plain}' does not find '{name}'");
}

#[test]
fn code_lists_carry_their_sources_and_dates() {
    let server = Server::on(fixture::check_points(), &[]);
    let list = server.json("/codelists");
    let lists = list["codelists"].as_array().or_else(|| list.as_array()).unwrap();
    assert!(!lists.is_empty());
    for entry in lists {
        let id = entry["id"].as_str().unwrap();
        let document = server.json(&format!("/codelists/{id}"));
        assert!(!document["source"].to_string().is_empty(), "{id}");
        assert!(document.to_string().contains("\"vi\""), "{id} speaks no Vietnamese");
    }
}

#[test]
fn every_document_has_a_page_for_people_in_vietnamese() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    for path in [
        "/?f=html",
        "/conformance?f=html",
        "/api?f=html",
        "/collections?f=html",
        "/collections/roads?f=html",
        "/collections/roads/items?f=html&limit=3",
    ] {
        let reply = server.get(path).expect(200);
        assert!(reply.header("content-type").starts_with("text/html"), "{path}");
        let page = reply.text();
        assert!(page.contains("lang=\"vi\""), "{path} is not in Vietnamese");
        assert!(page.contains("</html>"), "{path} is cut off");
    }
}

/// Whether two paths are the same but for the names of their variables.
fn same_shape(a: &str, b: &str) -> bool {
    let parts = |path: &str| -> Vec<String> {
        path.split('/')
            .map(|part| if part.starts_with('{') { "{}".into() } else { part.into() })
            .collect()
    };
    parts(a) == parts(b)
}
