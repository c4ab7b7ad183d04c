//! Cells of rasters as NetCDF, which the program `datasets` writes.

use std::path::Path;

use datasets::{
    exchange::{AboutGrids, Sheet},
    write::write_cog,
};

use super::{Exchange, ExchangeError, child};
use crate::coverage::{Moment, Parameter};

/// Rasters of one grid as the bytes of a NetCDF file: one that has no time, or several by their times.
///
/// `scratch` is an empty folder; `is_over` says that nobody waits any more.
///
/// # Errors
/// [`ExchangeError`]; [`ExchangeError::NoDriver`] where the installed GDAL writes no NetCDF.
pub fn netcdf(
    exchange: &Exchange,
    scratch: &Path,
    moments: &[Moment],
    parameter: &Parameter,
    is_over: &dyn Fn() -> bool,
) -> Result<Vec<u8>, ExchangeError> {
    // The program sees this folder alone.
    let scratch = scratch.canonicalize()?;
    let mut sheets = Vec::with_capacity(moments.len());
    for (number, moment) in moments.iter().enumerate() {
        let file = format!("{number}.tif");
        write_cog(&scratch.join(&file), &moment.raster)?;
        sheets.push(Sheet { file, time: moment.time });
        if is_over() {
            return Err(ExchangeError::LeftOff);
        }
    }
    let about = AboutGrids {
        name: parameter.key.clone(),
        title: parameter.title.clone(),
        unit: parameter.unit.clone(),
        credits: parameter.credits.clone(),
        sheets,
    };
    let (told, made) = (scratch.join("about.json"), scratch.join("made.nc"));
    std::fs::write(&told, serde_json::to_vec(&about)?)?;
    let mut command = exchange.command("grids", &scratch)?;
    command.arg(&told).arg("--out").arg(&made);
    child::run(&mut command, is_over, exchange.patience(), |line| {
        tracing::debug!(line, "a line of datasets");
    })?;
    Ok(std::fs::read(&made)?)
}
