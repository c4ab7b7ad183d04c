//! Gauges of a layer become Things, their observations come in and are seen everywhere.

use axum::http::Method;
use serde_json::{Value as Json, json};

use super::fixture::{Answer, Service};

/// A service whose gauges are Things.
async fn sensing() -> Service {
    let service = Service::with_gauges();
    service.make_things();
    service
}

async fn observe(service: &Service, stream: i64, time: &str, level: f64) -> Answer {
    let path = format!("/sensorthings/v1.1/Datastreams({stream})/Observations");
    let body = json!({ "phenomenonTime": time, "result": level }).to_string();
    service.ask(Method::POST, &path, &[("content-type", "application/json")], &body).await
}

/// The number of the datastream of the first gauge's level.
async fn level_stream(service: &Service) -> i64 {
    let path = "/sensorthings/v1.1/Datastreams?$filter=ObservedProperty/name%20eq%20%27M%E1%BB%B1c%20n%C6%B0%E1%BB%9Bc%27&$orderby=id";
    service.json(path).await["value"][0]["@iot.id"].as_i64().unwrap()
}

#[tokio::test]
async fn features_of_a_layer_of_gauges_are_things_made_once() {
    let service = sensing().await;
    let things = service.json("/sensorthings/v1.1/Things?$count=true&$expand=Datastreams").await;
    assert_eq!(things["@iot.count"], 2);
    let thing = &things["value"][0];
    assert_eq!(thing["properties"]["role"], "gauges");
    assert_eq!(thing["properties"]["feature"], json!({"layer": "gauges", "id": 1}));
    assert_eq!(thing["properties"]["simulated"], true);
    let level = thing["Datastreams"]
        .as_array()
        .unwrap()
        .iter()
        .find(|stream| stream["name"].as_str().unwrap().starts_with("Mực nước"));
    let thresholds = &level.unwrap()["properties"]["rules"]["thresholds"];
    let values: Vec<&Json> = thresholds.as_array().unwrap().iter().map(|it| &it["value"]).collect();
    assert_eq!(values, [1.7, 2.2, 2.7]);
    assert_eq!(thresholds[0]["source"], "QĐ 05/2020/QĐ-TTg");
    service.make_things();
    let again = service.json("/sensorthings/v1.1/Things?$count=true&$top=0").await;
    assert_eq!(again["@iot.count"], 2);
}

#[tokio::test]
async fn an_observation_that_came_in_is_the_latest_value_with_its_alarm_and_stands_in_the_chart() {
    let service = sensing().await;
    let stream = level_stream(&service).await;
    for (time, level) in [("2026-11-21T05:00:00Z", 1.6), ("2026-11-21T05:10:00Z", 2.3)] {
        let answer = observe(&service, stream, time, level).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert!(answer.header("location").starts_with("http://127.0.0.1:8080/sensorthings/v1.1/"));
    }
    let latest = service.json("/live/latest?roles=gauges").await;
    let values = &latest["features"][0]["properties"]["values"];
    let value = values.as_array().unwrap().iter().find(|value| value["datastream"] == stream);
    let value = value.unwrap();
    assert_eq!((&value["result"], &value["unit"]), (&json!(2.3), &json!("m")));
    assert_eq!(
        (&value["alarm"]["level"], &value["alarm"]["title"]["vi"]),
        (&json!(2), &json!("Báo động II"))
    );
    assert!(latest["seq"].as_i64().unwrap() >= 2);
    let chart = format!(
        "/live/series?datastream={stream}&from=2026-11-21T00:00:00Z&to=2026-11-22T00:00:00Z"
    );
    let series = service.json(&chart).await;
    assert_eq!((&series["value"], &series["resolution"]), (&json!([1.6, 2.3]), &json!("raw")));
    assert_eq!(series["thresholds"][2]["value"], 2.7);
    assert_eq!(service.json("/live/health").await["stored"], 2);
    assert_eq!(service.json("/live/latest?roles=lamps").await["features"], json!([]));
}

#[tokio::test]
async fn who_holds_no_token_of_a_device_reads_and_sends_nothing() {
    let service = Service::with_gauges_and_tokens(
        "[[token]]\nname = \"Trạm\"\ntoken = \"secret-of-a-station\"\nroles = [\"device\"]\n",
    );
    service.make_things();
    let stream = level_stream(&service).await;
    let refused = observe(&service, stream, "2026-11-21T05:00:00Z", 1.0).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    let headers =
        [("content-type", "application/json"), ("authorization", "Bearer secret-of-a-station")];
    let path = format!("/sensorthings/v1.1/Datastreams({stream})/Observations");
    let sent = service.ask(Method::POST, &path, &headers, r#"{"result": 1.0}"#).await;
    assert_eq!(sent.status, 201, "{}", sent.text());
    let thing = service
        .ask(
            Method::POST,
            "/sensorthings/v1.1/Things",
            &headers,
            r#"{"name": "x", "description": "y"}"#,
        )
        .await;
    assert_eq!(thing.status, 403, "a device makes no Things");
}

#[tokio::test]
async fn questions_that_make_no_sense_are_refused() {
    let service = sensing().await;
    for path in [
        "/live/latest?bbox=1,2,3",
        "/live/latest?colour=red",
        "/live/series",
        "/live/series?datastream=x",
        "/live/series?datastream=0",
        "/live/series?datastream=1&from=yesterday",
        "/live/series?datastream=1&from=2026-11-22T00:00:00Z&to=2026-11-21T00:00:00Z",
        "/live/events?since=-1",
        "/live/vehicles?bbox=a",
    ] {
        let answer = service.get(path).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
    }
    assert_eq!(service.get("/live/series?datastream=999999").await.status, 404);
}
