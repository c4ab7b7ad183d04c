//! Lamps as they burn: an entity for each, its state by controller or sun; light where one looks.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use bevy::{
    asset::RenderAssetUsages,
    light::{NotShadowCaster, NotShadowReceiver},
    prelude::*,
    render::render_resource::{Extent3d, TextureDimension, TextureFormat},
};
use city::Role;

use super::{
    CityMaterials,
    draw::{City, Drawn},
    lamp::{LampForm, head_shape},
    optics::{Luminaires, Optics},
    shape::{Corner, Shape},
    tiles,
};
use crate::{
    axes,
    camera::Rig,
    ground::Ground,
    live::{LampLight, Link, LiveState, Thing, lamp_light},
    quality::Quality,
    sky::Sun,
};

/// A lamp.
#[derive(Debug, Component)]
pub struct Lamp {
    /// How it stands.
    pub form: Arc<LampForm>,
    /// Its layer.
    pub layer: String,
    /// What it does.
    pub light: LampLight,
    /// Whether what it does was said by a connection that is lost.
    pub is_stale: bool,
}

/// Marks the glow of a lamp's head.
#[derive(Debug, Component)]
struct Head;

/// Marks the pool of light below a lamp.
#[derive(Debug, Component)]
struct Pool;

/// Marks the light of a lamp near the eye.
#[derive(Debug, Component)]
struct Beam;

/// Lamps, and (with a renderer) how they look.
#[derive(Debug, Default)]
pub struct LampsPlugin {
    /// Whether there is a renderer.
    pub is_drawn: bool,
}

impl Plugin for LampsPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Luminaires>().add_systems(Startup, spawn).add_systems(Update, decide);
        if self.is_drawn {
            app.init_resource::<Glows>()
                .add_systems(PostStartup, dress)
                .add_systems(Update, (paint, beams).chain().after(decide));
        }
    }
}

fn spawn(mut commands: Commands<'_, '_>, city: Res<'_, City>, luminaires: Res<'_, Luminaires>) {
    for (number, layer) in city.layers.iter().enumerate() {
        if layer.role != Role::Lamps {
            continue;
        }
        for (place, feature) in layer.features.iter().enumerate() {
            let source = (number, place);
            let form = LampForm::of(layer, feature, source, &city.heights, &luminaires);
            let Some(form) = form else { continue };
            commands.spawn((
                Drawn(Role::Lamps),
                Transform::from_translation(form.head()),
                Visibility::default(),
                Lamp {
                    form: Arc::new(form),
                    layer: layer.id.clone(),
                    light: LampLight::Off,
                    is_stale: false,
                },
            ));
        }
    }
}

/// Which lamp is which Thing, for the state's epoch that it was found in.
#[derive(Default)]
struct Wiring {
    epoch: Option<u64>,
    of_thing: HashMap<i64, Entity>,
}

/// What each lamp does: all of them when the sun or the connection has changed, else those that told
/// something.
fn decide(
    sun: Option<Res<'_, Sun>>,
    state: Res<'_, LiveState>,
    mut lamps: Query<'_, '_, (Entity, &mut Lamp)>,
    mut wiring: Local<'_, Wiring>,
) {
    let Some(sun) = sun else { return };
    let elevation_deg = sun.position.elevation_deg();
    let is_new = wiring.epoch != Some(state.epoch());
    if is_new || sun.is_changed() {
        if is_new {
            *wiring = Wiring { epoch: Some(state.epoch()), of_thing: HashMap::new() };
        }
        for (entity, lamp) in &mut lamps {
            let thing = state.of_feature(&lamp.layer, &lamp.form.id.to_string());
            if let Some(thing) = thing.filter(|_| is_new) {
                wiring.of_thing.insert(thing.id, entity);
            }
            settle(lamp, thing, &state.link, elevation_deg);
        }
        return;
    }
    for id in state.changed() {
        let lamp = wiring.of_thing.get(id).and_then(|entity| lamps.get_mut(*entity).ok());
        if let Some((_, lamp)) = lamp {
            settle(lamp, state.things.get(id), &state.link, elevation_deg);
        }
    }
}

fn settle(mut lamp: Mut<'_, Lamp>, thing: Option<&Thing>, link: &Link, elevation_deg: f64) {
    let light = lamp_light(thing, lamp.form.is_broken, elevation_deg);
    let is_stale = thing.is_some() && matches!(link, Link::Lost(_));
    if lamp.light != light || lamp.is_stale != is_stale {
        lamp.light = light;
        lamp.is_stale = is_stale;
    }
}

