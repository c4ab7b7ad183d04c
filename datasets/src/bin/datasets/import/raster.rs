//! A raster source to a layer's file: one band of 32-bit floats on a north-up grid.
//!
//! A grid in one of Dothi's systems stays in it, cell for cell. Any other one is resampled
//! (bilinear) to the TM-3 zone of its place, or to longitude and latitude where it was in degrees.

use std::path::{Path, PathBuf};

use city::{
    Bbox, Crs, Layer, Role, Unit,
    frame::CrsKind,
    layer::Content,
    raster::{Grid, Raster},
};
use datasets::{
    crs::{SourceCrs, Transformer},
    report::Report,
    write::write_cog,
};
use gdal::{Dataset, DriverManager, GdalOpenFlags, raster::Buffer, spatial_ref::SpatialRef};

use super::{
    args::ImportArgs,
    crs_choice::{self, Chosen},
    entry,
    error::ImportError,
    gdal_env::{self, RASTER_DRIVERS},
    gdal_read::source_error,
};

/// Cells that are read at most: 1.6 GB of floats.
const MAX_CELLS: usize = 400_000_000;

/// Imports a raster: its entry and its staged file.
///
/// # Errors
/// [`ImportError`].
pub(crate) fn import(
    args: &ImportArgs,
    staging: &Path,
    report: &mut Report,
) -> Result<(Layer, PathBuf), ImportError> {
    let path = gdal_env::local(&args.source)?;
    let dataset = gdal_env::open(&path, RASTER_DRIVERS, GdalOpenFlags::GDAL_OF_RASTER, &[])
        .map_err(|error| {
            let why = format!("no driver that is allowed here reads it as a raster ({error})");
            ImportError::Source { path: path.clone(), why }
        })?;
    report.driver = dataset.driver().short_name();
    let unreadable = |error| source_error(&path, error);
    let band = band_of(args, &dataset)?;
    let frame = Frame::of(&dataset).map_err(unreadable)?;
    let declared = crs_choice::declared_by(dataset.spatial_ref().ok());
    let crs = crs_choice::choose(args, &declared, frame.extent())?;
    report.source_crs = format!("{}, {}", crs.crs, crs.why);

    let values = read(args, &dataset, band).map_err(unreadable)?;
    report.read = values.len() as u64;
    let raster = match known_frame(&crs, &frame) {
        Some(target) => frame.upright(target, values)?,
        None => resample(&frame, &crs, values, report).map_err(unreadable)??,
    };
    report.published = raster.values().iter().filter(|value| !value.is_nan()).count() as u64;
    if report.published == 0 {
        let why = "no cell of the raster has a value / không ô nào có giá trị";
        return Err(ImportError::Check(why.to_owned()));
    }
    note_heights(args, report);

    let file = staging.join(format!("{}.tif", args.layer));
    let written = write_cog(&file, &raster).map_err(|e| ImportError::Check(e.to_string()))?;
    let content = Content::Raster {
        grid: written.grid,
        unit: if args.role == Role::Terrain { Unit::Metre } else { Unit::One },
        min: written.min,
        max: written.max,
        vertical_datum: args.vertical_datum.clone(),
        height_error_m: args.height_error,
    };
    let facts = entry::Facts {
        source_crs: crs.crs.to_string(),
        bbox: lon_lat_box(&written.grid),
        is_osm: false,
    };
    Ok((entry::layer(args, facts, report, content), written.path))
}

/// The band to read, counted from 1.
fn band_of(args: &ImportArgs, dataset: &Dataset) -> Result<usize, ImportError> {
    let count = dataset.raster_count();
    let refuse = |why: String| ImportError::Arguments(why);
    match args.band {
        Some(band) if (1..=count).contains(&band) => Ok(band),
        Some(band) => Err(refuse(format!("--band {band}: the raster has {count} bands"))),
        None if count == 1 => Ok(1),
        None => Err(refuse(format!(
            "the raster has {count} bands, a layer holds one: choose it with --band"
        ))),
    }
}

