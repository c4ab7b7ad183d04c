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
use utoipa::{
    OpenApi as _,
    openapi::{
        ContentBuilder, Object, OpenApi, ResponseBuilder, path::OperationBuilder,
        request_body::RequestBodyBuilder,
    },
};

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
    openapi: described,
};

#[derive(utoipa::OpenApi)]
#[openapi(paths(root, resource))]
struct Document;

/// The operations: reading as it is written below, and the methods that write, whose bodies and answers the
/// standard describes.
fn described() -> OpenApi {
    let mut document = Document::openapi();
    let Some(item) = document.paths.paths.get_mut("/sensorthings/v1.1/{path}") else {
        return document;
    };
    let parameters = item.get.as_ref().and_then(|get| get.parameters.clone());
    let write = |id: &str, summary: &str, done: &[(&str, &str)], takes_body: bool| {
        let mut operation = OperationBuilder::new()
            .operation_id(Some(id))
            .tag("SensorThings")
            .summary(Some(summary));
        let refused = [
            ("401", "The token is nobody's"),
            ("403", "Not for the caller"),
            ("405", "What the path leads to does not take the method"),
            ("409", "It would contradict what is there"),
        ];
        for (status, said) in done.iter().chain(&refused) {
            operation =
                operation.response(*status, ResponseBuilder::new().description(*said).build());
        }
        if takes_body {
            let entity = ContentBuilder::new().schema(Some(Object::new())).build();
            let body = RequestBodyBuilder::new().content("application/json", entity).build();
            operation = operation.request_body(Some(body));
        }
        let mut operation = operation.build();
        operation.parameters = parameters.clone();
        Some(operation)
    };
    item.post = write(
        "createSensorThingsEntity",
        "Makes an entity; `$batch` and `CreateObservations` take several requests in one",
        &[("200", "What became of each of several"), ("201", "The entity was made")],
        true,
    );
    let changed = [("200", "The entity as it is now"), ("204", "The entity was changed")];
    item.put = write("replaceSensorThingsEntity", "Replaces an entity", &changed, true);
    item.patch = write("updateSensorThingsEntity", "Changes an entity", &changed, true);
    let gone = [("200", "The entity is gone"), ("204", "The entity is gone")];
    item.delete = write("deleteSensorThingsEntity", "Takes an entity away", &gone, false);
    document
}

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
