//! What a city *is*: identifiers, units, frames, time, layers and their roles, code lists, rasters,
//! networks, drains and the light of luminaires.
//!
//! Values only. Nothing here reads a file, a socket or a clock, so that every other crate, the
//! simulations and the browser among them, can stand on it.
//!
//! ```
//! use city::{Crs, LayerId, Role};
//!
//! let layer: LayerId = "planning-zones".parse()?;
//! let zone = Crs::from_epsg(5899)?;
//! assert_eq!(zone.title().vi, "VN-2000 / TM-3 107°45′");
//! assert_eq!(Role::from_name(layer.as_str())?, Role::PlanningZones);
//! # Ok::<(), city::Error>(())
//! ```

pub mod access;
pub mod bbox;
pub mod building;
pub mod codelist;
pub mod drainage;
mod error;
pub mod frame;
pub mod id;
pub mod layer;
pub mod network;
pub mod photometry;
pub mod raster;
pub mod role;
pub mod scenario;
pub mod text;
pub mod time;
pub mod units;
pub mod value;

pub use access::Access;
pub use bbox::Bbox;
pub use error::Error;
pub use frame::Crs;
pub use id::{FeatureId, LayerId};
pub use layer::{Layer, Property, PropertyType, Schema};
pub use role::Role;
pub use scenario::Scenario;
pub use text::Title;
pub use time::{Instant, Interval};
pub use units::Unit;
pub use value::Value;
