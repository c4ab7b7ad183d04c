//! The members of an ensemble: each is run to its end, and maps tell how likely water is.

use city::scenario::FloodScenario;
use datasets::read::Cog;
use sim::flood::Maxima;

use super::{
    error::FloodError,
    folder::{Output, RunFolder},
    model::{Model, Sources},
    run::{SHALLOW_M, Watch},
};
use crate::tiles::raster::RasterError;
use std::sync::atomic::Ordering;

/// Folder of the members' greatest depths.
const FOLDER: &str = "members";
/// Depth at which water counts, m: an adult on foot and a small car stop at it.
const COUNTS_FROM_M: f32 = 0.3;

/// Runs the members that have not been run yet; `share` of all the work was done before.
pub(super) fn run(
    scenario: &FloodScenario,
    sources: &Sources<'_>,
    folder: &RunFolder,
    watch: &Watch<'_>,
) -> Result<(), FloodError> {
    folder.make_below(FOLDER)?;
    let count = scenario.ensemble.len() as f64 + 1.0;
    for (number, member) in scenario.ensemble.iter().enumerate() {
        let path = folder.file(&format!("{FOLDER}/{number}.tif"));
        if path.is_file() {
            continue;
        }
        let of_member = |error: FloodError| match error {
            FloodError::Refused(mut refused) => {
                refused.place = format!("ensemble[{number}]: {}", refused.place);
                FloodError::Refused(refused)
            }
            other => other,
        };
        let model = Model::assemble(&scenario.varied(member), sources).map_err(of_member)?;
        let mut run = model.start()?;
        let end_s = scenario.duration_h * 3600.0;
        while run.time_s() < end_s {
            if watch.is_over.load(Ordering::Relaxed) {
                return Err(FloodError::LeftOff);
            }
            let until_s = (run.time_s() + scenario.frames_min * 60.0).min(end_s);
            run.advance(until_s)?;
            (watch.tell)((number as f64 + 1.0 + run.time_s() / end_s) / count);
        }
        let Maxima { depth_m, .. } = model.maxima(run.surface())?;
        let shown = |cell: usize| if model.blocked[cell] { f32::NAN } else { depth_m[cell] };
        let raster = model.plane.raster(shown).map_err(RasterError::from)?;
        folder.write_raster(&path, &raster)?;
    }
    Ok(())
}

/// Writes how likely water is in each cell, of the scenario itself and its members by their weights.
pub(super) fn write(
    scenario: &FloodScenario,
    model: &Model,
    worst: &Maxima,
    folder: &RunFolder,
) -> Result<(), FloodError> {
    let own = model.plane.raster(|cell| worst.depth_m[cell]).map_err(RasterError::from)?;
    let mut members = vec![(own.values().to_vec(), 1.0)];
    for (number, member) in scenario.ensemble.iter().enumerate() {
        let path = folder.file(&format!("{FOLDER}/{number}.tif"));
        let cog = Cog::open(&path).map_err(RasterError::from)?;
        let values = cog.read_level(0).map_err(RasterError::from)?.values().to_vec();
        members.push((values, member.weight));
    }
    for output in Output::LIKELY {
        let value = |north_first: usize| {
            let drawn = members.iter().map(|(values, weight)| (values[north_first], *weight));
            let depths: Vec<(f32, f64)> = drawn.collect();
            match output {
                Output::MedianDepth => deep(quantile(depths, 0.5)),
                Output::HighDepth => deep(quantile(depths, 0.9)),
                _ => likely(&depths),
            }
        };
        let (columns, rows) = (model.plane.columns(), model.plane.rows());
        let north_first = |cell: usize| (rows - 1 - cell / columns) * columns + cell % columns;
        let shown = |cell: usize| {
            if model.blocked[cell] { f32::NAN } else { value(north_first(cell)) }
        };
        folder.write_cells(output, &model.plane, shown)?;
    }
    Ok(())
}

fn deep(depth_m: f32) -> f32 {
    if depth_m < SHALLOW_M { f32::NAN } else { depth_m }
}

/// Per cent of the weight with water that counts; not a number where there is none.
fn likely(depths: &[(f32, f64)]) -> f32 {
    let all: f64 = depths.iter().map(|(_, weight)| weight).sum();
    let wet = depths.iter().filter(|(depth, _)| *depth >= COUNTS_FROM_M);
    let wet: f64 = wet.map(|(_, weight)| weight).sum();
    if wet > 0.0 { (100.0 * wet / all) as f32 } else { f32::NAN }
}

/// The least depth that at least this share of the weight does not exceed.
fn quantile(mut depths: Vec<(f32, f64)>, share: f64) -> f32 {
    let dry = |depth: f32| if depth.is_nan() { 0.0 } else { depth };
    depths.iter_mut().for_each(|(depth, _)| *depth = dry(*depth));
    depths.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let all: f64 = depths.iter().map(|(_, weight)| weight).sum();
    let mut below = 0.0;
    for (depth, weight) in &depths {
        below += weight;
        // A sum of weights may miss the share by its rounding.
        if below >= share * all * (1.0 - 1e-12) {
            return *depth;
        }
    }
    depths.last().map_or(0.0, |(depth, _)| *depth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn water_is_as_likely_as_the_weight_of_the_members_that_have_it() {
        let members = [(0.1, 1.0), (0.35, 2.0), (f32::NAN, 1.0), (1.0, 1.0)];
        assert_eq!(likely(&members), 60.0);
        assert!(likely(&[(0.2, 1.0), (f32::NAN, 3.0)]).is_nan());
    }

    #[test]
    fn quantiles_of_depth_count_weights_and_take_dry_members_as_dry() {
        let members = vec![(1.0, 1.0), (f32::NAN, 1.0), (0.5, 1.0), (2.0, 1.0)];
        assert_eq!(quantile(members.clone(), 0.5), 0.5);
        assert_eq!(quantile(members.clone(), 0.9), 2.0);
        let mut heavy = members;
        heavy[1].1 = 10.0;
        assert_eq!(quantile(heavy, 0.5), 0.0);
    }
}
