//! The tool in hand, what was clicked with it, and what it found.

#[cfg(not(target_arch = "wasm32"))]
use std::sync::Arc;

use bevy::{
    prelude::*,
    tasks::{AsyncComputeTaskPool, Task, futures::check_ready},
};
use jiff::civil;

#[cfg(not(target_arch = "wasm32"))]
use crate::SecondTerrain;
use crate::{
    TwinError,
    inspect::Pick,
    scene::{Buildings, City},
    tools::{self, Earthwork, Face, FaceSun, Obstacles, Profile, Sight, SunPath, View, Viewshed},
};

/// A tool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tool {
    /// None: a click selects.
    #[default]
    None,
    /// Lengths.
    Distance,
    /// Heights.
    Height,
    /// Areas.
    Area,
    /// The ground along a line.
    Profile,
    /// Whether one place is seen from another.
    Sight,
    /// What is seen around a place.
    Viewshed,
    /// Hours of sun.
    Shadows,
    /// Cut and fill.
    Earthwork,
    /// Buildings that are proposed.
    Proposal,
    /// A box that cuts, and what lies below.
    Section,
}

impl Tool {
    /// All of them, in the order of the panel.
    pub const ALL: [Self; 10] = [
        Self::Distance,
        Self::Height,
        Self::Area,
        Self::Profile,
        Self::Shadows,
        Self::Sight,
        Self::Viewshed,
        Self::Earthwork,
        Self::Proposal,
        Self::Section,
    ];

    /// What it is called, in Vietnamese and in English.
    pub(super) fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::None => ("", ""),
            Self::Distance => ("Khoảng cách", "Distance"),
            Self::Height => ("Chiều cao", "Height"),
            Self::Area => ("Diện tích", "Area"),
            Self::Profile => ("Mặt cắt địa hình", "Profile"),
            Self::Sight => ("Tầm nhìn thẳng", "Line of sight"),
            Self::Viewshed => ("Vùng nhìn thấy", "Viewshed"),
            Self::Shadows => ("Giờ nắng", "Hours of sun"),
            Self::Earthwork => ("Đào đắp", "Cut and fill"),
            Self::Proposal => ("Phương án", "Proposal"),
            Self::Section => ("Mặt cắt, ngầm", "Section, underground"),
        }
    }

    /// What to do with it.
    pub(super) fn advice(self) -> (&'static str, &'static str) {
        match self {
            Self::None => ("", ""),
            Self::Distance | Self::Profile => {
                ("Bấm từng điểm trên cảnh", "Click point after point in the scene")
            }
            Self::Height => {
                ("Bấm chân rồi bấm đỉnh, hoặc một điểm", "Click foot and top, or one point")
            }
            Self::Area | Self::Earthwork => {
                ("Bấm các góc của khu đất", "Click the corners of the ground")
            }
            Self::Sight => {
                ("Bấm chỗ đứng, rồi bấm chỗ nhìn", "Click where one stands, then what one looks at")
            }
            Self::Viewshed => ("Bấm chỗ đứng", "Click where one stands"),
            Self::Shadows => ("Bấm một công trình hay khu đất", "Click a building or a plot"),
            Self::Proposal => {
                ("Công trình đề xuất trong cảnh", "Buildings that are proposed, in the scene")
            }
            Self::Section => (
                "Bấm hai góc của hộp cắt trên mặt đất",
                "Click two corners of the box on the ground",
            ),
        }
    }

    /// How many points it takes; 0 where a click selects as usual.
    fn points(self) -> usize {
        match self {
            Self::None | Self::Shadows => 0,
            Self::Viewshed => 1,
            Self::Height | Self::Sight | Self::Section => 2,
            _ => 500,
        }
    }
}

/// The hours of sun of a feature.
#[derive(Debug)]
pub(super) struct Sunned {
    pub(super) source: (usize, usize),
    pub(super) path: SunPath,
    pub(super) faces: Vec<Face>,
    pub(super) suns: Vec<FaceSun>,
    pub(super) whole: FaceSun,
    /// The face whose table is shown; beyond the last the whole.
    pub(super) shown: usize,
}

/// What a tool found.
#[derive(Debug, Default)]
pub(super) enum Answer {
    #[default]
    None,
    Profile(Profile),
    Sight(Sight),
    Viewshed(Viewshed),
    Sunned(Box<Sunned>),
    Earthwork(Earthwork),
    #[cfg(not(target_arch = "wasm32"))]
    Between(tools::Between),
    /// It could not be found; in both languages.
    Trouble(&'static str, &'static str),
}

