//! Rain as it is seen: drops that fall past the camera in a box that goes with it.

use bevy::{
    asset::embedded_asset,
    camera::visibility::NoFrustumCulling,
    light::{NotShadowCaster, NotShadowReceiver},
    mesh::{Indices, MeshVertexBufferLayoutRef, PrimitiveTopology},
    pbr::{Material, MaterialPipeline, MaterialPipelineKey, MaterialPlugin},
    prelude::*,
    reflect::TypePath,
    render::render_resource::{
        AsBindGroup, RenderPipelineDescriptor, SpecializedMeshPipelineError,
    },
    shader::ShaderRef,
};

use super::{Sun, Weather};
use crate::{app::KEPT, clock::VirtualClock, scene::shape::chance};

/// Drops in the box at the heaviest rain.
const DROPS: u32 = 6000;
/// The rain that shows all of them, mm/h.
const HEAVIEST_MM_H: f32 = 60.0;

/// Rain as its shader has it.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone, Default)]
struct RainMaterial {
    /// The part of the drops that falls, seconds, luminance of what shines through them in cd/m².
    #[uniform(0)]
    state: Vec4,
}

impl Material for RainMaterial {
    fn vertex_shader() -> ShaderRef {
        "embedded://twin/sky/rain.wgsl".into()
    }

    fn fragment_shader() -> ShaderRef {
        "embedded://twin/sky/rain.wgsl".into()
    }

    fn alpha_mode(&self) -> AlphaMode {
        AlphaMode::Blend
    }

    fn enable_prepass() -> bool {
        false
    }

    fn enable_shadows() -> bool {
        false
    }

    fn specialize(
        _: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        _: &MeshVertexBufferLayoutRef,
        _: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        descriptor.primitive.cull_mode = None;
        Ok(())
    }
}

#[derive(Debug, Component)]
struct Rain;

pub(super) fn add(app: &mut App) {
    embedded_asset!(app, "rain.wgsl");
    app.add_plugins(MaterialPlugin::<RainMaterial>::default()).add_systems(Update, fall);
}

/// Rain stands in the scene while it falls.
fn fall(
    mut commands: Commands<'_, '_>,
    weather: Res<'_, Weather>,
    sun: Option<Res<'_, Sun>>,
    clock: Res<'_, VirtualClock>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut materials: ResMut<'_, Assets<RainMaterial>>,
    rain: Query<'_, '_, (Entity, &MeshMaterial3d<RainMaterial>), With<Rain>>,
) {
    let Some(sun) = sun else { return };
    if weather.rain_mm_h <= 0.05 {
        rain.iter().for_each(|(entity, _)| commands.entity(entity).despawn());
        return;
    }
    let seconds = (clock.now().as_micros() / 1000).rem_euclid(600_000) as f32 / 1000.0;
    let part = (weather.rain_mm_h / HEAVIEST_MM_H).clamp(0.02, 1.0).sqrt();
    // Drops shine with the sky behind them, and by night with the lamps of the street.
    let luminance = (sun.light.sky_luminance() * 1.3).max(0.35);
    let state = Vec4::new(part, seconds, luminance, 0.0);
    match rain.iter().next() {
        Some((_, handle)) => {
            if let Some(mut material) = materials.get_mut(&handle.0) {
                material.state = state;
            }
        }
        None => {
            commands.spawn((
                Rain,
                Mesh3d(meshes.add(drops())),
                MeshMaterial3d(materials.add(RainMaterial { state })),
                NoFrustumCulling,
                NotShadowCaster,
                NotShadowReceiver,
                Transform::default(),
            ));
        }
    }
}

/// A quadrangle a drop: all four corners at its place in the unit box, `uv` which corner; the normal's x is a number
/// in 0..1 by which drops are left out.
fn drops() -> Mesh {
    let (mut places, mut normals, mut corners, mut indices) = (vec![], vec![], vec![], vec![]);
    for k in 0..DROPS {
        let of = |salt| chance(u64::from(k), salt);
        for corner in [[-1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [-1.0, 1.0]] {
            places.push([of(1), of(2), of(3)]);
            normals.push([of(4), 1.0, 0.0]);
            corners.push(corner);
        }
        let first = 4 * k;
        indices.extend([0, 1, 2, 0, 2, 3].map(|corner| first + corner));
    }
    Mesh::new(PrimitiveTopology::TriangleList, KEPT)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, places)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, corners)
        .with_inserted_indices(Indices::U32(indices))
}
