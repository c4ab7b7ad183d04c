//! What gauges say, brought into a running flood: quality control, an ensemble filter, correction of errors.
//!
//! Rain, rivers and roughness are never known well. An ensemble of floods spans what they may be;
//! [`quality`] says which gauges to believe; [`etkf`] moves the ensemble to what those say; [`stage`]
//! carries what is still wrong at a gauge into its forecast.

mod eigen;
mod error;
pub mod etkf;
pub mod quality;
pub mod stage;

pub use error::Error;
