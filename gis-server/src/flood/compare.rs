//! Two runs against each other: what a levee, a pump or a heavier storm changes.

use city::{Crs, Title, raster::Raster};
use datasets::{crs::Transformer, read::Cog};
use serde::Serialize;
use serde_json::Value as Json;

use super::{
    error::FloodError,
    folder::{Output, RunFolder},
    run::SUMMARY,
    summary::Summary,
};
use crate::tiles::raster::RasterError;

/// Smaller changes of depth are those of rounding and of where steps ended, m.
const COUNTS_FROM_M: f32 = 0.05;
/// Ground counts as flooded from this depth on, m.
const FLOODED_M: f32 = 0.1;

/// What can be compared: where there was no water, there was none of it.
pub const COMPARABLE: [Output; 5] =
    [Output::MaxDepth, Output::MaxSpeed, Output::MaxDepthSpeed, Output::Duration30, Output::Hazard];

/// What the second of two runs has otherwise than the first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// What the first is called.
    pub first: Title,
    /// What the second is called.
    pub second: Title,
    /// Ground over which both runs reach, ha.
    pub common_ha: f64,
    /// Deeper by 0.05 m or more, ha.
    pub deeper_ha: f64,
    /// Shallower by 0.05 m or more, ha.
    pub shallower_ha: f64,
    /// Under 0.1 m of water only in the second, ha.
    pub newly_flooded_ha: f64,
    /// Under 0.1 m of water only in the first, ha.
    pub no_longer_flooded_ha: f64,
    /// Where the second is deepest above the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greatest_rise: Option<Change>,
    /// Where it is lowest below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greatest_fall: Option<Change>,
    /// Whom they hit, in numbers.
    pub affected: Vec<Numbers>,
    /// People in flooded houses, by commune.
    pub communes: Vec<Numbers>,
}

/// A change of depth at a place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// Longitude and latitude.
    pub at: [f64; 2],
    /// Second less first, m.
    pub change_m: f64,
}

/// A number of both runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Numbers {
    /// What it counts.
    pub title: Title,
    /// In the first.
    pub first: f64,
    /// In the second.
    pub second: f64,
    /// Second less first.
    pub change: f64,
}

impl Numbers {
    fn of(title: Title, first: f64, second: f64) -> Self {
        Self { title, first, second, change: second - first }
    }
}

/// The values of two runs on the cells of the first.
struct Pair {
    first: Raster,
    /// Not a number outside of the second run.
    second: Vec<f32>,
}

impl Pair {
    fn open(first: &RunFolder, second: &RunFolder, output: Output) -> Result<Self, FloodError> {
        let read = |folder: &RunFolder| -> Result<Raster, FloodError> {
            let cog = Cog::open(&folder.raster(output, 0)).map_err(RasterError::from)?;
            Ok(cog.read_level(0).map_err(RasterError::from)?)
        };
        let (first, other) = (read(first)?, read(second)?);
        let (grid, other_grid) = (*first.grid(), *other.grid());
        let middles = (0..grid.rows).flat_map(|row| (0..grid.cols).map(move |col| (col, row)));
        let mut places: Vec<(f64, f64)> =
            middles.map(|(col, row)| grid.centre_of(col, row)).collect();
        if grid.crs != other_grid.crs {
            Transformer::between(grid.crs, other_grid.crs)?.convert_all(&mut places)?;
        }
        let value = |(x, y): &(f64, f64)| {
            let Some((col, row)) = other_grid.cell_at(*x, *y) else { return f32::NAN };
            dry(other.values()[row * other_grid.cols + col])
        };
        let second = places.iter().map(value).collect();
        Ok(Self { first, second })
    }

    /// The first, and the second where it reaches.
    fn values(&self) -> impl Iterator<Item = (usize, f32, f32)> {
        let both = self.first.values().iter().zip(&self.second).enumerate();
        both.filter(|(_, (_, second))| !second.is_nan())
            .map(|(cell, (first, second))| (cell, dry(*first), *second))
    }
}

/// No water is none of it.
fn dry(value: f32) -> f32 {
    if value.is_nan() { 0.0 } else { value }
}

/// Second less first in each cell of the first; nothing where both are dry or one does not reach.
///
/// # Errors
/// [`FloodError::Terrain`] where a raster cannot be read.
pub fn difference(
    first: &RunFolder,
    second: &RunFolder,
    output: Output,
) -> Result<Raster, FloodError> {
    let pair = Pair::open(first, second, output)?;
    let mut values = vec![f32::NAN; pair.second.len()];
    for (cell, first, second) in pair.values() {
        if first != 0.0 || second != 0.0 {
            values[cell] = second - first;
        }
    }
    Ok(Raster::new(*pair.first.grid(), values).map_err(RasterError::from)?)
}

