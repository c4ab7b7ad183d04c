//! The Things that the fleet acts for, as a server tells them.

mod device;
mod document;
mod features;
mod quantity;

pub(crate) use device::{Capability, Device, READ, Shape, Stream};
pub(crate) use document::{LearnError, devices_of, mqtt_endpoint};
#[cfg(test)]
pub(crate) use features::metres;
pub(crate) use features::{Features, Way};
pub(crate) use quantity::{DeviceKind, Quantity};
