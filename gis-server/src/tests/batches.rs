//! Several edits of several layers at once: all or none, faults by entry and property.

use axum::http::Method;
use serde_json::{Value as Json, json};

use super::fixture::{Answer, Service};

async fn send(service: &Service, body: &Json) -> Answer {
    let json = [("content-type", "application/json")];
    service.ask(Method::POST, "/edits", &json, &body.to_string()).await
}

fn well(name: &str, depth: Json) -> Json {
    json!({"type": "Feature", "properties": {"name": name, "depth": depth},
        "geometry": {"type": "Point", "coordinates": [108.48, 15.58]}})
}

#[tokio::test]
async fn edits_of_several_layers_are_made_together() {
    let service = Service::start();
    let tag = service.get("/collections/roads/items/1").await.header("etag").to_owned();
    let batch = json!({"reason": "Cập nhật quý 3", "edits": [
        {"op": "create", "collection": "wells", "feature": well("Mới", json!(3))},
        {"op": "replace", "collection": "wells", "id": 2, "feature": well("Hai", json!(4.5))},
        {"op": "update", "collection": "roads", "id": 1, "ifMatch": tag, "patch": {"properties": {"ten": "Phan Bội Châu"}}},
        {"op": "delete", "collection": "parcels", "id": 5},
    ]});
    let answer = send(&service, &batch).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let made = answer.json();
    let operations: Vec<&Json> =
        made["changes"].as_array().unwrap().iter().map(|one| &one["operation"]).collect();
    assert_eq!(operations, ["create", "replace", "replace", "delete"]);
    let href = made["changes"][0]["href"].as_str().unwrap();
    let created = service.get(href.strip_prefix("http://127.0.0.1:8080").unwrap()).await;
    assert_eq!(created.json()["properties"]["name"], "Mới");
    assert_eq!(made["changes"][0]["etag"], created.header("etag"));
    assert_eq!(
        service.json("/collections/roads/items/1").await["properties"]["ten"],
        "Phan Bội Châu"
    );
    assert_eq!(service.json("/collections/parcels/items").await["numberMatched"], 9);
    // They were recorded at one time, so that no look back shows a part of them.
    let recorded = made["recorded"].as_str().unwrap();
    for path in ["wells/items/2", "roads/items/1", "parcels/items/5"] {
        let versions = service.json(&format!("/collections/{path}/versions")).await;
        assert_eq!(versions["features"][0]["version"]["recorded"], recorded, "{path}");
    }
}

#[tokio::test]
async fn of_a_batch_with_faults_nothing_is_made_and_all_of_them_are_told() {
    let service = Service::start();
    let bow = json!([[[108.0, 15.0], [108.2, 15.2], [108.2, 15.0], [108.0, 15.2], [108.0, 15.0]]]);
    let batch = json!({"edits": [
        {"op": "create", "collection": "wells", "feature": well("Tốt", json!(3))},
        {"op": "create", "collection": "wells", "feature": well("Xấu", json!("sâu"))},
        {"op": "create", "collection": "parcels", "feature": {"type": "Feature", "properties": {"mau": "đỏ"},
            "geometry": {"type": "Polygon", "coordinates": bow}}},
        {"op": "update", "collection": "wells", "id": 3, "patch": {"properties": {"loai": "ZZZ"}, "geometry": null}},
        {"op": "update", "collection": "wells", "id": 33, "patch": {}},
        {"op": "delete", "collection": "forests", "id": 3},
        {"op": "move", "collection": "wells", "id": 3},
        {"op": "delete", "collection": "wells", "colour": 3},
    ]});
    let answer = send(&service, &batch).await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    let problem = answer.json();
    let told: Vec<(u64, &str, Option<&str>)> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| {
            let entry = fault["entry"].as_u64().unwrap();
            (entry, fault["pointer"].as_str().unwrap(), fault["property"].as_str())
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, "/edits/1/feature/properties/depth", Some("depth")),
            (2, "/edits/2/feature/geometry/coordinates/0", None),
            (2, "/edits/2/feature/properties/mau", Some("mau")),
            (3, "/edits/3/patch/geometry", None),
            (3, "/edits/3/patch/properties/loai", Some("loai")),
            (4, "/edits/4/id", None),
            (5, "/edits/5/collection", None),
            (6, "/edits/6/op", None),
            (7, "/edits/7", None),
            (7, "/edits/7/id", None),
        ]
    );
    let detail = problem["detail_en"].as_str().unwrap();
    assert!(detail.contains("edits[1]: 'depth' must be a number, not 'sâu'"), "{detail}");
    assert_eq!(service.json("/collections/wells/changes").await["changes"], json!([]));
}

#[tokio::test]
async fn what_the_store_refuses_is_told_with_its_entry_and_undoes_the_rest() {
    let service = Service::start();
    let delete = |id: u64| json!({"op": "delete", "collection": "wells", "id": id});
    for (edits, status, pointer) in [
        (json!([delete(1), delete(1)]), 404, "/edits/1"),
        (
            json!([delete(2), {"op": "delete", "collection": "wells", "id": 1, "ifMatch": "\"old\""}]),
            412,
            "/edits/1",
        ),
        (
            json!([delete(2), {"op": "create", "collection": "wells",
            "feature": {"type": "Feature", "id": 3, "properties": {}, "geometry": {"type": "Point", "coordinates": [108.0, 15.0]}}}]),
            409,
            "/edits/1",
        ),
    ] {
        let answer = send(&service, &json!({"edits": edits})).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
        assert!(answer.json()["detail_en"].as_str().unwrap().starts_with("edits[1]: "));
    }
    assert_eq!(service.json("/collections/wells/items").await["numberMatched"], 5);
    for body in [
        json!([]),
        json!({}),
        json!({"edits": []}),
        json!({"edits": [1]}),
        json!({"edits": [delete(1)], "why": 1}),
    ] {
        assert_eq!(send(&service, &body).await.status, 400, "{body}");
    }
}

#[tokio::test]
async fn who_may_not_edit_may_not_edit_in_batches() {
    let service = Service::with_tokens(
        "[[token]]\nname = \"Lan\"\ntoken = \"token-of-lan\"\nroles = [\"land-officer\"]\n",
    );
    let body = json!({"edits": [{"op": "delete", "collection": "wells", "id": 1}]});
    assert_eq!(send(&service, &body).await.status, 401);
    let token = [("authorization", "Bearer token-of-lan")];
    assert_eq!(service.ask(Method::POST, "/edits", &token, &body.to_string()).await.status, 403);
}
