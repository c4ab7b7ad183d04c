//! `/sprites`: the signs of the styles, as MapLibre asks for them and each by itself.

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use city::Layer;
use utoipa::OpenApi;

use super::Part;
use crate::{
    error::{Problem, ProblemDocument},
    http::{ask::Ask, base::Base, etag::ETag, link::Link},
    sprites,
};

/// Signs.
pub const PART: Part = Part {
    name: "Sprites",
    conformance: &[],
    landing_links: |_: &Base| Vec::<Link>::new(),
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(sheet, sign))]
struct Document;

/// All signs on one picture, or where each of them is on it.
#[utoipa::path(
    get, path = "/sprites/{file}", tag = "Styles", operation_id = "getSprites",
    params(("file" = String, Path, description = "dothi.json or dothi.png; dothi@2x.json or dothi@2x.png with two pixels for one")),
    responses(
        (status = 200, description = "The picture, or the places", content((Object = "application/json"), (String = "image/png"))),
        (status = 404, description = "No such file", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn sheet(Path(file): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&[])?;
    let unknown = || no_sign(&file);
    let (name, ending) = file.rsplit_once('.').ok_or_else(unknown)?;
    let (name, ratio) = match name.strip_suffix("@2x") {
        Some(name) => (name, 2),
        None => (name, 1),
    };
    let sheet = sprites::sheet(ratio).filter(|_| name == sprites::NAME).ok_or_else(unknown)?;
    match ending {
        "png" => Ok(answer(&ask, "image/png", &sheet.png)),
        "json" => {
            let bytes = serde_json::to_vec(&sheet.index).map_err(|e| Problem::internal(&e))?;
            Ok(answer(&ask, "application/json", &bytes))
        }
        _ => Err(unknown()),
    }
}

/// One sign as a drawing.
#[utoipa::path(
    get, path = "/sprites/dothi/{icon}", tag = "Styles", operation_id = "getSign",
    params(("icon" = String, Path, description = "Name of a sign with .svg, such as school.svg")),
    responses(
        (status = 200, description = "The drawing", content_type = "image/svg+xml", body = String),
        (status = 404, description = "No such sign", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn sign(Path(icon): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&[])?;
    let svg = icon.strip_suffix(".svg").and_then(sprites::svg).ok_or_else(|| no_sign(&icon))?;
    Ok(answer(&ask, "image/svg+xml", svg.as_bytes()))
}

fn answer(ask: &Ask, media_type: &'static str, bytes: &[u8]) -> Response {
    let fields = [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))];
    let whole = || (fields, bytes.to_vec()).into_response();
    ask.marked(ETag::of_bytes(bytes).answer(&ask.headers, whole))
}

fn no_sign(file: &str) -> Problem {
    let file: String = file.chars().take(80).collect();
    Problem::not_found(
        format!("Không có '{file}' ở đây; /sprites/{}.json kể các ký hiệu.", sprites::NAME),
        format!("There is no '{file}' here; /sprites/{}.json lists the signs.", sprites::NAME),
    )
}
