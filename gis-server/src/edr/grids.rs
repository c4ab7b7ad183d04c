//! Rasters, and what flood runs left, as collections of the API. Their cells are answered beside the layer and
//! the job: queries below `/edr` lead there.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use city::{Interval, Title};
use serde_json::{Map, Value as Json, json};

use super::{CRS84, ROOT};
use crate::{
    coverage::{self, Parameter},
    error::Problem,
    flood::{Output, RunFolder, SUMMARY, Summary},
    http::{ask::Ask, base::Base, link::Link, work},
    jobs::Job,
    ogc::{coverages, processes},
    stac,
    store::LayerView,
};

/// The queries that a raster answers, and in which formats.
const QUERIES: [(&str, &[&str]); 4] = [
    ("position", &["CoverageJSON"]),
    ("trajectory", &["CoverageJSON"]),
    ("area", &["CoverageJSON", "TIFF", "NetCDF"]),
    ("cube", &["CoverageJSON", "NetCDF"]),
];

/// A raster or a run.
pub(super) struct Gridded {
    id: String,
    title: Title,
    /// Where it answers.
    at: String,
    /// West, south, east, north.
    bbox: Option<[f64; 4]>,
    time: Interval,
    parameters: Vec<Parameter>,
}

/// All that a caller may see: rasters in the order of the catalogue, then runs, the latest first.
///
/// # Errors
/// 500 when a run's summary cannot be read.
pub(super) async fn all(ask: &Ask) -> Result<Vec<Gridded>, Problem> {
    let views = ask.app.store.city().layers(&ask.caller.viewer);
    let mut all: Vec<Gridded> = views.iter().filter_map(of_layer).collect();
    // Where nothing can be simulated there are no runs.
    let runs = processes::ended_runs(ask).unwrap_or_default();
    let runs = work::blocking(move || {
        runs.iter().map(|(job, folder)| of_run(job, folder)).collect::<Result<Vec<_>, _>>()
    });
    all.extend(runs.await?.into_iter().flatten());
    Ok(all)
}

/// One of them; `None` where there is none that the caller may see.
///
/// # Errors
/// As [`all`].
pub(super) async fn find(ask: &Ask, id: &str) -> Result<Option<Gridded>, Problem> {
    match run(ask, id) {
        Some((job, folder)) => work::blocking(move || of_run(&job, &folder)).await,
        None => Ok(layer(ask, id).as_ref().and_then(of_layer)),
    }
}

/// The run of an identifier, where the caller may see its results.
fn run(ask: &Ask, id: &str) -> Option<(Job, RunFolder)> {
    processes::ended_run(ask, id.strip_prefix(stac::RUN)?).ok()
}

fn layer(ask: &Ask, id: &str) -> Option<LayerView> {
    ask.app.store.city().layer(id, &ask.caller.viewer)
}

/// A layer, if it is a raster.
fn of_layer(view: &LayerView) -> Option<Gridded> {
    let layer = view.layer();
    layer.schema().is_none().then(|| Gridded {
        id: layer.id.to_string(),
        title: layer.title.clone(),
        at: format!("/collections/{}", layer.id),
        bbox: layer.bbox.map(|it| [it.min_x, it.min_y, it.max_x, it.max_y]),
        time: stac::time_of(layer),
        parameters: vec![coverages::parameter(view)],
    })
}

/// A run, if it left a summary.
fn of_run(job: &Job, folder: &RunFolder) -> Result<Option<Gridded>, Problem> {
    let summary: Option<Summary> =
        folder.read_json(SUMMARY).map_err(|error| Problem::internal(&error))?;
    let outputs = std::iter::once(Output::Depth)
        .chain(Output::all().filter(|output| folder.raster(*output, 0).is_file()));
    Ok(summary.map(|summary| Gridded {
        id: format!("{}{}", stac::RUN, job.id),
        title: job.title.clone(),
        at: format!("/jobs/{}", job.id),
        bbox: Some(summary.grid.bbox),
        time: summary.time(job.created),
        parameters: outputs.map(|output| processes::parameter(job, output)).collect(),
    }))
}

/// Where a query of a raster or a run is answered; `None` of what is neither.
pub(super) fn elsewhere(ask: &Ask, id: &str, query: &str) -> Option<Response> {
    let at = match run(ask, id) {
        Some((job, _)) => format!("/jobs/{}", job.id),
        None => of_layer(&layer(ask, id)?)?.at,
    };
    let href = ask.base.url(&format!("{at}/{query}?{}", ask.query.with(&[])));
    Some((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, href)]).into_response())
}

impl Gridded {
    /// It as a collection.
    pub(super) fn describe(&self, base: &Base) -> Json {
        let query = |(name, formats): (&str, &[&str])| {
            let link = json!({
                "href": base.url(&format!("{}/{name}", self.at)), "rel": "data",
                "variables": { "query_type": name, "output_formats": formats },
            });
            (name.to_owned(), json!({ "link": link }))
        };
        let queries: Map<String, Json> = QUERIES.into_iter().map(query).collect();
        let parameters = self.parameters.iter();
        let parameters: Map<String, Json> =
            parameters.map(|it| (it.key.clone(), coverage::described(it))).collect();
        let mut extent = json!({ "temporal": {
            "interval": [[self.time.start, self.time.end]],
            "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
        }});
        if let Some(bbox) = self.bbox {
            extent["spatial"] = json!({ "bbox": [bbox], "crs": CRS84 });
        }
        let own = base.url(&format!("{ROOT}/collections/{}", self.id));
        json!({
            "id": self.id,
            "title": format!("{} · {}", self.title.vi, self.title.en),
            "links": [
                Link::new("self", own).of_type("application/json"),
                Link::new("describedby", base.url(&self.at)).of_type("application/json"),
            ],
            "extent": extent,
            "data_queries": queries,
            "crs": [CRS84],
            "output_formats": ["CoverageJSON", "TIFF", "NetCDF"],
            "parameter_names": parameters,
        })
    }
}
