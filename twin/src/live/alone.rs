//! A twin that stands alone: it hears the field's own broker, and judges and carries on the levels of its gauges itself.
//!
//! Devices are known by the Things of the data folder (`DIR/feeds`, made when a server first opens it), which are copied:
//! nothing is written into the folder. Payloads are read as the server reads them, by SensorThings topics and the
//! adapters of `DIR/feeds.toml`.

mod broker;
mod estimator;
mod news;
#[cfg(test)]
mod tests;

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use bevy::{app::App, ecs::resource::Resource};
use feeds::{
    Clock, SystemClock,
    adapters::Adapters,
    census::Census,
    ear::{self, EarConfig, Heard},
    entities::EntityStore,
    inlets::InletsConfig,
    service::{Service, ServiceConfig},
};

pub use broker::{Broker, BrokerError};
use estimator::Estimator;
use news::News;

use super::{Estimates, LiveFeed, LiveState, OwnEstimates};
use crate::{error::TwinError, remote::LiveEvent};

/// Where a data folder keeps its Things.
const FEEDS: &str = "feeds";
/// Where it says how payloads of other systems are read.
const INLETS: &str = "feeds.toml";

/// What is heard of the field.
#[derive(Debug)]
pub struct Alone {
    /// Events, as a server would tell them.
    pub events: Receiver<LiveEvent>,
    /// What is estimated of the gauges, anew whenever one has told something.
    pub estimates: Receiver<Estimates>,
    /// Listens as long as it lives.
    pub ear: Ear,
}

impl Alone {
    /// Puts what is heard into an app.
    pub fn into_world(self, app: &mut App) {
        app.insert_resource(LiveFeed::new(self.events))
            .insert_resource(OwnEstimates(Mutex::new(self.estimates)))
            .insert_resource(self.ear);
    }

    /// Listens for so long.
    pub fn gather(&self, period: Duration, live: &mut LiveState, estimates: &mut Estimates) {
        let until = Instant::now() + period;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            match self.events.recv_timeout(left) {
                Ok(event) => live.apply(event),
                Err(_) => break,
            }
        }
        if let Some(newest) = self.estimates.try_iter().last() {
            *estimates = newest;
        }
    }
}

/// The threads that listen. Dropped, they end.
#[derive(Debug, Resource)]
pub struct Ear {
    is_over: Arc<AtomicBool>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a listening thread had panicked");
            }
        }
    }
}

/// Listens to a broker for the devices of a data folder.
///
/// # Errors
/// [`TwinError::Ask`]: the folder has no Things, or its `feeds.toml` is wrong.
pub fn listen(dir: &Path, broker: &Broker) -> Result<Alone, TwinError> {
    let ask = |what: String| TwinError::Ask(what);
    let things = dir.join(FEEDS);
    if !things.join("entities.sqlite").is_file() {
        return Err(ask(format!(
            "{} không có thiết bị nào: mở thư mục một lần bằng gis-server · holds no Things: open the folder once with gis-server",
            things.display()
        )));
    }
    let own = Arc::new(tempfile::tempdir().map_err(TwinError::file(std::env::temp_dir()))?);
    EntityStore::copy(&things, own.path()).map_err(|why| ask(why.to_string()))?;
    let (news, arrivals) = News::pair();
    let config = ServiceConfig { followers: vec![Arc::new(news)], ..ServiceConfig::default() };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let opened = Service::open(own.path(), config, clock).map_err(|why| ask(why.to_string()))?;
    let service = Arc::new(opened.0);
    let inlets = InletsConfig::read(&dir.join(INLETS)).map_err(|why| ask(why.to_string()))?;
    let adapters =
        Adapters::new(&inlets.adapters, &service).map_err(|why| ask(format!("{INLETS}: {why}")))?;
    let config = broker.ear();
    let is_over = Arc::new(AtomicBool::new(false));
    let (events, heard) = mpsc::channel();
    let (foreseen, estimates) = mpsc::channel();
    let census = Arc::new(Census::new(service.clone()));
    let estimator = Estimator::new(foreseen);
    let telling = {
        let (is_over, events, census) = (is_over.clone(), events.clone(), census.clone());
        let own = own.clone();
        thread::spawn(move || {
            news::tell(&arrivals, &census, estimator, &events, &is_over);
            drop(census);
            drop(own);
        })
    };
    let listening = {
        let (is_over, adapters) = (is_over.clone(), Arc::new(adapters));
        thread::spawn(move || {
            hear(&config, &service, &adapters, &census, &events, &is_over);
            // The folder goes with the last who needs it.
            drop((service, census));
            drop(own);
        })
    };
    let threads = Mutex::new(vec![telling, listening]);
    Ok(Alone { events: heard, estimates, ear: Ear { is_over, threads } })
}

/// Listens, and tells what becomes of the connection.
fn hear(
    config: &EarConfig,
    service: &Arc<Service>,
    adapters: &Arc<Adapters>,
    census: &Census,
    events: &Sender<LiveEvent>,
    is_over: &AtomicBool,
) {
    let tell = |heard: Heard| {
        let event = match heard {
            Heard::Connected => news::snapshot(service, census),
            Heard::Lost(why) => {
                LiveEvent::Lost(format!("mqtt://{}:{}: {why}", config.host, config.port))
            }
        };
        // Nobody listens any more: it is over soon.
        let _ = events.send(event);
    };
    if let Err(why) = ear::listen(config, service, adapters, is_over, tell) {
        let _ = events.send(LiveEvent::Lost(why.to_string()));
    }
}
