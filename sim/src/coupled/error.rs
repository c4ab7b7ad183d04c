//! What can be wrong with a flood and its drains together.

use crate::{drainage, flood};

/// An input that is refused, or a run that cannot go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The flood says no.
    #[error(transparent)]
    Surface(#[from] flood::Error),
    /// The drains say no.
    #[error(transparent)]
    Drains(#[from] drainage::Error),
    /// An inlet or outfall lies nowhere on the surface.
    #[error("{what} '{node}' names no cell of the surface; name at least one")]
    NoCells {
        /// "the inlet" or "the outfall".
        what: &'static str,
        /// Its node.
        node: String,
    },
    /// Two states that do not belong together.
    #[error(
        "the surface is at {surface_s} s of its run, the drains at {drains_s} s; start both at one time"
    )]
    Times {
        /// Of the surface.
        surface_s: f64,
        /// Of the drains.
        drains_s: f64,
    },
    /// A checkpoint is not one.
    #[error("this is no checkpoint of this model: {reason}")]
    Checkpoint {
        /// What differs.
        reason: &'static str,
    },
}
