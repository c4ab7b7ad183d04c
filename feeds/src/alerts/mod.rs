//! Alerts: rules held against what is observed, the life of what they raise, and how it is told.
//!
//! ```text
//! log ─► intake (bounded) ─► evaluation, one thread ─► book (SQLite) ─► followers, CAP, Atom, messages
//!                                  ▲
//!            alerts.toml ── rules ─┘
//! ```
//!
//! An alert is durable before anybody is told of it. Evaluation goes on after a restart from where it
//! stood in the log, with what it remembered: both are written in the commit that writes the steps, so
//! that one event raises one alert. Simulated data raises exercises and never counts among real data.
//! Official disaster-risk levels are declared with their bulletin ([`DeclaredRisk`]), never reckoned.

mod alert;
mod book;
pub mod cap;
pub mod deliver;
mod error;
mod evaluate;
mod house;
mod import;
mod intake;
mod risk;
mod rule;
mod streams;
mod text;
mod watch;
pub mod wire;
mod worker;

pub use alert::{
    Alert, AlertId, Ending, Finding, Official, Released, Situation, Stage, Step, StepKind, Subject,
};
pub use book::AlertFollower;
pub use error::AlertError;
pub use evaluate::Forecast;
pub use house::{AlertConfig, AlertParts, Alerts};
pub use intake::AlertIntake;
pub use risk::{Bulletin, DeclaredRisk, RiskError, RiskLevel};
pub use rule::{
    AreaKind, Combination, Condition, Escalation, Levels, Limits, Missing, Outlook, Rate, Release,
    Rule, RuleError, RuleId, RuleSet, Selector,
};
pub use streams::{Commune, EntityStreams, NoPlaces, Places, PropertyFacts, StreamFacts, Streams};
pub use text::{Catalogue, TextError, Words};

#[cfg(test)]
mod tests;
