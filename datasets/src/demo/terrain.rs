//! The terrain raster: natural ground, the town's fill, main roads slightly raised.

use city::{Crs, raster::Grid};
use rayon::prelude::*;

use super::{
    base::to_zone,
    index::Segments,
    line,
    plane::{Point, pt, smoothstep},
    road::Road,
    town::Town,
};

/// Side of a cell, in metres.
const CELL_M: f64 = 10.0;

/// The grid and its heights, row by row from the north-west, in EPSG:5899.
pub(super) fn terrain(town: &Town) -> (Grid, Vec<f32>) {
    let (low, high) = (town.country.low, town.country.high);
    let (cols, rows) = (
        ((high.x - low.x) / CELL_M).round() as usize,
        ((high.y - low.y) / CELL_M).round() as usize,
    );
    let corner = to_zone(pt(low.x, high.y));
    let grid = Grid {
        crs: Crs::QUANG_NAM,
        west: corner.x,
        north: corner.y,
        cell_x: CELL_M,
        cell_y: CELL_M,
        cols,
        rows,
    };
    let raised: Vec<&Road> = town
        .streets
        .roads
        .iter()
        .filter(|road| road.row >= 19.0 && road.quarter.is_none())
        .collect();
    let lines: Vec<Vec<Point>> =
        raised.iter().map(|road| line::resample(&road.line, 40.0)).collect();
    let index = Segments::new(lines.iter().map(Vec::as_slice));
    let mut values = vec![0f32; cols * rows];
    values.par_chunks_mut(cols).enumerate().for_each(|(row, cells)| {
        for (col, cell) in cells.iter_mut().enumerate() {
            let p = pt(low.x + (col as f64 + 0.5) * CELL_M, high.y - (row as f64 + 0.5) * CELL_M);
            *cell = (height(town, &raised, &index, p) * 100.0).round() as f32 / 100.0;
        }
    });
    (grid, values)
}

fn height(town: &Town, raised: &[&Road], index: &Segments, p: Point) -> f64 {
    let ground = town.height(p);
    if !(0.3..=25.0).contains(&ground) || town.country.to_river(p).is_some_and(|d| d < 12.0) {
        return ground;
    }
    let Some((road, off)) = index.nearest(p, 45.0, |_| true) else { return ground };
    let lift = if town.is_urban(p) { 0.15 } else { 0.9 };
    ground + lift * (1.0 - smoothstep(raised[road].width / 2.0, raised[road].row / 2.0 + 12.0, off))
}
