//! Exports and imports as jobs.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::HeaderMap;
use city::{Instant, Title};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::{EXPORT, JOB, Job, JobError, Jobs, Lane, TILES};
use crate::{
    caller::Caller,
    exchange::{ExchangeError, Export, Import, Imported, TileExport, Wanted},
    filter::{Bounds, Gone},
    flood::RunFolder,
    http::{ask::Ask, base::Base, query::Query},
    ogc::{
        features::{downloads, params, params::ItemsRequest},
        filtering::Asked,
        processes::TileOrder,
        tiles::{selected, tilejson},
    },
    state::App,
    viewer::Viewer,
};

/// Name of the file of what was asked.
pub const INPUTS: &str = "inputs.json";
/// Name of the file of what came of it.
pub const RESULT: &str = "result.json";
/// How long files of exports are kept, in microseconds.
const KEPT_US: i64 = 24 * 3600 * 1_000_000;
/// How many of them are kept at most.
const MOST_KEPT: usize = 30;

impl Jobs {
    /// Takes an export or an import; it waits for its turn once this returns.
    ///
    /// # Errors
    /// [`JobError`].
    pub fn submit_exchange(
        &self,
        process: &str,
        title: Title,
        inputs: &Json,
        viewer: &Viewer,
    ) -> Result<Job, JobError> {
        let mut inner = self.guard();
        inner.room_for(Lane::Exchange, viewer)?;
        let job = self.draft(inner.next, process, title, viewer);
        let folder = RunFolder::make_plain(&self.root.join(job.id.to_string()))?;
        folder.write_json(INPUTS, inputs)?;
        folder.write_json(JOB, &job)?;
        let job = inner.enter(job);
        drop(inner);
        self.has_work.notify_all();
        Ok(job)
    }

    /// Removes exports whose time is over, and the oldest of too many.
    pub(super) fn forget_exports(&self) {
        let now = self.clock.now();
        let is_old = |at: Instant| now.as_micros() - at.as_micros() > KEPT_US;
        let ended: Vec<Job> = self.list();
        let ended = ended.iter().filter(|job| job.makes_file() && job.status.is_final());
        for (order, job) in ended.enumerate() {
            if (order >= MOST_KEPT || is_old(job.finished.unwrap_or(job.created)))
                && let Err(error) = self.dismiss(job.id)
            {
                tracing::warn!(job = job.id, %error, "an old export cannot be removed");
            }
        }
    }
}

/// Runs an export or an import.
pub(super) fn run(
    app: &App,
    job: &Job,
    is_over: &AtomicBool,
    tell: &dyn Fn(f64),
) -> Result<(), ExchangeError> {
    let jobs =
        app.jobs.as_ref().map_err(|why| ExchangeError::Io(std::io::Error::other(why.clone())))?;
    let folder = jobs.folder(job.id);
    let is_over = || is_over.load(Ordering::Relaxed);
    if job.process == EXPORT {
        return export(app, job, &folder, &is_over, tell);
    }
    if job.process == TILES {
        return tiles(app, job, &folder, &is_over, tell);
    }
    let wanted: Wanted = read(&folder, INPUTS)?;
    let viewer = job.viewer();
    let import = Import {
        data: &app.config.data,
        folder: &folder.file(""),
        viewer: &viewer,
        wanted: &wanted,
    };
    let imported: Imported = import.run(&app.exchange, &is_over, tell)?;
    write(&folder, &imported)
}

fn export(
    app: &App,
    job: &Job,
    folder: &RunFolder,
    is_over: &dyn Fn() -> bool,
    tell: &dyn Fn(f64),
) -> Result<(), ExchangeError> {
    let (collection, pairs): (String, Vec<(String, String)>) = read(folder, INPUTS)?;
    let ask = asked(app, job, pairs);
    let view = crate::ogc::collections::seen_features(&ask, &collection).map_err(refused)?;
    let mut view = params::looking_back(&ask.query, view).map_err(refused)?;
    let request = ItemsRequest::read(&ask, &mut view, Gone::default()).map_err(refused)?;
    let Some(kind) = downloads::kind_of(request.format) else {
        return Err(ExchangeError::Refused(Title::new(
            "Không có định dạng này.",
            "There is no such format.",
        )));
    };
    let export = Export {
        view: &view,
        query: &request.query,
        is_page: request.is_page(),
        crs: request.crs,
        has_geometry: request.has_geometry,
        kind,
    };
    let exported = export.make(&app.exchange, &folder.file(""), is_over, tell)?;
    let name = downloads::file_name(view.layer(), request.format).unwrap_or_default();
    write(
        folder,
        &serde_json::json!({
            "kind": kind, "name": name, "bytes": exported.bytes, "done": exported.done,
            "mediaType": request.format.media_type(),
        }),
    )
}

/// Writes tiles.
fn tiles(
    app: &App,
    job: &Job,
    folder: &RunFolder,
    is_over: &dyn Fn() -> bool,
    tell: &dyn Fn(f64),
) -> Result<(), ExchangeError> {
    let order: TileOrder = read(folder, INPUTS)?;
    let ask = asked(app, job, order.filter.clone());
    // A layer that is gone since is told by name.
    let views = selected(&ask, Some(&order.collections.join(","))).map_err(refused)?;
    let filter = Asked::read(&ask.query).map_err(refused)?;
    let filters = filter.iter().flat_map(|asked| views.iter().map(|view| asked.bind(view)));
    let filters = filters.collect::<Result<_, _>>().map_err(refused)?;
    let about = tilejson::of_file(&app.store.city(), &views, order.zooms);
    let mark = match views.iter().any(|view| view.layer().synthetic) {
        true => "-synthetic",
        false => "",
    };
    let name = match views.as_slice() {
        [view] => format!("{}{mark}.{}", view.layer().id, order.format.name()),
        _ => format!("dothi{mark}.{}", order.format.name()),
    };
    let export = TileExport {
        filters,
        bounds: Bounds { steps: app.config.limits.filter_steps, gone: Gone::default() },
        zooms: order.zooms,
        bbox: order.bbox().map_err(refused)?,
        container: order.format,
        about: &about,
        views,
    };
    let written = export.make(&app.tiles, &folder.file(""), is_over, tell)?;
    write(
        folder,
        &serde_json::json!({
            "kind": order.format, "name": name, "bytes": written.bytes, "done": { "tiles": written.tiles },
            "mediaType": order.format.media_type(),
        }),
    )
}

/// A request as who asked for a job would make it.
fn asked(app: &App, job: &Job, pairs: Vec<(String, String)>) -> Ask {
    Ask {
        app: app.clone(),
        base: Base::new(""),
        caller: Caller { viewer: job.viewer(), has_token: false },
        query: Query::of(pairs),
        headers: HeaderMap::new(),
    }
}

fn refused(problem: crate::error::Problem) -> ExchangeError {
    let said = problem.document();
    ExchangeError::Refused(Title::new(said.detail, said.detail_en))
}

fn read<T: DeserializeOwned>(folder: &RunFolder, name: &str) -> Result<T, ExchangeError> {
    Ok(serde_json::from_slice(&std::fs::read(folder.file(name))?)?)
}

fn write(folder: &RunFolder, result: &impl serde::Serialize) -> Result<(), ExchangeError> {
    folder
        .write_json(RESULT, result)
        .map_err(|error| ExchangeError::Io(std::io::Error::other(error)))
}