/// Materials by what a lamp does, shared by all that do the same.
#[derive(Debug, Default, Resource)]
struct Glows {
    heads: HashMap<Look, Handle<StandardMaterial>>,
    pools: HashMap<PoolLook, Handle<StandardMaterial>>,
    /// The ground below each of the optics, by where they are kept.
    grounds: HashMap<usize, Painted>,
}

/// The light of a lamp on level ground, as a picture.
#[derive(Debug, Clone)]
struct Painted {
    image: Handle<Image>,
    /// Its brightest place, lx for each lumen of a lamp at 1 m.
    most_lx: f64,
}

/// What a pool of light looks like: the lamp's look, its optics, and its brightest place in half octaves of lux.
type PoolLook = (Look, usize, i8);

/// Which optics a lamp has: the same ones are shared.
fn key_of(optics: &Arc<Optics>) -> usize {
    Arc::as_ptr(optics) as usize
}

/// What a lamp looks like: tenths of its flux, hundreds of kelvin; −1 is failed, −2 stale.
type Look = (i8, u8);

fn look(lamp: &Lamp) -> Look {
    let kelvin = (lamp.form.temperature_k / 500.0).round() as u8;
    match lamp.light {
        _ if lamp.is_stale => (-2, 0),
        LampLight::Failed => (-1, 0),
        light => {
            ((light.share() * 10.0).ceil() as i8, if light.share() > 0.0 { kelvin } else { 0 })
        }
    }
}

fn dress(
    mut commands: Commands<'_, '_>,
    lamps: Query<'_, '_, (Entity, &Lamp)>,
    ground: Res<'_, Ground>,
    materials: Res<'_, CityMaterials>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut images: ResMut<'_, Assets<Image>>,
    mut glows: ResMut<'_, Glows>,
) {
    for (_, lamp) in &lamps {
        let known = glows.grounds.entry(key_of(&lamp.form.optics));
        known.or_insert_with(|| paint_ground(&lamp.form.optics, &mut images));
    }
    let forms: Vec<LampForm> = lamps.iter().map(|(_, lamp)| (*lamp.form).clone()).collect();
    for tile in tiles::of_poles(&forms) {
        super::draw::spawn_tile(&mut commands, &mut meshes, tile, Role::Lamps, &materials.facade);
    }
    let (head, pool) = (meshes.add(head_shape().into_mesh()), meshes.add(pool_shape().into_mesh()));
    for (entity, lamp) in &lamps {
        let at = lamp.form.head();
        let (east, north, up_m) = axes::to_local(at);
        let drop_m = up_m - ground.heights.at(east, north) - 0.3;
        let reach = (lamp.form.height_m * POOL_HEIGHTS) as f32;
        let turn = Quat::from_rotation_y(-(lamp.form.azimuth_deg.to_radians() as f32));
        commands.entity(entity).with_children(|parent| {
            parent.spawn((
                Head,
                Mesh3d(head.clone()),
                Transform::from_rotation(turn),
                NotShadowCaster,
            ));
            parent.spawn((
                Pool,
                Mesh3d(pool.clone()),
                Transform::from_xyz(0.0, -drop_m as f32, 0.0)
                    .with_rotation(turn)
                    .with_scale(Vec3::new(reach, 1.0, reach)),
                NotShadowCaster,
                NotShadowReceiver,
            ));
        });
    }
}

/// A square of 1 m around the origin, looking up.
fn pool_shape() -> Shape {
    let mut shape = Shape::default();
    shape.quad([(-0.5, 0.5), (0.5, 0.5), (0.5, -0.5), (-0.5, -0.5)].map(|(x, z): (f32, f32)| {
        Corner {
            at: [x, 0.0, z],
            normal: [0.0, 1.0, 0.0],
            uv: [x + 0.5, z + 0.5],
            mark: [0.0, 0.0],
            colour: [1.0; 4],
        }
    }));
    shape
}

/// Sides of the painted ground below a lamp, in mounting heights: beyond, it is too dark to be seen.
const POOL_HEIGHTS: f64 = 5.0;