/// What the second of two runs has otherwise than the first.
///
/// # Errors
/// [`FloodError::Terrain`] and [`FloodError::Document`] where a run cannot be read.
pub fn compare(first: &RunFolder, second: &RunFolder) -> Result<Comparison, FloodError> {
    let pair = Pair::open(first, second, Output::MaxDepth)?;
    let grid = *pair.first.grid();
    let cell_ha = grid.cell_x * grid.cell_y / 1e4;
    let to_lon_lat = Transformer::between(grid.crs, Crs::CRS84)?;
    let (mut common, mut counts) = (0usize, [0usize; 4]);
    let (mut rise, mut fall) = ((0.0f32, None), (0.0f32, None));
    for (cell, a, b) in pair.values() {
        let change = b - a;
        common += 1;
        let holds = [
            change >= COUNTS_FROM_M,
            change <= -COUNTS_FROM_M,
            a < FLOODED_M && b >= FLOODED_M,
            a >= FLOODED_M && b < FLOODED_M,
        ];
        counts.iter_mut().zip(holds).for_each(|(count, holds)| *count += usize::from(holds));
        if change > rise.0 {
            rise = (change, Some(cell));
        }
        if change < fall.0 {
            fall = (change, Some(cell));
        }
    }
    let place = |(change, cell): (f32, Option<usize>)| {
        let (x, y) = cell.map(|cell| grid.centre_of(cell % grid.cols, cell / grid.cols))?;
        let (lon, lat) = to_lon_lat.convert(x, y).ok()?;
        Some(Change { at: [lon, lat], change_m: f64::from(change) })
    };
    let summary = |folder: &RunFolder| -> Result<Summary, FloodError> {
        let path = folder.file(SUMMARY);
        let missing = || FloodError::file(&path)(std::io::ErrorKind::NotFound.into());
        folder.read_json(SUMMARY)?.ok_or_else(missing)
    };
    let (one, two) = (summary(first)?, summary(second)?);
    let [deeper_ha, shallower_ha, newly_flooded_ha, no_longer_flooded_ha] =
        counts.map(|count| count as f64 * cell_ha);
    Ok(Comparison {
        common_ha: common as f64 * cell_ha,
        deeper_ha,
        shallower_ha,
        newly_flooded_ha,
        no_longer_flooded_ha,
        greatest_rise: place(rise),
        greatest_fall: place(fall),
        affected: affected(&one, &two),
        communes: communes(&units(first)?, &units(second)?),
        first: one.title,
        second: two.title,
    })
}

fn affected(one: &Summary, two: &Summary) -> Vec<Numbers> {
    let (Some(a), Some(b)) = (&one.affected, &two.affected) else { return Vec::new() };
    let row = |vi: &str, en: &str, a: f64, b: f64| Numbers::of(Title::new(vi, en), a, b);
    let count = |value: usize| value as f64;
    let mut rows = vec![
        row(
            "Công trình ngập",
            "Buildings with water at them",
            count(a.buildings),
            count(b.buildings),
        ),
        row(
            "Nước vào nhà",
            "Buildings with water inside",
            count(a.floor_flooded),
            count(b.floor_flooded),
        ),
        row("Người trong nhà ngập", "People in flooded houses", a.people, b.people),
        row("Hộ", "Households", a.households, b.households),
        row(
            "Thôn bị cô lập",
            "Villages cut off",
            count(a.villages_cut_off),
            count(b.villages_cut_off),
        ),
        row(
            "Cơ sở ngừng hoạt động",
            "Facilities out of service",
            count(a.facilities_out),
            count(b.facilities_out),
        ),
    ];
    for closed in &a.roads_closed_km {
        let other = b.roads_closed_km.iter().find(|it| it.vehicle == closed.vehicle);
        let title = Title::new(
            format!("Đường không đi được, {} (km)", closed.title.vi),
            format!("Road closed, {} (km)", closed.title.en),
        );
        rows.push(Numbers::of(title, closed.km, other.map_or(0.0, |it| it.km)));
    }
    rows
}

fn units(folder: &RunFolder) -> Result<Json, FloodError> {
    Ok(folder.read_json(&super::file_of("units"))?.unwrap_or_default())
}

fn communes(one: &Json, two: &Json) -> Vec<Numbers> {
    let rows = |units: &Json| units["communes"].as_array().cloned().unwrap_or_default();
    let (one, two) = (rows(one), rows(two));
    let people = |row: &Json| row["people"].as_f64().unwrap_or(0.0);
    let both = one.iter().filter_map(|row| {
        let other = two.iter().find(|other| other["code"] == row["code"])?;
        let name = row["name"].as_str()?;
        Some(Numbers::of(Title::new(name, name), people(row), people(other)))
    });
    both.collect()
}
