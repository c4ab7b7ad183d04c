use axum::http::Method;

use super::fixture::Service;

#[tokio::test]
async fn links_are_absolute_under_a_proxy_and_a_public_address() {
    let service = Service::start();
    let headers = [
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "gis.example.vn"),
        ("x-forwarded-prefix", "/dothi"),
    ];
    let answer = service.ask(Method::GET, "/?f=json", &headers, "").await;
    for link in answer.json()["links"].as_array().unwrap() {
        assert!(
            link["href"].as_str().unwrap().starts_with("https://gis.example.vn/dothi/"),
            "{link}"
        );
    }
    let public = Service::with(|config| config.http.public_url = Some("https://a.vn/x".into()));
    assert!(public.get("/?f=json").await.text().contains("https://a.vn/x/conformance"));
}

#[tokio::test]
async fn a_base_path_is_served_whether_a_proxy_takes_it_off_or_not() {
    let service = Service::with(|config| config.http.base_path = "/dothi".into());
    for path in ["/dothi/conformance", "/conformance"] {
        assert_eq!(service.get(path).await.status, 200, "{path}");
    }
    assert!(service.get("/dothi/?f=json").await.text().contains("/dothi/collections"));
    let bare = service.get("/dothi?f=json").await;
    assert_eq!((bare.status.as_u16(), bare.header("location")), (308, "/dothi/?f=json"));
    assert_eq!(service.get("/dothix/conformance").await.status, 404);
}

#[tokio::test]
async fn too_much_is_refused_with_a_problem_that_says_so() {
    let service = Service::with(|config| {
        config.limits.url_bytes = 200;
        config.limits.body_bytes = 100;
    });
    let long = service.get(&format!("/conformance?f={}", "a".repeat(300))).await;
    assert_eq!(long.status, 414);
    let large = service.ask(Method::POST, "/collections/wells/items", &[], &" ".repeat(200)).await;
    assert_eq!(large.status, 413);
    for answer in [long, large] {
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    let full = Service::with(|config| config.limits.concurrency = 1);
    let busy = futures_util::future::join_all((0..8).map(|_| full.get("/search?q=a"))).await;
    assert!(busy.iter().any(|answer| answer.status == 200));
    for answer in busy.iter().filter(|answer| answer.status != 200) {
        assert_eq!((answer.status.as_u16(), answer.header("retry-after").is_empty()), (503, false));
    }
}

#[tokio::test]
async fn methods_and_formats_that_are_not_there_are_said_so() {
    let service = Service::start();
    let wrong = service.ask(Method::DELETE, "/collections", &[], "").await;
    assert_eq!(wrong.status, 405);
    assert!(wrong.header("allow").contains("GET"));
    let options = service.ask(Method::OPTIONS, "/collections/wells/items", &[], "").await;
    assert_eq!(options.status, 200);
    assert!(options.header("allow").contains("POST"));
    let preflight = [("origin", "https://a.vn"), ("access-control-request-method", "PUT")];
    let preflight =
        service.ask(Method::OPTIONS, "/collections/wells/items/1", &preflight, "").await;
    assert!(preflight.header("access-control-allow-methods").contains("PUT"));
    let accept = service.ask(Method::GET, "/collections", &[("accept", "image/gif")], "").await;
    assert_eq!(accept.status, 406);
    let head = service.ask(Method::HEAD, "/collections/wells/items", &[], "").await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    for path in [
        "/nothing",
        "/collections/nothing",
        "/codelists/nothing",
        "/3d",
        "/collections/wells/items/99",
    ] {
        let answer = service.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
    for path in ["/collections/%zz", "/collections/%ff/items", "/collections/a%00b"] {
        assert_eq!(service.get(path).await.status, 400, "{path}");
    }
}

#[tokio::test]
async fn problems_are_pages_for_people() {
    let service = Service::start();
    let browser = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
    let answer = service.ask(Method::GET, "/nothing", &browser, "").await;
    assert_eq!(answer.status, 404);
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(answer.text().contains("Không tìm thấy"));
}

#[tokio::test]
async fn the_web_map_is_served_with_lasting_assets_and_nothing_beside_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    let web = dir.path().join("dist");
    std::fs::create_dir_all(web.join("assets")).unwrap();
    std::fs::write(web.join("index.html"), "<!doctype html><title>Bản đồ</title>").unwrap();
    std::fs::write(web.join("assets/map-1a2b.js"), "1").unwrap();
    std::fs::write(dir.path().join("secret.txt"), "secret").unwrap();
    let service = Service::with(|config| config.web.dir = web);
    let browser = [("accept", "text/html,*/*;q=0.8")];
    let index = service.ask(Method::GET, "/", &browser, "").await;
    assert!(index.text().contains("Bản đồ"));
    assert_eq!(index.header("cache-control"), "no-cache");
    let asset = service.get("/assets/map-1a2b.js").await;
    assert!(asset.header("cache-control").contains("immutable"));
    for path in
        ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/..%5csecret.txt"]
    {
        assert!(
            !service.get(path).await.text().contains("secret\n")
                && service.get(path).await.status == 404,
            "{path}"
        );
    }
    let without = Service::with(|config| config.web.dir = dir.path().join("none"));
    assert!(without.ask(Method::GET, "/", &browser, "").await.text().contains("make run"));
}
