//! The handles of the proposal in hand: a dot that moves it, one that turns it, one that makes it larger; and keys
//! for the same.

use bevy::{prelude::*, window::PrimaryWindow};
use geo::{BoundingRect, Centroid};

use super::{Tool, Toolbox, drawn::ToolLines};
use crate::{
    axes,
    camera::{Hands, Rig},
    panel::local_ray,
    proposals::{Proposals, Proposed},
    scene::City,
};

/// A handle is taken from so many pixels.
const REACH_PX: f32 = 14.0;

/// What a handle does.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Does {
    Move,
    Turn,
    Scale,
}

/// A handle: what it does, and where it is, east, north, up.
type Handle = (Does, [f64; 3]);

/// What is held: since when the building was so, and from where it was taken.
#[derive(Debug, Clone)]
pub(super) struct Held {
    does: Does,
    from: [f64; 3],
    before: Proposed,
}

/// The handles of the building in hand; none while it is not shown.
fn handles(proposals: &Proposals, city: &City) -> Option<[Handle; 3]> {
    let number = proposals.chosen?;
    let (proposed, stood) =
        (proposals.document.buildings.get(number)?, proposals.stood.get(number)?);
    let (east, north) = city.frame.from_lon_lat(proposed.lon, proposed.lat);
    let edges = stood.outline.as_ref()?.bounding_rect()?;
    let middle = stood.outline.as_ref()?.centroid()?;
    let reach = edges.width().hypot(edges.height()) / 2.0;
    let foot = city.heights.at(middle.x(), middle.y()) + 1.0;
    let beside = |turn_deg: f64, away: f64| {
        let (sin, cos) = (proposed.heading_deg + turn_deg).to_radians().sin_cos();
        [east + sin * away, north + cos * away, foot]
    };
    let top = match (&stood.form, &stood.model) {
        (Some(form), _) => form.top_m(),
        (None, Some(model)) => model.soup.edges().1[2],
        (None, None) => foot,
    };
    Some([
        (Does::Move, [east, north, top + 1.0]),
        (Does::Turn, beside(0.0, reach + 6.0)),
        (Does::Scale, beside(135.0, reach + 3.0)),
    ])
}

fn scene(at: [f64; 3]) -> Vec3 {
    axes::to_scene(at[0], at[1], at[2])
}

/// Draws them, in front of everything.
pub(super) fn draw(
    toolbox: Res<'_, Toolbox>,
    proposals: Res<'_, Proposals>,
    city: Res<'_, City>,
    cameras: Query<'_, '_, &GlobalTransform, With<Rig>>,
    mut gizmos: Gizmos<'_, '_, ToolLines>,
) {
    if toolbox.tool != Tool::Proposal {
        return;
    }
    let Some(handles) = handles(&proposals, &city) else { return };
    let Some(eye) = cameras.iter().next().map(GlobalTransform::translation) else { return };
    let centre = scene(handles[0].1);
    for (does, at) in handles {
        let place = scene(at);
        let radius = place.distance(eye) * 0.012;
        let colour = match does {
            Does::Move => Color::srgb(1.0, 0.85, 0.2),
            Does::Turn => Color::srgb(0.3, 0.8, 1.0),
            Does::Scale => Color::srgb(0.45, 0.95, 0.5),
        };
        gizmos.sphere(Isometry3d::from_translation(place), radius, colour);
        gizmos.line(Vec3::new(centre.x, place.y, centre.z), place, colour);
    }
}

/// Takes a handle and follows the pointer; the camera rests meanwhile.
#[expect(clippy::too_many_arguments, reason = "a system names what it reads")]
pub(super) fn drag(
    buttons: Res<'_, ButtonInput<MouseButton>>,
    windows: Query<'_, '_, &Window, With<PrimaryWindow>>,
    cameras: Query<'_, '_, (&Camera, &GlobalTransform), With<Rig>>,
    toolbox: Res<'_, Toolbox>,
    city: Res<'_, City>,
    mut proposals: ResMut<'_, Proposals>,
    mut hands: ResMut<'_, Hands>,
    mut held: Local<'_, Option<Held>>,
) {
    if toolbox.tool != Tool::Proposal || !buttons.pressed(MouseButton::Left) {
        *held = None;
        return;
    }
    let cursor = windows.iter().next().and_then(Window::cursor_position);
    let (Some(cursor), Some((camera, eye))) = (cursor, cameras.iter().next()) else { return };
    if buttons.just_pressed(MouseButton::Left) && !hands.mouse_is_taken {
        let near = handles(&proposals, &city).into_iter().flatten().find(|(_, at)| {
            let spot = camera.world_to_viewport(eye, scene(*at));
            spot.is_ok_and(|spot| spot.distance(cursor) < REACH_PX)
        });
        let before = proposals.chosen.and_then(|it| proposals.document.buildings.get(it)).cloned();
        *held = near.zip(before).map(|((does, from), before)| Held { does, from, before });
    }
    let Some(held) = held.as_ref() else { return };
    hands.mouse_is_taken = true;
    let Ok(ray) = camera.viewport_to_world(eye, cursor) else { return };
    let ray = local_ray(ray);
    // On the level of the handle: the ground behind a tower is far away.
    let far = (held.from[2] - ray.from[2]) / ray.towards[2];
    if !far.is_finite() || !(0.0..20_000.0).contains(&far) {
        return;
    }
    let at = [0, 1].map(|k| ray.from[k] + ray.towards[k] * far);
    let now = pulled(held, at, &city);
    if proposals.chosen.and_then(|it| proposals.document.buildings.get(it)) != Some(&now)
        && let Some(proposed) = proposals.in_hand()
    {
        *proposed = now;
    }
}

