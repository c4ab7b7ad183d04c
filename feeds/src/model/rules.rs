//! What a datastream says about its observations: limits, thresholds, clock, uniqueness.

use std::{fmt::Debug, sync::Arc};

use city::Title;

use super::{ResultKind, StreamId};

/// From one value to another, both inside; `None` is open.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Span {
    /// The least value.
    pub min: Option<f64>,
    /// The greatest value.
    pub max: Option<f64>,
}

impl Span {
    /// Whether a value lies inside.
    pub fn contains(&self, value: f64) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }
}

/// When a series counts as stuck.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stuck {
    /// As many equal values in a row.
    pub count: u32,
    /// Values this near to each other count as equal.
    pub tolerance: f64,
    /// Whether zeros are left alone, as for rain.
    pub zero_is_fine: bool,
}

/// A value must not exceed another datastream's, times a factor (PM2.5 ≤ 1.1 · PM10).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Companion {
    /// The other datastream.
    pub stream: StreamId,
    /// How many times its value.
    pub factor: f64,
}

/// Whose clock tells the phenomenon time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum ClockRule {
    /// The device's, as it is.
    #[default]
    Device,
    /// The time of receipt; what the device says is kept beside it.
    Receipt,
    /// The device's less a known error, in seconds (positive where its clock is ahead).
    AheadBy(f64),
}

/// Which side of a threshold is alarming.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Direction {
    /// At and above it.
    #[default]
    Above,
    /// At and below it.
    Below,
}

/// An alarm threshold, such as báo động II of a river gauge.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// Rank among the datastream's thresholds, 1 the mildest.
    pub level: u8,
    /// What people call it.
    pub title: Title,
    /// In the datastream's unit.
    pub value: f64,
    /// Which side is alarming.
    pub direction: Direction,
    /// The decision that sets it.
    pub source: String,
}

impl Threshold {
    /// Whether a value is at the threshold or beyond it.
    pub fn is_reached_by(&self, value: f64) -> bool {
        match self.direction {
            Direction::Above => value >= self.value,
            Direction::Below => value <= self.value,
        }
    }
}

/// What a datastream says about its observations, in the datastream's unit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StreamRules {
    /// What results it takes.
    pub kind: ResultKind,
    /// Whether one value is kept for a phenomenon time and feature: the same value again is a
    /// success that records nothing, another value is a new revision.
    pub is_unique: bool,
    /// How many seconds lie between two observations, where that is regular.
    pub interval_s: Option<f64>,
    /// What the instrument can measure; beyond is bad.
    pub gross: Option<Span>,
    /// What is expected at the place; beyond is suspect.
    pub expected: Option<Span>,
    /// The fastest change, a second; faster is suspect.
    pub max_rate_per_s: Option<f64>,
    /// The least distance from the median of five that can be a spike; `None` makes no spike test.
    pub spike_floor: Option<f64>,
    /// When it counts as stuck.
    pub stuck: Option<Stuck>,
    /// The datastream that bounds it.
    pub companion: Option<Companion>,
    /// Whose clock tells the time.
    pub clock: ClockRule,
    /// Half the width of what the instrument's maker promises.
    pub accuracy: Option<f64>,
    /// Alarm thresholds, by level.
    pub thresholds: Vec<Threshold>,
    /// Whether its observations are made up; said wherever they are shown.
    pub is_simulated: bool,
}

impl StreamRules {
    /// The gravest threshold that a value reaches.
    pub fn alarm(&self, value: f64) -> Option<&Threshold> {
        self.thresholds.iter().filter(|t| t.is_reached_by(value)).max_by_key(|t| t.level)
    }
}

/// Knows the rules of datastreams; asked once for every observation, so it answers from memory.
pub trait StreamDirectory: Debug + Send + Sync {
    /// The rules of a datastream; `None` when there is no such datastream.
    fn rules(&self, stream: StreamId) -> Option<Arc<StreamRules>>;
}
