//! The city that the devices stand in: what each of them would measure at an instant.
//!
//! Everything is a function of seed, thing and instant; rivers, reservoirs and the meters of lamps
//! have a state, which is stepped on a fixed grid so that it does not matter how often it is asked.

mod basin;
mod bus;
pub(crate) mod calendar;
mod catchment;
mod lamp;
mod observe;
mod rain_gauge;
mod reading;
mod reservoir;
pub(crate) mod seed;
mod station;
mod survey;
mod tide;
mod traffic;
mod weather;

pub(crate) use observe::{World, is_modelled};
pub(crate) use reading::Reading;
pub(crate) use weather::{Scenario, ScenarioKind};

#[cfg(test)]
mod tests;
