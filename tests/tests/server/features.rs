//! OGC API Features, Parts 1 and 2, as a client meets it.

use serde_json::Value;
use tests::{
    fixture,
    geometry::id_of,
    server::{Server, link},
    town,
};

#[test]
fn the_landing_page_leads_everywhere_with_absolute_links() {
    let server = Server::on(fixture::check_points(), &[]);
    let landing = server.json("/?f=json");
    for relation in ["self", "service-desc", "conformance", "data"] {
        let address = link(&landing, relation)
            .unwrap_or_else(|| panic!("no link '{relation}': {}", landing["links"]));
        assert!(address.starts_with(server.address()), "{address}");
        server.get(&address).expect(200);
    }
    let every = landing["links"].as_array().unwrap();
    assert!(every.iter().all(|link| link["href"].as_str().unwrap().starts_with("http://")));
}

#[test]
fn the_server_declares_what_it_conforms_to() {
    let server = Server::on(fixture::check_points(), &[]);
    let document = server.json("/conformance");
    let classes = document["conformsTo"].to_string();
    for class in [
        "ogcapi-features-1/1.0/conf/core",
        "ogcapi-features-1/1.0/conf/geojson",
        "ogcapi-features-1/1.0/conf/html",
        "ogcapi-features-2/1.0/conf/crs",
        "ogcapi-tiles-1/1.0/conf/core",
        "ogcapi-tiles-1/1.0/conf/mvt",
    ] {
        assert!(classes.contains(class), "{class} is not declared: {classes}");
    }
}

#[test]
fn a_collection_says_what_it_is_and_where_it_lies() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let list = server.json("/collections");
    let ids: Vec<_> =
        list["collections"].as_array().unwrap().iter().map(|c| c["id"].clone()).collect();
    for id in ["buildings", "roads", "terrain"] {
        assert!(ids.contains(&Value::from(id)), "{id} is listed: {ids:?}");
    }
    let buildings = server.json("/collections/buildings");
    let bbox = &buildings["extent"]["spatial"]["bbox"][0];
    // As `ogrinfo` has it: (105.751036, 10.015487) – (105.798223, 10.053053); 1e-5° is a metre.
    for (at, expected) in [105.751036, 10.015487, 105.798223, 10.053053].into_iter().enumerate() {
        assert!((bbox[at].as_f64().unwrap() - expected).abs() < 1e-5, "{bbox}");
    }
    assert_eq!(buildings["itemType"], "feature");
    assert!(buildings["storageCrs"].as_str().unwrap().ends_with("CRS84"));
    assert_eq!(buildings["dothi"]["role"], "buildings");
    assert_eq!(buildings["dothi"]["theme"], "base");
    server.json("/collections/buildings/schema");
    server.json("/collections/buildings/queryables");
}

#[test]
fn every_link_of_a_page_is_absolute_and_alive() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let page = server.json("/collections/roads/items?limit=5");
    let links = page["links"].as_array().unwrap();
    for relation in ["self", "alternate", "next"] {
        assert!(link(&page, relation).is_some(), "a page links to {relation}");
    }
    for link in links {
        let address = link["href"].as_str().unwrap();
        assert!(address.starts_with("http://"), "{address}");
        server.get(address).expect(200);
    }
    let id = id_of(&page["features"][0]);
    let feature = server.json(&format!("/collections/roads/items/{id}"));
    assert_eq!(id_of(&feature), id);
    assert!(link(&feature, "self").is_some() && link(&feature, "collection").is_some());
}

#[test]
fn an_equality_filter_keeps_exactly_the_features_that_match() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let all = server.all_items("roads", "");
    // The source has 1082 lines; three of them have no geometry, which the import reports.
    assert_eq!(all.len(), 1079);
    let kind = |feature: &Value| feature["properties"]["highway"].as_str().map(str::to_owned);
    let wanted = all.iter().find_map(|road| kind(road).filter(|kind| !kind.is_empty())).unwrap();
    let expected = all.iter().filter(|road| kind(road).as_ref() == Some(&wanted)).count();
    let found = server.json(&format!("/collections/roads/items?highway={wanted}&limit=10000"));
    assert_eq!(found["numberMatched"], expected);
    assert!(
        found["features"]
            .as_array()
            .unwrap()
            .iter()
            .all(|road| kind(road).as_ref() == Some(&wanted))
    );
}

#[test]
fn a_name_with_vietnamese_letters_can_be_filtered_by() {
    let server = Server::on(fixture::check_points(), &[]);
    let found = server.json("/collections/check-points/items?name=Tam%20K%E1%BB%B3");
    assert_eq!(found["numberMatched"], 1);
}

#[test]
fn datetime_is_read_in_every_form_and_leaves_layers_without_time_whole() {
    let server = Server::on(fixture::check_points(), &[]);
    for datetime in [
        "2026-01-01T00:00:00Z",
        "2020-01-01T00:00:00Z/2026-01-01T00:00:00Z",
        "../2026-01-01T00:00:00Z",
        "2020-01-01T00:00:00Z/..",
        "2020-01-01T00:00:00%2B07:00",
    ] {
        let path = format!("/collections/check-points/items?datetime={datetime}");
        let found = server.get(&path).expect(200).json();
        assert!(found["numberMatched"].as_u64().is_some(), "{path}");
    }
}

#[test]
fn an_unchanged_answer_is_not_sent_again() {
    let server = Server::on(fixture::check_points(), &[]);
    for path in
        ["/collections", "/collections/check-points", "/collections/check-points/items", "/api"]
    {
        let first = server.get(path).expect(200);
        let tag = first.header("etag").to_owned();
        assert!(!tag.is_empty(), "{path} has no ETag");
        let request = server
            .request(reqwest::Method::GET, path)
            .header("accept", "application/json, */*;q=0.5")
            .header("if-none-match", &tag);
        let again = server.send(request).expect(304);
        assert!(again.body.is_empty(), "{path}");
    }
}

#[test]
fn unknown_things_are_404_with_a_problem_document() {
    let server = Server::on(fixture::check_points(), &[]);
    for path in [
        "/collections/nothing",
        "/collections/nothing/items",
        "/collections/check-points/items/987654321",
        "/collections/nothing/tiles/WebMercatorQuad/0/0/0",
        "/collections/check-points/tiles/NoSuchGrid/0/0/0",
        "/tileMatrixSets/NoSuchGrid",
        "/styles/nothing",
        "/codelists/nothing",
        "/nothing",
    ] {
        let reply = server.get(path).expect(404);
        assert_eq!(reply.header("content-type"), "application/problem+json", "{path}");
        let problem = reply.json();
        assert_eq!(problem["status"], 404, "{path}");
        assert!(!problem["detail"].as_str().unwrap_or_default().is_empty(), "{path}: {problem}");
    }
}
