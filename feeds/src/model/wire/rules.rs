//! The rules of a datastream as the member `rules` of its `properties`.

use city::Title;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::field::WireError;
use crate::model::{
    ClockRule, Companion, Direction, ResultKind, Span, StreamId, StreamRules, Stuck, Threshold,
};

/// As it stands in documents; every number in the datastream's unit.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct RulesDocument {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unique: bool,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gross: Option<(Option<f64>, Option<f64>)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<(Option<f64>, Option<f64>)>,
    /// A second.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spike_floor: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stuck: Option<StuckDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    companion: Option<CompanionDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<ClockDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    thresholds: Vec<ThresholdDocument>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    simulated: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StuckDocument {
    count: u32,
    #[serde(default)]
    tolerance: f64,
    #[serde(default)]
    zero_is_fine: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompanionDocument {
    datastream: i64,
    factor: f64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ClockDocument {
    Receipt,
    /// Seconds.
    AheadBy(f64),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ThresholdDocument {
    level: u8,
    title: Title,
    value: f64,
    #[serde(default)]
    direction: DirectionDocument,
    source: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum DirectionDocument {
    #[default]
    Above,
    Below,
}

/// What results an observation type means (OGC 18-088, table 12); types that are not of the
/// standard take any.
pub(super) fn result_kind(observation_type: &str) -> ResultKind {
    match observation_type.rsplit('/').next() {
        Some("OM_Measurement") => ResultKind::Measurement,
        Some("OM_CountObservation") => ResultKind::Count,
        Some("OM_TruthObservation") => ResultKind::Truth,
        Some("OM_CategoryObservation") => ResultKind::Category,
        _ => ResultKind::Any,
    }
}

/// Reads the rules of a datastream whose results are of a kind.
pub(super) fn read_rules(
    document: Option<&Value>,
    kind: ResultKind,
) -> Result<StreamRules, WireError> {
    let document = match document {
        Some(document) => RulesDocument::deserialize(document)
            .map_err(|why| WireError::new("properties.rules", why.to_string()))?,
        None => RulesDocument::default(),
    };
    let companion = document.companion.map(|it| match StreamId::new(it.datastream) {
        Some(stream) => Ok(Companion { stream, factor: it.factor }),
        None => {
            let problem = "must be the identifier of a Datastream";
            Err(WireError::new("properties.rules.companion.datastream", problem))
        }
    });
    let clock = match document.clock {
        None => ClockRule::Device,
        Some(ClockDocument::Receipt) => ClockRule::Receipt,
        Some(ClockDocument::AheadBy(seconds)) => ClockRule::AheadBy(seconds),
    };
    let mut thresholds: Vec<_> = document.thresholds.into_iter().map(threshold).collect();
    thresholds.sort_by_key(|threshold| threshold.level);
    Ok(StreamRules {
        kind,
        is_unique: document.unique,
        interval_s: document.interval,
        gross: span(document.gross, "gross")?,
        expected: span(document.expected, "expected")?,
        max_rate_per_s: document.max_rate,
        spike_floor: document.spike_floor,
        stuck: document.stuck.map(|it| Stuck {
            count: it.count,
            tolerance: it.tolerance,
            zero_is_fine: it.zero_is_fine,
        }),
        companion: companion.transpose()?,
        clock,
        accuracy: document.accuracy,
        thresholds,
        is_simulated: document.simulated,
    })
}

fn span(bounds: Option<(Option<f64>, Option<f64>)>, name: &str) -> Result<Option<Span>, WireError> {
    let Some((min, max)) = bounds else { return Ok(None) };
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        let problem = format!("[{min}, {max}] holds no value: write the lesser first");
        return Err(WireError::new(format!("properties.rules.{name}"), problem));
    }
    Ok(Some(Span { min, max }))
}

fn threshold(document: ThresholdDocument) -> Threshold {
    let ThresholdDocument { level, title, value, direction, source } = document;
    let direction = match direction {
        DirectionDocument::Above => Direction::Above,
        DirectionDocument::Below => Direction::Below,
    };
    Threshold { level, title, value, direction, source }
}

/// The rules as a document; `None` where they say nothing.
pub(super) fn rules_document(rules: &StreamRules) -> Option<Value> {
    let thresholds = rules.thresholds.iter().map(|it| ThresholdDocument {
        level: it.level,
        title: it.title.clone(),
        value: it.value,
        direction: match it.direction {
            Direction::Above => DirectionDocument::Above,
            Direction::Below => DirectionDocument::Below,
        },
        source: it.source.clone(),
    });
    let document = RulesDocument {
        unique: rules.is_unique,
        interval: rules.interval_s,
        gross: rules.gross.map(|span| (span.min, span.max)),
        expected: rules.expected.map(|span| (span.min, span.max)),
        max_rate: rules.max_rate_per_s,
        spike_floor: rules.spike_floor,
        stuck: rules.stuck.map(|it| StuckDocument {
            count: it.count,
            tolerance: it.tolerance,
            zero_is_fine: it.zero_is_fine,
        }),
        companion: rules
            .companion
            .map(|it| CompanionDocument { datastream: it.stream.get(), factor: it.factor }),
        clock: match rules.clock {
            ClockRule::Device => None,
            ClockRule::Receipt => Some(ClockDocument::Receipt),
            ClockRule::AheadBy(seconds) => Some(ClockDocument::AheadBy(seconds)),
        },
        accuracy: rules.accuracy,
        thresholds: thresholds.collect(),
        simulated: rules.is_simulated,
    };
    let value = serde_json::to_value(document).ok()?;
    (!value.as_object()?.is_empty()).then_some(value)
}
