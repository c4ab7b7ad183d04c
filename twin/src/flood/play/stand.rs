//! The walls that stand in the scene: those that are placed, or those of the plays that are compared.

use bevy::{
    camera::visibility::RenderLayers, light::NotShadowCaster, pbr::ExtendedMaterial, prelude::*,
};

use super::{Player, Wall, walls::shape_of};
use crate::{
    flood::{FloodView, Opposite, plugin::FloodWater},
    ground::Ground,
    scene::PlainMaterial,
};

/// Draws them.
pub(super) fn add(app: &mut App) {
    app.add_systems(Startup, make).add_systems(Update, (build, part));
}

/// Marks walls: whose they are.
#[derive(Debug, Component)]
struct Walls(FloodWater);

/// Of the walls on either side.
#[derive(Debug, Resource)]
struct Concrete([Handle<PlainMaterial>; 2]);

fn make(mut commands: Commands<'_, '_>, mut materials: ResMut<'_, Assets<PlainMaterial>>) {
    let base = StandardMaterial { perceptual_roughness: 0.9, reflectance: 0.3, ..default() };
    let handles = std::array::from_fn(|_| {
        materials.add(ExtendedMaterial { base: base.clone(), extension: default() })
    });
    commands.insert_resource(Concrete(handles));
}

/// What stands of walls: their measures, and how many breaches had begun.
type Standing = (Vec<Wall>, usize);

fn standing_of(walls: &[Wall], time_s: f64) -> Standing {
    let breaches = walls.iter().flat_map(|wall| &wall.breaches);
    (walls.to_vec(), breaches.filter(|breach| breach.from_s <= time_s).count())
}

#[expect(clippy::too_many_arguments, reason = "a system names what it reads")]
fn build(
    mut commands: Commands<'_, '_>,
    player: Res<'_, Player>,
    first: Option<Res<'_, FloodView>>,
    opposite: Option<Res<'_, Opposite>>,
    ground: Res<'_, Ground>,
    concrete: Res<'_, Concrete>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    old: Query<'_, '_, (Entity, &Walls)>,
    mut stood: Local<'_, ([Standing; 2], bool)>,
) {
    // A play that is slid through stands there with its own walls; else those that are placed do.
    let own = (&player.measures.walls[..], player.time_s());
    let slid = first.as_ref().filter(|it| it.run.is_played());
    let of_view = |view: &FloodView| view.hours * 3600.0;
    let left = slid.map_or(own, |it| (it.run.walls(), of_view(it)));
    let right =
        opposite.as_ref().map_or((&[][..], 0.0), |it| (it.view.run.walls(), of_view(&it.view)));
    let is_compared = opposite.is_some();
    let sides = [(FloodWater::First, left), (FloodWater::Opposite, right)];
    for (number, (which, (walls, time_s))) in sides.into_iter().enumerate() {
        let now = standing_of(walls, time_s);
        if stood.0[number] == now && stood.1 == is_compared {
            continue;
        }
        for (entity, _) in old.iter().filter(|(_, it)| it.0 == which) {
            commands.entity(entity).despawn();
        }
        let shape = shape_of(walls, time_s, &ground);
        stood.0[number] = now;
        if shape.is_empty() {
            continue;
        }
        let mut built = commands.spawn((
            Walls(which),
            Mesh3d(meshes.add(shape.into_mesh())),
            MeshMaterial3d(concrete.0[number].clone()),
            Transform::default(),
        ));
        if is_compared {
            // A shadow would fall on the other side, too.
            built.insert((RenderLayers::layer(which.layer()), NotShadowCaster));
        }
    }
    stood.1 = is_compared;
}

/// Each side's walls are seen on their side of the line.
fn part(
    opposite: Option<Res<'_, Opposite>>,
    concrete: Res<'_, Concrete>,
    mut materials: ResMut<'_, Assets<PlainMaterial>>,
) {
    let line = opposite.map_or(0.0, |it| it.line());
    for (handle, part) in concrete.0.iter().zip([line, -line]) {
        let is_other = materials.get(handle).is_some_and(|it| it.extension.part() != part);
        if is_other && let Some(mut material) = materials.get_mut(handle) {
            material.extension.part_at(part);
        }
    }
}
