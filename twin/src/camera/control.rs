//! The hands on the camera: turn, shift, come nearer with the mouse; walk and fly with the keys.

use bevy::{
    input::mouse::{AccumulatedMouseMotion, AccumulatedMouseScroll, MouseScrollUnit},
    prelude::*,
};

use super::View;
use crate::{axes, ground::Ground, section::Cutting};

/// The view that a camera shows, which the hands change.
#[derive(Debug, Clone, Component)]
pub struct Rig {
    /// Where it wants to be.
    pub view: View,
    /// How much of the way it goes in a second; 0 jumps.
    pub ease: f32,
}

/// Whether a panel takes what the mouse and the keys do.
#[derive(Debug, Default, Resource)]
pub(crate) struct Hands {
    pub(crate) mouse_is_taken: bool,
    pub(crate) keys_are_taken: bool,
}

/// Cameras that follow their rigs.
#[derive(Debug, Default)]
pub struct CameraPlugin {
    /// Whether somebody is at the mouse.
    pub is_handled: bool,
}

impl Plugin for CameraPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Hands>();
        if self.is_handled {
            app.add_systems(Update, (turn, walk).before(follow));
        }
        app.add_systems(Update, follow);
    }
}

/// Left turns, right or middle shifts, the wheel comes nearer.
fn turn(
    buttons: Res<'_, ButtonInput<MouseButton>>,
    motion: Res<'_, AccumulatedMouseMotion>,
    wheel: Res<'_, AccumulatedMouseScroll>,
    hands: Res<'_, Hands>,
    ground: Res<'_, Ground>,
    cutting: Option<Res<'_, Cutting>>,
    mut rigs: Query<'_, '_, &mut Rig>,
) {
    if hands.mouse_is_taken {
        return;
    }
    let moved = motion.delta.as_dvec2();
    let lowest_deg = if is_open(cutting) { -60.0 } else { -15.0 };
    for mut rig in &mut rigs {
        if buttons.pressed(MouseButton::Left) && moved.length() > 0.0 {
            rig.view.heading_deg = (rig.view.heading_deg + moved.x * 0.25).rem_euclid(360.0);
            rig.view.pitch_deg = (rig.view.pitch_deg + moved.y * 0.2).clamp(lowest_deg, 89.9);
        }
        let shifts = buttons.pressed(MouseButton::Right) || buttons.pressed(MouseButton::Middle);
        if shifts && moved.length() > 0.0 {
            let metres = rig.view.distance_m * 0.0016;
            shift(&mut rig.view, &ground, -moved.x * metres, moved.y * metres);
        }
        if wheel.delta.y != 0.0 {
            let notches = match wheel.unit {
                MouseScrollUnit::Line => wheel.delta.y,
                MouseScrollUnit::Pixel => wheel.delta.y / 60.0,
            };
            rig.view.distance_m =
                (rig.view.distance_m * 0.86f64.powf(f64::from(notches))).clamp(3.0, 40_000.0);
        }
    }
}

/// Arrows or W, A, S, D go; Q and E turn; R and F rise and sink; Shift is faster.
fn walk(
    keys: Res<'_, ButtonInput<KeyCode>>,
    time: Res<'_, Time>,
    hands: Res<'_, Hands>,
    ground: Res<'_, Ground>,
    cutting: Option<Res<'_, Cutting>>,
    mut rigs: Query<'_, '_, &mut Rig>,
) {
    if hands.keys_are_taken {
        return;
    }
    let any = |codes: &[KeyCode]| f64::from(u8::from(codes.iter().any(|code| keys.pressed(*code))));
    let right =
        any(&[KeyCode::KeyD, KeyCode::ArrowRight]) - any(&[KeyCode::KeyA, KeyCode::ArrowLeft]);
    let ahead = any(&[KeyCode::KeyW, KeyCode::ArrowUp]) - any(&[KeyCode::KeyS, KeyCode::ArrowDown]);
    let turn = any(&[KeyCode::KeyE]) - any(&[KeyCode::KeyQ]);
    let rise = any(&[KeyCode::KeyR]) - any(&[KeyCode::KeyF]);
    if right == 0.0 && ahead == 0.0 && turn == 0.0 && rise == 0.0 {
        return;
    }
    let faster =
        if keys.any_pressed([KeyCode::ShiftLeft, KeyCode::ShiftRight]) { 4.0 } else { 1.0 };
    let seconds = time.delta_secs_f64();
    let lowest_m = if is_open(cutting) { -40.0 } else { 0.0 };
    for mut rig in &mut rigs {
        let metres = rig.view.distance_m.max(15.0) * 0.6 * faster * seconds;
        shift(&mut rig.view, &ground, right * metres, ahead * metres);
        rig.view.heading_deg = (rig.view.heading_deg + turn * 60.0 * seconds).rem_euclid(360.0);
        rig.view.height_m = (rig.view.height_m + rise * metres * 0.5).clamp(lowest_m, 5_000.0);
    }
}

/// Whether one may go below the ground.
fn is_open(cutting: Option<Res<'_, Cutting>>) -> bool {
    cutting.is_some_and(|it| it.is_open())
}

/// Moves what is looked at to the right and ahead, m.
fn shift(view: &mut View, ground: &Ground, right_m: f64, ahead_m: f64) {
    let (sin, cos) = view.heading_deg.to_radians().sin_cos();
    let (east, north) = ground.frame.from_lon_lat(view.lon, view.lat);
    let east = east + right_m * cos + ahead_m * sin;
    let north = north - right_m * sin + ahead_m * cos;
    (view.lon, view.lat) = ground.frame.to_lon_lat(east, north);
}

fn follow(
    time: Res<'_, Time>,
    ground: Res<'_, Ground>,
    cutting: Option<Res<'_, Cutting>>,
    mut cameras: Query<'_, '_, (&Rig, &mut Transform, Option<&mut Projection>)>,
) {
    let floor_m = cutting.map_or(1.5, |it| it.eye_floor_m());
    for (rig, mut transform, projection) in &mut cameras {
        let (eye, target) = (rig.view.eye(&ground, floor_m), rig.view.target(&ground));
        let part = match rig.ease {
            0.0 => 1.0,
            ease => 1.0 - (-ease * time.delta_secs()).exp(),
        };
        let look = (target - eye).normalize_or(Vec3::NEG_Y);
        // Straight down north is up.
        let up = match look.y < -0.9995 {
            true => axes::towards(rig.view.heading_deg as f32, 0.0),
            false => Vec3::Y,
        };
        let wanted = Transform::from_translation(eye).looking_to(look, up);
        if transform.translation != wanted.translation || transform.rotation != wanted.rotation {
            transform.translation = transform.translation.lerp(wanted.translation, part);
            transform.rotation = transform.rotation.slerp(wanted.rotation, part);
        }
        if let Some(mut projection) = projection
            && let Projection::Perspective(lens) = &mut *projection
        {
            let fov = rig.view.fov_deg.to_radians() as f32;
            if (lens.fov - fov).abs() > 1e-6 {
                lens.fov = fov;
                lens.far = 120_000.0;
            }
        }
    }
}
