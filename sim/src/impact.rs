//! From the results of a flood to answers: what gets wet, who is there, which roads close, who is cut
//! off, where people can go and until when.
//!
//! [`Flood`] is a run's rasters of maxima over a [`Grid`] in projected metres; a [`Watch`] adds what
//! maxima do not keep. Each question is a function from a flood and plain features, in the same metres,
//! to plain answers in the same order. Times are seconds of the run. What no data said is returned as
//! an [`Assumption`].
//!
//! ```
//! use geo_types::{MultiPolygon, polygon};
//! use sim::impact::{Building, Flood, Grid, Rasters, Settings, buildings};
//!
//! // Two cells of 10 m: 0.5 m of water in the western one since the first hour, for two hours.
//! let (none, never) = (vec![0.0_f32; 2], vec![f32::NAN; 2]);
//! let (came, stood) = (vec![3600.0_f32, f32::NAN], vec![7200.0_f32, 0.0]);
//! let rasters = Rasters {
//!     depth_m: &[0.5, 0.0],
//!     level_m: &[2.5, f32::NAN],
//!     speed_m_s: &none,
//!     depth_speed_m2_s: &none,
//!     arrival_s: [&came, &came, &came, &never],
//!     duration_s: [&stood, &stood, &stood, &none],
//! };
//! let flood = Flood::new(Grid::new(2, 1, 10.0, 0.0, 0.0)?, rasters, 86_400.0)?;
//! let footprint = MultiPolygon::from(
//!     polygon![(x: 2.0, y: 2.0), (x: 7.0, y: 2.0), (x: 7.0, y: 8.0), (x: 2.0, y: 8.0)],
//! );
//! let house = Building { floor_height_m: Some(0.25), ..Building::dwelling(footprint) };
//! let answer = buildings(&flood, &[house], &Settings::default())?;
//! assert_eq!(answer.impacts[0].over_floor_m, 0.25);
//! assert_eq!(answer.impacts[0].water.and_then(|water| water.arrival_s()), Some(3600.0));
//! # Ok::<(), sim::impact::Error>(())
//! ```

mod area;
mod buildings;
mod compare;
mod contours;
mod ensemble;
mod error;
mod evacuation;
mod grid;
mod hazard;
mod isolation;
mod marks;
mod network;
mod places;
mod roads;
mod settings;
mod units;
mod vehicles;
mod view;
mod watch;
mod water;
mod ways;

pub use buildings::{Building, BuildingImpact, Buildings, buildings};
pub use compare::{Change, Difference, difference};
pub use contours::{Drawing, areas_above, flooded_areas};
pub use ensemble::Ensemble;
pub use error::Error;
pub use evacuation::{Evacuation, Group, Left, Origin, Reason, Shelter, Travel, evacuation};
pub use grid::Grid;
pub use hazard::{ArrClass, Danger, Debris, rating, rating_at_most};
pub use isolation::{Isolation, isolation};
pub use marks::{Height, Mark, MarkFit, MarksFit, Scores, fit_marks, scores};
pub use network::{Access, Closings, Joining, Network, NetworkEdge};
pub use places::{Facility, FacilityImpact, Flooded, ParcelImpact, Site, facilities, parcels};
pub use roads::{Closure, Road, closed_m_by_unit, closures, road_cells};
pub use settings::{Assumption, Settings};
pub use units::{Deepest, Tally, Unit, UnitImpact, Units, units};
pub use vehicles::{Limits, Vehicle};
pub use view::{Flood, Rasters, Spell};
pub use watch::Watch;
pub use water::Water;
