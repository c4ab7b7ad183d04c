//! Filters on maps: OGC API Maps, and WMS's GetMap and GetFeatureInfo.

use axum::http::Method;

use super::{
    fixture::{Answer, Service},
    maps::{Picture, WELL},
};
use crate::http::query::encode;

const EDGES: &str = "bbox=108.470,15.570,108.480,15.5772&width=400&height=400";

/// Where wells 1 to 5 stand in the picture.
const WELLS: [u32; 5] = [160, 200, 240, 280, 320];

fn map(filter: &str, more: &str) -> String {
    format!("/collections/wells/map?{EDGES}&filter={}{more}", encode(filter))
}

fn wms(layers: &str, more: &str) -> String {
    format!(
        "/wms?service=WMS&version=1.3.0&request=GetMap&layers={layers}&styles=&format=image/png&transparent=TRUE&crs=CRS:84&{EDGES}{more}"
    )
}

fn info(more: &str) -> String {
    wms("wells", more).replace("GetMap", "GetFeatureInfo&query_layers=wells&feature_count=10")
}

/// Which of the wells are in a picture.
fn shown(answer: &Answer) -> Vec<usize> {
    let picture = Picture::of(answer);
    let there = |n: &usize| picture.at(WELLS[*n - 1], 200) == WELL;
    (1..=5).filter(there).collect()
}

fn said(answer: &Answer) -> String {
    assert_eq!(answer.status, 400, "{}", answer.text());
    answer.text()
}

#[tokio::test]
async fn a_map_shows_what_the_filter_finds_under_a_tag_of_its_own() {
    let service = Service::start();
    let whole = service.get(&format!("/collections/wells/map?{EDGES}")).await;
    assert_eq!(shown(&whole), [1, 2, 3, 4, 5]);
    let deep = service.get(&map("depth > 3", "")).await;
    assert_eq!(shown(&deep), [3, 4, 5]);
    assert_ne!(whole.header("etag"), deep.header("etag"));
    assert_eq!(shown(&service.get(&map("name = 'Giếng 2'", "")).await), [2]);
    let json = r#"{"op":"<","args":[{"property":"depth"},3]}"#;
    assert_eq!(shown(&service.get(&map(json, "&filter-lang=cql2-json")).await), [1, 2]);
    let zone = "S_INTERSECTS(geometry,BBOX(577500,1722000,577800,1723000))";
    let crs = "&filter-crs=http://www.opengis.net/def/crs/EPSG/0/5899";
    assert_eq!(shown(&service.get(&map(zone, crs)).await), [2, 3, 4]);
    let tag = deep.header("etag");
    let again =
        service.ask(Method::GET, &map("(depth)>3", ""), &[("if-none-match", tag)], "").await;
    assert_eq!(again.status, 304, "the same filter, written otherwise");
    // Time and filter must both hold.
    assert_eq!(shown(&service.get(&map("depth > 2", "&datetime=2025-03-02")).await), [2, 3]);
}

#[tokio::test]
async fn a_filter_over_several_layers_names_what_all_of_them_have() {
    let service = Service::start();
    let inside = encode("S_INTERSECTS(geometry,BBOX(108.4735,15.57,108.4745,15.58))");
    let two = format!("/map?collections=roads,wells&{EDGES}&filter={inside}");
    assert_eq!(shown(&service.get(&two).await), [1]);
    assert_eq!(service.get(&format!("/map?{EDGES}&filter={inside}")).await.status, 200);
    let named = format!("/map?collections=roads,wells&{EDGES}&filter={}", encode("depth > 3"));
    assert!(said(&service.get(&named).await).contains("'roads' has no property 'depth'"));
}

