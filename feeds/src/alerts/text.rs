//! What alerts say, in Vietnamese and English, from a catalogue of templates.

mod format;

use std::collections::BTreeMap;

use city::{Instant, Title};
use serde::Deserialize;

use super::{
    alert::{Alert, Ending, Finding, Official, Situation, StepKind},
    cap::{Category, Certainty, ResponseType, Severity, Urgency},
    risk::DeclaredRisk,
};

pub(super) use format::offset_time;
use format::{Language, duration, number, time};

/// The catalogue that comes with the program.
const BUILT_IN: &str = include_str!("../../../assets/alerts/messages.toml");
/// The event of rules whose event the catalogue does not know.
const OTHER: &str = "other";
/// What a template may name.
const NAMES: &[&str] = &[
    "event", "property", "place", "level", "value", "unit", "limit", "time", "change", "window",
    "since", "interval", "count", "of", "source", "issued", "onset", "ending", "risk", "number",
    "issuer",
];

/// What is wrong with a catalogue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// It is no TOML, or a key is unknown: line and key are told.
    #[error("the catalogue of messages: {0}")]
    Toml(Box<toml::de::Error>),
    /// A template names what is not known.
    #[error(
        "the catalogue of messages: {{{name}}} in {template:?} is not known: write one of {known}"
    )]
    Name {
        /// What it names.
        name: String,
        /// The template.
        template: String,
        /// What may be named.
        known: String,
    },
    /// Something is not there.
    #[error("the catalogue of messages has no {0}: add it")]
    Lacks(&'static str),
}

