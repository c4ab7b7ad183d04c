//! Frames of a run's folder.

use std::path::Path;

use city::{Bbox, Crs, frame::LocalFrame, raster::Raster};
use datasets::{crs::Transformer, read::Cog};

use super::MOST_NODES;
use crate::{model::Heights, source::along_a_row};

/// The minutes of which there are rasters, in order.
pub(super) fn minutes(dir: &Path) -> Vec<u32> {
    let entries = std::fs::read_dir(dir.join("frames")).into_iter().flatten().flatten();
    let mut minutes: Vec<u32> = entries
        .filter_map(|entry| {
            let file = entry.path();
            let is_raster = file.extension().is_some_and(|it| it == "tif");
            let minutes = file.file_stem()?.to_str()?.parse().ok()?;
            is_raster.then_some(minutes)
        })
        .collect();
    minutes.sort_unstable();
    minutes
}

/// Depths of a raster, m; no value is no water.
pub(super) fn depths(dir: &Path, minutes: u32, frame: &LocalFrame) -> Result<Heights, String> {
    let file = dir.join("frames").join(format!("{minutes:05}.tif"));
    sampled(&file, frame, |raster, x, y| raster.bilinear(x, y).unwrap_or(0.0))
}

/// What a run came to: the value of the cell, −1 where there is none.
pub(super) fn worst(dir: &Path, output: &str, frame: &LocalFrame) -> Result<Heights, String> {
    let file = dir.join(format!("{output}.tif"));
    sampled(&file, frame, |raster, x, y| {
        let cell = raster.grid().cell_at(x, y);
        cell.and_then(|(col, row)| raster.get(col, row)).unwrap_or(-1.0)
    })
}

/// A raster at the nodes of a grid in the local frame.
fn sampled(
    file: &Path,
    frame: &LocalFrame,
    value: impl Fn(&Raster, f64, f64) -> f32 + Sync,
) -> Result<Heights, String> {
    let cog = Cog::open(file).map_err(|error| error.to_string())?;
    let grid = *cog.grid();
    let back = Transformer::between(grid.crs, Crs::CRS84).map_err(|error| error.to_string())?;
    let there = Transformer::between(Crs::CRS84, grid.crs).map_err(|error| error.to_string())?;
    let lon_lat = back.convert_bbox(&grid.bbox()).map_err(|error| error.to_string())?;
    let (min_x, min_y) = frame.from_lon_lat(lon_lat.min_x, lon_lat.min_y);
    let (max_x, max_y) = frame.from_lon_lat(lon_lat.max_x, lon_lat.max_y);
    let edges = Bbox { min_x, min_y, max_x, max_y };
    let finest_m = edges.width() / grid.cols.max(1) as f64;
    let raster = cog.read_level(0).map_err(|error| error.to_string())?;
    Ok(Heights::sample(&edges, finest_m, MOST_NODES, |places| {
        let Some(points) = along_a_row(places, frame, &there) else {
            return places.iter().map(|_| Some(value(&raster, f64::NAN, f64::NAN))).collect();
        };
        points.iter().map(|(x, y)| Some(value(&raster, *x, *y))).collect()
    }))
}
