//! Which rules look at which datastreams, and what becomes of alerts when that changes.

use std::{collections::BTreeSet, sync::Arc};

use city::Instant;

use super::{Change, ChangeKind, Evaluator, FRESH_US, Standing};
use crate::{
    alerts::{
        alert::{Ending, Subject},
        rule::{AreaKind, Condition, Rule, RuleId, RuleSet},
        streams::StreamFacts,
    },
    model::{Observation, StreamId},
};

/// The area that all datastreams of a rule make.
const WHOLE: &str = "*";

/// A rule that looks at a datastream.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    pub(super) rule: Arc<Rule>,
    pub(super) facts: Arc<StreamFacts>,
    /// The area that the datastream counts in.
    pub(super) area: Option<Subject>,
}

impl Evaluator {
    /// The rules that look at a datastream.
    pub(super) fn bound(&mut self, stream: StreamId) -> Arc<[Bound]> {
        match self.bindings.get(&stream) {
            Some(bound) => bound.clone(),
            None => self.bind(stream),
        }
    }

    fn bind(&mut self, stream: StreamId) -> Arc<[Bound]> {
        let facts = self.streams.facts(stream).map(Arc::new);
        let mut bound = Vec::new();
        for rule in self.rules.iter() {
            let Some(facts) = facts.as_ref().filter(|facts| rule.admits(facts)) else { continue };
            let area = area_of(rule, facts);
            if rule.area.is_some() && area.is_none() {
                continue; // It stands in no commune.
            }
            if let Some(area) = &area {
                let members = self.areas.entry((rule.id.clone(), area.clone())).or_default();
                members.insert(stream);
            }
            if matches!(rule.condition, Condition::Missing(_)) {
                self.silences.push((stream, rule.clone()));
            }
            bound.push(Bound { rule: rule.clone(), facts: facts.clone(), area });
        }
        let bound: Arc<[Bound]> = bound.into();
        self.bindings.insert(stream, bound.clone());
        bound
    }

    /// Looks at every datastream anew, and ends what is looked at no more.
    pub(in crate::alerts) fn bind_all(&mut self, now: Instant) {
        self.bindings.clear();
        self.areas.clear();
        self.silences.clear();
        for stream in self.streams.ids() {
            self.bind(stream);
        }
        let is_bound = |it: &Self, rule: &RuleId, stream: StreamId, is_alone: bool| {
            let bound = it.bindings.get(&stream);
            bound.is_some_and(|bound| {
                bound.iter().any(|b| b.rule.id == *rule && (!is_alone || b.area.is_none()))
            })
        };
        let is_gone = |it: &Self, (rule, subject): &(RuleId, Subject)| match subject {
            Subject::Stream(stream) => !is_bound(it, rule, *stream, true),
            Subject::Area(_) | Subject::Exercise(_) => {
                !it.areas.contains_key(&(rule.clone(), subject.clone()))
            }
            Subject::Bulletin(_) => false,
        };
        let gone: Vec<_> = self
            .standings
            .iter()
            .filter(|(key, _)| is_gone(self, key))
            .map(|(k, s)| (k.clone(), *s))
            .collect();
        for (key, standing) in gone {
            if let Some(alert) = standing.alert {
                let kind = ChangeKind::Clear(Ending::Withdrawn);
                self.changes.push(Change { alert, at: now, kind });
            }
            self.stand(key, standing, Standing::default());
        }
        let gone: Vec<_> = self
            .watches
            .keys()
            .filter(|(rule, stream)| !is_bound(self, rule, *stream, false))
            .cloned()
            .collect();
        for key in gone {
            self.watches.remove(&key);
            self.touched_watches.insert(key);
        }
    }

    /// Puts other rules in the place of those there are. What a rule remembers stays when it asks for
    /// the same as before. New ones are held against the latest values.
    pub(in crate::alerts) fn set_rules(
        &mut self,
        rules: Arc<RuleSet>,
        latest: &[Arc<Observation>],
        now: Instant,
    ) {
        let before = std::mem::replace(&mut self.rules, rules);
        let is_same = |rule: &&Arc<Rule>| {
            before.get(&rule.id).is_some_and(|old| asks_for(old) == asks_for(rule))
        };
        let new: BTreeSet<RuleId> =
            self.rules.iter().filter(|rule| !is_same(rule)).map(|rule| rule.id.clone()).collect();
        let reset: Vec<_> =
            self.watches.keys().filter(|(rule, _)| new.contains(rule)).cloned().collect();
        for key in reset {
            self.watches.remove(&key);
            self.touched_watches.insert(key);
        }
        self.bind_all(now);
        self.prime(&new, latest, now);
    }

    /// Holds rules against the latest values, in the order in which these were recorded.
    pub(in crate::alerts) fn prime(
        &mut self,
        rules: &BTreeSet<RuleId>,
        latest: &[Arc<Observation>],
        now: Instant,
    ) {
        let mut latest: Vec<_> = latest.iter().collect();
        latest.sort_by_key(|observation| observation.seq);
        let is_fresh = |it: &Observation| now.as_micros() - it.received.as_micros() <= FRESH_US;
        for observation in latest.into_iter().filter(|observation| is_fresh(observation)) {
            for bound in self.bound(observation.stream).iter() {
                if rules.contains(&bound.rule.id) {
                    self.take(bound, observation);
                }
            }
        }
    }

    /// Every rule held against the latest values.
    pub(in crate::alerts) fn prime_all(&mut self, latest: &[Arc<Observation>], now: Instant) {
        let rules = self.rules.iter().map(|rule| rule.id.clone()).collect();
        self.prime(&rules, latest, now);
    }
}

/// What a rule asks for, apart from what it is called.
fn asks_for(rule: &Rule) -> impl PartialEq + '_ {
    (&rule.worst, &rule.streams, &rule.condition, &rule.area)
}

fn area_of(rule: &Rule, facts: &StreamFacts) -> Option<Subject> {
    let key: Arc<str> = match rule.area?.by {
        AreaKind::Whole => WHOLE.into(),
        AreaKind::Commune => facts.commune.as_ref()?.code.as_str().into(),
    };
    Some(if facts.is_simulated { Subject::Exercise(key) } else { Subject::Area(key) })
}
