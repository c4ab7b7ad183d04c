//! The cut in the materials, the earth at its sides, and what lies below.

use bevy::{
    light::NotShadowCaster,
    pbr::{ExtendedMaterial, MaterialExtension},
    prelude::*,
};
use city::Role;

use super::{
    Cutting, Section,
    pipes::{self, Tube},
    walls_of,
};
use crate::{
    axes,
    scene::{City, Cut, Drawn, Facade, GroundCover, HasCut, PlainMaterial, Road, Water},
};

/// Cuts the city, and draws what lies below.
#[derive(Debug, Default)]
pub struct SectionPlugin;

impl Plugin for SectionPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Cutting>().add_systems(Startup, lay).add_systems(
            PostUpdate,
            (cut::<Facade>, cut::<Road>, cut::<GroundCover>, cut::<Water>, cut_plain, dig),
        );
    }
}

/// The box as shaders have it.
fn of(cutting: &Cutting, city: &City) -> Cut {
    let see_through = cutting.see_through.clamp(0.0, 0.95) as f32;
    let Some(section) = cutting.section.and_then(Section::bounded) else {
        return Cut { middle: Vec4::new(0.0, 0.0, 0.0, see_through), ..Cut::default() };
    };
    let (east, north) = city.frame.from_lon_lat(section.lon, section.lat);
    let up = (section.low_m + section.high_m) / 2.0;
    let half = Vec3::new(
        section.width_m as f32,
        (section.high_m - section.low_m) as f32,
        section.depth_m as f32,
    ) / 2.0;
    let (sin, cos) = (section.heading_deg.to_radians() as f32).sin_cos();
    Cut {
        middle: axes::to_scene(east, north, up).extend(see_through),
        half: half.extend(0.0),
        turn: Vec4::new(cos, sin, if section.keeps { 2.0 } else { 1.0 }, 0.0),
    }
}

fn cut<E: MaterialExtension + HasCut>(
    cutting: Res<'_, Cutting>,
    city: Res<'_, City>,
    mut materials: ResMut<'_, Assets<ExtendedMaterial<StandardMaterial, E>>>,
) {
    if cutting.is_changed() {
        let now = of(&cutting, &city);
        for (_, material) in materials.iter_mut() {
            set(material, now);
        }
    }
}

/// Cuts a material. Only one that may leave pixels out has a fragment shader in the shadows' pictures, so what is
/// opaque is masked at 0, which leaves nothing out by itself.
fn set<E: MaterialExtension + HasCut>(
    material: &mut ExtendedMaterial<StandardMaterial, E>,
    cut: Cut,
) {
    *material.extension.cut_mut() = cut;
    let (opaque, masked) = (AlphaMode::Opaque, AlphaMode::Mask(0.0));
    let (from, to) = if cut.is_box() { (opaque, masked) } else { (masked, opaque) };
    if material.base.alpha_mode == from {
        material.base.alpha_mode = to;
    }
}

/// Models and trees are cut; what lies below is but where all else is taken away. Those that come later, too.
fn cut_plain(
    cutting: Res<'_, Cutting>,
    city: Res<'_, City>,
    buried: Option<Res<'_, Buried>>,
    mut materials: ResMut<'_, Assets<PlainMaterial>>,
    mut count: Local<'_, usize>,
) {
    if !cutting.is_changed() && materials.len() == *count {
        return;
    }
    *count = materials.len();
    let now = of(&cutting, &city);
    let keeps = cutting.section.is_some_and(|it| it.keeps);
    for (id, material) in materials.iter_mut() {
        let is_buried = buried.as_ref().is_some_and(|it| it.0.id() == id);
        let mut cut = if is_buried && !keeps { Cut::default() } else { now };
        cut.turn.w = material.extension.part();
        set(material, cut);
    }
}

/// The material of what lies below.
#[derive(Debug, Resource)]
struct Buried(Handle<PlainMaterial>);

/// What lies below, for who points at it.
#[derive(Debug, Default, Resource)]
pub struct Underground(pub Vec<Tube>);

/// Lays pipes and cables.
fn lay(
    mut commands: Commands<'_, '_>,
    city: Res<'_, City>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut materials: ResMut<'_, Assets<PlainMaterial>>,
) {
    let tubes = pipes::tubes(&city);
    let base = StandardMaterial {
        perceptual_roughness: 0.7,
        double_sided: true,
        cull_mode: None,
        ..default()
    };
    let material = materials.add(ExtendedMaterial { base, extension: default() });
    for (role, (east, north), shape) in pipes::tiles(&tubes) {
        commands.spawn((
            Drawn(role),
            Mesh3d(meshes.add(shape.into_mesh())),
            MeshMaterial3d(material.clone()),
            NotShadowCaster,
            Transform::from_translation(axes::to_scene(east, north, 0.0)),
        ));
    }
    commands.insert_resource(Buried(material));
    commands.insert_resource(Underground(tubes));
}

/// Marks the earth at the sides of the cut.
#[derive(Debug, Component)]
struct Earth;

/// Shows the earth at the sides of the box.
fn dig(
    mut commands: Commands<'_, '_>,
    cutting: Res<'_, Cutting>,
    city: Res<'_, City>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut materials: ResMut<'_, Assets<StandardMaterial>>,
    old: Query<'_, '_, Entity, With<Earth>>,
) {
    if !cutting.is_changed() {
        return;
    }
    old.iter().for_each(|entity| commands.entity(entity).despawn());
    let Some(section) = cutting.section.and_then(Section::bounded) else { return };
    let shape = walls_of(&section, &city.heights, &city.frame);
    if shape.is_empty() {
        return;
    }
    let (east, north) = city.frame.from_lon_lat(section.lon, section.lat);
    let material = StandardMaterial {
        perceptual_roughness: 0.95,
        reflectance: 0.1,
        double_sided: true,
        cull_mode: None,
        ..default()
    };
    commands.spawn((
        Earth,
        Drawn(Role::Terrain),
        Mesh3d(meshes.add(shape.into_mesh())),
        MeshMaterial3d(materials.add(material)),
        NotShadowCaster,
        Transform::from_translation(axes::to_scene(east, north, 0.0)),
    ));
}