#[tokio::test]
async fn wms_takes_one_filter_for_all_layers_or_one_for_each() {
    let service = Service::start();
    let of = async |layers: &str, more: &str| shown(&service.get(&wms(layers, more)).await);
    let deep = encode("depth > 3");
    assert_eq!(of("wells", "").await, [1, 2, 3, 4, 5]);
    assert_eq!(of("wells", &format!("&filter={deep}")).await, [3, 4, 5]);
    assert_eq!(of("wells", &format!("&CQL_FILTER={deep}")).await, [3, 4, 5]);
    assert_eq!(of("roads,wells", &format!("&cql_filter=INCLUDE;{deep}")).await, [3, 4, 5]);
    let both = encode("ten = 'Lê Lợi';name = 'Giếng 4'");
    assert_eq!(of("roads,wells", &format!("&cql_filter={both}")).await, [4]);
    assert_eq!(of("wells", "&cql_filter=include").await, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn what_lies_at_a_pixel_is_told_of_what_the_filter_finds() {
    let service = Service::start();
    let count = async |more: &str| {
        let found = service.json(&info(more)).await;
        found["features"].as_array().unwrap().len()
    };
    assert_eq!(count("&i=240&j=200").await, 1);
    assert_eq!(count(&format!("&i=240&j=200&filter={}", encode("depth > 3"))).await, 1);
    assert_eq!(count(&format!("&i=240&j=200&filter={}", encode("depth < 3"))).await, 0);
    let each = info(&format!("&i=240&j=200&cql_filter=INCLUDE;{}", encode("depth < 3")));
    let each = each.replace("&layers=wells", "&layers=roads,wells");
    assert_eq!(service.json(&each).await["features"].as_array().unwrap().len(), 0);
    let other = each.replace("query_layers=wells", "query_layers=parcels");
    assert!(said(&service.get(&other).await).contains("not among layers"));
}

#[tokio::test]
async fn what_is_wrong_with_a_filter_is_told_with_its_place_as_on_items() {
    let service = Service::start();
    for (filter, place) in [
        ("depth", "at character 1"),
        ("name = 'Giếng' AND dep = 1", "at character 20"),
        ("depth > ", "at character 9"),
    ] {
        for path in [map(filter, ""), wms("wells", &format!("&filter={}", encode(filter)))] {
            assert!(said(&service.get(&path).await).contains(place), "{path}");
        }
    }
    let second = wms("roads,wells", &format!("&cql_filter=INCLUDE;{}", encode("deep = 1")));
    let text = said(&service.get(&second).await);
    assert!(text.contains("cql_filter[2]") && text.contains("at character 1"), "{text}");
    for (more, told) in [
        ("&cql_filter=a;b;c", "3 filters for 1 layers"),
        ("&cql_filter=depth%3E3&filter=depth%3E3", "not both"),
        ("&filter=%3CFilter%3E", "not XML"),
        ("&filter=depth%3E3&filter-lang=cql", "filter-lang"),
        ("&filter=depth%3E3&filter-crs=EPSG:27700", "filter-crs"),
    ] {
        assert!(said(&service.get(&wms("wells", more)).await).contains(told), "{more}");
    }
    for surface in [
        "/collections/parcels/map?filter=",
        "/wms?request=GetMap&layers=parcels&crs=CRS:84&bbox=108,15,109,16&width=9&height=9&filter=",
    ] {
        let refused = async |name: &str| {
            let filter = encode(&format!("{name} LIKE '%Kiểm%'"));
            said(&service.get(&format!("{surface}{filter}")).await).replace(name, "_")
        };
        assert_eq!(refused("chu").await, refused("không_có").await, "{surface}");
    }
}

#[tokio::test]
async fn a_filter_of_a_map_that_takes_too_much_is_stopped() {
    let service = Service::with(|config| config.limits.filter_steps = 4);
    let costly = encode("depth > 1");
    for path in [
        map("depth > 1", ""),
        wms("wells", &format!("&filter={costly}")),
        info(&format!("&i=240&j=200&filter={}", encode("depth > 1 AND depth > 2 AND depth > 3"))),
    ] {
        assert!(said(&service.get(&path).await).contains("more than 4 steps"), "{path}");
    }
}
