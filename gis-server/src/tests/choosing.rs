//! Which of what is given: `q`, `sortby`, `properties`, `skipGeometry`, and the schemas of what is taken.

use axum::http::Method;
use serde_json::{Value as Json, json};

use super::fixture::Service;
use crate::http::query::encode;

fn ids(page: &Json) -> Vec<u64> {
    let features = page["features"].as_array().unwrap().iter();
    features.map(|feature| feature["id"].as_u64().unwrap()).collect()
}

async fn found(service: &Service, path: &str) -> Vec<u64> {
    ids(&service.json(&format!("/collections/{path}")).await)
}

async fn refused(service: &Service, path: &str, told: &str) {
    let answer = service.get(&format!("/collections/{path}")).await;
    assert_eq!(answer.status, 400, "{path}: {}", answer.text());
    assert!(answer.text().contains(told), "{path}: {}", answer.text());
}

#[tokio::test]
async fn words_are_found_whatever_their_case_and_accents() {
    let service = Service::start();
    for (path, expected) in [
        ("roads/items?q=tran+phu", vec![0, 1]),
        ("roads/items?q=TR%E1%BA%A6N%20%20PH%C3%9A", vec![0, 1]),
        ("roads/items?q=duong,le+loi", vec![0, 1, 2]),
        ("roads/items?q=phu+tran", vec![]),
        ("roads/items?q=%25", vec![]),
        ("roads/items?q=_", vec![]),
        // What a code means: ODT is urban residential land, which the column does not spell out.
        ("wells/items?q=dat+o+tai+do+thi", vec![1, 2, 3, 4]),
        ("wells/items?q=gieng+3,xxx", vec![3, 5]),
        ("wells/items?q=gieng&filter=depth%20%3E%204", vec![4, 5]),
        ("wells/items?q=gieng&name=Gi%E1%BA%BFng%202", vec![2]),
        // Owners are hidden, so that no word of theirs finds a parcel.
        ("parcels/items?q=kiem+thu", vec![]),
        ("parcels/items?q=12&limit=3", vec![0, 1, 2]),
    ] {
        assert_eq!(found(&service, path).await, expected, "{path}");
    }
    for (path, told) in [
        ("roads/items?q=", "what is looked for"),
        ("roads/items?q=,%20,", "what is looked for"),
        (&*format!("roads/items?q={}", "a".repeat(201)), "at most 200"),
    ] {
        refused(&service, path, told).await;
    }
    let costly = Service::with(|config| config.limits.filter_steps = 2);
    refused(&costly, "roads/items?q=x", "more than 2 steps").await;
}

#[tokio::test]
async fn features_go_in_the_order_that_is_asked_for_page_by_page() {
    let service = Service::start();
    for (path, expected) in [
        ("wells/items?sortby=-depth", vec![5, 4, 3, 2, 1]),
        ("wells/items?sortby=%2Bdepth", vec![1, 2, 3, 4, 5]),
        ("wells/items?sortby=+from", vec![1, 2, 3, 4, 5]),
        ("wells/items?sortby=loai,-name", vec![4, 3, 2, 1, 5]),
        // By letters without accents: =Bẫy, Đường, Đường, Lê.
        ("roads/items?sortby=ten", vec![3, 0, 1, 2]),
        ("roads/items?sortby=-ten", vec![2, 0, 1, 3]),
        ("wells/items?sortby=-depth&filter=depth%20%3C%204&limit=2", vec![3, 2]),
    ] {
        assert_eq!(found(&service, path).await, expected, "{path}");
    }
    let patch = [("content-type", "application/merge-patch+json")];
    let body = json!({"properties": {"depth": null}}).to_string();
    let path = "/collections/wells/items/3";
    assert_eq!(service.ask(Method::PATCH, path, &patch, &body).await.status, 204);
    assert_eq!(found(&service, "wells/items?sortby=depth").await, [1, 2, 4, 5, 3]);
    assert_eq!(found(&service, "wells/items?sortby=-depth").await, [5, 4, 2, 1, 3]);
    for sort in ["-depth", "depth", "loai,-name", "name"] {
        let whole = found(&service, &format!("wells/items?sortby={sort}")).await;
        let mut walked = Vec::new();
        let mut next = Some(format!("/collections/wells/items?sortby={sort}&limit=2"));
        while let Some(path) = next {
            let page = service.json(&path).await;
            assert_eq!(page["numberMatched"], 5);
            walked.extend(ids(&page));
            let links = page["links"].as_array().unwrap().iter();
            let link = links.clone().find(|link| link["rel"] == "next");
            next = link.map(|link| {
                link["href"]
                    .as_str()
                    .unwrap()
                    .strip_prefix("http://127.0.0.1:8080")
                    .unwrap()
                    .to_owned()
            });
        }
        assert_eq!(walked, whole, "{sort}");
    }
    let csv = service.get("/collections/wells/items?sortby=-depth&f=csv").await.text();
    let lines: Vec<&str> = csv.lines().skip(1).map(|line| &line[..1]).collect();
    assert_eq!(lines, ["5", "4", "2", "1", "3"]);
}

