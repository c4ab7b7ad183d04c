//! Alerts as CAP 1.2 messages (Common Alerting Protocol, OASIS Standard of 1 July 2010) and as an Atom
//! feed of them (RFC 4287), and bulletins of others read from CAP.

mod areas;
pub mod atom;
mod compose;
mod message;
mod read;
mod write;
mod xml;

pub use areas::{areas_of, geojson_of};
pub use compose::{Composer, Told, telling_steps};
pub use message::{
    Area, Category, Certainty, Info, Message, MessageType, Reference, ResponseType, Scope,
    Severity, Status, Urgency,
};
pub use read::{CapError, read};
pub use write::write;

#[cfg(test)]
mod tests;
