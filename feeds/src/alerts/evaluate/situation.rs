//! What a step tells.

use city::Title;

use super::{Evaluator, Moment, bind::Bound};
use crate::{
    alerts::{
        alert::{Finding, Situation},
        rule::{AreaKind, Combination, Condition, Rule},
        watch::Watch,
    },
    model::StreamId,
};

/// A situation names so many datastreams at most.
const MOST_STREAMS: usize = 100;

/// The situation of a datastream.
pub(super) fn of_stream(bound: &Bound, watch: Option<&Watch>, moment: Moment) -> Situation {
    let Bound { rule, facts, .. } = bound;
    let watch = watch.cloned().unwrap_or_default();
    let threshold = rule.levels(facts).iter().find(|level| level.level == watch.level);
    let (mut time, mut value) = watch.last.map_or((moment.at, None), |(at, it)| (at, Some(it)));
    let finding = match (&rule.condition, &watch.foreseen) {
        (Condition::Rate(rate), _) => {
            Finding::Rate { change: watch.change, window_s: rate.window_us as f64 / 1e6 }
        }
        (Condition::Missing(missing), _) => {
            (time, value) = (moment.at, None);
            let interval_s = facts.rules.interval_s.or(missing.interval_s).unwrap_or_default();
            Finding::Missing { since: watch.heard, interval_s }
        }
        (Condition::Forecast(_), Some(foreseen)) => {
            (time, value) = (foreseen.peak.0, Some(foreseen.peak.1));
            let (source, issued) = (foreseen.source.clone(), foreseen.issued);
            Finding::Forecast { source, issued, onset: foreseen.onset }
        }
        (Condition::Threshold(_) | Condition::Forecast(_), _) => Finding::Threshold,
    };
    Situation {
        finding,
        level: watch.level,
        level_title: threshold.map(|level| level.title.clone()),
        limit: threshold.map(|level| level.value),
        limit_source: threshold.map_or_else(String::new, |level| level.source.clone()),
        value,
        unit: facts.unit.clone(),
        property: facts.property.name.clone(),
        place: Title::new(facts.thing.clone(), facts.thing.clone()),
        time,
        seq: moment.seq.map(|seq| seq.get()),
        streams: vec![facts.stream.get()],
    }
}

/// The situation of an area, of those that have reached its level.
pub(super) fn of_area(
    evaluator: &Evaluator,
    rule: &Rule,
    level: u8,
    (reached, of): (&[(u8, StreamId)], usize),
    moment: Moment,
) -> Situation {
    let facts = reached.first().and_then(|(_, stream)| {
        let bound = evaluator.bindings.get(stream)?;
        bound.iter().find(|bound| bound.rule.id == rule.id).map(|bound| bound.facts.clone())
    });
    let threshold = facts.as_ref().and_then(|facts| {
        rule.levels(facts).iter().find(|threshold| threshold.level == level).cloned()
    });
    let commune = facts.as_ref().and_then(|facts| facts.commune.clone());
    let place = match (rule.area, commune) {
        (Some(Combination { by: AreaKind::Commune, .. }), Some(commune)) => {
            Title::new(commune.name.clone(), commune.name)
        }
        _ => rule.title.clone(),
    };
    Situation {
        finding: Finding::Area { count: reached.len(), of },
        level,
        level_title: threshold.map(|threshold| threshold.title),
        limit: None,
        limit_source: String::new(),
        value: None,
        unit: facts.as_ref().map_or_else(String::new, |facts| facts.unit.clone()),
        property: facts.as_ref().map_or_else(String::new, |facts| facts.property.name.clone()),
        place,
        time: moment.at,
        seq: moment.seq.map(|seq| seq.get()),
        streams: reached.iter().take(MOST_STREAMS).map(|(_, stream)| stream.get()).collect(),
    }
}
