//! Running a model into a folder: frames, checkpoints, the worst of each cell, the ledger.

use std::{
    fmt::Write,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use city::scenario::FloodScenario;
use sim::{
    flood::{Ledger, Maxima, State},
    impact::{Danger, Debris, rating_at_most},
};

use super::{
    answers, ensemble,
    error::FloodError,
    fine,
    folder::{Output, RunFolder},
    kernel::Running,
    marks,
    model::{Model, Sources},
    summary::{self, Summary},
};

/// When the state is first kept, to go on from after a restart, and how often from then on.
const FIRST_KEEPING: Duration = Duration::from_secs(2);
const KEEPING: Duration = Duration::from_secs(20);
/// How often who waits is told.
const TELLING: Duration = Duration::from_millis(200);
/// Name of the file of the state.
const CHECKPOINT: &str = "checkpoint.bin";
/// Name of the file of volumes over time.
pub const LEDGER: &str = "ledger.csv";
/// Name of the file of the summary.
pub const SUMMARY: &str = "summary.json";
/// Shallower water is left out of pictures, m: wet ground after rain is no flood.
pub(super) const SHALLOW_M: f32 = 0.01;

/// Who watches a run, and may stop it.
pub struct Watch<'a> {
    /// Whether to stop.
    pub is_over: &'a AtomicBool,
    /// Is told now and then what share of the time is done.
    pub tell: &'a (dyn Fn(f64) + Sync),
}

/// Runs a scenario's model, from where it was left off, or from the beginning.
///
/// # Errors
/// [`FloodError::LeftOff`], with its state kept, when it was told to; [`FloodError::Kernel`] when it becomes unstable: the last kept state
/// stays in the folder.
pub fn run(
    scenario: &FloodScenario,
    model: &Model,
    sources: &Sources<'_>,
    folder: &RunFolder,
    watch: &Watch<'_>,
) -> Result<Summary, FloodError> {
    let began = Instant::now();
    let mut run = begin(model, folder)?;
    let (end_s, frame_s) = (scenario.duration_h * 3600.0, scenario.frames_min * 60.0);
    let (mut keep_at, mut tell_at) = (began + FIRST_KEEPING, began);
    let mut rows = Ledgers::open(folder, run.time_s())?;
    let mut frame = (run.time_s() / frame_s).floor() as u32;
    if run.surface().steps() == 0 {
        picture(model, run.surface(), folder, 0)?;
        rows.add(run.surface());
    }
    while run.time_s() < end_s {
        if watch.is_over.load(Ordering::Relaxed) {
            rows.keep(folder)?;
            folder.write(CHECKPOINT, &run.checkpoint())?;
            return Err(FloodError::LeftOff);
        }
        // Steps end at frames whatever the clock on the wall says, so that every run of a scenario
        // takes the same ones.
        let until_s = (f64::from(frame + 1) * frame_s).min(end_s);
        let stable_s = run.stable_step();
        let is_last = until_s - run.time_s() <= stable_s;
        if is_last {
            run.advance(until_s)?;
            frame += 1;
            picture(model, run.surface(), folder, (until_s / 60.0).round() as u32)?;
            rows.add(run.surface());
        } else {
            run.step(stable_s)?;
        }
        let now = Instant::now();
        if now >= tell_at {
            tell_at = now + TELLING;
            (watch.tell)(run.time_s() / end_s / (1.0 + scenario.ensemble.len() as f64));
        }
        if now >= keep_at {
            keep_at = now + KEEPING;
            rows.keep(folder)?;
            folder.write(CHECKPOINT, &run.checkpoint())?;
        }
    }
    rows.keep(folder)?;
    let mut worst = model.maxima(run.surface())?;
    if model.subgrid > 1 {
        fine::times(folder, &model.plane, &mut worst)?;
    }
    rasters(model, &worst, folder)?;
    if !scenario.ensemble.is_empty() {
        // What comes now is long too: it is not to be begun anew from an old state.
        folder.write(CHECKPOINT, &run.checkpoint())?;
        ensemble::run(scenario, sources, folder, watch)?;
        ensemble::write(scenario, model, &worst, folder)?;
    }
    let mut assumptions = model.assumptions.clone();
    let affected = answers::write(model, sources, folder, &worst, end_s, &mut assumptions)?;
    let summary = Summary {
        affected: Some(affected),
        marks: marks::of(&scenario.marks, model, &worst),
        assumptions,
        ..summary::of(scenario, model, &run, &worst, began.elapsed())
    };
    folder.write_json(SUMMARY, &summary)?;
    folder.remove(CHECKPOINT)?;
    Ok(summary)
}

