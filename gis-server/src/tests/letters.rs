//! What could not be recorded is looked at and sent again.

use axum::http::Method;
use serde_json::{Value, json};

use super::fixture::{Answer, Service};

const TOKENS: &str = r#"
[[token]]
name = "Trực ban A"
token = "truc-ban-a"
roles = ["operator", "device"]
[[token]]
name = "Trạm"
token = "tram-quan-trac"
roles = ["device"]
"#;

const LETTERS: &str = "/dead-letters";

async fn ask(service: &Service, token: &str, method: Method, path: &str, body: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("content-type", "application/json"), ("authorization", &*bearer)];
    service.ask(method, path, &headers, body).await
}

/// A service with three dead letters: of a datastream that is not there yet, of the year 1970, and
/// of what is no JSON.
async fn with_letters() -> Service {
    let service = Service::with_gauges_and_tokens(TOKENS);
    let now = feeds::Clock::now(&feeds::SystemClock).to_string();
    let good = json!({"phenomenonTime": now, "result": 1.5, "Datastream": {"@iot.id": 1}});
    for body in [good.to_string(), good.to_string().replace(&now[..4], "1970"), "{".to_owned()] {
        let path = "/sensorthings/v1.1/Observations";
        let refused = ask(&service, "tram-quan-trac", Method::POST, path, &body).await;
        assert!(refused.status.is_client_error(), "{body}: {}", refused.text());
    }
    service
}

fn numbers(page: &Value) -> Vec<i64> {
    let letters = page["letters"].as_array().unwrap().iter();
    letters.map(|letter| letter["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn dead_letters_are_listed_page_by_page_and_looked_at_by_who_is_on_duty() {
    let service = with_letters().await;
    let page = ask(&service, "truc-ban-a", Method::GET, LETTERS, "").await.json();
    let all = numbers(&page);
    assert!(!all.is_empty() && all.is_sorted_by(|a, b| a > b), "the latest first: {page}");
    assert_eq!(page["kept"], all.len());
    let mut found = Vec::new();
    let mut path = Some(format!("{LETTERS}?limit=1"));
    while let Some(next) = path.take() {
        let page = ask(&service, "truc-ban-a", Method::GET, &next, "").await.json();
        found.extend(numbers(&page));
        path = page["links"][0]["href"]
            .as_str()
            .map(|href| href["http://127.0.0.1:8080".len()..].to_owned());
    }
    assert_eq!(found, all, "page by page it is the same");

    let path = format!("{LETTERS}/{}", all[all.len() - 1]);
    let letter = ask(&service, "truc-ban-a", Method::GET, &path, "").await.json();
    assert!(letter["payload"].as_str().unwrap().contains("1.5"), "{letter}");
    assert!(letter["message"].is_string() && letter["redriven"].is_null(), "{letter}");
    for (token, path, status) in [
        ("tram-quan-trac", LETTERS, 403),
        ("tram-quan-trac", &*path, 403),
        ("truc-ban-a", "/dead-letters/999", 404),
        ("truc-ban-a", "/dead-letters/x", 404),
        ("truc-ban-a", "/dead-letters?limit=0", 400),
        ("truc-ban-a", "/dead-letters?colour=red", 400),
    ] {
        let refused = ask(&service, token, Method::GET, path, "").await;
        assert_eq!(refused.status, status, "{path}: {}", refused.text());
    }
    assert_eq!(service.get(LETTERS).await.status, 403);
}

#[tokio::test]
async fn a_letter_whose_datastream_was_made_since_is_recorded_when_it_is_sent_again() {
    let service = with_letters().await;
    let page = ask(&service, "truc-ban-a", Method::GET, LETTERS, "").await.json();
    let is_of = |letter: &&Value| letter["excerpt"].as_str().unwrap().contains("\"result\":1.5");
    let letters = page["letters"].as_array().unwrap();
    let first = letters.iter().rfind(is_of).unwrap()["id"].as_i64().unwrap();
    let path = format!("{LETTERS}/{first}/redrive");
    let early = ask(&service, "truc-ban-a", Method::POST, &path, "").await.json();
    assert_eq!((&early["recorded"], &early["refused"][0]["letter"]), (&json!(0), &json!(first)));

    service.make_things();
    assert_eq!(ask(&service, "tram-quan-trac", Method::POST, &path, "").await.status, 403);
    let all = format!("{LETTERS}/redrive");
    assert_eq!(ask(&service, "tram-quan-trac", Method::POST, &all, "").await.status, 403);
    let now = ask(&service, "truc-ban-a", Method::POST, &path, "").await.json();
    assert_eq!(now, json!({"recorded": 1, "refused": []}));
    let latest = service.json("/sensorthings/v1.1/Datastreams(1)/Observations").await;
    assert_eq!(latest["value"][0]["result"], 1.5, "{latest}");
    let again = ask(&service, "truc-ban-a", Method::POST, &path, "").await.json();
    assert_eq!(again["recorded"], 0, "once");
    let rest = ask(&service, "truc-ban-a", Method::POST, &all, "").await.json();
    assert_eq!(rest["recorded"], 0, "what is of 1970 or no JSON stays: {rest}");
    let missing = format!("{LETTERS}/999/redrive");
    assert_eq!(ask(&service, "truc-ban-a", Method::POST, &missing, "").await.status, 404);
}
