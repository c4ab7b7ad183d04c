//! SensorThings JSON at the edge: documents to domain types and back, by hand.

mod data_array;
mod entity;
mod field;
mod observation;
mod rules;
mod tasking;

pub use data_array::data_array;
pub(crate) use data_array::data_array_rows;
pub use entity::{body_document, read_body};
pub use field::WireError;
pub(crate) use field::{given, id_of, optional_text};
pub(crate) use observation::result_of;
pub use observation::{
    new_observation, observation_body, observation_document, quality_document, result_json,
};
pub(crate) use tasking::pattern;
