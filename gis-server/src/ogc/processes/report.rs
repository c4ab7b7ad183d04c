//! Runs as official documents.

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use city::scenario::Scenario;

use super::{JobPath, ended, jobs_of, on_duty, one_of};
use crate::{
    error::{Problem, chain},
    flood::{Dossier, FloodError, House, ReportKind, Sources, compose},
    http::{ask::Ask, work},
    jobs::SCENARIO,
    report,
};

/// The files that a report is handed out as: name in `f`, media type.
const FILES: [(&str, &str); 4] = [
    ("pdf", "application/pdf"),
    ("html", "text/html; charset=utf-8"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
];

/// A run as an official document in the layout of Decree 30/2020/NĐ-CP; its tables as a workbook.
#[utoipa::path(
    get, path = "/jobs/{jobId}/report", tag = "Processes", operation_id = "getReport",
    params(
        JobPath,
        ("kind" = Option<String>, Query, description = "full where it is left out; quick: a page for those who must act now; evacuation: who leaves from where to where, by when"),
        ("f" = Option<String>, Query, description = "pdf where it is left out; html, docx, xlsx"),
    ),
    responses(
        (status = 200, description = "The document", content_type = "application/pdf"),
        (status = 403, description = "The caller runs nothing", content_type = "application/problem+json"),
        (status = 404, description = "No such job", content_type = "application/problem+json"),
    )
)]
pub async fn report(ask: Ask, Path(path): Path<JobPath>) -> Result<Response, Problem> {
    ask.query.only(&["kind", "f"])?;
    let kind = one_of(&ask, "kind", ReportKind::ALL, |kind| kind.name())?;
    let (name, media_type) = one_of(&ask, "f", FILES, |(name, _)| name)?;
    let job = ended(&ask, &path.job_id)?;
    // What is published is for everyone in its short form; lists of households are not.
    if kind != ReportKind::Quick || job.published.is_none() {
        on_duty(&ask)?;
    }
    let jobs = jobs_of(&ask)?;
    let (folder, now) = (jobs.folder(job.id), jobs.now());
    let (app, viewer, standing) = (ask.app.clone(), ask.caller.viewer.clone(), job.standing());
    let made = work::blocking(move || {
        let fault = |error: FloodError| Problem::internal(&error);
        let scenario = folder.read_json::<Scenario>(SCENARIO).map_err(fault)?;
        let Some(Scenario::Flood(scenario)) = scenario else { return Err(Problem::fault()) };
        let house = House::read(&app.config.data).map_err(|why| {
            Problem::unavailable(format!("Không lập được báo cáo: {why}"), why, 60)
        })?;
        let fonts = report::Fonts::of_system();
        let font = fonts.as_ref().ok().map(report::Fonts::regular);
        let city = app.store.city();
        let sources = Sources::of(&app, &city, &viewer);
        let dossier = Dossier {
            folder: &folder,
            job: job.id,
            scenario: &scenario,
            standing,
            house: &house,
            now,
            font,
        };
        let document = compose(kind, &dossier, &sources).map_err(fault)?;
        let written = match name {
            "html" => Ok(report::html(&document).into_bytes()),
            "docx" => report::docx(&document),
            "xlsx" => report::xlsx(&document),
            _ => fonts.and_then(|fonts| report::pdf(&document, &fonts)),
        };
        written.map_err(|error| {
            let why = chain(&error);
            Problem::unavailable(format!("Không lập được báo cáo: {why}"), why, 60)
        })
    });
    let shown = format!("inline; filename=\"ngap-{}-{}.{name}\"", path.job_id, kind.name());
    let fields = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&shown).unwrap_or(HeaderValue::from_static("inline")),
        ),
    ];
    Ok(ask.marked((fields, made.await?).into_response()))
}
