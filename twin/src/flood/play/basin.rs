//! The kernel on the land that is played on, with what somebody placed; changed while the water goes.

use std::sync::Arc;

use sim::flood::{
    Edge, EdgeSpan, Engine, Forcing, Ground, Inflow, Maxima, Params, Rain, Series, Side, State,
    structures::{self, Growth, Levee, Structure, Trigger, Works},
};

use super::{Area, Breach, Land, Measures, Wall, past};
use crate::{error::TwinError, model::Heights};

/// Manning's n of town and fields alike, s/m^(1/3) (Chow 1959: short grass 0.03, scattered brush 0.05).
const ROUGHNESS: f64 = 0.04;
/// A breach grows to its width in this time, s.
const BREACHES_S: f64 = 600.0;
/// A pump starts at this depth and stops at that one, m.
const PUMPS_M: (f64, f64) = (0.15, 0.05);
/// How far around a source its water comes up, and around a pump's mouth it is drawn, m.
const MOUTH_M: f64 = 6.0;
/// The land goes on outside as steep as this where it is open.
const BEYOND: f64 = 0.001;
/// Further than anybody plays, h.
const FOREVER_H: f64 = 24.0 * 31.0;

/// Numbers that a planner asks of a flood.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// Land under more than 0.15 m that is dry as a rule, m².
    pub flooded_m2: f64,
    /// Of it, under more than 0.5 m, m².
    pub deep_m2: f64,
    /// The deepest water on it, m.
    pub deepest_m: f64,
    /// All water above the usual one, m³.
    pub volume_m3: f64,
    /// What the play has gained or lost against its books, as a part of all water: the kernel's own error.
    pub error: f64,
}

/// Water on its way over the land.
#[derive(Debug)]
pub struct Basin {
    land: Arc<Land>,
    engine: Engine<f32>,
    state: State<f32>,
    /// The play's time when the engine began, s: it begins anew whenever something is placed.
    began_s: f64,
    tide: Tide,
    error: f64,
    /// The worst of what was there before.
    before: Option<Maxima>,
}

/// How far waters outside stand above their usual level, over the time of the play.
#[derive(Debug, Clone, PartialEq)]
struct Tide {
    /// The rise and the hours that were asked for.
    asked: (f64, f64),
    rise_m: Series,
}

impl Tide {
    /// The tide that is asked for at a time of the play, after another one: it rises or falls from where it is.
    fn after(before: Option<&Self>, measures: &Measures, now_s: f64) -> Result<Self, TwinError> {
        let asked = (measures.tide_m, measures.tide_hours);
        if let Some(same) = before.filter(|it| it.asked == asked) {
            return Ok(same.clone());
        }
        let now_m = before.map_or(0.0, |it| it.rise_m.at(now_s));
        // A step of the tide would be a wall of water.
        let until_s = now_s + (measures.tide_hours * 3600.0).max(60.0);
        let entries = vec![(now_s, now_m), (until_s, measures.tide_m)];
        Ok(Self { asked, rise_m: Series::new("the tide", entries).map_err(refused)? })
    }

    /// The level of a water that usually stands at another, from a time of the play on.
    fn level(&self, usual_m: f64, from_s: f64) -> Result<Series, TwinError> {
        let later = self.rise_m.entries().iter().filter(|(time_s, _)| *time_s > from_s);
        let entries = std::iter::once((0.0, usual_m + self.rise_m.at(from_s)))
            .chain(later.map(|(time_s, rise_m)| (time_s - from_s, usual_m + rise_m)));
        Series::new("the tide", entries.collect()).map_err(refused)
    }
}

impl Basin {
    /// Standing waters at their levels, and nothing else yet.
    ///
    /// # Errors
    /// [`TwinError::Ask`] for measures that do not fit the land.
    pub fn begin(land: Arc<Land>, measures: &Measures) -> Result<Self, TwinError> {
        let tide = Tide::after(None, measures, 0.0)?;
        let engine = engine(&land, measures, &tide, 0.0)?;
        let depth = |(bed, level): (&f64, &f64)| (level - bed).max(0.0);
        let usual: Vec<f64> = land.bed_m.iter().zip(&land.water_m).map(depth).collect();
        let state = engine.start(&usual).map_err(refused)?;
        Ok(Self { land, engine, state, began_s: 0.0, tide, error: 0.0, before: None })
    }

