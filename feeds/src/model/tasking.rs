//! What devices can be told to do (OGC 17-079, section 8), with parameters that are described as in
//! SWE Common.

use city::Instant;
use serde_json::{Map, Value};

use super::{Described, Id, StreamId};

/// Something that a Thing can be told to do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskingCapability {
    /// Name and description.
    pub about: Described,
    /// What it is to be told.
    pub parameters: ParameterRecord,
    /// The description of that as it was sent.
    pub description: Map<String, Value>,
    /// How commands come to the device.
    pub rules: CommandRules,
}

/// A command as it is shown; the ledger of commands has the whole of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// When it was asked for.
    pub created: Instant,
    /// What the device is told.
    pub parameters: Map<String, Value>,
    /// Where it stands.
    pub properties: Map<String, Value>,
}

/// Parameters that go together (`DataRecord`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParameterRecord {
    /// Each has a name of its own.
    pub fields: Vec<Parameter>,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name in commands.
    pub name: String,
    /// Whether a command may leave it out.
    pub is_optional: bool,
    /// What it takes.
    pub component: Component,
}

/// What a parameter takes (SWE Common 2.0, OGC 08-094r1, section 7).
#[derive(Debug, Clone, PartialEq)]
pub enum Component {
    /// A number with a unit.
    Quantity(AllowedNumbers),
    /// A whole number.
    Count(AllowedNumbers),
    /// Yes or no.
    Boolean,
    /// One of several texts.
    Category(AllowedTexts),
    /// A text.
    Text(AllowedTexts),
    /// Parameters that go together.
    Record(ParameterRecord),
}

/// Which numbers are allowed; where nothing is said, every finite one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AllowedNumbers {
    /// From the first to the second, both inside.
    pub intervals: Vec<(f64, f64)>,
    /// These.
    pub values: Vec<f64>,
}

impl AllowedNumbers {
    /// Whether a number is allowed.
    pub fn admits(&self, number: f64) -> bool {
        let is_free = self.intervals.is_empty() && self.values.is_empty();
        let is_inside = self.intervals.iter().any(|(min, max)| (*min..=*max).contains(&number));
        number.is_finite() && (is_free || is_inside || self.values.contains(&number))
    }
}

/// Which texts are allowed; where nothing is said, every one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AllowedTexts {
    /// These.
    pub values: Vec<String>,
    /// Those that match this regular expression as a whole.
    pub pattern: Option<String>,
}

/// How commands come to a device, and how it is seen that they took effect.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CommandRules {
    /// Where the device listens, when that is not the set of the capability's Tasks.
    pub topic: Option<String>,
    /// Whether even a single command needs a second person's approval, as for a sluice gate.
    pub needs_second_person: bool,
    /// How long a command lives that does not say so itself, in seconds.
    pub ttl_s: Option<u32>,
    /// What shows that a command took effect.
    pub verification: Option<Verification>,
}

/// An observation that shows that a command took effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Verification {
    /// Whose observation.
    pub shown_by: ShownBy,
    /// The parameter whose value it is to show.
    pub parameter: String,
    /// How far off a number may be, in the datastream's unit.
    pub tolerance: f64,
    /// How soon after the device's word, in seconds.
    pub within_s: u32,
}

/// Which datastream shows that a command took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownBy {
    /// This one.
    Stream(StreamId),
    /// That of the same Thing which observes this ObservedProperty.
    Property(Id),
}
