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

/// Evaluation follows the log on a thread of its own: waits until it has seen everything.
async fn active_alerts(service: &Service) -> Json {
    service.settle_alerts();
    service.json("/alerts").await["alerts"].take()
}

#[tokio::test]
async fn a_level_above_alarm_two_raises_an_exercise_that_is_told_in_cap_and_acknowledged() {
    let service = sensing().await;
    let stream = level_stream(&service).await;
    assert_eq!(active_alerts(&service).await, json!([]));
    let now = feeds::Clock::now(&feeds::SystemClock).to_string();
    assert_eq!(observe(&service, stream, &now, 2.3).await.status, 201);
    let alerts = active_alerts(&service).await;
    let alert = &alerts[0];
    assert_eq!((&alert["state"], &alert["level"]), (&json!("raised"), &json!(2)), "{alerts}");
    assert_eq!((&alert["simulated"], &alert["datastream"]), (&json!(true), &json!(stream)));
    assert!(alert["headline"]["vi"].as_str().unwrap().contains("Tam Kỳ"), "{alert}");
    let address = format!("/alerts/{}", alert["id"].as_str().unwrap());
    let message = service.get(&format!("{address}/cap")).await;
    assert_eq!(message.header("content-type"), "application/cap+xml; charset=utf-8");
    let text = message.text();
    assert!(text.contains("<status>Exercise</status>") && text.contains("<language>vi"), "{text}");
    let feed = service.get("/alerts/atom").await.text();
    assert!(feed.contains(&format!("http://127.0.0.1:8080{address}/cap")), "{feed}");
    let deed = |name: &str, body: &'static str| {
        let (service, path) = (&service, format!("{address}/{name}"));
        async move { service.ask(Method::POST, &path, &[], body).await }
    };
    let seen = deed("acknowledge", r#"{"note": "đã báo trực ban"}"#).await;
    assert_eq!(seen.json()["state"], "acknowledged", "{}", seen.text());
    assert_eq!(deed("acknowledge", "").await.status, 409);
    assert_eq!(deed("release", "").await.status, 409, "an exercise is never actual");
    assert_eq!(deed("escalate", "{}").await.status, 400, "to whom?");
    assert_eq!(deed("applaud", "").await.status, 404);
    assert_eq!(deed("clear", "{").await.status, 400);
    assert_eq!(deed("clear", "").await.json()["state"], "cleared");
    assert_eq!(active_alerts(&service).await, json!([]));
    let all = service.json("/alerts?state=all").await;
    assert_eq!(all["alerts"][0]["steps"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn rules_are_read_replaced_and_refused_with_what_is_wrong() {
    let service = sensing().await;
    let rules = service.json("/alerts/rules").await;
    assert_eq!(rules["rules"][0]["id"], "bao-dong-lu");
    let put = |body: String| {
        let service = &service;
        async move { service.ask(Method::PUT, "/alerts/rules", &[], &body).await }
    };
    assert_eq!(put(json!({ "rules": [rules["rules"][0]] }).to_string()).await.status, 204);
    let left = service.json("/alerts/rules").await;
    assert_eq!(left["rules"].as_array().unwrap().len(), 1);
    let refused = put(r#"{"rules": [{"id": "Sai Tên"}]}"#.to_owned()).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert_eq!(service.json("/alerts/rules").await, left);
}

#[tokio::test]
async fn a_payload_of_another_system_comes_in_through_its_adapter() {
    let service = Service::with_gauges_and_file(
        "feeds.toml",
        r#"
        [[adapter]]
        name = "tram"
        format = "csv"
        device = { from = "tram", find = "name" }
        csv = { delimiter = ";", decimal = ",", time = ["luc"] }
        map = { muc = "Mực nước" }
        "#,
    );
    service.make_things();
    let send = |adapter: &'static str, body: &'static str| {
        let service = &service;
        async move { service.ask(Method::POST, &format!("/ingest/{adapter}"), &[], body).await }
    };
    let taken = send("tram", "tram;luc;muc\nTam Kỳ;2026-11-21T05:00:00Z;1,25\n").await;
    let recorded = &taken.json()["recorded"];
    assert_eq!((taken.status.as_u16(), recorded), (200, &json!(1)), "{}", taken.text());
    let refused = send("tram", "tram;luc;muc\nNơi khác;2026-11-21T05:00:00Z;1,25\n").await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert!(refused.json()["refused"][0]["letter"].as_i64().unwrap() > 0);
    assert_eq!(send("talq", "{}").await.status, 404);
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
