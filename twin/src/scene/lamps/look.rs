//! How lamps look: their heads, and the light that is painted below them.

use std::{collections::HashMap, sync::Arc};

use bevy::{
    asset::RenderAssetUsages,
    light::{NotShadowCaster, NotShadowReceiver},
    prelude::*,
    render::render_resource::{Extent3d, TextureDimension, TextureFormat},
};
use city::Role;

use super::{Head, Lamp, Pool};
use crate::{
    axes,
    ground::Ground,
    live::LampLight,
    scene::{
        CityMaterials, LampForm, draw,
        lamp::head_shape,
        optics::Optics,
        shape::{Corner, Shape},
        tiles,
    },
    sky::Sun,
};

/// Materials by what a lamp does, shared by all that do the same.
#[derive(Debug, Default, Resource)]
pub(super) struct Glows {
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

pub(super) fn dress(
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
        draw::spawn_tile(&mut commands, &mut meshes, tile, Role::Lamps, &materials.facade);
    }
    let (head, pool) = (meshes.add(head_shape().into_mesh()), meshes.add(pool_shape().into_mesh()));
    for (entity, lamp) in &lamps {
        let at = lamp.form.head();
        let (east, north, up_m) = axes::to_local(at);
        let drop_m = up_m - ground.heights.stand_at(east, north) - 0.3;
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
pub(super) fn paint(
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