/// The templates, and what events say in CAP.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    exercise: Exercise,
    draft: Draft,
    risk: Risk,
    finding: BTreeMap<String, FindingTexts>,
    ending: EndingTexts,
    event: BTreeMap<String, EventTexts>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exercise {
    prefix: Title,
    note: Title,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    restriction: Title,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Risk {
    severities: [Severity; 5],
    text: Title,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingTexts {
    urgency: Urgency,
    certainty: Certainty,
    headline: Title,
    description: Title,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndingTexts {
    headline: Title,
    over: Title,
    expired: Title,
    withdrawn: Title,
    person: Title,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventTexts {
    name: Title,
    categories: Vec<Category>,
    severities: Vec<Severity>,
    responses: Vec<Vec<ResponseType>>,
    instructions: Vec<Title>,
}

/// What an alert says.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    /// What the event is called.
    pub event: Title,
    /// In one line.
    pub headline: Title,
    /// In full.
    pub description: Title,
    /// What people should do.
    pub instruction: Title,
}

/// What an alert says in CAP.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Codes {
    pub(super) categories: Vec<Category>,
    pub(super) responses: Vec<ResponseType>,
    pub(super) urgency: Urgency,
    pub(super) severity: Severity,
    pub(super) certainty: Certainty,
}

/// What an alert is like after a step.
#[derive(Debug, Clone, Copy)]
pub(super) struct State<'a> {
    pub(super) alert: &'a Alert,
    pub(super) situation: &'a Situation,
    pub(super) risk: Option<&'a DeclaredRisk>,
    pub(super) ending: Option<Ending>,
}

impl<'a> State<'a> {
    /// As after so many steps; `None` before it was raised.
    pub(super) fn after(alert: &'a Alert, steps: usize) -> Option<Self> {
        let mut state = None;
        for step in alert.steps.iter().take(steps) {
            match (&step.kind, &mut state) {
                (StepKind::Raised(situation), _) => {
                    state = Some(State { alert, situation, risk: None, ending: None });
                }
                (StepKind::Updated(situation), Some(state)) => state.situation = situation,
                (StepKind::RiskDeclared(risk), Some(state)) => state.risk = Some(risk),
                (StepKind::Cleared(ending), Some(state)) => state.ending = Some(*ending),
                _ => {}
            }
        }
        state
    }
}

impl Catalogue {
    /// The catalogue that comes with the program.
    ///
    /// # Errors
    /// None, as a test holds; the type cannot say so.
    pub fn built_in() -> Result<Self, TextError> {
        Self::from_toml(BUILT_IN)
    }

    /// Reads a catalogue.
    ///
    /// # Errors
    /// [`TextError`].
    pub fn from_toml(text: &str) -> Result<Self, TextError> {
        let read: Self = toml::from_str(text).map_err(|error| TextError::Toml(Box::new(error)))?;
        let findings = ["threshold", "rate", "missing", "forecast", "area", "bulletin"];
        if let Some(lacking) = findings.into_iter().find(|name| !read.finding.contains_key(*name)) {
            return Err(TextError::Lacks(lacking));
        }
        if !read.event.contains_key(OTHER) {
            return Err(TextError::Lacks("event.other"));
        }
        let of_findings =
            read.finding.values().flat_map(|texts| [&texts.headline, &texts.description]);
        for template in of_findings.chain([&read.risk.text, &read.ending.headline]) {
            check_names(&template.vi)?;
            check_names(&template.en)?;
        }
        for event in read.event.values() {
            let is_whole = !event.categories.is_empty()
                && !event.severities.is_empty()
                && !event.instructions.is_empty();
            if !is_whole {
                return Err(TextError::Lacks("categories, severities or instructions of an event"));
            }
        }
        Ok(read)
    }

    /// The names of its events.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        self.event.keys().map(String::as_str)
    }

    /// Whether it has an event; of others it speaks as of `other`.
    pub fn knows(&self, event: &str) -> bool {
        self.event.contains_key(event)
    }

    /// What an alert says after its first so many steps; `None` before it was raised.
    pub fn words(&self, alert: &Alert, steps: usize) -> Option<Words> {
        State::after(alert, steps).map(|state| self.words_of(&state))
    }

    pub(super) fn words_of(&self, state: &State<'_>) -> Words {
        let event = self.event_of(state);
        let official = official_of(state);
        let texts = self.texts_of(&state.situation.finding);
        let both = |write: &dyn Fn(Language) -> String| {
            Title::new(write(Language::Vi), write(Language::En))
        };
        let headline = both(&|language| {
            let template = match state.ending {
                Some(_) => &self.ending.headline,
                None => texts.map_or(&event.name, |texts| &texts.headline),
            };
            let headline = match (official, state.ending) {
                (Some(official), None) => in_language(language, &official.headline).to_owned(),
                _ => self.fill(language, template, state),
            };
            let exercise = in_language(language, &self.exercise.prefix);
            if state.alert.is_simulated { format!("{exercise}{headline}") } else { headline }
        });
        let description = both(&|language| {
            let found = match official {
                Some(official) => Some(in_language(language, &official.description).to_owned()),
                None => texts.map(|texts| self.fill(language, &texts.description, state)),
            };
            let risk = state.risk.map(|_| self.fill(language, &self.risk.text, state));
            let ending = state.ending.map(|ending| {
                let text = match ending {
                    Ending::Over => &self.ending.over,
                    Ending::Expired => &self.ending.expired,
                    Ending::Withdrawn => &self.ending.withdrawn,
                    Ending::Person => &self.ending.person,
                };
                in_language(language, text).to_owned()
            });
            let exercise = state
                .alert
                .is_simulated
                .then(|| format!("{}.", in_language(language, &self.exercise.note)));
            let parts = [ending, found, risk, exercise];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        });
        let instruction = match (state.ending, official) {
            (Some(_), _) => Title::default(),
            (None, Some(official)) => official.instruction.clone(),
            (None, None) => {
                by_level(&event.instructions, state.situation.level).cloned().unwrap_or_default()
            }
        };
        let event = official.map_or(&event.name, |official| &official.event).clone();
        Words { event, headline, description, instruction }
    }

    pub(super) fn codes_of(&self, state: &State<'_>, at: Instant) -> Codes {
        if let (Some(official), None) = (official_of(state), state.ending) {
            return Codes {
                categories: official.categories.clone(),
                responses: official.responses.clone(),
                urgency: official.urgency,
                severity: official.severity,
                certainty: official.certainty,
            };
        }
        let event = self.event_of(state);
        let texts = self.texts_of(&state.situation.finding);
        let level = state.situation.level;
        let declared = state.risk.map(|risk| usize::from(risk.level().get()) - 1);
        let declared = declared.and_then(|index| self.risk.severities.get(index));
        let severity = declared.or_else(|| by_level(&event.severities, level));
        let urgency = match &state.situation.finding {
            _ if state.ending.is_some() => Urgency::Past,
            // CAP: expected is within the hour.
            Finding::Forecast { onset, .. } => match onset.as_micros() - at.as_micros() {
                ..=0 => Urgency::Immediate,
                1..=3_600_000_000 => Urgency::Expected,
                _ => Urgency::Future,
            },
            _ => texts.map_or(Urgency::Unknown, |texts| texts.urgency),
        };
        let responses = match state.ending {
            Some(_) => vec![ResponseType::AllClear],
            None => by_level(&event.responses, level).cloned().unwrap_or_default(),
        };
        Codes {
            categories: event.categories.clone(),
            responses,
            urgency,
            severity: severity.copied().unwrap_or(Severity::Unknown),
            certainty: texts.map_or(Certainty::Unknown, |texts| texts.certainty),
        }
    }

    /// What is said of an exercise, in both languages.
    pub(super) fn exercise_note(&self) -> String {
        joined(&self.exercise.note)
    }

    /// What is said of what is not released, in both languages.
    pub(super) fn draft_restriction(&self) -> String {
        joined(&self.draft.restriction)
    }

    fn event_of(&self, state: &State<'_>) -> &EventTexts {
        let found = self.event.get(state.alert.event.as_ref());
        // `from_toml` has seen to it that there is another one.
        found.unwrap_or_else(|| &self.event[OTHER])
    }

    fn texts_of(&self, finding: &Finding) -> Option<&FindingTexts> {
        self.finding.get(match finding {
            Finding::Threshold => "threshold",
            Finding::Rate { .. } => "rate",
            Finding::Missing { .. } => "missing",
            Finding::Forecast { .. } => "forecast",
            Finding::Area { .. } => "area",
            Finding::Bulletin(_) => "bulletin",
        })
    }

    fn fill(&self, language: Language, template: &Title, state: &State<'_>) -> String {
        let situation = state.situation;
        let number = |value: f64| number(language, value);
        let time = |at: Instant| time(language, at);
        let title = |title: &Title| in_language(language, title).to_owned();
        fill(in_language(language, template), |name| {
            Some(match (name, &situation.finding) {
                ("event", _) => title(&self.event_of(state).name),
                ("property", _) => situation.property.clone(),
                ("place", _) => title(&situation.place),
                ("level", _) => match &situation.level_title {
                    Some(level) => title(level),
                    None => situation.level.to_string(),
                },
                ("value", _) => situation.value.map(number)?,
                ("unit", _) => situation.unit.clone(),
                ("limit", _) => situation.limit.map(number)?,
                ("time", _) => time(situation.time),
                ("change", Finding::Rate { change, .. }) => number(*change),
                ("window", Finding::Rate { window_s, .. }) => duration(language, *window_s),
                ("since", Finding::Missing { since: Some(since), .. }) => time(*since),
                ("since", Finding::Missing { since: None, .. }) => match language {
                    Language::Vi => "khi lắp đặt".to_owned(),
                    Language::En => "it was set up".to_owned(),
                },
                ("interval", Finding::Missing { interval_s, .. }) => {
                    duration(language, *interval_s)
                }
                ("count", Finding::Area { count, .. }) => count.to_string(),
                ("of", Finding::Area { of, .. }) => of.to_string(),
                ("issued", Finding::Forecast { issued, .. }) if state.risk.is_none() => {
                    time(*issued)
                }
                ("source", Finding::Forecast { source, .. }) => source.clone(),
                ("onset", Finding::Forecast { onset, .. }) => time(*onset),
                ("risk", _) => state.risk?.level().get().to_string(),
                ("number", _) => state.risk?.bulletin().number().to_owned(),
                ("issuer", _) => state.risk?.bulletin().issuer().to_owned(),
                ("issued", _) => time(state.risk?.bulletin().issued()),
                _ => return None,
            })
        })
    }
}

