//! A run's water in the scene, at a time that is slid to.

use bevy::{
    light::{NotShadowCaster, NotShadowReceiver},
    prelude::*,
    tasks::{AsyncComputeTaskPool, Task, futures::check_ready},
};
use city::Role;

use super::{FloodRun, surface};
use crate::{
    error::TwinError,
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
    /// The hours of the water that stands in the scene.
    shown_h: Option<f64>,
}

impl FloodView {
    /// A run at a time.
    pub fn new(run: FloodRun, hours: f64) -> Self {
        Self { run, hours, trouble: None, shown_h: None }
    }

    /// Whether the scene shows its time, or never will.
    pub fn is_settled(&self) -> bool {
        self.shown_h == Some(self.hours) || self.trouble.is_some()
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
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug, Resource)]
pub struct RunsFolder(pub std::path::PathBuf);

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

/// Frames that were read, so that sliding does not read them again, and those that are being read.
#[derive(Default)]
struct Read {
    /// Of which run: its name.
    run: String,
    frames: Vec<(usize, Heights)>,
    coming: Vec<(usize, Task<Result<Heights, TwinError>>)>,
    shown_h: Option<f64>,
}

impl Read {
    /// Begins to read a frame that is neither there nor coming.
    fn want(&mut self, index: usize, view: &FloodView, ground: &Ground) {
        let is_known = self.frames.iter().any(|(it, _)| *it == index)
            || self.coming.iter().any(|(it, _)| *it == index);
        if !is_known {
            let (run, ground) = (view.run.clone(), ground.clone());
            let task = async move { run.depths(index, &ground).await };
            self.coming.push((index, AsyncComputeTaskPool::get().spawn(task)));
        }
    }

    /// Takes what has come; why something did not, if so.
    fn take(&mut self) -> Result<(), TwinError> {
        let mut outcome = Ok(());
        for (index, mut task) in std::mem::take(&mut self.coming) {
            match check_ready(&mut task) {
                Some(Ok(depths)) => self.frames.push((index, depths)),
                Some(Err(why)) => outcome = Err(why),
                None => self.coming.push((index, task)),
            }
        }
        outcome
    }

    /// The depths between two frames, once both are there.
    fn between(&self, before: usize, after: usize, part: f64) -> Option<Heights> {
        let of = |index| self.frames.iter().find(|(it, _)| *it == index).map(|(_, depths)| depths);
        Some(of(before)?.blend(of(after)?, part as f32))
    }
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
    if read.run != view.run.name {
        *read = Read { run: view.run.name.clone(), ..Read::default() };
    }
    if read.shown_h == Some(view.hours) || view.trouble.is_some() {
        return;
    }
    let (before, after, part) = view.run.around(view.hours);
    read.frames.retain(|(index, _)| [before, after].contains(index));
    read.want(before, &view, &ground);
    read.want(after, &view, &ground);
    if let Err(why) = read.take() {
        view.trouble = Some(why.to_string());
        return;
    }
    let Some(depths) = read.between(before, after, part) else { return };
    read.shown_h = Some(view.hours);
    view.shown_h = Some(view.hours);
    let shape = surface(&depths, &ground.heights);
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
