//! Parts of rasters: a window, an area, what lies along a line; as CoverageJSON (OGC 21-069r2) and as
//! GeoTIFF.

mod document;
mod mask;
mod statistics;

use city::{
    Bbox, Crs, Instant, Title,
    raster::{Grid, Raster},
};
use datasets::{
    crs::{CrsError, Transformer},
    read::Cog,
    write::{CogWriteError, write_cog},
};
use geo_types::{LineString, MultiPolygon, Point};

use crate::tiles::raster::{RasterError, window};

use mask::Mask;

pub use document::{along, at, axes, collection, described, domain_set, grid, range_type, series};
pub use statistics::{Percentiles, Statistics, Values};

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
    /// Where its values come from, and under which licence.
    pub credits: String,
}

/// A raster, and the time that it is of.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// When; none of what has no time.
    pub time: Option<Instant>,
    /// The values then.
    pub raster: Raster,
}

/// Which part of a raster.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// All of it.
    Whole,
    /// A box of longitude and latitude.
    Box(Bbox),
    /// A box in the raster's own frame.
    Window(Bbox),
    /// Within polygons of longitude and latitude: cells whose middle is outside have no value.
    Within(MultiPolygon<f64>),
}

/// How fine a part is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// So many cells of the raster a side become one.
    Factor(usize),
    /// So many columns and rows, whatever the raster's cells.
    Size(usize, usize),
}

/// A part of a raster in the raster's own frame. Cells that are not the raster's own have the value of the
/// overview's cell at their middle.
///
/// # Errors
/// [`CoverageError`].
pub fn part(cog: &Cog, part: &Part, scale: Scale, most: Most) -> Result<Raster, CoverageError> {
    part_of_many(cog, part, scale, most, 1)
}

/// As [`part`], of one raster of so many that are given together.
///
/// # Errors
/// [`CoverageError`]; too many are the cells of all of them.
pub fn part_of_many(
    cog: &Cog,
    part: &Part,
    scale: Scale,
    most: Most,
    count: usize,
) -> Result<Raster, CoverageError> {
    let wanted = plan(cog, part, scale, (most, count))?;
    let inside = match part {
        Part::Within(polygons) => Some(Mask::new(&wanted, polygons)?),
        Part::Whole | Part::Box(_) | Part::Window(_) => None,
    };
    fill(cog, &wanted, |x, row| inside.as_ref().is_none_or(|mask| mask.holds(x, row)))
}

/// What the cells within polygons of longitude and latitude say together.
///
/// # Errors
/// [`CoverageError`].
pub fn statistics(
    cog: &Cog,
    polygons: &MultiPolygon<f64>,
    scale: Scale,
) -> Result<Statistics, CoverageError> {
    let wanted = plan(cog, &Part::Within(polygons.clone()), scale, (Most::Written, 1))?;
    let mask = Mask::new(&wanted, polygons)?;
    let raster = fill(cog, &wanted, |_, _| true)?;
    Ok(Statistics::of(&raster, |col, row| mask.holds(wanted.centre_of(col, row).0, row)))
}

/// The value of the cell that a place of longitude and latitude lies in; `None` where it has none.
///
/// # Errors
/// [`CoverageError`].
pub fn value_at(cog: &Cog, place: Point<f64>) -> Result<Option<f32>, CoverageError> {
    let grid = *cog.grid();
    let to_raster = Transformer::between(Crs::CRS84, grid.crs)?;
    let (x, y) = to_raster.convert(place.x(), place.y()).map_err(|_| outside(&grid))?;
    grid.cell_at(x, y).ok_or_else(|| outside(&grid))?;
    let around = Bbox { min_x: x, min_y: y, max_x: x, max_y: y };
    let source = window(cog, 0, &around)?.ok_or_else(|| outside(&grid))?;
    let at = source.grid().cell_at(x, y);
    Ok(at.and_then(|(col, row)| source.get(col, row)).filter(|value| value.is_finite()))
}

/// The cells in which a part is given, of so many rasters.
fn plan(
    cog: &Cog,
    part: &Part,
    scale: Scale,
    (most, count): (Most, usize),
) -> Result<Grid, CoverageError> {
    let grid = *cog.grid();
    let wanted = match part {
        Part::Whole => grid.bbox(),
        Part::Box(bbox) => box_in(&grid, bbox)?,
        Part::Window(bbox) => clipped(&grid, bbox)?,
        Part::Within(polygons) => {
            let corners = polygons.iter().flat_map(|polygon| polygon.exterior().coords());
            let around = Bbox::around(corners.map(|at| (at.x, at.y)));
            box_in(&grid, &around.ok_or_else(|| outside(&grid))?)?
        }
    };
    let (planned, factor) = match scale {
        Scale::Factor(factor) => (snap(&grid, &wanted, factor), factor),
        Scale::Size(cols, rows) => (Some(sized(&grid, &wanted, cols, rows)), 1),
    };
    let planned = planned.ok_or_else(|| outside(&grid))?;
    let cells = planned.cols.saturating_mul(planned.rows).saturating_mul(count);
    if cells > most.cells() {
        let times = (cells as f64 / most.cells() as f64).sqrt().ceil() as usize;
        let factor = factor * times.max(2);
        return Err(CoverageError::TooMany { cells, most: most.cells(), factor });
    }
    Ok(planned)
}

/// A raster's values in other cells, of those whose middle's easting and row are wanted.
fn fill(
    cog: &Cog,
    wanted: &Grid,
    is_wanted: impl Fn(f64, usize) -> bool,
) -> Result<Raster, CoverageError> {
    let level = cog.level_for(wanted.cell_x);
    let source = window(cog, level, &wanted.bbox())?.ok_or_else(|| outside(cog.grid()))?;
    let values = (0..wanted.cols * wanted.rows).map(|cell| {
        let (col, row) = (cell % wanted.cols, cell / wanted.cols);
        let (x, y) = wanted.centre_of(col, row);
        let at = source.grid().cell_at(x, y).filter(|_| is_wanted(x, row));
        at.and_then(|(col, row)| source.get(col, row)).unwrap_or(f32::NAN)
    });
    Ok(Raster::new(*wanted, values.collect()).map_err(RasterError::from)?)
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
    let corners: Result<Vec<(f64, f64)>, _> =
        line.coords().map(|at| there.convert(at.x, at.y)).collect();
    let corners = corners.map_err(|_| outside(&grid))?;
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
    let own = Transformer::between(Crs::CRS84, grid.crs)?.convert_bbox(bbox);
    // What is so far away that the frame does not reach it lies outside.
    clipped(grid, &own.map_err(|_| outside(grid))?)
}

/// A box of the raster's frame, as far as the raster reaches.
fn clipped(grid: &Grid, own: &Bbox) -> Result<Bbox, CoverageError> {
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

/// A box in so many columns and rows.
fn sized(grid: &Grid, wanted: &Bbox, cols: usize, rows: usize) -> Grid {
    Grid {
        west: wanted.min_x,
        north: wanted.max_y,
        cell_x: (wanted.max_x - wanted.min_x) / cols as f64,
        cell_y: (wanted.max_y - wanted.min_y) / rows as f64,
        cols,
        rows,
        ..*grid
    }
}

#[cfg(test)]
mod tests;
