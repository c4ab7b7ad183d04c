//! The thread that runs jobs, one after the other.

use std::sync::Arc;

use city::{Title, scenario::Scenario};

use super::{Jobs, SCENARIO};
use crate::{
    error::chain,
    flood::{self, FloodError, Model, Sources, Watch},
    state::App,
    viewer::{Clearances, Viewer},
};

/// Runs jobs for as long as the program lives, on a thread of their own.
pub fn work(app: App) {
    let run = move || {
        let Ok(jobs) = app.jobs.clone() else { return };
        if let Err(error) = jobs.own() {
            tracing::error!(%error, "jobs do not run");
            return;
        }
        loop {
            one(&app, &jobs);
        }
    };
    if let Err(error) = std::thread::Builder::new().name("jobs".into()).spawn(run) {
        tracing::error!(%error, "jobs do not run");
    }
}

fn one(app: &App, jobs: &Arc<Jobs>) {
    let (job, is_over) = jobs.take();
    tracing::info!(job = job.id, process = job.process, owner = job.owner, "a job begins");
    let owner = Viewer {
        name: job.owner.as_str().into(),
        clearances: Clearances::of_scope(job.clearances),
        ..Viewer::public()
    };
    let began = jobs.clock.now();
    let first = std::sync::OnceLock::new();
    let tell = |progress: f64| jobs.tell(job.id, began, *first.get_or_init(|| progress), progress);
    let watch = Watch { is_over: &is_over, tell: &tell };
    // What panics is one job's loss, not the thread's.
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        simulate(app, jobs, job.id, &owner, &watch)
    }));
    let ended = match caught {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(told(&error)),
        Err(_) => {
            Err(Title::new("Lỗi của máy chủ; xem nhật ký.", "A fault of the server; see its log."))
        }
    };
    tracing::info!(job = job.id, ?ended, "a job has ended");
    jobs.end(job.id, ended);
}

fn simulate(
    app: &App,
    jobs: &Jobs,
    id: u64,
    owner: &Viewer,
    watch: &Watch<'_>,
) -> Result<(), FloodError> {
    let folder = jobs.folder(id);
    let path = folder.file(SCENARIO);
    let missing = || FloodError::file(&path)(std::io::ErrorKind::NotFound.into());
    let scenario = folder.read_json::<Scenario>(SCENARIO)?.ok_or_else(missing)?;
    scenario.check()?;
    match &scenario {
        Scenario::Flood(scenario) => {
            let city = app.store.city();
            let sources = Sources::of(app, &city, owner);
            let model = Model::assemble(scenario, &sources)?;
            flood::run(scenario, &model, &sources, &folder, watch).map(drop)
        }
    }
}

/// What people are told of what went wrong.
fn told(error: &FloodError) -> Title {
    match error {
        FloodError::Refused(refused) => {
            let Title { vi, en } = &refused.problem;
            Title::new(format!("{}: {vi}", refused.place), format!("{}: {en}", refused.place))
        }
        other => {
            let en = chain(other);
            Title::new(format!("Không chạy được: {en}"), en)
        }
    }
}
