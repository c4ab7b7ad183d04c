//! A run's water in the scene, at a time that is slid to.

use bevy::{
    camera::visibility::RenderLayers,
    ecs::system::SystemParam,
    light::{NotShadowCaster, NotShadowReceiver},
    prelude::*,
    tasks::{AsyncComputeTaskPool, Task, futures::check_ready},
};
use city::Role;

use super::{FloodRun, surface};
use crate::{
    error::TwinError,
    field::FieldView,
    ground::Ground,
    model::Heights,
    scene::{CityMaterials, Drawn, WaterMaterial, shape::Shape},
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

/// Another run beside the first, each with its own time: the first is seen left of a line in the picture, this
/// one right of it.
#[derive(Debug, Resource)]
pub struct Opposite {
    /// The run, and its time.
    pub view: FloodView,
    /// Where the line is: the part of the picture's width left of it.
    pub part: f32,
    /// Whether both go together in time.
    pub is_together: bool,
    /// Whether they are two whole pictures side by side, in a window, and no line parts one.
    pub is_parted: bool,
}

impl Opposite {
    /// A run that stands right of the middle.
    pub fn new(view: FloodView) -> Self {
        Self { view, part: 0.5, is_together: true, is_parted: false }
    }

    /// Where the line is that parts the picture; 0 where none does.
    pub(super) fn line(&self) -> f32 {
        if self.is_parted { 0.0 } else { self.part.clamp(0.001, 0.999) }
    }
}

/// Shows no run any more, nor what it is compared with, nor what is painted of it.
pub(crate) fn close(commands: &mut Commands<'_, '_>) {
    commands.remove_resource::<FloodView>();
    commands.remove_resource::<Opposite>();
    commands.queue(|world: &mut World| {
        if world.get_resource::<FieldView>().is_some_and(|view| view.field.is_of_water()) {
            world.remove_resource::<FieldView>();
        }
    });
}

/// Marks the water of the first run, and of the opposite one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Component)]
pub(super) enum FloodWater {
    First,
    Opposite,
}

impl FloodWater {
    /// The layer of drawing in which cameras see it.
    pub(super) fn layer(self) -> usize {
        match self {
            Self::First => 1,
            Self::Opposite => 2,
        }
    }
}

/// Draws the water of [`FloodView`] and [`Opposite`], where there are such.
#[derive(Debug, Default)]
pub struct FloodPlugin;

impl Plugin for FloodPlugin {
    fn build(&self, app: &mut App) {
        app.add_systems(Update, (show, show_opposite, veil).chain());
        super::sides::add(app);
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

/// The surface of a run's water at its time, when it is new.
fn stand(view: &mut FloodView, read: &mut Read, ground: &Ground) -> Option<Shape> {
    if read.run != view.run.name {
        *read = Read { run: view.run.name.clone(), ..Read::default() };
    }
    if read.shown_h == Some(view.hours) || view.trouble.is_some() {
        return None;
    }
    let (before, after, part) = view.run.around(view.hours);
    read.frames.retain(|(index, _)| [before, after].contains(index));
    read.want(before, view, ground);
    read.want(after, view, ground);
    if let Err(why) = read.take() {
        view.trouble = Some(why.to_string());
        return None;
    }
    let depths = read.between(before, after, part)?;
    read.shown_h = Some(view.hours);
    view.shown_h = Some(view.hours);
    Some(surface(&depths, &ground.heights))
}

fn show(mut scene: Scene<'_, '_>, view: Option<ResMut<'_, FloodView>>, mut read: Local<'_, Read>) {
    let Some(mut view) = view else {
        scene.clear(FloodWater::First);
        *read = Read::default();
        return;
    };
    if let Some(shape) = stand(&mut view, &mut read, &scene.ground) {
        scene.replace(FloodWater::First, shape);
    }
}

fn show_opposite(
    mut scene: Scene<'_, '_>,
    first: Option<Res<'_, FloodView>>,
    opposite: Option<ResMut<'_, Opposite>>,
    mut read: Local<'_, Read>,
) {
    let Some(mut opposite) = opposite else {
        scene.clear(FloodWater::Opposite);
        scene.part(0.0);
        *read = Read::default();
        return;
    };
    if opposite.is_together
        && let Some(first) = first
        && opposite.view.hours != first.hours
    {
        opposite.view.hours = first.hours;
    }
    scene.part(opposite.line());
    if let Some(shape) = stand(&mut opposite.view, &mut read, &scene.ground) {
        scene.replace(FloodWater::Opposite, shape);
    }
}

/// Water is not drawn while something is painted that stands for it.
fn veil(
    field: Option<Res<'_, FieldView>>,
    mut waters: Query<'_, '_, &mut Visibility, With<FloodWater>>,
) {
    let is_veiled = field.is_some_and(|view| view.field.is_of_water() && view.is_settled());
    for mut visibility in &mut waters {
        let wanted = if is_veiled { Visibility::Hidden } else { Visibility::Inherited };
        visibility.set_if_neq(wanted);
    }
}

/// Where water is put.
#[derive(SystemParam)]
struct Scene<'w, 's> {
    commands: Commands<'w, 's>,
    ground: Res<'w, Ground>,
    materials: Res<'w, CityMaterials>,
    waters: ResMut<'w, Assets<WaterMaterial>>,
    meshes: ResMut<'w, Assets<Mesh>>,
    standing: Query<'w, 's, (Entity, &'static FloodWater)>,
}

impl Scene<'_, '_> {
    fn clear(&mut self, which: FloodWater) {
        for (entity, water) in &self.standing {
            if *water == which {
                self.commands.entity(entity).despawn();
            }
        }
    }

    fn replace(&mut self, which: FloodWater, shape: Shape) {
        self.clear(which);
        let material = match which {
            FloodWater::First => &self.materials.flood,
            FloodWater::Opposite => &self.materials.opposite,
        };
        if !shape.is_empty() {
            self.commands.spawn((
                which,
                RenderLayers::layer(which.layer()),
                Drawn(Role::Water),
                Mesh3d(self.meshes.add(shape.into_mesh())),
                MeshMaterial3d(material.clone()),
                NotShadowCaster,
                NotShadowReceiver,
                Transform::default(),
            ));
        }
    }

    /// Parts the picture between the two; 0 for the first alone.
    fn part(&mut self, part: f32) {
        for (handle, part) in [(&self.materials.flood, part), (&self.materials.opposite, -part)] {
            let is_other = self.waters.get(handle).is_some_and(|it| it.extension.part() != part);
            if is_other && let Some(mut material) = self.waters.get_mut(handle) {
                material.extension.part_at(part);
            }
        }
    }
}
