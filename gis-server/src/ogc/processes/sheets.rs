//! Maps of a run by commune, to be printed on A3.

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use utoipa::IntoParams;

use super::{JobPath, ended, report::not_handed_out};
use crate::{
    error::Problem,
    http::{ask::Ask, format::Format, link::Link, query::encode, work},
    jobs,
};

/// Stands for every commune in an address.
pub(super) const EVERY: &str = "all";
/// Sheets of one file at most.
const MOST_SHEETS: usize = 100;

/// The map of a commune.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub struct SheetPath {
    /// Number of a job
    #[param(value_type = u64)]
    pub job_id: String,
    /// Code of a commune that the run wets, or `all`
    pub commune_code: String,
}

/// The communes that a run wets, each with its map to be printed.
#[utoipa::path(
    get, path = "/jobs/{jobId}/map-sheets", tag = "Processes", operation_id = "getMapSheets",
    params(JobPath),
    responses(
        (status = 200, description = "Communes and links to their maps", body = Object),
        (status = 404, description = "No such job, or it has not ended", content_type = "application/problem+json"),
    )
)]
pub async fn list(ask: Ask, Path(path): Path<JobPath>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let job = ended(&ask, &path.job_id)?;
    let own = ask.base.url(&format!("/jobs/{}/map-sheets", job.id));
    let app = ask.app.clone();
    let communes =
        work::blocking(move || jobs::communes(&app, &job).map_err(|error| not_handed_out(&error)));
    let link = |code: &str, title: &str| {
        Link::new("alternate", format!("{own}/{}", encode(code)))
            .of_type("application/pdf")
            .titled(title)
    };
    let sheets: Vec<Json> = communes
        .await?
        .iter()
        .map(|it| json!({ "code": it.code, "name": it.name, "links": [link(&it.code, &it.name)] }))
        .collect();
    let links = match sheets.len() {
        0 => Vec::new(),
        _ => vec![link(EVERY, "Mọi xã, phường / Every commune")],
    };
    ask.json(Format::Json, &json!({ "sheets": sheets, "links": links }))
}

/// The map of a commune as one sheet of A3: water, closed roads, shelters, villages, and beside it what
/// there is to say. Those of the flood library were made with the run.
#[utoipa::path(
    get, path = "/jobs/{jobId}/map-sheets/{communeCode}", tag = "Processes", operation_id = "getMapSheet",
    params(SheetPath),
    responses(
        (status = 200, description = "The sheet; of `all`, a page for each commune", content_type = "application/pdf"),
        (status = 404, description = "No such job, or the run does not wet the commune", content_type = "application/problem+json"),
    )
)]
pub async fn one(ask: Ask, Path(path): Path<SheetPath>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let job = ended(&ask, &path.job_id)?;
    let (app, code, id) = (ask.app.clone(), path.commune_code.clone(), job.id);
    let made = work::blocking(move || {
        let sheet = match code.as_str() {
            EVERY => jobs::communes(&app, &job).and_then(|mut communes| {
                communes.truncate(MOST_SHEETS);
                let atlas = || jobs::atlas(&app, &job, &communes);
                (!communes.is_empty()).then(atlas).transpose()
            }),
            code => jobs::sheet(&app, &job, code),
        };
        sheet.map_err(|error| not_handed_out(&error))
    });
    let pdf = made.await?.ok_or_else(|| {
        Problem::not_found(
            format!("Lượt chạy {id} không có bản đồ này; xem /jobs/{id}/map-sheets."),
            format!("Run {id} has no such map; see /jobs/{id}/map-sheets."),
        )
    })?;
    let name: String =
        path.commune_code.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    let shown = format!("inline; filename=\"ban-do-ngap-{id}-{name}.pdf\"");
    let fields = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&shown).unwrap_or(HeaderValue::from_static("inline")),
        ),
    ];
    Ok(ask.marked((fields, pdf).into_response()))
}