/// A second terrain that somebody opened, or wants to.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug, Default)]
pub(super) struct Second {
    pub(super) file: String,
    pub(super) terrain: Option<Arc<SecondTerrain>>,
    pub(super) trouble: Option<String>,
}

/// The tool in hand.
#[derive(Default, Resource)]
pub struct Toolbox {
    /// Which.
    pub tool: Tool,
    points: Vec<[f64; 3]>,
    /// Eyes above what one stands on, m.
    pub(super) eye_m: f64,
    /// How far one looks, m.
    pub(super) radius_m: f64,
    /// The level that ground is brought to, m.
    pub(super) level_m: f64,
    /// Side slopes around it, metres out for one up or down; 0 has none.
    pub(super) slope_run: f64,
    /// What ground is cut and filled to in place of a level.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) second: Second,
    pub(super) answer: Answer,
    /// The place of a chart that is pointed at.
    pub(super) pointed: Option<[f64; 2]>,
    /// How often an answer came: what draws it looks here.
    pub(super) answers: u32,
    /// Whether clicks draw a proposal.
    pub(super) is_drawing: bool,
    is_asked: bool,
    coming: Option<Task<Answer>>,
}

impl std::fmt::Debug for Toolbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Toolbox").field("tool", &self.tool).finish_non_exhaustive()
    }
}

impl Toolbox {
    /// Takes another tool in hand, and forgets what was done with the one before.
    pub fn take(&mut self, tool: Tool) {
        let eye_m = if self.eye_m > 0.0 { self.eye_m } else { 1.6 };
        let radius_m = if self.radius_m > 0.0 { self.radius_m } else { 300.0 };
        let answers = self.answers + 1;
        #[cfg(not(target_arch = "wasm32"))]
        let second = std::mem::take(&mut self.second);
        *self = Self {
            tool,
            eye_m,
            radius_m,
            answers,
            #[cfg(not(target_arch = "wasm32"))]
            second,
            ..Self::default()
        };
    }

    /// What was clicked: east, north, up, m.
    pub fn points(&self) -> &[[f64; 3]] {
        &self.points
    }

    /// Takes a click; whether the tool in hand is one that takes it.
    pub fn click(&mut self, pick: Option<&Pick>) -> bool {
        let most = match self.tool {
            Tool::Proposal if !self.is_drawing => 0,
            tool => tool.points(),
        };
        if most == 0 {
            return false;
        }
        if let Some(pick) = pick {
            if self.points.len() >= most {
                self.points.clear();
            }
            self.points.push(pick.at);
            if self.tool == Tool::Earthwork && self.points.len() == 3 {
                let sum: f64 = self.points.iter().map(|at| at[2]).sum();
                self.level_m = (sum / 3.0 * 10.0).round() / 10.0;
            }
            self.ask();
        }
        true
    }

    /// Takes the last click back; where there is none, lays the tool down.
    pub fn step_back(&mut self) {
        match self.points.pop() {
            Some(_) => self.ask(),
            None => self.take(Tool::None),
        }
    }

    /// Forgets every click.
    pub fn clear(&mut self) {
        let is_drawing = self.is_drawing;
        self.take(self.tool);
        self.is_drawing = is_drawing;
    }

    /// Wants its answer anew.
    pub(super) fn ask(&mut self) {
        self.is_asked = true;
    }

    /// Whether there is something to work out, or to wait for.
    pub(super) fn is_waiting(&self) -> bool {
        self.is_asked || self.coming.is_some()
    }

    /// Whether an answer is being worked out beside the drawing.
    pub(super) fn is_busy(&self) -> bool {
        self.coming.is_some()
    }