/// All values of a band, scaled; NaN where there is none.
fn read(args: &ImportArgs, dataset: &Dataset, band: usize) -> gdal::errors::Result<Vec<f32>> {
    let band = dataset.rasterband(band)?;
    let (scale, offset) = (band.scale().unwrap_or(1.0), band.offset().unwrap_or(0.0));
    let no_data = [args.nodata, band.no_data_value()];
    let is_no_data = |value: f64| {
        let same = |none: &f64| value == *none || value as f32 == *none as f32;
        !value.is_finite() || no_data.iter().flatten().any(same)
    };
    // In 64 bits, so that a no-data value is compared as it was written.
    let (cols, rows) = band.size();
    let mut values = Vec::with_capacity(cols * rows);
    for row in 0..rows {
        let line = band.read_as::<f64>((0, row as isize), (cols, 1), (cols, 1), None)?;
        values.extend(line.data().iter().map(|&value| {
            if is_no_data(value) { f32::NAN } else { (value * scale + offset) as f32 }
        }));
    }
    Ok(values)
}

/// Where a source's cells lie: GDAL's six numbers, columns and rows.
#[derive(Debug, Clone, Copy)]
struct Frame {
    transform: [f64; 6],
    cols: usize,
    rows: usize,
}

impl Frame {
    fn of(dataset: &Dataset) -> gdal::errors::Result<Self> {
        let (cols, rows) = dataset.raster_size();
        Ok(Self { transform: dataset.geo_transform()?, cols, rows })
    }

    fn corner(&self, col: f64, row: f64) -> (f64, f64) {
        let t = &self.transform;
        (t[0] + col * t[1] + row * t[2], t[3] + col * t[4] + row * t[5])
    }

    fn extent(&self) -> Option<Bbox> {
        let (cols, rows) = (self.cols as f64, self.rows as f64);
        Bbox::around(
            [(0.0, 0.0), (cols, 0.0), (0.0, rows), (cols, rows)].map(|(c, r)| self.corner(c, r)),
        )
    }

    /// Whether columns run east or west and rows north or south.
    fn is_upright(&self) -> bool {
        self.transform[2] == 0.0 && self.transform[4] == 0.0
    }

    /// The raster with rows from north to south and columns from west to east.
    fn upright(&self, crs: Crs, values: Vec<f32>) -> Result<Raster, ImportError> {
        let [_, cell_x, _, _, _, cell_y] = self.transform;
        let extent = self
            .extent()
            .ok_or_else(|| ImportError::Check("the raster's corners are no numbers".into()))?;
        let (cols, rows) = (self.cols, self.rows);
        let mut values = values;
        if cell_y > 0.0 {
            values = values.chunks_exact(cols).rev().flatten().copied().collect();
        }
        if cell_x < 0.0 {
            values.chunks_exact_mut(cols).for_each(<[f32]>::reverse);
        }
        let (cell_x, cell_y) = (cell_x.abs(), cell_y.abs());
        let grid =
            Grid { crs, west: extent.min_x, north: extent.max_y, cell_x, cell_y, cols, rows };
        Raster::new(grid, values).map_err(|error| ImportError::Check(error.to_string()))
    }
}

/// The system in which a grid can stay as it is.
fn known_frame(crs: &Chosen, frame: &Frame) -> Option<Crs> {
    match &crs.crs {
        SourceCrs::Known(known) if frame.is_upright() && !crs.swap_axes => {
            // The same axes under the name that says that longitude is x.
            Some(if *known == Crs::WGS84 { Crs::CRS84 } else { *known })
        }
        _ => None,
    }
}

