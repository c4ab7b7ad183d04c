//! A small valley with a river, a tributary and a storm, whose truth is hidden from the nowcast.

use sim::flood::{Edge, EdgeSpan, Engine, Forcing, Ground, Inflow, Params, Rain, Series, Side};
use sim::fusion::{Gauge, Nowcast, Reading, Settings, quality::Limits};

use crate::normal;

pub(crate) const COLUMNS: usize = 62;
pub(crate) const ROWS: usize = 30;
pub(crate) const CELL_M: f64 = 200.0;
pub(crate) const HOUR_S: f64 = 3600.0;
/// Gauges tell every quarter of an hour.
pub(crate) const STEP_S: f64 = 900.0;

/// 12.4 km by 6 km that fall by 1:2500 to the east: a river two cells wide and 3 m deep that winds a little, a
/// tributary from the north, plains that rise by 1:400 from the river with hollows in them.
pub(crate) fn ground(roughness: f64) -> Ground {
    let bed = |at: usize| {
        let (x, y) = ((at % COLUMNS) as f64, (at / COLUMNS) as f64);
        let river = 14.5 + 3.0 * (x / 9.0).sin();
        let from_river = (y - river).abs();
        let plain = 10.0 - x * CELL_M / 2500.0 + from_river * CELL_M / 400.0;
        let hollows = 0.35 * (x * 0.7).sin() * (y * 0.9).cos();
        let is_tributary = (x - 30.5).abs() < 0.6 && y > river;
        match from_river {
            d if d < 1.0 => plain - 3.0,
            _ if is_tributary => plain - 1.5 - 0.5 * from_river / 10.0,
            _ => plain + hollows,
        }
    };
    let rough = |at: usize| {
        let (x, y) = ((at % COLUMNS) as f64, (at / COLUMNS) as f64);
        let from_river = (y - 14.5 - 3.0 * (x / 9.0).sin()).abs();
        roughness * if from_river < 1.0 { 0.03 } else { 0.06 }
    };
    let cells = COLUMNS * ROWS;
    let ground = Ground::new(COLUMNS, ROWS, CELL_M, (0..cells).map(bed).collect());
    let ground = ground.expect("a valley").with_manning((0..cells).map(rough).collect());
    ground.expect("a usual roughness")
}

/// The cells of the river in a column.
pub(crate) fn river(column: usize) -> usize {
    (14.5 + 3.0 * (column as f64 / 9.0).sin()).round() as usize
}

/// A storm of 6 h, a flood wave in the river and one in the tributary, each times its multiplier.
pub(crate) fn forcing(rain: f64, rivers: [f64; 2]) -> Forcing {
    let hours: Vec<f64> = (0..=7).map(|hour| f64::from(hour) * HOUR_S).collect();
    let mm_per_h = [5.0, 12.0, 25.0, 35.0, 20.0, 8.0, 0.0].map(|rate| rate * rain);
    let wave = |base: f64, peak: f64, hour: f64, factor: f64| {
        let rise_s = hour * HOUR_S;
        let entries = (0..=96).map(|quarter| {
            let time_s = f64::from(quarter) * 900.0;
            let t = time_s / rise_s;
            // Gamma's hydrograph, the peak at t = 1.
            (time_s, factor * (base + (peak - base) * (t * (1.0 - t).exp()).powi(4)))
        });
        Series::new("a river", entries.collect()).expect("it ascends")
    };
    Forcing {
        rain: Some(Rain::uniform(hours, &mm_per_h).expect("rain")),
        inflows: vec![
            Inflow {
                cells: vec![(0, river(0)), (0, river(0) + 1)],
                discharge_m3_s: wave(150.0, 1100.0, 6.0, rivers[0]),
            },
            Inflow {
                cells: vec![(30, ROWS - 1)],
                discharge_m3_s: wave(20.0, 220.0, 4.5, rivers[1]),
            },
        ],
        edges: vec![EdgeSpan {
            side: Side::East,
            cells: 0..ROWS,
            edge: Edge::Open { slope: 1.0 / 2500.0 },
        }],
    }
}