/// The building as a handle at a place makes it.
fn pulled(held: &Held, at: [f64; 2], city: &City) -> Proposed {
    let before = &held.before;
    let (east, north) = city.frame.from_lon_lat(before.lon, before.lat);
    let (x, y) = (at[0] - east, at[1] - north);
    let mut now = before.clone();
    match held.does {
        Does::Move => {
            let moved = [east + at[0] - held.from[0], north + at[1] - held.from[1]];
            (now.lon, now.lat) = city.frame.to_lon_lat(moved[0], moved[1]);
        }
        Does::Turn => now.heading_deg = x.atan2(y).to_degrees().rem_euclid(360.0).round(),
        Does::Scale => {
            let first = (held.from[0] - east).hypot(held.from[1] - north).max(0.5);
            now.scale = (before.scale * x.hypot(y) / first).clamp(0.05, 20.0);
            now.scale = (now.scale * 100.0).round() / 100.0;
        }
    }
    now
}

/// I, J, K, L move it by a metre, [ and ] turn it by a degree, − and = make it smaller and larger by a hundredth, Shift
/// ten times as much, Delete removes it.
pub(super) fn press(
    keys: Res<'_, ButtonInput<KeyCode>>,
    hands: Res<'_, Hands>,
    toolbox: Res<'_, Toolbox>,
    city: Res<'_, City>,
    mut proposals: ResMut<'_, Proposals>,
) {
    if toolbox.tool != Tool::Proposal || hands.keys_are_taken || proposals.chosen.is_none() {
        return;
    }
    let more = if keys.any_pressed([KeyCode::ShiftLeft, KeyCode::ShiftRight]) { 10.0 } else { 1.0 };
    let step = |up: KeyCode, down: KeyCode| {
        let is = |code: KeyCode| f64::from(u8::from(keys.just_pressed(code)));
        (is(up) - is(down)) * more
    };
    let (east, north) = (step(KeyCode::KeyL, KeyCode::KeyJ), step(KeyCode::KeyI, KeyCode::KeyK));
    let turn = step(KeyCode::BracketRight, KeyCode::BracketLeft);
    let grow = step(KeyCode::Equal, KeyCode::Minus);
    if keys.just_pressed(KeyCode::Delete) {
        if let Some(number) = proposals.chosen.take() {
            proposals.document.buildings.remove(number);
        }
        return;
    }
    if [east, north, turn, grow].iter().all(|it| *it == 0.0) {
        return;
    }
    if let Some(proposed) = proposals.in_hand() {
        let (x, y) = city.frame.from_lon_lat(proposed.lon, proposed.lat);
        (proposed.lon, proposed.lat) = city.frame.to_lon_lat(x + east, y + north);
        proposed.heading_deg = (proposed.heading_deg + turn).rem_euclid(360.0);
        proposed.scale = (proposed.scale * (1.0 + grow / 100.0)).clamp(0.05, 20.0);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use city::{Bbox, Title, frame::LocalFrame};

    use super::*;
    use crate::model::{CityModel, Heights};

    #[test]
    fn a_handle_moves_turns_and_makes_larger() {
        let frame = LocalFrame::at(108.474, 15.5736);
        let edges = Bbox { min_x: -50.0, min_y: -50.0, max_x: 50.0, max_y: 50.0 };
        let city = City(Arc::new(CityModel {
            title: Title::new("Phố", "Street"),
            is_synthetic: true,
            frame,
            bbox: Bbox { min_x: 108.4, min_y: 15.5, max_x: 108.5, max_y: 15.6 },
            heights: Heights::level(&edges),
            layers: Vec::new(),
            attributions: Vec::new(),
            notes: Vec::new(),
        }));
        let before = Proposed::new("A".into(), 108.474, 15.5736);
        let held = |does, from| Held { does, from, before: before.clone() };
        let moved = pulled(&held(Does::Move, [1.0, 0.0, 20.0]), [11.0, 5.0], &city);
        let (east, north) = frame.from_lon_lat(moved.lon, moved.lat);
        assert!((east - 10.0).abs() < 1e-6 && (north - 5.0).abs() < 1e-6);
        let turned = pulled(&held(Does::Turn, [0.0, 20.0, 1.0]), [20.0, 0.0], &city);
        assert_eq!(turned.heading_deg, 90.0);
        let larger = pulled(&held(Does::Scale, [10.0, 0.0, 1.0]), [0.0, 15.0], &city);
        assert_eq!(larger.scale, 1.5);
    }
}
