//! What planners propose: buildings that do not stand yet, in place of what does.
//!
//! A [`Document`] lists them: a box or an outline with storeys and a roof, or a model of somebody's. They stand in
//! the scene, can be moved, turned and made larger, and take the place of what stands under them (swap). They are a
//! layer of the city, [`LAYER`], and obstacles as all buildings are: hours of sun, sight and profiles reckon with
//! them. What draws nothing runs under `MinimalPlugins`.

mod document;
mod draw;
mod metrics;
mod open;
mod plugin;
mod stand;

pub use document::{Document, Place, ProposalError, Proposed, Shape};
pub use draw::ProposalDrawingPlugin;
pub use metrics::Metrics;
pub use open::open;
#[cfg(not(target_arch = "wasm32"))]
pub use open::save;
pub use plugin::ProposalsPlugin;
pub use stand::{LAYER, Proposals, Stood};

#[cfg(test)]
mod tests;
