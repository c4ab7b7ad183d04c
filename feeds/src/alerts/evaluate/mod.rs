//! Rules held against observations, one at a time.
//!
//! What comes out depends on what went in and in which order, never on the clock of the machine: steps
//! carry the receipt of the observation that made them, or the instant of the tick.

mod bind;
mod situation;
mod standing;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use city::Instant;

use super::{
    alert::{AlertId, Ending, Situation, Subject},
    rule::{Condition, Release, Rule, RuleId, RuleSet},
    streams::Streams,
    watch::Watch,
};
use crate::{
    log::{Entry, EntryKind},
    model::{Observation, Seq, StreamId, Test},
};
use bind::Bound;
use standing::Decision;
pub(super) use standing::Standing;

/// The latest value of a datastream speaks for a new rule when it was received within an hour.
const FRESH_US: i64 = 3_600_000_000;

/// A rule's watch of a datastream.
pub(super) type WatchKey = (RuleId, StreamId);
/// A rule's standing with a subject.
pub(super) type StandingKey = (RuleId, Subject);

/// What is to happen to an alert.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub(super) alert: AlertId,
    pub(super) at: Instant,
    pub(super) kind: ChangeKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum ChangeKind {
    Raise { rule: Arc<Rule>, subject: Subject, is_simulated: bool, situation: Situation },
    Update(Situation),
    Clear(Ending),
}

/// A forecast that somebody else made, such as a nowcast.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// Whose future values they are.
    pub stream: StreamId,
    /// Who made it.
    pub source: String,
    /// When it was made.
    pub issued: Instant,
    /// Values in the datastream's unit, by time.
    pub values: Vec<(Instant, f64)>,
    /// Whether it rests on simulated data.
    pub is_simulated: bool,
}

/// What changed since the last commit.
#[derive(Debug, Default)]
pub(super) struct Harvest {
    pub(super) changes: Vec<Change>,
    pub(super) watches: Vec<(WatchKey, Option<Watch>)>,
    pub(super) standings: Vec<(StandingKey, Option<Standing>)>,
}

/// What made a step: when, and by which entry of the log.
#[derive(Debug, Clone, Copy)]
struct Moment {
    at: Instant,
    seq: Option<Seq>,
}

/// Everything that is remembered.
#[derive(Debug)]
pub(super) struct Evaluator {
    rules: Arc<RuleSet>,
    streams: Arc<dyn Streams>,
    /// The next number of an alert.
    ids: Arc<AtomicI64>,
    bindings: HashMap<StreamId, Arc<[Bound]>>,
    areas: BTreeMap<StandingKey, BTreeSet<StreamId>>,
    silences: Vec<(StreamId, Arc<Rule>)>,
    watches: HashMap<WatchKey, Watch>,
    standings: BTreeMap<StandingKey, Standing>,
    touched_watches: HashSet<WatchKey>,
    touched_standings: BTreeSet<StandingKey>,
    changes: Vec<Change>,
    /// Silence counts from here on: nobody was heard while nobody listened.
    listening_since: Instant,
}

impl Evaluator {
    /// Goes on from what was remembered under rules.
    pub(super) fn new(
        rules: Arc<RuleSet>,
        streams: Arc<dyn Streams>,
        ids: Arc<AtomicI64>,
        (watches, standings): (HashMap<WatchKey, Watch>, BTreeMap<StandingKey, Standing>),
        now: Instant,
    ) -> Self {
        let mut evaluator = Self {
            rules,
            streams,
            ids,
            bindings: HashMap::new(),
            areas: BTreeMap::new(),
            silences: Vec::new(),
            watches,
            standings,
            touched_watches: HashSet::new(),
            touched_standings: BTreeSet::new(),
            changes: Vec::new(),
            listening_since: now,
        };
        evaluator.bind_all(now);
        evaluator
    }

    pub(super) fn rules(&self) -> &Arc<RuleSet> {
        &self.rules
    }

    /// Takes an entry of the log.
    pub(super) fn observe(&mut self, entry: &Entry) {
        // What is removed or moved was told when it came; the next value says what is so now.
        if entry.kind == EntryKind::Value {
            for bound in self.bound(entry.observation.stream).iter() {
                self.take(bound, &entry.observation);
            }
        }
    }

    fn take(&mut self, bound: &Bound, observation: &Observation) {
        let Bound { rule, facts, area } = bound;
        if !rule.counts(observation.quality.flag) {
            return;
        }
        let key = (rule.id.clone(), observation.stream);
        let watch = self.watches.entry(key.clone()).or_default();
        let before = watch.level;
        // A value of the future says nothing about now, and would hide what comes until then.
        let is_of_now = !observation.quality.has_failed(Test::Future);
        let number = observation.result.as_number().filter(|_| is_of_now);
        let levels = rule.levels(facts);
        match (&rule.condition, number) {
            (Condition::Threshold(limits), Some(number)) => {
                watch.observe(limits, levels, (observation.time, number));
            }
            (Condition::Rate(rate), Some(number)) => {
                watch.observe_rate(rate, (observation.time, number));
            }
            (Condition::Missing(_), _) => watch.level = 0,
            _ => return,
        }
        watch.heard = watch.heard.max(Some(observation.received));
        let level = watch.level;
        self.touched_watches.insert(key);
        let moment = Moment { at: observation.received, seq: Some(observation.seq) };
        match area {
            None => self.meet(bound, facts.is_simulated, moment, Ending::Over),
            Some(area) if level.max(before) > 0 => self.weigh(rule, area, moment),
            Some(_) => {}
        }
    }