#[tokio::test]
async fn what_cannot_be_sorted_by_is_refused() {
    let service = Service::start();
    let unsorted = service.json("/collections/wells/items?limit=2").await.to_string();
    let cursor =
        unsorted.split("cursor=").nth(1).unwrap().split(['&', '"']).next().unwrap().to_owned();
    for (path, told) in [
        ("wells/items?sortby=colour", "no sortable 'colour'"),
        ("wells/items?sortby=", "no sortable ''"),
        ("wells/items?sortby=geometry", "no sortable 'geometry'"),
        ("parcels/items?sortby=chu", "no sortable 'chu'"),
        ("wells/items?sortby=a,b,c,d,e,f,g,h,i", "no sortable 'a'"),
        (&*format!("wells/items?sortby=depth&cursor={cursor}"), "no page cursor"),
        ("wells/items?sortby=depth&cursor=s1zz", "no page cursor"),
    ] {
        refused(&service, path, told).await;
    }
    let sortables = service.json("/collections/parcels/sortables").await;
    let properties = sortables["properties"].as_object().unwrap();
    let mut names: Vec<&String> = properties.keys().collect();
    names.sort();
    assert_eq!(names, ["thua", "to_bd"]);
    assert_eq!(sortables["additionalProperties"], false);
    let links = service.json("/collections/wells").await["links"].to_string();
    assert!(links.contains("def/rel/ogc/1.0/sortables"));
}

#[tokio::test]
async fn properties_and_geometry_are_given_as_asked() {
    let service = Service::start();
    let page = service.json("/collections/wells/items?properties=name,depth&limit=1").await;
    assert_eq!(page["features"][0]["properties"], json!({"name": "Giếng 1", "depth": 1.5}));
    assert_eq!(page["features"][0]["geometry"]["type"], "Point");
    let bare = service.json("/collections/wells/items?properties=&skipGeometry=true&limit=1").await;
    assert_eq!(
        (&bare["features"][0]["properties"], &bare["features"][0]["geometry"]),
        (&json!({}), &Json::Null)
    );
    // What is not given can be asked about.
    let other =
        "wells/items?properties=name&depth=2.5&filter=loai%20=%20'ODT'&q=gieng&sortby=-from";
    assert_eq!(found(&service, other).await, [2]);
    let csv = service
        .get("/collections/wells/items?properties=name&skipGeometry=true&f=csv")
        .await
        .text();
    assert_eq!(csv.lines().next().unwrap().trim_start_matches('\u{feff}'), "id,name");
    assert_eq!(csv.lines().nth(1).unwrap(), "1,Giếng 1");
    let binary =
        service.get("/collections/wells/items?properties=name&skipGeometry=true&f=fgb").await;
    let whole = service.get("/collections/wells/items?f=fgb").await;
    assert!(binary.status == 200 && binary.body.len() < whole.body.len());
    let item = "/collections/wells/items/2";
    let part = service.get(&format!("{item}?properties=depth&skipGeometry=true")).await;
    assert_eq!(part.json()["properties"], json!({"depth": 2.5}));
    assert_ne!(part.header("etag"), service.get(item).await.header("etag"));
    // The tag of a part serves in an edit.
    let patch =
        [("content-type", "application/merge-patch+json"), ("if-match", part.header("etag"))];
    let body = json!({"properties": {"depth": 3}}).to_string();
    assert_eq!(service.ask(Method::PATCH, item, &patch, &body).await.status, 204);
    for (path, told) in [
        ("wells/items?properties=colour", "no property 'colour'"),
        ("parcels/items?properties=chu", "no property 'chu'"),
        ("wells/items?skipGeometry=yes", "true or false"),
        ("wells/items/1?properties=colour", "no property 'colour'"),
    ] {
        refused(&service, path, told).await;
    }
}

#[tokio::test]
async fn schemas_tell_what_edits_take() {
    let service = Service::start();
    let create = service.json("/collections/wells/schema?for=create").await;
    assert_eq!(create["required"], json!(["type", "geometry"]));
    assert_eq!(
        create["properties"]["geometry"]["properties"]["type"]["enum"],
        json!(["Point", "MultiPoint"])
    );
    let properties = &create["properties"]["properties"];
    assert_eq!(properties["additionalProperties"], false);
    assert_eq!(properties["properties"]["depth"]["type"], json!(["number", "null"]));
    let codes = |schema: &Json| -> Vec<Json> {
        let loai = &schema["properties"]["properties"]["properties"]["loai"];
        loai["anyOf"].as_array().unwrap().clone()
    };
    assert!(
        codes(&create)
            .iter()
            .any(|one| one["const"] == "ODT" && one["title"] == "Đất ở tại đô thị")
    );
    assert!(!codes(&create).contains(&json!({"type": "string"})), "a new code must be of the list");
    let replace = service.json("/collections/wells/schema?for=replace").await;
    assert!(codes(&replace).contains(&json!({"type": "string"})), "an imported one may stay");
    let update = service.json("/collections/wells/schema?for=update").await;
    assert_eq!(update["required"], json!([]));
    assert!(service.json("/collections/wells/schema").await["properties"]["geometry"].is_object());
    refused(&service, "wells/schema?for=play", "create, replace or update").await;
    let hidden = service.json("/collections/parcels/schema?for=create").await.to_string();
    assert!(!hidden.contains("chu"), "{hidden}");
    let encoded = encode("Giếng 1");
    assert_eq!(found(&service, &format!("wells/items?name={encoded}")).await, [1]);
}
