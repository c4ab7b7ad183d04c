//! The alerts of one folder: what the server asks and tells them.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use city::{Instant, Interval};

use super::{
    alert::{Alert, AlertId, Ending, Finding, Released, StepKind},
    book::{AlertFollower, Book, Deed},
    error::AlertError,
    evaluate::Forecast,
    intake::{AlertIntake, Order},
    risk::{Bulletin, DeclaredRisk},
    rule::{MOST_NAME, RuleError, RuleSet},
    streams::Streams,
    worker::{Surroundings, Worker},
};
use crate::{clock::Clock, latest::LatestTable, log::ObservationLog};

/// As many letters a note has at most.
const MOST_NOTE: usize = 2000;
/// As many alerts a page has at most.
const MOST_PAGE: usize = 1000;
/// Who settles is waited for this long.
const SETTLE: Duration = Duration::from_secs(30);

/// How alerts work.
#[derive(Debug, Clone)]
pub struct AlertConfig {
    /// The file of the rules, `alerts.toml`; where there is none, there are no rules.
    pub rules: PathBuf,
    /// How often silence and old forecasts are looked at.
    pub tick_every: Duration,
}

impl AlertConfig {
    /// With the rules of a file, looked at every second.
    pub fn new(rules: impl Into<PathBuf>) -> Self {
        Self { rules: rules.into(), tick_every: Duration::from_secs(1) }
    }
}

/// What alerts work with.
#[derive(Debug, Clone)]
pub struct AlertParts {
    /// What follows the log and the store of entities.
    pub intake: Arc<AlertIntake>,
    /// The log.
    pub log: Arc<dyn ObservationLog>,
    /// The latest value of every datastream.
    pub latest: Arc<LatestTable>,
    /// What is known of datastreams.
    pub streams: Arc<dyn Streams>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Who hears of steps.
    pub followers: Vec<Arc<dyn AlertFollower>>,
}

/// The alerts of one folder.
#[derive(Debug)]
pub struct Alerts {
    pub(super) book: Arc<Book>,
    pub(super) clock: Arc<dyn Clock>,
    intake: Arc<AlertIntake>,
    rules: RwLock<Arc<RuleSet>>,
    rules_path: PathBuf,
    /// Held while a bulletin is imported.
    pub(super) importing: Mutex<()>,
    worker: Option<JoinHandle<()>>,
}

impl Alerts {
    /// Opens a folder's alerts, making it when it is not there, evaluates what the log has had since,
    /// and goes on evaluating on a thread of its own. Blocks: not for asynchronous tasks.
    ///
    /// # Errors
    /// [`AlertError`]: the folder cannot be written, another process writes it, or the rules are wrong.
    pub fn open(dir: &Path, config: AlertConfig, parts: AlertParts) -> Result<Self, AlertError> {
        let rules = Arc::new(read_rules(&config.rules)?);
        let (book, memory) = Book::open(dir, parts.followers)?;
        let book = Arc::new(book);
        let around = Surroundings {
            intake: parts.intake.clone(),
            book: book.clone(),
            log: parts.log,
            latest: parts.latest,
            streams: parts.streams,
            clock: parts.clock.clone(),
            tick_every: config.tick_every,
        };
        let worker = Worker::start(around, memory, rules.clone())?;
        let named = std::thread::Builder::new().name("feeds-alerts".into());
        let worker = named.spawn(move || worker.run());
        let worker = worker.map_err(|error| AlertError::Stopped(error.to_string()))?;
        Ok(Self {
            book,
            clock: parts.clock,
            intake: parts.intake,
            rules: RwLock::new(rules),
            rules_path: config.rules,
            importing: Mutex::default(),
            worker: Some(worker),
        })
    }

    /// Alerts that are not cleared, by number.
    pub fn active(&self) -> Vec<Arc<Alert>> {
        self.book.active()
    }

    /// An alert with its steps, active or not. Blocks.
    ///
    /// # Errors
    /// [`AlertError::NotFound`], [`AlertError::File`], [`AlertError::Row`].
    pub fn alert(&self, id: AlertId) -> Result<Arc<Alert>, AlertError> {
        self.book.alert(id)
    }

