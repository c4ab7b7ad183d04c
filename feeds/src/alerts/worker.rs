//! The thread that evaluates.

use std::{
    sync::{Arc, mpsc::SyncSender},
    time::{Duration, Instant as Moment},
};

use city::Instant;

use super::{
    alert::{Stage, StepKind},
    book::{Batch, Book, Deed, Memory},
    error::AlertError,
    evaluate::Evaluator,
    intake::{AlertIntake, Order, Waiting},
    rule::RuleSet,
    streams::Streams,
};
use crate::{
    clock::Clock,
    latest::LatestTable,
    log::{Entry, ObservationLog},
    model::Seq,
};

/// Entries that are read from the log at a time.
const CHUNK: usize = 10_000;
/// What is remembered is written this often when no alert asks for it.
const SAVE_EVERY: Duration = Duration::from_secs(10);
/// A commit that failed is tried again after this.
const RETRY: Duration = Duration::from_secs(1);

/// Evaluates what comes in, and writes what comes out.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) intake: Arc<AlertIntake>,
    pub(super) book: Arc<Book>,
    pub(super) log: Arc<dyn ObservationLog>,
    pub(super) latest: Arc<LatestTable>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) tick_every: Duration,
    evaluator: Evaluator,
    /// Everything up to here was evaluated.
    seen: Seq,
    /// Entries after `seen` are to be read from the log.
    is_behind: bool,
    /// The rules as they are to be written.
    rules: Option<String>,
    has_other_entities: bool,
    /// When datastreams were looked at anew last, and how long that took.
    bound: (Moment, Duration),
    /// What could not be written yet; nothing is evaluated until it is.
    unsaved: Option<Batch>,
    saved: Moment,
    ticked: Moment,
}

/// What a worker works with.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    pub(super) intake: Arc<AlertIntake>,
    pub(super) book: Arc<Book>,
    pub(super) log: Arc<dyn ObservationLog>,
    pub(super) latest: Arc<LatestTable>,
    pub(super) streams: Arc<dyn Streams>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) tick_every: Duration,
}

impl Worker {
    /// Goes on from where the book says, up to the end of the log, under the rules of now.
    pub(super) fn start(
        around: Surroundings,
        memory: Memory,
        rules: Arc<RuleSet>,
    ) -> Result<Self, AlertError> {
        let now = around.clock.now();
        let before = memory.place.as_ref().and_then(|(_, text)| {
            RuleSet::from_json(text.as_deref()?.as_bytes()).ok().map(Arc::new)
        });
        let before = before.unwrap_or_else(|| rules.clone());
        let remembered = (memory.watches, memory.standings);
        let ids = around.book.ids().clone();
        let mut evaluator = Evaluator::new(before, around.streams, ids, remembered, now);
        for alert in evaluator.remembered() {
            if !around.book.is_active(alert) {
                evaluator.closed(alert); // A person cleared it just before the end.
            }
        }
        let started = Moment::now();
        let mut worker = Self {
            intake: around.intake,
            book: around.book,
            log: around.log,
            latest: around.latest,
            clock: around.clock,
            tick_every: around.tick_every,
            evaluator,
            seen: Seq::START,
            is_behind: true,
            rules: Some(rules.to_json().to_string()),
            has_other_entities: false,
            bound: (started, Duration::ZERO),
            unsaved: None,
            saved: started,
            ticked: started,
        };
        match memory.place {
            Some((seen, _)) => worker.seen = seen,
            None => {
                // What was long ago raises nothing: evaluation begins with what is so now.
                let (seq, latest) = worker.latest.snapshot();
                worker.evaluator.prime_all(&latest, now);
                worker.seen = seq;
            }
        }
        worker.catch_up()?;
        if *rules != **worker.evaluator.rules() {
            worker.set_rules(rules);
        }
        worker.save();
        Ok(worker)
    }

    /// Works until it is told to stop.
    pub(super) fn run(mut self) {
        loop {
            if self.unsaved.is_some() {
                self.save();
                if self.unsaved.is_some() {
                    if self.intake.is_stopping() {
                        return;
                    }
                    std::thread::sleep(RETRY);
                    continue;
                }
            }
            let patience = self.tick_every.saturating_sub(self.ticked.elapsed());
            let waiting = self.intake.take(patience);
            let is_stopping = waiting.is_stopping;
            let settled = self.work(waiting);
            if self.is_to_be_saved() || !settled.is_empty() || is_stopping {
                self.save();
            }
            if self.unsaved.is_none() {
                // Who waits no longer does not hear it.
                for told in settled {
                    let _ = told.try_send(());
                }
            }
            if is_stopping {
                return;
            }
        }
    }

