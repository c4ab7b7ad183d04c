//! The ground and its frame, for whatever stands or moves on it.

use std::sync::Arc;

use bevy::ecs::resource::Resource;
use city::frame::LocalFrame;

use crate::model::Heights;

/// The ground, as a resource.
#[derive(Debug, Clone, Resource)]
pub struct Ground {
    /// Metres east and north of where.
    pub frame: LocalFrame,
    /// Heights.
    pub heights: Arc<Heights>,
}
