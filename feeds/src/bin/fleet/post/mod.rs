//! The client's side: what is sent over MQTT and HTTP, and what becomes of it.

mod backoff;
mod http;
mod mqtt;
mod parcel;
mod tally;

pub(crate) use http::HttpLink;
pub(crate) use mqtt::{MqttLink, Order};
pub(crate) use parcel::{Address, Parcel};
pub(crate) use tally::{Snapshot, Tally};
