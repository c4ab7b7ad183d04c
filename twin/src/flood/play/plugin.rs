//! A play that runs beside the drawing, and its water in the scene.

use std::sync::Arc;

use bevy::{
    light::{NotShadowCaster, NotShadowReceiver},
    platform::time::Instant,
    prelude::*,
    tasks::{AsyncComputeTaskPool, Task, futures::check_ready},
    time::Real,
};
use city::Role;

use super::{Area, Basin, Figures, Land, Measures};
use crate::{
    error::TwinError,
    field::Worst,
    flood::{FloodRun, Played, surface},
    ground::Ground,
    model::{CityModel, Heights},
    scene::{Buildings, CityMaterials, Drawn},
};

/// Work between two looks at the water, s: a page draws on the thread that works.
const SPELL_S: f64 = if cfg!(target_arch = "wasm32") { 0.012 } else { 0.04 };
/// Pictures that are kept of a play; with more, every second one is given up.
const MOST_FRAMES: usize = 240;
/// Side of the area that is played where nobody says, m.
const SIDE_M: f64 = 1200.0;

/// Runs plays, and draws them where there is a renderer.
#[derive(Debug, Default)]
pub struct PlayPlugin {
    /// Whether there is a renderer.
    pub is_drawn: bool,
}

impl Plugin for PlayPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Player>().init_resource::<Kept>().add_systems(Update, run);
        if self.is_drawn {
            app.add_systems(Update, show.after(run));
            super::stand::add(app);
        }
    }
}

/// Plays that somebody keeps, to slide through and to compare.
#[derive(Debug, Default, Resource)]
pub struct Kept(pub Vec<FloodRun>);

/// Water and what it has come to after a spell of work.
struct Spell {
    basin: Basin,
    outcome: Result<(), TwinError>,
    depths: Heights,
    figures: Figures,
}

/// The play of a window or a page.
#[derive(Resource)]
pub struct Player {
    /// What is placed and set. After a change [`Self::change`] tells the water.
    pub measures: Measures,
    /// So many seconds of the play a second.
    pub pace: f64,
    /// Whether it goes on.
    pub is_running: bool,
    /// Why it cannot, if so.
    pub trouble: Option<String>,
    figures: Figures,
    time_s: f64,
    land: Option<Arc<Land>>,
    basin: Option<Basin>,
    work: Option<Task<Spell>>,
    is_changed: bool,
    depths: Option<Heights>,
    is_new: bool,
    played: Played,
    every_min: u32,
}

impl Default for Player {
    fn default() -> Self {
        Self {
            measures: Measures::default(),
            pace: 60.0,
            is_running: false,
            trouble: None,
            figures: Figures::default(),
            time_s: 0.0,
            land: None,
            basin: None,
            work: None,
            is_changed: false,
            depths: None,
            is_new: false,
            played: Played::default(),
            every_min: 1,
        }
    }
}

impl Player {
    /// What is placed, before any water.
    pub fn of(measures: Measures) -> Self {
        Self { measures, ..Self::default() }
    }

    /// Begins anew with what is placed, around a place (m east and north) where the measures name none.
    pub fn begin(&mut self, model: &CityModel, buildings: &Buildings, middle: [f64; 2]) {
        let middle = match self.measures.middle {
            Some([lon, lat]) => model.frame.from_lon_lat(lon, lat).into(),
            None => middle,
        };
        let side_m = self.measures.side_m.unwrap_or(SIDE_M);
        let begun = Area::around(middle, side_m, &model.heights).and_then(|area| {
            let land = Land::of(model, buildings, area);
            Ok((Basin::begin(land.clone(), &self.measures)?, land))
        });
        let measures = std::mem::take(&mut self.measures);
        let pace = self.pace;
        *self = Self { measures, pace, is_new: true, ..Self::default() };
        match begun {
            Ok((basin, land)) => {
                let (lon, lat) = model.frame.to_lon_lat(middle[0], middle[1]);
                self.measures.middle.get_or_insert([lon, lat]);
                (self.basin, self.land, self.is_running) = (Some(basin), Some(land), true);
            }
            Err(why) => self.trouble = Some(why.to_string()),
        }
    }

    /// Lets the water go; what is placed stays.
    pub fn end(&mut self) {
        let measures = std::mem::take(&mut self.measures);
        *self = Self { measures, pace: self.pace, is_new: true, ..Self::default() };
    }

    /// Tells the water of what was placed or set since.
    pub fn change(&mut self) {
        self.is_changed = true;
    }

    /// Whether there is water to see.
    pub fn is_begun(&self) -> bool {
        self.land.is_some()
    }

    /// Time since it began, s.
    pub fn time_s(&self) -> f64 {
        self.time_s
    }

    /// What it has come to.
    pub fn figures(&self) -> Figures {
        self.figures
    }

    /// Where it is played.
    pub fn area(&self) -> Option<Area> {
        self.land.as_ref().map(|land| land.area)
    }

    /// The depths that are shown, m above the ground that is drawn.
    pub fn depths(&self) -> Option<&Heights> {
        self.depths.as_ref()
    }

