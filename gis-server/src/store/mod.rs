//! The layer store: published layers in memory, edits on top, and who may see what of them.
//!
//! A [`Store`] gives the [`City`] of the moment; a city gives a [`LayerView`] for a
//! [`Viewer`](crate::viewer::Viewer); a view answers [`Query`]s and hands out [`FeatureRef`]s.
//!
//! ```text
//! FlatGeobuf ─► Snapshot (structure of arrays, packed R-tree) ─┐
//! edits.sqlite ─► Overlay (rstar, tombstones) ─────────────────┴─► LayerView(viewer, instant)
//! ```
//!
//! What must stay true:
//! - Access is decided in `layer_state.rs` alone; nothing hands out a row or a column but through a
//!   view's scope.
//! - Cities and views never change. Edits and reloads make new ones and swap them in at once.
//! - Pages go by identifier, tiles by storage order.

mod city_view;
mod columns;
mod compact;
mod conflict;
mod document;
mod edit;
mod embedded;
mod error;
mod feature_store;
pub mod geometries;
mod history;
mod ids;
mod layer_state;
mod load;
mod log;
mod lowest;
mod overlay;
mod query;
mod region;
mod rows;
mod rtree;
mod snapshot;
mod sort;
pub(crate) mod strings;
#[cfg(test)]
mod tests;
mod value;
mod view;
mod visit;
mod watch;
pub mod world;

pub use city_view::City;
pub(crate) use columns::Order;
pub use compact::Compacted;
pub use conflict::{Conflict, ConflictKind};
pub(crate) use document::{geometry_from_json, geometry_to_json};
pub use edit::{Applied, Back, Draft, Edit, Patch, Refused};
pub use embedded::{Status, Store};
pub use error::StoreError;
pub use feature_store::{Feature, FeatureStore, Found};
pub use geometries::{FeatureGeometry, Part, Ring, Shape};
pub use history::{Change, Changes, State};
pub use log::Operation;
pub use query::{Page, Query};
pub(crate) use region::Prepared as PreparedRegion;
pub use region::Region;
pub(crate) use rows::RowSet;
pub(crate) use rtree::Relation;
pub(crate) use snapshot::Snapshot;
pub use sort::{Mark, Sort};
pub use value::ValueRef;
pub(crate) use value::{coerce, parse as parse_value};
pub use view::{FeatureRef, LayerView};
pub use world::{WorldBox, WorldPoint};