/// The raster on a north-up grid of a system of ours, by GDAL's warper.
fn resample(
    frame: &Frame,
    crs: &Chosen,
    values: Vec<f32>,
    report: &mut Report,
) -> gdal::errors::Result<Result<Raster, ImportError>> {
    if crs.swap_axes {
        let why = "--swap-axes is for features: write the raster anew with x as east";
        return Ok(Err(ImportError::Arguments(why.to_owned())));
    }
    let Some(grid) = target_grid(frame, crs) else {
        let why = format!(
            "the raster's corners can't be turned from {} into longitude and latitude",
            crs.crs
        );
        return Ok(Err(ImportError::Crs(why)));
    };
    report.note(
        format!("Lấy mẫu lại (song tuyến tính) từ {} sang {}", crs.crs, grid.crs),
        format!("resampled (bilinear) from {} to {}", crs.crs, grid.crs),
    );
    let definition = crs.crs.to_string();
    let source = in_memory(frame.transform, frame.cols, frame.rows, &definition, values)?;
    let north_up = [grid.west, grid.cell_x, 0.0, grid.north, 0.0, -grid.cell_y];
    let empty = vec![f32::NAN; grid.cols * grid.rows];
    let target = in_memory(north_up, grid.cols, grid.rows, &grid.crs.to_string(), empty)?;
    gdal::raster::reproject(&source, &target)?;
    let values = target.rasterband(1)?.read_band_as::<f32>()?.into_shape_and_vec().1;
    Ok(Raster::new(grid, values).map_err(|error| ImportError::Check(error.to_string())))
}

/// A dataset of one band in memory, x = east.
fn in_memory(
    transform: [f64; 6],
    cols: usize,
    rows: usize,
    crs: &str,
    values: Vec<f32>,
) -> gdal::errors::Result<Dataset> {
    let driver = DriverManager::get_driver_by_name("MEM")?;
    let mut dataset = driver.create_with_band_type::<f32, _>("", cols, rows, 1)?;
    dataset.set_geo_transform(&transform)?;
    let mut reference = SpatialRef::from_definition(crs)?;
    reference
        .set_axis_mapping_strategy(gdal::spatial_ref::AxisMappingStrategy::TraditionalGisOrder);
    dataset.set_spatial_ref(&reference)?;
    {
        let mut band = dataset.rasterband(1)?;
        band.set_no_data_value(Some(f64::NAN))?;
        band.write((0, 0), (cols, rows), &mut Buffer::new((cols, rows), values))?;
    }
    Ok(dataset)
}

/// A grid around a source's cells, with as many cells along its diagonal.
fn target_grid(frame: &Frame, crs: &Chosen) -> Option<Grid> {
    let extent = frame.extent()?;
    let lon_lat = crs.to_lon_lat.convert_bbox(&extent).ok()?;
    let in_degrees = match &crs.crs {
        SourceCrs::Known(known) => known.kind() == CrsKind::Geographic,
        SourceCrs::Definition(_) => extent.max_x.abs() <= 360.0 && extent.max_y.abs() <= 360.0,
    };
    let target = if in_degrees { Crs::CRS84 } else { Crs::tm3_zone_at(lon_lat.centre().0) };
    let bbox = Transformer::between(Crs::CRS84, target).ok()?.convert_bbox(&lon_lat).ok()?;
    let cells = (frame.cols as f64).hypot(frame.rows as f64);
    let cell = bbox.width().hypot(bbox.height()) / cells;
    let (cols, rows) =
        ((bbox.width() / cell).ceil() as usize, (bbox.height() / cell).ceil() as usize);
    let grid = Grid {
        crs: target,
        west: bbox.min_x,
        north: bbox.max_y,
        cell_x: cell,
        cell_y: cell,
        cols,
        rows,
    };
    (cols > 0 && rows > 0 && cols.checked_mul(rows)? <= MAX_CELLS).then_some(grid)
}

fn lon_lat_box(grid: &Grid) -> Option<Bbox> {
    Transformer::between(grid.crs, Crs::CRS84).ok()?.convert_bbox(&grid.bbox()).ok()
}

/// Every height has a datum; one that is not told is told to be missing.
fn note_heights(args: &ImportArgs, report: &mut Report) {
    if args.role == Role::Terrain && args.vertical_datum.is_none() {
        report.note(
            "Chưa rõ hệ cao độ: nêu bằng --vertical-datum (ví dụ \"Hòn Dấu (EPSG:5727)\", \"EGM96\")",
            "the height datum is not known: name it with --vertical-datum, such as \"EGM96\" for SRTM",
        );
    }
    if args.role == Role::Terrain && args.height_error.is_none() {
        report.note(
            "Chưa rõ sai số độ cao: nêu bằng --height-error (sai số trung phương so với điểm đo, m), để báo cáo ngập ghi được",
            "the error of heights is not known: name it with --height-error (root mean square against surveyed points, m), so that reports on floods can tell it",
        );
    }
}
