//! The thread that runs jobs, one after the other.

use std::{sync::Arc, time::Duration};

use city::{Title, scenario::Scenario};
use tokio::sync::oneshot;

use super::{Jobs, Lane, SCENARIO, exchange, handout};
use crate::{
    error::chain,
    exchange::ExchangeError,
    flood::{self, FloodError, Model, Sources, Watch},
    state::App,
    viewer::Viewer,
};

/// The thread that runs jobs.
pub struct Worker {
    jobs: Option<Arc<Jobs>>,
    /// Nothing ever comes through it: it is closed when the thread has ended.
    ended: oneshot::Receiver<()>,
}

impl Worker {
    /// Runs the jobs of a server until it is stopped.
    #[must_use]
    pub fn start(app: App) -> Self {
        let jobs = app.jobs.as_ref().ok().cloned();
        let (alive, ended) = oneshot::channel();
        let run = move || {
            if let Ok(jobs) = app.jobs.clone() {
                work(&app, &jobs);
            }
            drop(app);
            drop(alive);
        };
        if let Err(error) = std::thread::Builder::new().name("jobs".into()).spawn(run) {
            tracing::error!(%error, "jobs do not run");
        }
        Self { jobs, ended }
    }

    /// Has the running job leave off, and waits for that no longer than so.
    pub async fn stop(self, patience: Duration) {
        if let Some(jobs) = &self.jobs {
            jobs.stop();
        }
        if tokio::time::timeout(patience, self.ended).await.is_err() {
            tracing::warn!("a job does not leave off: it goes on from what it kept last");
        }
    }
}

fn work(app: &App, jobs: &Arc<Jobs>) {
    match jobs.own() {
        Ok(true) => std::thread::scope(|scope| {
            let files = || while one_file(app, jobs) {};
            if let Err(error) =
                std::thread::Builder::new().name("files".into()).spawn_scoped(scope, files)
            {
                tracing::error!(%error, "exports and imports do not run");
            }
            while one(app, jobs) {}
        }),
        Ok(false) => {}
        Err(error) => tracing::error!(%error, "jobs do not run"),
    }
}

/// Runs the next export or import; says whether there was one.
fn one_file(app: &App, jobs: &Arc<Jobs>) -> bool {
    jobs.forget_exports();
    let Some((job, is_over)) = jobs.take(Lane::Exchange) else { return false };
    tracing::info!(job = job.id, process = job.process, owner = job.owner, "a job begins");
    let began = jobs.clock.now();
    let tell = |progress: f64| jobs.tell(job.id, began, 0.0, progress);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        exchange::run(app, &job, &is_over, &tell)
    }));
    let ended = match caught {
        Ok(Ok(())) => Ok(()),
        Ok(Err(ExchangeError::LeftOff)) => {
            tracing::info!(job = job.id, "a job leaves off");
            return true;
        }
        Ok(Err(error)) => {
            tracing::warn!(job = job.id, error = %chain(&error), "a job failed");
            Err(error.told())
        }
        Err(_) => Err(fault()),
    };
    tracing::info!(job = job.id, ?ended, "a job has ended");
    jobs.end(job.id, ended);
    true
}

/// What people are told when a job panicked.
fn fault() -> Title {
    Title::new("Lỗi của máy chủ; xem nhật ký.", "A fault of the server; see its log.")
}

/// Runs the next job; says whether there was one.
fn one(app: &App, jobs: &Arc<Jobs>) -> bool {
    let Some((job, is_over)) = jobs.take(Lane::Runs) else { return false };
    tracing::info!(job = job.id, process = job.process, owner = job.owner, "a job begins");
    let owner = job.viewer();
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
        // Its folder says that it runs, or that it was dismissed.
        Ok(Err(FloodError::LeftOff)) => {
            tracing::info!(job = job.id, "a job leaves off");
            return true;
        }
        Ok(Err(error)) => Err(told(&error)),
        Err(_) => Err(fault()),
    };
    if ended.is_ok() && job.is_of_library {
        handout::print_beforehand(app, &job, &is_over);
    }
    tracing::info!(job = job.id, ?ended, "a job has ended");
    jobs.end(job.id, ended);
    true
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
