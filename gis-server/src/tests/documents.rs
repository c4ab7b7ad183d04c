use std::{collections::BTreeSet, path::Path};

use super::fixture::Service;
use crate::{http::base::Base, ogc::api, routes::ROUTES};

/// `make bless` writes the file anew; look at the difference before you commit it.
#[test]
fn the_api_document_is_the_golden_one() {
    let document = api::document(&Base::new("http://127.0.0.1:8080"));
    let found = serde_json::to_string_pretty(&document).unwrap() + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    if std::env::var_os("DOTHI_BLESS").is_some() {
        std::fs::write(&file, &found).unwrap();
    }
    let agreed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == agreed,
        "the API changed: run `make bless` and look at what changed in openapi.json"
    );
}

#[test]
fn every_route_is_in_the_api_document_and_the_other_way_round() {
    let json = serde_json::to_value(api::document(&Base::new("http://a"))).unwrap();
    let documented: BTreeSet<&str> =
        json["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let routed: BTreeSet<&str> =
        ROUTES.iter().map(|route| route.path).filter(|path| *path != "/3d").collect();
    assert_eq!(routed, documented);
}

#[tokio::test]
async fn every_link_of_the_landing_page_and_of_a_collection_is_alive() {
    let service = Service::start();
    for path in [
        "/?f=json",
        "/collections/wells",
        "/collections/wells/items?limit=2",
        "/collections/wells/items/1",
    ] {
        let document = service.json(path).await;
        let links =
            document["links"].as_array().unwrap().iter().filter(|link| link["templated"] != true);
        for link in links {
            let href = link["href"].as_str().unwrap();
            let own = href
                .strip_prefix("http://127.0.0.1:8080")
                .unwrap_or_else(|| panic!("{href} leads outside"));
            assert_eq!(service.get(own).await.status, 200, "{path}: {href}");
        }
    }
}

#[tokio::test]
async fn every_document_has_a_page_in_vietnamese_that_asks_no_outside_host() {
    let service = Service::start();
    for path in [
        "/?f=html",
        "/api?f=html",
        "/conformance?f=html",
        "/collections?f=html",
        "/collections/wells?f=html",
        "/collections/wells/schema?f=html",
        "/collections/wells/items?f=html",
        "/collections/wells/items/1?f=html",
        "/codelists?f=html",
        "/codelists/land-use?f=html",
    ] {
        let answer = service.get(path).await;
        let text = answer.text();
        assert_eq!(answer.status, 200, "{path}");
        assert!(text.contains("<html lang=\"vi\">") && text.ends_with("</html>"), "{path}");
        assert!(!text.contains("<script") && !text.contains("src=\"http"), "{path}");
    }
}

#[tokio::test]
async fn health_and_metrics_tell_what_is_served() {
    let service = Service::start();
    let health = service.json("/health").await;
    assert_eq!((&health["status"], &health["layers"]), (&"ok".into(), &3.into()));
    service.json("/collections").await;
    let metrics = service.get("/metrics").await.text();
    for line in [
        "dothi_http_requests_total{route=\"/collections\",method=\"GET\",status=\"200\"} 1",
        "dothi_layer_features{layer=\"wells\"} 5",
    ] {
        assert!(metrics.contains(line), "{line}:\n{metrics}");
    }
}

#[tokio::test]
async fn code_lists_carry_their_sources() {
    let service = Service::start();
    let list = service.json("/codelists").await;
    let first = &list["codelists"][0];
    assert!(!first["source"].as_str().unwrap().is_empty());
    let document = service.json("/codelists/land-use").await;
    assert!(document["codes"].as_array().unwrap().iter().any(|code| code["code"] == "LUC"));
}
