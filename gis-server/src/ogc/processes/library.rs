//! The flood library: runs that were made beforehand, one for each level of a station, so that the map
//! for the level of now, or of a forecast, is there at once.

pub(super) mod find;

use std::collections::BTreeMap;

use axum::{body::Bytes, http::StatusCode, response::Response};
use city::{
    Title,
    scenario::{Scenario, Stage, StageMark},
};
use feeds::model::{Direction, StreamDirectory, StreamId};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{execute, jobs::document, jobs_of, on_duty, sheets::EVERY};
use crate::{
    error::{Problem, chain},
    flood::{
        Model, SUMMARY, Sources, Summary,
        library::{Level, Past, Recipe},
    },
    http::{ask::Ask, base::Base, format::Format, link::Link, work},
    jobs::{Job, Jobs, SCENARIO, Status},
    state::App,
};

/// A run of the library.
#[derive(Debug, Clone, Serialize)]
struct Entry {
    #[serde(flatten)]
    stage: Stage,
    #[serde(skip)]
    mark: StageMark,
    job: u64,
    status: &'static str,
    /// The results in a page, without what was assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    flooded: Option<Json>,
    results: String,
    /// What can be printed of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
}

/// Makes runs beforehand: one for each level of a station.
#[utoipa::path(
    post, path = "/flood-library", tag = "Processes", operation_id = "addToFloodLibrary",
    request_body(content = Object, description = "{\"station\": …, \"datastream\": number?, \"levels\": [{\"level_m\" or \"discharge_m3_s\": …, \"name\": {vi, en}?}]?, \"past\": boolean?, \"inflow\": name?, \"scenario\": a flood with a tide, or with an inflow that takes the discharges}; without levels, the alarm thresholds of the datastream; with past, also the known peaks of floods of the past at the station"),
    responses(
        (status = 201, description = "The jobs, which wait for their turn", body = Object),
        (status = 400, description = "What is wrong with the recipe, and where", content_type = "application/problem+json"),
        (status = 403, description = "The caller runs nothing", content_type = "application/problem+json"),
    )
)]
pub async fn add(ask: Ask, body: Bytes) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    on_duty(&ask)?;
    jobs_of(&ask)?;
    let read = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(&body));
    let recipe: Recipe = read.map_err(|error| {
        let (place, why) = (error.path().to_string(), error.inner().to_string());
        Problem::bad_request(format!("{place}: {why}"), format!("{place}: {why}"))
    })?;
    let (app, viewer) = (ask.app.clone(), ask.caller.viewer.clone());
    let submitted = work::blocking(move || {
        let past = past(&app)?;
        let thresholds = || thresholds(&app, recipe.datastream);
        let scenarios =
            recipe.scenarios(thresholds, &past).map_err(|error| execute::refused(&error))?;
        let city = app.store.city();
        let sources = Sources::of(&app, &city, &viewer);
        for scenario in &scenarios {
            scenario.check().map_err(|error| execute::refused(&error))?;
            Model::assemble(scenario, &sources).map_err(|error| execute::not_assembled(&error))?;
        }
        let Ok(jobs) = &app.jobs else { return Err(Problem::fault()) };
        let scenarios: Vec<Scenario> = scenarios.into_iter().map(Scenario::Flood).collect();
        jobs.submit_all(&scenarios, &viewer).map_err(|error| execute::not_taken(&error))
    });
    let jobs: Vec<Json> = submitted.await?.iter().map(|job| document(&ask.base, job)).collect();
    let mut response = ask.json(Format::Json, &json!({ "jobs": jobs }))?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// The alarm thresholds of a datastream, as levels.
