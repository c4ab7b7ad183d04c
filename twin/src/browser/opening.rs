//! From a page that waits to the picture of the city.
//!
//! While the city rises nothing is drawn: on a slow device each of those pictures would take seconds and show
//! half a city.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use bevy::{
    camera::MainPassResolutionOverride,
    prelude::*,
    render::{
        Render, RenderApp, RenderSystems, camera::ExtractedCamera, render_resource::PipelineCache,
    },
};

use super::page;
use crate::{
    camera::Rig,
    scene::{Coarse, Unbuilt},
};

/// Frames that are begun before the page shows them: the first asks for pipelines and is seen by nobody, so that it is
/// drawn [`NARROW`]; the second, or the third, has them; and with the fourth that has come to the screen.
const DRAWN: u32 = 3;
/// Of these, so many are narrow.
const FIRST: u32 = 1;
/// Pixels along a side of what nobody sees.
const NARROW: u32 = 8;
/// After so many the page shows what there is.
const MOST_DRAWN: u32 = 12;

/// Opens the page on the city once it stands.
#[derive(Debug, Default)]
pub(super) struct OpeningPlugin;

impl Plugin for OpeningPlugin {
    fn build(&self, app: &mut App) {
        let making = Making::default();
        app.insert_resource(making.clone()).init_resource::<Opening>().add_systems(Last, open);
        if let Some(renderer) = app.get_sub_app_mut(RenderApp) {
            renderer
                .insert_resource(making)
                .add_systems(Render, narrow.in_set(RenderSystems::CreateViews))
                .add_systems(Render, count.in_set(RenderSystems::Cleanup));
        }
    }
}

/// How far the page is.
#[derive(Debug, Default, Resource)]
enum Opening {
    /// The city rises.
    #[default]
    Rising,
    /// Frames have been drawn.
    Drawing {
        /// So many.
        frames: u32,
        /// Pipelines that were yet to be made at the last of them.
        waiting: usize,
    },
    /// The page shows them.
    Open,
}

/// What the two worlds tell each other; both hold it.
#[derive(Debug, Clone, Default, Resource)]
struct Making(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// How many pipelines the renderer has yet to make.
    waiting: AtomicUsize,
    /// Whether somebody will see what is drawn.
    is_seen: AtomicBool,
}

fn count(pipelines: Res<'_, PipelineCache>, making: Res<'_, Making>) {
    making.0.waiting.store(pipelines.waiting_pipelines().count(), Ordering::Relaxed);
}

/// Has few pixels drawn until somebody sees them.
fn narrow(
    mut commands: Commands<'_, '_>,
    making: Res<'_, Making>,
    cameras: Query<'_, '_, (Entity, Has<MainPassResolutionOverride>), With<ExtractedCamera>>,
) {
    let is_narrow = !making.0.is_seen.load(Ordering::Relaxed);
    for (camera, is_already) in &cameras {
        if is_narrow && !is_already {
            commands.entity(camera).insert(MainPassResolutionOverride(UVec2::splat(NARROW)));
        } else if !is_narrow && is_already {
            commands.entity(camera).remove::<MainPassResolutionOverride>();
        }
    }
}

fn open(
    mut opening: ResMut<'_, Opening>,
    making: Res<'_, Making>,
    unbuilt: Res<'_, Unbuilt>,
    coarse: Res<'_, Coarse>,
    mut cameras: Query<'_, '_, &mut Camera, With<Rig>>,
) {
    match *opening {
        Opening::Rising if unbuilt.is_done() && coarse.is_done() => {
            cameras.iter_mut().for_each(|mut camera| camera.is_active = true);
            *opening = Opening::Drawing { frames: 0, waiting: usize::MAX };
        }
        Opening::Drawing { frames, waiting: before } => {
            // A page makes pipelines at once: those that have waited since the frame before wait for what never comes.
            let waiting = making.0.waiting.load(Ordering::Relaxed);
            making.0.is_seen.store(frames >= FIRST, Ordering::Relaxed);
            *opening = match (frames >= DRAWN && waiting >= before) || frames >= MOST_DRAWN {
                true => {
                    page::ready();
                    Opening::Open
                }
                false => Opening::Drawing { frames: frames + 1, waiting },
            };
        }
        Opening::Rising | Opening::Open => {}
    }
}
