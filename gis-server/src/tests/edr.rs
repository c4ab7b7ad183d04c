//! Observations by where they are: the nearest thing, and those along a line.

use axum::http::Method;
use serde_json::{Value, json};

use super::fixture::Service;

const ROOT: &str = "/edr/collections/gauges";

/// Two gauges, "Tam Kỳ" at 108.49 and "Bàn Thạch" at 108.50, both at 15.57, with a level each.
async fn gauges() -> Service {
    let service = Service::with_gauges();
    service.make_things();
    let path = "/sensorthings/v1.1/Datastreams?$filter=ObservedProperty/name%20eq%20%27M%E1%BB%B1c%20n%C6%B0%E1%BB%9Bc%27&$orderby=id";
    let streams = service.json(path).await;
    let now = feeds::Clock::now(&feeds::SystemClock).to_string();
    for (stream, level) in streams["value"].as_array().unwrap().iter().zip([1.25, 0.75]) {
        let path = format!("/sensorthings/v1.1/Datastreams({})/Observations", stream["@iot.id"]);
        let body = json!({ "phenomenonTime": now, "result": level }).to_string();
        let headers = [("content-type", "application/json")];
        assert_eq!(service.ask(Method::POST, &path, &headers, &body).await.status, 201);
    }
    service
}

/// The names of the things of coverages, in their order.
fn names(coverages: &Value) -> Vec<String> {
    let coverages = coverages["coverages"].as_array().unwrap().iter();
    coverages.map(|it| it["dothi:thing"]["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_position_is_answered_by_the_nearest_thing_within_a_distance() {
    let service = gauges().await;
    for (query, expected) in [
        // Some 530 m east of the first gauge, and as far west of the second: the first is a little nearer.
        ("coords=POINT(108.4949+15.57)", vec!["Tam Kỳ"]),
        ("coords=POINT(108.4951+15.57)", vec!["Bàn Thạch"]),
        ("coords=POINT(108.52+15.57)", vec![]),
        ("coords=POINT(108.52+15.57)&within=3&within-units=km", vec!["Bàn Thạch"]),
        ("coords=POINT(108.4949+15.57)&within=100&within-units=m", vec![]),
        ("coords=POINT(108.49+15.57)&parameter-name=ph", vec![]),
    ] {
        let found = service.json(&format!("{ROOT}/position?{query}")).await;
        assert_eq!(names(&found), expected, "{query}: {found}");
        assert_eq!(found["type"], "CoverageCollection");
    }
    let found = service.json(&format!("{ROOT}/position?coords=POINT(108.49+15.57)")).await;
    let ranges = found["coverages"][0]["ranges"].as_object().unwrap();
    assert_eq!(ranges.values().next().unwrap()["values"], json!([1.25]), "{found}");
    // The fixture reckons its places: a rounding beside what is written here.
    let x = found["coverages"][0]["domain"]["axes"]["x"]["values"][0].as_f64().unwrap();
    assert!((x - 108.49).abs() < 1e-9, "{x}");
}

#[tokio::test]
async fn a_trajectory_is_answered_by_the_things_along_it_in_its_order() {
    let service = gauges().await;
    let (east, west) = ("108.48+15.575,108.51+15.575", "108.51+15.575,108.48+15.575");
    for (query, expected) in [
        (format!("coords=LINESTRING({east})"), vec!["Tam Kỳ", "Bàn Thạch"]),
        (format!("coords=LINESTRING({west})"), vec!["Bàn Thạch", "Tam Kỳ"]),
        // The line runs 556 m north of both.
        (format!("coords=LINESTRING({east})&within=550&within-units=m"), vec![]),
        (
            format!("coords=LINESTRING({east})&within=560&within-units=m"),
            vec!["Tam Kỳ", "Bàn Thạch"],
        ),
        ("coords=LINESTRING(108.46+15.57,108.481+15.57)".to_owned(), vec!["Tam Kỳ"]),
    ] {
        let found = service.json(&format!("{ROOT}/trajectory?{query}")).await;
        assert_eq!(names(&found), expected, "{query}: {found}");
    }
}

#[tokio::test]
async fn a_collection_says_how_it_is_asked_and_refuses_what_is_no_place() {
    let service = gauges().await;
    let collection = service.json(ROOT).await;
    let queries = collection["data_queries"].as_object().unwrap();
    for name in ["position", "trajectory", "radius", "area", "cube", "locations", "items"] {
        let link = &queries[name]["link"];
        assert!(link["href"].as_str().unwrap().ends_with(&format!("/{name}")), "{link}");
        assert_eq!(link["variables"]["query_type"], name);
    }
    for path in [
        "position",
        "position?coords=POINT(108.5)",
        "position?coords=POINT(108.5+15.6)&within=3",
        "position?coords=POINT(108.5+15.6)&within=500&within-units=km",
        "position?coords=POINT(108.5+15.6)&colour=red",
        "trajectory?coords=POINT(108.5+15.6)",
        "trajectory?coords=LINESTRING(108.5+15.6)",
    ] {
        let refused = service.get(&format!("{ROOT}/{path}")).await;
        assert_eq!(refused.status, 400, "{path}: {}", refused.text());
    }
    let none = service.get("/edr/collections/none/position?coords=POINT(1+1)").await;
    assert_eq!(none.status, 404);
}
