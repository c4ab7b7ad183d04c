//! Rules as documents: `[[rule]]` of `alerts.toml`, `{"rules": […]}` over HTTP.

use city::Title;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    AreaKind, Condition, Levels, Release, Rule, RuleSet, Selector,
    check::{rule_of, wrong},
};
use crate::model::{Direction, Flag, Threshold};

const MOST_RULES: usize = 1000;
const AN_HOUR_S: f64 = 3600.0;

/// What is wrong with rules.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// The text is no TOML, or a key is unknown or of another type: line and key are told.
    #[error("alerts.toml: {0}")]
    Toml(Box<toml::de::Error>),
    /// The text is no JSON, or a key is unknown or of another type: line and key are told.
    #[error("the rules are not as they should be: {0}")]
    Json(#[from] serde_json::Error),
    /// A key of a rule says what cannot be.
    #[error("rule {rule:?}{}: {key}: {problem}", line_text(.line))]
    Key {
        /// Which rule.
        rule: String,
        /// The line at which it begins, where that is known.
        line: Option<usize>,
        /// Which key of it.
        key: &'static str,
        /// What is wrong, and what to write.
        problem: String,
    },
    /// Too many rules.
    #[error("{0} rules are too many: write at most {MOST_RULES}")]
    TooMany(usize),
}

fn line_text(line: &Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(" (line {line})"))
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesDocument {
    rules: Vec<RuleDocument>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleDocument {
    pub(super) id: String,
    pub(super) title: Title,
    pub(super) event: String,
    #[serde(default)]
    pub(super) release: ReleaseDocument,
    /// The worst quality that counts; absent: good, and bad where silence is the condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) quality: Option<QualityDocument>,
    #[serde(default, skip_serializing_if = "SelectorDocument::is_empty")]
    pub(super) streams: SelectorDocument,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) threshold: Option<LimitsDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rate: Option<RateDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) missing: Option<MissingDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) forecast: Option<OutlookDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) area: Option<AreaDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) escalate: Option<EscalationDocument>,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ReleaseDocument {
    #[default]
    Draft,
    Actual,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum QualityDocument {
    Good,
    Suspect,
    Bad,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SelectorDocument {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) datastreams: Vec<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) property: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) communes: Vec<String>,
    /// Longitude and latitude of a ring.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) polygon: Vec<(f64, f64)>,
}

