//! `/api`: the API document, generated from the code (OpenAPI 3.1).

use axum::response::Response;
use utoipa::{
    OpenApi as _,
    openapi::{OpenApi, ServerBuilder},
};

use super::{PARTS, refusals};
use crate::{
    error::{Problem, ProblemDocument},
    html,
    http::{ask::Ask, base::Base, format::Format},
    operate,
};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Dothi",
        description = "Máy chủ GIS đô thị: OGC API Features, Tiles, Styles; tìm kiếm; bảng mã. \
                       Urban GIS server: OGC API Features, Tiles, Styles; search; code lists.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT"),
    ),
    paths(show),
    components(schemas(ProblemDocument))
)]
struct Document;

/// The whole document: what every part brings, under the address of this server.
pub fn document(base: &Base) -> OpenApi {
    let parts = PARTS.iter().map(|part| (part.openapi)());
    let mut whole =
        parts.chain([operate::openapi()]).fold(Document::openapi(), |mut whole, part| {
            whole.merge(part);
            whole
        });
    refusals::share(&mut whole);
    whole.info.version = env!("CARGO_PKG_VERSION").to_owned();
    whole.servers = Some(vec![ServerBuilder::new().url(base.as_str()).build()]);
    whole
}

/// The API document.
#[utoipa::path(
    get, path = "/api", tag = "Dothi", operation_id = "getApiDocument",
    params(("f" = Option<String>, Query, description = "json or html")),
    responses((status = 200, description = "OpenAPI 3.1 document"))
)]
pub async fn show(ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&[Format::OpenApi, Format::Html])?;
    ask.answer(format, &document(&ask.base), |document| html::api(&ask.base, document))
}