    /// Takes a forecast.
    pub(super) fn foresee(&mut self, forecast: &Forecast, now: Instant) {
        for bound in self.bound(forecast.stream).iter() {
            let Condition::Forecast(outlook) = &bound.rule.condition else { continue };
            let key = (bound.rule.id.clone(), forecast.stream);
            let watch = self.watches.entry(key.clone()).or_default();
            let levels = bound.rule.levels(&bound.facts);
            let head = (forecast.source.as_str(), forecast.issued, now);
            watch.foresee(outlook, levels, head, &forecast.values);
            self.touched_watches.insert(key);
            let is_simulated = bound.facts.is_simulated || forecast.is_simulated;
            self.meet(bound, is_simulated, Moment { at: now, seq: None }, Ending::Over);
        }
    }

    /// Looks at what only time tells: silence, old forecasts, areas whose datastreams fell silent.
    pub(super) fn tick(&mut self, now: Instant) {
        let moment = Moment { at: now, seq: None };
        let silences = std::mem::take(&mut self.silences);
        for (stream, rule) in &silences {
            self.listen(*stream, rule, moment);
        }
        self.silences = silences;
        for (rule, stream) in self.old_forecasts(now) {
            let key = (rule.clone(), stream);
            if let Some(watch) = self.watches.get_mut(&key) {
                watch.level = 0;
                watch.foreseen = None;
                self.touched_watches.insert(key);
            }
            let bound = self.bound(stream).iter().find(|bound| bound.rule.id == rule).cloned();
            if let Some(bound) = bound {
                self.meet(&bound, bound.facts.is_simulated, moment, Ending::Expired);
            }
        }
        let areas: Vec<_> = self.areas.keys().cloned().collect();
        for key in areas {
            let is_of_silence = |rule: &Rule| matches!(rule.condition, Condition::Missing(_));
            let rule = self.rules.get(&key.0).cloned();
            if let Some(rule) = rule
                && (self.standings.contains_key(&key) || is_of_silence(&rule))
            {
                self.weigh(&rule, &key.1, moment);
            }
        }
    }

    /// Whether a datastream has been silent for too long.
    fn listen(&mut self, stream: StreamId, rule: &Arc<Rule>, moment: Moment) {
        let bound = self.bound(stream).iter().find(|bound| bound.rule.id == rule.id).cloned();
        let Some(bound) = bound else { return };
        let Condition::Missing(missing) = rule.condition else { return };
        let Some(longest_us) = missing.longest_silence_us(&bound.facts) else { return };
        let key = (rule.id.clone(), stream);
        let watch = self.watches.entry(key.clone()).or_default();
        let heard = watch.heard.unwrap_or(self.listening_since).max(self.listening_since);
        let is_silent = moment.at.as_micros() - heard.as_micros() > longest_us;
        if is_silent && watch.level == 0 {
            watch.level = 1;
            self.touched_watches.insert(key);
            if bound.area.is_none() {
                self.meet(&bound, bound.facts.is_simulated, moment, Ending::Over);
            }
        }
    }

    fn old_forecasts(&self, now: Instant) -> Vec<WatchKey> {
        let old = |((rule, subject), standing): (&StandingKey, &Standing)| {
            let Subject::Stream(stream) = *subject else { return None };
            let Condition::Forecast(outlook) = &self.rules.get(rule)?.condition else {
                return None;
            };
            let issued = self.watches.get(&(rule.clone(), stream))?.issued?;
            let is_old = now.as_micros() - issued.as_micros() > outlook.max_age_us;
            (is_old && standing.alert.is_some()).then(|| (rule.clone(), stream))
        };
        self.standings.iter().filter_map(old).collect()
    }

    /// Holds a datastream's level against what was told of it.
    fn meet(&mut self, bound: &Bound, is_simulated: bool, moment: Moment, ending: Ending) {
        let stream = bound.facts.stream;
        let key = (bound.rule.id.clone(), Subject::Stream(stream));
        let watch = self.watches.get(&(bound.rule.id.clone(), stream));
        let level = watch.map_or(0, |watch| watch.level);
        let make = |it: &Self| {
            situation::of_stream(bound, it.watches.get(&(bound.rule.id.clone(), stream)), moment)
        };
        self.announce(&bound.rule, key, (level, is_simulated), moment.at, ending, make);
    }

