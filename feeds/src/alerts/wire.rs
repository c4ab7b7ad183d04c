//! Alerts as JSON documents.

use serde_json::{Map, Value, json};

use super::{
    alert::{Alert, Step, StepKind, Subject},
    text::{Catalogue, State},
};

/// What the server knows of an alert beyond the alert itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beside {
    /// The area, as a GeoJSON geometry.
    pub area: Option<Value>,
    /// The Thing of its datastream.
    pub thing: Option<i64>,
}

/// An alert in words of both languages, with its steps.
pub fn alert_document(alert: &Alert, catalogue: &Catalogue, beside: &Beside) -> Value {
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| drop(map.insert(name.to_owned(), value));
    put("id", alert.id.to_string().into());
    put("state", json!(alert.stage()));
    if let Some(state) = State::after(alert, alert.steps.len()) {
        let words = catalogue.words_of(&state);
        let codes = catalogue.codes_of(&state, alert.changed().unwrap_or(state.situation.time));
        put("headline", json!(words.headline));
        put("description", json!(words.description));
        put("instruction", json!(words.instruction));
        put("severity", codes.severity.name().to_lowercase().into());
        put("urgency", codes.urgency.name().to_lowercase().into());
        put("certainty", codes.certainty.name().to_lowercase().into());
        put("level", state.situation.level.into());
        put("place", json!(state.situation.place));
        put("situation", json!(state.situation));
    }
    put("event", alert.event.as_ref().into());
    put("rule", json!(alert.rule.as_ref().map(|rule| rule.as_str())));
    put("subject", alert.subject.text().into());
    if let Subject::Stream(stream) = alert.subject {
        put("datastream", stream.get().into());
    }
    put("thing", json!(beside.thing));
    put("area", json!(beside.area));
    put("simulated", alert.is_simulated.into());
    put("released", alert.is_released().into());
    put("risk", json!(alert.risk()));
    put("since", json!(alert.raised()));
    put("changed", json!(alert.changed()));
    put("cleared", json!(alert.cleared()));
    put("steps", alert.steps.iter().map(step_document).collect());
    Value::Object(map)
}

/// A step: who, when, what.
pub fn step_document(step: &Step) -> Value {
    let mut document = json!({
        "number": step.number,
        "at": step.at,
        "by": step.by.as_deref(),
        "state": step.kind.name(),
    });
    let mut put = |name: &str, value: Value| document[name] = value;
    if let Some(note) = &step.note {
        put("note", note.as_str().into());
    }
    match &step.kind {
        StepKind::Raised(situation) | StepKind::Updated(situation) => {
            put("situation", json!(situation));
        }
        StepKind::Escalated { to } => put("to", to.as_str().into()),
        StepKind::Released(released) => put("bulletin", json!(released.bulletin)),
        StepKind::RiskDeclared(risk) => put("risk", json!(risk)),
        StepKind::Cleared(ending) => put("ending", json!(ending)),
        StepKind::Acknowledged => {}
    }
    document
}
