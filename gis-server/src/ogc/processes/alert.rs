//! The draft of a warning from a run.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use city::scenario::Scenario;
use feeds::alerts::cap;

use super::{JobPath, ended, jobs_of, on_duty};
use crate::{
    alerts::warnings,
    error::Problem,
    flood::{Draft, FloodError, SUMMARY, file_of},
    http::{ask::Ask, work},
    jobs::SCENARIO,
};

/// The draft of a CAP 1.2 message from what a run says: status Draft, for an officer to mend and issue.
#[utoipa::path(
    get, path = "/jobs/{jobId}/alert-draft", tag = "Processes", operation_id = "getAlertDraft",
    params(JobPath),
    responses(
        (status = 200, description = "CAP 1.2, status Draft", content_type = "application/cap+xml", body = String),
        (status = 403, description = "The caller runs nothing", content_type = "application/problem+json"),
        (status = 404, description = "No such job, or it hits no commune", content_type = "application/problem+json"),
    )
)]
pub async fn draft(ask: Ask, Path(path): Path<JobPath>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    on_duty(&ask)?;
    let job = ended(&ask, &path.job_id)?;
    let folder = jobs_of(&ask)?.folder(job.id);
    let (app, web) = (ask.app.clone(), ask.base.url(&format!("/jobs/{}", job.id)));
    let document = work::blocking(move || {
        let unread = |error: FloodError| Problem::internal(&error);
        let missing = || {
            Problem::not_found(
                "Lượt chạy này không có người ở vùng ngập nào để cảnh báo.",
                "Nobody lives where this run has water: there is nothing to warn of.",
            )
        };
        let warnings = warnings(&app)?;
        let scenario = folder.read_json::<Scenario>(SCENARIO).map_err(unread)?;
        let summary = folder.read_json(SUMMARY).map_err(unread)?;
        let (Some(Scenario::Flood(scenario)), Some(summary)) = (scenario, summary) else {
            return Err(missing());
        };
        let units = folder.read_json(&file_of("units")).map_err(unread)?.unwrap_or_default();
        let draft = Draft {
            job: job.id,
            finished: job.finished.unwrap_or(job.created),
            summary: &summary,
            scenario: &scenario,
            units: &units,
            sender: warnings.sender(),
            web,
        };
        let message = draft.message(|code| warnings.commune(code)).ok_or_else(missing)?;
        cap::write(&message).map_err(|error| Problem::internal(&error))
    });
    let fields = [(header::CONTENT_TYPE, "application/cap+xml; charset=utf-8")];
    Ok(ask.marked((fields, document.await?).into_response()))
}
