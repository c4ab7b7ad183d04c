//! The web map's files, as `web/` builds them.

use std::path::{Path, PathBuf};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::{error::Problem, html, state::App};

/// The folder with the built web map: the configured one, else `web/dist` in the current folder or
/// beside the program, where `make run` and an unpacked archive have it.
pub fn folder(configured: &Path) -> PathBuf {
    if !configured.as_os_str().is_empty() {
        return configured.to_owned();
    }
    let program = std::env::current_exe().ok();
    let above = program.iter().flat_map(|program| program.ancestors().skip(1).take(4));
    let places = std::iter::once(Path::new("")).chain(above).map(|place| place.join("web/dist"));
    places
        .into_iter()
        .find(|place| place.join("index.html").is_file())
        .unwrap_or_else(|| "web/dist".into())
}

/// The page of the web map; where it is not built, a page that says so.
pub async fn index(app: &App, request: Request) -> Response {
    let mut response = match file(app, request, "/index.html").await {
        Some(response) => response,
        None => (StatusCode::OK, html::not_built()).into_response(),
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// Whatever no route takes: a file of the web map, else 404.
pub async fn other(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let readable = matches!(*request.method(), Method::GET | Method::HEAD);
    let found = if readable && path != "/" { file(&app, request, &path).await } else { None };
    found.unwrap_or_else(|| {
        let shown: String = path.chars().take(120).collect();
        Problem::not_found(
            format!("Không có gì ở '{shown}'. Trang đầu '/' dẫn đến mọi tài nguyên."),
            format!("There is nothing at '{shown}'. The landing page '/' links to everything."),
        )
        .into_response()
    })
}

/// `/3d`: the browser twin, once it is built.
pub async fn twin(State(app): State<App>, request: Request) -> Response {
    file(&app, request, "/3d/index.html").await.unwrap_or_else(|| {
        Problem::not_found(
            "Bản 3D trong trình duyệt chưa được xây dựng ở phiên bản này.",
            "The browser twin is not built in this version.",
        )
        .into_response()
    })
}

async fn file(app: &App, request: Request, path: &str) -> Option<Response> {
    let (mut parts, _) = request.into_parts();
    parts.uri = path.parse::<Uri>().ok()?;
    let files = ServeDir::new(&app.config.web.dir)
        .append_index_html_on_directories(false)
        .precompressed_zstd()
        .precompressed_br()
        .precompressed_gzip();
    let served = files.oneshot(Request::from_parts(parts, Body::empty())).await.ok()?;
    let mut response = served.map(Body::new);
    let status = response.status();
    if matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)
        || status.is_server_error()
    {
        return None;
    }
    // Vite names what stands in assets/ by its content, so that it never changes.
    let lasts = path.starts_with("/assets/") && status.is_success();
    let cache = if lasts { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    Some(response)
}
