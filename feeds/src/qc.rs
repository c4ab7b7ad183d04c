//! Quality control of live values: flags, never changes of what was observed.
//!
//! Tests in their order (QARTOD; spike after Hampel): what the device says of itself, gross and
//! expected range, spike, rate of change, stuck value, companion datastream. What cannot be true is
//! not judged but refused: numbers that are none, dates before 2000 or more than a day ahead.

mod series;

use std::{collections::HashMap, sync::Arc};

use city::Instant;

use crate::model::{
    ClockRule, Details, DeviceStatus, Flag, NewObservation, Quality, ResultKind, ResultValue,
    StreamDirectory, StreamId, StreamRules, Test,
};
use series::Recent;

/// Further ahead than this, in microseconds, a time is flagged: five minutes.
pub const FLAGGED_AHEAD_US: i64 = 5 * 60 * 1_000_000;
/// Further ahead than this, in microseconds, a time is refused: 24 hours.
pub const REFUSED_AHEAD_US: i64 = 24 * 3600 * 1_000_000;
/// 2000-01-01T00:00:00Z in microseconds: nothing before is an observation of a live device.
pub const EARLIEST_US: i64 = 946_684_800_000_000;
/// A companion's value older than this, in microseconds, says nothing: 15 minutes.
const COMPANION_AGE_US: i64 = 15 * 60 * 1_000_000;
/// As many series are remembered; beyond, memory begins anew.
const MOST_SERIES: usize = 1_000_000;

/// Why an observation is not recorded but put to the dead letters.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It names a datastream that is not there.
    #[error("there is no datastream {0}: create it first, or send to one that is there")]
    UnknownStream(StreamId),
    /// Its number is not a number or infinite.
    #[error("the result is not a finite number: send a number, or null where there is none")]
    NotFinite,
    /// Its result is not of the datastream's observation type.
    #[error("the result does not fit the datastream's observation type: send {}", .0.wanted())]
    WrongKind(ResultKind),
    /// Its phenomenon time lies before the year 2000.
    #[error("the phenomenon time {0} lies before 2000: set the device's clock")]
    TooEarly(Instant),
    /// Its phenomenon time lies more than 24 hours ahead of the time of receipt.
    #[error("the phenomenon time {0} lies more than 24 hours ahead: set the device's clock")]
    TooFarAhead(Instant),
    /// A span that ends before it begins.
    #[error("the phenomenon or valid time ends before it begins: write START/END")]
    EndsBeforeStart,
}

impl Refusal {
    /// A short name for counters and for sorting dead letters.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownStream(_) => "unknown-datastream",
            Self::NotFinite => "not-finite",
            Self::WrongKind(_) => "wrong-kind",
            Self::TooEarly(_) => "too-early",
            Self::TooFarAhead(_) => "too-far-ahead",
            Self::EndsBeforeStart => "ends-before-start",
        }
    }
}

/// An observation as quality control lets it pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// Phenomenon time after the datastream's clock rule.
    pub time: Instant,
    /// What was found.
    pub quality: Quality,
    /// The rest, with the device's own time where it was changed.
    pub details: Option<Box<Details>>,
}

/// Judges observations in the order in which they are recorded.
///
/// The same observations in the same order with the same times of receipt get the same flags.
#[derive(Debug)]
pub struct Inspector {
    directory: Arc<dyn StreamDirectory>,
    series: HashMap<StreamId, Recent>,
}

impl Inspector {
    /// An inspector that has seen nothing yet.
    pub fn new(directory: Arc<dyn StreamDirectory>) -> Self {
        Self { directory, series: HashMap::new() }
    }

    /// The rules of a datastream.
    ///
    /// # Errors
    /// [`Refusal::UnknownStream`].
    pub fn rules(&self, stream: StreamId) -> Result<Arc<StreamRules>, Refusal> {
        self.directory.rules(stream).ok_or(Refusal::UnknownStream(stream))
    }

