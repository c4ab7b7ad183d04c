//! A run's water in the scene, at a time that is slid to.

use std::path::PathBuf;

use bevy::{
    light::{NotShadowCaster, NotShadowReceiver},
    prelude::*,
};
use city::Role;

use super::{FloodRun, surface};
use crate::{
    ground::Ground,
    model::Heights,
    scene::{CityMaterials, Drawn},
    words::Language,
};

/// The run that is shown, and its time.
#[derive(Debug, Resource)]
pub struct FloodView {
    /// The run.
    pub run: FloodRun,
    /// Hours since its beginning.
    pub hours: f64,
    /// Why the water cannot be shown, if so.
    pub trouble: Option<String>,
}

impl FloodView {
    /// A run at a time.
    pub fn new(run: FloodRun, hours: f64) -> Self {
        Self { run, hours, trouble: None }
    }

    /// What is shown, for the picture's foot.
    pub(crate) fn caption(&self, language: Language) -> String {
        match &self.trouble {
            Some(why) => format!(" · {why}"),
            None => format!(
                " · {} {}, {} h",
                language.of("kịch bản ngập", "flood run"),
                self.run.name,
                language.number(self.hours, 1)
            ),
        }
    }
}

/// Where runs lie, so that people can choose one.
#[derive(Debug, Resource)]
pub struct RunsFolder(pub PathBuf);

/// Marks the water.
#[derive(Debug, Component)]
struct FloodWater;

/// Draws the water of [`FloodView`], where there is one.
#[derive(Debug, Default)]
pub struct FloodPlugin;

impl Plugin for FloodPlugin {
    fn build(&self, app: &mut App) {
        app.add_systems(Update, show);
    }
}

/// Frames that were read, so that sliding does not read them again.
#[derive(Default)]
struct Read {
    frames: Vec<(usize, Heights)>,
    shown_h: Option<f64>,
}

fn show(
    mut commands: Commands<'_, '_>,
    view: Option<ResMut<'_, FloodView>>,
    ground: Res<'_, Ground>,
    materials: Res<'_, CityMaterials>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    water: Query<'_, '_, Entity, With<FloodWater>>,
    mut read: Local<'_, Read>,
) {
    let Some(mut view) = view else { return };
    if read.shown_h == Some(view.hours) {
        return;
    }
    read.shown_h = Some(view.hours);
    let shape = match depths_at(&view, &ground, &mut read.frames) {
        Ok(depths) => surface(&depths, &ground.heights),
        Err(why) => {
            view.trouble = Some(why.to_string());
            return;
        }
    };
    water.iter().for_each(|entity| commands.entity(entity).despawn());
    if !shape.is_empty() {
        commands.spawn((
            FloodWater,
            Drawn(Role::Water),
            Mesh3d(meshes.add(shape.into_mesh())),
            MeshMaterial3d(materials.flood.clone()),
            NotShadowCaster,
            NotShadowReceiver,
            Transform::default(),
        ));
    }
}

/// Depths between the frames around the time.
fn depths_at(
    view: &FloodView,
    ground: &Ground,
    known: &mut Vec<(usize, Heights)>,
) -> Result<Heights, crate::TwinError> {
    let (before, after, part) = view.run.around(view.hours);
    known.retain(|(index, _)| [before, after].contains(index));
    for index in [before, after] {
        if !known.iter().any(|(it, _)| *it == index) {
            known.push((index, view.run.depths(index, ground)?));
        }
    }
    let of = |index: usize| known.iter().find(|(it, _)| *it == index).map(|(_, depths)| depths);
    match (of(before), of(after)) {
        (Some(a), Some(b)) => Ok(a.blend(b, part as f32)),
        _ => Ok(Heights::level(&ground.heights.edges_m())),
    }
}
