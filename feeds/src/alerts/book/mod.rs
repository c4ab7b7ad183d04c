//! The book of alerts: every step of every alert, durable before anybody is told.
//!
//! What evaluation remembers, and up to where of the log, is written in the same commit as the steps
//! that it made: after a crash it goes on from there, and tells nothing twice and nothing not at all.

mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use city::{Instant, Interval};

use super::{
    alert::{Alert, AlertId, Step, StepKind},
    error::AlertError,
    evaluate::{Change, ChangeKind, Harvest, is_released_at_once},
};
use crate::{
    model::Seq,
    sqlite::{RetryingFile, lock_folder},
};
pub(super) use table::Memory;

/// Name of the file in its folder.
const FILE_NAME: &str = "alerts.sqlite";
/// Name of the file whose lock says that somebody writes the alerts.
const LOCK_NAME: &str = ".alerts.lock";

/// Hears of steps of alerts; it must be quick and must not wait.
pub trait AlertFollower: Debug + Send + Sync {
    /// Steps are on the disk; the alert is as it is after them.
    fn changed(&self, alert: &Arc<Alert>);
}

/// What evaluation wants to have written.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) harvest: Harvest,
    /// Everything of the log up to here was evaluated.
    pub(super) seen: Seq,
    /// The rules that it was evaluated under, when they are others than before.
    pub(super) rules: Option<String>,
}

/// A step that asks to be added.
#[derive(Debug)]
pub(super) struct Deed {
    pub(super) at: Instant,
    /// The person; `None` for steps of a rule.
    pub(super) by: Option<Arc<str>>,
    pub(super) note: Option<String>,
    pub(super) kind: StepKind,
}

/// The book.
#[derive(Debug)]
pub(super) struct Book {
    file: Mutex<RetryingFile>,
    path: PathBuf,
    active: RwLock<BTreeMap<AlertId, Arc<Alert>>>,
    ids: Arc<AtomicI64>,
    followers: Vec<Arc<dyn AlertFollower>>,
    /// Held as long as the book is open.
    _lock: File,
}

/// Alerts as they will be, and the steps that make them so.
#[derive(Debug, Default)]
struct Plan {
    alerts: BTreeMap<AlertId, Alert>,
    new: BTreeSet<AlertId>,
    steps: Vec<(AlertId, Step)>,
}

impl Book {
    /// Opens a folder's book, making it when it is not there; and what evaluation remembers.
    pub(super) fn open(
        dir: &Path,
        followers: Vec<Arc<dyn AlertFollower>>,
    ) -> Result<(Self, Memory), AlertError> {
        let _lock = lock_folder(dir, LOCK_NAME)?;
        let path = dir.join(FILE_NAME);
        let mut file = RetryingFile::new(path.clone(), &table::SCHEMA);
        let active = table::understood(&path, file.run(|connection| table::active(connection))?)?;
        let highest = file.run(|connection| table::highest(connection))?;
        let memory = table::memory_of(&path, file.run(|connection| table::memory(connection))?)?;
        let active = active.into_iter().map(|alert| (alert.id, Arc::new(alert))).collect();
        let book = Self {
            file: file.into(),
            path,
            active: RwLock::new(active),
            ids: Arc::new(AtomicI64::new(highest + 1)),
            followers,
            _lock,
        };
        Ok((book, memory))
    }

    /// The next number of an alert.
    pub(super) fn ids(&self) -> &Arc<AtomicI64> {
        &self.ids
    }

    /// Alerts that are not cleared, by number.
    pub(super) fn active(&self) -> Vec<Arc<Alert>> {
        self.read().values().cloned().collect()
    }

    pub(super) fn is_active(&self, id: AlertId) -> bool {
        self.read().contains_key(&id)
    }

    /// An alert, active or not.
    pub(super) fn alert(&self, id: AlertId) -> Result<Arc<Alert>, AlertError> {
        if let Some(alert) = self.read().get(&id) {
            return Ok(alert.clone());
        }
        let found = table::understood(&self.path, table::by_id(&self.path, id)?)?;
        found.into_iter().next().map(Arc::new).ok_or(AlertError::NotFound(id))
    }

    /// Alerts that were active within a span of time, the latest first, `limit` at most, with lower
    /// numbers than `before`.
    pub(super) fn within(
        &self,
        span: Interval,
        before: Option<AlertId>,
        limit: usize,
    ) -> Result<Vec<Alert>, AlertError> {
        table::understood(&self.path, table::within(&self.path, span, before, limit)?)
    }

    /// Alerts that were imported and may have been told of by a bulletin with an identifier.
    pub(super) fn imported(&self, identifier: &str) -> Result<Vec<Alert>, AlertError> {
        table::understood(&self.path, table::imported(&self.path, identifier)?)
    }

    /// Steps after one, by their numbers in the whole book, `limit` at most: what happened since.
    pub(super) fn steps_after(
        &self,
        entry: i64,
        limit: usize,
    ) -> Result<Vec<(i64, AlertId, u32)>, AlertError> {
        Ok(table::steps_after(&self.path, entry, limit)?)
    }

    /// The number of the last step.
    pub(super) fn last_step(&self) -> Result<i64, AlertError> {
        Ok(table::last_step(&self.path)?)
    }

