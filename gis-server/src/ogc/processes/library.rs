//! The flood library: runs that were made beforehand, one for each level of a station, so that the map
//! for the level of now, or of a forecast, is there at once.

use std::collections::BTreeMap;

use axum::{body::Bytes, http::StatusCode, response::Response};
use city::{
    Title,
    scenario::{FloodScenario, LevelSeries, Scenario, Stage, TideCurve},
};
use feeds::model::{Direction, ResultValue, StreamDirectory, StreamId};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{execute, jobs::document, jobs_of, on_duty};
use crate::{
    error::Problem,
    flood::{Model, SUMMARY, Sources, Summary},
    http::{ask::Ask, format::Format, work},
    jobs::{Job, Jobs, SCENARIO, Status},
    state::App,
};

/// Levels of a recipe at most.
const MOST_LEVELS: usize = 30;

/// What is to be made beforehand: a scenario whose tide takes the levels of a station, one after the
/// other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipe {
    /// What people call the station.
    station: String,
    /// The datastream that tells its level.
    #[serde(default)]
    datastream: Option<i64>,
    /// The levels; where they are left out, the alarm thresholds of the datastream.
    #[serde(default)]
    levels: Vec<Level>,
    /// The scenario; its tide says the datum of the levels.
    scenario: FloodScenario,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Level {
    level_m: f64,
    #[serde(default)]
    name: Option<Title>,
}

/// A run of the library.
#[derive(Debug, Clone, Serialize)]
struct Entry {
    #[serde(flatten)]
    stage: Stage,
    job: u64,
    status: &'static str,
    /// The results in a page, without what was assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    flooded: Option<Json>,
    results: String,
}

/// Makes runs beforehand: one for each level of a station.
#[utoipa::path(
    post, path = "/flood-library", tag = "Processes", operation_id = "addToFloodLibrary",
    request_body(content = Object, description = "{\"station\": …, \"datastream\": number?, \"levels\": [{\"level_m\": …, \"name\": {vi, en}?}]?, \"scenario\": a flood with a tide}; without levels, the alarm thresholds of the datastream"),
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
        let levels = levels(&app, &recipe)?;
        let scenarios: Vec<FloodScenario> =
            levels.into_iter().map(|level| at_level(&recipe, level)).collect::<Result<_, _>>()?;
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

/// The levels of a recipe, or the alarm thresholds of its datastream.
fn levels(app: &App, recipe: &Recipe) -> Result<Vec<Level>, Problem> {
    let mut levels = recipe.levels.clone();
    if levels.is_empty()
        && let Some(stream) = recipe.datastream.and_then(StreamId::new)
        && let Ok(sensing) = &app.sensing
        && let Some(rules) = sensing.service.entities.rules(stream)
    {
        let above = rules.thresholds.iter().filter(|it| it.direction == Direction::Above);
        levels.extend(above.map(|it| Level { level_m: it.value, name: Some(it.title.clone()) }));
    }
    if levels.is_empty() || levels.len() > MOST_LEVELS {
        return Err(Problem::bad_request(
            format!(
                "levels: cần từ 1 đến {MOST_LEVELS} mực nước, hoặc datastream có ngưỡng báo động"
            ),
            format!("levels: 1 to {MOST_LEVELS} are needed, or a datastream with alarm thresholds"),
        ));
    }
    Ok(levels)
}

