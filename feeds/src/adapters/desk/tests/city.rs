//! A service with some devices in it.

use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

use super::super::*;
pub(super) use crate::gauges::{row, thing};
use crate::{
    Clock, ManualClock, gauges,
    inlets::InletsConfig,
    model::{EntityKind, Id, Observation, Seq},
    service::ServiceConfig,
};

/// When everything here is received.
pub(super) const NOW: &str = "2026-11-21T05:00:00Z";

pub(super) struct City {
    pub(super) service: Service,
    pub(super) adapters: Arc<Adapters>,
    runtime: tokio::runtime::Runtime,
    _dir: TempDir,
}

impl City {
    /// A city with Things, and adapters as they are configured.
    pub(super) fn new(things: &[Value], config: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(NOW.parse().unwrap()));
        let opened = Service::open(dir.path(), ServiceConfig::default(), clock);
        let service = opened.unwrap().0;
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let adapters = adapters(config, &service);
        service.set_letter_decoder(adapters.clone());
        let mut city = Self { service, adapters, runtime, _dir: dir };
        things.iter().for_each(|it| city.add(it));
        city
    }

    pub(super) fn add(&mut self, thing: &Value) {
        self.service.entities.create(EntityKind::Thing, thing).unwrap();
    }

    /// Other adapters from now on.
    pub(super) fn configure(&mut self, config: &str) {
        self.adapters = adapters(config, &self.service);
        self.service.set_letter_decoder(self.adapters.clone());
    }

    /// Sends a payload, and waits until it is on the disk.
    pub(super) fn send(&self, adapter: &str, place: &str, payload: &[u8]) -> Taken {
        self.send_as(adapter, place, payload, &MayPublish::Everything)
    }

    pub(super) fn send_as(
        &self,
        adapter: &str,
        place: &str,
        payload: &[u8],
        may_publish: &MayPublish,
    ) -> Taken {
        let delivery = Delivery { adapter, place, source: "test".into(), payload, may_publish };
        let taken = self.adapters.take(&self.service, &delivery).unwrap();
        self.runtime.block_on(taken).unwrap()
    }

    /// What is recorded: the name of the datastream, time and result.
    pub(super) fn recorded(&self) -> Vec<(String, String, Value)> {
        gauges::recorded(&self.service)
    }

    pub(super) fn observations(&self) -> Vec<Arc<Observation>> {
        let entries = self.service.log.read(Seq::START, 10_000).unwrap();
        entries.into_iter().map(|entry| entry.observation).collect()
    }

    pub(super) fn letters(&self) -> Vec<Letter> {
        self.service.log.letters(LetterId(0), 1000).unwrap()
    }
}

fn adapters(config: &str, service: &Service) -> Arc<Adapters> {
    let config = InletsConfig::parse("feeds.toml".as_ref(), config).unwrap();
    Arc::new(Adapters::new(&config.adapters, service).unwrap())
}

pub(super) fn stream(number: i64) -> StreamId {
    StreamId(Id::new(number).unwrap())
}
