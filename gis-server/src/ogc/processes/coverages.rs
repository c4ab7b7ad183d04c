//! Parts of the rasters that runs leave: windows, areas, what lies along a line.

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use datasets::read::Cog;
use serde_json::Value as Json;

use super::{JobPath, describe::TIFF, one_of, results};
use crate::{
    coverage::{self, CoverageError, Most, Parameter, Part},
    edr::{COVERAGE_JSON, line_of, polygon_of},
    error::{Problem, chain},
    flood::Output,
    http::{ask::Ask, work},
};

/// What a part can be had as: name in `f`, whether as a file.
const FORMATS: [(&str, bool); 2] = [("covjson", false), ("tiff", true)];
/// Cells a side that may become one.
const MOST_FACTOR: usize = 1024;

/// A window of a raster of a run.
#[utoipa::path(
    get, path = "/jobs/{jobId}/coverage", tag = "Processes", operation_id = "getResultCoverage",
    params(
        JobPath,
        ("output" = Option<String>, Query, description = "Name of a raster; max-depth where it is left out"),
        ("minutes" = Option<u32>, Query, description = "Of depth: after so many minutes"),
        ("bbox" = Option<String>, Query, description = "west,south,east,north; all of it where it is left out"),
        ("scale-factor" = Option<u64>, Query, minimum = 1, description = "So many cells a side become one"),
        ("f" = Option<String>, Query, description = "covjson where it is left out; tiff"),
    ),
    responses(
        (status = 200, description = "The window, in the frame of the run", content_type = "application/vnd.cov+json", body = Object),
        (status = 400, description = "Too many cells, or none", content_type = "application/problem+json"),
        (status = 404, description = "No such job or result", content_type = "application/problem+json"),
    )
)]
pub async fn window(ask: Ask, Path(path): Path<JobPath>) -> Result<Response, Problem> {
    ask.query.only(&["output", "minutes", "bbox", "bbox-crs", "scale-factor", "f"])?;
    let part = ask.query.lon_lat_box()?.map_or(Part::Whole, Part::Box);
    answer(&ask, &path, part).await
}

/// The cells of a raster of a run within a polygon.
#[utoipa::path(
    get, path = "/jobs/{jobId}/area", tag = "Processes", operation_id = "getResultArea",
    params(
        JobPath,
        ("coords" = String, Query, description = "POLYGON((longitude latitude, …))"),
        ("output" = Option<String>, Query, description = "Name of a raster; max-depth where it is left out"),
        ("minutes" = Option<u32>, Query, description = "Of depth: after so many minutes"),
        ("scale-factor" = Option<u64>, Query, minimum = 1, description = "So many cells a side become one"),
        ("f" = Option<String>, Query, description = "covjson where it is left out; tiff"),
    ),
    responses(
        (status = 200, description = "The cells, those outside without a value", content_type = "application/vnd.cov+json", body = Object),
        (status = 400, description = "No polygon, too many cells, or none", content_type = "application/problem+json"),
        (status = 404, description = "No such job or result", content_type = "application/problem+json"),
    )
)]
pub async fn area(ask: Ask, Path(path): Path<JobPath>) -> Result<Response, Problem> {
    ask.query.only(&["coords", "output", "minutes", "scale-factor", "f"])?;
    let part = Part::Within(polygon_of(&ask.query)?);
    answer(&ask, &path, part).await
}

/// The values of a raster of a run along a line, as along a dyke or a road.
#[utoipa::path(
    get, path = "/jobs/{jobId}/trajectory", tag = "Processes", operation_id = "getResultTrajectory",
    params(
        JobPath,
        ("coords" = String, Query, description = "LINESTRING(longitude latitude, …)"),
        ("output" = Option<String>, Query, description = "Name of a raster; max-depth where it is left out"),
        ("minutes" = Option<u32>, Query, description = "Of depth: after so many minutes"),
    ),
    responses(
        (status = 200, description = "A value for each cell that the line crosses, with the distance along it", content_type = "application/vnd.cov+json", body = Object),
        (status = 400, description = "No line, or one outside of the run", content_type = "application/problem+json"),
        (status = 404, description = "No such job or result", content_type = "application/problem+json"),
    )
)]
pub async fn trajectory(ask: Ask, Path(path): Path<JobPath>) -> Result<Response, Problem> {
    ask.query.only(&["coords", "output", "minutes", "f"])?;
    let line = line_of(&ask.query)?;
    let (cog, parameter) = opened(&ask, &path)?;
    let document = work::blocking(move || {
        let places = coverage::along_line(&cog, &line).map_err(|error| refused(&error))?;
        Ok(coverage::along(&places, &parameter))
    });
    told(&ask, &document.await?)
}

async fn answer(ask: &Ask, path: &JobPath, part: Part) -> Result<Response, Problem> {
    let factor = ask.query.positive("scale-factor")?.map_or(1, |it| it as usize);
    if factor > MOST_FACTOR {
        let (vi, en) = (format!("tối đa {MOST_FACTOR}"), format!("must be {MOST_FACTOR} at most"));
        return Err(Problem::parameter("scale-factor", vi, en));
    }
    let (_, is_file) = one_of(ask, "f", FORMATS, |(name, _)| name)?;
    let (cog, parameter) = opened(ask, path)?;
    if is_file {
        let file = work::blocking(move || {
            let raster = coverage::part(&cog, &part, factor, Most::Written);
            raster.and_then(|raster| coverage::tiff(&raster)).map_err(|error| refused(&error))
        });
        let fields = [(header::CONTENT_TYPE, HeaderValue::from_static(TIFF))];
        return Ok(ask.marked((fields, Body::from(file.await?)).into_response()));
    }
    let document = work::blocking(move || {
        let raster =
            coverage::part(&cog, &part, factor, Most::Told).map_err(|error| refused(&error))?;
        Ok(coverage::grid(&raster, &parameter))
    });
    told(ask, &document.await?)
}

/// The raster that a request names, and what its values are.
fn opened(ask: &Ask, path: &JobPath) -> Result<(Cog, Parameter), Problem> {
    let (_, folder) = results::ended(ask, path)?;
    let name = ask.query.get("output").unwrap_or(Output::MaxDepth.name());
    let file = results::raster(ask, &folder, name)?;
    let output = Output::from_name(name).unwrap_or(Output::MaxDepth);
    let cog = Cog::open(&file).map_err(|error| Problem::internal(&error))?;
    let parameter =
        Parameter { key: name.to_owned(), title: output.title(), unit: output.unit().to_owned() };
    Ok((cog, parameter))
}

fn told(ask: &Ask, document: &Json) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(document).map_err(|error| Problem::internal(&error))?;
    let fields = [(header::CONTENT_TYPE, HeaderValue::from_static(COVERAGE_JSON))];
    Ok(ask.marked((fields, Body::from(bytes)).into_response()))
}

fn refused(error: &CoverageError) -> Problem {
    match error {
        CoverageError::Outside(covers) => Problem::bad_request(
            format!("Nằm ngoài kết quả, vốn phủ {covers} (tây, nam, đông, bắc)."),
            format!(
                "It lies outside of the result, which covers {covers} (west, south, east, north)."
            ),
        ),
        CoverageError::TooMany { cells, most, factor } => Problem::bad_request(
            format!(
                "{cells} ô, nhiều hơn {most}: hỏi vùng nhỏ hơn, hoặc thêm scale-factor={factor}."
            ),
            chain(error),
        ),
        other => Problem::internal(other),
    }
}
