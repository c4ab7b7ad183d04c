//! Asking for a run.

use axum::{
    body::Bytes,
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use city::scenario::{Scenario, ScenarioError};

use super::{describe::known, export, import, jobs::document, jobs_of, on_duty, still, tiles};
use crate::{
    error::Problem,
    flood::{self, FloodError, Model, Sources},
    http::{ask::Ask, format::Format, work},
    jobs::{EXPORT, IMPORT, JobError, TILES},
};

/// Runs a scenario, an export, an import or tiles: what is asked is checked at once, and then waits for its turn. A
/// still is answered at once.
#[utoipa::path(
    post, path = "/processes/{processId}/execution", tag = "Processes", operation_id = "execute",
    params(("processId" = String, Path, description = "flood, still, export, import, tiles")),
    request_body(content = Object, description = "{\"inputs\": {\"scenario\": …}}, as `example` of the process"),
    responses(
        (status = 201, description = "It waits for its turn; Location is where it is", body = Object),
        (status = 200, description = "A still", content_type = "image/png"),
        (status = 400, description = "What is wrong with the scenario, and where", content_type = "application/problem+json"),
        (status = 403, description = "The caller runs nothing", content_type = "application/problem+json"),
        (status = 404, description = "No such process", content_type = "application/problem+json"),
        (status = 409, description = "The layer of an import is there already", content_type = "application/problem+json"),
        (status = 501, description = "The program that takes stills, or reads and writes files, is not here", content_type = "application/problem+json"),
        (status = 429, description = "Enough of the caller's jobs wait", content_type = "application/problem+json"),
    )
)]
pub async fn execute(ask: Ask, Path(id): Path<String>, body: Bytes) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    known(&id)?;
    match id.as_str() {
        still::STILL => return still::execute(&ask, &body).await,
        EXPORT => {
            jobs_of(&ask)?;
            let job = export::execute(&ask, &body).await?;
            return export::accepted(&ask, &job);
        }
        IMPORT => {
            jobs_of(&ask)?;
            let job = import::execute(&ask, &body).await?;
            return export::accepted(&ask, &job);
        }
        TILES => {
            jobs_of(&ask)?;
            let job = tiles::execute(&ask, &body).await?;
            return export::accepted(&ask, &job);
        }
        _ => {}
    }
    on_duty(&ask)?;
    jobs_of(&ask)?;
    let scenario = flood::read(&body).map_err(|error| refused(&error))?;
    let (app, viewer) = (ask.app.clone(), ask.caller.viewer.clone());
    let submitted = work::blocking(move || {
        scenario.check().map_err(|error| refused(&error))?;
        let Scenario::Flood(wanted) = &scenario;
        let city = app.store.city();
        Model::assemble(wanted, &Sources::of(&app, &city, &viewer))
            .map_err(|error| not_assembled(&error))?;
        let Ok(jobs) = &app.jobs else { return Err(Problem::fault()) };
        jobs.submit(&scenario, &viewer).map_err(|error| not_taken(&error))
    });
    let job = submitted.await?;
    let mut response = ask.json(Format::Json, &document(&ask.base, &job))?;
    *response.status_mut() = StatusCode::CREATED;
    let location = [(header::LOCATION, ask.base.url(&format!("/jobs/{}", job.id)))];
    Ok((location, response).into_response())
}

/// What the caller is told of a scenario that does not fit the city.
pub(super) fn not_assembled(error: &FloodError) -> Problem {
    match error {
        FloodError::Refused(why) => refused(why),
        FloodError::Kernel(why) => {
            Problem::bad_request(format!("Kịch bản không chạy được: {why}"), why.to_string())
        }
        other => Problem::internal(other),
    }
}

/// What the caller is told of a scenario that is refused.
pub(super) fn refused(error: &ScenarioError) -> Problem {
    let ScenarioError { place, problem } = error;
    Problem::bad_request(format!("{place}: {}", problem.vi), format!("{place}: {}", problem.en))
}

pub(super) fn not_taken(error: &JobError) -> Problem {
    let en = error.to_string();
    match error {
        JobError::Enough(count) => Problem::too_many(
            format!("{count} lượt chạy của bạn đang chờ hoặc chạy: hãy đợi hoặc dừng bớt."),
            en,
        ),
        JobError::Full(count) => Problem::unavailable(
            format!("Đã có {count} lượt chạy đang chờ, hãy thử lại sau."),
            en,
            60,
        ),
        JobError::Folder(error) => Problem::internal(error),
    }
}
