//! SensorThings 1.1 (OGC 18-088, 17-079) as domain types.

mod entity;
mod id;
mod kind;
mod observation;
mod quality;
mod result;
mod rules;
mod tasking;
pub mod wire;

pub use entity::{
    Body, Datastream, Described, Encoded, Entity, EntityKey, FeatureLink, MultiDatastream,
    ObservedProperty, Thing, UnitOfMeasurement,
};
pub use id::{Id, Seq, StreamId};
pub use kind::{EntityKind, Navigation, Relation, Way};
pub use observation::{Details, DeviceStatus, NewObservation, Observation};
pub use quality::{Flag, Quality, Test};
pub(crate) use result::json_weight;
pub use result::{ResultKind, ResultValue};
pub use rules::{
    ClockRule, Companion, Direction, Span, StreamDirectory, StreamRules, Stuck, Threshold,
};
pub use tasking::{
    AllowedNumbers, AllowedTexts, CommandRules, Component, Parameter, ParameterRecord, ShownBy,
    Task, TaskingCapability, Verification,
};
