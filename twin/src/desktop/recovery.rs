//! When the device that draws is lost (its driver began anew, it was taken out, the computer slept), another one is
//! asked for and given all that is drawn once more.

use bevy::{
    diagnostic::FrameCount,
    prelude::*,
    render::{
        GpuResourceAppExt, RenderApp,
        error_handler::{ErrorType, RenderError, RenderErrorHandler, RenderErrorPolicy},
        render_resource::SpecializedRenderPipelines,
        sync_world::{RenderEntity, SyncToRenderWorld},
    },
};
use bevy_egui::render::{
    EguiPipeline,
    systems::{EguiRenderData, EguiTransforms},
};

use super::device;
use crate::app::KEPT;

/// A device that is lost so often within [`SOON`] will be lost again.
const MOST: usize = 3;
/// In frames (ten seconds, where sixty are drawn in one): what is lost by what is drawn is lost within a few of them,
/// however long each takes.
const SOON: u32 = 600;

/// At which frames devices were lost, and why nothing can be drawn any more, if so.
#[derive(Debug, Default, Resource)]
pub(crate) struct Losses {
    at: Vec<u32>,
    end: Option<String>,
}

impl Losses {
    /// How many there were.
    pub(crate) fn count(&self) -> usize {
        self.at.len()
    }

    /// Why nothing can be drawn any more, if so.
    pub(crate) fn end(&self) -> Option<&str> {
        self.end.as_deref()
    }
}

/// Goes on after the loss of a device. Other errors of drawing end the program, as Bevy has it: they would come again.
#[derive(Debug, Default)]
pub(crate) struct RecoveryPlugin;

impl Plugin for RecoveryPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Losses>()
            .insert_resource(RenderErrorHandler(decide))
            .add_systems(PreStartup, keep);
    }

    /// Behind egui's own plugin, whose things on the device egui makes but once.
    fn finish(&self, app: &mut App) {
        if let Some(renderer) = app.get_sub_app_mut(RenderApp) {
            renderer
                .init_gpu_resource::<EguiPipeline>()
                .init_gpu_resource::<SpecializedRenderPipelines<EguiPipeline>>()
                .init_gpu_resource::<EguiTransforms>()
                .init_gpu_resource::<EguiRenderData>();
        }
    }
}

/// Bevy's own pictures (how colours are shown, how surfaces shine) would be gone with the device.
fn keep(mut images: ResMut<'_, Assets<Image>>) {
    images.iter_mut().for_each(|(_, image)| image.asset_usage = KEPT);
}

fn decide(error: &RenderError, app: &mut World, _: &mut World) -> RenderErrorPolicy {
    let is_lost = matches!(error.ty, ErrorType::DeviceLost);
    let why = &error.description;
    let now = app.resource::<FrameCount>().0;
    let mut losses = app.resource_mut::<Losses>();
    let recent = losses.at.iter().filter(|at| now.wrapping_sub(**at) < SOON).count();
    if is_lost && recent < MOST {
        losses.at.push(now);
        tracing::warn!(why, "the device that draws was lost; another one is asked for");
        part(app);
        return RenderErrorPolicy::Recover(device());
    }
    let end = if is_lost {
        format!("the device that draws was lost {} times within {SOON} frames", recent + 1)
    } else {
        format!("the device cannot draw ({:?}): {why}", error.ty)
    };
    tracing::error!("{end}");
    losses.end = Some(end);
    app.write_message(AppExit::error());
    RenderErrorPolicy::StopRendering
}

/// Cameras and lights have doubles in the renderer that hold buffers of the old device: each gets a new one.
fn part(app: &mut World) {
    let mut doubled = app.query_filtered::<Entity, (With<RenderEntity>, With<SyncToRenderWorld>)>();
    let doubled: Vec<Entity> = doubled.iter(app).collect();
    for entity in doubled {
        let mut entity = app.entity_mut(entity);
        entity.remove::<SyncToRenderWorld>().remove::<RenderEntity>().insert(SyncToRenderWorld);
    }
}
