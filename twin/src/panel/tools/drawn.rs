//! What the tools draw into the scene: lines, what is seen of the ground, dots that have so much sun.

use bevy::{
    light::{NotShadowCaster, NotShadowReceiver},
    prelude::*,
};
use bevy_egui::{EguiContexts, egui};

use super::{
    Tool, Toolbox,
    measuring::metres,
    toolbox::{Answer, Sunned},
};
use crate::{
    axes,
    camera::Rig,
    model::Heights,
    scene::{
        City, paint,
        shape::{Corner, Shape, linear},
    },
    tools::{self, Cell, Viewshed},
    words::Language,
};

/// The lines of the tools: in front of everything.
#[derive(Debug, Default, Reflect, GizmoConfigGroup)]
pub(in crate::panel) struct ToolLines;

/// Lines lie so high above the ground, m.
const LIFT_M: f64 = 0.4;
/// What is seen of the ground is painted so high above it, m: over the roads.
const PATCH_M: f64 = 0.35;

const LINE: Color = Color::srgb(1.0, 0.85, 0.2);
const FREE: Color = Color::srgb(0.3, 0.95, 0.5);
const BLOCKED: Color = Color::srgb(1.0, 0.35, 0.25);

pub(super) fn set_lines(mut store: ResMut<'_, GizmoConfigStore>) {
    let (config, _) = store.config_mut::<ToolLines>();
    config.depth_bias = -1.0;
    config.line.width = 3.0;
}

fn scene(at: [f64; 3]) -> Vec3 {
    axes::to_scene(at[0], at[1], at[2])
}

/// The lines of what was clicked.
pub(super) fn lines(
    toolbox: Res<'_, Toolbox>,
    city: Res<'_, City>,
    cameras: Query<'_, '_, &GlobalTransform, With<Rig>>,
    mut gizmos: Gizmos<'_, '_, ToolLines>,
) {
    let points = toolbox.points();
    let Some(eye) = cameras.iter().next().map(GlobalTransform::translation) else { return };
    for at in points {
        let place = scene(*at);
        // As large wherever it is.
        gizmos.cross(place, (place.distance(eye) * 0.008).max(0.2), LINE);
    }
    let air = |pairs: &[[f64; 3]]| pairs.iter().map(|at| scene(*at)).collect::<Vec<_>>();
    match (toolbox.tool, points) {
        (Tool::Distance, [_, _, ..]) => gizmos.linestrip(air(points), LINE),
        (Tool::Area | Tool::Earthwork | Tool::Proposal, [first, _, ..]) => {
            let ring: Vec<[f64; 3]> = points.iter().chain([first]).copied().collect();
            gizmos.linestrip(on_ground(&city.heights, &ring), LINE);
        }
        (Tool::Profile, [_, _, ..]) => gizmos.linestrip(on_ground(&city.heights, points), LINE),
        (Tool::Height, [from, to]) => {
            let above = [from[0], from[1], to[2]];
            gizmos.linestrip(air(&[*from, above, *to]), LINE);
        }
        (Tool::Sight, [from, to]) => {
            let eye = [from[0], from[1], from[2] + toolbox.eye_m];
            let hit = match &toolbox.answer {
                Answer::Sight(seen) => seen.hidden_by,
                _ => None,
            };
            let end = hit.map_or(*to, |hit| hit.at);
            gizmos.line(scene(*from), scene(eye), LINE);
            gizmos.line(scene(eye), scene(end), FREE);
            if hit.is_some() {
                gizmos.line(scene(end), scene(*to), BLOCKED);
            }
        }
        _ => {}
    }
    if let (Tool::Profile, Some([east, north])) = (toolbox.tool, toolbox.pointed) {
        let foot = scene([east, north, city.heights.at(east, north)]);
        gizmos.line(foot, foot + Vec3::Y * (foot.distance(eye) * 0.05), BLOCKED);
    }
}

/// A line over the ground, bent with it.
fn on_ground(heights: &Heights, line: &[[f64; 3]]) -> Vec<Vec3> {
    let mut bent = Vec::new();
    for pair in line.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length_m = tools::plan_distance_m([from[0], from[1]], [to[0], to[1]]);
        let count = (length_m / heights.step_m().max(2.0)).ceil().clamp(1.0, 500.0) as usize;
        bent.extend((0..=count).map(|k| {
            let part = k as f64 / count as f64;
            let (east, north) =
                (from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part);
            scene([east, north, heights.at(east, north) + LIFT_M])
        }));
    }
    bent
}

/// Marks the painted ground.
#[derive(Debug, Component)]
pub(super) struct Patch;

/// Paints what is seen of the ground, when it is new, and takes it away.
pub(super) fn patch(
    mut commands: Commands<'_, '_>,
    toolbox: Res<'_, Toolbox>,
    city: Res<'_, City>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut materials: ResMut<'_, Assets<StandardMaterial>>,
    patches: Query<'_, '_, Entity, With<Patch>>,
    mut painted: Local<'_, u32>,
) {
    if *painted == toolbox.answers {
        return;
    }
    *painted = toolbox.answers;
    patches.iter().for_each(|entity| commands.entity(entity).despawn());
    let Answer::Viewshed(seen) = &toolbox.answer else { return };
    let shape = shape_of(seen, &city.heights);
    if shape.is_empty() {
        return;
    }
    commands.spawn((
        Patch,
        Mesh3d(meshes.add(shape.into_mesh())),
        MeshMaterial3d(materials.add(paint(50.0))),
        NotShadowCaster,
        NotShadowReceiver,
        Transform::default(),
    ));
}

