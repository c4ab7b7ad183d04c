use axum::http::Method;
use serde_json::{Value as Json, json};

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

const MERGE: [(&str, &str); 1] = [("content-type", "application/merge-patch+json")];

async fn patch(service: &Service, path: &str, headers: &[(&str, &str)], body: &Json) -> Answer {
    service.ask(Method::PATCH, path, &[&MERGE, headers].concat(), &body.to_string()).await
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_leaves_the_rest() {
    let service = Service::start();
    let path = format!("{ITEMS}/2");
    let before = service.get(&path).await;
    let body = json!({"properties": {"depth": 7, "loai": null}});
    let changed = patch(&service, &path, &[("if-match", before.header("etag"))], &body).await;
    assert_eq!(changed.status, 204, "{}", changed.text());
    let after = service.get(&path).await;
    assert_eq!(changed.header("etag"), after.header("etag"));
    let (was, is) = (before.json(), after.json());
    assert_eq!(is["properties"]["depth"], 7.0);
    assert_eq!(is["properties"]["loai"], Json::Null);
    for kept in ["name", "from"] {
        assert_eq!(is["properties"][kept], was["properties"][kept]);
    }
    assert_eq!(is["geometry"], was["geometry"]);
    let stale = patch(&service, &path, &[("if-match", before.header("etag"))], &body).await;
    assert_eq!(stale.status, 412);

    // RFC 7396 merges objects, so that coordinates alone move the point.
    let moved = json!({"geometry": {"coordinates": [108.5, 15.6]}});
    assert_eq!(patch(&service, &path, &[], &moved).await.status, 204);
    let is = service.json(&path).await;
    assert_eq!(is["geometry"], json!({"type": "Point", "coordinates": [108.5, 15.6]}));
    let zone = [("content-crs", "<http://www.opengis.net/def/crs/EPSG/0/5899>")];
    let moved = json!({"geometry": {"type": "Point", "coordinates": [577_453.963, 1_722_531.703]}});
    assert_eq!(patch(&service, &path, &zone, &moved).await.status, 204);
    let lon = service.json(&path).await["geometry"]["coordinates"][0].as_f64().unwrap();
    assert!((lon - 108.4740).abs() < 1e-7, "{lon}");
    assert_eq!(patch(&service, &path, &[], &json!({"properties": null})).await.status, 204);
    let bare = service.json(&path).await;
    assert!(bare["properties"].as_object().unwrap().values().all(Json::is_null), "{bare}");
}

#[tokio::test]
async fn a_patch_that_does_not_fit_is_refused_at_its_place() {
    let service = Service::start();
    let path = format!("{ITEMS}/2");
    for (body, pointer) in [
        (json!({"properties": {"depth": "deep"}}), "/properties/depth"),
        (json!({"properties": {"colour": 1}}), "/properties/colour"),
        (json!({"properties": {"name": {"vi": 1}}}), "/properties/name"),
        (json!({"geometry": null}), "/geometry"),
        (json!({"geometry": {"type": "LineString"}}), "/geometry/coordinates/0"),
        (json!({"id": 9}), "/id"),
        (json!({"type": "Thing"}), "/type"),
        (json!([1]), ""),
    ] {
        let refused = patch(&service, &path, &[], &body).await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.text());
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{body}");
    }
    assert_eq!(patch(&service, &format!("{ITEMS}/99"), &[], &json!({})).await.status, 404);
    let other =
        service.ask(Method::PATCH, &path, &[("content-type", "application/json-patch+json")], "[]");
    let other = other.await;
    assert_eq!(other.status, 415);
    assert_eq!(other.header("accept-patch"), "application/merge-patch+json");
    assert_eq!(service.ask(Method::PATCH, &path, &[], "{}").await.status, 400);
}

#[tokio::test]
async fn a_geometry_that_is_none_is_told_with_the_place_of_its_fault() {
    let service = Service::start();
    let parcel = |coordinates: Json| {
        json!({"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": coordinates}}).to_string()
    };
    let square = [[108.0, 15.0], [108.0, 15.1], [108.1, 15.1], [108.1, 15.0], [108.0, 15.0]];
    for (coordinates, pointer, told) in [
        (
            json!([[[108.0, 15.0], [108.2, 15.2], [108.2, 15.0], [108.0, 15.2], [108.0, 15.0]]]),
            "/geometry/coordinates/0",
            "crosses itself at longitude 108.1, latitude 15.1",
        ),
        (json!([&square[..4]]), "/geometry/coordinates/0", "not closed"),
        (
            json!([square, [[109.0, 15.0], [109.1, 15.0], [109.1, 15.1], [109.0, 15.0]]]),
            "/geometry/coordinates/1",
            "inner ring 1 is not within",
        ),
    ] {
        let refused = service
            .ask(Method::POST, "/collections/parcels/items", &[], &parcel(coordinates))
            .await;
        assert_eq!(refused.status, 400);
        let fault = &refused.json()["errors"][0];
        assert_eq!(fault["pointer"], pointer);
        assert!(fault["detail_en"].as_str().unwrap().contains(told), "{fault}");
    }
    // A ring that goes the wrong way round is turned.
    let made = service
        .ask(Method::POST, "/collections/parcels/items", &[], &parcel(json!([square])))
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let path = made.header("location").strip_prefix("http://127.0.0.1:8080").unwrap().to_owned();
    let made = service.json(&path).await["geometry"]["coordinates"][0].take();
    let ring: Vec<[f64; 2]> = serde_json::from_value(made).unwrap();
    let turned: Vec<[f64; 2]> = square.iter().rev().copied().collect();
    assert_eq!(ring, turned);
}

#[tokio::test]
async fn options_tell_who_may_edit_what() {
    let service = Service::start();
    let options = async |path: &str, headers: &[(&str, &str)]| {
        service.ask(Method::OPTIONS, path, headers, "").await
    };
    let items = options(ITEMS, &[]).await;
    assert_eq!(items.status, 200);
    assert_eq!(items.header("allow"), "GET, HEAD, POST, OPTIONS");
    assert!(items.header("accept-post").contains("application/geo+json"));
    let item = options(&format!("{ITEMS}/1"), &[]).await;
    assert_eq!(item.header("allow"), "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
    assert_eq!(item.header("accept-patch"), "application/merge-patch+json");
    let other = options(&format!("{ITEMS}/1"), &[("x-forwarded-for", "203.0.113.7")]).await;
    assert_eq!((other.header("allow"), other.header("accept-patch")), ("GET, HEAD, OPTIONS", ""));
    assert_eq!(options("/collections/none/items", &[]).await.status, 404);
    assert_eq!(options("/collections", &[]).await.header("allow"), "GET,HEAD,OPTIONS");
    let wrong = service.ask(Method::DELETE, ITEMS, &[], "").await;
    assert_eq!((wrong.status.as_u16(), wrong.header("allow").contains("TRACE")), (405, false));
}
