//! Spawns what stands on the ground: buildings, roads, water, trees.

use std::{collections::HashMap, sync::Arc};

use bevy::{
    camera::visibility::VisibilityRange,
    light::NotShadowCaster,
    pbr::{ExtendedMaterial, MaterialExtension},
    prelude::*,
};
use city::Role;

use super::{
    Buildings, CityMaterials, Lamp,
    land::LandPlugin,
    shape::{Shape, chance, seed_of},
    tiles::{self, Tile},
    tree::{Grain, Habit, TreeForm, shape_of},
    water,
};
use crate::{axes, camera::Rig, model::CityModel, quality::Quality, section::Cutting};

/// What a drawn thing belongs to, so that layers can be hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Component)]
pub struct Drawn(pub Role);

/// The city's model, as a resource.
#[derive(Debug, Clone, Resource, Deref)]
pub struct City(pub Arc<CityModel>);

/// Roles that are hidden.
#[derive(Debug, Clone, Default, Resource)]
pub struct Hidden(pub Vec<Role>);

/// Marks a tile of buildings, by which it is.
#[derive(Debug, Clone, Copy, Component)]
pub(crate) struct BuildingTile(pub(crate) tiles::Key);

impl BuildingTile {
    /// Which tile a building belongs to.
    pub(crate) fn key_of(form: &super::BuildingForm) -> Option<tiles::Key> {
        tiles::corner(form).map(|at| tiles::key(at.0, at.1))
    }
}

/// Variants of each tree, so that no row looks cloned.
const VARIANTS: u64 = 3;

/// Spawns the scene at the start. [`super::MaterialsPlugin`] must be there.
#[derive(Debug, Default)]
pub struct ScenePlugin;

impl Plugin for ScenePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Hidden>()
            .add_plugins(LandPlugin)
            .add_systems(Startup, (solids, waters, trees))
            .add_systems(Update, (raise, hide).chain());
    }
}

fn solids(
    mut commands: Commands<'_, '_>,
    city: Res<'_, City>,
    quality: Res<'_, Quality>,
    buildings: Res<'_, Buildings>,
    materials: Res<'_, CityMaterials>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
) {
    let left = tiles::groups(&buildings);
    let at_once = left.len().div_ceil(RAISED_IN).max(LEAST_AT_ONCE);
    commands.insert_resource(Unbuilt { left, at_once });
    let (paved, concrete) = tiles::of_roads(&city);
    for tile in paved {
        let mut road = spawn_tile(&mut commands, &mut meshes, tile, Role::Roads, &materials.road);
        road.insert((NotShadowCaster, up_to(quality.roads_m)));
    }
    for tile in concrete {
        spawn_tile(&mut commands, &mut meshes, tile, Role::Bridges, &materials.facade);
    }
}

/// Tiles of buildings that do not stand yet: the triangles of a large city are not held all at once, here and on the
/// device.
#[derive(Debug, Default, Resource)]
pub(crate) struct Unbuilt {
    left: Vec<tiles::Group>,
    at_once: usize,
}

impl Unbuilt {
    /// Whether all of them stand.
    pub(crate) fn is_done(&self) -> bool {
        self.left.is_empty()
    }
}

/// A city stands after so many frames.
const RAISED_IN: usize = 4;
/// Fewer tiles in a frame are not worth it.
const LEAST_AT_ONCE: usize = 48;

/// Raises the nearest tiles first.
fn raise(
    mut commands: Commands<'_, '_>,
    mut unbuilt: ResMut<'_, Unbuilt>,
    eyes: Query<'_, '_, &Transform, With<Rig>>,
    buildings: Res<'_, Buildings>,
    hidden: Res<'_, Hidden>,
    materials: Res<'_, CityMaterials>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
) {
    if unbuilt.is_done() {
        return;
    }
    if let Some(eye) = eyes.iter().next() {
        let (east, north, _) = axes::to_local(eye.translation);
        let away_m = |group: &tiles::Group| {
            let (x, y) = tiles::middle(group.0);
            (x - east).hypot(y - north)
        };
        unbuilt.left.sort_by(|a, b| away_m(b).total_cmp(&away_m(a)));
    }
    let count = unbuilt.left.len().saturating_sub(unbuilt.at_once);
    let groups = unbuilt.left.split_off(count);
    let is_hidden = hidden.0.contains(&Role::Buildings);
    for tile in tiles::of_groups(&buildings, &groups) {
        let key = tiles::key(tile.origin.0, tile.origin.1);
        let visibility = if is_hidden { Visibility::Hidden } else { Visibility::Inherited };
        spawn_tile(&mut commands, &mut meshes, tile, Role::Buildings, &materials.facade)
            .insert((BuildingTile(key), visibility));
    }
}

