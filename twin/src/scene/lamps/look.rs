//! How lamps look: their poles, and their heads by what they do.

use std::collections::HashMap;

use bevy::{light::NotShadowCaster, prelude::*};
use city::Role;

use super::Lamp;
use crate::{
    live::LampLight,
    quality::{HEADS, Quality},
    scene::{CityMaterials, LampForm, Plain, PlainMaterial, draw, lamp::head_shape, tiles},
};

/// Materials by what a lamp does, shared by all that do the same.
#[derive(Debug, Default, Resource, Deref, DerefMut)]
pub(super) struct Glows(HashMap<Look, Handle<PlainMaterial>>);

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
    (materials, quality): (Res<'_, CityMaterials>, Res<'_, Quality>),
    mut meshes: ResMut<'_, Assets<Mesh>>,
) {
    let forms: Vec<LampForm> = lamps.iter().map(|(_, lamp)| (*lamp.form).clone()).collect();
    for tile in tiles::of_poles(&forms) {
        draw::spawn_tile(&mut commands, &mut meshes, tile, Role::Lamps, &materials.facade)
            .insert(draw::up_to(quality.poles_m));
    }
    let head = meshes.add(head_shape().into_mesh());
    for (entity, _) in &lamps {
        let seen = draw::up_to(quality.poles_m * HEADS);
        commands.entity(entity).insert((Mesh3d(head.clone()), NotShadowCaster, seen));
    }
}

/// Gives heads the look of what their lamps do.
pub(super) fn paint(
    mut commands: Commands<'_, '_>,
    lamps: Query<'_, '_, (Entity, &Lamp), Changed<Lamp>>,
    quality: Res<'_, Quality>,
    mut glows: ResMut<'_, Glows>,
    mut materials: ResMut<'_, Assets<PlainMaterial>>,
) {
    for (entity, lamp) in &lamps {
        let look = look(lamp);
        let glow = glows
            .entry(look)
            .or_insert_with(|| materials.add(Plain::over(head_look(lamp, look), quality.lighting)));
        commands.entity(entity).insert(MeshMaterial3d(glow.clone()));
    }
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
