//! Light that is cast: by the lamps nearest to what is looked at.

use std::collections::HashSet;

use bevy::prelude::*;

use super::{Lamp, Pool, is_burning};
use crate::{camera::Rig, ground::Ground, quality::Quality};

/// Marks the light of a lamp near the eye.
#[derive(Debug, Component)]
pub(super) struct Beam;

/// The lamps nearest to what is looked at cast light; below the others it is painted.
#[expect(clippy::too_many_arguments, reason = "a system names what it reads")]
pub(super) fn beams(
    mut commands: Commands<'_, '_>,
    quality: Res<'_, Quality>,
    ground: Res<'_, Ground>,
    rigs: Query<'_, '_, &Rig>,
    changed: Query<'_, '_, Entity, Changed<Lamp>>,
    lamps: Query<'_, '_, (Entity, &Lamp, &Children)>,
    old: Query<'_, '_, Entity, With<Beam>>,
    mut pools: Query<'_, '_, &mut Visibility, With<Pool>>,
    mut last: Local<'_, Option<Lit>>,
) {
    let Some(rig) = rigs.iter().next() else { return };
    let (eye, target) = (rig.view.eye(&ground, 1.5), rig.view.target(&ground));
    let focus = eye.lerp(target, 0.7);
    let has_moved = last.as_ref().is_none_or(|last| last.focus.distance(focus) > 40.0);
    if !has_moved && changed.is_empty() {
        return;
    }
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
    // Of all others the pools stay as they are.
    let touched: HashSet<Entity> = match last.take() {
        None => lamps.iter().map(|(entity, ..)| entity).collect(),
        Some(before) => before.lit.iter().chain(&lit).copied().chain(&changed).collect(),
    };
    for (entity, lamp, children) in lamps.iter_many(touched) {
        paint_pools(children, is_burning(lamp) && !lit.contains(&entity), &mut pools);
    }
    for (_, _, lamp) in near {
        cast(&mut commands, lamp);
    }
    *last = Some(Lit { focus, lit });
}

/// The lamps that cast light, and around which place.
pub(super) struct Lit {
    focus: Vec3,
    lit: HashSet<Entity>,
}

fn paint_pools(
    children: &Children,
    is_painted: bool,
    pools: &mut Query<'_, '_, &mut Visibility, With<Pool>>,
) {
    let wanted = if is_painted { Visibility::Inherited } else { Visibility::Hidden };
    for child in children {
        if let Ok(mut visibility) = pools.get_mut(*child) {
            visibility.set_if_neq(wanted);
        }
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
