//! Lamps as they burn: an entity for each, its state by controller or sun; light where one looks.

mod beams;
mod look;
mod pools;

use std::{collections::HashMap, sync::Arc};

use bevy::prelude::*;
use city::Role;

use super::{
    draw::{City, Drawn},
    lamp::LampForm,
    optics::Luminaires,
};
use crate::{
    live::{LampLight, Link, LiveState, Thing, lamp_light},
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
            app.init_resource::<look::Glows>()
                .init_resource::<beams::Lit>()
                .init_resource::<pools::Pools>()
                .add_systems(PostStartup, (look::dress, pools::lay))
                .add_systems(
                    Update,
                    (look::paint, beams::beams, pools::paint).chain().after(decide),
                );
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
                Transform::from_translation(form.head()).with_rotation(form.turn()),
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
    of_lamp: HashMap<Entity, i64>,
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
            *wiring = Wiring { epoch: Some(state.epoch()), ..Wiring::default() };
            for (entity, lamp) in &lamps {
                if let Some(thing) = state.of_feature(&lamp.layer, &lamp.form.id.to_string()) {
                    wiring.of_thing.insert(thing.id, entity);
                    wiring.of_lamp.insert(entity, thing.id);
                }
            }
        }
        for (entity, lamp) in &mut lamps {
            let thing = wiring.of_lamp.get(&entity).and_then(|id| state.things.get(id));
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

fn is_burning(lamp: &Lamp) -> bool {
    lamp.light.share() > 0.0 && !lamp.is_stale
}