fn thresholds(app: &App, datastream: Option<i64>) -> Vec<Level> {
    let rules = datastream.and_then(StreamId::new).and_then(|stream| {
        app.sensing.as_ref().ok().and_then(|it| it.service.entities.rules(stream))
    });
    let thresholds = rules.iter().flat_map(|rules| &rules.thresholds);
    let above = thresholds.filter(|it| it.direction == Direction::Above);
    let level = |value, title: &Title| Level {
        level_m: Some(value),
        discharge_m3_s: None,
        name: Some(title.clone()),
    };
    above.map(|it| level(it.value, &it.title)).collect()
}

fn past(app: &App) -> Result<Past, Problem> {
    Past::read(&app.config.data).map_err(|error| {
        let why = chain(&error);
        Problem::unavailable(format!("Không đọc được lũ đã qua: {why}"), why, 60)
    })
}

/// Floods of the past: peaks at stations, with who says so.
#[utoipa::path(
    get, path = "/flood-library/past", tag = "Processes", operation_id = "getPastFloods",
    responses((status = 200, description = "Floods, the earliest first", body = Object))
)]
pub async fn past_floods(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let app = ask.app.clone();
    let past = work::blocking(move || past(&app)).await?;
    ask.json(Format::Json, &json!({ "floods": past.floods }))
}

/// The library: by station, ascending by level.
#[utoipa::path(
    get, path = "/flood-library", tag = "Processes", operation_id = "getFloodLibrary",
    responses((status = 200, description = "Stations and the runs for their levels", body = Object))
)]
pub async fn list(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let stations = read(&ask).await?;
    let stations: Vec<Json> = stations
        .into_iter()
        .map(|(station, levels)| {
            let datastream = levels.iter().find_map(|entry| entry.stage.datastream);
            json!({ "station": station, "datastream": datastream, "levels": levels })
        })
        .collect();
    ask.json(Format::Json, &json!({ "stations": stations }))
}

/// The runs of the library that the caller may see, by station and ascending by level; of two for one
/// level, the later.
async fn read(ask: &Ask) -> Result<BTreeMap<String, Vec<Entry>>, Problem> {
    let is_on_duty = on_duty(ask).is_ok();
    jobs_of(ask)?;
    let (app, base) = (ask.app.clone(), ask.base.clone());
    work::blocking(move || {
        let Ok(jobs) = &app.jobs else { return Err(Problem::fault()) };
        let may_see = |job: &Job| is_on_duty || job.published.is_some();
        let of_library = |job: &Job| job.is_of_library && job.status != Status::Dismissed;
        let mut stations: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for job in jobs.list().into_iter().filter(|job| of_library(job) && may_see(job)) {
            let Some(entry) = entry(jobs, &job, &base) else { continue };
            let levels = stations.entry(entry.stage.station.clone()).or_default();
            if levels.iter().all(|known| known.mark != entry.mark) {
                levels.push(entry);
            }
        }
        for levels in stations.values_mut() {
            levels.sort_by(|a, b| a.mark.value().total_cmp(&b.mark.value()));
        }
        Ok(stations)
    })
    .await
}

fn entry(jobs: &Jobs, job: &Job, base: &Base) -> Option<Entry> {
    let folder = jobs.folder(job.id);
    let Scenario::Flood(scenario) = folder.read_json::<Scenario>(SCENARIO).ok()??;
    let summary = folder.read_json::<Summary>(SUMMARY).ok().flatten();
    let is_ready = summary.is_some();
    let flooded =
        summary.map(|summary| json!({ "ground": summary.flooded, "affected": summary.affected }));
    let own = base.url(&format!("/jobs/{}", job.id));
    let maps = Link::new("alternate", format!("{own}/map-sheets/{EVERY}"))
        .of_type("application/pdf")
        .titled("Bản đồ A3 theo xã, phường / A3 maps by commune");
    let stage = scenario.stage?;
    Some(Entry {
        mark: stage.mark().ok()?,
        stage,
        job: job.id,
        status: job.status.name(),
        flooded,
        results: format!("{own}/results"),
        links: if is_ready { vec![maps] } else { Vec::new() },
    })
}
