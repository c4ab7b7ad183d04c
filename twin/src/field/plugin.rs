//! A field in the scene: squares of colour on the ground, and the legend.

use std::sync::Arc;

use bevy::{
    light::{NotShadowCaster, NotShadowReceiver},
    prelude::*,
    tasks::{AsyncComputeTaskPool, Task, futures::check_ready},
};
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};

use super::{Field, Step, step_of};
use crate::{
    axes,
    error::TwinError,
    ground::Ground,
    model::Heights,
    scene::{
        paint,
        shape::{Corner, Shape, linear},
    },
    words::Language,
};

/// Colours lie so high above the ground, m: over the roads.
const LIFT_M: f64 = 0.35;
/// How much of the ground is seen through them.
const ALPHA: f32 = 0.62;

/// The field that is shown.
#[derive(Debug, Resource)]
pub struct FieldView {
    /// Which.
    pub field: Arc<dyn Field>,
    /// Why it cannot be shown, if so.
    pub trouble: Option<String>,
    is_shown: bool,
}

impl FieldView {
    /// A field, from now on.
    pub fn new(field: impl Field + 'static) -> Self {
        Self { field: Arc::new(field), trouble: None, is_shown: false }
    }

    /// Whether the scene shows it, or never will.
    pub fn is_settled(&self) -> bool {
        self.is_shown || self.trouble.is_some()
    }
}

/// Draws [`FieldView`], where there is one.
#[derive(Debug, Default)]
pub struct FieldPlugin;

impl Plugin for FieldPlugin {
    fn build(&self, app: &mut App) {
        app.add_systems(Update, (super::lux::want, show).chain())
            .add_systems(EguiPrimaryContextPass, legend);
    }
}

/// Marks the painted ground.
#[derive(Debug, Component)]
struct Painted;

/// Values that are being read, and of which field.
type Coming = Option<(Arc<dyn Field>, Task<Result<Heights, TwinError>>)>;

fn show(
    mut commands: Commands<'_, '_>,
    view: Option<ResMut<'_, FieldView>>,
    ground: Res<'_, Ground>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut materials: ResMut<'_, Assets<StandardMaterial>>,
    painted: Query<'_, '_, Entity, With<Painted>>,
    mut coming: Local<'_, Coming>,
) {
    let Some(mut view) = view else {
        painted.iter().for_each(|entity| commands.entity(entity).despawn());
        *coming = None;
        return;
    };
    if view.is_settled() {
        return;
    }
    let is_other = coming.as_ref().is_none_or(|(field, _)| !Arc::ptr_eq(field, &view.field));
    if is_other {
        let (field, ground) = (view.field.clone(), ground.clone());
        let task = async move { field.values(&ground).await };
        *coming = Some((view.field.clone(), AsyncComputeTaskPool::get().spawn(task)));
    }
    let outcome = coming.as_mut().and_then(|(_, task)| check_ready(task));
    let Some(outcome) = outcome else { return };
    *coming = None;
    painted.iter().for_each(|entity| commands.entity(entity).despawn());
    match outcome {
        Err(why) => view.trouble = Some(why.to_string()),
        Ok(values) => {
            view.is_shown = true;
            let shape = squares(&values, &view.field.steps(), &ground.heights);
            if shape.is_empty() {
                return;
            }
            commands.spawn((
                Painted,
                Mesh3d(meshes.add(shape.into_mesh())),
                MeshMaterial3d(materials.add(paint(40.0))),
                NotShadowCaster,
                NotShadowReceiver,
                Transform::default(),
            ));
        }
    }
}

/// A square around each node whose value is in the legend, its corners on the ground.
fn squares(values: &Heights, steps: &[Step], ground: &Heights) -> Shape {
    let mut shape = Shape::default();
    let (cols, rows) = values.size();
    let half = values.step_m() / 2.0;
    for row in 0..rows {
        for col in 0..cols {
            let Some(step) = step_of(steps, f64::from(values.node(col, row))) else { continue };
            let [r, g, b, _] = linear(step.colour);
            let (east, north) = values.node_m(col, row);
            let corner = |east: f64, north: f64| Corner {
                at: axes::to_scene(east, north, ground.at(east, north) + LIFT_M).to_array(),
                normal: [0.0, 1.0, 0.0],
                uv: [0.0; 2],
                mark: [0.0; 2],
                colour: [r, g, b, ALPHA],
            };
            shape.quad([
                corner(east - half, north - half),
                corner(east + half, north - half),
                corner(east + half, north + half),
                corner(east - half, north + half),
            ]);
        }
    }
    shape
}

/// What the colours mean, at the foot of the picture.
fn legend(
    mut contexts: EguiContexts<'_, '_>,
    view: Option<Res<'_, FieldView>>,
    language: Res<'_, Language>,
    mut frames: Local<'_, u32>,
) -> Result {
    *frames += 1;
    let Some(view) = view.filter(|_| *frames > 1) else { return Ok(()) };
    let context = contexts.ctx_mut()?;
    let screen = context.content_rect();
    let painter = context.layer_painter(egui::LayerId::background());
    let font = egui::FontId::proportional(11.0);
    let ink = egui::Color32::from_rgb(240, 243, 245);
    let text = |text: String| painter.layout_no_wrap(text, font.clone(), ink);
    let title = text(match &view.trouble {
        Some(why) => why.clone(),
        None => language.title(&view.field.title()).to_owned(),
    });
    let decimals = |value: f64| usize::from(value.fract() != 0.0) * 2;
    let lines: Vec<_> = view
        .field
        .steps()
        .iter()
        .map(|step| {
            let number = language.number(step.from, decimals(step.from));
            let said = step.word.map(|(vi, en)| language.of(vi, en));
            (step.colour, text(said.map_or(format!("≥ {number}"), str::to_owned)))
        })
        .collect();
    let line = title.size().y + 2.0;
    let wide = lines.iter().map(|(_, it)| it.size().x + 20.0).fold(title.size().x, f32::max);
    let high = line * (lines.len() + 1) as f32;
    let corner = egui::pos2(screen.min.x + 10.0, screen.max.y - high - 12.0);
    let paper = egui::Rect::from_min_size(corner, egui::vec2(wide, high)).expand(5.0);
    painter.rect_filled(paper, 3.0, egui::Color32::from_rgba_premultiplied(10, 14, 18, 190));
    painter.galley(corner, title, ink);
    for (k, (colour, word)) in lines.into_iter().enumerate() {
        let at = corner + egui::vec2(0.0, line * (k + 1) as f32);
        let patch = egui::Rect::from_min_size(at + egui::vec2(0.0, 2.0), egui::vec2(14.0, 10.0));
        let [_, r, g, b] = colour.to_be_bytes();
        painter.rect_filled(patch, 2.0, egui::Color32::from_rgb(r, g, b));
        painter.galley(at + egui::vec2(20.0, 0.0), word, ink);
    }
    Ok(())
}
