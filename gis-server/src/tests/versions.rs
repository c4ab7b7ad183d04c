//! What was: versions, looks back, the way back, and the changes of a collection.

use axum::http::Method;
use serde_json::{Value as Json, json};

use super::fixture::{Answer, Service};

const ITEMS: &str = "/collections/wells/items";

const TOKENS: &str = "[[token]]\nname = \"Lan\"\ntoken = \"token-of-lan\"\nroles = [\"editor\", \"officer\"]\n\
     [[token]]\nname = \"Minh\"\ntoken = \"token-of-minh\"\nroles = [\"editor\", \"land-officer\"]\n";

async fn send(
    service: &Service,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &Json,
) -> Answer {
    let json = [("content-type", "application/merge-patch+json")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    service.ask(method, path, &[&json, headers].concat(), &body).await
}

async fn rename(service: &Service, id: u64, name: &str) -> Answer {
    let body = json!({"properties": {"name": name}});
    let answer = send(service, Method::PATCH, &format!("{ITEMS}/{id}"), &[], &body).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    answer
}

async fn post(service: &Service, path: &str, status: u16) -> Answer {
    let answer = send(service, Method::POST, path, &[], &Json::Null).await;
    assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
    answer
}

async fn name(service: &Service, path: &str) -> Json {
    service.json(path).await["properties"]["name"].clone()
}

/// Number, operation and name of each version.
fn told(versions: &Json) -> Vec<(u64, String, Json)> {
    let features = versions["features"].as_array().unwrap().iter();
    let one = |feature: &Json| {
        let version = &feature["version"];
        let operation = version["operation"].as_str().unwrap().to_owned();
        (version["number"].as_u64().unwrap(), operation, feature["properties"]["name"].clone())
    };
    features.map(one).collect()
}

#[tokio::test]
async fn every_version_of_a_feature_is_told_the_latest_first() {
    let service = Service::start();
    let versions = format!("{ITEMS}/2/versions");
    let first = service.json(&versions).await;
    assert_eq!(told(&first), [(0, "import".into(), "Giếng 2".into())]);
    rename(&service, 2, "Giếng hai").await;
    service.ask(Method::DELETE, &format!("{ITEMS}/2?reason=L%E1%BA%A5p"), &[], "").await;
    let all = service.json(&versions).await;
    assert_eq!(
        told(&all),
        [
            (2, "delete".into(), Json::Null),
            (1, "replace".into(), "Giếng hai".into()),
            (0, "import".into(), "Giếng 2".into()),
        ]
    );
    assert_eq!(all["features"][0]["geometry"], Json::Null);
    let lon = all["features"][1]["geometry"]["coordinates"][0].as_f64().unwrap();
    assert!((lon - 108.475).abs() < 1e-9, "{lon}");
    assert_eq!(all["features"][1]["version"]["until"], all["features"][0]["version"]["recorded"]);
    // The column plays valid time; the change holds from then on.
    assert_eq!(all["features"][1]["version"]["validFrom"], "2025-01-31T17:00:00Z");
    let one = service.json(&format!("{versions}/1")).await;
    assert_eq!(one["properties"], all["features"][1]["properties"]);
    assert_eq!(service.get(&format!("{versions}/7")).await.status, 404);
    assert_eq!(service.get(&format!("{versions}/x")).await.status, 404);
    assert_eq!(service.get(&format!("{ITEMS}/77/versions")).await.status, 404);

    let page = service.json(&format!("{versions}?limit=2")).await;
    assert_eq!((told(&page).len(), page["numberMatched"].as_u64()), (2, Some(3)));
    let links = page["links"].as_array().unwrap();
    let next = links.iter().find(|link| link["rel"] == "next").unwrap()["href"].as_str().unwrap();
    let rest = service.json(next.strip_prefix("http://127.0.0.1:8080").unwrap()).await;
    assert_eq!(told(&rest), [(0, "import".into(), "Giếng 2".into())]);
}

#[tokio::test]
async fn who_is_gone_is_told_with_the_way_to_what_was() {
    let service = Service::start();
    service.ask(Method::DELETE, &format!("{ITEMS}/3"), &[], "").await;
    let gone = service.get(&format!("{ITEMS}/3")).await;
    assert_eq!(gone.status, 404);
    let detail = gone.json()["detail_en"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("was deleted at 20") && detail.contains("/items/3/versions"),
        "{detail}"
    );
    assert!(!service.get(&format!("{ITEMS}/33")).await.text().contains("deleted"));
}

#[tokio::test]
async fn a_look_back_shows_items_and_item_as_they_were_recorded() {
    let service = Service::start();
    rename(&service, 1, "Mới").await;
    let versions = service.json(&format!("{ITEMS}/1/versions")).await;
    let recorded = versions["features"][0]["version"]["recorded"].as_str().unwrap().to_owned();
    service.ask(Method::DELETE, &format!("{ITEMS}/1"), &[], "").await;
    let then = |path: &str| format!("{path}?as-of={recorded}");
    assert_eq!(name(&service, &then(&format!("{ITEMS}/1"))).await, "Mới");
    let items = service.json(&then(ITEMS)).await;
    assert_eq!(
        (&items["numberMatched"], &items["features"][0]["properties"]["name"]),
        (&5.into(), &"Mới".into())
    );
    assert_eq!(service.json(ITEMS).await["numberMatched"], 4);
    let found =
        service.json(&format!("{ITEMS}?as-of={recorded}&filter=name%20=%20'M%E1%BB%9Bi'")).await;
    assert_eq!(found["numberMatched"], 1);
    // Valid time is another: what held then, as it was recorded then.
    let both = service.json(&format!("{ITEMS}?as-of={recorded}&datetime=2025-01-15")).await;
    assert_eq!(both["numberMatched"], 1);
    let tag = service.get(&then(ITEMS)).await.header("etag").to_owned();
    assert_ne!(tag, service.get(ITEMS).await.header("etag"));
    for (instant, told) in [
        ("2001-01-01T00:00:00Z", "imported at"),
        ("2999-01-01T00:00:00Z", "to come"),
        ("yesterday", "RFC 3339"),
    ] {
        for path in [ITEMS.to_owned(), format!("{ITEMS}/1")] {
            let refused = service.get(&format!("{path}?as-of={instant}")).await;
            assert_eq!(refused.status, 400, "{path} {instant}");
            assert!(refused.text().contains(told), "{}", refused.text());
        }
    }
}

#[tokio::test]
async fn an_undo_is_an_edit_and_only_the_last_change_can_be_undone() {
    let service = Service::start();
    let (item, versions) = (format!("{ITEMS}/4"), format!("{ITEMS}/4/versions"));
    rename(&service, 4, "A").await;
    rename(&service, 4, "B").await;
    let refused = post(&service, &format!("{versions}/1/undo"), 409).await;
    assert!(refused.text().contains("changed again (change 2)"), "{}", refused.text());
    let made = post(&service, &format!("{versions}/2/undo"), 200).await.json();
    assert_eq!(
        (&made["changes"][0]["operation"], &made["changes"][0]["version"]),
        (&"replace".into(), &3.into())
    );
    assert_eq!(name(&service, &item).await, "A");
    assert_eq!(made["changes"][0]["etag"], service.get(&item).await.header("etag"));
    assert_eq!(service.json(&versions).await["features"][0]["version"]["undoes"], 2);
    // An undo can be undone, and any version restored.
    post(&service, &format!("{versions}/3/undo"), 200).await;
    assert_eq!(name(&service, &item).await, "B");
    post(&service, &format!("{versions}/0/restore"), 200).await;
    assert_eq!(name(&service, &item).await, "Giếng 4");
    service.ask(Method::DELETE, &item, &[], "").await;
    let made = post(&service, &format!("{versions}/6/undo"), 200).await.json();
    assert_eq!(made["changes"][0]["operation"], "create");
    assert_eq!(name(&service, &item).await, "Giếng 4");
    for path in [format!("{versions}/99/undo"), format!("{ITEMS}/99/versions/1/undo")] {
        post(&service, &path, 404).await;
    }
    let stale = send(
        &service,
        Method::POST,
        &format!("{versions}/7/undo"),
        &[("if-match", "\"old\"")],
        &Json::Null,
    )
    .await;
    assert_eq!(stale.status, 412);
}

#[tokio::test]
async fn what_was_made_can_be_unmade_and_made_again() {
    let service = Service::start();
    let body = json!({"type": "Feature", "properties": {"name": "Mới"},
        "geometry": {"type": "Point", "coordinates": [108.48, 15.58]}});
    let made = service
        .ask(Method::POST, ITEMS, &[("content-type", "application/geo+json")], &body.to_string())
        .await;
    let path = made.header("location").strip_prefix("http://127.0.0.1:8080").unwrap().to_owned();
    post(&service, &format!("{path}/versions/1/undo"), 200).await;
    assert_eq!(service.get(&path).await.status, 404);
    post(&service, &format!("{path}/versions/2/restore"), 409).await;
    post(&service, &format!("{path}/versions/1/restore"), 200).await;
    assert_eq!(name(&service, &path).await, "Mới");
}

#[tokio::test]
async fn who_and_why_are_told_to_officers_and_owners_to_the_cleared() {
    let service = Service::with_tokens(TOKENS);
    let parcel = "/collections/parcels/items/3";
    let body = json!({"properties": {"thua": "99"}});
    let as_ = |token: &'static str| [("authorization", token)];
    let why = "?reason=%C4%90o%20l%E1%BA%A1i";
    let answer = send(
        &service,
        Method::PATCH,
        &format!("{parcel}{why}"),
        &as_("Bearer token-of-lan"),
        &body,
    )
    .await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    let read = async |headers: &[(&str, &str)]| {
        service.ask(Method::GET, &format!("{parcel}/versions/1"), headers, "").await.json()
    };
    let officer = read(&as_("Bearer token-of-lan")).await;
    assert_eq!(
        (&officer["version"]["who"], &officer["version"]["reason"]),
        (&"Lan".into(), &"Đo lại".into())
    );
    let public = read(&[]).await;
    assert_eq!((public["version"].get("who"), public["version"].get("reason")), (None, None));
    assert!(
        public["properties"].get("chu").is_none() && officer["properties"].get("chu").is_none()
    );
    let cleared = read(&as_("Bearer token-of-minh")).await;
    assert!(cleared["properties"]["chu"].as_str().unwrap().contains("Kiểm Thử"));

    // Who does not see the owner brings a deleted parcel back with its owner.
    let deleted =
        send(&service, Method::DELETE, parcel, &as_("Bearer token-of-lan"), &Json::Null).await;
    assert_eq!(deleted.status, 204);
    let undo = format!("{parcel}/versions/2/undo");
    assert_eq!(send(&service, Method::POST, &undo, &[], &Json::Null).await.status, 401);
    assert_eq!(
        send(&service, Method::POST, &undo, &as_("Bearer token-of-lan"), &Json::Null).await.status,
        200
    );
    let back = service.ask(Method::GET, parcel, &as_("Bearer token-of-minh"), "").await.json();
    assert_eq!(back["properties"]["chu"], cleared["properties"]["chu"]);
    let long = "x".repeat(501);
    let refused = send(
        &service,
        Method::PATCH,
        &format!("{parcel}?reason={long}"),
        &as_("Bearer token-of-lan"),
        &body,
    )
    .await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn the_changes_of_a_collection_are_followed_page_by_page() {
    let service = Service::start();
    for n in 1..=3 {
        rename(&service, n, "x").await;
    }
    service.ask(Method::DELETE, &format!("{ITEMS}/1"), &[], "").await;
    let first = service.json("/collections/wells/changes?limit=3").await;
    let numbers = |page: &Json| -> Vec<(u64, u64)> {
        let changes = page["changes"].as_array().unwrap().iter();
        changes.map(|one| (one["number"].as_u64().unwrap(), one["id"].as_u64().unwrap())).collect()
    };
    assert_eq!(numbers(&first), [(1, 1), (2, 2), (3, 3)]);
    let rest = service.json("/collections/wells/changes?limit=3&after=3").await;
    assert_eq!(numbers(&rest), [(4, 1)]);
    assert_eq!(rest["changes"][0]["operation"], "delete");
    assert!(
        first["links"].to_string().contains("after=3")
            && !rest["links"].to_string().contains("\"next\"")
    );
    assert_eq!(service.json("/collections/parcels/changes").await["changes"], json!([]));
    assert_eq!(service.get("/collections/none/changes").await.status, 404);
}
