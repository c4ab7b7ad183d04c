//! Buses as they are seen.

use bevy::prelude::*;

use super::{
    CityMaterials,
    shape::{Corner, Shape, linear},
};
use crate::live::{Link, LiveState, Vehicle};

/// Gives vehicles their bodies, grey while nothing is heard of them.
#[derive(Debug, Default)]
pub struct VehiclesPlugin;

impl Plugin for VehiclesPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Bodies>().add_systems(Update, (dress, pale).chain());
    }
}

#[derive(Debug, Default, Resource)]
struct Bodies {
    bus: Option<(Handle<Mesh>, Handle<Mesh>)>,
}

fn dress(
    mut commands: Commands<'_, '_>,
    new: Query<'_, '_, Entity, Added<Vehicle>>,
    materials: Res<'_, CityMaterials>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut bodies: ResMut<'_, Bodies>,
) {
    for entity in &new {
        let (bus, _) = bodies.bus.get_or_insert_with(|| {
            (
                meshes.add(bus_shape(0x1F8A4C).into_mesh()),
                meshes.add(bus_shape(0x8A8A8A).into_mesh()),
            )
        });
        commands
            .entity(entity)
            .insert((Mesh3d(bus.clone()), MeshMaterial3d(materials.facade.clone())));
    }
}

fn pale(
    state: Res<'_, LiveState>,
    bodies: Res<'_, Bodies>,
    mut vehicles: Query<'_, '_, &mut Mesh3d, With<Vehicle>>,
) {
    let Some((green, grey)) = &bodies.bus else { return };
    if !state.is_changed() {
        return;
    }
    let wanted = if matches!(state.link, Link::Lost(_)) { grey } else { green };
    for mut mesh in &mut vehicles {
        if mesh.0 != *wanted {
            mesh.0 = wanted.clone();
        }
    }
}

/// A bus of 8.5 m that heads north (−z), its foot at the origin.
fn bus_shape(colour: u32) -> Shape {
    let mut shape = Shape::default();
    block([-1.2, 0.35, -4.25], [1.2, 1.35, 4.25], colour, &mut shape);
    block([-1.18, 1.35, -4.2], [1.18, 2.35, 4.2], 0x20262B, &mut shape);
    block([-1.2, 2.35, -4.25], [1.2, 3.0, 4.25], 0xF2F2EC, &mut shape);
    for z in [-2.7, 2.6] {
        block([-1.22, 0.0, z - 0.5], [1.22, 0.75, z + 0.5], 0x17181A, &mut shape);
    }
    shape
}

fn block(low: [f32; 3], high: [f32; 3], colour: u32, into: &mut Shape) {
    let (low, high) = (Vec3::from(low), Vec3::from(high));
    let (middle, half) = ((low + high) / 2.0, (high - low) / 2.0);
    for (normal, u, v) in [
        (Vec3::Y, Vec3::X, Vec3::NEG_Z),
        (Vec3::NEG_Y, Vec3::X, Vec3::Z),
        (Vec3::X, Vec3::NEG_Z, Vec3::Y),
        (Vec3::NEG_X, Vec3::Z, Vec3::Y),
        (Vec3::Z, Vec3::X, Vec3::Y),
        (Vec3::NEG_Z, Vec3::NEG_X, Vec3::Y),
    ] {
        let corner = |s: f32, t: f32| Corner {
            at: (middle + (normal + u * s + v * t) * half).to_array(),
            normal: normal.to_array(),
            uv: [0.5, 0.5],
            mark: [-1.0, 0.5],
            colour: linear(colour),
        };
        into.quad([corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)]);
    }
}
