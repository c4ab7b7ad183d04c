//! Rules: what raises an alert. They are data, kept in the data folder's `alerts.toml`.

mod check;
mod document;

use std::{collections::BTreeSet, fmt, str::FromStr, sync::Arc};

use city::{Role, Title};
use geo::Intersects;
use geo_types::{Point, Polygon};

use super::streams::StreamFacts;
use crate::model::{Flag, StreamId, Threshold};

pub(super) use check::MOST_NAME;
pub use document::RuleError;

/// The name of a rule: lower-case letters, digits and hyphens, 64 at most.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(Arc<str>);

impl RuleId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RuleId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_slug = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(is_slug);
        if fits { Ok(Self(text.into())) } else { Err(()) }
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// What people call it.
    pub title: Title,
    /// The event of the message catalogue that it tells of, such as `flood`.
    pub event: Arc<str>,
    /// Whether its alerts are for the public at once.
    pub release: Release,
    /// The worst flag of quality control that a value may have and still count.
    pub worst: Flag,
    /// Whose observations it looks at.
    pub streams: Selector,
    /// What must be so.
    pub condition: Condition,
    /// How many datastreams of an area must fulfil it; `None` looks at each by itself.
    pub area: Option<Combination>,
    /// To whom its alerts go when nobody answers them; `None` leaves them where they are.
    pub escalation: Option<Escalation>,
}

/// What becomes of an alert that nobody answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// How long somebody has to answer, in microseconds.
    pub after_us: i64,
    /// To whom it goes then.
    pub to: String,
}

impl Rule {
    /// The thresholds that it holds a datastream against.
    pub(super) fn levels<'a>(&'a self, facts: &'a StreamFacts) -> &'a [Threshold] {
        match &self.condition {
            Condition::Threshold(Limits { levels, .. })
            | Condition::Forecast(Outlook { levels, .. }) => match levels {
                Levels::Own => &facts.rules.thresholds,
                Levels::Given(levels) => levels,
            },
            Condition::Rate(rate) => std::slice::from_ref(&rate.level),
            Condition::Missing(_) => &[],
        }
    }

    /// Whether it looks at a datastream.
    pub(super) fn admits(&self, facts: &StreamFacts) -> bool {
        let can_tell = match &self.condition {
            Condition::Missing(missing) => missing.longest_silence_us(facts).is_some(),
            _ => !self.levels(facts).is_empty(),
        };
        can_tell && self.streams.admits(facts)
    }

    /// Whether a value with a flag counts.
    pub(super) fn counts(&self, flag: Flag) -> bool {
        match flag {
            Flag::Good | Flag::NotEvaluated => true,
            Flag::Suspect => self.worst != Flag::Good,
            Flag::Bad => self.worst == Flag::Bad,
            Flag::Missing => false,
        }
    }
}

/// Whether an alert is for the public at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Release {
    /// Internal until a person releases it: its CAP status is Draft.
    #[default]
    Draft,
    /// For the public when it is raised: its CAP status is Actual. Forecasts cannot.
    Actual,
}

/// Whose observations a rule looks at: everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selector {
    /// These datastreams; none named is any.
    pub datastreams: BTreeSet<StreamId>,
    /// Those of an observed property: its name, its definition, or the end of its definition.
    pub property: Option<String>,
    /// Those of Things that are features of a layer with a role.
    pub role: Option<Role>,
    /// Those in communes, by code; none named is any.
    pub communes: BTreeSet<String>,
    /// Those inside a polygon (longitude and latitude, CRS84).
    pub polygon: Option<Polygon<f64>>,
}

impl Selector {
    fn admits(&self, facts: &StreamFacts) -> bool {
        let is_of = |property: &String| {
            let observed = &facts.property;
            let end = observed.definition.trim_end_matches('/').rsplit(['/', '#', ':']).next();
            observed.name == *property
                || observed.definition == *property
                || end == Some(property.as_str())
        };
        let is_in_commune = || {
            let commune = facts.commune.as_ref();
            commune.is_some_and(|commune| self.communes.contains(&commune.code))
        };
        let is_inside = |polygon: &Polygon<f64>| {
            facts.place.is_some_and(|(x, y)| polygon.intersects(&Point::new(x, y)))
        };
        (self.datastreams.is_empty() || self.datastreams.contains(&facts.stream))
            && self.property.as_ref().is_none_or(is_of)
            && self.role.is_none_or(|role| facts.role == Some(role))
            && (self.communes.is_empty() || is_in_commune())
            && self.polygon.as_ref().is_none_or(is_inside)
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What must be so.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// A value is at a threshold or beyond.
    Threshold(Limits),
    /// A value has risen or fallen by so much within a time.
    Rate(Rate),
    /// Nothing was heard for too long.
    Missing(Missing),
    /// A forecast that was handed in reaches a threshold.
    Forecast(Outlook),
}

/// Thresholds with hysteresis and least duration.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Which thresholds.
    pub levels: Levels,
    /// A level holds until the value is this far back behind its threshold, in the datastream's unit.
    pub hysteresis: f64,
    /// A threshold counts when it was reached for so long in phenomenon time.
    pub hold_us: i64,
    /// A level ends when it was left for so long in phenomenon time.
    pub clear_hold_us: i64,
}

/// Which thresholds.
#[derive(Debug, Clone, PartialEq)]
pub enum Levels {
    /// Those of each datastream itself, such as báo động I, II and III.
    Own,
    /// These, by level.
    Given(Vec<Threshold>),
}

/// A rate of rise or fall.
#[derive(Debug, Clone, PartialEq)]
pub struct Rate {
    /// The change that alarms, as a threshold of the change; above 0 for a fall, too.
    pub level: Threshold,
    /// Whether a fall alarms, not a rise.
    pub is_fall: bool,
    /// Within so long, in phenomenon time.
    pub window_us: i64,
    /// The alert ends when the change is this much less than what alarms.
    pub hysteresis: f64,
}

/// Silence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Missing {
    /// So many intervals without an observation.
    pub intervals: f64,
    /// The interval of datastreams that do not tell theirs, in seconds; without it they are left
    /// alone.
    pub interval_s: Option<f64>,
}

impl Missing {
    /// The longest silence of a datastream that is in order.
    pub(super) fn longest_silence_us(&self, facts: &StreamFacts) -> Option<i64> {
        let interval_s = facts.rules.interval_s.or(self.interval_s)?;
        Some((interval_s * self.intervals * 1e6).round() as i64)
    }
}

/// What a forecast is held against.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// Which thresholds.
    pub levels: Levels,
    /// A level holds until the forecast stays this far behind its threshold.
    pub hysteresis: f64,
    /// Values so far ahead count.
    pub horizon_us: i64,
    /// A forecast that was issued longer ago says nothing any more.
    pub max_age_us: i64,
}

/// How many datastreams of an area must fulfil the condition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Combination {
    /// So many at least; a level is in force when so many have reached it.
    pub at_least: usize,
    /// What an area is.
    pub by: AreaKind,
    /// A datastream that was not heard for longer does not count.
    pub max_age_us: i64,
}

/// What an area of a combination is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AreaKind {
    /// All that the selector admits is one area.
    Whole,
    /// Each commune is an area.
    Commune,
}

/// Rules that were checked, in the order in which they were written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleSet(Vec<Arc<Rule>>);

impl RuleSet {
    /// The rules.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.0.iter()
    }

    /// The rule with a name.
    pub fn get(&self, id: &RuleId) -> Option<&Arc<Rule>> {
        self.0.iter().find(|rule| rule.id == *id)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests;