    /// The same water with other measures: it goes on from where and as fast as it is.
    ///
    /// # Errors
    /// As [`Self::begin`]; the play then stays as it was.
    pub fn change(&mut self, measures: &Measures) -> Result<(), TwinError> {
        let now_s = self.time_s();
        let tide = Tide::after(Some(&self.tide), measures, now_s)?;
        let engine = engine(&self.land, measures, &tide, now_s)?;
        let depth_m = self.engine.depth_m(&self.state);
        let (mut x, mut y) = self.engine.velocity_m_s(&self.state);
        for (k, depth_m) in depth_m.iter().enumerate() {
            x[k] *= depth_m;
            y[k] *= depth_m;
        }
        let state = engine.start_moving(&depth_m, &x, &y).map_err(refused)?;
        self.error += self.state.ledger().relative_error();
        self.before = Some(self.worst());
        (self.engine, self.state, self.began_s) = (engine, state, now_s);
        self.tide = tide;
        Ok(())
    }

    /// Time since the play began, s.
    pub fn time_s(&self) -> f64 {
        self.began_s + self.state.time_s()
    }

    /// Takes a stable step, at most up to a time of the play, s.
    ///
    /// # Errors
    /// [`TwinError::Ask`] where the water runs away, which says where.
    pub fn step(&mut self, until_s: f64) -> Result<(), TwinError> {
        let left_s = until_s - self.time_s();
        if left_s > 0.0 {
            let stable_s = self.engine.stable_step(&self.state);
            let step_s = stable_s.min(left_s).max(1e-6);
            self.engine.step(&mut self.state, step_s).map_err(refused)?;
        }
        Ok(())
    }

    /// Goes on to a time of the play, s.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn advance(&mut self, until_s: f64) -> Result<(), TwinError> {
        while until_s - self.time_s() > 1e-3 {
            self.step(until_s)?;
        }
        Ok(())
    }

    /// Depths above the ground that is drawn, m; none where water stands as it always does, so that it is drawn
    /// as it always is.
    pub fn depths(&self) -> Heights {
        const USUAL_M: f64 = 0.03;
        let land = &self.land;
        let depths =
            self.engine.depth_m(&self.state).into_iter().enumerate().map(|(k, depth_m)| {
                let level_m = land.bed_m[k] + depth_m;
                let is_usual = (level_m - land.water_m[k]).abs() < USUAL_M;
                if is_usual || depth_m < 1e-3 {
                    0.0
                } else {
                    (level_m - land.ground_m[k]).max(0.0) as f32
                }
            });
        land.area.field(depths.collect())
    }

    /// The worst that each cell has seen since the play began.
    pub fn worst(&self) -> Maxima {
        past::joined(self.before.as_ref(), self.engine.maxima(&self.state), self.began_s)
    }

    /// A result of the play so far by its name (`max-speed`, `arrival`, `duration-30cm`, `hazard`), −1 where there is
    /// nothing to say.
    pub fn result(&self, output: &str) -> Option<Heights> {
        past::result(&self.worst(), &self.land, output)
    }

    /// What it has come to.
    pub fn figures(&self) -> Figures {
        let cell_m2 = self.land.area.cell_m * self.land.area.cell_m;
        let mut figures = Figures {
            error: self.error + self.state.ledger().relative_error(),
            ..Figures::default()
        };
        for (k, depth_m) in self.engine.depth_m(&self.state).into_iter().enumerate() {
            let usual_m = (self.land.water_m[k] - self.land.bed_m[k]).max(0.0);
            // A comparison with what is not a number is false: on dry land nothing is usual.
            let usual_m = if usual_m.is_finite() { usual_m } else { 0.0 };
            figures.volume_m3 += (depth_m - usual_m) * cell_m2;
            if self.land.water_m[k].is_nan() {
                figures.flooded_m2 += if depth_m > 0.15 { cell_m2 } else { 0.0 };
                figures.deep_m2 += if depth_m > 0.5 { cell_m2 } else { 0.0 };
                figures.deepest_m = figures.deepest_m.max(depth_m);
            }
        }
        figures
    }

    /// The land.
    pub fn land(&self) -> &Arc<Land> {
        &self.land
    }
}

