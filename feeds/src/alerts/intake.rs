//! What waits to be evaluated: a queue that is bounded, and never holds anybody up.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc::SyncSender},
    time::Duration,
};

use super::{alert::AlertId, error::AlertError, evaluate::Forecast, rule::RuleSet};
use crate::{
    entities::{EntityFollower, Version},
    log::{Entry, Follower},
    model::EntityKind,
};

/// As many entries wait; what comes beyond is read from the log later.
const MOST_ENTRIES: usize = 65_536;
/// As many orders wait.
const MOST_ORDERS: usize = 1000;

/// What somebody wants of evaluation.
#[derive(Debug)]
pub(super) enum Order {
    /// Put these rules in the place of those there are.
    Rules(Arc<RuleSet>),
    /// Hold rules against a forecast.
    Forecast(Forecast),
    /// A person has cleared an alert.
    Closed(AlertId),
    /// Say when everything that came before is evaluated and durable.
    Settle(SyncSender<()>),
}

#[derive(Debug, Default)]
pub(super) struct Waiting {
    pub(super) entries: VecDeque<Arc<[Entry]>>,
    count: usize,
    /// Entries were left out: the log has them.
    pub(super) has_overflowed: bool,
    pub(super) orders: VecDeque<Order>,
    pub(super) has_other_entities: bool,
    pub(super) is_stopping: bool,
}

/// Takes what is committed, for evaluation. It follows a log, and a store of entities, and returns at
/// once.
#[derive(Debug, Default)]
pub struct AlertIntake {
    waiting: Mutex<Waiting>,
    bell: Condvar,
}

impl AlertIntake {
    pub(super) fn order(&self, order: Order) -> Result<(), AlertError> {
        let mut waiting = self.lock();
        if waiting.is_stopping {
            return Err(AlertError::Stopped("the server is shutting down".to_owned()));
        }
        let is_forecast = matches!(order, Order::Forecast(_));
        if is_forecast && waiting.orders.len() >= MOST_ORDERS {
            return Err(AlertError::Busy);
        }
        waiting.orders.push_back(order);
        drop(waiting);
        self.bell.notify_one();
        Ok(())
    }

    pub(super) fn stop(&self) {
        self.lock().is_stopping = true;
        self.bell.notify_one();
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.lock().is_stopping
    }

    /// Takes everything that waits; waits for something, but not longer than `patience`.
    pub(super) fn take(&self, patience: Duration) -> Waiting {
        let waiting = self.lock();
        let is_idle = |waiting: &mut Waiting| {
            waiting.entries.is_empty()
                && waiting.orders.is_empty()
                && !waiting.has_overflowed
                && !waiting.is_stopping
        };
        let waited = self.bell.wait_timeout_while(waiting, patience, is_idle);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let is_stopping = waiting.is_stopping;
        std::mem::replace(&mut *waiting, Waiting { is_stopping, ..Waiting::default() })
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower for AlertIntake {
    fn committed(&self, entries: &Arc<[Entry]>) {
        let mut waiting = self.lock();
        // Once something was left out, so is what comes after: the order stays that of the log.
        if waiting.has_overflowed || waiting.count + entries.len() > MOST_ENTRIES {
            waiting.has_overflowed = true;
        } else {
            waiting.count += entries.len();
            waiting.entries.push_back(entries.clone());
        }
        drop(waiting);
        self.bell.notify_one();
    }
}

impl EntityFollower for AlertIntake {
    fn changed(&self, versions: &[Version]) {
        let matters = |version: &Version| {
            !matches!(
                version.key.kind,
                EntityKind::Sensor | EntityKind::HistoricalLocation | EntityKind::FeatureOfInterest
            )
        };
        if versions.iter().any(matters) {
            self.lock().has_other_entities = true;
        }
    }
}