/// The scenario with its tide at a level all the time.
fn at_level(recipe: &Recipe, level: Level) -> Result<FloodScenario, Problem> {
    let mut scenario = recipe.scenario.clone();
    let tide = scenario.tide.as_mut().ok_or_else(|| {
        Problem::bad_request(
            "scenario.tide: cần có, để biết hệ cao độ của mực nước trạm",
            "scenario.tide is needed: it says the datum of the station's levels",
        )
    })?;
    tide.levels =
        TideCurve::Series(LevelSeries { times_h: vec![0.0], level_m: vec![level.level_m] });
    let told = |name: Option<&str>| match name {
        Some(name) => format!("{}: {name} ({:.2} m)", recipe.station, level.level_m),
        None => format!("{}: {:.2} m", recipe.station, level.level_m),
    };
    let name = level.name.as_ref();
    scenario.title =
        Title::new(told(name.map(|it| it.vi.as_str())), told(name.map(|it| it.en.as_str())));
    scenario.stage = Some(Stage {
        station: recipe.station.clone(),
        datastream: recipe.datastream,
        level_m: level.level_m,
        name: level.name,
    });
    Ok(scenario)
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

/// The run for a station's level: of now where no level is given. The lowest that was made beforehand
/// and is not below it is taken, so that no water is left out; and the one beneath is told too.
#[utoipa::path(
    get, path = "/flood-library/match", tag = "Processes", operation_id = "matchFloodLibrary",
    params(
        ("station" = String, Query, description = "As the library calls it"),
        ("level_m" = Option<f64>, Query, description = "A forecast level; where it is left out, the latest that the station's datastream told"),
    ),
    responses(
        (status = 200, description = "The run above the level, and that beneath", body = Object),
        (status = 404, description = "No such station, or nothing is known of its level", content_type = "application/problem+json"),
    )
)]
pub async fn find(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["station", "level_m", "f"])?;
    let station = ask.query.get("station").map(str::to_owned).ok_or_else(|| {
        let (vi, en) = ("cần có, như /flood-library gọi", "is needed, as /flood-library calls it");
        Problem::parameter("station", vi, en)
    })?;
    let asked = ask.query.get("level_m").map(str::parse::<f64>).transpose();
    let asked = asked
        .ok()
        .filter(|level| level.is_none_or(f64::is_finite))
        .ok_or_else(|| Problem::parameter("level_m", "phải là một số", "must be a number"))?;
    let mut stations = read(&ask).await?;
    let entries = stations.remove(&station).ok_or_else(|| {
        Problem::not_found(
            format!("Thư viện không có trạm '{station}'; xem /flood-library."),
            format!("The library has no station '{station}'; see /flood-library."),
        )
    })?;
    let (level_m, observed) = match asked {
        Some(level_m) => (level_m, None),
        None => present(&ask.app, &entries)?,
    };
    let ready = || entries.iter().filter(|entry| entry.status == Status::Successful.name());
    let above = ready().find(|entry| entry.stage.level_m >= level_m);
    let below = ready().rfind(|entry| entry.stage.level_m < level_m);
    let warning = match (above, below) {
        (Some(_), _) => None,
        (None, Some(highest)) => Some(Title::new(
            format!(
                "Mực nước cao hơn mức cao nhất đã tính sẵn ({} m): ngập sẽ hơn bản đồ này.",
                highest.stage.level_m
            ),
            format!(
                "The level is above the highest that was made beforehand ({} m): there will be more water than this.",
                highest.stage.level_m
            ),
        )),
        (None, None) => Some(Title::new(
            "Các lượt chạy của trạm này chưa xong.",
            "The runs of this station have not ended yet.",
        )),
    };
    ask.json(
        Format::Json,
        &json!({
            "station": station,
            "level_m": level_m,
            "observed": observed,
            "chosen": above.or(below),
            "below": below,
            "warning": warning,
        }),
    )
}

/// The level that a station told last, and when.
fn present(app: &App, entries: &[Entry]) -> Result<(f64, Option<city::Instant>), Problem> {
    let unknown = || {
        Problem::not_found(
            "Chưa biết mực nước hiện tại của trạm: ghi level_m.",
            "The station's present level is not known: give level_m.",
        )
    };
    let stream = entries.iter().find_map(|entry| entry.stage.datastream);
    let stream = stream.and_then(StreamId::new).ok_or_else(unknown)?;
    let sensing = app.sensing.as_ref().map_err(|_| unknown())?;
    let latest = sensing.service.latest.get(stream).ok_or_else(unknown)?;
    match latest.result {
        ResultValue::Number(level_m) => Ok((level_m, Some(latest.time))),
        _ => Err(unknown()),
    }
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
            let Some(entry) = entry(jobs, &job, base.url(&format!("/jobs/{}/results", job.id)))
            else {
                continue;
            };
            let levels = stations.entry(entry.stage.station.clone()).or_default();
            if levels.iter().all(|known| known.stage.level_m != entry.stage.level_m) {
                levels.push(entry);
            }
        }
        for levels in stations.values_mut() {
            levels.sort_by(|a, b| a.stage.level_m.total_cmp(&b.stage.level_m));
        }
        Ok(stations)
    })
    .await
}

fn entry(jobs: &Jobs, job: &Job, results: String) -> Option<Entry> {
    let folder = jobs.folder(job.id);
    let Scenario::Flood(scenario) = folder.read_json::<Scenario>(SCENARIO).ok()??;
    let summary = folder.read_json::<Summary>(SUMMARY).ok().flatten();
    let flooded =
        summary.map(|summary| json!({ "ground": summary.flooded, "affected": summary.affected }));
    Some(Entry { stage: scenario.stage?, job: job.id, status: job.status.name(), flooded, results })
}