    /// What was played so far, as a run that can be slid through.
    pub fn keep(&self, name: String) -> Option<FloodRun> {
        let Played { frames, results, .. } = &self.played;
        let (frames, results) = (frames.clone(), results.clone());
        FloodRun::played(name, Played { frames, results, walls: self.measures.walls.clone() })
    }

    /// Takes in what a spell of work has brought.
    fn take(&mut self, spell: Spell) {
        self.time_s = spell.basin.time_s();
        self.figures = spell.figures;
        self.record(&spell);
        if let Err(why) = spell.outcome {
            self.trouble = Some(why.to_string());
            self.is_running = false;
        }
        (self.depths, self.is_new) = (Some(spell.depths), true);
        self.basin = Some(spell.basin);
    }

    fn record(&mut self, spell: &Spell) {
        let minute = (self.time_s / 60.0) as u32;
        let Played { frames, results, .. } = &mut self.played;
        if frames.last().is_none_or(|(last, _)| minute >= last + self.every_min) {
            frames.push((minute, spell.depths.clone()));
            *results = results_of(&spell.basin);
        }
        if frames.len() > MOST_FRAMES {
            let mut number = 0;
            frames.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.every_min *= 2;
        }
    }
}

/// What a play came to so far, but for its depths.
fn results_of(basin: &Basin) -> Vec<(&'static str, Heights)> {
    let names = Worst::ALL.into_iter().map(Worst::name);
    names.filter_map(|name| Some((name, basin.result(name)?))).collect()
}

fn run(time: Res<'_, Time<Real>>, mut player: ResMut<'_, Player>, mut waited_s: Local<'_, f64>) {
    *waited_s += time.delta_secs_f64();
    if player.basin.is_none() && player.work.is_none() {
        return;
    }
    if let Some(mut task) = player.work.take() {
        match check_ready(&mut task) {
            Some(spell) => player.take(spell),
            None => player.work = Some(task),
        }
    }
    if player.is_changed
        && let Some(mut basin) = player.basin.take()
    {
        let outcome = basin.change(&player.measures);
        player.trouble = outcome.err().map(|why| why.to_string());
        (player.basin, player.is_changed) = (Some(basin), false);
    }
    if !player.is_running {
        *waited_s = 0.0;
        return;
    }
    if let Some(basin) = player.basin.take() {
        // What could not be worked off is not made up for: the play is then slower than it was asked to be.
        let goal_s = basin.time_s() + player.pace * waited_s.min(0.25);
        *waited_s = 0.0;
        player.work = Some(AsyncComputeTaskPool::get().spawn(async move { spell(basin, goal_s) }));
    }
}

fn spell(mut basin: Basin, goal_s: f64) -> Spell {
    let began = Instant::now();
    let mut outcome = Ok(());
    while outcome.is_ok() && goal_s - basin.time_s() > 1e-3 {
        outcome = basin.step(goal_s);
        if began.elapsed().as_secs_f64() > SPELL_S {
            break;
        }
    }
    Spell { outcome, depths: basin.depths(), figures: basin.figures(), basin }
}

/// Marks the water of a play.
#[derive(Debug, Component)]
struct PlayWater;

fn show(
    mut commands: Commands<'_, '_>,
    mut player: ResMut<'_, Player>,
    ground: Res<'_, Ground>,
    materials: Res<'_, CityMaterials>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    water: Query<'_, '_, Entity, With<PlayWater>>,
) {
    if !player.is_new {
        return;
    }
    player.is_new = false;
    water.iter().for_each(|entity| commands.entity(entity).despawn());
    let Some(depths) = &player.depths else { return };
    let shape = surface(depths, &ground.heights);
    if !shape.is_empty() {
        commands.spawn((
            PlayWater,
            Drawn(Role::Water),
            Mesh3d(meshes.add(shape.into_mesh())),
            MeshMaterial3d(materials.flood.clone()),
            NotShadowCaster,
            NotShadowReceiver,
            Transform::default(),
        ));
    }
}

/// Plays measures out without a picture, and gives a run with so many pictures.
///
/// # Errors
/// [`TwinError::Ask`] for measures that do not fit the city, or water that runs away.
pub fn play_out(
    (model, buildings): (&CityModel, &Buildings),
    (name, measures): (&str, &Measures),
    middle: [f64; 2],
    hours: f64,
) -> Result<(FloodRun, Figures), TwinError> {
    let mut player = Player::of(measures.clone());
    player.begin(model, buildings, middle);
    let refused = |why: Option<String>| TwinError::Ask(why.unwrap_or_default());
    let Some(mut basin) = player.basin.take() else { return Err(refused(player.trouble)) };
    let minutes = (hours * 60.0).ceil().max(1.0);
    let every_min = (minutes / MOST_FRAMES as f64).ceil() as u32;
    let mut frames = Vec::new();
    let mut minute = 0;
    while f64::from(minute) <= minutes {
        basin.advance(f64::from(minute) * 60.0)?;
        frames.push((minute, basin.depths()));
        minute += every_min;
    }
    let (results, walls) = (results_of(&basin), measures.walls.clone());
    let run = FloodRun::played(name.to_owned(), Played { frames, results, walls });
    Ok((run.ok_or_else(|| refused(None))?, basin.figures()))
}