    /// Judges an observation that was received at an instant.
    ///
    /// # Errors
    /// [`Refusal`]: it belongs to the dead letters.
    pub fn inspect(
        &mut self,
        new: &NewObservation,
        rules: &StreamRules,
        received: Instant,
    ) -> Result<Inspected, Refusal> {
        refuse_unlike(new, rules)?;
        let (time, was_changed) = corrected(new.time, rules.clock, received);
        refuse_untimely(time, new.details.as_deref(), received)?;

        let mut quality = Quality::default();
        let mut details = new.details.clone();
        if was_changed {
            quality.note(Test::Clock);
            details.get_or_insert_default().device_time = new.time;
        }
        if time.as_micros() - received.as_micros() > FLAGGED_AHEAD_US {
            quality.fail(Test::Future, Flag::Suspect);
        }
        match details.as_ref().map_or(DeviceStatus::Ok, |details| details.status) {
            DeviceStatus::Ok => {}
            DeviceStatus::Maintenance => quality.fail(Test::Device, Flag::Suspect),
            DeviceStatus::Fault | DeviceStatus::NoPower => quality.fail(Test::Device, Flag::Bad),
        }
        match new.result {
            ResultValue::Number(number) => {
                self.judge(new.stream, time, number, rules, &mut quality)
            }
            ResultValue::Missing => quality.fail(Test::Missing, Flag::Missing),
            ResultValue::Text(_) | ResultValue::Truth(_) | ResultValue::Json(_) => {}
        }
        Ok(Inspected { time, quality, details })
    }

    /// Makes every test that the rules ask for.
    fn judge(
        &mut self,
        stream: StreamId,
        time: Instant,
        number: f64,
        rules: &StreamRules,
        quality: &mut Quality,
    ) {
        let passed = |quality: &mut Quality| {
            if quality.flag == Flag::NotEvaluated {
                quality.flag = Flag::Good;
            }
        };
        let mut range = |span: Option<super::model::Span>, test, flag| {
            if let Some(span) = span {
                passed(quality);
                if !span.contains(number) {
                    quality.fail(test, flag);
                }
            }
        };
        range(rules.gross, Test::Gross, Flag::Bad);
        range(rules.expected, Test::Range, Flag::Suspect);
        if let Some(companion) = rules.companion
            && let Some((at, other)) = self.series.get(&companion.stream).and_then(Recent::last)
            && (time.as_micros() - at.as_micros()).abs() <= COMPANION_AGE_US
        {
            passed(quality);
            if number > companion.factor * other {
                quality.fail(Test::Companion, Flag::Suspect);
            }
        }
        if quality.flag == Flag::Bad {
            return; // A value that is ruled out says nothing about the next.
        }
        if self.series.len() >= MOST_SERIES && !self.series.contains_key(&stream) {
            self.series.clear();
        }
        let recent = self.series.entry(stream).or_default();
        if recent.is_after_last(time) {
            if let Some(failed) = recent.tests(time, number, rules) {
                passed(quality);
                failed.for_each(|test| quality.fail(test, Flag::Suspect));
            }
            recent.push(time, number, rules.stuck.map_or(0.0, |stuck| stuck.tolerance));
        }
    }
}

fn refuse_unlike(new: &NewObservation, rules: &StreamRules) -> Result<(), Refusal> {
    match &new.result {
        ResultValue::Number(number) if !number.is_finite() => Err(Refusal::NotFinite),
        result if !rules.kind.admits(result) => Err(Refusal::WrongKind(rules.kind)),
        _ => Ok(()),
    }
}

/// The phenomenon time after a clock rule, and whether the rule changed what the device said.
fn corrected(given: Option<Instant>, clock: ClockRule, received: Instant) -> (Instant, bool) {
    let Some(given) = given else { return (received, false) };
    match clock {
        ClockRule::Device => (given, false),
        ClockRule::Receipt => (received, received != given),
        ClockRule::AheadBy(seconds) => {
            let error_us = (seconds * 1e6).round() as i64;
            (Instant::from_micros(given.as_micros().saturating_sub(error_us)), error_us != 0)
        }
    }
}

fn refuse_untimely(
    time: Instant,
    details: Option<&Details>,
    received: Instant,
) -> Result<(), Refusal> {
    if time.as_micros() < EARLIEST_US {
        return Err(Refusal::TooEarly(time));
    }
    if time.as_micros() - received.as_micros() > REFUSED_AHEAD_US {
        return Err(Refusal::TooFarAhead(time));
    }
    let end = details.and_then(|details| details.end);
    let valid = details.and_then(|details| details.valid);
    let is_backwards =
        end.is_some_and(|end| end < time) || valid.is_some_and(|(start, end)| end < start);
    if is_backwards { Err(Refusal::EndsBeforeStart) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
