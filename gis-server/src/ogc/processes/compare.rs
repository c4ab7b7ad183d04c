//! Two runs against each other.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{ended, jobs_of, one_of};
use crate::{
    error::{Problem, chain},
    flood::{COMPARABLE, Output, RunFolder, compare, difference},
    http::{ask::Ask, format::Format, work},
    ogc::coverages::TIFF,
};

/// Two jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub struct Jobs {
    /// Number of the first job
    #[param(value_type = u64)]
    pub job_id: String,
    /// Number of the second job
    #[param(value_type = u64)]
    pub other_id: String,
}

/// The folders of two jobs that have results.
fn folders(ask: &Ask, path: Jobs) -> Result<[RunFolder; 2], Problem> {
    let (first, second) = (ended(ask, &path.job_id)?, ended(ask, &path.other_id)?);
    let jobs = jobs_of(ask)?;
    Ok([first, second].map(|job| jobs.folder(job.id)))
}

fn unread(error: &crate::flood::FloodError) -> Problem {
    tracing::error!(why = chain(error), "runs cannot be compared");
    Problem::fault()
}

/// What the second run has otherwise than the first: ground, people, roads, communes.
#[utoipa::path(
    get, path = "/jobs/{jobId}/comparison/{otherId}", tag = "Processes", operation_id = "compareJobs",
    params(Jobs),
    responses(
        (status = 200, description = "Second less first", body = Object),
        (status = 404, description = "No such job, or one has no results", content_type = "application/problem+json"),
    )
)]
pub async fn table(ask: Ask, Path(path): Path<Jobs>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let [first, second] = folders(&ask, path)?;
    let found = work::blocking(move || compare(&first, &second).map_err(|error| unread(&error)));
    ask.json(Format::Json, &found.await?)
}

/// The difference in each cell of the first run, second less first, as GeoTIFF.
#[utoipa::path(
    get, path = "/jobs/{jobId}/comparison/{otherId}/raster", tag = "Processes", operation_id = "compareJobsRaster",
    params(
        Jobs,
        ("output" = Option<String>, Query, description = "max-depth where it is left out; or max-speed, max-depth-speed, duration-30cm, hazard"),
    ),
    responses(
        (status = 200, description = "Second less first", content_type = "image/tiff"),
        (status = 404, description = "No such job, or one has no results", content_type = "application/problem+json"),
    )
)]
pub async fn raster(ask: Ask, Path(path): Path<Jobs>) -> Result<Response, Problem> {
    ask.query.only(&["output", "f"])?;
    let output = one_of(&ask, "output", COMPARABLE, Output::name)?;
    let [first, second] = folders(&ask, path)?;
    let bytes = work::blocking(move || {
        let raster = difference(&first, &second, output).map_err(|error| unread(&error))?;
        let file = tempfile::NamedTempFile::new().map_err(|error| Problem::internal(&error))?;
        datasets::write::write_cog(file.path(), &raster)
            .map_err(|error| Problem::internal(&error))?;
        std::fs::read(file.path()).map_err(|error| Problem::internal(&error))
    });
    Ok(ask.marked(([(header::CONTENT_TYPE, TIFF)], bytes.await?).into_response()))
}
