//! Parts of the rasters that runs leave: windows, areas, boxes over time, what lies along a line.

use axum::{extract::Path, response::Response};
use city::{Instant, Interval};
use datasets::read::Cog;

use super::{JobPath, results};
use crate::{
    coverage::{self, Moment, Most, Parameter, Part, Scale},
    edr::polygon_of,
    error::Problem,
    flood::{Output, RunFolder, SUMMARY, Summary},
    http::{
        ask::Ask,
        work::{self, Stop},
    },
    jobs::Job,
    ogc::coverages::{
        answer::{self, Form, cells, profile, refused, scale},
        cube::{names, part},
    },
};

/// Microseconds of a minute.
const MINUTE_US: i64 = 60_000_000;

/// A window of a raster of a run.
#[utoipa::path(
    get, path = "/jobs/{jobId}/coverage", tag = "Processes", operation_id = "getResultCoverage",
    params(
        JobPath,
        ("output" = Option<String>, Query, description = "Name of a raster; max-depth where it is left out"),
        ("minutes" = Option<u32>, Query, description = "Of depth: after so many minutes"),
        ("bbox" = Option<String>, Query, description = "west,south,east,north; all of it where it is left out"),
        ("scale-factor" = Option<u64>, Query, minimum = 1, description = "So many cells a side become one"),
        ("f" = Option<String>, Query, description = "covjson where it is left out; tiff, netcdf"),
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
        ("parameter-name" = Option<String>, Query, description = "As output, as EDR writes it"),
        ("output" = Option<String>, Query, description = "Name of a raster; max-depth where it is left out"),
        ("minutes" = Option<u32>, Query, description = "Of depth: after so many minutes"),
        ("scale-factor" = Option<u64>, Query, minimum = 1, description = "So many cells a side become one"),
        ("f" = Option<String>, Query, description = "covjson where it is left out; tiff, netcdf"),
    ),
    responses(
        (status = 200, description = "The cells, those outside without a value", content_type = "application/vnd.cov+json", body = Object),
        (status = 400, description = "No polygon, too many cells, or none", content_type = "application/problem+json"),
        (status = 404, description = "No such job or result", content_type = "application/problem+json"),
    )
)]
pub async fn area(ask: Ask, Path(path): Path<JobPath>) -> Result<Response, Problem> {
    ask.query.only(&["coords", "output", "parameter-name", "minutes", "scale-factor", "f"])?;
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
        ("parameter-name" = Option<String>, Query, description = "As output, as EDR writes it"),
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
    ask.query.only(&["coords", "output", "parameter-name", "minutes", "f"])?;
    let (cog, parameter) = opened(&ask, &path)?;
    profile(&ask, Box::new(cog), parameter).await
}

/// What a run reckoned in a box: depths over time, and the worst of each cell.
#[utoipa::path(
    get, path = "/jobs/{jobId}/cube", tag = "Processes", operation_id = "getResultCube",
    params(
        JobPath,
        ("bbox" = String, Query, description = "west,south,east,north; six numbers with heights, which leave nothing out"),
        ("z" = Option<String>, Query, description = "A height, LOWER/UPPER, or a list; results have no heights, so it leaves nothing out"),
        ("datetime" = Option<String>, Query, description = "Of depth: an instant of a picture, or an interval; all of them where it is left out"),
        ("parameter-name" = Option<String>, Query, description = "depth where it is left out; names of other rasters, separated by commas"),
        ("scale-factor" = Option<u64>, Query, minimum = 1, description = "So many cells a side become one"),
        ("f" = Option<String>, Query, description = "covjson where it is left out; netcdf, of one parameter"),
    ),
    responses(
        (status = 200, description = "A coverage with an axis of time for depth, one without for each other raster", content(
            (Object = "application/vnd.cov+json"), (String = "application/netcdf"),
        )),
        (status = 400, description = "Too many cells, or none; no picture in that time", content_type = "application/problem+json"),
        (status = 404, description = "No such job or result", content_type = "application/problem+json"),
    )
)]
pub async fn cube(ask: Ask, Path(path): Path<JobPath>) -> Result<Response, Problem> {
    ask.query.only(&["bbox", "z", "datetime", "parameter-name", "scale-factor", "f"])?;
    let wish = CubeWish {
        part: part(&ask.query)?,
        scale: scale(&ask.query)?,
        time: ask.query.datetime()?,
    };
    let form = Form::read(&ask.query, &[Form::Document, Form::NetCdf])?;
    let (job, folder) = results::ended(&ask, &path)?;
    let there: Vec<Output> = std::iter::once(Output::Depth)
        .chain(Output::all().filter(|output| folder.raster(*output, 0).is_file()))
        .collect();
    let known: Vec<&str> = there.iter().map(|output| output.name()).collect();
    let wanted = names(&ask.query, &known)?;
    let is_wanted = |output: &Output| match &wanted {
        Some(names) => names.iter().any(|name| name == output.name()),
        None => *output == Output::Depth,
    };
    let outputs: Vec<Output> = there.into_iter().filter(is_wanted).collect();
    if form == Form::NetCdf {
        let [output] = outputs[..] else {
            return Err(Problem::parameter(
                "parameter-name",
                "tệp NetCDF chỉ chứa một đại lượng: hãy nêu một tên",
                "a NetCDF file holds one parameter: name one",
            ));
        };
        let parameter = parameter(&job, output);
        let read = move |_: &Stop| wish.read(&job, &folder, output, (Most::Written, 1));
        return answer::netcdf(&ask, parameter, read).await;
    }
    let document = work::blocking(move || {
        let mut coverages = Vec::new();
        for output in &outputs {
            let moments = wish.read(&job, &folder, *output, (Most::Told, outputs.len()))?;
            coverages.extend(coverage::series(&moments, &parameter(&job, *output)));
        }
        Ok(coverage::collection(coverages))
    });
    answer::told(&ask, &document.await?)
}

