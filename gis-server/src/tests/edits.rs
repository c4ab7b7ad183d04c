use axum::http::Method;
use serde_json::json;

use super::fixture::{Answer, Service};

const ITEMS: &str = "/collections/wells/items";

fn well(name: &str) -> String {
    json!({
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [108.48, 15.58]},
        "properties": {"name": name, "depth": 9.5, "from": "2025-06-01"},
    })
    .to_string()
}

async fn post(service: &Service, headers: &[(&str, &str)]) -> Answer {
    let json = [("content-type", "application/geo+json")];
    service.ask(Method::POST, ITEMS, &[&json, headers].concat(), &well("Giếng mới")).await
}

#[tokio::test]
async fn a_feature_is_made_replaced_found_and_deleted() {
    let service = Service::start();
    let made = post(&service, &[]).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let address = made.header("location").strip_prefix("http://127.0.0.1:8080").unwrap().to_owned();
    let read = service.get(&address).await;
    assert_eq!(read.json()["properties"]["name"], "Giếng mới");
    assert_eq!(read.header("etag"), made.header("etag"));
    assert_eq!(service.json("/search?q=gieng+moi").await["numberReturned"], 1);

    let tag = read.header("etag").to_owned();
    let put = |body: String| {
        let (service, address, tag) = (&service, address.clone(), tag.clone());
        async move { service.ask(Method::PUT, &address, &[("if-match", &tag)], &body).await }
    };
    assert_eq!(put(well("Giếng sâu")).await.status, 204);
    assert_eq!(put(well("Giếng cạn")).await.status, 412, "the tag is of the version before");
    assert_eq!(service.json(&address).await["properties"]["name"], "Giếng sâu");
    assert_eq!(service.json("/search?q=gieng+moi").await["numberReturned"], 0);

    assert_eq!(service.ask(Method::DELETE, &address, &[], "").await.status, 204);
    assert_eq!(service.get(&address).await.status, 404);
    assert_eq!(service.json(ITEMS).await["numberMatched"], 5);
}

#[tokio::test]
async fn what_is_no_feature_of_the_layer_is_refused() {
    let service = Service::start();
    for body in [
        "{",
        "[]",
        r#"{"type":"Feature","geometry":null,"properties":{}}"#,
        r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[500,15]},"properties":{}}"#,
        r#"{"type":"Feature","geometry":{"type":"LineString","coordinates":[[108,15],[109,16]]},"properties":{}}"#,
        r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[108,15]},"properties":{"colour":"red"}}"#,
        r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[108,15]},"properties":{"depth":"deep"}}"#,
    ] {
        let answer = service.ask(Method::POST, ITEMS, &[], body).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
    }
    let text =
        service.ask(Method::POST, ITEMS, &[("content-type", "text/plain")], &well("x")).await;
    assert_eq!(text.status, 415);
    let missing = service.ask(Method::PUT, &format!("{ITEMS}/99"), &[], &well("x")).await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn only_programs_and_pages_of_this_machine_write_without_a_token() {
    let service = Service::start();
    for headers in [
        [("x-forwarded-for", "203.0.113.7")],
        [("origin", "https://evil.example")],
        [("host", "gis.example.vn")],
    ] {
        assert_eq!(post(&service, &headers).await.status, 403, "{headers:?}");
    }
    let open = Service::with(|config| config.http.address = "0.0.0.0:8080".parse().unwrap());
    assert_eq!(post(&open, &[]).await.status, 403, "bound off loopback");
}

#[tokio::test]
async fn with_tokens_only_editors_write_and_only_the_cleared_see_owners() {
    let service = Service::with_tokens(
        "[[token]]\nname = \"Lan\"\ntoken = \"land-officer\"\nroles = [\"land-officer\"]\n\
         [[token]]\nname = \"Minh\"\ntoken = \"the-editor\"\nroles = [\"editor\"]\n",
    );
    assert_eq!(post(&service, &[]).await.status, 401);
    let unknown = post(&service, &[("authorization", "Bearer guess")]).await;
    assert_eq!(unknown.status, 401);
    assert!(unknown.header("www-authenticate").contains("Bearer"));
    assert_eq!(post(&service, &[("authorization", "Bearer land-officer")]).await.status, 403);
    assert_eq!(post(&service, &[("authorization", "Bearer the-editor")]).await.status, 201);
    let token = [("authorization", "Bearer land-officer")];
    let seen = service.ask(Method::GET, "/collections/parcels/items", &token, "").await;
    assert!(seen.text().contains(super::fixture::OWNER));
    assert!(seen.header("cache-control").contains("private"));
}

#[tokio::test]
async fn every_wrong_property_is_named_with_what_it_takes() {
    let service = Service::start();
    let body = json!({
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [108.48, 15.58]},
        "properties": {"colour": "red", "depth": "deep", "loai": "ZZZ"},
    });
    let refused = service.ask(Method::POST, ITEMS, &[], &body.to_string()).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    let problem = refused.json();
    for (member, told) in [
        ("detail_en", "'colour'"),
        ("detail_en", "'depth' must be a number, not 'deep'"),
        ("detail_en", "code 'ZZZ' is not in the code list 'land-use'"),
        ("detail_en", "http://127.0.0.1:8080/codelists/land-use"),
        ("detail", "mã 'ZZZ' không có trong bảng mã 'land-use'"),
    ] {
        assert!(problem[member].as_str().unwrap().contains(told), "{told}: {problem}");
    }
}

#[tokio::test]
async fn a_code_that_came_with_an_import_may_stay_but_none_like_it_may_be_given() {
    let service = Service::start();
    let path = format!("{ITEMS}/5");
    let mut feature = service.json(&path).await;
    assert_eq!(feature["properties"]["loai"], "XXX");
    for (code, status) in [("XXX", 204), ("YYY", 400), ("LUC", 204), ("XXX", 400)] {
        feature["properties"]["loai"] = json!(code);
        let put = service.ask(Method::PUT, &path, &[], &feature.to_string()).await;
        assert_eq!(put.status.as_u16(), status, "{code}: {}", put.text());
    }
}