    /// Writes what evaluation has found, then shows it. Steps of alerts that a person has cleared
    /// meanwhile are left out.
    pub(super) fn commit(&self, batch: &Batch) -> Result<(), AlertError> {
        let mut file = self.lock();
        self.reread(&mut file)?;
        let plan = {
            let active = self.read();
            let mut plan = Plan::default();
            batch.harvest.changes.iter().for_each(|change| plan.change(&active, change));
            plan
        };
        file.run(|connection| table::write(connection, &plan, Some(batch)))?;
        self.show(plan);
        Ok(())
    }

    /// Adds a step, when `may` agrees.
    pub(super) fn act(
        &self,
        id: AlertId,
        deed: Deed,
        may: impl FnOnce(&Alert) -> Result<(), AlertError>,
    ) -> Result<Arc<Alert>, AlertError> {
        let mut file = self.lock();
        self.reread(&mut file)?;
        let before = self.read().get(&id).cloned();
        let Some(before) = before else {
            self.alert(id)?; // There is none, or it is over.
            return Err(AlertError::IsOver(id));
        };
        may(&before)?;
        let mut plan = Plan::default();
        plan.alerts.insert(id, before.as_ref().clone());
        let Deed { at, by, note, kind } = deed;
        plan.step(id, at, by, note, kind);
        self.finish(&mut file, plan, id)
    }

    /// Opens an alert that no rule has raised.
    pub(super) fn raise(
        &self,
        make: impl FnOnce(AlertId) -> Alert,
        deeds: Vec<Deed>,
    ) -> Result<Arc<Alert>, AlertError> {
        let mut file = self.lock();
        self.reread(&mut file)?;
        let id = AlertId::new(self.ids.fetch_add(1, Ordering::Relaxed));
        let id = id.ok_or_else(|| AlertError::Stopped("numbers have run out".to_owned()))?;
        let mut plan = Plan::default();
        plan.alerts.insert(id, make(id));
        plan.new.insert(id);
        for Deed { at, by, note, kind } in deeds {
            plan.step(id, at, by, note, kind);
        }
        self.finish(&mut file, plan, id)
    }

    fn finish(
        &self,
        file: &mut RetryingFile,
        plan: Plan,
        id: AlertId,
    ) -> Result<Arc<Alert>, AlertError> {
        file.run(|connection| table::write(connection, &plan, None))?;
        let after = plan.alerts.get(&id).cloned().map(Arc::new).ok_or(AlertError::NotFound(id))?;
        self.show(plan);
        Ok(after)
    }

    /// After an error nobody knows what the disk holds: it is read again.
    fn reread(&self, file: &mut RetryingFile) -> Result<(), AlertError> {
        if file.is_open() {
            return Ok(());
        }
        let found = file.run(|connection| table::active(connection))?;
        let found: BTreeMap<_, _> = table::understood(&self.path, found)?
            .into_iter()
            .map(|alert| (alert.id, Arc::new(alert)))
            .collect();
        let before = std::mem::replace(&mut *self.write(), found.clone());
        for alert in found.values() {
            if before.get(&alert.id) != Some(alert) {
                self.followers.iter().for_each(|follower| follower.changed(alert));
            }
        }
        for id in before.keys().filter(|id| !found.contains_key(id)) {
            let alert = self.alert(*id)?;
            self.followers.iter().for_each(|follower| follower.changed(&alert));
        }
        Ok(())
    }

    fn show(&self, plan: Plan) {
        for alert in plan.alerts.into_values() {
            let alert = Arc::new(alert);
            if alert.is_active() {
                self.write().insert(alert.id, alert.clone());
            } else {
                self.write().remove(&alert.id);
            }
            self.followers.iter().for_each(|follower| follower.changed(&alert));
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<AlertId, Arc<Alert>>> {
        self.active.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, BTreeMap<AlertId, Arc<Alert>>> {
        self.active.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, RetryingFile> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plan {
    /// Plans a change of evaluation; one that stands in the book already is left out.
    fn change(&mut self, active: &BTreeMap<AlertId, Arc<Alert>>, change: &Change) {
        let id = change.alert;
        if let ChangeKind::Raise { rule, subject, is_simulated, situation } = &change.kind {
            if active.contains_key(&id) {
                return;
            }
            let alert = Alert {
                id,
                rule: Some(rule.id.clone()),
                subject: subject.clone(),
                event: rule.event.clone(),
                is_simulated: *is_simulated,
                is_released_at_once: is_released_at_once(rule, *is_simulated),
                steps: Vec::new(),
            };
            self.alerts.insert(id, alert);
            self.new.insert(id);
            return self.step(id, change.at, None, None, StepKind::Raised(situation.clone()));
        }
        let alert = match self.alerts.get(&id) {
            Some(alert) => alert,
            None => match active.get(&id) {
                Some(alert) => &*self.alerts.entry(id).or_insert_with(|| alert.as_ref().clone()),
                None => return, // A person has cleared it.
            },
        };
        let kind = match &change.kind {
            ChangeKind::Update(situation) if alert.situation() != Some(situation) => {
                StepKind::Updated(situation.clone())
            }
            ChangeKind::Clear(ending) if alert.is_active() => StepKind::Cleared(*ending),
            _ => return,
        };
        self.step(id, change.at, None, None, kind);
    }

    fn step(
        &mut self,
        id: AlertId,
        at: Instant,
        by: Option<Arc<str>>,
        note: Option<String>,
        kind: StepKind,
    ) {
        let Some(alert) = self.alerts.get_mut(&id) else { return };
        let number = u32::try_from(alert.steps.len()).unwrap_or(u32::MAX).saturating_add(1);
        let step = Step { number, at, by, note, kind };
        alert.steps.push(step.clone());
        self.steps.push((id, step));
    }
}
