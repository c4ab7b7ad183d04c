//! Parts of the rasters that runs leave: windows, areas, what lies along a line.

use axum::{extract::Path, response::Response};
use datasets::read::Cog;

use super::{JobPath, results};
use crate::{
    coverage::{Parameter, Part},
    edr::polygon_of,
    error::Problem,
    flood::Output,
    http::ask::Ask,
    ogc::coverages::answer::{cells, profile, scale},
};

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
    let (scale, (cog, parameter)) = (scale(&ask.query)?, opened(&ask, &path)?);
    cells(&ask, Box::new(cog), parameter, part, scale).await
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
    let part = Part::Within(polygon_of(&ask.query)?.into());
    let (scale, (cog, parameter)) = (scale(&ask.query)?, opened(&ask, &path)?);
    cells(&ask, Box::new(cog), parameter, part, scale).await
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
    let (cog, parameter) = opened(&ask, &path)?;
    profile(&ask, Box::new(cog), parameter).await
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