/// The light of optics on level ground below them: the street side is up in the picture, as it is in the scene before
/// it is turned.
fn paint_ground(optics: &Optics, images: &mut Assets<Image>) -> Painted {
    const SIDE: usize = 64;
    let place = |k: usize| ((k as f64 + 0.5) / SIDE as f64 - 0.5) * POOL_HEIGHTS;
    let at = |row: usize, col: usize| {
        optics.distribution().horizontal_lux([-place(row), -place(col)], 1.0)
    };
    let lux: Vec<f64> = (0..SIDE).flat_map(|row| (0..SIDE).map(move |col| at(row, col))).collect();
    let most = lux.iter().copied().fold(1e-9, f64::max);
    let mut data = Vec::with_capacity(SIDE * SIDE * 4);
    for (k, lux) in lux.iter().enumerate() {
        let off = place(k / SIDE).hypot(place(k % SIDE)) / (POOL_HEIGHTS / 2.0);
        // It fades before the edge of the picture, which would be seen.
        let rim = ((1.0 - off) * 5.0).clamp(0.0, 1.0);
        data.extend_from_slice(&[255, 255, 255, (lux / most * rim * 255.0).round() as u8]);
    }
    let size = Extent3d { width: SIDE as u32, height: SIDE as u32, depth_or_array_layers: 1 };
    let image = Image::new(
        size,
        TextureDimension::D2,
        data,
        TextureFormat::Rgba8Unorm,
        RenderAssetUsages::RENDER_WORLD,
    );
    Painted { image: images.add(image), most_lx: most / optics.flux_lm }
}

/// Gives heads and pools the look of what their lamps do.
fn paint(
    mut commands: Commands<'_, '_>,
    sun: Res<'_, Sun>,
    lamps: Query<'_, '_, (&Lamp, &Children), Changed<Lamp>>,
    heads: Query<'_, '_, (), With<Head>>,
    mut glows: ResMut<'_, Glows>,
    mut materials: ResMut<'_, Assets<StandardMaterial>>,
) {
    let seen = CD_M2_PER_LX * sun.light.exposure();
    let Glows { heads: head_looks, pools, grounds } = &mut *glows;
    for (lamp, children) in &lamps {
        let look = look(lamp);
        let optics = key_of(&lamp.form.optics);
        let Some(ground) = grounds.get(&optics) else { continue };
        let lux = ground.most_lx * lamp.form.flux_lm / lamp.form.height_m.powi(2);
        let pool: PoolLook = (look, optics, (2.0 * lux.max(1e-3).log2()).round() as i8);
        for child in children {
            let handle = if heads.contains(*child) {
                head_looks.entry(look).or_insert_with(|| materials.add(head_look(lamp, look)))
            } else {
                let new = || materials.add(pool_look(lamp, pool, ground.image.clone(), seen));
                pools.entry(pool).or_insert_with(new)
            };
            commands.entity(*child).insert(MeshMaterial3d(handle.clone()));
        }
    }
    if sun.is_changed() {
        // By day a burning lamp is not seen on the ground.
        for (look, handle) in pools.iter() {
            if let Some(mut material) = materials.get_mut(handle) {
                let old = material.base_color.to_linear();
                let most = old.red.max(old.green).max(old.blue).max(1e-9);
                let scale = seen * brightest_lx(*look) / most;
                material.base_color =
                    Color::linear_rgb(old.red * scale, old.green * scale, old.blue * scale);
            }
        }
    }
}

/// Luminance of asphalt for each lux, cd/m²: it gives back a seventh of the light, to all sides alike.
const CD_M2_PER_LX: f32 = 0.147 / std::f32::consts::PI;

/// The brightest place of a pool, lx.
fn brightest_lx((look, _, half_octaves): PoolLook) -> f32 {
    2.0f32.powf(f32::from(half_octaves) / 2.0) * share(look)
}

/// The share of its flux in a lamp's look.
fn share(look: Look) -> f32 {
    f32::from(look.0.max(0)) / 10.0
}

fn head_look(lamp: &Lamp, look: Look) -> StandardMaterial {
    let grey = Color::srgb_u8(0x55, 0x5A, 0x5E);
    let [r, g, b] = lamp.form.colour();
    let emissive = match look.0 {
        -2 => LinearRgba::rgb(0.10, 0.10, 0.11),
        -1 => LinearRgba::rgb(1.6, 0.05, 0.03),
        0 => LinearRgba::BLACK,
        tenths => LinearRgba::rgb(r, g, b) * (1.5 + 0.9 * f32::from(tenths)),
    };
    StandardMaterial { base_color: grey, emissive, perceptual_roughness: 0.6, ..default() }
}

