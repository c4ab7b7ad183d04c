//! A group of lamps is told something: one person asks, another approves.

use axum::http::Method;
use serde_json::{Value, json};

use super::fixture::{Answer, Service};

const TOKENS: &str = r#"
[[token]]
name = "Vận hành A"
token = "van-hanh-a"
roles = ["operator"]
[[token]]
name = "Vận hành B"
token = "van-hanh-b"
roles = ["operator"]
[[token]]
name = "Cán bộ"
token = "can-bo-phuong"
roles = ["officer"]
"#;

const ORDERS: &str = "/commands/orders";

async fn send(service: &Service, token: &str, method: Method, path: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    service.ask(method, path, &[("authorization", &*bearer)], &body).await
}

async fn post(service: &Service, token: &str, path: &str, body: &Value) -> Answer {
    send(service, token, Method::POST, path, body).await
}

async fn get(service: &Service, token: &str, path: &str) -> Answer {
    send(service, token, Method::GET, path, &Value::Null).await
}

fn dim_cabinet(key: &str, percent: u32) -> Value {
    json!({
        "cabinet": "T1", "capability": "Đặt mức sáng", "taskingParameters": {"dim": percent},
        "reason": "Tiết kiệm điện đêm khuya", "key": key,
    })
}

fn lamps() -> Service {
    let service = Service::with_lamps_and_tokens(TOKENS);
    service.make_things();
    service
}

#[tokio::test]
async fn a_lamp_of_a_layer_can_be_dimmed_and_its_own_level_shows_it() {
    let service = lamps();
    let path = "/sensorthings/v1.1/TaskingCapabilities?$expand=Thing($expand=Datastreams($expand=ObservedProperty))&$orderby=id";
    let found = service.json(path).await;
    assert_eq!(found["value"].as_array().unwrap().len(), 3, "{found}");
    for capability in found["value"].as_array().unwrap() {
        let rule = &capability["properties"]["command"]["verification"];
        assert_eq!(rule["parameter"], "dim", "{capability}");
        let streams = capability["Thing"]["Datastreams"].as_array().unwrap();
        let shown =
            |stream: &&Value| stream["ObservedProperty"]["@iot.id"] == rule["observedProperty"];
        let shown: Vec<_> = streams.iter().filter(shown).collect();
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0]["ObservedProperty"]["properties"]["id"], "dim-level");
    }
    assert_eq!(found["value"][0]["Thing"]["properties"]["cabinet"], "T1");
}