/// The state that was kept, where it is one of this model; else that of the beginning.
fn begin<'a>(model: &'a Model, folder: &RunFolder) -> Result<Running<'a>, FloodError> {
    match std::fs::read(folder.file(CHECKPOINT)) {
        Ok(bytes) => match model.kernel.restore(&bytes) {
            Ok(run) => Ok(run),
            Err(error) => {
                tracing::warn!(%error, "the layers have changed since the run began: it begins anew");
                model.start()
            }
        },
        Err(_) => model.start(),
    }
}

/// Writes the depths of now.
fn picture(
    model: &Model,
    state: &State<f32>,
    folder: &RunFolder,
    minutes: u32,
) -> Result<(), FloodError> {
    let depth_m = model.depth_m(state)?;
    let shown = |cell: usize| {
        let depth = depth_m[cell] as f32;
        if depth < SHALLOW_M || model.blocked[cell] { f32::NAN } else { depth }
    };
    let raster = model.plane.raster(shown).map_err(crate::tiles::raster::RasterError::from)?;
    folder.write_raster(&folder.raster(Output::Depth, minutes), &raster)
}

/// Writes the worst of each cell.
fn rasters(model: &Model, worst: &Maxima, folder: &RunFolder) -> Result<(), FloodError> {
    let is_dry = |cell: usize| worst.depth_m[cell] < SHALLOW_M || model.blocked[cell];
    let hours = |seconds: f32| seconds / 3600.0;
    for output in Output::WORST {
        let value = |cell: usize| match output {
            _ if is_dry(cell) => f32::NAN,
            Output::MaxDepth | Output::Depth => worst.depth_m[cell],
            Output::MaxLevel => worst.level_m[cell],
            Output::MaxSpeed => worst.speed_m_s[cell],
            Output::MaxDepthSpeed => worst.depth_speed_m2_s[cell],
            Output::Arrival => hours(worst.arrival_s[0][cell]),
            Output::Arrival30 => hours(worst.arrival_s[1][cell]),
            Output::Duration30 => match worst.duration_s[1][cell] {
                0.0 => f32::NAN,
                seconds => hours(seconds),
            },
            Output::Hazard => danger(worst, cell),
            // Those of an ensemble, which `WORST` does not hold.
            Output::Likelihood | Output::MedianDepth | Output::HighDepth => f32::NAN,
        };
        folder.write_cells(output, &model.plane, value)?;
    }
    Ok(())
}

/// Class of hazard to people, 1 to 4: from the greatest depth, speed and product of both, whose hours
/// may differ, so it is never too low.
fn danger(worst: &Maxima, cell: usize) -> f32 {
    let of = |values: &[f32]| f64::from(values[cell]);
    let (depth, speed) = (of(&worst.depth_m), of(&worst.speed_m_s));
    let rating = rating_at_most(depth, speed, of(&worst.depth_speed_m2_s), Debris::Urban);
    f32::from(Danger::of(rating).class())
}

/// The volumes over time, as lines of a table.
struct Ledgers(String);

impl Ledgers {
    /// The lines until a time, of a run that goes on.
    fn open(folder: &RunFolder, time_s: f64) -> Result<Self, FloodError> {
        const HEAD: &str = "time_s,stored_m3,rain_m3,inflow_m3,boundary_in_m3,boundary_out_m3,infiltrated_m3,pumped_out_m3,drained_m3,surcharged_m3,error_m3";
        let path = folder.file(LEDGER);
        let found = match std::fs::read_to_string(&path) {
            Ok(text) if time_s > 0.0 => text,
            Ok(_) => String::new(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(FloodError::file(&path)(error)),
        };
        let is_past = |line: &&str| {
            let time = line.split(',').next().and_then(|time| time.parse::<f64>().ok());
            time.is_some_and(|time| time <= time_s)
        };
        let kept = found.lines().skip(1).filter(is_past);
        Ok(Self(std::iter::once(HEAD).chain(kept).flat_map(|line| [line, "\n"]).collect()))
    }

    fn add(&mut self, state: &State<f32>) {
        let Ledger {
            stored_m3,
            rain_m3,
            inflow_m3,
            boundary_in_m3,
            boundary_out_m3,
            infiltrated_m3,
            pumped_out_m3,
            drained_m3,
            surcharged_m3,
            ..
        } = *state.ledger();
        let error_m3 = state.ledger().error_m3();
        // Writing to a text never fails.
        let _ = writeln!(
            self.0,
            "{:.0},{stored_m3:.3},{rain_m3:.3},{inflow_m3:.3},{boundary_in_m3:.3},{boundary_out_m3:.3},{infiltrated_m3:.3},{pumped_out_m3:.3},{drained_m3:.3},{surcharged_m3:.3},{error_m3:.6}",
            state.time_s()
        );
    }

    fn keep(&self, folder: &RunFolder) -> Result<(), FloodError> {
        folder.write(LEDGER, self.0.as_bytes())
    }
}
