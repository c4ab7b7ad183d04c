//! Answers about towns small enough to reckon by hand, and promises about all of them.

#![expect(clippy::expect_used, reason = "a test stops by panicking")]

mod engine;
mod measures;
mod people;
mod roads;
mod shapes;
mod ways;

use geo_types::{LineString, MultiPolygon, polygon};
use sim::flood::{Maxima, THRESHOLDS_M};
use sim::impact::{Debris, Flood, Grid, Watch};

/// Cells are 10 m wide, their first corner at (1000, 2000).
const WEST_M: f64 = 1000.0;
const SOUTH_M: f64 = 2000.0;

/// A time, then depth and speed of each cell.
type Frame = (f64, Vec<f32>, Vec<f32>);

/// A run as frames.
struct Run {
    grid: Grid,
    bed_m: Vec<f32>,
    frames: Vec<Frame>,
}

impl Run {
    fn new(columns: usize, rows: usize) -> Self {
        let grid = Grid::new(columns, rows, 10.0, WEST_M, SOUTH_M).expect("a grid");
        Self { grid, bed_m: vec![2.0; columns * rows], frames: Vec::new() }
    }

    /// One depth for all frames of an hour each, in still water.
    fn still(columns: usize, rows: usize, depth_m: Vec<f32>) -> Self {
        let mut run = Self::new(columns, rows);
        for hour in 0..3 {
            let depth = if hour == 0 { vec![0.0; depth_m.len()] } else { depth_m.clone() };
            run = run.then(f64::from(hour) * 3600.0, depth);
        }
        run.then(10_800.0, vec![0.0; depth_m.len()])
    }

    fn then(self, time_s: f64, depth_m: Vec<f32>) -> Self {
        let speed_m_s = vec![0.0; depth_m.len()];
        self.moving(time_s, depth_m, speed_m_s)
    }

    fn moving(mut self, time_s: f64, depth_m: Vec<f32>, speed_m_s: Vec<f32>) -> Self {
        self.frames.push((time_s, depth_m, speed_m_s));
        self
    }

    /// What the engine would have recorded, had it looked at the frames.
    fn maxima(&self) -> Maxima {
        let cells = self.grid.cells();
        let most = |of: &dyn Fn(&Frame, usize) -> f32| -> Vec<f32> {
            let cell = |cell| self.frames.iter().map(|frame| of(frame, cell)).fold(0.0, f32::max);
            (0..cells).map(cell).collect()
        };
        let depth_m = most(&|frame, cell| frame.1[cell]);
        let level = |(depth, bed): (&f32, &f32)| {
            if *depth > 0.0 { depth + bed } else { f32::NAN }
        };
        let above = |threshold: usize, cell: usize| {
            let is_above =
                move |frame: &&Frame| f64::from(frame.1[cell]) >= THRESHOLDS_M[threshold];
            self.frames.iter().filter(is_above)
        };
        let first = |threshold: usize, cell: usize| {
            above(threshold, cell).next().map_or(f32::NAN, |frame| frame.0 as f32)
        };
        let last = |threshold: usize, cell: usize| {
            above(threshold, cell).next_back().map_or(0.0, |frame| frame.0 as f32)
        };
        let arrivals = |threshold| (0..cells).map(|cell| first(threshold, cell)).collect();
        let duration = |threshold, cell| (last(threshold, cell) - first(threshold, cell)).max(0.0);
        let durations = |threshold| (0..cells).map(|cell| duration(threshold, cell)).collect();
        Maxima {
            level_m: depth_m.iter().zip(&self.bed_m).map(level).collect(),
            speed_m_s: most(&|frame, cell| frame.2[cell]),
            depth_speed_m2_s: most(&|frame, cell| frame.1[cell] * frame.2[cell]),
            froude: vec![0.0; cells],
            arrival_s: std::array::from_fn(arrivals),
            duration_s: std::array::from_fn(durations),
            depth_m,
        }
    }

    fn end_s(&self) -> f64 {
        self.frames.last().map_or(1.0, |frame| frame.0)
    }

    fn watch(&self, cells: Vec<usize>) -> Watch {
        let mut watch = Watch::new(&self.grid, cells, Debris::Cautious).expect("cells of the grid");
        for (time_s, depth_m, speed_m_s) in &self.frames {
            watch.see(*time_s, depth_m, speed_m_s).expect("frames in order");
        }
        watch
    }

    fn flood<'a>(&self, maxima: &'a Maxima) -> Flood<'a> {
        Flood::new(self.grid, maxima.into(), self.end_s()).expect("rasters of the grid")
    }
}

/// A rectangle in metres from the first corner.
fn block(west: f64, south: f64, east: f64, north: f64) -> MultiPolygon<f64> {
    let (west, east) = (WEST_M + west, WEST_M + east);
    let (south, north) = (SOUTH_M + south, SOUTH_M + north);
    polygon![(x: west, y: south), (x: east, y: south), (x: east, y: north), (x: west, y: north)]
        .into()
}

/// A line through points in metres from the first corner.
fn line(points: &[(f64, f64)]) -> LineString<f64> {
    points.iter().map(|(x, y)| (WEST_M + x, SOUTH_M + y)).collect()
}
