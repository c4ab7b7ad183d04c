//! What runs leave: documents, rasters, tiles, hydrographs.

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use datasets::read::Cog;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use utoipa::IntoParams;

use super::{JobPath, export, import, jobs_of, on_duty, seen};
use crate::{
    edr::point_of,
    error::{Problem, chain},
    flood::{
        ANSWERS, FloodError, LEDGER, Output, RunFolder, SUMMARY, file_of, hydrograph, picture,
    },
    http::{ask::Ask, format::Format, link::Link, work},
    jobs::{EXPORT, Job, Lane, RESULT, SCENARIO, TILES},
    ogc::{
        coverages::{TIFF, cube::names},
        tiles::address::TileAddress,
    },
    tiles::Tile,
};

/// A result of a job.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub struct ResultPath {
    /// summary, ledger, or the name of a raster; of an export, file
    pub result_id: String,
}

/// Answers that tell of single households: published or not, they are for who is on duty.
const TELLS_OF_PEOPLE: [&str; 3] = ["units", "buildings", "evacuation"];

/// The job and its folder, where it has results.
pub(super) fn ended(ask: &Ask, path: &JobPath) -> Result<(Job, RunFolder), Problem> {
    super::ended_run(ask, &path.job_id)
}

fn unread(error: &FloodError) -> Problem {
    Problem::internal(error)
}

/// The results: `summary` as it is, rasters as links, and the minutes of which there are pictures.
#[utoipa::path(
    get, path = "/jobs/{jobId}/results", tag = "Processes", operation_id = "getResults",
    params(JobPath),
    responses(
        (status = 200, description = "summary, rasters, frames, tiles", body = Object),
        (status = 404, description = "No such job, or it has no results", content_type = "application/problem+json"),
    )
)]
pub async fn results(ask: Ask, Path(path): Path<JobPath>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let job = super::ended_of_any(&ask, &path.job_id)?;
    let folder = jobs_of(&ask)?.folder(job.id);
    if job.lane() == Lane::Exchange {
        let read = move || folder.read_json::<Json>(RESULT).map_err(|error| unread(&error));
        let result = work::blocking(read).await?.unwrap_or_default();
        let document = match job.process.as_str() {
            EXPORT | TILES => export::results(&ask.base, &job, result)?,
            _ => import::results(&ask.base, &job, result),
        };
        return ask.json(Format::Json, &document);
    }
    let (summary, frames, rasters, answers) = work::blocking(move || {
        let summary: Option<Json> = folder.read_json(SUMMARY).map_err(|error| unread(&error))?;
        // A run of an older version has not all of them.
        let rasters = Output::all().filter(|output| folder.raster(*output, 0).is_file());
        let answers = ANSWERS.into_iter().filter(|(name, _)| folder.file(&file_of(name)).is_file());
        let (rasters, answers): (Vec<_>, Vec<_>) = (rasters.collect(), answers.collect());
        Ok((summary, folder.frames(), rasters, answers))
    })
    .await?;
    let own = ask.base.url(&format!("/jobs/{}", job.id));
    let mut document = serde_json::Map::new();
    let mut summary = summary.unwrap_or_default();
    summary["standing"] = json!(job.standing());
    document.insert("summary".into(), summary);
    for output in rasters {
        let href = format!("{own}/results/{}", output.name());
        let tiles =
            format!("{own}/map/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}?output={}", output.name());
        let described = json!({
            "href": href, "type": TIFF, "title": output.title(), "tiles": tiles,
            "legend": picture::legend(output),
        });
        document.insert(output.name().into(), described);
    }
    for (answer, media_type) in answers {
        let described = json!({ "href": format!("{own}/results/{answer}"), "type": media_type });
        document.insert(answer.into(), described);
    }
    document.insert(
        "ledger".into(),
        json!({ "href": format!("{own}/results/ledger"), "type": "text/csv" }),
    );
    document.insert("frames".into(), json!({
        "minutes": frames,
        "href": format!("{own}/results/depth?minutes={{minutes}}"),
        "tiles": format!("{own}/map/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}?output=depth&minutes={{minutes}}"),
        "legend": picture::legend(Output::Depth),
    }));
    let links = vec![
        Link::new("self", format!("{own}/results")).of_type("application/json"),
        Link::new("up", own.clone()).of_type("application/json"),
        Link::new("describedby", format!("{own}/scenario")).of_type("application/json"),
    ];
    document.insert("links".into(), json!(links));
    ask.json(Format::Json, &document)
}

