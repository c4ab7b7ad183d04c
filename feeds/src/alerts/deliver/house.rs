//! The deliveries of one folder: planned from the book, made by a thread for each channel.

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use city::Instant;
use serde_json::Value;

use super::{
    channel::{Channel, Outgoing, Progress, SendError},
    config::{ChannelConfig, WordsIn},
    outbox::{Delivery, Due, Next, Outbox, Planned, ReceiptKind},
};
use crate::{
    alerts::{
        alert::{Alert, AlertId},
        book::AlertFollower,
        cap::{Told, telling_steps},
        error::AlertError,
        house::Alerts,
        text::Catalogue,
    },
    clock::Clock,
};

/// Steps that are planned at a time.
const STEPS: usize = 500;
/// Deliveries that are made between two looks at what is new.
const ROUND: i64 = 50;
/// A thread looks at the clock this often at least: it may have been moved.
const LOOK: Duration = Duration::from_millis(500);
/// The first pause before another try, and the longest, in microseconds; each is twice the one before.
const FIRST_PAUSE_US: i64 = 2_000_000;
const LONGEST_PAUSE_US: i64 = 600_000_000;
/// A gateway is asked for a day what became of a message.
const ASKED_US: i64 = 86_400_000_000;

/// Wakes deliveries when an alert has a new step: it follows the alerts.
#[derive(Debug, Default)]
pub struct DeliveryBell {
    rung: AtomicU64,
    lock: Mutex<()>,
    bell: Condvar,
}

impl DeliveryBell {
    fn ring(&self) {
        let guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.rung.fetch_add(1, Ordering::SeqCst);
        drop(guard);
        self.bell.notify_all();
    }

    /// Waits until it was rung more often than `heard`, but not longer than `patience`.
    fn wait(&self, heard: u64, patience: Duration) {
        let guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let is_silent = |(): &mut ()| self.rung.load(Ordering::SeqCst) == heard;
        drop(self.bell.wait_timeout_while(guard, patience, is_silent));
    }
}

impl AlertFollower for DeliveryBell {
    fn changed(&self, _: &Arc<Alert>) {
        self.ring();
    }
}

/// What deliveries work with.
#[derive(Debug)]
pub struct Wiring {
    /// What follows the alerts.
    pub bell: Arc<DeliveryBell>,
    /// The alerts.
    pub alerts: Arc<Alerts>,
    /// What is said.
    pub catalogue: Catalogue,
    /// The channels, each with its connector.
    pub channels: Vec<(ChannelConfig, Arc<dyn Channel>)>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

/// The deliveries of one folder.
#[derive(Debug)]
pub struct Deliveries {
    desk: Arc<Desk>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Desk {
    wiring: Wiring,
    outbox: Outbox,
    /// How often the bell was rung when steps were planned last.
    planned: Mutex<Option<u64>>,
    is_stopping: AtomicBool,
}

impl Deliveries {
    /// Opens a folder's deliveries, making the file when it is not there, and goes on with those that
    /// are not finished. Alerts from before there was a file are told nobody. Blocks.
    ///
    /// # Errors
    /// [`AlertError::File`], [`AlertError::Stopped`].
    pub fn open(dir: &Path, wiring: Wiring) -> Result<Self, AlertError> {
        let outbox = Outbox::open(dir, wiring.alerts.last_step()?)?;
        let is_stopping = AtomicBool::new(false);
        let desk = Arc::new(Desk { wiring, outbox, planned: Mutex::new(None), is_stopping });
        let mut deliveries = Self { desk, threads: Vec::new() };
        for index in 0..deliveries.desk.wiring.channels.len() {
            let desk = deliveries.desk.clone();
            let named = std::thread::Builder::new().name(format!("feeds-channel-{index}"));
            let thread = named.spawn(move || desk.run(index));
            deliveries.threads.push(thread.map_err(|e| AlertError::Stopped(e.to_string()))?);
        }
        Ok(deliveries)
    }

    /// The deliveries of an alert with their receipts. Blocks.
    ///
    /// # Errors
    /// [`AlertError::File`].
    pub fn of_alert(&self, alert: AlertId) -> Result<Vec<Delivery>, AlertError> {
        Ok(self.desk.outbox.of_alert(alert)?)
    }

    /// The names of the channels.
    pub fn channels(&self) -> impl Iterator<Item = &str> {
        self.desk.wiring.channels.iter().map(|(config, _)| config.id.as_str())
    }

