//! SensorThings JSON at the edge: documents to domain types and back, by hand.

mod field;
mod observation;

pub use field::WireError;
pub use observation::{new_observation, observation_body, observation_document, quality_document};
