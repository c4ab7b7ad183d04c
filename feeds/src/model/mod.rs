//! SensorThings 1.1 (OGC 18-088, 17-079) as domain types.

mod id;
mod observation;
mod quality;
mod result;
mod rules;
pub mod wire;

pub use id::{Id, Seq, StreamId};
pub use observation::{Details, DeviceStatus, NewObservation, Observation};
pub use quality::{Flag, Quality, Test};
pub use result::{ResultKind, ResultValue};
pub use rules::{
    ClockRule, Companion, Direction, Span, StreamDirectory, StreamRules, Stuck, Threshold,
};
