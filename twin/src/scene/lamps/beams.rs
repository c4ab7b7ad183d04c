//! Light that is cast: by the lamps nearest to what is looked at.

use std::collections::HashSet;

use bevy::prelude::*;

use super::{Lamp, is_burning};
use crate::{camera::Rig, ground::Ground, quality::Quality};

/// Marks the light of a lamp near the eye.
#[derive(Debug, Component)]
pub(super) struct Beam;

/// The lamps that cast light, and around which place.
#[derive(Debug, Default, Resource)]
pub(super) struct Lit {
    focus: Option<Vec3>,
    pub(super) lamps: HashSet<Entity>,
}

/// The lamps nearest to what is looked at cast light.
pub(super) fn beams(
    mut commands: Commands<'_, '_>,
    (quality, ground): (Res<'_, Quality>, Res<'_, Ground>),
    rigs: Query<'_, '_, &Rig>,
    changed: Query<'_, '_, (), Changed<Lamp>>,
    lamps: Query<'_, '_, (Entity, &Lamp)>,
    old: Query<'_, '_, Entity, With<Beam>>,
    mut lit: ResMut<'_, Lit>,
) {
    let Some(rig) = rigs.iter().next() else { return };
    let (eye, target) = (rig.view.eye(&ground, 1.5), rig.view.target(&ground));
    let focus = eye.lerp(target, 0.7);
    let has_moved = lit.focus.is_none_or(|last| last.distance(focus) > 40.0);
    if !has_moved && changed.is_empty() {
        return;
    }
    let mut near: Vec<(f32, Entity, &Lamp)> = lamps
        .iter()
        .filter(|(_, lamp)| is_burning(lamp))
        .map(|(entity, lamp)| (lamp.form.head().distance_squared(focus), entity, lamp))
        .collect();
    near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    // A lamp whose light parts along the road costs two.
    let mut lights = 0;
    near.retain(|(_, _, lamp)| {
        lights += lamp.form.optics.cones.len();
        lights <= quality.lit_lamps
    });
    old.iter().for_each(|entity| commands.entity(entity).despawn());
    for (_, _, lamp) in &near {
        cast(&mut commands, lamp);
    }
    *lit =
        Lit { focus: Some(focus), lamps: near.into_iter().map(|(_, entity, _)| entity).collect() };
}

/// The cones of a lamp's light.
fn cast(commands: &mut Commands<'_, '_>, lamp: &Lamp) {
    let [r, g, b] = lamp.form.colour();
    let flux_lm = lamp.form.flux_lm * f64::from(lamp.light.share());
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
                .looking_to(lamp.form.turn() * Vec3::new(-left, up, -street), Vec3::X),
        ));
    }
}
