use axum::http::Method;

use super::fixture::{OWNER, Service};

#[tokio::test]
async fn pages_follow_their_next_links_and_hold_every_feature_once() {
    let service = Service::start();
    let mut path = "/collections/parcels/items?limit=3".to_owned();
    let mut ids = Vec::new();
    loop {
        let page = service.json(&path).await;
        assert_eq!(page["numberMatched"], 10);
        assert_eq!(page["numberReturned"], page["features"].as_array().unwrap().len());
        ids.extend(page["features"].as_array().unwrap().iter().map(|f| f["id"].as_u64().unwrap()));
        let next = page["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next");
        let Some(next) = next else { break };
        path = next["href"]
            .as_str()
            .unwrap()
            .strip_prefix("http://127.0.0.1:8080")
            .unwrap()
            .to_owned();
    }
    assert_eq!(ids, (0..10).collect::<Vec<u64>>());
}

#[tokio::test]
async fn coordinates_come_in_the_system_and_order_that_was_asked_for() {
    let service = Service::start();
    let at =
        |crs: &str| format!("/collections/wells/items/1?crs=http://www.opengis.net/def/crs/{crs}");
    let zone = service.get(&at("EPSG/0/5899")).await;
    assert_eq!(zone.header("content-crs"), "<http://www.opengis.net/def/crs/EPSG/0/5899>");
    // The check point of Tam Kỳ (vietnam.md) to the millimetre, which is how it is written.
    assert_eq!(
        zone.json()["geometry"]["coordinates"],
        serde_json::json!([577_453.963, 1_722_531.703])
    );
    let north_first = service.json(&at("EPSG/0/4326")).await;
    assert_eq!(north_first["geometry"]["coordinates"], serde_json::json!([15.5736, 108.474]));
}

#[tokio::test]
async fn a_box_in_any_system_finds_the_same_feature() {
    let service = Service::start();
    for query in [
        "bbox=108.4739,15.5735,108.4741,15.5737",
        "bbox=108.4739,15.5735,-10,108.4741,15.5737,10",
        "bbox=15.5735,108.4739,15.5737,108.4741&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326",
        "bbox=577443,1722521,577463,1722541&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/5899",
        "bbox=577453.963,1722531.703,577453.963,1722531.703&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/5899",
        "name=Gi%E1%BA%BFng%201",
        "depth=1.5",
        "datetime=2025-01-15",
        "datetime=../2025-01-31T00:00:00Z",
    ] {
        let page = service.json(&format!("/collections/wells/items?{query}")).await;
        assert_eq!(page["numberMatched"], 1, "{query}");
        assert_eq!(page["features"][0]["id"], 1, "{query}");
    }
}

