//! Alerts and their life: raised, acknowledged, escalated, cleared. Each step is added to those
//! before; none is ever changed.

use std::{fmt, sync::Arc};

use city::{Instant, Title};
use serde::{Deserialize, Serialize};

use super::{
    cap::{Area, Category, Certainty, ResponseType, Severity, Urgency},
    risk::DeclaredRisk,
    rule::RuleId,
};
use crate::model::{Seq, StreamId};

/// The number of an alert, never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertId(i64);

impl AlertId {
    /// From a number; `None` unless it is positive.
    pub fn new(number: i64) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What an alert is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A datastream.
    Stream(StreamId),
    /// The real datastreams of an area: a commune's code, or `*` for all that a rule looks at.
    Area(Arc<str>),
    /// The simulated datastreams of an area: they never count among real ones.
    Exercise(Arc<str>),
    /// A bulletin that was imported, by its identifier.
    Bulletin(Arc<str>),
}

impl Subject {
    /// As in storage and documents, such as `datastream:7`.
    pub fn text(&self) -> String {
        match self {
            Self::Stream(stream) => format!("datastream:{stream}"),
            Self::Area(key) => format!("area:{key}"),
            Self::Exercise(key) => format!("exercise:{key}"),
            Self::Bulletin(identifier) => format!("bulletin:{identifier}"),
        }
    }

    /// From [`text`](Self::text).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        match kind {
            "datastream" => rest.parse().ok().map(|id| Self::Stream(StreamId(id))),
            "area" => Some(Self::Area(rest.into())),
            "exercise" => Some(Self::Exercise(rest.into())),
            "bulletin" => Some(Self::Bulletin(rest.into())),
            _ => None,
        }
    }
}

/// An alert with its life.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Its number.
    pub id: AlertId,
    /// The rule that raised it; `None` when it was imported.
    pub rule: Option<RuleId>,
    /// What it is about.
    pub subject: Subject,
    /// The event of the message catalogue.
    pub event: Arc<str>,
    /// Whether it rests on simulated data: an exercise, never actual.
    pub is_simulated: bool,
    /// Whether it was for the public from the start.
    pub is_released_at_once: bool,
    /// What happened to it, in that order; the first is [`StepKind::Raised`].
    pub steps: Vec<Step>,
}

/// Where an alert stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Nobody has answered it.
    Raised,
    /// Somebody has seen it.
    Acknowledged,
    /// It was passed on to somebody above.
    Escalated,
    /// It is over.
    Cleared,
}

impl Alert {
    /// Where it stands.
    pub fn stage(&self) -> Stage {
        let has = |is_it: fn(&StepKind) -> bool| self.steps.iter().any(|step| is_it(&step.kind));
        if has(|kind| matches!(kind, StepKind::Cleared(_))) {
            Stage::Cleared
        } else if has(|kind| matches!(kind, StepKind::Escalated { .. })) {
            Stage::Escalated
        } else if has(|kind| matches!(kind, StepKind::Acknowledged)) {
            Stage::Acknowledged
        } else {
            Stage::Raised
        }
    }

    /// Whether a person has seen it, before or after it was passed on.
    pub fn is_acknowledged(&self) -> bool {
        self.steps.iter().any(|step| step.kind == StepKind::Acknowledged)
    }

    /// Whether it is not cleared.
    pub fn is_active(&self) -> bool {
        self.stage() != Stage::Cleared
    }

    /// What it tells now: the last situation.
    pub fn situation(&self) -> Option<&Situation> {
        self.steps.iter().rev().find_map(|step| match &step.kind {
            StepKind::Raised(situation) | StepKind::Updated(situation) => Some(situation),
            _ => None,
        })
    }

    /// The level that was in force after its first so many steps; 0 before it was raised.
    pub fn level_after(&self, steps: usize) -> u8 {
        let told = self.steps.iter().take(steps).rev().find_map(|step| match &step.kind {
            StepKind::Raised(situation) | StepKind::Updated(situation) => Some(situation.level),
            _ => None,
        });
        told.unwrap_or(0)
    }

    /// Whether it may be shown to the public as actual: never an exercise.
    pub fn is_released(&self) -> bool {
        let was_released = || self.steps.iter().any(|s| matches!(s.kind, StepKind::Released(_)));
        !self.is_simulated && (self.is_released_at_once || was_released())
    }

    /// Whether everybody may see it: it is released, or an exercise. What is neither is internal, above
    /// all forecasts, which by law are the meteorological service's to publish.
    pub fn is_public(&self) -> bool {
        self.is_simulated || self.is_released()
    }

    /// The official disaster risk that was declared for it last.
    pub fn risk(&self) -> Option<&DeclaredRisk> {
        self.steps.iter().rev().find_map(|step| match &step.kind {
            StepKind::RiskDeclared(risk) => Some(risk),
            _ => None,
        })
    }

    /// When it was raised.
    pub fn raised(&self) -> Option<Instant> {
        self.steps.first().map(|step| step.at)
    }