    /// Takes what a gateway reports by itself; whether it is about a delivery that was not finished.
    /// Who may report is for the caller to check. Blocks.
    ///
    /// # Errors
    /// [`AlertError::File`].
    pub fn report(&self, channel: &str, document: &Value) -> Result<bool, AlertError> {
        let desk = &self.desk;
        let mut channels = desk.wiring.channels.iter();
        let Some((_, connector)) = channels.find(|(config, _)| config.id == channel) else {
            return Ok(false);
        };
        let Some((reference, progress)) = connector.report(document) else { return Ok(false) };
        let Some(delivery) = desk.outbox.unfinished(channel, &reference)? else { return Ok(false) };
        let receipt = match progress {
            Progress::OnItsWay => return Ok(true),
            Progress::Delivered => ReceiptKind::Delivered,
            Progress::Failed(why) => ReceiptKind::Failed(why),
        };
        desk.outbox.note(delivery, desk.now(), Some(&receipt), &Next::Nothing)?;
        Ok(true)
    }
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        self.desk.is_stopping.store(true, Ordering::SeqCst);
        self.desk.wiring.bell.ring();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread that delivers alerts had panicked");
            }
        }
    }
}

impl Desk {
    /// Delivers on one channel until it is told to stop.
    fn run(&self, index: usize) {
        let Some((config, connector)) = self.wiring.channels.get(index) else { return };
        while !self.is_stopping.load(Ordering::SeqCst) {
            let heard = self.wiring.bell.rung.load(Ordering::SeqCst);
            let worked = self.plan(heard).and_then(|()| self.work(config, connector.as_ref()));
            let patience = match worked {
                Ok(Some(due)) => {
                    let wait_us = due.as_micros().saturating_sub(self.now().as_micros());
                    Duration::from_micros(wait_us.max(0).unsigned_abs()).min(LOOK)
                }
                Ok(None) => LOOK,
                Err(error) => {
                    tracing::error!(%error, channel = config.id, "messages wait; it is tried again");
                    LOOK
                }
            };
            self.wiring.bell.wait(heard, patience);
        }
    }

    /// Makes deliveries of steps that are new, once for all channels.
    fn plan(&self, heard: u64) -> Result<(), AlertError> {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        if planned.is_some_and(|before| before >= heard) {
            return Ok(());
        }
        loop {
            let steps = self.wiring.alerts.steps_after(self.outbox.seen()?, STEPS)?;
            let Some((last, ..)) = steps.last() else { break };
            let mut alerts: HashMap<AlertId, Arc<Alert>> = HashMap::new();
            let mut deliveries = Vec::new();
            for (_, id, step) in &steps {
                let alert = match alerts.get(id) {
                    Some(alert) => alert.clone(),
                    None => self.wiring.alerts.alert(*id)?,
                };
                alerts.insert(*id, alert.clone());
                if let Some(told) = telling_steps(&alert).iter().find(|told| told.step == *step) {
                    let channels = self.wiring.channels.iter();
                    channels
                        .for_each(|(config, _)| self.add(&mut deliveries, config, &alert, told));
                }
            }
            self.outbox.plan(*last, &deliveries, self.now())?;
        }
        *planned = Some(heard);
        Ok(())
    }

    /// Adds the deliveries of a step on a channel.
    fn add(
        &self,
        deliveries: &mut Vec<Planned>,
        config: &ChannelConfig,
        alert: &Alert,
        told: &Told,
    ) {
        let steps = usize::try_from(told.step).unwrap_or(usize::MAX);
        let level = alert.level_after(steps);
        // Who is told for the first time is not told of what is long past.
        let age_us = self.now().as_micros() - told.at.as_micros();
        let is_asked = age_us <= config.lifetime_us()
            && config.statuses.contains(&told.status)
            && config.messages.contains(&told.kind)
            && (config.events.is_empty() || config.events.contains(alert.event.as_ref()))
            && level >= config.min_level;
        let words = self.wiring.catalogue.words(alert, steps).filter(|_| is_asked);
        let Some(words) = words else { return };
        let whole = |headline: &str, description: &str, instruction: &str| {
            format!("{headline}. {description} {instruction}").trim_end().to_owned()
        };
        let vi = whole(&words.headline.vi, &words.description.vi, &words.instruction.vi);
        let en = whole(&words.headline.en, &words.description.en, &words.instruction.en);
        let (headline, text) = match config.language {
            WordsIn::Vi => (words.headline.vi, vi),
            WordsIn::En => (words.headline.en, en),
            WordsIn::Both => (words.headline.vi, format!("{vi}\n{en}")),
        };
        for recipient in &config.recipients {
            let who = percent_encoding::utf8_percent_encode(
                recipient,
                percent_encoding::NON_ALPHANUMERIC,
            );
            let outgoing = Outgoing {
                key: format!("dothi-{}-{}-{}-{who}", alert.id, told.step, config.id),
                recipient: recipient.clone(),
                headline: cut(&headline, config.most_letters),
                text: cut(&text, config.most_letters),
                alert: alert.id.get(),
                is_exercise: alert.is_simulated,
            };
            let (step, since, channel) = (told.step, told.at, config.id.clone());
            deliveries.push(Planned { step, since, channel, outgoing });
        }
    }