impl SelectorDocument {
    fn is_empty(&self) -> bool {
        self.datastreams.is_empty()
            && self.property.is_none()
            && self.role.is_none()
            && self.communes.is_empty()
            && self.polygon.is_empty()
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum DirectionDocument {
    #[default]
    Above,
    Below,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelDocument {
    pub(super) level: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<Title>,
    pub(super) value: f64,
    #[serde(default)]
    pub(super) direction: DirectionDocument,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) source: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitsDocument {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) own: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) levels: Vec<LevelDocument>,
    #[serde(default)]
    pub(super) hysteresis: f64,
    #[serde(default)]
    pub(super) hold_s: f64,
    #[serde(default)]
    pub(super) clear_hold_s: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RateDocument {
    /// By how much, in the datastream's unit; one of both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rise: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fall: Option<f64>,
    pub(super) window_s: f64,
    #[serde(default)]
    pub(super) hysteresis: f64,
    #[serde(default = "first_level")]
    pub(super) level: u8,
}

fn first_level() -> u8 {
    1
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MissingDocument {
    pub(super) intervals: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) interval_s: Option<f64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OutlookDocument {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) own: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) levels: Vec<LevelDocument>,
    #[serde(default)]
    pub(super) hysteresis: f64,
    pub(super) horizon_s: f64,
    #[serde(default = "two_hours")]
    pub(super) max_age_s: f64,
}

fn two_hours() -> f64 {
    2.0 * AN_HOUR_S
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AreaDocument {
    pub(super) at_least: usize,
    pub(super) by: AreaKindDocument,
    #[serde(default = "an_hour")]
    pub(super) max_age_s: f64,
}

fn an_hour() -> f64 {
    AN_HOUR_S
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EscalationDocument {
    pub(super) after_s: f64,
    pub(super) to: String,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum AreaKindDocument {
    Whole,
    Commune,
}

impl RuleSet {
    /// Rules to begin with, as `alerts.toml`: commented, and the same as those of the file
    /// `assets/alerts/rules.toml`.
    pub const TO_BEGIN_WITH: &str = include_str!("../../../../assets/alerts/rules.toml");

    /// Reads the tables `[[rule]]` of a TOML text; other tables of it are not looked at.
    ///
    /// # Errors
    /// [`RuleError`], with line and key.
    pub fn from_toml(text: &str) -> Result<Self, RuleError> {
        let wrong = |error| RuleError::Toml(Box::new(error));
        #[derive(Deserialize)]
        struct File {
            #[serde(default)]
            rule: Vec<RuleDocument>,
        }
        #[derive(Deserialize)]
        struct Lines {
            #[serde(default)]
            rule: Vec<toml::Spanned<serde::de::IgnoredAny>>,
        }
        let file: File = toml::from_str(text).map_err(wrong)?;
        Self::checked(file.rule, |index| {
            let lines: Lines = toml::from_str(text).ok()?;
            let start = lines.rule.get(index)?.span().start;
            Some(text.get(..start)?.matches('\n').count() + 1)
        })
    }

    /// Reads `{"rules": […]}`.
    ///
    /// # Errors
    /// [`RuleError`], with line and key.
    pub fn from_json(text: &[u8]) -> Result<Self, RuleError> {
        let document: RulesDocument = serde_json::from_slice(text)?;
        Self::checked(document.rules, |_| None)
    }

    /// As `{"rules": […]}`.
    pub fn to_json(&self) -> Value {
        let rules: Vec<_> = self.documents().collect();
        serde_json::json!({ "rules": rules })
    }

    /// As the value of the key `rule` of a TOML document.
    pub(in crate::alerts) fn to_toml(&self) -> Result<toml::Value, toml::ser::Error> {
        toml::Value::try_from(self.documents().collect::<Vec<_>>())
    }

    fn documents(&self) -> impl Iterator<Item = RuleDocument> {
        self.0.iter().map(|rule| document_of(rule))
    }

    fn checked(
        documents: Vec<RuleDocument>,
        line_of: impl Fn(usize) -> Option<usize>,
    ) -> Result<Self, RuleError> {
        if documents.len() > MOST_RULES {
            return Err(RuleError::TooMany(documents.len()));
        }
        let mut rules: Vec<std::sync::Arc<Rule>> = Vec::with_capacity(documents.len());
        for (index, document) in documents.into_iter().enumerate() {
            let name: String = document.id.chars().take(80).collect();
            let checked = rule_of(document).and_then(|rule| {
                match rules.iter().any(|other| other.id == rule.id) {
                    true => Err(wrong("id", "another rule has this name: write another one")),
                    false => Ok(rule),
                }
            });
            match checked {
                Ok(rule) => rules.push(rule.into()),
                Err((key, problem)) => {
                    let line = line_of(index);
                    return Err(RuleError::Key { rule: name, line, key, problem });
                }
            }
        }
        Ok(Self(rules))
    }
}

fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

fn document_of(rule: &Rule) -> RuleDocument {
    let mut document = RuleDocument {
        id: rule.id.to_string(),
        title: rule.title.clone(),
        event: rule.event.to_string(),
        release: match rule.release {
            Release::Draft => ReleaseDocument::Draft,
            Release::Actual => ReleaseDocument::Actual,
        },
        quality: Some(match rule.worst {
            Flag::Bad | Flag::Missing => QualityDocument::Bad,
            Flag::Suspect => QualityDocument::Suspect,
            Flag::Good | Flag::NotEvaluated => QualityDocument::Good,
        }),
        streams: selector_document(&rule.streams),
        threshold: None,
        rate: None,
        missing: None,
        forecast: None,
        area: rule.area.map(|area| AreaDocument {
            at_least: area.at_least,
            by: match area.by {
                AreaKind::Whole => AreaKindDocument::Whole,
                AreaKind::Commune => AreaKindDocument::Commune,
            },
            max_age_s: seconds(area.max_age_us),
        }),
        escalate: rule
            .escalation
            .as_ref()
            .map(|it| EscalationDocument { after_s: seconds(it.after_us), to: it.to.clone() }),
    };
    match &rule.condition {
        Condition::Threshold(it) => {
            document.threshold = Some(LimitsDocument {
                own: it.levels == Levels::Own,
                levels: levels_document(&it.levels),
                hysteresis: it.hysteresis,
                hold_s: seconds(it.hold_us),
                clear_hold_s: seconds(it.clear_hold_us),
            });
        }
        Condition::Rate(it) => {
            let change = |is_asked: bool| is_asked.then_some(it.level.value);
            document.rate = Some(RateDocument {
                rise: change(!it.is_fall),
                fall: change(it.is_fall),
                window_s: seconds(it.window_us),
                hysteresis: it.hysteresis,
                level: it.level.level,
            });
        }
        Condition::Missing(it) => {
            let (intervals, interval_s) = (it.intervals, it.interval_s);
            document.missing = Some(MissingDocument { intervals, interval_s });
        }
        Condition::Forecast(it) => {
            document.forecast = Some(OutlookDocument {
                own: it.levels == Levels::Own,
                levels: levels_document(&it.levels),
                hysteresis: it.hysteresis,
                horizon_s: seconds(it.horizon_us),
                max_age_s: seconds(it.max_age_us),
            });
        }
    }
    document
}

fn levels_document(levels: &Levels) -> Vec<LevelDocument> {
    let Levels::Given(levels) = levels else { return Vec::new() };
    let document = |it: &Threshold| LevelDocument {
        level: it.level,
        title: Some(it.title.clone()),
        value: it.value,
        direction: match it.direction {
            Direction::Above => DirectionDocument::Above,
            Direction::Below => DirectionDocument::Below,
        },
        source: it.source.clone(),
    };
    levels.iter().map(document).collect()
}

fn selector_document(selector: &Selector) -> SelectorDocument {
    let ring = selector.polygon.iter().flat_map(|polygon| polygon.exterior().coords());
    SelectorDocument {
        datastreams: selector.datastreams.iter().map(|stream| stream.get()).collect(),
        property: selector.property.clone(),
        role: selector.role.map(|role| role.name().to_owned()),
        communes: selector.communes.iter().cloned().collect(),
        polygon: ring.map(|corner| (corner.x, corner.y)).collect(),
    }
}
