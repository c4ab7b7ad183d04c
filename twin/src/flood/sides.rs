//! Two runs as two whole pictures, side by side: the opposite one is taken by a second camera, from the same place,
//! into an image that is laid over the right half of the window.

use bevy::{
    camera::{RenderTarget, SubCameraView, visibility::RenderLayers},
    prelude::*,
    render::render_resource::TextureUsages,
    window::PrimaryWindow,
};
use bevy_egui::{EguiTextureHandle, EguiUserTextures, egui};

use super::{Opposite, plugin::FloodWater};
use crate::{app, camera::Rig};

/// The picture of the opposite run.
#[derive(Debug, Resource)]
pub(crate) struct RightPicture {
    pub(crate) texture: egui::TextureId,
    image: Handle<Image>,
    size: UVec2,
}

/// Marks the camera that takes it.
#[derive(Debug, Component)]
struct Beside;

pub(super) fn add(app: &mut App) {
    app.add_systems(Update, arrange)
        .add_systems(PostUpdate, follow.before(TransformSystems::Propagate));
}

/// What cameras see of the water: both runs, or each its own.
pub(crate) fn layers_of_all() -> RenderLayers {
    RenderLayers::from_layers(&[0, FloodWater::First.layer(), FloodWater::Opposite.layer()])
}

/// Sets the second camera up while two pictures are wanted, and takes it away again.
#[expect(clippy::too_many_arguments, reason = "a system names what it changes")]
fn arrange(
    mut commands: Commands<'_, '_>,
    opposite: Option<Res<'_, Opposite>>,
    windows: Query<'_, '_, &Window, With<PrimaryWindow>>,
    mut mains: Query<'_, '_, (&mut Camera, &mut RenderLayers, &Rig), Without<Beside>>,
    beside: Query<'_, '_, Entity, With<Beside>>,
    picture: Option<Res<'_, RightPicture>>,
    mut images: ResMut<'_, Assets<Image>>,
    mut textures: ResMut<'_, EguiUserTextures>,
) {
    let window = windows.iter().next().map(Window::physical_size);
    let wanted = opposite.filter(|it| it.is_parted).and(window).filter(|it| it.min_element() > 15);
    let (Some(whole), Some((mut camera, mut layers, rig))) = (wanted, mains.iter_mut().next())
    else {
        if let Some(picture) = picture {
            for (mut camera, mut layers, _) in &mut mains {
                camera.sub_camera_view = None;
                *layers = layers_of_all();
            }
            beside.iter().for_each(|entity| commands.entity(entity).despawn());
            textures.remove_image(&picture.image);
            commands.remove_resource::<RightPicture>();
        }
        return;
    };
    let half = UVec2::new(whole.x / 2, whole.y);
    if picture.as_ref().is_some_and(|picture| picture.size == half) {
        return;
    }
    if let Some(picture) = picture {
        beside.iter().for_each(|entity| commands.entity(entity).despawn());
        textures.remove_image(&picture.image);
    }
    // The middle of the view comes to the middle of the left half.
    let offset = Vec2::new(whole.x as f32 / 4.0, 0.0);
    camera.sub_camera_view = Some(SubCameraView { full_size: whole, offset, size: whole });
    *layers = RenderLayers::from_layers(&[0, FloodWater::First.layer()]);
    let mut canvas = app::canvas((half.x, half.y));
    canvas.texture_descriptor.usage |= TextureUsages::TEXTURE_BINDING;
    let image = images.add(canvas);
    commands.spawn((
        Beside,
        app::lens(&rig.view),
        Camera { order: -1, ..Camera::default() },
        RenderTarget::Image(image.clone().into()),
        RenderLayers::from_layers(&[0, FloodWater::Opposite.layer()]),
    ));
    let texture = textures.add_image(EguiTextureHandle::Strong(image.clone()));
    commands.insert_resource(RightPicture { texture, image, size: half });
}

/// The second camera stands where the first one does.
fn follow(
    mains: Query<'_, '_, &Transform, (With<Rig>, Without<Beside>)>,
    mut beside: Query<'_, '_, &mut Transform, With<Beside>>,
) {
    let Some(main) = mains.iter().next() else { return };
    for mut transform in &mut beside {
        transform.set_if_neq(*main);
    }
}
