//! Forcing made from few numbers: design storms, rain between gauges, tides, waves in rivers.
//!
//! ```
//! use sim::flood::storm::{Hyetograph, IntensityDuration};
//!
//! // 100 mm in 6 h, most of it a third of the way in, in blocks of 10 minutes.
//! let law = IntensityDuration::new(1900.0, 12.0, 0.75)?;
//! let storm = Hyetograph::chicago(&law, 6.0 * 3600.0, 600.0, 0.35)?.scaled_to(100.0);
//! assert!((storm.total_mm() - 100.0).abs() < 1e-9);
//! let rain = storm.rain(0.0)?;
//! assert!((rain.depth_m(0, 6.0 * 3600.0) - 0.1).abs() < 1e-12);
//! # Ok::<(), sim::flood::Error>(())
//! ```

mod gauges;
mod hyetograph;
mod intensity;
mod tide;
mod wave;

pub use gauges::{Between, Gauge, ZoneGrid, rain_between};
pub use hyetograph::{Hyetograph, Quartile};
pub use intensity::IntensityDuration;
pub use tide::{Constituent, Harmonic, Tide};
pub use wave::{FloodWave, Release};

use super::Error;

/// Refuses a parameter that is not in a range.
fn require(name: &'static str, value: f64, holds: bool, range: &'static str) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::Parameter { name, value, range }) }
}
