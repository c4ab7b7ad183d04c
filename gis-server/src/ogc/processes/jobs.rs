//! Jobs: how they stand, and stopping them.

use axum::{extract::Path, response::Response};
use serde_json::{Value as Json, json};

use super::{JobPath, jobs_of, may_see, on_duty, seen};
use crate::{
    error::Problem,
    http::{ask::Ask, base::Base, format::Format, link::Link, work},
    jobs::{Job, JobError, Lane, Status},
    ogc::refusals::BadParameter,
};

/// Jobs of a page when the request does not say, and at most.
const PAGE: (usize, usize) = (50, 500);

/// A job as OGC API Processes writes it (statusInfo), with Dothi's own members.
pub(super) fn document(base: &Base, job: &Job) -> Json {
    let own = base.url(&format!("/jobs/{}", job.id));
    let mut links = vec![Link::new("self", own.clone()).of_type("application/json")];
    if job.status == Status::Successful {
        let results = "http://www.opengis.net/def/rel/ogc/1.0/results";
        links.push(Link::new(results, format!("{own}/results")).of_type("application/json"));
    }
    let message = job.message.as_ref().map(|it| format!("{} / {}", it.vi, it.en));
    json!({
        "processID": job.process,
        "type": "process",
        "jobID": job.id.to_string(),
        "status": job.status.name(),
        "title": job.title,
        "owner": job.owner,
        "message": message,
        "published": job.published,
        "created": job.created,
        "started": job.started,
        "finished": job.finished,
        "estimatedEnd": job.estimated_end,
        "progress": (100.0 * job.progress).round(),
        "links": links,
    })
}

/// Runs, the latest first: all of them for who runs things, those that are published for everyone.
#[utoipa::path(
    get, path = "/jobs", tag = "Processes", operation_id = "getJobs",
    params(
        ("status" = Option<String>, Query, description = "Only those that stand so: accepted, running, successful, failed, dismissed"),
        ("processID" = Option<String>, Query, description = "Only those of this process"),
        ("limit" = Option<u64>, Query, minimum = 1, description = "Jobs of the page"),
    ),
    responses(
        (status = 200, description = "Jobs", body = Object),
        BadParameter,
    )
)]
pub async fn all(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["status", "processID", "type", "limit", "f"])?;
    let is_on_duty = on_duty(&ask).is_ok();
    let limit = ask.query.positive("limit")?;
    let limit = limit.map_or(PAGE.0, |limit| (limit as usize).min(PAGE.1));
    let wanted = |job: &Job| {
        let is_shown = match job.lane() {
            Lane::Runs => is_on_duty || job.published.is_some(),
            Lane::Exchange => may_see(job, &ask.caller.viewer),
        };
        is_shown
            && ask.query.get("status").is_none_or(|status| status == job.status.name())
            && ask.query.get("processID").is_none_or(|process| process == job.process)
    };
    let found = jobs_of(&ask)?.list().into_iter().filter(wanted).take(limit);
    let jobs: Vec<Json> = found.map(|job| document(&ask.base, &job)).collect();
    let own = Link::new("self", ask.base.url("/jobs")).of_type("application/json");
    ask.json(Format::Json, &json!({ "jobs": jobs, "links": [own] }))
}

/// How a run stands.
#[utoipa::path(
    get, path = "/jobs/{jobId}", tag = "Processes", operation_id = "getJob",
    params(JobPath),
    responses(
        (status = 200, description = "The job: status, progress in per cent, estimated end", body = Object),
        (status = 404, description = "No such job", content_type = "application/problem+json"),
    )
)]
pub async fn one(ask: Ask, Path(path): Path<JobPath>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let job = seen(&ask, &path)?;
    ask.json(Format::Json, &document(&ask.base, &job))
}

/// Stops a run that waits or runs; removes one that has ended, with its results.
#[utoipa::path(
    delete, path = "/jobs/{jobId}", tag = "Processes", operation_id = "dismissJob",
    params(JobPath),
    responses(
        (status = 200, description = "The job, dismissed", body = Object),
        (status = 404, description = "No such job", content_type = "application/problem+json"),
    )
)]
pub async fn dismiss(ask: Ask, Path(path): Path<JobPath>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let job = seen(&ask, &path)?;
    if job.lane() == Lane::Runs {
        on_duty(&ask)?;
    }
    let app = ask.app.clone();
    let dismissed = work::blocking(move || {
        let Ok(jobs) = &app.jobs else { return Err(Problem::fault()) };
        jobs.dismiss(job.id).map_err(|error| match &error {
            JobError::Folder(error) => Problem::internal(error),
            other => Problem::internal(other),
        })
    });
    let gone = || {
        Problem::not_found(
            "Lượt chạy vừa bị người khác xóa.",
            "Somebody else has just removed the job.",
        )
    };
    let job = dismissed.await?.ok_or_else(gone)?;
    ask.json(Format::Json, &document(&ask.base, &job))
}
