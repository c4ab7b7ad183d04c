//! The thread of the nowcast.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant as Moment},
};

use city::Instant;
use feeds::{Clock, SystemClock, alerts::Forecast as Foreseen};
use sim::fusion::Forecast;
use tokio::sync::oneshot;

use super::{
    FOLDER, FORECAST,
    config::Config,
    cycle::{CycleError, Ensemble},
    document::document,
};
use crate::{
    error::chain,
    flood::{RunFolder, Sources},
    state::App,
    viewer::{Clearances, Viewer},
};

/// How often it is looked whether there is a configuration.
const LOOK: Duration = Duration::from_secs(5);
/// After a failure it is tried again, at the soonest.
const AFTER_FAILURE: Duration = Duration::from_secs(60);

/// Keeps the nowcast until the server stops.
pub struct Worker {
    over: Arc<(Mutex<bool>, Condvar)>,
    /// Nothing ever comes through it: it is closed when the thread has ended.
    ended: oneshot::Receiver<()>,
}

impl Worker {
    /// Starts the thread.
    #[must_use]
    pub fn start(app: App) -> Self {
        let over = Arc::new((Mutex::new(false), Condvar::new()));
        let (alive, ended) = oneshot::channel();
        let thread = Thread { app, over: over.clone(), ensemble: None };
        let run = move || {
            thread.run();
            drop(alive);
        };
        if let Err(error) = std::thread::Builder::new().name("nowcast".into()).spawn(run) {
            tracing::error!(%error, "there is no nowcast");
        }
        Self { over, ended }
    }

    /// Has it leave off, and waits for that no longer than so.
    pub async fn stop(self, patience: Duration) {
        *self.over.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.over.1.notify_all();
        if tokio::time::timeout(patience, self.ended).await.is_err() {
            tracing::warn!("the nowcast does not leave off");
        }
    }
}

struct Thread {
    app: App,
    over: Arc<(Mutex<bool>, Condvar)>,
    ensemble: Option<Ensemble>,
}

impl Thread {
    fn run(mut self) {
        let mut told = None;
        loop {
            let config = Config::read(&self.app.config.data);
            // The same complaint is made once.
            if told.as_ref() != config.as_ref().err() {
                told = config.as_ref().err().cloned();
                self.complain(told.clone());
                if let Some(why) = &told {
                    tracing::error!(why, "there is no nowcast");
                }
            }
            let wait = match config {
                Ok(Some(config)) => self.cycle(config),
                Ok(None) | Err(_) => {
                    self.ensemble = None;
                    LOOK
                }
            };
            if self.is_over_after(wait) {
                return;
            }
        }
    }

    /// What people are told is wrong.
    fn complain(&self, why: Option<String>) {
        self.app.nowcast_problem.store(why.map(Arc::new));
    }

    fn is_over_after(&self, wait: Duration) -> bool {
        let (over, bell) = &*self.over;
        let over = over.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = bell.wait_timeout_while(over, wait, |over| !*over);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// One forecast; says when the next is due.
    fn cycle(&mut self, config: Config) -> Duration {
        let (began, period) = (Moment::now(), Duration::from_secs_f64(config.cycle_min * 60.0));
        match self.forecast(config) {
            Ok(()) => {
                self.complain(None);
                period.saturating_sub(began.elapsed())
            }
            Err(error) => {
                let why = chain(&error);
                tracing::error!(why, "the nowcast made no forecast");
                self.complain(Some(why));
                self.ensemble = None;
                period.max(AFTER_FAILURE)
            }
        }
    }

    fn forecast(&mut self, config: Config) -> Result<(), CycleError> {
        let Self { app, over, ensemble } = self;
        let Ok(sensing) = &app.sensing else { return Ok(()) };
        let (began, now) = (Moment::now(), SystemClock.now());
        let city = app.store.city();
        let viewer = Viewer {
            clearances: Clearances::PUBLIC.with(city::Access::Internal),
            ..Viewer::public()
        };
        let sources = Sources::of(app, &city, &viewer);
        let roll = sensing.live.census.roll();
        let service = &sensing.service;
        if ensemble.as_ref().is_some_and(|it| it.is_stale(&config, &roll, now)) {
            *ensemble = None;
        }
        if ensemble.is_none() {
            *ensemble = Some(Ensemble::begin(config, &sources, service, &roll, now)?);
        }
        let Some(ensemble) = ensemble else { return Ok(()) };
        let is_over = || *over.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(forecast) = ensemble.advance(service, &roll, now, &is_over)? else {
            return Ok(());
        };
        ensemble.write_maps(&app.config.data, &forecast)?;
        let issued = SystemClock.now();
        let told = document(ensemble, &forecast, issued, began.elapsed().as_secs_f64());
        RunFolder::at(app.config.data.join(FOLDER)).write_json(FORECAST, &told)?;
        tracing::info!(gauges = ensemble.gauges.len(), took = ?began.elapsed(), "a nowcast was made");
        foresee(app, ensemble, &forecast, issued);
        Ok(())
    }
}

/// Holds the rules of alerts against the forecast levels, in the stations' own datum.
fn foresee(app: &App, ensemble: &Ensemble, forecast: &Forecast, issued: Instant) {
    let Ok(sensing) = &app.sensing else { return };
    let Ok(warnings) = &sensing.warnings else { return };
    let at =
        |seconds: f64| Instant::from_micros(ensemble.begin.as_micros() + (seconds * 1e6) as i64);
    for (gauge, foreseen) in ensemble.gauges.iter().zip(&forecast.gauges) {
        let levels = forecast.times_s.iter().zip(&foreseen.corrected.p50_m);
        // The first is now, which is no forecast.
        let values =
            levels.skip(1).map(|(time_s, level_m)| (at(*time_s), level_m - gauge.offset_m));
        let told = warnings.alerts.foresee(Foreseen {
            stream: gauge.stream,
            source: "dothi-nowcast".into(),
            issued,
            values: values.collect(),
            is_simulated: gauge.is_simulated,
        });
        if let Err(error) = told {
            tracing::warn!(%error, "alerts were not told of the forecast");
        }
    }
}