/// A square over each cell that is seen or hidden, its corners on the ground.
fn shape_of(seen: &Viewshed, heights: &Heights) -> Shape {
    let mut shape = Shape::default();
    let cell_m = seen.view.cell_m;
    let tint = |hex: u32, alpha: f32| {
        let [r, g, b, _] = linear(hex);
        [r, g, b, alpha]
    };
    let (green, red) = (tint(0x2fd06a, 0.42), tint(0xe04a3a, 0.34));
    for (index, cell) in seen.cells.iter().enumerate() {
        let colour = match cell {
            Cell::Seen => green,
            Cell::Hidden => red,
            Cell::Built | Cell::Beyond => continue,
        };
        let west = seen.corner[0] + (index % seen.side) as f64 * cell_m;
        let south = seen.corner[1] + (index / seen.side) as f64 * cell_m;
        let corner = |east: f64, north: f64| Corner {
            at: scene([east, north, heights.at(east, north) + PATCH_M]).to_array(),
            normal: [0.0, 1.0, 0.0],
            uv: [0.0; 2],
            mark: [0.0; 2],
            colour,
        };
        let (east, north) = (west + cell_m, south + cell_m);
        shape.quad([
            corner(west, south),
            corner(east, south),
            corner(east, north),
            corner(west, north),
        ]);
    }
    shape
}

/// Lengths at lines, and dots on the faces of what was asked for its sun.
pub(super) fn labels(
    mut contexts: EguiContexts<'_, '_>,
    toolbox: Res<'_, Toolbox>,
    language: Res<'_, Language>,
    cameras: Query<'_, '_, (&Camera, &GlobalTransform), With<Rig>>,
    mut frames: Local<'_, u32>,
) -> Result {
    // Letters are there from the frame after they were given.
    *frames = frames.saturating_add(1);
    let Some((camera, place)) = cameras.iter().next().filter(|_| *frames > 2) else {
        return Ok(());
    };
    let context = contexts.ctx_mut()?;
    let painter = context.layer_painter(egui::LayerId::background());
    let spot = |at: Vec3| {
        let found = camera.world_to_viewport(place, at).ok()?;
        Some(egui::pos2(found.x, found.y))
    };
    if let (Tool::Shadows, Answer::Sunned(found)) = (toolbox.tool, &toolbox.answer) {
        dots(&painter, found, place.translation(), spot);
    }
    let points = toolbox.points();
    let pairs = points.windows(2).map(|pair| (pair[0], pair[1]));
    for (from, to) in pairs {
        let text = match toolbox.tool {
            Tool::Distance | Tool::Sight => metres(*language, tools::distance_m(from, to)),
            Tool::Height => metres(*language, to[2] - from[2]),
            Tool::Area | Tool::Profile | Tool::Earthwork | Tool::Proposal => {
                metres(*language, tools::plan_distance_m([from[0], from[1]], [to[0], to[1]]))
            }
            _ => continue,
        };
        let middle = (scene(from) + scene(to)) / 2.0;
        if let Some(at) = spot(middle) {
            let font = egui::FontId::proportional(12.0);
            let galley = painter.layout_no_wrap(text, font, egui::Color32::WHITE);
            let paper = egui::Rect::from_center_size(at, galley.size() + egui::vec2(8.0, 4.0));
            painter.rect_filled(paper, 3.0, egui::Color32::from_black_alpha(190));
            painter.galley(paper.min + egui::vec2(4.0, 2.0), galley, egui::Color32::WHITE);
        }
    }
    Ok(())
}

/// A dot at each place of the faces that look at the eye, from violet (no sun) to yellow (all day).
fn dots(
    painter: &egui::Painter,
    found: &Sunned,
    eye: Vec3,
    spot: impl Fn(Vec3) -> Option<egui::Pos2>,
) {
    let day_min = found.path.day_min().max(1.0);
    for (face, sun) in found.faces.iter().zip(&found.suns) {
        let normal = scene(face.normal);
        for (at, min) in face.points.iter().zip(&sun.points_min) {
            let place = scene(*at);
            if normal.dot(eye - place) > 0.0
                && let Some(at) = spot(place)
            {
                let share = (min / day_min).clamp(0.0, 1.0) as f32;
                let mix = |low: f32, high: f32| (low + (high - low) * share) as u8;
                let colour =
                    egui::Color32::from_rgb(mix(90.0, 255.0), mix(50.0, 220.0), mix(150.0, 60.0));
                painter.circle_filled(at, 3.0, colour);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use city::Bbox;

    use super::*;
    use crate::{scene::Buildings, tools::Obstacles};

    #[test]
    fn the_painted_ground_lies_on_the_ground_and_leaves_out_what_is_beyond() {
        let edges = Bbox { min_x: -50.0, min_y: -50.0, max_x: 50.0, max_y: 50.0 };
        let heights = Heights::sample(&edges, 5.0, 100, |row| {
            row.iter().map(|(east, _)| Some((*east * 0.1) as f32)).collect()
        });
        let buildings = Buildings::default();
        let view = tools::View { cell_m: 5.0, ..tools::View::of_person([0.0, 0.0], 30.0) };
        let seen = tools::viewshed(&Obstacles::new(&heights, &buildings), &view);
        let shape = shape_of(&seen, &heights);
        let cells = seen.count(Cell::Seen) + seen.count(Cell::Hidden);
        assert!(cells > 80 && cells < seen.cells.len());
        assert_eq!(shape.positions.len(), cells * 4);
        for [x, y, _] in &shape.positions {
            assert!((f64::from(*y) - f64::from(*x) * 0.1 - PATCH_M).abs() < 1e-4);
        }
    }
}
