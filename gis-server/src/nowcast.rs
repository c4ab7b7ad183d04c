//! The nowcast: every few minutes an ensemble of coarse floods is brought up to date by the live gauges and
//! run ahead, with the probability of each alarm level at each gauge.
//!
//! `nowcast.toml` of the data folder turns it on:
//!
//! ```toml
//! cycle_min = 10     # how often
//! horizon_h = 12     # how far ahead, 6 to 24 mostly
//! warmup_h = 6       # with how much of the past it begins
//! members = 24
//! rain_half_life_h = 1.0   # how soon the rain of the last hour is taken to have halved
//! simulated = false        # whether what simulated devices send is taken: for exercises only
//!
//! [scenario]         # as a flood's, without rain: that comes from the gauges
//! title = { vi = "Dự báo ngập Tam Kỳ", en = "Tam Kỳ" }
//! area = { bbox = [108.45, 15.54, 108.52, 15.60] }
//! resolution_m = 60
//! duration_h = 18    # is not looked at
//! method = "local-inertia"
//! tide = { datum = "Hòn Dấu", levels = { wave = { mean_m = 0.1, amplitude_m = 0.6, period_h = 12.42, high_water_h = 4.0 } } }
//!
//! [offsets_m]        # what is added to a station's levels to have them in the terrain's datum
//! 12 = 0.0           # by the number of its datastream
//! ```
//!
//! What it leaves stands in the folder `nowcast`: `forecast.json` and the maps.

mod config;
mod cycle;
mod document;
mod observed;
mod worker;

pub use config::Config;
pub use worker::Worker;

/// Name of the folder in the data folder.
pub const FOLDER: &str = "nowcast";
/// Name of the file of the forecast.
pub const FORECAST: &str = "forecast.json";
