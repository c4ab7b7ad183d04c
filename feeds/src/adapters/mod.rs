//! Payloads of other systems as observations, by configuration alone: no scripts.
//!
//! ```text
//! payload ─► format: readings (device, property, value, time) ─► mapping ─► NewObservation ─► log
//!               │ cannot be decoded                                │ names nothing we know
//!               └────► dead letter: the payload                    └────► dead letter: the readings
//! ```
//!
//! An adapter is a table of `feeds.toml` ([`AdapterConfig`]). A format knows how a payload is
//! written; the mapping knows which datastream a device's property is. What is refused goes to the
//! dead letters under the adapter's name, and [`Service::redrive`](crate::service::Service::redrive)
//! sends it through the same adapter again, once that or the entities were mended.

mod config;
mod csv;
mod desk;
mod device;
mod error;
mod format;
mod json;
mod known;
mod letter;
mod lorawan;
mod mapping;
mod ngsi;
mod reading;
mod sensorthings;
mod station;
mod talq;
mod time;
mod value;

pub use config::{
    AdapterConfig, CsvConfig, DeviceConfig, Find, FormatName, JsonConfig, MapConfig, NgsiConfig,
    StatusConfig, Unmapped, ValueKind,
};
pub use desk::{Adapters, AdaptersError, Delivery, Sorted, Taken};
pub use error::AdapterError;
pub use lorawan::{Codec, Endian, FieldConfig, LorawanConfig, Number, UplinkConfig};
pub use reading::Reading;
pub use station::{StationFileName, StationNameError};
pub use time::{TimeFormat, Zone};