    /// Works out, or begins to, what was asked, and takes what has come.
    pub(super) fn answer(&mut self, city: &City, buildings: &Buildings) {
        if let Some(task) = &mut self.coming
            && let Some(answer) = check_ready(task)
        {
            self.coming = None;
            self.set(answer);
        }
        if !std::mem::take(&mut self.is_asked) {
            return;
        }
        let obstacles = Obstacles::new(&city.heights, buildings);
        let plan: Vec<[f64; 2]> = self.points.iter().map(|at| [at[0], at[1]]).collect();
        let answer = match (self.tool, &self.points[..]) {
            (Tool::Profile, [_, _, ..]) => profile(&obstacles, &plan),
            (Tool::Sight, [from, to]) => {
                let eye = [from[0], from[1], from[2] + self.eye_m];
                Answer::Sight(tools::sight(&obstacles, eye, *to))
            }
            #[cfg(not(target_arch = "wasm32"))]
            (Tool::Earthwork, [_, _, _, ..]) if self.second.terrain.is_some() => {
                between(&obstacles, &plan, self.second.terrain.as_deref())
            }
            (Tool::Earthwork, [_, _, _, ..]) => {
                earthwork(&obstacles, &plan, self.level_m, self.slope_run)
            }
            (Tool::Viewshed, [at]) => {
                let usual = View::of_person([at[0], at[1]], self.radius_m);
                self.look_around(city, buildings, View { eye_m: self.eye_m, ..usual });
                return;
            }
            _ => Answer::None,
        };
        self.set(answer);
    }

    fn set(&mut self, answer: Answer) {
        self.answer = answer;
        self.answers += 1;
    }

    fn look_around(&mut self, city: &City, buildings: &Buildings, view: View) {
        let (city, buildings) = (city.clone(), buildings.clone());
        self.begin(async move {
            let obstacles = Obstacles::new(&city.heights, &buildings);
            Answer::Viewshed(tools::viewshed(&obstacles, &view))
        });
    }

    /// Begins to work out the hours of sun of a feature over a day.
    pub(super) fn sun(
        &mut self,
        city: &City,
        buildings: &Buildings,
        source: (usize, usize),
        date: civil::Date,
    ) {
        let (city, buildings) = (city.clone(), buildings.clone());
        self.begin(async move {
            let found = sunned(&city, &buildings, source, date).ok().flatten();
            found.map_or(
                Answer::Trouble(
                    "Đối tượng này không có mặt nào đón nắng",
                    "This feature has no face that the sun could reach",
                ),
                |found| Answer::Sunned(Box::new(found)),
            )
        });
    }

    fn begin(&mut self, work: impl Future<Output = Answer> + Send + 'static) {
        self.coming = Some(AsyncComputeTaskPool::get().spawn(work));
    }
}

/// An outline that encloses nothing.
const CROSSES: Answer = Answer::Trouble(
    "Ranh khu đất tự cắt hoặc không có diện tích",
    "The outline crosses itself or has no area",
);

/// Minutes between looks at the sun.
const SUN_STEP_MIN: u32 = 10;

fn sunned(
    city: &City,
    buildings: &Buildings,
    source: (usize, usize),
    date: civil::Date,
) -> Result<Option<Sunned>, TwinError> {
    let layer = city.layers.get(source.0);
    let Some(feature) = layer.and_then(|layer| layer.features.get(source.1)) else {
        return Ok(None);
    };
    let Some((east, north)) = feature.place() else { return Ok(None) };
    let obstacles = Obstacles::new(&city.heights, buildings);
    let faces = tools::faces_of(&obstacles, source, feature);
    let path = SunPath::over(city.frame.to_lon_lat(east, north), date, SUN_STEP_MIN)?;
    let suns = tools::study(&obstacles, &faces, &path);
    let whole = tools::total(&faces, &suns);
    Ok(whole.map(|whole| Sunned { source, path, shown: faces.len(), faces, suns, whole }))
}

fn profile(obstacles: &Obstacles<'_>, line: &[[f64; 2]]) -> Answer {
    let length_m: f64 = line.windows(2).map(|pair| tools::plan_distance_m(pair[0], pair[1])).sum();
    let made = tools::profile(obstacles, line, (length_m / 300.0).max(0.5));
    made.map_or(Answer::None, Answer::Profile)
}

fn earthwork(obstacles: &Obstacles<'_>, ring: &[[f64; 2]], level_m: f64, run: f64) -> Answer {
    let made = match run > 0.0 {
        true => tools::pad(obstacles.heights, ring, level_m, run).map(|(made, _)| made.work),
        false => tools::earthwork(obstacles.heights, ring, level_m),
    };
    made.map_or(CROSSES, Answer::Earthwork)
}

/// Volumes against a second terrain.
#[cfg(not(target_arch = "wasm32"))]
fn between(obstacles: &Obstacles<'_>, ring: &[[f64; 2]], other: Option<&SecondTerrain>) -> Answer {
    let made = other.and_then(|other| {
        tools::between(obstacles.heights, ring, other.cell_m, |places| other.heights(places))
    });
    made.map_or(CROSSES, Answer::Between)
}