    /// Alerts that were active within a span of time, the latest first; for the next page, those
    /// `before` the last of this one. At most 1000 at a time. Blocks.
    ///
    /// # Errors
    /// [`AlertError::File`], [`AlertError::Row`].
    pub fn within(
        &self,
        span: Interval,
        before: Option<AlertId>,
        limit: usize,
    ) -> Result<Vec<Alert>, AlertError> {
        self.book.within(span, before, limit.min(MOST_PAGE))
    }

    /// Steps after one, by the numbers that they have in the whole book: with them somebody who was
    /// away resumes. Each with the alert and the step's number in it. Blocks.
    ///
    /// # Errors
    /// [`AlertError::File`].
    pub fn steps_after(
        &self,
        entry: i64,
        limit: usize,
    ) -> Result<Vec<(i64, AlertId, u32)>, AlertError> {
        self.book.steps_after(entry, limit.min(MOST_PAGE))
    }

    /// The number of the last step in the whole book; 0 where there is none. Blocks.
    ///
    /// # Errors
    /// [`AlertError::File`].
    pub fn last_step(&self) -> Result<i64, AlertError> {
        self.book.last_step()
    }

    /// A person has seen an alert.
    ///
    /// # Errors
    /// [`AlertError::NotFound`], [`AlertError::IsOver`], [`AlertError::IsDone`],
    /// [`AlertError::Text`], [`AlertError::File`].
    pub fn acknowledge(
        &self,
        id: AlertId,
        by: &str,
        note: Option<&str>,
    ) -> Result<Arc<Alert>, AlertError> {
        let deed = self.deed(by, note, StepKind::Acknowledged)?;
        self.book.act(id, deed, |alert| match alert.is_acknowledged() {
            false => Ok(()),
            true => Err(AlertError::IsDone(id, "acknowledged")),
        })
    }

    /// A person passes an alert on to somebody above.
    ///
    /// # Errors
    /// As [`acknowledge`](Self::acknowledge).
    pub fn escalate(
        &self,
        id: AlertId,
        by: &str,
        to: &str,
        note: Option<&str>,
    ) -> Result<Arc<Alert>, AlertError> {
        let kind = StepKind::Escalated { to: checked("to", to, MOST_NAME)? };
        self.book.act(id, self.deed(by, note, kind)?, |_| Ok(()))
    }

    /// A person ends an alert. It is not raised again for the same event: not before the condition has
    /// ended, or a graver level is reached.
    ///
    /// # Errors
    /// As [`acknowledge`](Self::acknowledge).
    pub fn clear(
        &self,
        id: AlertId,
        by: &str,
        note: Option<&str>,
    ) -> Result<Arc<Alert>, AlertError> {
        let deed = self.deed(by, note, StepKind::Cleared(Ending::Person))?;
        let cleared = self.book.act(id, deed, |_| Ok(()))?;
        // Should evaluation have stopped, it finds the alert cleared when it starts.
        drop(self.intake.order(Order::Closed(id)));
        Ok(cleared)
    }

    /// A person releases an alert to the public; one that rests on a forecast with the official
    /// bulletin.
    ///
    /// # Errors
    /// As [`acknowledge`](Self::acknowledge); [`AlertError::IsExercise`],
    /// [`AlertError::NeedsBulletin`].
    pub fn release(
        &self,
        id: AlertId,
        by: &str,
        bulletin: Option<Bulletin>,
        note: Option<&str>,
    ) -> Result<Arc<Alert>, AlertError> {
        let has_bulletin = bulletin.is_some();
        let deed = self.deed(by, note, StepKind::Released(Released { bulletin }))?;
        self.book.act(id, deed, |alert| {
            let finding = alert.situation().map(|situation| &situation.finding);
            let is_forecast = matches!(finding, Some(Finding::Forecast { .. }));
            match () {
                () if alert.is_simulated => Err(AlertError::IsExercise(id)),
                () if alert.is_released() => Err(AlertError::IsDone(id, "released")),
                () if is_forecast && !has_bulletin => Err(AlertError::NeedsBulletin(id)),
                () => Ok(()),
            }
        })
    }

