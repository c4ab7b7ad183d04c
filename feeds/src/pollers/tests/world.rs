//! A service with a poller.

use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

use super::super::{PollerParts, PollerStatus, poller::Poller};
use crate::{
    ManualClock,
    adapters::Adapters,
    egress::Egress,
    inlets::InletsConfig,
    model::EntityKind,
    service::{Service, ServiceConfig},
};

pub(super) const NOW: &str = "2026-11-21T05:00:00Z";

pub(super) struct World {
    pub(super) service: Arc<Service>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) poller: Poller,
    pub(super) dir: TempDir,
    config: InletsConfig,
}

impl World {
    pub(super) fn new(config: &str, things: &[Value]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(NOW.parse().unwrap()));
        let opened = Service::open(dir.path(), ServiceConfig::default(), clock.clone());
        let service = Arc::new(opened.unwrap().0);
        for thing in things {
            service.entities.create(EntityKind::Thing, thing).unwrap();
        }
        let config = InletsConfig::parse("feeds.toml".as_ref(), config).unwrap();
        let poller = poller(&config, &service, &clock, &dir);
        Self { service, clock, poller, dir, config }
    }

    /// The poller starts anew, as after a restart.
    pub(super) fn restart_poller(&mut self) {
        self.poller = poller(&self.config, &self.service, &self.clock, &self.dir);
    }

    /// Some seconds later, the poller looks whether it is time.
    pub(super) fn tick_after(&mut self, seconds: i64) -> PollerStatus {
        self.clock.advance(seconds * 1_000_000);
        self.poller.tick();
        self.poller.status().lock().unwrap().clone()
    }
}

fn poller(
    config: &InletsConfig,
    service: &Arc<Service>,
    clock: &Arc<ManualClock>,
    dir: &TempDir,
) -> Poller {
    let parts = PollerParts {
        service: service.clone(),
        adapters: Arc::new(Adapters::new(&config.adapters, service).unwrap()),
        egress: Arc::new(Egress::new(&config.egress).unwrap()),
        clock: clock.clone(),
        dir: dir.path().join("pollers"),
    };
    config.pollers[0].check().unwrap();
    Poller::new(config.pollers[0].clone(), parts).unwrap()
}