/// Which part of a run, and when.
struct CubeWish {
    part: Part,
    scale: Scale,
    time: Option<Interval>,
}

impl CubeWish {
    /// Rasters of an output in the time that is asked for, which share room with so many other outputs.
    fn read(
        &self,
        job: &Job,
        folder: &RunFolder,
        output: Output,
        (most, outputs): (Most, usize),
    ) -> Result<Vec<Moment>, Problem> {
        let times = match output {
            Output::Depth => self.pictures(job, folder)?,
            _ => vec![(0, None)],
        };
        let count = times.len() * outputs;
        let read = |(minutes, time): (u32, Option<Instant>)| {
            let cog = Cog::open(&folder.raster(output, minutes));
            let cog = cog.map_err(|error| Problem::internal(&error))?;
            let raster = coverage::part_of_many(&cog, &self.part, self.scale, most, count);
            Ok(Moment { time, raster: raster.map_err(|error| refused(&error))? })
        };
        times.into_iter().map(read).collect()
    }

    /// Minutes and times of the pictures that are asked for.
    fn pictures(
        &self,
        job: &Job,
        folder: &RunFolder,
    ) -> Result<Vec<(u32, Option<Instant>)>, Problem> {
        let summary: Option<Summary> =
            folder.read_json(SUMMARY).map_err(|error| Problem::internal(&error))?;
        let start = summary.and_then(|it| it.time(job.created).start).unwrap_or(job.created);
        let at = |minutes: u32| {
            Instant::from_micros(start.as_micros().saturating_add(i64::from(minutes) * MINUTE_US))
        };
        let all: Vec<(u32, Instant)> = folder.frames().into_iter().map(|it| (it, at(it))).collect();
        let is_in = |(_, time): &&(u32, Instant)| self.time.is_none_or(|it| it.contains(*time));
        let found: Vec<_> = all.iter().filter(is_in).map(|(it, at)| (*it, Some(*at))).collect();
        if found.is_empty() {
            let ends = [all.first(), all.last()].map(|it| it.map_or(start, |(_, at)| *at));
            let between = format!("{}/{}", ends[0], ends[1]);
            return Err(Problem::parameter(
                "datetime",
                format!("lượt chạy không có ảnh nào lúc đó; nó phủ {between}"),
                format!("the run has no picture then; it covers {between}"),
            ));
        }
        Ok(found)
    }
}

/// The raster that a request names, and what its values are.
fn opened(ask: &Ask, path: &JobPath) -> Result<(Cog, Parameter), Problem> {
    let (job, folder) = results::ended(ask, path)?;
    let name = match (ask.query.get("output"), ask.query.names("parameter-name")) {
        (Some(name), None) => name.to_owned(),
        (None, None) => Output::MaxDepth.name().to_owned(),
        (None, Some(names)) if names.len() == 1 => names.concat(),
        _ => {
            return Err(Problem::parameter(
                "parameter-name",
                "hãy nêu một tên, không đi cùng output",
                "name one, not with output",
            ));
        }
    };
    let file = results::raster(ask, &folder, &name)?;
    let output = Output::from_name(&name).unwrap_or(Output::MaxDepth);
    let cog = Cog::open(&file).map_err(|error| Problem::internal(&error))?;
    Ok((cog, parameter(&job, output)))
}

/// What the values of a raster of a run are.
pub(crate) fn parameter(job: &Job, output: Output) -> Parameter {
    let (title, standing) = (&job.title, job.standing());
    Parameter {
        key: output.name().to_owned(),
        title: output.title(),
        unit: output.unit().to_owned(),
        credits: format!(
            "Dothi, mô phỏng {} ({}): {} · simulation {} ({}): {}",
            job.id, title.vi, standing.vi, job.id, title.en, standing.en
        ),
    }
}