#[tokio::test]
async fn an_order_for_a_group_waits_until_a_second_person_approves_it() {
    let service = lamps();
    let made = post(&service, "van-hanh-a", ORDERS, &dim_cabinet("k1", 40)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let order = made.json();
    assert_eq!(
        (&order["requester"], &order["states"]),
        (&json!("Vận hành A"), &json!({"requested": 2}))
    );
    let address = format!("{ORDERS}/{}", order["order"]);
    assert!(made.header("location").ends_with(&address), "{}", made.header("location"));
    let again = post(&service, "van-hanh-a", ORDERS, &dim_cabinet("k1", 40)).await;
    assert_eq!((again.status.as_u16(), again.json()), (200, order.clone()), "the same key");
    assert_eq!(post(&service, "van-hanh-a", ORDERS, &dim_cabinet("k1", 50)).await.status, 409);

    let waiting = get(&service, "van-hanh-b", ORDERS).await.json();
    assert_eq!(waiting["orders"][0]["reason"], "Tiết kiệm điện đêm khuya", "{waiting}");
    assert_eq!(waiting["orders"][0]["commands"], 2, "how many, not each");
    let own = post(&service, "van-hanh-a", &format!("{address}/approve"), &Value::Null).await;
    assert_eq!(own.status, 403, "{}", own.text());
    assert!(own.json()["detail"].as_str().unwrap().contains("người thứ hai"), "{}", own.text());
    let approved = post(&service, "van-hanh-b", &format!("{address}/approve"), &Value::Null).await;
    assert_eq!(approved.json()["states"], json!({"authorised": 2}), "{}", approved.text());
    assert_eq!(approved.json()["commands"][0]["steps"][1]["by"], "Vận hành B");
    let twice = post(&service, "van-hanh-b", &format!("{address}/approve"), &Value::Null).await;
    assert_eq!(twice.status, 409);
    assert_eq!(get(&service, "van-hanh-b", ORDERS).await.json()["orders"], json!([]));
    let task = service.json("/sensorthings/v1.1/Tasks(1)").await;
    assert_eq!(task["properties"]["status"], "authorised", "{task}");
}

#[tokio::test]
async fn an_order_is_refused_with_a_reason_and_all_orders_are_paged() {
    let service = lamps();
    for number in 1..=3 {
        let order = dim_cabinet(&format!("k{number}"), 40 + number);
        assert_eq!(post(&service, "van-hanh-a", ORDERS, &order).await.status, 201);
    }
    let refuse = format!("{ORDERS}/2/refuse");
    assert_eq!(post(&service, "van-hanh-b", &refuse, &json!({"reason": " "})).await.status, 400);
    let refused = post(&service, "van-hanh-b", &refuse, &json!({"reason": "Đang có mưa"})).await;
    assert_eq!(refused.json()["states"], json!({"refused": 2}), "{}", refused.text());
    assert_eq!(refused.json()["commands"][0]["steps"][1]["note"], "Đang có mưa");
    // Who made it may take it back.
    let back = format!("{ORDERS}/3/refuse");
    assert_eq!(post(&service, "van-hanh-a", &back, &json!({"reason": "nhầm"})).await.status, 200);
    let numbers = |page: Value| {
        let orders = page["orders"].as_array().unwrap().clone();
        orders.iter().map(|order| order["order"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(get(&service, "van-hanh-b", ORDERS).await.json()), [1]);
    let page = get(&service, "van-hanh-b", &format!("{ORDERS}?state=all&limit=2")).await.json();
    let next = page["links"][0]["href"].as_str().unwrap().to_owned();
    assert_eq!(numbers(page), [3, 2]);
    let next = next.split_once(ORDERS).unwrap().1;
    let page = get(&service, "van-hanh-b", &format!("{ORDERS}{next}")).await.json();
    assert_eq!((page.get("links"), numbers(page.clone())), (None, vec![1]), "{next}");
}

#[tokio::test]
async fn what_is_no_order_or_not_from_who_works_devices_is_refused() {
    let service = lamps();
    let mut unknown = dim_cabinet("k", 40);
    unknown["cabinet"] = json!("T9");
    let mut silent = dim_cabinet("k", 40);
    silent["reason"] = json!("");
    for (token, body, status) in [
        ("can-bo-phuong", dim_cabinet("k", 40), 403),
        ("van-hanh-a", dim_cabinet("k", 400), 400),
        ("van-hanh-a", silent, 400),
        ("van-hanh-a", unknown, 400),
        ("van-hanh-a", json!([]), 400),
        (
            "van-hanh-a",
            json!({"targets": [99], "taskingParameters": {"dim": 1}, "reason": "x"}),
            404,
        ),
    ] {
        let refused = post(&service, token, ORDERS, &body).await;
        assert_eq!(refused.status, status, "{body}: {}", refused.text());
    }
    assert_eq!(service.get(ORDERS).await.status, 403, "what is ordered is not for everybody");
    assert_eq!(get(&service, "van-hanh-a", &format!("{ORDERS}/7")).await.status, 404);
    assert_eq!(get(&service, "van-hanh-a", &format!("{ORDERS}/x")).await.status, 404);
    assert_eq!(get(&service, "van-hanh-a", &format!("{ORDERS}?state=old")).await.status, 400);
    let approve = format!("{ORDERS}/7/approve");
    assert_eq!(post(&service, "van-hanh-b", &approve, &Value::Null).await.status, 404);
    assert_eq!(service.json("/sensorthings/v1.1/Tasks").await["value"], json!([]));
}
