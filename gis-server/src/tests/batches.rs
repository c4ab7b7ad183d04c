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

async fn undo(service: &Service, version: &Json, query: &str) -> Answer {
    service.ask(Method::POST, &format!("/edits/{version}/undo{query}"), &[], "").await
}

#[tokio::test]
async fn a_batch_is_taken_back_as_a_whole_and_its_undo_too() {
    let service = Service::start();
    let wells = "/collections/wells/items";
    let (before, road) = (
        service.json(&format!("{wells}/2")).await["properties"].clone(),
        service.json("/collections/roads/items/1").await["properties"].clone(),
    );
    let parcel = service.json("/collections/parcels/items/5").await;
    let batch = json!({"edits": [
        {"op": "create", "collection": "wells", "feature": well("Mới", json!(3))},
        {"op": "update", "collection": "wells", "id": 2, "patch": {"properties": {"depth": 9}}},
        {"op": "update", "collection": "wells", "id": 2, "patch": {"properties": {"depth": 10}}},
        {"op": "update", "collection": "roads", "id": 1, "patch": {"properties": {"ten": "Phan Bội Châu"}}},
        {"op": "delete", "collection": "parcels", "id": 5},
    ]});
    let made = send(&service, &batch).await.json();
    let link = made["undo"].as_str().unwrap();
    assert!(link.ends_with(&format!("/edits/{}/undo", made["changes"][0]["version"])), "{made}");
    let new = made["changes"][0]["id"].clone();

    // By the number of any of its changes.
    let undone = undo(&service, &made["changes"][3]["version"], "?reason=Sai").await;
    assert_eq!(undone.status, 200, "{}", undone.text());
    let undone = undone.json();
    assert_eq!(undone["changes"].as_array().unwrap().len(), 4, "one for each feature: {undone}");
    assert_eq!(service.get(&format!("{wells}/{new}")).await.status, 404);
    assert_eq!(service.json(&format!("{wells}/2")).await["properties"], before);
    assert_eq!(service.json("/collections/roads/items/1").await["properties"], road);
    let back = service.json("/collections/parcels/items/5").await;
    assert_eq!(
        (&back["properties"], &back["geometry"]),
        (&parcel["properties"], &parcel["geometry"])
    );
    let version = &service.json(&format!("{wells}/2/versions")).await["features"][0]["version"];
    assert_eq!(version["undoes"], made["changes"][2]["version"], "{version}");

    // Also what was folded into the published files since.
    for layer in ["wells", "parcels"] {
        service.app.store.compact(&layer.parse().unwrap()).unwrap();
    }
    let again = undo(&service, &undone["changes"][0]["version"], "").await;
    assert_eq!(again.status, 200, "{}", again.text());
    assert_eq!(service.json(&format!("{wells}/2")).await["properties"]["depth"], 10.0);
    assert_eq!(service.get("/collections/parcels/items/5").await.status, 404);
    assert_eq!(service.json(&format!("{wells}/{new}")).await["properties"]["name"], "Mới");
}

#[tokio::test]
async fn a_batch_of_which_a_feature_was_changed_since_stays_and_the_feature_is_named() {
    let service = Service::start();
    let update = |id: u64, depth: u64| json!({"op": "update", "collection": "wells", "id": id, "patch": {"properties": {"depth": depth}}});
    let made =
        send(&service, &json!({"edits": [update(1, 7), update(2, 8), update(3, 9)]})).await.json();
    let later = send(&service, &json!({"edits": [update(2, 11)]})).await.json();
    let refused = undo(&service, &made["changes"][0]["version"], "").await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    let problem = refused.json();
    let last = &later["changes"][0]["version"];
    let told = format!("eature '2' of collection 'wells' was changed again (change {last})");
    assert!(problem["detail_en"].as_str().unwrap().contains(&told), "{problem}");
    assert!(
        problem["detail"].as_str().unwrap().contains("đối tượng '2'")
            || problem["detail"].as_str().unwrap().contains("Đối tượng '2'")
    );
    assert_eq!(problem["errors"].as_array().unwrap().len(), 1);
    // Nothing of it was taken back.
    assert_eq!(service.json("/collections/wells/items/1").await["properties"]["depth"], 7.0);
    assert_eq!(undo(&service, last, "").await.status, 200);
    // The later change is undone, but that too is a change: the feature's last is not the batch's.
    assert_eq!(undo(&service, &made["changes"][0]["version"], "").await.status, 409);
    for unknown in [json!(999), json!(0)] {
        assert_eq!(undo(&service, &unknown, "").await.status, 404);
    }
    let odd = service.ask(Method::POST, "/edits/last/undo", &[], "").await;
    assert_eq!(odd.status, 404, "{}", odd.text());
    assert_eq!(undo(&service, last, "?why=x").await.status, 400);
}

#[tokio::test]
async fn what_came_and_went_within_a_batch_does_not_stand_in_the_way_of_its_undo() {
    let service = Service::start();
    let made = send(&service, &json!({"edits": [
        {"op": "create", "collection": "wells", "feature": {"type": "Feature", "id": 77, "properties": {},
            "geometry": {"type": "Point", "coordinates": [108.0, 15.0]}}},
        {"op": "delete", "collection": "wells", "id": 77},
        {"op": "delete", "collection": "wells", "id": 1},
    ]})).await.json();
    let undone = undo(&service, &made["changes"][1]["version"], "").await;
    assert_eq!(undone.status, 200, "{}", undone.text());
    assert_eq!(undone.json()["changes"].as_array().unwrap().len(), 1);
    assert_eq!(service.json("/collections/wells/items").await["numberMatched"], 5);
}
