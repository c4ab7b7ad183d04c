//! Publishing: until an officer does, results are internal, for reference.

use axum::{body::Bytes, extract::Path, response::Response};
use city::Title;
use serde::Deserialize;

use super::{JobPath, jobs::document, jobs_of, on_duty, seen};
use crate::{
    error::Problem,
    http::{ask::Ask, format::Format, work},
    jobs::{JobError, Publication},
};

/// Letters of a statement at most.
const LONGEST: usize = 2000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    statement: Title,
}

/// Publishes the results of a run: everyone may read them from then on, but for the lists of households.
#[utoipa::path(
    put, path = "/jobs/{jobId}/publication", tag = "Processes", operation_id = "publishJob",
    params(JobPath),
    request_body(content = Object, description = "{\"statement\": {\"vi\": …, \"en\": …}}: with what words it is published"),
    responses(
        (status = 200, description = "The job, with who published it and when", body = Object),
        (status = 400, description = "No statement", content_type = "application/problem+json"),
        (status = 403, description = "The caller runs nothing", content_type = "application/problem+json"),
        (status = 404, description = "No such job", content_type = "application/problem+json"),
        (status = 409, description = "It has no results", content_type = "application/problem+json"),
    )
)]
pub async fn publish(
    ask: Ask,
    Path(path): Path<JobPath>,
    body: Bytes,
) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    on_duty(&ask)?;
    let by = ask.caller.viewer.name.to_string();
    let read: Result<Statement, _> = serde_json::from_slice(&body);
    let Statement { statement } = read.map_err(|error| {
        Problem::bad_request(
            format!("Cần {{\"statement\": {{\"vi\": …, \"en\": …}}}}: {error}"),
            format!("{{\"statement\": {{\"vi\": …, \"en\": …}}}} is needed: {error}"),
        )
    })?;
    let length = statement.vi.chars().count().max(statement.en.chars().count());
    if statement.vi.trim().is_empty() || length > LONGEST {
        return Err(Problem::bad_request(
            format!("statement.vi: lời công bố dài từ 1 đến {LONGEST} chữ"),
            format!("statement.vi: a statement of 1 to {LONGEST} letters is needed"),
        ));
    }
    let at = jobs_of(&ask)?.now();
    change(&ask, &path, Some(Publication { by, at, statement })).await
}

/// Takes published results back: they are internal again.
#[utoipa::path(
    delete, path = "/jobs/{jobId}/publication", tag = "Processes", operation_id = "withdrawJob",
    params(JobPath),
    responses(
        (status = 200, description = "The job", body = Object),
        (status = 403, description = "The caller runs nothing", content_type = "application/problem+json"),
        (status = 404, description = "No such job", content_type = "application/problem+json"),
        (status = 409, description = "It has no results", content_type = "application/problem+json"),
    )
)]
pub async fn withdraw(ask: Ask, Path(path): Path<JobPath>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    on_duty(&ask)?;
    change(&ask, &path, None).await
}

async fn change(
    ask: &Ask,
    path: &JobPath,
    published: Option<Publication>,
) -> Result<Response, Problem> {
    let (job, app) = (seen(ask, path)?, ask.app.clone());
    let is_published = published.is_some();
    let changed = work::blocking(move || {
        let Ok(jobs) = &app.jobs else { return Err(Problem::fault()) };
        jobs.publish(job.id, published).map_err(|error| match &error {
            JobError::Folder(error) => Problem::internal(error),
            other => Problem::internal(other),
        })
    });
    let job = changed.await?.ok_or_else(|| {
        Problem::conflict(
            "Chỉ công bố được lượt chạy đã xong.",
            "Only a run that has ended well can be published.",
        )
    })?;
    tracing::info!(job = job.id, is_published, by = %ask.caller.viewer.name, "a run was published or withdrawn");
    ask.json(Format::Json, &document(&ask.base, &job))
}