    /// When it was cleared.
    pub fn cleared(&self) -> Option<Instant> {
        let cleared = self.steps.iter().find(|step| matches!(step.kind, StepKind::Cleared(_)));
        cleared.map(|step| step.at)
    }

    /// How it ended; `None` while it has not.
    pub fn ending(&self) -> Option<Ending> {
        self.steps.iter().find_map(|step| match step.kind {
            StepKind::Cleared(ending) => Some(ending),
            _ => None,
        })
    }

    /// When something happened to it last.
    pub fn changed(&self) -> Option<Instant> {
        self.steps.last().map(|step| step.at)
    }
}

/// Something that happened to an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its number among the alert's steps, from 1.
    pub number: u32,
    /// When: for steps of a rule the receipt of the observation that made it so.
    pub at: Instant,
    /// The person; `None` for steps of a rule.
    pub by: Option<Arc<str>>,
    /// What the person wants to say.
    pub note: Option<String>,
    /// What happened.
    pub kind: StepKind,
}

/// What can happen to an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// It was raised.
    Raised(Situation),
    /// Its level has changed.
    Updated(Situation),
    /// Somebody has seen it.
    Acknowledged,
    /// It was passed on.
    Escalated {
        /// To whom.
        to: String,
    },
    /// A person has released it to the public.
    Released(Released),
    /// An official disaster-risk level was entered or imported.
    RiskDeclared(DeclaredRisk),
    /// It is over.
    Cleared(Ending),
}

impl StepKind {
    /// Its name in storage and documents.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Raised(_) => "raised",
            Self::Updated(_) => "updated",
            Self::Acknowledged => "acknowledged",
            Self::Escalated { .. } => "escalated",
            Self::Released(_) => "released",
            Self::RiskDeclared(_) => "risk-declared",
            Self::Cleared(_) => "cleared",
        }
    }
}

/// On what ground an alert was released.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Released {
    /// The official bulletin that a forecast is released with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bulletin: Option<super::risk::Bulletin>,
}

/// Why an alert is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The condition holds no more.
    Over,
    /// The forecast that it rests on is too old.
    Expired,
    /// Its rule or its datastream is no more, or has become another.
    Withdrawn,
    /// A person has cleared it.
    Person,
}

/// What a step of a rule tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Situation {
    /// What was found.
    pub finding: Finding,
    /// The level in force, 1 the mildest.
    pub level: u8,
    /// What people call the level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level_title: Option<Title>,
    /// The threshold of the level, in the unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// The decision that sets the threshold.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub limit_source: String,
    /// The value: observed, or the peak of a forecast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The unit of value and threshold.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// What is observed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub property: String,
    /// Where: the Thing's name, or the commune's.
    pub place: Title,
    /// When it was so in the world.
    pub time: Instant,
    /// The entry of the log that made it so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// The datastreams that it rests on, 100 at most.
    pub streams: Vec<i64>,
}

impl Situation {
    /// The entry of the log that made it so.
    pub fn entry(&self) -> Option<Seq> {
        self.seq.map(Seq::new)
    }
}

/// What a rule has found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Finding {
    /// A value is at a threshold or beyond.
    Threshold,
    /// A value has changed by so much within a time.
    Rate {
        /// By how much, in the unit; negative is a fall.
        change: f64,
        /// Within so many seconds.
        window_s: f64,
    },
    /// Nothing was heard.
    Missing {
        /// Since when; `None` when never anything was.
        since: Option<Instant>,
        /// An observation was due every so many seconds.
        interval_s: f64,
    },
    /// A forecast reaches a threshold.
    Forecast {
        /// Who made it.
        source: String,
        /// When it was made.
        issued: Instant,
        /// When it is to reach the threshold.
        onset: Instant,
    },
    /// So many datastreams of an area fulfil a condition.
    Area {
        /// How many.
        count: usize,
        /// Of how many.
        of: usize,
    },
    /// An official bulletin says so.
    Bulletin(Box<Official>),
}

/// What a bulletin says that was imported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Official {
    /// Its sender, as in CAP.
    pub sender: String,
    /// Its identifier, as in CAP.
    pub identifier: String,
    /// What the event is called.
    pub event: Title,
    /// In one line.
    pub headline: Title,
    /// In full.
    pub description: Title,
    /// What people should do.
    pub instruction: Title,
    /// What it is about.
    pub categories: Vec<Category>,
    /// What people should do, in codes.
    pub responses: Vec<ResponseType>,
    /// How soon.
    pub urgency: Urgency,
    /// How grave it is.
    pub severity: Severity,
    /// How sure it is.
    pub certainty: Certainty,
    /// Where.
    pub areas: Vec<Area>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_read_from_its_text() {
        let stream = Subject::Stream(StreamId::new(7).unwrap());
        for subject in [stream, Subject::Area("20:35".into()), Subject::Exercise("*".into())] {
            assert_eq!(Subject::parse(&subject.text()), Some(subject));
        }
        assert_eq!(Subject::parse("datastream:x"), None);
        assert_eq!(Subject::parse("thing:1"), None);
    }
}