    /// Holds the level of an area against what was told of it: the level that at least so many of
    /// its datastreams have reached.
    fn weigh(&mut self, rule: &Arc<Rule>, area: &Subject, moment: Moment) {
        let key = (rule.id.clone(), area.clone());
        let (Some(combination), Some(members)) = (rule.area, self.areas.get(&key)) else { return };
        let is_fresh = |watch: &Watch| match (&rule.condition, watch.heard) {
            (Condition::Missing(_), _) => true,
            (_, Some(heard)) => moment.at.as_micros() - heard.as_micros() <= combination.max_age_us,
            (_, None) => false,
        };
        let level_of = |stream: &StreamId| {
            let watch = self.watches.get(&(rule.id.clone(), *stream))?;
            (watch.level > 0 && is_fresh(watch)).then_some((watch.level, *stream))
        };
        let mut reached: Vec<_> = members.iter().filter_map(level_of).collect();
        reached.sort_by_key(|(level, stream)| (std::cmp::Reverse(*level), *stream));
        let level =
            reached.get(combination.at_least.saturating_sub(1)).map_or(0, |(level, _)| *level);
        reached.retain(|(other, _)| *other >= level);
        let of = members.len();
        let is_simulated = matches!(area, Subject::Exercise(_));
        let make = |it: &Self| situation::of_area(it, rule, level, (&reached, of), moment);
        self.announce(rule, key, (level, is_simulated), moment.at, Ending::Over, make);
    }

    fn announce(
        &mut self,
        rule: &Arc<Rule>,
        key: StandingKey,
        (level, is_simulated): (u8, bool),
        at: Instant,
        ending: Ending,
        situation: impl Fn(&Self) -> Situation,
    ) {
        let Some(standing) =
            self.standings.get(&key).copied().or((level > 0).then(Standing::default))
        else {
            return;
        };
        let mut after = standing;
        if let Some(alert) = standing.alert
            && standing.is_simulated != is_simulated
        {
            // What is real and what is an exercise never share an alert.
            self.changes.push(Change { alert, at, kind: ChangeKind::Clear(Ending::Withdrawn) });
            after = Standing::default();
        }
        let change = match after.meet(level) {
            Decision::Nothing => None,
            Decision::Raise => {
                let alert = AlertId::new(self.ids.fetch_add(1, Ordering::Relaxed));
                after = Standing { alert, level, is_simulated, silenced: 0 };
                let (rule, subject) = (rule.clone(), key.1.clone());
                let situation = situation(self);
                Some(ChangeKind::Raise { rule, subject, is_simulated, situation })
            }
            Decision::Update => {
                after.level = level;
                Some(ChangeKind::Update(situation(self)))
            }
            Decision::Clear => Some(ChangeKind::Clear(ending)),
        };
        let alert = after.alert;
        if let Some((kind, alert)) = change.zip(alert) {
            if matches!(kind, ChangeKind::Clear(_)) {
                after = Standing::default();
            }
            self.changes.push(Change { alert, at, kind });
        }
        self.stand(key, standing, after);
    }

    /// Remembers a standing, or forgets one that says nothing.
    fn stand(&mut self, key: StandingKey, before: Standing, after: Standing) {
        if before == after && self.standings.contains_key(&key) {
            return;
        }
        self.touched_standings.insert(key.clone());
        if after == Standing::default() {
            self.standings.remove(&key);
        } else {
            self.standings.insert(key, after);
        }
    }

    /// A person has cleared an alert: it is not raised again for the same event.
    pub(super) fn closed(&mut self, alert: AlertId) {
        let found = self.standings.iter_mut().find(|(_, standing)| standing.alert == Some(alert));
        if let Some((key, standing)) = found {
            standing.silence();
            self.touched_standings.insert(key.clone());
        }
    }

    /// Alerts of which it is remembered that they are active.
    pub(super) fn remembered(&self) -> Vec<AlertId> {
        self.standings.values().filter_map(|standing| standing.alert).collect()
    }

    /// Takes what changed since the last time.
    pub(super) fn harvest(&mut self) -> Harvest {
        let watches = self.touched_watches.drain();
        let standings = std::mem::take(&mut self.touched_standings);
        Harvest {
            changes: std::mem::take(&mut self.changes),
            watches: watches
                .map(|key| {
                    let watch = self.watches.get(&key).cloned();
                    (key, watch)
                })
                .collect(),
            standings: standings
                .into_iter()
                .map(|key| {
                    let standing = self.standings.get(&key).copied();
                    (key, standing)
                })
                .collect(),
        }
    }

    /// Whether there is something to write.
    pub(super) fn has_news(&self) -> bool {
        !self.changes.is_empty()
    }
}

/// Whether an alert of a rule is for the public at once.
pub(super) fn is_released_at_once(rule: &Rule, is_simulated: bool) -> bool {
    rule.release == Release::Actual && !is_simulated
}

#[cfg(test)]
mod tests;
