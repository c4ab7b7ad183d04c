//! Parts of rasters: a window, an area, what lies along a line; as CoverageJSON (OGC 21-069r2) and as
//! GeoTIFF.

mod document;

use city::{
    Bbox, Crs, Title,
    raster::{Grid, Raster},
};
use datasets::{
    crs::{CrsError, Transformer},
    read::Cog,
    write::{CogWriteError, write_cog},
};
use geo::Contains;
use geo_types::{Coord, LineString, Point, Polygon};

use crate::tiles::raster::{RasterError, window};

pub use document::{along, grid};

/// Cells of a CoverageJSON document at most, and of a GeoTIFF.
const MOST_TOLD: usize = 1_000_000;
const MOST_WRITTEN: usize = 25_000_000;
/// Places along a line at most.
const MOST_ALONG: usize = 10_000;

/// Why a part of a raster is not given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CoverageError {
    /// It lies outside of the raster.
    #[error("it lies outside of the raster, which covers {0}")]
    Outside(String),
    /// It has too many cells.
    #[error("it has {cells} cells of at most {most}: ask for less, or give scale-factor={factor}")]
    TooMany {
        /// How many.
        cells: usize,
        /// At most.
        most: usize,
        /// What would do.
        factor: usize,
    },
    /// The raster cannot be read.
    #[error(transparent)]
    Raster(#[from] RasterError),
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] CogWriteError),
    /// The file cannot be read back.
    #[error("cannot use a temporary file")]
    Io(#[from] std::io::Error),
}

impl From<CrsError> for CoverageError {
    fn from(error: CrsError) -> Self {
        Self::Raster(error.into())
    }
}

/// What the values of a raster are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its key in documents.
    pub key: String,
    /// Its name for people.
    pub title: Title,
    /// Its unit.
    pub unit: String,
}

/// Which part of a raster, in longitude and latitude.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// All of it.
    Whole,
    /// A box.
    Box(Bbox),
    /// Within a polygon: cells whose middle is outside have no value.
    Within(Polygon<f64>),
}

/// A part of a raster in the raster's own frame. With a factor, so many cells a side become one, which
/// has the value of the overview's cell there.
///
/// # Errors
/// [`CoverageError`].
pub fn part(cog: &Cog, part: &Part, factor: usize, most: Most) -> Result<Raster, CoverageError> {
    let grid = *cog.grid();
    let wanted = match part {
        Part::Whole => grid.bbox(),
        Part::Box(bbox) => box_in(&grid, bbox)?,
        Part::Within(polygon) => {
            let corners = polygon.exterior().coords().map(|at| (at.x, at.y));
            let around = Bbox::around(corners).ok_or_else(|| outside(&grid))?;
            box_in(&grid, &around)?
        }
    };
    let snapped = snap(&grid, &wanted, factor).ok_or_else(|| outside(&grid))?;
    let cells = snapped.cols * snapped.rows;
    if cells > most.cells() {
        let times = (cells as f64 / most.cells() as f64).sqrt().ceil() as usize;
        let factor = factor * times.max(2);
        return Err(CoverageError::TooMany { cells, most: most.cells(), factor });
    }
    let level = cog.level_for(snapped.cell_x);
    let source = window(cog, level, &snapped.bbox())?.ok_or_else(|| outside(&grid))?;
    let inside = mask(&snapped, part)?;
    let values = (0..cells).map(|cell| {
        let (x, y) = snapped.centre_of(cell % snapped.cols, cell / snapped.cols);
        let at = source.grid().cell_at(x, y).filter(|_| inside(x, y));
        at.and_then(|(col, row)| source.get(col, row)).unwrap_or(f32::NAN)
    });
    Ok(Raster::new(snapped, values.collect()).map_err(RasterError::from)?)
}

/// How much of a raster is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Most {
    /// As numbers in a document.
    Told,
    /// As a file.
    Written,
}

impl Most {
    fn cells(self) -> usize {
        match self {
            Self::Told => MOST_TOLD,
            Self::Written => MOST_WRITTEN,
        }
    }
}