    /// A person enters the official disaster-risk level of an alert, with its bulletin.
    ///
    /// # Errors
    /// As [`acknowledge`](Self::acknowledge).
    pub fn declare_risk(
        &self,
        id: AlertId,
        by: &str,
        risk: DeclaredRisk,
        note: Option<&str>,
    ) -> Result<Arc<Alert>, AlertError> {
        self.book.act(id, self.deed(by, note, StepKind::RiskDeclared(risk))?, |_| Ok(()))
    }

    /// The rules.
    pub fn rules(&self) -> Arc<RuleSet> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts other rules in the place of those there are, in the file too; its comments are lost, its
    /// other tables stay. Alerts of rules that are no more are cleared as withdrawn. Blocks.
    ///
    /// # Errors
    /// [`AlertError::Io`], [`AlertError::Rules`]: the rules are those of before.
    pub fn set_rules(&self, rules: RuleSet) -> Result<(), AlertError> {
        let mut current = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        write_rules(&self.rules_path, &rules)?;
        let rules = Arc::new(rules);
        *current = rules.clone();
        self.intake.order(Order::Rules(rules))
    }

    /// Holds rules against a forecast.
    ///
    /// # Errors
    /// [`AlertError::Busy`], [`AlertError::Stopped`].
    pub fn foresee(&self, forecast: Forecast) -> Result<(), AlertError> {
        self.intake.order(Order::Forecast(forecast))
    }

    /// Waits until everything that was committed and ordered before is evaluated, as of now, and on the
    /// disk. Blocks: not for asynchronous tasks.
    ///
    /// # Errors
    /// [`AlertError::Stopped`]: not within half a minute.
    pub fn settle(&self) -> Result<(), AlertError> {
        let (told, settled) = mpsc::sync_channel(1);
        self.intake.order(Order::Settle(told))?;
        settled.recv_timeout(SETTLE).map_err(|error| AlertError::Stopped(error.to_string()))
    }

    pub(super) fn deed(
        &self,
        by: &str,
        note: Option<&str>,
        kind: StepKind,
    ) -> Result<Deed, AlertError> {
        let by = Some(checked("by", by, MOST_NAME)?.into());
        let note = note.map(|note| checked("note", note, MOST_NOTE)).transpose()?;
        Ok(Deed { at: self.now(), by, note, kind })
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }
}

impl Drop for Alerts {
    fn drop(&mut self) {
        self.intake.stop();
        if let Some(worker) = self.worker.take()
            && worker.join().is_err()
        {
            tracing::error!("the thread that evaluates alerts had panicked");
        }
    }
}

fn checked(name: &'static str, text: &str, most: usize) -> Result<String, AlertError> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= most;
    if fits { Ok(text.to_owned()) } else { Err(AlertError::Text { name, most }) }
}

fn read_rules(path: &Path) -> Result<RuleSet, AlertError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(RuleSet::from_toml(&text)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(RuleSet::default()),
        Err(source) => Err(AlertError::Io { action: "read", path: path.to_owned(), source }),
    }
}

/// Replaces the table `rule` of the file, durably.
fn write_rules(path: &Path, rules: &RuleSet) -> Result<(), AlertError> {
    let failed = |action, path: &Path| {
        let path = path.to_owned();
        move |source| AlertError::Io { action, path, source }
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(failed("read", path)(source)),
    };
    let wrong = |error| AlertError::Rules(RuleError::Toml(Box::new(error)));
    let mut file: toml::Table = toml::from_str(&text).map_err(wrong)?;
    let invalid = |error: toml::ser::Error| failed("write", path)(std::io::Error::other(error));
    file.insert("rule".to_owned(), rules.to_toml().map_err(invalid)?);
    let text = toml::to_string(&file).map_err(invalid)?;
    let beside = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        use std::io::Write;
        let mut new = std::fs::File::create(&beside)?;
        new.write_all(text.as_bytes())?;
        new.sync_all()?;
        std::fs::rename(&beside, path)?;
        path.parent().map_or(Ok(()), |dir| std::fs::File::open(dir)?.sync_all())
    };
    write().map_err(failed("write", path))
}