#[tokio::test]
async fn wrong_requests_get_400_with_what_was_wrong() {
    let service = Service::start();
    for (query, named) in [
        ("bbox=1,2,3", "bbox"),
        ("bbox=NaN,2,3,4", "bbox"),
        ("bbox=1,2,3,inf", "bbox"),
        ("bbox=1,4,3,2", "bbox"),
        ("bbox=0,0,1,1&bbox-crs=EPSG:27700", "bbox-crs"),
        ("bbox=0,0,1,1&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/5899", "bbox"),
        ("crs=nonsense", "crs"),
        ("limit=0", "limit"),
        ("limit=-5", "limit"),
        ("limit=many", "limit"),
        ("datetime=yesterday", "datetime"),
        ("datetime=2025-02-01/2025-01-01", "datetime"),
        ("cursor=17", "cursor"),
        ("f=shapefile", "f"),
        ("depth=deep", "depth"),
        ("colour=red", "colour"),
        ("limit=1&limit=2", "limit"),
        ("name=%zz", "%zz"),
    ] {
        let answer = service.get(&format!("/collections/wells/items?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json", "{query}");
        let problem = answer.json();
        assert!(problem["detail_en"].as_str().unwrap().contains(named), "{query}: {problem}");
        assert!(!problem["detail"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_limit_above_the_maximum_is_capped() {
    let service = Service::with(|config| config.limits.page_max = 4);
    let page = service.json("/collections/parcels/items?limit=99999999999999999999").await;
    assert_eq!(page["numberReturned"], 4);
}

#[tokio::test]
async fn personal_columns_do_not_exist_for_the_public_in_any_format() {
    let service = Service::start();
    let surfaces = [
        "items",
        "items?f=csv",
        "items?f=html",
        "items?f=fgb",
        "items/1",
        "items/1?f=html",
        "schema",
        "queryables",
        "",
    ];
    for surface in surfaces {
        let answer = service
            .get(
                format!("/collections/parcels/{surface}")
                    .replace("parcels/?", "parcels?")
                    .trim_end_matches('/'),
            )
            .await;
        assert_eq!(answer.status, 200, "{surface}");
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(
            !text.contains(OWNER) && !text.contains("owner_name") && !text.contains("\"chu\""),
            "{surface}"
        );
    }
    let filtered = service.get("/collections/parcels/items?chu=x").await;
    assert_eq!(filtered.status, 400);
    assert!(!filtered.json()["detail_en"].as_str().unwrap().contains(", chu"));
    let found = service.json("/search?q=kiem%20thu").await;
    assert_eq!(found["numberReturned"], 0);
}

#[tokio::test]
async fn csv_disarms_formulas_and_begins_with_a_byte_order_mark() {
    let service = Service::start();
    let answer = service.get("/collections/roads/items?f=csv").await;
    let text = answer.text();
    assert!(text.starts_with("\u{feff}id,ten,geometry\r\n"), "{text}");
    assert!(text.contains("\"'=Bẫy\""), "{text}");
    assert_eq!(text.lines().count(), 5);
    assert!(answer.header("content-disposition").contains("roads-synthetic.csv"));
}

#[tokio::test]
async fn flatgeobuf_opens_with_its_magic_and_is_whole_without_a_limit() {
    let service = Service::with(|config| config.limits.page_default = 2);
    let whole = service.get("/collections/parcels/items?f=fgb").await;
    assert_eq!(&whole.body[..4], b"fgb\x03");
    let part = service.get("/collections/parcels/items?f=fgb&limit=2").await;
    assert!(part.body.len() < whole.body.len());
}

#[tokio::test]
async fn an_answer_that_is_known_is_not_sent_again() {
    let service = Service::start();
    for path in [
        "/collections",
        "/collections/wells",
        "/collections/wells/items",
        "/collections/wells/items/1",
        "/api?f=json",
        "/?f=json",
        "/conformance",
        "/tiles",
        "/tileMatrixSets",
        "/styles",
        "/styles/dothi",
        "/codelists?f=html",
    ] {
        let first = service.get(path).await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"'), "{path}: strong");
        let again = service.ask(Method::GET, path, &[("if-none-match", &tag)], "").await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), tag);
        let other = service.ask(Method::GET, path, &[("if-none-match", "\"other\"")], "").await;
        assert_eq!(other.status, 200, "{path}");
    }
}

#[tokio::test]
async fn compressed_answers_have_tags_of_their_own_that_serve_as_well() {
    let service = Service::start();
    let path = "/collections/parcels/items";
    let plain = service.get(path).await;
    let packed = service.ask(Method::GET, path, &[("accept-encoding", "zstd")], "").await;
    assert_eq!(packed.header("content-encoding"), "zstd");
    assert_ne!(packed.header("etag"), plain.header("etag"));
    let known = [("accept-encoding", "zstd"), ("if-none-match", packed.header("etag"))];
    assert_eq!(service.ask(Method::GET, path, &known, "").await.status, 304);
}

#[tokio::test]
async fn the_schema_tells_types_titles_and_what_may_be_asked() {
    let service = Service::start();
    let schema = service.json("/collections/wells/schema").await;
    assert_eq!(schema["properties"]["depth"]["type"], "number");
    assert_eq!(schema["properties"]["from"]["format"], "date");
    assert_eq!(schema["properties"]["geometry"]["x-ogc-role"], "primary-geometry");
    let collection = service.json("/collections/wells").await;
    let interval = &collection["extent"]["temporal"]["interval"][0];
    // The first of January 2025 begins in UTC+7; the wells hold until further notice.
    assert_eq!(interval, &serde_json::json!(["2024-12-31T17:00:00Z", null]));
}

/// The wells hold from the first of January to May 2025 on, which begin at 17:00 UTC the day before.
#[tokio::test]
async fn datetime_takes_instants_and_intervals_open_on_either_side() {
    let service = Service::start();
    for (datetime, expected) in [
        ("2025-03-01T00:00:00Z", 3),
        ("2025-02-28T17:00:00Z", 3),
        ("2025-02-28T16:59:59.999999Z", 2),
        ("2025-03-01T00:00:00%2B07:00", 3),
        ("2025-03-01T00:00:00+07:00", 3),
        ("2025-03-01t00:00:00z", 3),
        ("2025-02-01T00:00:00Z/2025-03-15T00:00:00Z", 3),
        ("2025-01-15T00:00:00Z/2025-01-15T00:00:00Z", 1),
        ("../2025-02-15T00:00:00Z", 2),
        ("/2025-02-15T00:00:00Z", 2),
        ("2030-01-01T00:00:00Z/..", 5),
        ("2030-01-01T00:00:00Z/", 5),
        ("2024-01-01/2024-06-01", 0),
    ] {
        let path = format!("/collections/wells/items?datetime={datetime}");
        assert_eq!(service.json(&path).await["numberMatched"], expected, "{datetime}");
        let timeless = format!("/collections/roads/items?datetime={datetime}");
        assert_eq!(service.json(&timeless).await["numberMatched"], 4, "{datetime}");
    }
    for datetime in ["../..", "/", "..", "now", "2025-01-01/2025-02-01/2025-03-01"] {
        let answer = service.get(&format!("/collections/wells/items?datetime={datetime}")).await;
        assert_eq!(answer.status, 400, "{datetime}");
    }
}

#[tokio::test]
async fn a_limited_download_tells_of_its_next_page_in_a_header() {
    let service = Service::start();
    for format in ["csv", "fgb", "html", "geojson"] {
        let path = format!("/collections/wells/items?limit=2&f={format}");
        let page = service.get(&path).await;
        assert_eq!(page.header("ogc-numbermatched"), "5", "{format}");
        let next = page.header("link");
        assert!(next.contains(&format!("f={format}")) && next.ends_with("rel=\"next\""), "{next}");
        let own = next.trim_start_matches("<http://127.0.0.1:8080").split('>').next().unwrap();
        assert_eq!(service.get(own).await.status, 200, "{own}");
    }
    let whole = service.get("/collections/wells/items?f=csv").await;
    assert_eq!(whole.header("link"), "");
}
