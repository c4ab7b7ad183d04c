//! What gauges say, brought into a running flood: quality control, an ensemble filter, correction of errors,
//! a nowcast.
//!
//! Rain, rivers and roughness are never known well. An ensemble of floods spans what they may be;
//! [`quality`] says which gauges to believe; [`etkf`] moves the ensemble to what those say; [`stage`]
//! carries what is still wrong at a gauge into its forecast. [`Nowcast`] puts them together; [`depth_maps`]
//! makes maps of probability of any ensemble. Where no model runs, [`lone`] judges a gauge for itself.
//!
//! ```
//! use sim::flood::{Forcing, Ground, Rain};
//! use sim::fusion::{Gauge, Nowcast, Outlook, Reading, Settings, quality::Limits};
//!
//! // A closed valley of 24 × 4 cells of 50 m. Radar says 20 mm/h; it rains twice that.
//! let bed = (0..96).map(|i| ((i % 24) as f64 - 11.5).abs() * 0.05).collect();
//! let ground = Ground::new(24, 4, 50.0, bed)?.with_manning(vec![0.03; 96])?;
//! let rain = Some(Rain::uniform(vec![0.0, 7200.0], &[20.0])?);
//! let forcing = Forcing { rain, ..Forcing::default() };
//! let gauge = Gauge {
//!     alarms_m: [Some(0.3), Some(0.5), None], ..Gauge::new(11, 2, Limits::between(-1.0, 5.0))
//! };
//! let settings = Settings { members: 8, ..Settings::default() };
//! let mut nowcast = Nowcast::new(ground, forcing, &[0.0; 96], vec![gauge], settings)?;
//! // An hour of 40 mm/h has filled 1200 m × 0.04 m of cross-section: h²/0.001 = 48 m², h = 0.22 m.
//! let reading = Reading { gauge: 0, time_s: 3600.0, level_m: 0.025 + 0.2 };
//! let analysis = nowcast.assimilate(3600.0, &[reading])?;
//! assert_eq!(analysis.gauges[0].used, 1);
//! assert!(analysis.after.rain.p50 > 1.3, "{analysis:?}");
//! let forecast = nowcast.forecast(3600.0, &Outlook::default())?;
//! let alarm = forecast.gauges[0].alarms[0].as_ref().expect("it is set");
//! assert!(alarm.probability > 0.5 && alarm.reached_s.is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod eigen;
mod ensemble;
mod error;
pub mod etkf;
pub mod lone;
mod nowcast;
pub mod quality;
mod seed;
pub mod stage;

pub use ensemble::{DepthMaps, depth_maps};
pub use error::Error;
pub use nowcast::{
    AlarmForecast, Analysis, Band, Estimate, Forecast, Gauge, GaugeForecast, GaugeReport,
    Multipliers, Nowcast, Outlook, RainAhead, Reading, Settings,
};