/// The values along a line, a place for each cell's width; each with how far along it lies, m in the
/// raster's frame.
///
/// # Errors
/// [`CoverageError`].
pub fn along_line(cog: &Cog, line: &LineString<f64>) -> Result<Vec<Along>, CoverageError> {
    let grid = *cog.grid();
    let (there, back) =
        (Transformer::between(Crs::CRS84, grid.crs)?, Transformer::between(grid.crs, Crs::CRS84)?);
    let corners: Vec<(f64, f64)> =
        line.coords().map(|at| there.convert(at.x, at.y)).collect::<Result<_, _>>()?;
    let around = Bbox::around(corners.iter().copied()).ok_or_else(|| outside(&grid))?;
    let step = grid.cell_x.max(grid.cell_y);
    let length: f64 =
        corners.windows(2).map(|it| (it[1].0 - it[0].0).hypot(it[1].1 - it[0].1)).sum();
    let step = step.max(length / MOST_ALONG as f64);
    let source = window(cog, cog.level_for(step), &around)?.ok_or_else(|| outside(&grid))?;
    let mut found = Vec::new();
    let mut add = |(x, y): (f64, f64), distance_m: f64| -> Result<(), CoverageError> {
        let (lon, lat) = back.convert(x, y)?;
        let at = source.grid().cell_at(x, y);
        let value = at.and_then(|(col, row)| source.get(col, row)).unwrap_or(f32::NAN);
        found.push(Along { at: [lon, lat], distance_m, value });
        Ok(())
    };
    let mut begun = 0.0;
    for pair in corners.windows(2) {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        let own = dx.hypot(dy);
        let pieces = (own / step).ceil().max(1.0);
        for piece in 0..pieces as usize {
            let share = piece as f64 / pieces;
            add((pair[0].0 + share * dx, pair[0].1 + share * dy), begun + share * own)?;
        }
        begun += own;
    }
    if let Some(last) = corners.last() {
        add(*last, begun)?;
    }
    Ok(found)
}

/// A place along a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Along {
    /// Longitude and latitude.
    pub at: [f64; 2],
    /// How far along, m.
    pub distance_m: f64,
    /// The value there; not a number where there is none.
    pub value: f32,
}

/// A raster as the bytes of a Cloud-Optimised GeoTIFF.
///
/// # Errors
/// [`CoverageError`].
pub fn tiff(raster: &Raster) -> Result<Vec<u8>, CoverageError> {
    let folder = tempfile::tempdir()?;
    let written = write_cog(&folder.path().join("part.tif"), raster)?;
    Ok(std::fs::read(&written.path)?)
}

fn outside(grid: &Grid) -> CoverageError {
    let told = Transformer::between(grid.crs, Crs::CRS84)
        .and_then(|to_lon_lat| to_lon_lat.convert_bbox(&grid.bbox()))
        .map(|it| format!("{:.5},{:.5},{:.5},{:.5}", it.min_x, it.min_y, it.max_x, it.max_y));
    CoverageError::Outside(told.unwrap_or_else(|_| grid.crs.to_string()))
}

/// A box of longitude and latitude in the raster's frame, as far as both reach.
fn box_in(grid: &Grid, bbox: &Bbox) -> Result<Bbox, CoverageError> {
    let own = Transformer::between(Crs::CRS84, grid.crs)?.convert_bbox(bbox)?;
    let all = grid.bbox();
    let (west, east) = (own.min_x.max(all.min_x), own.max_x.min(all.max_x));
    let (south, north) = (own.min_y.max(all.min_y), own.max_y.min(all.max_y));
    match west < east && south < north {
        true => Bbox::new(west, south, east, north).map_err(|_| outside(grid)),
        false => Err(outside(grid)),
    }
}

/// The cells that a box touches, so many of the raster's a side to one.
fn snap(grid: &Grid, wanted: &Bbox, factor: usize) -> Option<Grid> {
    let (cell_x, cell_y) = (grid.cell_x * factor as f64, grid.cell_y * factor as f64);
    // What is off by less than a thousandth of a cell is not off.
    let down = |value: f64| (value + 1e-3).floor().max(0.0);
    let up = |value: f64| (value - 1e-3).ceil();
    let (from_x, from_y) =
        (down((wanted.min_x - grid.west) / cell_x), down((grid.north - wanted.max_y) / cell_y));
    let (cols, rows) = (
        up((wanted.max_x - grid.west) / cell_x) - from_x,
        up((grid.north - wanted.min_y) / cell_y) - from_y,
    );
    let (west, north) = (grid.west + from_x * cell_x, grid.north - from_y * cell_y);
    let is_there = cols >= 1.0 && rows >= 1.0;
    is_there.then_some(Grid {
        west,
        north,
        cell_x,
        cell_y,
        cols: cols as usize,
        rows: rows as usize,
        ..*grid
    })
}

/// Whether places of a grid are in a part.
fn mask(grid: &Grid, part: &Part) -> Result<impl Fn(f64, f64) -> bool, CoverageError> {
    let polygon = match part {
        Part::Within(polygon) => {
            let to_raster = Transformer::between(Crs::CRS84, grid.crs)?;
            let ring = |ring: &LineString<f64>| -> Result<LineString<f64>, CrsError> {
                let corners = ring.coords().map(|at| to_raster.convert(at.x, at.y));
                corners.map(|at| at.map(|(x, y)| Coord { x, y })).collect()
            };
            let holes = polygon.interiors().iter().map(ring).collect::<Result<_, _>>()?;
            Some(Polygon::new(ring(polygon.exterior())?, holes))
        }
        Part::Whole | Part::Box(_) => None,
    };
    Ok(move |x: f64, y: f64| polygon.as_ref().is_none_or(|it| it.contains(&Point::new(x, y))))
}

#[cfg(test)]
mod tests;
