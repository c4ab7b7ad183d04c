//! Frames of a run's folder.

use std::path::Path;

use city::{Bbox, Crs, frame::LocalFrame};
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

/// Depths of a raster, m.
pub(super) fn depths(dir: &Path, minutes: u32, frame: &LocalFrame) -> Result<Heights, String> {
    let file = dir.join("frames").join(format!("{minutes:05}.tif"));
    let cog = Cog::open(&file).map_err(|error| error.to_string())?;
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
            return vec![Some(0.0); places.len()];
        };
        // No value is no water.
        points.iter().map(|(x, y)| Some(raster.bilinear(*x, *y).unwrap_or(0.0))).collect()
    }))
}