fn refused(error: sim::flood::Error) -> TwinError {
    TwinError::Ask(error.to_string())
}

/// The engine for measures from a time of the play on, s.
fn engine(
    land: &Land,
    measures: &Measures,
    tide: &Tide,
    from_s: f64,
) -> Result<Engine<f32>, TwinError> {
    measures.check()?;
    let area = &land.area;
    let cells = area.cells * area.cells;
    let mut works = Vec::new();
    for (k, wall) in measures.walls.iter().enumerate() {
        let levee = levee(land, wall, from_s)?;
        if !levee.faces.is_empty() {
            works.push(Structure { name: format!("walls[{k}]"), works: Works::Levee(levee) });
        }
    }
    for (k, pump) in measures.pumps.iter().enumerate() {
        let name = format!("pumps[{k}]");
        let pump = pumped(land, pump).ok_or_else(|| outside(&name))?;
        works.push(Structure { name, works: Works::Pump(pump) });
    }
    let ground = Ground::new(area.cells, area.cells, area.cell_m, land.bed_m.clone())
        .and_then(|ground| ground.with_manning(vec![ROUGHNESS; cells]))
        .and_then(|ground| match land.is_built.contains(&true) {
            true => ground.with_blocked(land.is_built.clone()),
            false => Ok(ground),
        })
        .and_then(|ground| ground.with_structures(works))
        .map_err(refused)?;
    let mut forcing = Forcing { edges: edges(land, tide, from_s)?, ..Forcing::default() };
    if measures.rain_mm_h > 0.0 {
        let until_s = FOREVER_H * 3600.0;
        forcing.rain =
            Some(Rain::uniform(vec![0.0, until_s], &[measures.rain_mm_h]).map_err(refused)?);
    }
    for (k, source) in measures.sources.iter().enumerate() {
        let cells = land.open_around(land.local(source.at), MOUTH_M);
        if cells.is_empty() {
            return Err(outside(&format!("sources[{k}]")));
        }
        let discharge_m3_s =
            Series::constant("a source", source.discharge_m3_s).map_err(refused)?;
        forcing.inflows.push(Inflow { cells, discharge_m3_s });
    }
    Engine::new(&ground, forcing, Params::hllc()).map_err(refused)
}

fn outside(what: &str) -> TwinError {
    TwinError::Ask(format!("{what} lies outside the area that is played"))
}

