//! From an alert to CAP messages.

use city::Instant;

use super::{Area, Info, Message, MessageType, Reference, Scope, Status, message::ResponseType};
use crate::alerts::{
    alert::{Alert, Finding, StepKind},
    text::{Catalogue, Codes, State},
};

/// As many earlier messages are referred to.
const MOST_REFERENCES: usize = 50;

/// Who sends, and what is said.
#[derive(Debug, Clone)]
pub struct Composer {
    /// Who sends: an identifier such as `dothi@tinh.example`; blanks, commas, `<` and `&` become
    /// hyphens, as CAP asks.
    pub sender: String,
    /// What the sender is called, in Vietnamese and English.
    pub sender_name: city::Title,
    /// Where alerts can be read: their number is put behind it, such as `https://x.example/alerts/`.
    pub web: Option<String>,
    /// What is said.
    pub catalogue: Catalogue,
}

/// A step of an alert that is told in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The number of the step.
    pub step: u32,
    /// When.
    pub at: Instant,
    /// How its message is meant.
    pub status: Status,
    /// What its message does.
    pub kind: MessageType,
}

/// The steps of an alert that are told: its raising, changes of its level, its release, declared
/// risks and its end. What goes on inside the house, acknowledging and escalating, is not.
///
/// A message refers to those before it of the same status: who sees what is actual has not seen the
/// drafts. So the first of a status is an Alert, those after it are Updates, and the end is a Cancel.
pub fn telling_steps(alert: &Alert) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    let mut is_released = alert.is_released_at_once;
    for step in &alert.steps {
        is_released |= matches!(step.kind, StepKind::Released(_));
        let status = match (alert.is_simulated, is_released) {
            (true, _) => Status::Exercise,
            (false, true) => Status::Actual,
            (false, false) => Status::Draft,
        };
        let is_first = !told.iter().any(|earlier| earlier.status == status);
        let kind = match step.kind {
            StepKind::Acknowledged | StepKind::Escalated { .. } => continue,
            StepKind::Cleared(_) if !is_first => MessageType::Cancel,
            _ if is_first => MessageType::Alert,
            _ => MessageType::Update,
        };
        told.push(Told { step: step.number, at: step.at, status, kind });
    }
    told
}

impl Composer {
    /// The message of a step, with areas from layers; `None` when the step is not told.
    ///
    /// Urgency, severity and certainty come from the catalogue: by event and level, or by the official
    /// disaster-risk level where one was declared; by what was found; and for a forecast by how soon
    /// it is to be.
    pub fn message(&self, alert: &Alert, step: u32, areas: &[Area]) -> Option<Message> {
        let told = telling_steps(alert);
        let place = told.iter().position(|it| it.step == step)?;
        let it = *told.get(place)?;
        let state = State::after(alert, usize::try_from(step).ok()?)?;
        let earlier = told.iter().take(place).rev().filter(|earlier| earlier.status == it.status);
        let mut references: Vec<_> = earlier
            .take(MOST_REFERENCES)
            .map(|earlier| Reference {
                sender: self.sender(),
                identifier: identifier(alert, earlier.step),
                sent: earlier.at,
            })
            .collect();
        references.reverse();
        let (scope, restriction) = match it.status {
            Status::Draft => (Scope::Restricted, Some(self.catalogue.draft_restriction())),
            _ => (Scope::Public, None),
        };
        Some(Message {
            identifier: identifier(alert, step),
            sender: self.sender(),
            sent: it.at,
            status: it.status,
            kind: it.kind,
            scope,
            restriction,
            note: alert.is_simulated.then(|| self.catalogue.exercise_note()),
            references,
            infos: self.infos(&state, it.at, areas),
        })
    }

    /// The last message of an alert.
    pub fn last_message(&self, alert: &Alert, areas: &[Area]) -> Option<Message> {
        let last = telling_steps(alert).last()?.step;
        self.message(alert, last, areas)
    }

    /// Vietnamese first, English second.
    fn infos(&self, state: &State<'_>, at: Instant, areas: &[Area]) -> Vec<Info> {
        let words = self.catalogue.words_of(state);
        let codes = self.catalogue.codes_of(state, at);
        let name = &self.sender_name;
        let info = |language: &str, texts: [&String; 5]| {
            let [event, headline, description, instruction, sender_name] = texts.map(String::clone);
            let given = |text: String| (!text.is_empty()).then_some(text);
            let Codes { categories, responses, urgency, severity, certainty } = codes.clone();
            Info {
                language: language.to_owned(),
                categories,
                event,
                responses: responses.into_iter().filter(|it| *it != ResponseType::None).collect(),
                urgency,
                severity,
                certainty,
                effective: Some(at),
                onset: onset(state),
                expires: None,
                sender_name: given(sender_name),
                headline: given(headline),
                description: given(description),
                instruction: given(instruction),
                web: self.web.as_ref().map(|web| format!("{web}{}", state.alert.id)),
                contact: None,
                parameters: parameters(state),
                areas: areas.to_vec(),
            }
        };
        let vi = [
            &words.event.vi,
            &words.headline.vi,
            &words.description.vi,
            &words.instruction.vi,
            &name.vi,
        ];
        let en = [
            &words.event.en,
            &words.headline.en,
            &words.description.en,
            &words.instruction.en,
            &name.en,
        ];
        vec![info("vi-VN", vi), info("en-US", en)]
    }

    fn sender(&self) -> String {
        self.sender.chars().map(|c| if is_plain(c) { c } else { '-' }).collect()
    }
}

/// Whether identifiers and senders may have a letter (CAP 1.2, 3.2.1).
fn is_plain(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, ',' | '<' | '&') && !c.is_control()
}

fn identifier(alert: &Alert, step: u32) -> String {
    format!("dothi.alert.{}.{step}", alert.id)
}

fn onset(state: &State<'_>) -> Option<Instant> {
    match &state.situation.finding {
        Finding::Forecast { onset, .. } => Some(*onset),
        Finding::Missing { since, .. } => *since,
        Finding::Bulletin(_) => None,
        Finding::Threshold | Finding::Rate { .. } | Finding::Area { .. } => {
            Some(state.situation.time)
        }
    }
}

/// Numbers for machines, and the bulletin of a declared risk.
fn parameters(state: &State<'_>) -> Vec<(String, String)> {
    let situation = state.situation;
    let mut parameters = Vec::new();
    let mut put = |name: &str, value: String| parameters.push((name.to_owned(), value));
    put("level", situation.level.to_string());
    if let Some(value) = situation.value {
        put("value", format!("{value} {}", situation.unit).trim_end().to_owned());
    }
    if let Some(limit) = situation.limit {
        put("threshold", format!("{limit} {}", situation.unit).trim_end().to_owned());
    }
    if !situation.limit_source.is_empty() {
        put("threshold-source", situation.limit_source.clone());
    }
    if let Some(risk) = state.risk {
        put("disaster-risk-level", risk.level().get().to_string());
        put("bulletin-issuer", risk.bulletin().issuer().to_owned());
        put("bulletin-number", risk.bulletin().number().to_owned());
        put("bulletin-issued", risk.bulletin().issued().to_string());
    }
    parameters
}