/// Still water of half a metre in the river, so that nothing begins dry.
pub(crate) fn first_depth(ground: &Ground) -> Vec<f64> {
    let mut depth = vec![0.0; ground.bed_m().len()];
    for column in 0..COLUMNS {
        for row in 0..ROWS {
            let from_river = (row as f64 - 14.5 - 3.0 * (column as f64 / 9.0).sin()).abs();
            if from_river < 1.0 {
                depth[row * COLUMNS + column] = 0.5;
            }
        }
    }
    depth
}

/// What really happened, every [`STEP_S`], in f64.
pub(crate) struct Truth {
    /// Depth of each cell at each step, m.
    pub(crate) depth_m: Vec<Vec<f64>>,
    bed_m: Vec<f64>,
}

impl Truth {
    /// Rain 1.4 times what is known, the river 1.5, the tributary 0.8, roughness 1.2.
    pub(crate) fn run(hours: f64, params: Params) -> Self {
        let ground = ground(1.2);
        let forcing = forcing(1.4, [1.5, 0.8]);
        let params = Params { max_step_s: 60.0, ..params };
        let engine = Engine::<f64>::new(&ground, forcing, params).expect("sound");
        let mut state = engine.start(&first_depth(&ground)).expect("it starts");
        let steps = (hours * HOUR_S / STEP_S) as usize;
        let depth = |step: usize| {
            engine.advance(&mut state, step as f64 * STEP_S).expect("it is stable");
            engine.depth_m(&state)
        };
        Self { depth_m: (0..=steps).map(depth).collect(), bed_m: ground.bed_m().to_vec() }
    }

    pub(crate) fn level_m(&self, step: usize, gauge: &Gauge) -> f64 {
        let cell = gauge.row * COLUMNS + gauge.column;
        self.bed_m[cell] + self.depth_m[step][cell]
    }
}

/// Six gauges: four in the river, one in the tributary, one on the plain.
pub(crate) fn gauges() -> Vec<Gauge> {
    let places = [
        (8, river(8)),
        (20, river(20)),
        (30, 24),
        (38, river(38)),
        (50, river(50)),
        (44, river(44) + 3),
    ];
    let gauge = |(column, row)| Gauge::new(column, row, Limits::between(0.0, 20.0));
    places.into_iter().map(gauge).collect()
}

/// How gauge [`BROKEN`] breaks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    /// From 2 h on it shows one number.
    Stuck,
    /// From 2 h on it gains half a metre in an hour, and keeps it.
    Drift,
}

pub(crate) const BROKEN: usize = 1;

/// What gauges show at a step: the truth, noise of 3 cm, and the fault.
pub(crate) struct Shown {
    levels_m: Vec<Vec<f64>>,
}

impl Shown {
    pub(crate) fn new(truth: &Truth, fault: Fault, seed: u64) -> Self {
        let (mut noise, gauges) = (normal(seed), gauges());
        let mut levels_m: Vec<Vec<f64>> = (0..truth.depth_m.len())
            .map(|step| {
                gauges.iter().map(|gauge| truth.level_m(step, gauge) + 0.03 * noise()).collect()
            })
            .collect();
        for step in 8..levels_m.len() {
            match fault {
                Fault::Stuck => levels_m[step][BROKEN] = levels_m[7][BROKEN],
                Fault::Drift => levels_m[step][BROKEN] += (0.125 * (step - 7) as f64).min(0.5),
            }
        }
        Self { levels_m }
    }

    /// Readings of the steps after one until another.
    pub(crate) fn readings(&self, after: usize, until: usize) -> Vec<Reading> {
        let of_step = |step: usize| {
            let time_s = step as f64 * STEP_S;
            let reading =
                move |(gauge, level_m): (usize, &f64)| Reading { gauge, time_s, level_m: *level_m };
            self.levels_m[step].iter().enumerate().map(reading)
        };
        (after + 1..=until).flat_map(of_step).collect()
    }
}

/// A nowcast of what is known of the valley.
pub(crate) fn nowcast(settings: Settings) -> Nowcast {
    let ground = ground(1.0);
    let depth = first_depth(&ground);
    Nowcast::new(ground, forcing(1.0, [1.0, 1.0]), &depth, gauges(), settings)
        .expect("a sound nowcast")
}