/// The scenario of a run.
#[utoipa::path(
    get, path = "/jobs/{jobId}/scenario", tag = "Processes", operation_id = "getScenario",
    params(JobPath),
    responses(
        (status = 200, description = "What was asked", body = Object),
        (status = 404, description = "No such job", content_type = "application/problem+json"),
    )
)]
pub async fn scenario(ask: Ask, Path(path): Path<JobPath>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let job = seen(&ask, &path)?;
    let folder = jobs_of(&ask)?.folder(job.id);
    let read =
        work::blocking(move || folder.read_json::<Json>(SCENARIO).map_err(|error| unread(&error)));
    // Exports and imports have none.
    let scenario = read.await?.ok_or_else(|| absent("scenario"))?;
    ask.json(Format::Json, &scenario)
}

/// One result: the summary as JSON, the ledger of volumes as CSV, a raster as GeoTIFF.
#[utoipa::path(
    get, path = "/jobs/{jobId}/results/{resultId}", tag = "Processes", operation_id = "getResult",
    params(JobPath, ResultPath, ("minutes" = Option<u32>, Query, description = "Of depth: after so many minutes")),
    responses(
        (status = 200, description = "The result", content_type = "image/tiff"),
        (status = 404, description = "No such job or result", content_type = "application/problem+json"),
    )
)]
pub async fn file(
    ask: Ask,
    Path(path): Path<JobPath>,
    Path(ResultPath { result_id }): Path<ResultPath>,
) -> Result<Response, Problem> {
    ask.query.only(&["minutes", "f"])?;
    let job = super::ended_of_any(&ask, &path.job_id)?;
    if job.makes_file() && result_id == "file" {
        return Ok(ask.marked(export::file(&jobs_of(&ask)?.folder(job.id)).await?));
    }
    let (job, folder) = ended(&ask, &path)?;
    let (name, media_type) = match result_id.as_str() {
        "summary" => (folder.file(SUMMARY), "application/json"),
        "ledger" => (folder.file(LEDGER), "text/csv; charset=utf-8"),
        name => match ANSWERS.iter().find(|(answer, _)| *answer == name) {
            Some((answer, media_type)) => {
                if TELLS_OF_PEOPLE.contains(answer) {
                    on_duty(&ask)?;
                }
                let path = folder.file(&file_of(answer));
                if !path.is_file() {
                    return Err(absent(answer));
                }
                (path, *media_type)
            }
            None => (raster(&ask, &folder, name)?, TIFF),
        },
    };
    let read =
        work::blocking(move || std::fs::read(&name).map_err(|error| Problem::internal(&error)));
    let shown = format!("attachment; filename=\"{}-{}-{result_id}\"", job.process, job.id);
    let fields = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&shown).unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    Ok(ask.marked((fields, Body::from(read.await?)).into_response()))
}

/// The file of a raster that a request names.
pub(super) fn raster(
    ask: &Ask,
    folder: &RunFolder,
    name: &str,
) -> Result<std::path::PathBuf, Problem> {
    let names = || Output::all().map(Output::name).collect::<Vec<_>>().join(", ");
    let output = Output::from_name(name).ok_or_else(|| {
        let name: String = name.chars().take(40).collect();
        Problem::not_found(
            format!("Không có kết quả '{name}'; có: summary, ledger, depth, {}.", names()),
            format!("There is no result '{name}'; there are summary, ledger, depth, {}.", names()),
        )
    })?;
    let minutes = ask.query.get("minutes").map(str::parse::<u32>).transpose().map_err(|_| {
        Problem::parameter("minutes", "phải là số phút", "must be a number of minutes")
    })?;
    let file = folder.raster(output, minutes.unwrap_or(0));
    if !file.is_file() && output != Output::Depth {
        return Err(absent(name));
    }
    if !file.is_file() {
        return Err(Problem::not_found(
            format!(
                "Không có ảnh ở phút {}; /jobs/ID/results kể các phút có ảnh.",
                minutes.unwrap_or(0)
            ),
            format!(
                "There is no picture at minute {}; /jobs/ID/results lists those there are.",
                minutes.unwrap_or(0)
            ),
        ));
    }
    Ok(file)
}

fn absent(result: &str) -> Problem {
    Problem::not_found(
        format!("Lượt chạy này không có kết quả '{result}'; xem /jobs/ID/results."),
        format!("This run left no result '{result}'; see /jobs/ID/results."),
    )
}

/// A tile of a result in colours.
#[utoipa::path(
    get, path = "/jobs/{jobId}/map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    tag = "Processes", operation_id = "getResultMapTile",
    params(
        JobPath, TileAddress,
        ("output" = Option<String>, Query, description = "Name of a raster; max-depth where it is left out"),
        ("minutes" = Option<u32>, Query, description = "Of depth: after so many minutes"),
    ),
    responses(
        (status = 200, description = "The tile, 512 pixels a side", content_type = "image/png"),
        (status = 404, description = "No such job, result or tile", content_type = "application/problem+json"),
    )
)]
pub async fn map_tile(
    ask: Ask,
    Path(path): Path<JobPath>,
    Path(address): Path<TileAddress>,
) -> Result<Response, Problem> {
    tile(ask, path, address, picture::coloured).await
}

