//! What lies around every request, from the outside in: counting and tracing, the page that shows a
//! problem, compression, CORS, panics, limits.

use std::{
    any::Any,
    sync::Arc,
    time::{Duration, Instant as Moment},
};

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tokio::sync::Semaphore;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
    cors::{AllowOrigin, CorsLayer},
};

use super::{etag::mark_coding, format::Format, query::is_well_encoded};
use crate::{config::Config, error::Problem, html, state::App};

/// How long a file may take to be sent.
const UPLOAD: Duration = Duration::from_secs(30 * 60);

/// Headers that pages of other sites may read.
const EXPOSED: [&str; 9] = [
    "accept-patch",
    "accept-post",
    "allow",
    "content-crs",
    "etag",
    "link",
    "location",
    "ogc-numbermatched",
    "retry-after",
];

/// Puts every layer around the routes.
pub fn around(routes: Router, app: &App) -> Router {
    let limits = Limits {
        work: Arc::new(Semaphore::new(app.config.limits.concurrency)),
        url_bytes: app.config.limits.url_bytes,
        time: Duration::from_secs(app.config.limits.timeout_s),
    };
    // A router without routes of its own, so that the base path is taken off before one is chosen.
    // Each layer made of a function costs an allocation a request and a copy of all within: what
    // belongs together is one.
    Router::new()
        .fallback_service(routes)
        .layer(middleware::from_fn_with_state((app.clone(), limits), admitted))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(cors(&app.config))
        .layer(compression())
        .layer(middleware::from_fn_with_state(app.clone(), presented))
}

/// What every answer goes through: counted, with its tag, and a problem as a page for people.
async fn presented(State(app): State<App>, request: Request, next: Next) -> Response {
    let asked = Asked::of(&request);
    let wanted = Format::choose(None, request.headers(), &[Format::Json, Format::Html]);
    let wants_page = wanted.is_ok_and(|format| format == Format::Html);
    let is_head = request.method() == Method::HEAD;
    let mut response = options_without_origin(request, next).await;
    mark_coding(response.headers_mut());
    if wants_page && !is_head {
        response = problem_as_page(response);
    }
    asked.answered(&app, &mut response);
    response
}

/// What every request goes through: its base path is taken off, and it is let in or not.
async fn admitted(
    State((app, limits)): State<(App, Limits)>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.extensions().get::<PlainOptions>().is_some() {
        *request.method_mut() = Method::OPTIONS;
    }
    match without_base_path(&app, request) {
        Ok(request) => limited(&limits, request, next).await,
        Err(elsewhere) => elsewhere,
    }
}

/// The pattern of the route that answered, for metrics and traces.
#[derive(Debug, Clone)]
struct Route(MatchedPath);

/// Notes the route that was matched; lies around each route alone.
pub async fn note_route(path: MatchedPath, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.extensions_mut().insert(Route(path));
    response
}

/// What is remembered of a request while it is answered.
struct Asked {
    began: Moment,
    method: Method,
    uri: Uri,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        Self { began: Moment::now(), method, uri }
    }

    fn answered(self, app: &App, response: &mut Response) {
        let Self { began, method, uri } = self;
        let took = began.elapsed();
        let route = response.extensions().get::<Route>().map(|route| route.0.clone());
        let route = route.as_ref().map_or("other", |route| route.as_str());
        let status = response.status();
        app.metrics.answered(route, known_method(&method), status, took);
        let took_ms = took.as_secs_f64() * 1e3;
        if status.is_server_error() {
            tracing::warn!(%method, %uri, route, status = status.as_u16(), took_ms, "answered");
        } else {
            tracing::debug!(%method, %uri, route, status = status.as_u16(), took_ms, "answered");
        }
        let headers = response.headers_mut();
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    }
}

/// Methods that callers invent would each be a new series of metrics.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn panicked(payload: Box<dyn Any + Send + 'static>) -> Response {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
    tracing::error!(panic = text, "a request panicked; this is a fault of the program");
    Problem::fault().into_response()
}

/// A problem as a page; what is none stays as it is.
fn problem_as_page(response: Response) -> Response {
    let Some(problem) = response.extensions().get::<Arc<Problem>>().cloned() else {
        return response;
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Format::Html.media_type()));
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_ENCODING);
    Response::from_parts(parts, Body::from(html::problem(&problem.document()).0))
}

/// Answers are made for one caller, so time is worth more than the last tenth of the size; what many
/// get, tiles and the files of the web map, is compressed well and kept elsewhere.
fn compression() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new().quality(CompressionLevel::Precise(2)).compress_when(worth_compressing())
}

fn worth_compressing() -> impl Predicate {
    // PNG and other images are excluded by default; FlatGeobuf and vector tiles gain much.
    DefaultPredicate::new()
        .and(NotForContentType::const_new("font/"))
        .and(NotForContentType::const_new("application/zip"))
        .and(NotForContentType::const_new("application/vnd.google-earth.kmz"))
        .and(NotForContentType::const_new("application/vnd.openxmlformats"))
}