    /// Evaluates what waited; comes back with who wants to know when it is durable.
    fn work(&mut self, waiting: Waiting) -> Vec<SyncSender<()>> {
        let mut settled = Vec::new();
        let mut rules = Vec::new();
        let mut forecasts = Vec::new();
        for order in waiting.orders {
            match order {
                Order::Rules(new) => rules.push(new),
                Order::Forecast(forecast) => forecasts.push(forecast),
                Order::Closed(alert) => self.evaluator.closed(alert),
                Order::Settle(told) => settled.push(told),
            }
        }
        self.has_other_entities |= waiting.has_other_entities;
        let is_time = self.ticked.elapsed() >= self.tick_every || !settled.is_empty();
        if is_time && self.has_other_entities {
            self.bind(!settled.is_empty());
        }
        waiting.entries.iter().for_each(|entries| self.follow(entries));
        self.is_behind |= waiting.has_overflowed;
        if let Err(error) = self.catch_up() {
            tracing::error!(%error, "alerts lag behind the observations; it is tried again");
        }
        rules.into_iter().for_each(|rules| self.set_rules(rules));
        let now = self.clock.now();
        forecasts.iter().for_each(|forecast| self.evaluator.foresee(forecast, now));
        if is_time {
            self.evaluator.tick(now);
            self.escalate(now);
            self.ticked = Moment::now();
        }
        settled
    }

    /// Passes on what nobody has answered in the time that its rule leaves for it.
    fn escalate(&self, now: Instant) {
        for alert in self.book.active() {
            let rule = alert.rule.as_ref().and_then(|id| self.evaluator.rules().get(id));
            let escalation = rule.and_then(|rule| rule.escalation.as_ref());
            let Some((escalation, raised)) = escalation.zip(alert.raised()) else { continue };
            let waited_us = now.as_micros() - raised.as_micros();
            if alert.stage() != Stage::Raised || waited_us < escalation.after_us {
                continue;
            }
            let kind = StepKind::Escalated { to: escalation.to.clone() };
            let deed = Deed { at: now, by: None, note: None, kind };
            let id = alert.id;
            let passed_on = self.book.act(id, deed, |alert| match alert.stage() {
                Stage::Raised => Ok(()),
                _ => Err(AlertError::IsDone(id, "answered")),
            });
            match passed_on {
                // Somebody was faster.
                Ok(_) | Err(AlertError::IsDone(..) | AlertError::IsOver(_)) => {}
                Err(error) => {
                    tracing::error!(%id, %error, "an alert cannot be passed on; it is tried again")
                }
            }
        }
    }

    /// Looks at datastreams anew. While many entities are made one after the other it takes a tenth of
    /// the time at most; who is new is looked at when it is first heard.
    fn bind(&mut self, is_urgent: bool) {
        let (last, took) = self.bound;
        if is_urgent || last.elapsed() >= took * 10 {
            let begun = Moment::now();
            self.evaluator.bind_all(self.clock.now());
            self.has_other_entities = false;
            self.bound = (Moment::now(), begun.elapsed());
        }
    }

    fn follow(&mut self, entries: &[Entry]) {
        for entry in entries.iter().filter(|_| !self.is_behind) {
            if entry.observation.seq > self.seen {
                self.evaluator.observe(entry);
                self.seen = entry.observation.seq;
            }
        }
    }

    /// Reads from the log what the queue could not hold.
    fn catch_up(&mut self) -> Result<(), AlertError> {
        while self.is_behind && self.unsaved.is_none() {
            let entries = self.log.read(self.seen, CHUNK)?;
            self.is_behind = !entries.is_empty();
            for entry in &entries {
                self.evaluator.observe(entry);
                self.seen = entry.observation.seq;
            }
            if self.evaluator.has_news() {
                self.save();
            }
        }
        Ok(())
    }

    fn set_rules(&mut self, rules: Arc<RuleSet>) {
        self.rules = Some(rules.to_json().to_string());
        let (_, latest) = self.latest.snapshot();
        self.evaluator.set_rules(rules, &latest, self.clock.now());
    }

    fn is_to_be_saved(&self) -> bool {
        self.evaluator.has_news() || self.rules.is_some() || self.saved.elapsed() >= SAVE_EVERY
    }

    /// Writes what came out, and up to where; what fails is kept and tried again.
    fn save(&mut self) {
        let batch = match self.unsaved.take() {
            Some(batch) => batch,
            None => {
                let harvest = self.evaluator.harvest();
                Batch { harvest, seen: self.seen, rules: self.rules.take() }
            }
        };
        self.saved = Moment::now();
        if let Err(error) = self.book.commit(&batch) {
            tracing::error!(%error, "alerts cannot be written; it is tried again");
            self.unsaved = Some(batch);
        }
    }
}