fn pool_look(lamp: &Lamp, look: PoolLook, ground: Handle<Image>, seen: f32) -> StandardMaterial {
    let brightness = seen * brightest_lx(look).max(1e-3);
    let [r, g, b] = lamp.form.colour().map(|channel| channel * brightness);
    StandardMaterial {
        base_color: Color::linear_rgb(r, g, b),
        base_color_texture: Some(ground),
        alpha_mode: AlphaMode::Add,
        unlit: true,
        fog_enabled: false,
        ..default()
    }
}

fn is_burning(lamp: &Lamp) -> bool {
    lamp.light.share() > 0.0 && !lamp.is_stale
}

/// The lamps nearest to what is looked at cast light; below the others it is painted.
#[expect(clippy::too_many_arguments, reason = "a system names what it reads")]
fn beams(
    mut commands: Commands<'_, '_>,
    quality: Res<'_, Quality>,
    ground: Res<'_, Ground>,
    rigs: Query<'_, '_, &Rig>,
    changed: Query<'_, '_, (), Changed<Lamp>>,
    lamps: Query<'_, '_, (Entity, &Lamp, &Children)>,
    old: Query<'_, '_, Entity, With<Beam>>,
    mut pools: Query<'_, '_, &mut Visibility, With<Pool>>,
    mut last: Local<'_, Option<Vec3>>,
) {
    let Some(rig) = rigs.iter().next() else { return };
    let (eye, target) = (rig.view.eye(&ground, 1.5), rig.view.target(&ground));
    let focus = eye.lerp(target, 0.7);
    let has_moved = last.is_none_or(|last| last.distance(focus) > 40.0);
    if !has_moved && changed.is_empty() {
        return;
    }
    *last = Some(focus);
    let mut near: Vec<(f32, Entity, &Lamp)> = lamps
        .iter()
        .filter(|(_, lamp, _)| is_burning(lamp))
        .map(|(entity, lamp, _)| (lamp.form.head().distance_squared(focus), entity, lamp))
        .collect();
    near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    // A lamp whose light parts along the road costs two.
    let mut lights = 0;
    near.retain(|(_, _, lamp)| {
        lights += lamp.form.optics.cones.len();
        lights <= quality.lit_lamps
    });
    old.iter().for_each(|entity| commands.entity(entity).despawn());
    // Who casts light needs no painted pool.
    let lit: HashSet<Entity> = near.iter().map(|(_, entity, _)| *entity).collect();
    for (entity, lamp, children) in &lamps {
        let is_painted = is_burning(lamp) && !lit.contains(&entity);
        for child in children {
            if let Ok(mut visibility) = pools.get_mut(*child) {
                let wanted = if is_painted { Visibility::Inherited } else { Visibility::Hidden };
                visibility.set_if_neq(wanted);
            }
        }
    }
    for (_, _, lamp) in near {
        cast(&mut commands, lamp);
    }
}

/// The cones of a lamp's light.
fn cast(commands: &mut Commands<'_, '_>, lamp: &Lamp) {
    let [r, g, b] = lamp.form.colour();
    let flux_lm = lamp.form.flux_lm * f64::from(lamp.light.share());
    let turn = Quat::from_rotation_y(-(lamp.form.azimuth_deg.to_radians() as f32));
    for cone in &lamp.form.optics.cones {
        let [street, left, up] = cone.axis.map(|it| it as f32);
        commands.spawn((
            Beam,
            SpotLight {
                color: Color::linear_rgb(r, g, b),
                // Bevy divides what it is given by 4π.
                intensity: (cone.candela_per_lm * flux_lm * 4.0 * std::f64::consts::PI) as f32,
                range: (lamp.form.height_m * 6.0) as f32,
                radius: 0.15,
                outer_angle: cone.outer as f32,
                inner_angle: cone.inner as f32,
                shadow_maps_enabled: false,
                ..default()
            },
            Transform::from_translation(lamp.form.head() - Vec3::Y * 0.1)
                .looking_to(turn * Vec3::new(-left, up, -street), Vec3::X),
        ));
    }
}