/// The bulletin that an alert was imported from.
fn official_of<'a>(state: &State<'a>) -> Option<&'a Official> {
    match &state.situation.finding {
        Finding::Bulletin(official) => Some(official),
        _ => None,
    }
}

/// What stands for a level: the last one for graver levels, too.
fn by_level<T>(of: &[T], level: u8) -> Option<&T> {
    of.get(usize::from(level.max(1)) - 1).or_else(|| of.last())
}

fn in_language(language: Language, title: &Title) -> &str {
    match language {
        Language::Vi => &title.vi,
        Language::En => &title.en,
    }
}

fn joined(title: &Title) -> String {
    format!("{} / {}", title.vi, title.en)
}

/// Puts values in the places of `{names}`; a dash where there is none.
fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(value(name).as_deref().unwrap_or("–"));
        rest = after;
    }
    filled + rest
}

fn check_names(template: &str) -> Result<(), TextError> {
    let names = template.split('{').skip(1).map(|part| part.split('}').next().unwrap_or(part));
    match names.into_iter().find(|name| !NAMES.contains(name)) {
        None => Ok(()),
        Some(name) => Err(TextError::Name {
            name: name.to_owned(),
            template: template.to_owned(),
            known: NAMES.join(", "),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_that_comes_along_can_be_read() {
        Catalogue::built_in().unwrap();
    }

    #[test]
    fn a_catalogue_that_names_what_is_not_known_is_refused() {
        let check = |from: &str, to: &str, expected: &str| {
            let error = Catalogue::from_toml(&BUILT_IN.replacen(from, to, 1)).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        };
        check("{place}, {level}", "{plaice}", "{plaice} in \"{event}: {plaice}\" is not known");
        check("[event.other]", "[event.others]", "has no event.other");
        check("[finding.area]", "[finding.areas]", "has no area");
        check("urgency =", "urgent =", "unknown field `urgent`");
    }
}
