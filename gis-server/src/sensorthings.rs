//! `/sensorthings/v1.1`: the SensorThings API (OGC 18-088) over HTTP. What it answers is the crate
//! `feeds`' own; here requests are handed in and answers out.

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use city::Layer;
use feeds::service::requests::{self, MOST_BODY_BYTES, Rights};
use utoipa::OpenApi;

use crate::{
    caller::Caller,
    error::Problem,
    http::{base::Base, link::Link},
    live::sensing,
    ogc::Part,
    state::App,
};

/// Where the service is.
pub const ROOT: &str = "/sensorthings/v1.1";

/// SensorThings.
pub const PART: Part = Part {
    name: "OGC SensorThings API 1.1",
    conformance: &[],
    landing_links: |base| {
        let link = Link::new("service", base.url(ROOT)).of_type("application/json");
        vec![link.titled("Quan trắc, cảm biến · Observations (SensorThings)")]
    },
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(root, resource))]
struct Document;

/// What the service has and which requirement classes it fulfils.
#[utoipa::path(
    get, path = "/sensorthings/v1.1", tag = "SensorThings", operation_id = "getSensorThings",
    responses((status = 200, description = "Sets of entities, `serverSettings`", content_type = "application/json", body = Object))
)]
pub async fn root(state: State<App>, base: Base, caller: Caller, request: Request) -> Response {
    resource(state, base, caller, request).await
}

/// A resource path of OGC 18-088 with its query options. POST, PUT, PATCH and DELETE work as the
/// standard says; `$batch` and `CreateObservations` take POST.
#[utoipa::path(
    get, path = "/sensorthings/v1.1/{path}", tag = "SensorThings", operation_id = "getSensorThingsResource",
    params(("path" = String, Path, description = "Such as Things(3)/Datastreams; options as $filter, $expand, $select, $orderby, $top, $skip, $count, $resultFormat")),
    responses(
        (status = 200, description = "An entity, a set, a property", content_type = "application/json", body = Object),
        (status = 400, description = "The path or an option cannot be read", content_type = "application/problem+json"),
        (status = 404, description = "The path leads to nothing", content_type = "application/problem+json"),
    )
)]
pub async fn resource(
    State(app): State<App>,
    base: Base,
    caller: Caller,
    request: Request,
) -> Response {
    let mut response = match answer(&app, &base, &caller, request).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    caller.mark(&mut response);
    response
}

async fn answer(
    app: &App,
    base: &Base,
    caller: &Caller,
    request: Request,
) -> Result<Response, Problem> {
    let sensing = sensing(app)?;
    let (parts, body) = request.into_parts();
    let method = method_of(&parts.method);
    let most = app.config.limits.body_bytes.min(MOST_BODY_BYTES);
    let text = |name: HeaderName| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let path = parts.uri.path();
    let path = path.strip_prefix(ROOT).unwrap_or(path).trim_start_matches('/');
    let request = requests::Request {
        method,
        path: path.to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        root: base.url(ROOT),
        content_type: text(header::CONTENT_TYPE),
        prefer: text(HeaderName::from_static("prefer")),
        body: read(body, most).await?,
    };
    let viewer = &caller.viewer;
    let rights = Rights {
        name: viewer.name.clone(),
        may_read: true,
        may_publish: viewer.may_observe.clone(),
        may_edit: viewer.may_write,
        may_command: viewer.may_run,
    };
    let answer = sensing.service.respond(request, &rights).await;
    Ok(sent(answer))
}

/// The method.
fn method_of(method: &Method) -> requests::Method {
    match *method {
        Method::OPTIONS => requests::Method::Options,
        _ => requests::Method::from_name(method.as_str()).unwrap_or(requests::Method::Options),
    }
}

async fn read(body: Body, most: usize) -> Result<Bytes, Problem> {
    axum::body::to_bytes(body, most).await.map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body-too-large",
            city::Title::new("Nội dung quá lớn", "Body too large"),
            city::Title::new(
                format!("Nội dung gửi lên tối đa {most} byte; hãy chia thành nhiều yêu cầu."),
                format!("A body has at most {most} bytes; send several requests."),
            ),
        )
    })
}

fn sent(answer: requests::Response) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, text: Option<&str>| {
        if let Some(value) = text.and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(name, value);
        }
    };
    let retry_after = answer.retry_after.map(|wait| wait.as_secs().max(1).to_string());
    set(header::CONTENT_TYPE, answer.content_type.as_deref());
    set(header::LOCATION, answer.location.as_deref());
    set(header::ALLOW, answer.allow);
    set(header::RETRY_AFTER, retry_after.as_deref());
    set(header::CACHE_CONTROL, Some("no-cache"));
    (status, headers, answer.body).into_response()
}
