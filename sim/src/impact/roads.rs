//! Which stretches of road are under water, for whom, and from when to when.

use std::ops::Range;

use geo_types::{Coord, Line, LineString, Point};
use rayon::prelude::*;

use super::{Error, Flood, Grid, Limits, Spell, Unit, area::Finder, grid::between};
use crate::flood::THRESHOLDS_M;

/// A road, in the run's metres.
#[derive(Debug, Clone, PartialEq)]
pub struct Road {
    /// Its axis. Roads are joined where they share a point.
    pub line: LineString<f64>,
    /// Whether it stands on a bridge, all along. So does any road where it crosses standing water.
    pub is_bridge: bool,
    /// Level of the bridge's deck, m over the run's datum. Without it a bridge is taken as dry.
    pub deck_level_m: Option<f64>,
}

impl Road {
    /// A road on the ground.
    #[must_use]
    pub fn on_ground(line: LineString<f64>) -> Self {
        Self { line, is_bridge: false, deck_level_m: None }
    }
}

/// A stretch of road that is closed.
#[derive(Debug, Clone, PartialEq)]
pub struct Closure {
    /// Which of the roads.
    pub road: usize,
    /// Where it begins and ends, m along the road.
    pub along_m: Range<f64>,
    /// From when to when somewhere on it the water is too much; ascending, apart from each other.
    pub spells: Vec<Spell>,
    /// Largest depth over the road, m.
    pub depth_m: f64,
    /// The stretch itself.
    pub line: LineString<f64>,
}

impl Closure {
    /// Its length, m.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        self.along_m.end - self.along_m.start
    }

    /// From the first closing to the last opening.
    #[must_use]
    pub fn hull(&self) -> Option<Spell> {
        self.spells.iter().copied().reduce(Spell::hull)
    }
}

/// A stretch of road within a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Closed {
    pub(super) along_m: Range<f64>,
    pub(super) spells: Vec<Spell>,
    depth_m: f64,
}

/// The cells under roads, for [`super::Watch`].
#[must_use]
pub fn road_cells(grid: &Grid, roads: &[Road]) -> Vec<usize> {
    let mut cells: Vec<_> = roads
        .iter()
        .flat_map(|road| road.line.lines())
        .flat_map(|line| grid.pieces(line))
        .filter_map(|piece| piece.cell)
        .collect();
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// The stretches of roads that are closed for some limits, by road and along it.
///
/// Roads are cut where they go from cell to cell; neighbouring closed pieces make one closure. Where
/// the course of the water at a cell was watched, hours are between its frames, straight. Elsewhere, and
/// for water that rose and fell between two frames, they are those of the largest of
/// [`THRESHOLDS_M`] that is not above the limit of depth, or of the least where the water is too fast:
/// rather too early and too long.
///
/// # Errors
/// Where a geometry or a limit makes no sense.
pub fn closures(flood: &Flood<'_>, roads: &[Road], limits: &Limits) -> Result<Vec<Closure>, Error> {
    limits.check()?;
    check(roads)?;
    let of_road = |(index, road): (usize, &Road)| join(index, road, closed(flood, road, limits));
    let found: Vec<Vec<_>> = roads.par_iter().enumerate().map(of_road).collect();
    Ok(found.into_iter().flatten().collect())
}

/// Length of road that is closed within each unit, m; and in none of them.
#[must_use]
pub fn closed_m_by_unit(grid: &Grid, closures: &[Closure], units: &[Unit]) -> (Vec<f64>, f64) {
    let finder = Finder::new(units.iter().map(|unit| &unit.area));
    let (mut inside, mut outside) = (vec![0.0; units.len()], 0.0);
    for line in closures.iter().flat_map(|closure| closure.line.lines()) {
        for piece in grid.pieces(line) {
            let (from, to) = piece.span;
            let unit = finder.find(between(line.start, line.end, 0.5 * (from + to)));
            *unit.map_or(&mut outside, |unit| &mut inside[unit]) += length_m(line) * (to - from);
        }
    }
    (inside, outside)
}

pub(super) fn check(roads: &[Road]) -> Result<(), Error> {
    for (index, road) in roads.iter().enumerate() {
        let is_finite = |at: &Coord<f64>| at.x.is_finite() && at.y.is_finite();
        if road.line.0.len() < 2 || !road.line.0.iter().all(is_finite) {
            return Err(Error::Geometry { what: "road", index });
        }
        if let Some(value) = road.deck_level_m.filter(|level| !level.is_finite()) {
            let (name, range) = ("deck_level_m", "finite");
            return Err(Error::Attribute { what: "road", index, name, value, range });
        }
    }
    Ok(())
}

/// The pieces of a road that are closed, along it.
pub(super) fn closed(flood: &Flood<'_>, road: &Road, limits: &Limits) -> Vec<Closed> {
    let mut found = Vec::new();
    let mut before_m = 0.0;
    for line in road.line.lines() {
        let long_m = length_m(line);
        for piece in flood.grid().pieces(line) {
            let along_m = before_m + long_m * piece.span.0..before_m + long_m * piece.span.1;
            let over = piece.cell.and_then(|cell| Over::of(flood, road, cell));
            let Some(over) = over.filter(|_| along_m.start < along_m.end) else { continue };
            let spells = over.closed(flood, limits);
            if !spells.is_empty() {
                found.push(Closed { along_m, spells, depth_m: over.depth_m(flood) });
            }
        }
        before_m += long_m;
    }
    found
}

/// The water over a road in a cell.
struct Over {
    cell: usize,
    /// Height of the deck over the bed, m.
    deck_m: f64,
}

impl Over {
    /// None where a bridge stands dry.
    fn of(flood: &Flood<'_>, road: &Road, cell: usize) -> Option<Self> {
        if !road.is_bridge && !flood.is_standing_water(cell) {
            return Some(Self { cell, deck_m: 0.0 });
        }
        let bed_m = flood.level_m(cell)? - flood.depth_m(cell);
        Some(Self { cell, deck_m: (road.deck_level_m? - bed_m).max(0.0) })
    }

    fn depth_m(&self, flood: &Flood<'_>) -> f64 {
        flood.depth_m(self.cell) - self.deck_m
    }

    fn closed(&self, flood: &Flood<'_>, limits: &Limits) -> Vec<Spell> {
        let watched = flood.watch().and_then(|watch| {
            let course = watch.course(self.cell)?;
            let loads = course.map(|(depth_m, speed_m_s)| {
                limits.load((depth_m - self.deck_m).max(0.0), speed_m_s)
            });
            Some(above_one(watch.times_s(), loads))
        });
        match watched {
            Some(spells) if !spells.is_empty() => spells,
            _ => self.closed_by_maxima(flood, limits).into_iter().collect(),
        }
    }

    fn closed_by_maxima(&self, flood: &Flood<'_>, limits: &Limits) -> Option<Spell> {
        let depth_m = self.depth_m(flood);
        let speed_m_s = flood.speed_m_s(self.cell);
        let strong =
            if self.deck_m > 0.0 { depth_m * speed_m_s } else { flood.depth_speed_m2_s(self.cell) };
        let stands_m = if limits.moves(depth_m, speed_m_s, strong) {
            self.deck_m
        } else if depth_m >= limits.depth_m {
            self.deck_m + limits.depth_m
        } else {
            return None;
        };
        let threshold = THRESHOLDS_M.iter().rposition(|threshold| *threshold <= stands_m);
        flood.spell(self.cell, threshold.unwrap_or(0))
    }
}

/// From when to when a load, straight between its frames, is 1 or more.
fn above_one(times_s: &[f64], loads: impl Iterator<Item = f64>) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    let mut before: Option<(f64, f64)> = None;
    for (time_s, load) in times_s.iter().copied().zip(loads) {
        let crossing = |(t0, l0): (f64, f64)| t0 + (time_s - t0) * (1.0 - l0) / (load - l0);
        match before {
            None if load >= 1.0 => spells.push(Spell { from_s: time_s, to_s: None }),
            Some(last) if last.1 < 1.0 && load >= 1.0 => {
                spells.push(Spell { from_s: crossing(last), to_s: None });
            }
            Some(last) if last.1 >= 1.0 && load < 1.0 => {
                if let Some(spell) = spells.last_mut() {
                    spell.to_s = Some(crossing(last));
                }
            }
            _ => {}
        }
        before = Some((time_s, load));
    }
    spells
}

