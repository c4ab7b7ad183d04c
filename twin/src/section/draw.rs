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
    scene::{City, Cut, Drawn, Facade, GroundCover, HasCut, Hidden, PlainMaterial, Road, Water},
};

/// Cuts the city, and draws what lies below.
#[derive(Debug, Default)]
pub struct SectionPlugin;

impl Plugin for SectionPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Cutting>()
            .init_resource::<Underground>()
            .add_systems(Update, (lay.run_if(is_sought), uncover).chain())
            .add_systems(
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
        let is_buried = buried.as_ref().is_some_and(|it| it.material.id() == id);
        let mut cut = if is_buried && !keeps { Cut::default() } else { now };
        cut.turn.w = material.extension.part();
        set(material, cut);
    }
}

/// What lies below: the entity that all of it belongs to, and its material.
#[derive(Debug, Resource)]
struct Buried {
    all: Entity,
    material: Handle<PlainMaterial>,
}

/// What lies below, for who points at it; empty until somebody first looks below the ground.
#[derive(Debug, Default, Resource)]
pub struct Underground(pub Vec<Tube>);

/// Whether one sees below the ground.
fn is_seen(cutting: &Cutting, hidden: &Hidden) -> bool {
    cutting.is_open() || hidden.0.contains(&Role::Terrain)
}

/// Whether one sees below the ground for the first time.
fn is_sought(
    cutting: Res<'_, Cutting>,
    hidden: Res<'_, Hidden>,
    buried: Option<Res<'_, Buried>>,
) -> bool {
    buried.is_none() && is_seen(&cutting, &hidden)
}

/// Lays pipes and cables: of a large city they are more triangles than its buildings.
fn lay(
    mut commands: Commands<'_, '_>,
    (city, hidden): (Res<'_, City>, Res<'_, Hidden>),
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut materials: ResMut<'_, Assets<PlainMaterial>>,
    mut underground: ResMut<'_, Underground>,
) {
    underground.0 = pipes::tubes(&city);
    let base = StandardMaterial {
        perceptual_roughness: 0.7,
        double_sided: true,
        cull_mode: None,
        ..default()
    };
    let material = materials.add(ExtendedMaterial { base, extension: default() });
    let all = commands.spawn((Transform::default(), Visibility::default())).id();
    for (role, (east, north), shape) in pipes::tiles(&underground.0) {
        let is_hidden = hidden.0.contains(&role);
        commands.spawn((
            ChildOf(all),
            Drawn(role),
            Mesh3d(meshes.add(shape.into_mesh())),
            MeshMaterial3d(material.clone()),
            NotShadowCaster,
            Transform::from_translation(axes::to_scene(east, north, 0.0)),
            if is_hidden { Visibility::Hidden } else { Visibility::Inherited },
        ));
    }
    commands.insert_resource(Buried { all, material });
}

/// Shows what lies below while one can see there.
fn uncover(
    cutting: Res<'_, Cutting>,
    hidden: Res<'_, Hidden>,
    buried: Option<Res<'_, Buried>>,
    mut shown: Query<'_, '_, &mut Visibility>,
) {
    if let Some(buried) = buried
        && let Ok(mut visibility) = shown.get_mut(buried.all)
    {
        let is_seen = is_seen(&cutting, &hidden);
        visibility.set_if_neq(if is_seen { Visibility::Inherited } else { Visibility::Hidden });
    }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bevy::asset::AssetPlugin;
    use geo_types::line_string;

    use super::*;
    use crate::model::{CityLayer, CityModel, Heights};

    /// A drain below level ground.
    fn app() -> App {
        let drain = line_string![(x: 0.0, y: 0.0), (x: 90.0, y: 0.0)];
        let drains =
            CityLayer::example(Role::Drains, &["diameter"], [(drain.into(), vec![800.0.into()])]);
        let city = CityModel::example(Heights::square(200.0, 10.0, 3.0), vec![drains]);
        let mut app = App::new();
        app.add_plugins((MinimalPlugins, AssetPlugin::default()))
            .init_asset::<Mesh>()
            .init_asset::<PlainMaterial>()
            .insert_resource(City(Arc::new(city)))
            .init_resource::<Cutting>()
            .init_resource::<Hidden>()
            .init_resource::<Underground>()
            .add_systems(Update, (lay.run_if(is_sought), uncover).chain());
        app.update();
        app
    }

    /// Pipes that are there, those of them that are not hidden themselves, and whether all are.
    fn pipes(app: &mut App) -> (usize, usize, Option<Visibility>) {
        let world = app.world_mut();
        let all = world.get_resource::<Buried>().map(|it| it.all);
        let mut query = world.query_filtered::<&Visibility, With<Drawn>>();
        let shown = query.iter(world).filter(|it| **it != Visibility::Hidden).count();
        let count = query.iter(world).count();
        (count, shown, all.and_then(|it| world.get::<Visibility>(it).copied()))
    }

    #[test]
    fn pipes_are_laid_when_one_first_sees_below_the_ground_and_put_away_when_one_does_not() {
        let mut app = app();
        assert_eq!(pipes(&mut app), (0, 0, None));
        assert!(app.world().resource::<Underground>().0.is_empty());
        app.world_mut().resource_mut::<Cutting>().see_through = 0.5;
        app.update();
        assert_eq!(pipes(&mut app), (1, 1, Some(Visibility::Inherited)));
        assert_eq!(app.world().resource::<Underground>().0.len(), 1);
        app.world_mut().resource_mut::<Cutting>().see_through = 0.0;
        app.update();
        assert_eq!(pipes(&mut app), (1, 1, Some(Visibility::Hidden)));
        app.world_mut().resource_mut::<Hidden>().0.push(Role::Terrain);
        app.update();
        assert_eq!(pipes(&mut app), (1, 1, Some(Visibility::Inherited)), "the ground is away");
    }

    #[test]
    fn a_layer_that_is_hidden_before_pipes_are_laid_stays_hidden() {
        let mut app = app();
        app.world_mut().resource_mut::<Hidden>().0.extend([Role::Terrain, Role::Drains]);
        app.update();
        assert_eq!(pipes(&mut app), (1, 0, Some(Visibility::Inherited)));
    }
}