    /// Does what is due on a channel; when there is something to do next.
    fn work(
        &self,
        config: &ChannelConfig,
        connector: &dyn Channel,
    ) -> Result<Option<Instant>, AlertError> {
        for due in self.outbox.due(&config.id, self.now(), ROUND)? {
            if self.is_stopping.load(Ordering::SeqCst) {
                return Ok(None);
            }
            let (receipt, next) = match &due.reference {
                Some(reference) => self.ask(config, connector, &due, reference),
                None => self.send(config, connector, &due),
            };
            self.outbox.note(due.id, self.now(), receipt.as_ref(), &next)?;
        }
        Ok(self.outbox.next_due(&config.id)?)
    }

    fn send(
        &self,
        config: &ChannelConfig,
        connector: &dyn Channel,
        due: &Due,
    ) -> (Option<ReceiptKind>, Next) {
        let age_us = self.now().as_micros() - due.since.as_micros();
        if age_us > config.lifetime_us() {
            let why = "too old: a warning that comes late misleads".to_owned();
            return (Some(ReceiptKind::Failed(why)), Next::Nothing);
        }
        let error = match connector.send(&due.outgoing) {
            Ok(sent) => {
                let asks = config.status.as_ref().filter(|status| status.url.is_some());
                let next = match asks.zip(sent.reference.clone()) {
                    Some((status, reference)) => {
                        Next::Ask { due: after(self.now(), status.every_s), reference }
                    }
                    None => Next::Nothing,
                };
                return (Some(ReceiptKind::Sent(sent.reference)), next);
            }
            Err(error) => error,
        };
        let SendError { why, is_final, retry_after } = error;
        let tries = due.tries + 1;
        if is_final || tries >= config.tries {
            return (Some(ReceiptKind::Failed(why)), Next::Nothing);
        }
        let pause_us = match retry_after {
            Some(pause) => i64::try_from(pause.as_micros()).unwrap_or(LONGEST_PAUSE_US),
            None => (FIRST_PAUSE_US << due.tries.min(20)).min(LONGEST_PAUSE_US),
        };
        let due = Instant::from_micros(self.now().as_micros().saturating_add(pause_us));
        (Some(ReceiptKind::Retried(why)), Next::Send { due, tries })
    }

    fn ask(
        &self,
        config: &ChannelConfig,
        connector: &dyn Channel,
        due: &Due,
        reference: &str,
    ) -> (Option<ReceiptKind>, Next) {
        let now = self.now();
        let is_old = now.as_micros() - due.since.as_micros() > ASKED_US;
        let every_s = config.status.as_ref().map_or(60.0, |status| status.every_s);
        let again = || match is_old {
            true => Next::Nothing,
            false => Next::Ask { due: after(now, every_s), reference: reference.to_owned() },
        };
        match connector.progress(reference) {
            Ok(None) => (None, Next::Nothing),
            Ok(Some(Progress::Delivered)) => (Some(ReceiptKind::Delivered), Next::Nothing),
            Ok(Some(Progress::Failed(why))) => (Some(ReceiptKind::Failed(why)), Next::Nothing),
            Ok(Some(Progress::OnItsWay)) | Err(_) => (None, again()),
        }
    }

    fn now(&self) -> Instant {
        self.wiring.clock.now()
    }
}

fn after(now: Instant, seconds: f64) -> Instant {
    Instant::from_micros(now.as_micros().saturating_add((seconds * 1e6) as i64))
}

/// The first so many letters of a text, with dots where something is missing.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