/// Seen from nearer than so many metres.
pub(super) fn up_to(far_m: f32) -> VisibilityRange {
    VisibilityRange { start_margin: 0.0..0.0, end_margin: far_m..far_m, use_aabb: true }
}

pub(super) fn spawn_tile<'a, E: MaterialExtension>(
    commands: &'a mut Commands<'_, '_>,
    meshes: &mut Assets<Mesh>,
    tile: Tile,
    role: Role,
    material: &Handle<ExtendedMaterial<StandardMaterial, E>>,
) -> EntityCommands<'a> {
    let (east, north) = tile.origin;
    commands.spawn((
        Drawn(role),
        Mesh3d(meshes.add(tile.mesh)),
        MeshMaterial3d(material.clone()),
        Transform::from_translation(axes::to_scene(east, north, 0.0)),
    ))
}

fn waters(
    mut commands: Commands<'_, '_>,
    city: Res<'_, City>,
    materials: Res<'_, CityMaterials>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
) {
    let mut shape = Shape::default();
    for body in water::bodies(&city) {
        water::append_water(&body, &mut shape);
    }
    if !shape.is_empty() {
        commands.spawn((
            Drawn(Role::Water),
            Mesh3d(meshes.add(shape.into_mesh())),
            MeshMaterial3d(materials.water.clone()),
            NotShadowCaster,
            Transform::default(),
        ));
    }
}

fn trees(
    mut commands: Commands<'_, '_>,
    city: Res<'_, City>,
    quality: Res<'_, Quality>,
    materials: Res<'_, CityMaterials>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
) {
    let mut shapes: HashMap<(Habit, u64), [Handle<Mesh>; 2]> = HashMap::new();
    for layer in city.of(Role::Trees) {
        for feature in &layer.features {
            let Some((east, north)) = feature.place() else { continue };
            let (form, seed) = (TreeForm::of(layer, feature), seed_of(&feature.id));
            let variant = (chance(seed, 2) * VARIANTS as f32) as u64;
            let [fine, coarse] = shapes.entry((form.habit, variant)).or_insert_with(|| {
                [Grain::Fine, Grain::Coarse]
                    .map(|grain| meshes.add(shape_of(form.habit, variant, grain).into_mesh()))
            });
            let (wide, high) = (form.crown_m as f32, form.height_m as f32);
            let placed = Transform {
                translation: axes::to_scene(east, north, city.heights.at(east, north)),
                rotation: Quat::from_rotation_y(chance(seed, 3) * std::f32::consts::TAU),
                scale: Vec3::new(wide, high, wide),
            };
            let tree = |mesh: &Handle<Mesh>, near: f32, far: f32| {
                (
                    Drawn(Role::Trees),
                    Mesh3d(mesh.clone()),
                    MeshMaterial3d(materials.plant.clone()),
                    placed,
                    VisibilityRange {
                        start_margin: near..near,
                        end_margin: far..far,
                        use_aabb: false,
                    },
                )
            };
            commands.spawn(tree(fine, 0.0, quality.fine_trees_m));
            commands.spawn(tree(coarse, quality.fine_trees_m, quality.trees_m));
        }
    }
}

/// Roles that are not drawn, and lamps whose heads a box has taken: a head is no part of what is cut by pixels.
fn hide(
    hidden: Res<'_, Hidden>,
    city: Res<'_, City>,
    cutting: Option<Res<'_, Cutting>>,
    mut drawn: Query<'_, '_, (&Drawn, Option<&Lamp>, &mut Visibility)>,
) {
    if !hidden.is_changed() && !cutting.as_ref().is_some_and(|it| it.is_changed()) {
        return;
    }
    let section = cutting.and_then(|it| it.section);
    let is_taken = |lamp: &Lamp| {
        let (east, north, up) = axes::to_local(lamp.form.head());
        section.is_some_and(|it| it.takes([east, north, up], &city.frame))
    };
    for (role, lamp, mut visibility) in &mut drawn {
        let is_hidden = hidden.0.contains(&role.0) || lamp.is_some_and(is_taken);
        let wanted = if is_hidden { Visibility::Hidden } else { Visibility::Inherited };
        visibility.set_if_neq(wanted);
    }
}
