//! Runs as official documents.

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::{JobPath, ended, on_duty, one_of};
use crate::{
    error::{Problem, chain},
    flood::{FloodError, ReportKind, compose},
    http::{ask::Ask, work},
    jobs::{HandoutError, hand_out},
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
    let (app, viewer) = (ask.app.clone(), ask.caller.viewer.clone());
    let made = work::blocking(move || {
        let document =
            hand_out(&app, &viewer, &job, |dossier, sources| Ok(compose(kind, dossier, sources)?));
        let document = document.map_err(|error| not_handed_out(&error))?;
        let written = match name {
            "html" => Ok(report::html(&document).into_bytes()),
            "docx" => report::docx(&document),
            "xlsx" => report::xlsx(&document),
            _ => app.fonts.get().and_then(|fonts| report::pdf(&document, fonts)),
        };
        written.map_err(|error| not_handed_out(&error.into()))
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

/// What is told of a document that cannot be made.
pub(super) fn not_handed_out(error: &HandoutError) -> Problem {
    match error {
        HandoutError::Flood(FloodError::Template(_))
        | HandoutError::House(_)
        | HandoutError::Report(_)
        | HandoutError::Jobs(_) => {
            let why = chain(error);
            Problem::unavailable(format!("Không lập được tài liệu: {why}"), why, 60)
        }
        HandoutError::Flood(_) | HandoutError::NoScenario => Problem::internal(error),
    }
}