fn cors(config: &Config) -> CorsLayer {
    let origins = &config.http.cors_origins;
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins.iter().filter_map(|origin| origin.parse().ok()))
    };
    let methods =
        [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let headers = [
        header::ACCEPT,
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        HeaderName::from_static("last-event-id"),
        HeaderName::from_static("prefer"),
        HeaderName::from_static("content-crs"),
    ];
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods(methods)
        .allow_headers(headers)
        .expose_headers(EXPOSED.map(HeaderName::from_static))
        .max_age(Duration::from_secs(86_400))
}

/// Marks a plain OPTIONS, one that is no CORS preflight.
#[derive(Debug, Clone, Copy)]
struct PlainOptions;

/// Answers a plain OPTIONS with what the resource allows, where it does not say so itself.
async fn options_without_origin(mut request: Request, next: Next) -> Response {
    let is_preflight = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() != Method::OPTIONS || is_preflight {
        return next.run(request).await;
    }
    // The layer for CORS answers every OPTIONS; this one goes past it under another method.
    *request.method_mut() = Method::TRACE;
    request.extensions_mut().insert(PlainOptions);
    let response = next.run(request).await;
    let allow = response.headers().get(header::ALLOW).and_then(|allow| allow.to_str().ok());
    match allow {
        // The router's own 405 tells what a route does take.
        Some(allow) if !allow.contains("OPTIONS") => {
            let mut headers = HeaderMap::new();
            if let Ok(allow) = HeaderValue::from_str(&format!("{allow},OPTIONS")) {
                headers.insert(header::ALLOW, allow);
            }
            (StatusCode::NO_CONTENT, headers).into_response()
        }
        _ => response,
    }
}

#[derive(Clone)]
struct Limits {
    work: Arc<Semaphore>,
    url_bytes: usize,
    time: Duration,
}

async fn limited(limits: &Limits, request: Request, next: Next) -> Response {
    if let Err(problem) = check_address(&request, limits.url_bytes) {
        return problem.into_response();
    }
    // A server that is full must still be able to say so.
    if matches!(request.uri().path(), "/health" | "/metrics") {
        return next.run(request).await;
    }
    let Ok(_permit) = limits.work.clone().try_acquire_owned() else {
        return Problem::unavailable(
            "Máy chủ đang phục vụ quá nhiều yêu cầu; hãy thử lại sau ít giây.",
            "The server is at work on as many requests as it takes; try again in a few seconds.",
            2,
        )
        .into_response();
    };
    // A file that is sent takes the time of its way here.
    let time = if request.uri().path() == "/uploads" { UPLOAD } else { limits.time };
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable(
            format!(
                "Yêu cầu chạy quá {} giây; hãy thu hẹp bbox hoặc bộ lọc, hoặc giảm limit.",
                limits.time.as_secs()
            ),
            format!(
                "The request took more than {} s; narrow its bbox, its filter or its limit.",
                limits.time.as_secs()
            ),
            10,
        )
        .into_response(),
    }
}

fn check_address(request: &Request, longest: usize) -> Result<(), Problem> {
    let uri = request.uri();
    let length = uri.path_and_query().map_or(0, |address| address.as_str().len());
    if length > longest {
        return Err(Problem::new(
            StatusCode::URI_TOO_LONG,
            "address-too-long",
            city::Title::new("Địa chỉ quá dài", "Address too long"),
            city::Title::new(
                format!("Địa chỉ dài {length} byte; tối đa {longest}."),
                format!("The address has {length} bytes; at most {longest} are taken."),
            ),
        ));
    }
    let decoded = percent_encoding::percent_decode_str(uri.path()).decode_utf8();
    let good = is_well_encoded(uri.path()) && decoded.is_ok_and(|path| !path.contains('\0'));
    if good {
        return Ok(());
    }
    Err(Problem::bad_request(
        "Đường dẫn có mã hoá phần trăm bị hỏng: sau % phải là hai chữ số thập lục phân của văn bản UTF-8.",
        "The path has broken percent-encoding: % must be followed by two hexadecimal digits of UTF-8 text.",
    ))
}

/// Takes the base path off; a proxy may have done so already. The bare base path gets its slash,
/// since the web map's addresses are relative to it.
fn without_base_path(app: &App, mut request: Request) -> Result<Request, Response> {
    let base = app.config.http.base_path.as_str();
    let uri = request.uri();
    let Some(rest) = uri.path().strip_prefix(base).filter(|_| !base.is_empty()) else {
        return Ok(request);
    };
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    if rest.is_empty() {
        let location = format!("{base}/{query}");
        return Err(
            (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response()
        );
    }
    if rest.starts_with('/')
        && let Ok(inner) = format!("{rest}{query}").parse()
    {
        *request.uri_mut() = inner;
    }
    Ok(request)
}
