//! Floods over the city: from a scenario and the city's layers to a model, from a model to a run, and
//! what a run leaves in its folder.

mod answers;
mod compare;
mod document;
mod ensemble;
mod error;
mod folder;
mod forcing;
mod hydrograph;
mod marks;
mod model;
mod offline;
pub mod picture;
mod plane;
mod run;
mod summary;
mod town;
mod works;

pub use answers::{ANSWERS, Affected, file_of};
pub use compare::{COMPARABLE, Change, Comparison, Numbers, compare, difference};
pub use document::read;
pub use error::FloodError;
pub use folder::{Output, RunFolder};
pub use hydrograph::{Moment, hydrograph};
pub use model::{Model, Sources};
pub use offline::{OfflineError, offline};
pub use plane::Plane;
pub use run::{LEDGER, SUMMARY, Watch, run};
pub use summary::Summary;
