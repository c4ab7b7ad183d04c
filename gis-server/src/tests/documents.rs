use std::{collections::BTreeSet, path::Path};

use axum::http::Method;
use serde_json::Value as Json;

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
    // A page is no part of the API; an address with a slash at its end is the one without.
    let is_api = |path: &&str| *path == "/" || (*path != "/3d" && !path.ends_with('/'));
    let routed = ROUTES.iter().map(|route| route.path).filter(is_api);
    let routed: BTreeSet<String> = routed.map(|path| path.replace("{*", "{")).collect();
    let documented: BTreeSet<String> = documented.into_iter().map(str::to_owned).collect();
    assert_eq!(routed, documented);
}

/// The links of a document, however deep they stand in it.
fn links_of(document: &Json) -> Vec<&Json> {
    match document {
        Json::Object(members) => {
            let own = members.get("links").and_then(Json::as_array).into_iter().flatten();
            own.chain(members.values().flat_map(links_of)).collect()
        }
        Json::Array(items) => items.iter().flat_map(links_of).collect(),
        _ => Vec::new(),
    }
}

/// Follows every link from the landing page on. What says that it leads to this or that type does:
/// for a client that asks for that type, and where a document tells of itself, for anyone.
#[tokio::test]
async fn every_link_leads_to_what_it_says() {
    let service = Service::start();
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let (mut known, mut waiting) = (BTreeSet::new(), vec!["/?f=json".to_owned()]);
    waiting
        .push("/collections/wells/items/1?crs=http://www.opengis.net/def/crs/EPSG/0/5899".into());
    waiting.push("/tiles?collections=wells,roads".into());
    while let Some(path) = waiting.pop() {
        let document = service.json(&path).await;
        for link in links_of(&document).into_iter().filter(|link| link["templated"] != true) {
            let (href, rel) = (link["href"].as_str().unwrap(), link["rel"].as_str().unwrap());
            let own = href
                .strip_prefix("http://127.0.0.1:8080")
                .unwrap_or_else(|| panic!("{href} leads outside"));
            let said = link["type"].as_str().unwrap_or_else(|| panic!("{href} tells no type"));
            if !known.insert((own.to_owned(), rel.to_owned())) {
                continue;
            }
            let tells_of_itself = matches!(rel, "self" | "alternate");
            let accept = if tells_of_itself { browser } else { said };
            let answer = service.ask(Method::GET, own, &[("accept", accept)], "").await;
            if rel.ends_with("/execute") {
                // What is executed is posted to, and says so.
                assert_eq!(
                    (answer.status.as_u16(), answer.header("allow")),
                    (405, "POST"),
                    "{href}"
                );
                continue;
            }
            assert_eq!(answer.status, 200, "{path}: {href}");
            let essence = |text: &str| text.split(';').next().unwrap_or_default().to_owned();
            let found = essence(answer.header("content-type"));
            assert_eq!(found, essence(said), "{path}: {rel} {href}");
            if found.ends_with("json") && own != "/api?f=json" {
                waiting.push(own.to_owned());
            }
        }
    }
    assert!(known.len() > 100, "only {} links were found", known.len());
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
        "/tiles?f=html",
        "/tiles?collections=wells,roads&f=html",
        "/tiles/WebMercatorQuad?f=html",
        "/collections/wells/tiles?f=html",
        "/collections/wells/tiles/VN2000-TM3-10745?f=html",
        "/tileMatrixSets?f=html",
        "/tileMatrixSets/WebMercatorQuad?f=html",
        "/styles?f=html",
        "/styles/dothi?f=html",
        "/collections/roads/styles?f=html",
        "/collections/roads/styles/default?f=html",
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
