//! Floods over the city: from a scenario and the city's layers to a model, from a model to a run, and
//! what a run leaves in its folder.

mod answers;
mod compare;
mod cover;
mod device;
mod document;
mod drains;
mod ensemble;
mod error;
mod feature;
mod fine;
mod folder;
mod forcing;
mod hydrograph;
mod kernel;
pub mod library;
mod map;
mod marks;
mod model;
mod offline;
pub mod picture;
mod plane;
mod report;
mod run;
mod summary;
mod town;
mod warning;
mod works;

pub use answers::{ANSWERS, Affected, file_of};
pub use compare::{COMPARABLE, Change, Comparison, Numbers, compare, difference};
pub use device::Devices;
pub use document::read;
pub use error::FloodError;
pub use folder::{Output, RunFolder};
pub use hydrograph::{Moment, hydrograph};
pub use kernel::{Drained, Kernel, Running};
pub use map::{Focus, Map, MapAsk, Signs, map};
pub use model::{Model, Parts, Site, Sources};
pub use offline::{OfflineError, offline};
pub use plane::Plane;
pub use report::{
    Dossier, HOUSE, House, Kind as ReportKind, Reader, Wet, compose, sheets, wet_communes,
};
pub use run::{LEDGER, SUMMARY, Watch, run};
pub use summary::Summary;
pub use warning::Draft;
