//! From a document to a rule: everything that it says is checked once, here.

use std::collections::BTreeSet;

use city::{Role, Title};
use geo_types::{LineString, Polygon};

use super::{
    AreaKind, Combination, Condition, Escalation, Levels, Limits, Missing, Outlook, Rate, Release,
    Rule, RuleId, Selector,
    document::{
        AreaDocument, AreaKindDocument, DirectionDocument, EscalationDocument, LevelDocument,
        QualityDocument, RateDocument, ReleaseDocument, RuleDocument, SelectorDocument,
    },
};
use crate::model::{Direction, Flag, StreamId, Threshold};

const MOST_LEVELS: usize = 10;
/// As many letters the name of a person or a body has at most.
pub(in crate::alerts) const MOST_NAME: usize = 200;
const MOST_VERTICES: usize = 10_000;
/// The longest duration of a rule: 31 days, in seconds.
const LONGEST_S: f64 = 31.0 * 86_400.0;

/// A key, and what is wrong with it.
pub(super) type Wrong = (&'static str, String);

pub(super) fn wrong(key: &'static str, problem: impl Into<String>) -> Wrong {
    (key, problem.into())
}

pub(super) fn rule_of(document: RuleDocument) -> Result<Rule, Wrong> {
    let id: RuleId = document.id.parse().map_err(|()| {
        wrong("id", "write 1 to 64 lower-case letters without accents, digits and hyphens")
    })?;
    let condition = condition_of(&document)?;
    let is_own = match &condition {
        Condition::Threshold(limits) => limits.levels == Levels::Own,
        Condition::Forecast(outlook) => outlook.levels == Levels::Own,
        Condition::Rate(_) | Condition::Missing(_) => false,
    };
    let streams = selector_of(document.streams)?;
    if streams.is_empty() && !is_own {
        let problem = "say whose observations: datastreams, property, role, communes or polygon";
        return Err(wrong("streams", problem));
    }
    let release = match document.release {
        ReleaseDocument::Draft => Release::Draft,
        ReleaseDocument::Actual => Release::Actual,
    };
    let is_forecast = matches!(condition, Condition::Forecast(_));
    if is_forecast && release == Release::Actual {
        let problem = "a forecast is internal until a person releases it with an official \
                       bulletin: write \"draft\"";
        return Err(wrong("release", problem));
    }
    let worst = match (document.quality, &condition) {
        (Some(QualityDocument::Good), _) => Flag::Good,
        (Some(QualityDocument::Suspect), _) => Flag::Suspect,
        (Some(QualityDocument::Bad), _) | (None, Condition::Missing(_)) => Flag::Bad,
        (None, _) => Flag::Good,
    };
    let area = match document.area {
        Some(_) if is_forecast => {
            return Err(wrong("area", "forecasts are not combined: leave it out"));
        }
        Some(area) => Some(combination_of(&area)?),
        None => None,
    };
    let escalation = document.escalate.map(escalation_of).transpose()?;
    let (title, event) = (document.title, document.event.into());
    Ok(Rule { id, title, event, release, worst, streams, condition, area, escalation })
}

fn escalation_of(document: EscalationDocument) -> Result<Escalation, Wrong> {
    let after_us = micros("escalate.after_s", document.after_s)?;
    if after_us == 0 {
        return Err(wrong("escalate.after_s", "leave at least a second to answer"));
    }
    let to = document.to.trim().to_owned();
    if to.is_empty() || to.chars().count() > MOST_NAME {
        let problem = format!("say to whom, in 1 to {MOST_NAME} characters");
        return Err(wrong("escalate.to", problem));
    }
    Ok(Escalation { after_us, to })
}

fn condition_of(document: &RuleDocument) -> Result<Condition, Wrong> {
    let RuleDocument { threshold, rate, missing, forecast, .. } = document;
    match (threshold, rate, missing, forecast) {
        (Some(it), None, None, None) => Ok(Condition::Threshold(Limits {
            levels: levels_of("threshold.levels", it.own, &it.levels)?,
            hysteresis: at_least_zero("threshold.hysteresis", it.hysteresis)?,
            hold_us: micros("threshold.hold_s", it.hold_s)?,
            clear_hold_us: micros("threshold.clear_hold_s", it.clear_hold_s)?,
        })),
        (None, Some(it), None, None) => rate_of(it).map(Condition::Rate),
        (None, None, Some(it), None) => {
            positive("missing.intervals", it.intervals)?;
            if let Some(interval_s) = it.interval_s {
                positive("missing.interval_s", interval_s)?;
            }
            let (intervals, interval_s) = (it.intervals, it.interval_s);
            Ok(Condition::Missing(Missing { intervals, interval_s }))
        }
        (None, None, None, Some(it)) => Ok(Condition::Forecast(Outlook {
            levels: levels_of("forecast.levels", it.own, &it.levels)?,
            hysteresis: at_least_zero("forecast.hysteresis", it.hysteresis)?,
            horizon_us: micros(
                "forecast.horizon_s",
                positive("forecast.horizon_s", it.horizon_s)?,
            )?,
            max_age_us: micros(
                "forecast.max_age_s",
                positive("forecast.max_age_s", it.max_age_s)?,
            )?,
        })),
        _ => Err(wrong("threshold", "write one of threshold, rate, missing and forecast")),
    }
}

fn levels_of(
    key: &'static str,
    is_own: bool,
    documents: &[LevelDocument],
) -> Result<Levels, Wrong> {
    match (is_own, documents.len()) {
        (true, 0) => return Ok(Levels::Own),
        (false, 1..=MOST_LEVELS) => {}
        (true, _) | (false, 0) => {
            return Err(wrong(key, "write either levels, or own = true for the datastream's own"));
        }
        _ => return Err(wrong(key, format!("write at most {MOST_LEVELS}"))),
    }
    let mut levels: Vec<Threshold> = Vec::with_capacity(documents.len());
    for document in documents {
        let level = level_number(key, document.level)?;
        if !document.value.is_finite() {
            return Err(wrong(key, "value must be a finite number"));
        }
        let named = || Title::new(format!("cấp {level}"), format!("level {level}"));
        levels.push(Threshold {
            level,
            title: document.title.clone().unwrap_or_else(named),
            value: document.value,
            direction: direction_of(document.direction),
            source: document.source.clone(),
        });
    }
    levels.sort_by_key(|level| level.level);
    for pair in levels.windows(2) {
        let is_graver = match pair[0].direction {
            Direction::Above => pair[1].value > pair[0].value,
            Direction::Below => pair[1].value < pair[0].value,
        };
        if pair[0].level == pair[1].level || pair[0].direction != pair[1].direction || !is_graver {
            let problem = "every level needs a number of its own, the same direction as the \
                           others, and a value beyond that of the level before";
            return Err(wrong(key, problem));
        }
    }
    Ok(Levels::Given(levels))
}

fn rate_of(document: &RateDocument) -> Result<Rate, Wrong> {
    let (value, is_fall) = match (document.rise, document.fall) {
        (Some(rise), None) => (positive("rate.rise", rise)?, false),
        (None, Some(fall)) => (positive("rate.fall", fall)?, true),
        _ => return Err(wrong("rate.rise", "write one of rise and fall")),
    };
    let hysteresis = at_least_zero("rate.hysteresis", document.hysteresis)?;
    if hysteresis >= value {
        return Err(wrong("rate.hysteresis", "must be less than the change that alarms"));
    }
    let title = match is_fall {
        false => Title::new("tăng nhanh", "rapid rise"),
        true => Title::new("giảm nhanh", "rapid fall"),
    };
    let level = level_number("rate.level", document.level)?;
    let (direction, source) = (Direction::Above, String::new());
    let window_us = micros("rate.window_s", positive("rate.window_s", document.window_s)?)?;
    let level = Threshold { level, title, value, direction, source };
    Ok(Rate { level, is_fall, window_us, hysteresis })
}

fn combination_of(document: &AreaDocument) -> Result<Combination, Wrong> {
    if document.at_least == 0 {
        return Err(wrong("area.at_least", "must be at least 1"));
    }
    let by = match document.by {
        AreaKindDocument::Whole => AreaKind::Whole,
        AreaKindDocument::Commune => AreaKind::Commune,
    };
    let max_age_s = positive("area.max_age_s", document.max_age_s)?;
    let max_age_us = micros("area.max_age_s", max_age_s)?;
    Ok(Combination { at_least: document.at_least, by, max_age_us })
}

fn selector_of(document: SelectorDocument) -> Result<Selector, Wrong> {
    let id = |number: i64| {
        let problem = "must be identifiers of Datastreams";
        StreamId::new(number).ok_or_else(|| wrong("streams.datastreams", problem))
    };
    let datastreams: Result<BTreeSet<_>, _> = document.datastreams.into_iter().map(id).collect();
    let role = document.role.map(|name| Role::from_name(&name)).transpose();
    Ok(Selector {
        datastreams: datastreams?,
        property: document.property,
        role: role.map_err(|error| wrong("streams.role", error.to_string()))?,
        communes: document.communes.into_iter().collect(),
        polygon: polygon_of(document.polygon)?,
    })
}

fn polygon_of(ring: Vec<(f64, f64)>) -> Result<Option<Polygon<f64>>, Wrong> {
    let is_on_earth = |(x, y): &(f64, f64)| x.abs() <= 180.0 && y.abs() <= 90.0;
    match ring.len() {
        0 => Ok(None),
        3..=MOST_VERTICES if ring.iter().all(is_on_earth) => {
            Ok(Some(Polygon::new(LineString::from(ring), Vec::new())))
        }
        _ => {
            let problem =
                format!("write 3 to {MOST_VERTICES} corners as [longitude, latitude] in degrees");
            Err(wrong("streams.polygon", problem))
        }
    }
}

fn direction_of(document: DirectionDocument) -> Direction {
    match document {
        DirectionDocument::Above => Direction::Above,
        DirectionDocument::Below => Direction::Below,
    }
}

fn level_number(key: &'static str, level: u8) -> Result<u8, Wrong> {
    let fits = (1..=99).contains(&level);
    if fits { Ok(level) } else { Err(wrong(key, "level must be 1 to 99, 1 the mildest")) }
}

fn positive(key: &'static str, number: f64) -> Result<f64, Wrong> {
    let fits = number.is_finite() && number > 0.0;
    if fits { Ok(number) } else { Err(wrong(key, "must be a number above 0")) }
}

fn at_least_zero(key: &'static str, number: f64) -> Result<f64, Wrong> {
    let fits = number.is_finite() && number >= 0.0;
    if fits { Ok(number) } else { Err(wrong(key, "must be 0 or more")) }
}

/// Seconds of a document as microseconds.
fn micros(key: &'static str, seconds: f64) -> Result<i64, Wrong> {
    if !(0.0..=LONGEST_S).contains(&seconds) {
        return Err(wrong(key, format!("must be 0 to {LONGEST_S} seconds")));
    }
    Ok((seconds * 1e6).round() as i64)
}