/// Spells that overlap or touch, joined; ascending.
pub(super) fn union(mut spells: Vec<Spell>) -> Vec<Spell> {
    spells.sort_by(|one, two| one.from_s.total_cmp(&two.from_s));
    let mut joined: Vec<Spell> = Vec::new();
    for spell in spells {
        match joined.last_mut() {
            Some(last) if last.to_s.is_none_or(|to_s| spell.from_s <= to_s) => {
                *last = last.hull(spell);
            }
            _ => joined.push(spell),
        }
    }
    joined
}

/// Closures from neighbouring closed pieces.
fn join(index: usize, road: &Road, pieces: Vec<Closed>) -> Vec<Closure> {
    let mut runs: Vec<Closed> = Vec::new();
    for piece in pieces {
        match runs.last_mut() {
            Some(run) if run.along_m.end >= piece.along_m.start => {
                run.along_m.end = piece.along_m.end;
                run.spells.extend(piece.spells);
                run.depth_m = run.depth_m.max(piece.depth_m);
            }
            _ => runs.push(piece),
        }
    }
    let closure = |run: Closed| Closure {
        road: index,
        line: part(&road.line, &run.along_m),
        spells: union(run.spells),
        depth_m: run.depth_m,
        along_m: run.along_m,
    };
    runs.into_iter().map(closure).collect()
}

/// The part of a line between two distances along it.
pub(super) fn part(line: &LineString<f64>, along_m: &Range<f64>) -> LineString<f64> {
    let mut points: Vec<Coord<f64>> = Vec::new();
    let mut before_m = 0.0;
    for line in line.lines() {
        let long_m = length_m(line);
        let (from, to) = (along_m.start.max(before_m), along_m.end.min(before_m + long_m));
        if from < to {
            let at = |along_m: f64| between(line.start, line.end, (along_m - before_m) / long_m);
            if points.is_empty() {
                points.push(at(from));
            }
            points.push(if to < before_m + long_m { at(to) } else { line.end });
        }
        before_m += long_m;
    }
    LineString(points)
}

/// Length of a straight line, m.
pub(super) fn length_m(line: Line<f64>) -> f64 {
    distance_m(line.start, line.end)
}

/// Distance of two points, m: by IEEE's square root, unlike a platform's `hypot`.
pub(super) fn distance_m(from: Coord<f64>, to: Coord<f64>) -> f64 {
    let way = Point::from(to - from);
    way.dot(way).sqrt()
}
