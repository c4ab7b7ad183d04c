//! OGC API Processes 1.0 (OGC 18-062r2): simulations as processes, runs as jobs.

mod alert;
mod compare;
mod coverages;
mod describe;
mod example;
mod execute;
mod export;
mod import;
mod jobs;
mod library;
mod nowcast;
mod publish;
mod report;
mod results;
mod sheets;
mod still;
mod tiles;
mod uploads;

use city::Layer;
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use super::Part;
use crate::{
    error::Problem,
    flood::RunFolder,
    http::{ask::Ask, base::Base, link::Link},
    jobs::{Job, Jobs, Lane, Status},
    viewer::{Clearances, Viewer},
};

pub use alert::draft as alert_draft;
pub use compare::{raster as comparison_raster, table as comparison};
pub(crate) use coverages::parameter;
pub use coverages::{area, cube, trajectory, window as coverage};
pub use describe::{list, show};
pub use execute::execute;
pub use jobs::{all as jobs, dismiss, one as job};
pub use library::{
    add as add_to_library,
    find::{find as match_library, map_tile as library_tile},
    list as library, past_floods,
};
pub use nowcast::{map_tile as nowcast_tile, show as nowcast};
pub use publish::{publish, withdraw};
pub use report::report;
pub use results::{file, map_tile, position, results, scenario, value_tile};
pub use sheets::{list as map_sheets, one as map_sheet};
pub use tiles::TileOrder;
pub use uploads::{receive as upload, remove as remove_upload};

/// Processes and jobs.
pub const PART: Part = Part {
    name: "OGC API Processes",
    conformance: &[
        "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core",
        "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/ogc-process-description",
        "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/json",
        "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/oas30",
        "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/job-list",
        "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/dismiss",
    ],
    landing_links: |base: &Base| {
        let to = |rel: &str, path: &str, title: &str| {
            Link::new(rel, base.url(path)).of_type("application/json").titled(title)
        };
        vec![
            to(
                "http://www.opengis.net/def/rel/ogc/1.0/processes",
                "/processes",
                "Mô phỏng / Simulations",
            ),
            to("http://www.opengis.net/def/rel/ogc/1.0/job-list", "/jobs", "Các lượt chạy / Runs"),
        ]
    },
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(
    alert::draft,
    compare::table,
    compare::raster,
    coverages::window,
    coverages::area,
    coverages::cube,
    coverages::trajectory,
    describe::list,
    describe::show,
    execute::execute,
    jobs::all,
    jobs::one,
    jobs::dismiss,
    library::add,
    library::list,
    library::find::find,
    library::find::map_tile,
    library::past_floods,
    nowcast::show,
    nowcast::map_tile,
    report::report,
    publish::publish,
    publish::withdraw,
    results::results,
    results::scenario,
    results::file,
    results::map_tile,
    results::value_tile,
    results::position,
    sheets::list,
    sheets::one,
    uploads::receive,
    uploads::remove
))]
struct Document;

/// The job that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub struct JobPath {
    /// Number of a job
    #[param(value_type = u64)]
    pub job_id: String,
}

/// The jobs of the server.
fn jobs_of(ask: &Ask) -> Result<&Jobs, Problem> {
    let jobs = ask.app.jobs.as_deref().map_err(|why| {
        let en = format!("Nothing can be simulated here: {why}");
        Problem::unavailable(format!("Ở đây không chạy được mô phỏng: {why}"), en, 60)
    })?;
    match jobs.are_owned() {
        true => Ok(jobs),
        false => Err(Problem::unavailable(
            "Một máy chủ khác (có thể đang dừng) còn giữ các lượt chạy của thư mục dữ liệu này.",
            "Another server, which may be stopping, still holds the runs of this data folder.",
            2,
        )),
    }
}