/// A tile of a result in numbers: value = −1000 + 0.001 × (65 536 R + 256 G + B), transparent where
/// there was no water.
#[utoipa::path(
    get, path = "/jobs/{jobId}/coverage/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    tag = "Processes", operation_id = "getResultCoverageTile",
    params(
        JobPath, TileAddress,
        ("output" = Option<String>, Query, description = "Name of a raster; max-depth where it is left out"),
        ("minutes" = Option<u32>, Query, description = "Of depth: after so many minutes"),
    ),
    responses(
        (status = 200, description = "The tile, 512 pixels a side", content_type = "image/png"),
        (status = 404, description = "No such job, result or tile", content_type = "application/problem+json"),
    )
)]
pub async fn value_tile(
    ask: Ask,
    Path(path): Path<JobPath>,
    Path(address): Path<TileAddress>,
) -> Result<Response, Problem> {
    tile(ask, path, address, |cog, tile, _| picture::valued(cog, tile)).await
}

pub(super) type Draw =
    fn(&Cog, Tile, Output) -> Result<bytes::Bytes, crate::tiles::raster::RasterError>;

async fn tile(
    ask: Ask,
    path: JobPath,
    address: TileAddress,
    draw: Draw,
) -> Result<Response, Problem> {
    ask.query.only(&["output", "minutes", "f"])?;
    let (_, folder) = ended(&ask, &path)?;
    let tile = address.tile()?;
    let name = ask.query.get("output").unwrap_or(Output::MaxDepth.name());
    let file = raster(&ask, &folder, name)?;
    let output = Output::from_name(name).unwrap_or(Output::MaxDepth);
    // What has ended does not change.
    drawn(file, tile, output, draw, "private, max-age=86400").await
}

/// A tile of a raster file.
pub(super) async fn drawn(
    file: std::path::PathBuf,
    tile: Tile,
    output: Output,
    draw: Draw,
    keeping: &'static str,
) -> Result<Response, Problem> {
    let drawn = work::blocking(move || {
        let broken = |why: String| {
            tracing::error!(why, "a tile of a run cannot be drawn");
            Problem::fault()
        };
        let cog = Cog::open(&file).map_err(|error| broken(chain(&error)))?;
        draw(&cog, tile, output).map_err(|error| broken(chain(&error)))
    });
    let fields = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
        (header::CACHE_CONTROL, HeaderValue::from_static(keeping)),
    ];
    Ok((fields, Body::from(drawn.await?)).into_response())
}

/// Depth over time at a place, as CoverageJSON.
#[utoipa::path(
    get, path = "/jobs/{jobId}/position", tag = "Processes", operation_id = "getResultPosition",
    params(
        JobPath,
        ("coords" = String, Query, description = "POINT(longitude latitude)"),
        ("parameter-name" = Option<String>, Query, description = "depth, its one parameter"),
    ),
    responses(
        (status = 200, description = "Hours of the scenario and depth in metres at each", body = Object),
        (status = 404, description = "No such job, or the place lies outside of it", content_type = "application/problem+json"),
    )
)]
pub async fn position(ask: Ask, Path(path): Path<JobPath>) -> Result<Response, Problem> {
    ask.query.only(&["coords", "parameter-name", "f"])?;
    names(&ask.query, &[Output::Depth.name()])?;
    let (_, folder) = ended(&ask, &path)?;
    let (lon, lat) = point_of(&ask.query)?.x_y();
    let found =
        work::blocking(move || hydrograph(&folder, lon, lat).map_err(|error| unread(&error)));
    let moments = found.await?.ok_or_else(|| {
        Problem::not_found(
            format!("{lon}, {lat} nằm ngoài vùng của lượt chạy."),
            format!("{lon}, {lat} lies outside of the run's area."),
        )
    })?;
    let hours: Vec<f64> = moments.iter().map(|moment| f64::from(moment.minutes) / 60.0).collect();
    let depth: Vec<f32> = moments.iter().map(|moment| moment.depth_m).collect();
    let title = Output::Depth.title();
    ask.json(Format::Json, &json!({
        "type": "Coverage",
        "domain": {
            "type": "Domain",
            "domainType": "PointSeries",
            "axes": { "x": { "values": [lon] }, "y": { "values": [lat] }, "t": { "values": hours } },
            "referencing": [{
                "coordinates": ["x", "y"],
                "system": { "type": "GeographicCRS", "id": "http://www.opengis.net/def/crs/OGC/1.3/CRS84" },
            }],
        },
        "parameters": { "depth": {
            "type": "Parameter",
            "observedProperty": { "label": { "vi": title.vi, "en": title.en } },
            "unit": { "symbol": "m" },
        }},
        "ranges": { "depth": {
            "type": "NdArray", "dataType": "float", "axisNames": ["t"], "shape": [depth.len()], "values": depth,
        }},
    }))
}
