use axum::http::Method;
use serde_json::{Value as Json, json};

use super::fixture::{Answer, Service};
use crate::http::query::encode;

fn items(collection: &str, filter: &str, more: &str) -> String {
    format!("/collections/{collection}/items?filter={}{more}", encode(filter))
}

fn ids(page: &Json) -> Vec<u64> {
    let features = page["features"].as_array().unwrap();
    assert_eq!(page["numberReturned"], features.len());
    features.iter().map(|feature| feature["id"].as_u64().unwrap()).collect()
}

fn detail(answer: &Answer) -> String {
    assert_eq!(answer.status, 400, "{}", answer.text());
    let problem = answer.json();
    assert!(!problem["detail"].as_str().unwrap().is_empty());
    problem["detail_en"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn items_are_filtered_by_text_and_by_json_and_with_all_other_parameters() {
    let service = Service::start();
    let json = r#"{"op":"and","args":[{"op":">","args":[{"property":"depth"},2]},{"op":"<","args":[{"property":"depth"},5]}]}"#;
    for (path, expected) in [
        (items("wells", "depth > 2 AND depth < 5", ""), &[2, 3, 4][..]),
        (items("wells", json, "&filter-lang=cql2-json"), &[2, 3, 4]),
        (
            items("wells", "CASEI(name) LIKE CASEI('giẾNG _')", "&filter-lang=cql2-text"),
            &[1, 2, 3, 4, 5],
        ),
        (items("wells", "ACCENTI(name) = 'Gieng 3'", ""), &[3]),
        (items("wells", "\"from\" >= DATE('2025-03-01')", "&depth=4.5"), &[4]),
        (items("wells", "depth > 2", "&datetime=2025-03-15"), &[2, 3]),
        (items("wells", "depth > 2", "&bbox=108.4739,15.5735,108.4751,15.5737"), &[2]),
        (items("wells", "S_INTERSECTS(geometry, POINT(108.474 15.5736))", ""), &[1]),
        (
            items(
                "wells",
                "S_INTERSECTS(geometry, BBOX(577443,1722521,577463,1722541))",
                "&filter-crs=http://www.opengis.net/def/crs/EPSG/0/5899",
            ),
            &[1],
        ),
        (
            items(
                "wells",
                "S_WITHIN(geometry, POLYGON((15.57 108.47,15.58 108.47,15.58 108.4745,15.57 108.4745,15.57 108.47)))",
                "&filter-crs=http://www.opengis.net/def/crs/EPSG/0/4326",
            ),
            &[1],
        ),
        (items("wells", "dwithin(geometry, POINT(108.474 15.5736), 120)", ""), &[1, 2]),
        (items("wells", "loai = 'XXX' OR NOT (loai = 'ODT')", ""), &[5]),
        (items("parcels", "area(geometry) > 7500 AND thua IN ('1', '2')", ""), &[0, 1]),
    ] {
        let page = service.json(&path).await;
        assert_eq!(ids(&page), expected, "{path}");
        assert_eq!(page["numberMatched"], expected.len(), "{path}");
    }
}

#[tokio::test]
async fn pages_of_a_filter_follow_their_links_and_hold_each_feature_once() {
    let service = Service::start();
    let mut path = items("parcels", "thua <> '3' AND to_bd = '12'", "&limit=2");
    let mut all = Vec::new();
    loop {
        let page = service.json(&path).await;
        assert_eq!(page["numberMatched"], 9);
        all.extend(ids(&page));
        let next = page["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next");
        let Some(next) = next else { break };
        let href = next["href"].as_str().unwrap();
        assert!(href.contains("filter="), "{href}");
        path = href.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned();
    }
    assert_eq!(all, [0, 1, 3, 4, 5, 6, 7, 8, 9]);
}

#[tokio::test]
async fn exports_and_pages_for_people_hold_what_the_filter_finds() {
    let service = Service::start();
    let csv = service.get(&items("wells", "depth >= 4.5", "&f=csv")).await;
    assert_eq!(csv.text().lines().count(), 3, "{}", csv.text());
    let html = service.get(&items("wells", "depth >= 4.5", "&f=html")).await.text();
    assert!(html.contains("Giếng 4") && !html.contains("Giếng 3"));
    let whole = service.get("/collections/wells/items?f=fgb").await;
    let part = service.get(&items("wells", "depth >= 4.5", "&f=fgb")).await;
    assert_eq!((whole.status, part.status), (200.try_into().unwrap(), 200.try_into().unwrap()));
    let has = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    assert!(has(&whole.body, "Giếng 3") && !has(&part.body, "Giếng 3"));
    assert!(has(&part.body, "Giếng 5"));
}

#[tokio::test]
async fn edited_features_are_filtered_like_published_ones() {
    let service = Service::start();
    let edited = json!({
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [108.48, 15.58]},
        "properties": {"name": "Giếng đào", "depth": 9.5, "from": "2025-01-01", "loai": "ODT"},
    });
    let put =
        service.ask(Method::PUT, "/collections/wells/items/2", &[], &edited.to_string()).await;
    assert_eq!(put.status, 204, "{}", put.text());
    for (filter, expected) in [
        ("depth > 5", &[2, 5][..]),
        ("depth < 3", &[1]),
        ("ACCENTI(name) LIKE '%dao'", &[2]),
        ("S_INTERSECTS(geometry, BBOX(108.479,15.579,108.481,15.581))", &[2]),
        ("S_INTERSECTS(geometry, BBOX(108.4749,15.5735,108.4751,15.5737))", &[]),
    ] {
        assert_eq!(ids(&service.json(&items("wells", filter, "")).await), expected, "{filter}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_place() {
    let service = Service::start();
    for (filter, more, named) in [
        ("depth >", "", "Parameter 'filter': at character 8"),
        ("depth > 'x'", "", "at character 9: a number is needed here"),
        (
            "name = 'Giếng' AND dep = 1",
            "",
            "at character 20: collection 'wells' has no property 'dep'",
        ),
        ("", "", "at character 1"),
        (
            "{\"op\":\"=\",\"args\":[{\"property\":\"depth\"}]}",
            "&filter-lang=cql2-json",
            "at JSON pointer '/args': 2 arguments",
        ),
        ("{\"op\":", "&filter-lang=cql2-json", "at character"),
        ("depth > 1", "&filter-lang=cql", "'filter-lang'"),
        ("depth > 1", "&filter-crs=EPSG:27700", "'filter-crs'"),
        (
            "S_INTERSECTS(geometry, POINT(1 1))",
            "&filter-crs=http://www.opengis.net/def/crs/EPSG/0/5899",
            "at character 24: lies outside",
        ),
    ] {
        let answer = service.get(&items("wells", filter, more)).await;
        assert!(detail(&answer).contains(named), "{filter}: {}", answer.text());
    }
    for path in [
        "/collections/wells/tiles/WebMercatorQuad/0/0/0",
        "/collections/wells/tiles",
        "/tiles/WebMercatorQuad/0/0/0",
        "/tiles/WebMercatorQuad",
    ] {
        let answer = service.get(&format!("{path}?filter=depth")).await;
        assert!(detail(&answer).contains("at character 1"), "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_hidden_property_is_refused_as_if_it_did_not_exist_in_every_surface() {
    let service = Service::start();
    for path in [
        "/collections/parcels/items?filter=",
        "/collections/parcels/items?f=csv&filter=",
        "/collections/parcels/tiles/WebMercatorQuad/0/0/0?filter=",
        "/collections/parcels/tiles/WebMercatorQuad?f=tilejson&filter=",
    ] {
        let refused = async |name: &str| {
            let filter = encode(&format!("{name} LIKE '%Kiểm%'"));
            detail(&service.get(&format!("{path}{filter}")).await).replace(name, "_")
        };
        assert_eq!(refused("chu").await, refused("không_có").await, "{path}");
    }
}

#[tokio::test]
async fn tiles_show_what_the_filter_finds_under_a_tag_of_their_own() {
    let service = Service::start();
    // The tile of zoom 14 that holds the wells.
    let tile = "/collections/wells/tiles/WebMercatorQuad/14/7474/13128";
    let whole = service.get(tile).await;
    let of = async |filter: &str| service.get(&format!("{tile}?filter={}", encode(filter))).await;
    let (deep, shallow, none) =
        (of("depth > 3").await, of("depth <= 3").await, of("depth > 99").await);
    assert_eq!((whole.status, deep.status), (200.try_into().unwrap(), 200.try_into().unwrap()));
    assert_eq!(none.status, 204);
    let tags = [&whole, &deep, &shallow, &none].map(|answer| answer.header("etag").to_owned());
    let different: std::collections::BTreeSet<_> = tags.iter().collect();
    assert_eq!(different.len(), 4, "{tags:?}");
    assert!(deep.body.len() < whole.body.len() && shallow.body.len() < whole.body.len());
    let again = service
        .ask(
            Method::GET,
            &format!("{tile}?filter=depth%20%3E%203"),
            &[("if-none-match", &tags[1])],
            "",
        )
        .await;
    assert_eq!(again.status, 304);
    // The same filter, written otherwise, is the same tile.
    assert_eq!(of("(depth)>3").await.header("etag"), tags[1]);
    let several = service
        .get("/tiles/WebMercatorQuad/14/7474/13128?collections=wells&filter=depth%20%3E%203")
        .await;
    assert_eq!(several.body, deep.body);
    let document = service
        .json("/collections/wells/tiles/WebMercatorQuad?f=tilejson&filter=depth%20%3E%203")
        .await;
    let template = document["tiles"][0].as_str().unwrap();
    assert!(template.ends_with("/{z}/{y}/{x}?filter=depth%20%3E%203"), "{template}");
}

#[tokio::test]
async fn a_filter_that_takes_too_much_is_stopped_with_a_clear_answer() {
    let service = Service::with(|config| config.limits.filter_steps = 4);
    for path in [
        items("wells", "depth + 0 > 1", ""),
        items("wells", "depth + 0 > 1", "&f=csv"),
        "/collections/wells/tiles/WebMercatorQuad/0/0/0?filter=depth%20%2B%200%20%3E%201"
            .to_owned(),
    ] {
        let answer = service.get(&path).await;
        assert!(detail(&answer).contains("more than 4 steps"), "{path}: {}", answer.text());
        assert_eq!(answer.json()["type"], "urn:dothi:problem:filter-too-costly");
    }
    let service = Service::start();
    let long = format!("depth > 1{}", " AND depth > 1".repeat(500));
    assert_eq!(service.get(&items("wells", &long, "")).await.status, 414);
}

#[tokio::test]
async fn what_filters_may_name_is_told() {
    let service = Service::start();
    let queryables = service.json("/collections/wells/queryables").await;
    let property = |name: &str| queryables["properties"][name].clone();
    assert_eq!(property("depth")["type"], "number");
    assert_eq!(
        (&property("from")["type"], &property("from")["format"]),
        (&json!("string"), &json!("date"))
    );
    assert_eq!(property("geometry")["x-ogc-role"], "primary-geometry");
    let functions = service.json("/functions").await;
    let all = functions["functions"].as_array().unwrap();
    let area = all.iter().find(|function| function["name"] == "area").unwrap();
    assert_eq!(area["arguments"][0]["type"], json!(["geometry"]));
    assert_eq!(area["returns"], json!(["number"]));
    assert!(service.get("/functions?f=html").await.text().contains("dwithin"));
    let classes = service.json("/conformance").await["conformsTo"].to_string();
    for class in [
        "conf/filter",
        "conf/features-filter",
        "cql2/1.0/conf/cql2-text",
        "cql2/1.0/conf/arithmetic",
    ] {
        assert!(classes.contains(class), "{class}");
    }
}