/// A job for who may see it: results are internal, for reference, until somebody publishes them.
fn seen(ask: &Ask, path: &JobPath) -> Result<Job, Problem> {
    let duty = on_duty(ask);
    let jobs = jobs_of(ask)?;
    let job = path.job_id.parse().ok().and_then(|id| jobs.get(id));
    let job = match job {
        // A file that another asked for does not exist for who may not see it.
        Some(job) if job.lane() == Lane::Exchange => {
            Some(job).filter(|job| may_see(job, &ask.caller.viewer))
        }
        job => {
            if job.as_ref().is_none_or(|job| job.published.is_none()) {
                duty?;
            }
            job
        }
    };
    job.ok_or_else(|| {
        let id: String = path.job_id.chars().take(40).collect();
        Problem::not_found(
            format!("Không có lượt chạy '{id}', hoặc đã bị xóa; xem /jobs."),
            format!("There is no job '{id}', or it was removed; /jobs lists them."),
        )
    })
}

/// Runs that have results, the latest first: all of them for who runs things, those that are published for
/// everyone.
///
/// # Errors
/// 503 where nothing can be simulated.
pub(crate) fn ended_runs(ask: &Ask) -> Result<Vec<(Job, RunFolder)>, Problem> {
    let (jobs, is_on_duty) = (jobs_of(ask)?, on_duty(ask).is_ok());
    let ended = |job: &Job| {
        job.lane() == Lane::Runs
            && job.status == Status::Successful
            && (is_on_duty || job.published.is_some())
    };
    let found = jobs.list().into_iter().filter(ended);
    Ok(found.map(|job| (job.clone(), jobs.folder(job.id))).collect())
}

/// Whether somebody may see an export or an import: who asked for it, and who is on duty, both as far as they may
/// see all that it may hold.
fn may_see(job: &Job, viewer: &Viewer) -> bool {
    let (held, own) = (Clearances::of_scope(job.clearances), viewer.clearances);
    let is_cleared = held.scope() & own.scope() == held.scope();
    is_cleared && (*job.owner == *viewer.name || viewer.may_run)
}

/// A run that has results, for who may see them.
fn ended(ask: &Ask, id: &str) -> Result<Job, Problem> {
    let job = ended_of_any(ask, id)?;
    match job.lane() {
        Lane::Runs => Ok(job),
        Lane::Exchange => Err(Problem::not_found(
            format!("Công việc {id} không phải lượt chạy mô phỏng; xem /jobs/{id}/results."),
            format!("Job {id} is no simulation; see /jobs/{id}/results."),
        )),
    }
}

/// As [`ended`], with the run's folder.
///
/// # Errors
/// 404 of no such run, of one that has no results yet, and of one that is not for the caller.
pub(crate) fn ended_run(ask: &Ask, id: &str) -> Result<(Job, RunFolder), Problem> {
    let job = ended(ask, id)?;
    let folder = jobs_of(ask)?.folder(job.id);
    Ok((job, folder))
}

/// A job that has results, for who may see them.
fn ended_of_any(ask: &Ask, id: &str) -> Result<Job, Problem> {
    let job = seen(ask, &JobPath { job_id: id.to_owned() })?;
    let status = job.status.name();
    if job.status == Status::Successful {
        return Ok(job);
    }
    Err(Problem::new(
        axum::http::StatusCode::NOT_FOUND,
        "result-not-ready",
        city::Title::new("Chưa có kết quả", "No results"),
        city::Title::new(
            format!("Lượt chạy {} ở trạng thái '{status}'; xem /jobs/{}.", job.id, job.id),
            format!("Job {} is '{status}'; see /jobs/{}.", job.id, job.id),
        ),
    ))
}

fn on_duty(ask: &Ask) -> Result<(), Problem> {
    let duty = ask.caller.on_duty(
        "Chỉ người vận hành (vai trò operator hoặc admin) chạy mô phỏng và xem kết quả nội bộ.",
        "Only operators (role operator or admin) run simulations and see their internal results.",
    );
    duty.map(drop)
}

/// The one that a parameter names, the first where it is left out.
fn one_of<T: Copy, const N: usize>(
    ask: &Ask,
    parameter: &str,
    all: [T; N],
    name: impl Fn(T) -> &'static str,
) -> Result<T, Problem> {
    let wanted = ask.query.get(parameter).unwrap_or_else(|| name(all[0]));
    let found = all.into_iter().find(|it| name(*it) == wanted);
    found.ok_or_else(|| {
        let known = all.map(&name).join(", ");
        Problem::parameter(
            parameter,
            format!("phải là một trong: {known}"),
            format!("must be one of {known}"),
        )
    })
}
