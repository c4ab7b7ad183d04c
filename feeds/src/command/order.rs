//! Orders: who wants what of which devices, and who may.

use std::sync::Arc;

use city::Instant;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::State;
use crate::model::{Id, Observation, ResultValue, StreamId};

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct NewOrder {
    /// Of which devices.
    pub targets: Targets,
    /// What each is told.
    pub parameters: Map<String, Value>,
    /// Why; must be said of a group.
    pub reason: String,
    /// The same key with the same content from the same person is the same order.
    pub key: Option<String>,
    /// How long it may take until the device says something, in seconds; `None` is what the
    /// capability says, or 300.
    pub ttl_s: Option<u32>,
}

/// Which devices: tasking capabilities, which say of which Thing they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Targets {
    /// One.
    One(Id),
    /// Several.
    Group(Vec<Id>),
    /// Those with a name, of every Thing whose property `cabinet` has a value. Which these are is
    /// settled when the order is made: what is approved is what is sent.
    Cabinet {
        /// The value of the property.
        cabinet: String,
        /// The name of the capabilities.
        capability: String,
    },
}

/// The number of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderId(pub Id);

/// An order as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its number.
    pub id: OrderId,
    /// Who made it.
    pub requester: Arc<str>,
    /// Its key.
    pub key: Option<String>,
    /// What was asked for, as canonical JSON.
    pub content: String,
    /// Why.
    pub reason: String,
    /// Whether it is for several devices.
    pub is_group: bool,
    /// When it was made.
    pub requested: Instant,
}

/// One command of an order. It is shown as the Task of the same number.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Its number, which is the Task's.
    pub id: Id,
    /// The order.
    pub order: OrderId,
    /// Whether the order is for several devices.
    pub is_group: bool,
    /// The tasking capability.
    pub capability: Id,
    /// What the device is told.
    pub parameters: Arc<Map<String, Value>>,
    /// When it was asked for.
    pub requested: Instant,
    /// When its time is over.
    pub expires: Instant,
    /// What shows that it took effect; `None` where nothing does.
    pub wanted: Option<Wanted>,
    /// What became of it; the first is the request.
    pub steps: Vec<Step>,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// In the order in which they were recorded.
    pub number: i64,
    /// When.
    pub at: Instant,
    /// Where it stands since.
    pub state: State,
    /// Who did it: a person, a device's account, a datastream.
    pub by: Option<Arc<str>>,
    /// What else there is to say.
    pub note: Option<String>,
}

impl Command {
    /// Where it stands.
    pub fn state(&self) -> State {
        self.steps.last().map_or(State::Requested, |step| step.state)
    }

    /// When it came to stand somewhere.
    pub fn reached(&self, state: State) -> Option<Instant> {
        self.steps.iter().find(|step| step.state == state).map(|step| step.at)
    }

    /// Whether something is still to come: an acknowledged command that nothing can verify is done.
    pub fn is_open(&self) -> bool {
        self.is_open_at(self.state())
    }

    /// Whether something would be still to come if it stood there.
    pub(super) fn is_open_at(&self, state: State) -> bool {
        match state {
            State::Acknowledged => self.wanted.is_some(),
            state => !state.is_final(),
        }
    }
}

/// The observation that a command is to bring about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// The number of its datastream.
    pub(super) stream: i64,
    pub(super) value: Value,
    pub(super) tolerance: f64,
    pub(super) within_s: u32,
}

impl Wanted {
    /// Its datastream.
    pub fn stream(&self) -> Option<StreamId> {
        StreamId::new(self.stream)
    }

    /// Whether an observation shows it; a bad one shows nothing.
    pub fn is_shown_by(&self, observation: &Observation) -> bool {
        let shown = match (&observation.result, &self.value) {
            (ResultValue::Number(shown), Value::Number(wanted)) => {
                wanted.as_f64().is_some_and(|wanted| (shown - wanted).abs() <= self.tolerance)
            }
            (ResultValue::Number(shown), Value::Bool(wanted)) => {
                *shown == f64::from(u8::from(*wanted))
            }
            (ResultValue::Truth(shown), Value::Bool(wanted)) => shown == wanted,
            (ResultValue::Text(shown), Value::String(wanted)) => **shown == **wanted,
            _ => false,
        };
        shown && observation.quality.flag.is_usable()
    }
}

/// A person who commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account's name.
    pub name: Arc<str>,
    /// What it may do.
    pub role: Role,
}

/// What a person may do; each may what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Ask.
    Requester,
    /// Work the devices.
    Operator,
    /// Answer for them.
    Supervisor,
}

impl Role {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Operator => "operator",
            Self::Supervisor => "supervisor",
        }
    }
}

/// Who may authorise what. A group, and what a capability says needs a second person, is never
/// authorised by who asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// From this role on, a person's own single commands are authorised at once.
    pub alone: Role,
    /// From this role on, a person may approve and refuse what others ask for.
    pub approves: Role,
}

impl Default for Policy {
    fn default() -> Self {
        Self { alone: Role::Operator, approves: Role::Operator }
    }
}

/// What became of an order that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// Its number.
    pub order: OrderId,
    /// The numbers of its commands.
    pub commands: Vec<Id>,
    /// False when the same order had been made before under its key.
    pub is_new: bool,
    /// Whether it is authorised; otherwise it waits for a second person.
    pub is_authorised: bool,
}

/// What an order says, written in one way whatever the order of members was.
pub(super) fn content(order: &NewOrder) -> String {
    let targets = match &order.targets {
        Targets::One(id) => json!(id.get()),
        Targets::Group(ids) => ids.iter().map(|id| id.get()).collect(),
        Targets::Cabinet { cabinet, capability } => {
            json!({ "cabinet": cabinet, "capability": capability })
        }
    };
    let mut map = Map::new();
    map.insert("parameters".into(), Value::Object(order.parameters.clone()));
    map.insert("reason".into(), order.reason.clone().into());
    map.insert("targets".into(), targets);
    map.insert("ttl".into(), order.ttl_s.into());
    canonical(Value::Object(map)).to_string()
}

/// The same value with the members of its objects in the order of their names.
fn canonical(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut members: Vec<_> = map.into_iter().collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            members.into_iter().map(|(name, value)| (name, canonical(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        value => value,
    }
}
