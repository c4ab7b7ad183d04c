//! A raster file against its entry in the catalogue.

use std::path::Path;

use city::{Layer, layer::Content};

use super::Report;
use crate::read::{Cog, cog::CogError};

/// Rows that are read at a time.
const BAND: usize = 512;

pub(super) fn check(path: &Path, layer: &Layer, report: &mut Report) {
    let Content::Raster { grid, min, max, .. } = &layer.content else { return };
    let cog = match Cog::open(path) {
        Ok(cog) => cog,
        Err(error) => return report.problem(&layer.id, error.to_string()),
    };
    if cog.grid() != grid {
        let found = cog.grid();
        report.problem(
            &layer.id,
            format!(
                "its cells lie elsewhere than the catalogue says: {} x {} in {}, found {} x {} in {}",
                grid.cols, grid.rows, grid.crs, found.cols, found.rows, found.crs
            ),
        );
        return;
    }
    match range(&cog) {
        Err(error) => report.problem(&layer.id, error.to_string()),
        Ok(None) => report.warning(&layer.id, "it has no data in any cell"),
        // Values come back as they were written, so the range is the same to the bit.
        Ok(Some((low, high))) if (low, high) != (*min, *max) => {
            let text = format!("its values are {low} to {high}, the catalogue says {min} to {max}");
            report.warning(&layer.id, text);
        }
        Ok(Some(_)) => {}
    }
}

/// Reads every tile of every level; smallest and largest value of the full resolution.
fn range(cog: &Cog) -> Result<Option<(f32, f32)>, CogError> {
    let mut range = None;
    for level in 0..cog.levels() {
        let Some(grid) = cog.level_grid(level) else { continue };
        for row in (0..grid.rows).step_by(BAND) {
            let band = cog.read_window(level, 0..grid.cols, row..(row + BAND).min(grid.rows))?;
            if level > 0 {
                continue;
            }
            for value in band.into_iter().filter(|value| !value.is_nan()) {
                let (low, high) = range.unwrap_or((value, value));
                range = Some((value.min(low), value.max(high)));
            }
        }
    }
    Ok(range)
}