/// A wall as a levee whose crest follows the ground.
fn levee(land: &Land, wall: &Wall, from_s: f64) -> Result<Levee, TwinError> {
    let area = &land.area;
    let bed = land.bed();
    // The crest follows the ground from one point to the next, a cell at a time.
    let mut points: Vec<[f64; 3]> = Vec::new();
    for pair in wall.line.windows(2) {
        let (from, to) = (land.local(pair[0]), land.local(pair[1]));
        let steps = ((to[0] - from[0]).hypot(to[1] - from[1]) / area.cell_m).ceil().max(1.0);
        for step in 0..=steps as usize {
            let part = step as f64 / steps;
            let at = [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
            let [x, y] = [at[0] - area.corner[0], at[1] - area.corner[1]];
            points.push([x, y, bed.at(at[0], at[1]) + wall.height_m]);
        }
    }
    points.dedup_by(|a, b| (a[0] - b[0]).hypot(a[1] - b[1]) < 1e-6);
    let mut levee = Levee::along(&points, (area.cells, area.cells), area.cell_m);
    let breaches: Result<Vec<_>, TwinError> =
        wall.breaches.iter().map(|breach| breached(land, &levee, breach, from_s)).collect();
    levee.breaches = breaches?;
    Ok(levee)
}

fn breached(
    land: &Land,
    levee: &Levee,
    breach: &Breach,
    from_s: f64,
) -> Result<structures::Breach, TwinError> {
    let at = land.local(breach.at);
    let (mut along_m, mut nearest) = (0.0, (f64::INFINITY, 0.0));
    for face in &levee.faces {
        let [x, y] = middle_of_face(&land.area, (face.column, face.row), face.side);
        let away = (x - at[0]).hypot(y - at[1]);
        if away < nearest.0 {
            nearest = (away, along_m + face.length_m / 2.0);
        }
        along_m += face.length_m;
    }
    // Begun before the engine, it is as wide as it had become, and goes on.
    let began_s = breach.from_s - from_s;
    let grown = (-began_s / BREACHES_S).clamp(0.0, 1.0);
    let first_m = (breach.width_m * grown).max(0.5_f64.min(breach.width_m));
    let left_s = (BREACHES_S * (1.0 - grown)).max(1.0);
    let width = Series::new("a breach", vec![(0.0, first_m), (left_s, breach.width_m)]);
    Ok(structures::Breach {
        at_m: nearest.1,
        trigger: Trigger::At(began_s.max(0.0)),
        growth: Growth::Given {
            // Down to the ground, whatever it is there.
            crest_m: Series::constant("a breach", -4000.0).map_err(refused)?,
            width_m: width.map_err(refused)?,
        },
    })
}

fn middle_of_face(area: &Area, (column, row): (usize, usize), side: Side) -> [f64; 2] {
    let [x, y] = area.middle_of(column, row);
    let half = area.cell_m / 2.0;
    match side {
        Side::West => [x - half, y],
        Side::East => [x + half, y],
        Side::South => [x, y - half],
        Side::North => [x, y + half],
    }
}

fn pumped(land: &Land, pump: &super::PumpSite) -> Option<structures::Pump> {
    let from = land.open_around(land.local(pump.from), MOUTH_M);
    let mut to = match pump.to {
        Some(to) => land.open_around(land.local(to), MOUTH_M),
        None => Vec::new(),
    };
    to.retain(|cell| !from.contains(cell));
    if from.is_empty() || pump.to.is_some() && to.is_empty() {
        return None;
    }
    let beds = from.iter().map(|(column, row)| land.bed_m[row * land.area.cells + column]);
    let low_m = beds.fold(f64::INFINITY, f64::min);
    Some(structures::Pump {
        from,
        to,
        capacity_m3_s: pump.capacity_m3_s,
        starts_at_m: low_m + PUMPS_M.0,
        stops_at_m: low_m + PUMPS_M.1,
    })
}

/// Waters go on outside at the tide's level, land with a gentle fall.
fn edges(land: &Land, tide: &Tide, from_s: f64) -> Result<Vec<EdgeSpan>, TwinError> {
    let n = land.area.cells;
    let cell = |side: Side, k: usize| match side {
        Side::West => k * n,
        Side::East => k * n + n - 1,
        Side::South => k,
        Side::North => (n - 1) * n + k,
    };
    let mut spans = Vec::new();
    for side in [Side::West, Side::East, Side::South, Side::North] {
        let mut begin = 0;
        while begin < n {
            let level_m = land.water_m[cell(side, begin)];
            let is_same = |k: usize| {
                let other = land.water_m[cell(side, k)];
                other == level_m || other.is_nan() && level_m.is_nan()
            };
            let end = (begin..n).find(|k| !is_same(*k)).unwrap_or(n);
            let edge = match level_m.is_nan() {
                true => Edge::Open { slope: BEYOND },
                false => Edge::Level(tide.level(level_m, from_s)?),
            };
            spans.push(EdgeSpan { side, cells: begin..end, edge });
            begin = end;
        }
    }
    Ok(spans)
}
