//! Events into the world: the live state, and an entity for each vehicle.

use std::sync::{Mutex, mpsc::Receiver};

use bevy::prelude::*;
use city::frame::LocalFrame;

use super::{
    Link, LiveState,
    past::{Past, travel},
};
use crate::{axes, clock::VirtualClock, ground::Ground, remote::LiveEvent};

/// Where events come from.
#[derive(Resource)]
pub struct LiveFeed(Mutex<Receiver<LiveEvent>>);

impl LiveFeed {
    /// A feed of a channel's events.
    pub fn new(receiver: Receiver<LiveEvent>) -> Self {
        Self(Mutex::new(receiver))
    }
}

/// Something that moves: a bus.
#[derive(Debug, Component)]
pub struct Vehicle {
    /// The Thing that it is.
    pub thing: i64,
}

/// Takes events in, and moves vehicles.
#[derive(Debug, Default)]
pub struct LivePlugin;

impl Plugin for LivePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<LiveState>()
            .init_resource::<Past>()
            .add_systems(PreUpdate, (take_events, travel).chain())
            .add_systems(Update, (spawn_vehicles, move_vehicles).chain());
    }
}

fn take_events(
    feed: Option<Res<'_, LiveFeed>>,
    mut state: ResMut<'_, LiveState>,
    mut past: ResMut<'_, Past>,
) {
    let Some(feed) = feed else { return };
    let Ok(receiver) = feed.0.lock() else { return };
    let events: Vec<LiveEvent> = receiver.try_iter().collect();
    drop(receiver);
    if !state.changed().is_empty() {
        state.bypass_change_detection().settle();
    }
    if past.is_shown {
        events.into_iter().for_each(|event| past.present.apply(event));
        past.present.settle();
    } else {
        events.into_iter().for_each(|event| state.apply(event));
    }
}

fn spawn_vehicles(
    mut commands: Commands<'_, '_>,
    state: Res<'_, LiveState>,
    vehicles: Query<'_, '_, &Vehicle>,
) {
    if !state.is_changed() || !matches!(state.link, Link::Live | Link::Past) {
        return;
    }
    let known: std::collections::HashSet<i64> = vehicles.iter().map(|it| it.thing).collect();
    let mut new: Vec<i64> = state
        .things
        .values()
        .filter(|thing| thing.role == "vehicles" && !known.contains(&thing.id))
        .map(|thing| thing.id)
        .collect();
    new.sort_unstable();
    for thing in new {
        commands.spawn((Vehicle { thing }, Transform::default(), Visibility::default()));
    }
}

fn move_vehicles(
    state: Res<'_, LiveState>,
    clock: Res<'_, VirtualClock>,
    ground: Res<'_, Ground>,
    mut vehicles: Query<'_, '_, (&Vehicle, &mut Transform)>,
) {
    for (vehicle, mut transform) in &mut vehicles {
        let Some(thing) = state.things.get(&vehicle.thing) else { continue };
        let [lon, lat] = thing.track.as_ref().map_or(thing.place, |track| track.at(clock.now()));
        transform.translation = place(&ground, lon, lat);
        if let Some(heading) = thing.track.as_ref().and_then(super::Track::heading_deg) {
            transform.rotation = Quat::from_rotation_y(-heading.to_radians());
        }
    }
}

fn place(ground: &Ground, lon: f64, lat: f64) -> Vec3 {
    let frame: &LocalFrame = &ground.frame;
    let (east, north) = frame.from_lon_lat(lon, lat);
    axes::to_scene(east, north, ground.heights.stand_at(east, north))
}
