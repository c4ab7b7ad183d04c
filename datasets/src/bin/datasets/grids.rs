//! `datasets grids`: rasters on one grid become one NetCDF file of the CF conventions.
//!
//! What the server cuts of its rasters is read from GeoTIFF by our own reader; GDAL's driver netCDF writes. With
//! several times the variable has an axis `time`.

use std::path::{Component, Path, PathBuf};

use city::{Instant, raster::Grid};
use clap::Args;
use datasets::{
    exchange::{AboutGrids, Done, Said, Sheet},
    read::Cog,
};
use gdal::{
    Dataset, Driver, DriverManager, Metadata,
    raster::{Buffer, RasterCreationOptions},
    spatial_ref::{AxisMappingStrategy, SpatialRef},
};

use crate::{
    confine::Confine,
    export::{ExportError, folder_of, say},
    import::gdal_env,
};

/// What times are counted in.
const TIME_UNIT: &str = "seconds since 1970-01-01 00:00:00";

/// Write rasters on one grid as one NetCDF file.
///
/// Ghi các raster cùng một lưới thành một tệp NetCDF.
#[derive(Debug, Args)]
pub(crate) struct GridsArgs {
    /// JSON with name, title, unit, credits and sheets: GeoTIFF files beside it, with their times
    #[arg(value_name = "ABOUT")]
    about: PathBuf,
    /// File to write; it must not be there yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    confine: Confine,
}

/// Writes one file.
pub(crate) fn run(args: &GridsArgs) -> Result<crate::Outcome, crate::Failure> {
    let about: AboutGrids = serde_json::from_slice(&std::fs::read(&args.about)?)?;
    let (folder, beside) = (folder_of(&args.out)?, folder_of_sheets(&args.about)?);
    let out = folder.join(args.out.file_name().unwrap_or_default());
    let scratch = tempfile::TempDir::with_prefix_in(".grids-", &folder)?;
    args.confine.apply(&[&beside], &[&folder])?;
    let messages = gdal_env::set_up(scratch.path())?;
    let Ok(driver) = DriverManager::get_driver_by_name("netCDF") else {
        eprintln!(
            "datasets: the GDAL that is installed has no driver netCDF / GDAL trên máy này không có trình điều khiển netCDF"
        );
        return Ok(crate::Outcome::NoDriver);
    };
    drop((messages.take_errors(), messages.take_warnings()));
    let written = stack(&about, &beside).and_then(|stack| copy(&stack, &driver, &out));
    let failed = match messages.take_errors().first() {
        Some(first) => Err(ExportError::Format(format!("GDAL: {first}"))),
        None => written,
    };
    if let Err(error) = failed {
        // It may not have been begun.
        let _ = std::fs::remove_file(&out);
        return Err(error.into());
    }
    say(&Said::Done(Done { features: about.sheets.len() as u64, ..Done::default() }));
    Ok(crate::Outcome::Good)
}

/// The folder in which the sheets lie beside what is said of them.
fn folder_of_sheets(about: &Path) -> Result<PathBuf, ExportError> {
    let folder = about.canonicalize()?;
    Ok(folder.parent().unwrap_or(Path::new("/")).to_owned())
}

/// All sheets in memory, a band each, with what GDAL's driver takes for names, units and times.
fn stack(about: &AboutGrids, beside: &Path) -> Result<Dataset, ExportError> {
    let mut dataset: Option<(Grid, Dataset)> = None;
    for (number, sheet) in about.sheets.iter().enumerate() {
        let path = beside.join(plain(&sheet.file)?);
        let unread = |why: String| ExportError::Source { path: path.clone(), why };
        let cog = Cog::open(&path).map_err(|error| unread(error.to_string()))?;
        let grid = *cog.grid();
        let values = cog.read_window(0, 0..grid.cols, 0..grid.rows);
        let values = values.map_err(|error| unread(error.to_string()))?;
        let (first, dataset) = match &mut dataset {
            Some(made) => made,
            None => dataset.insert((grid, empty(&grid, about)?)),
        };
        if *first != grid {
            return Err(unread("it lies on another grid than the first".to_owned()));
        }
        let mut band = dataset.rasterband(number + 1)?;
        band.set_no_data_value(Some(f64::NAN))?;
        band.write(
            (0, 0),
            (grid.cols, grid.rows),
            &mut Buffer::new((grid.cols, grid.rows), values),
        )?;
        band.set_metadata_item("NETCDF_VARNAME", &about.name, "")?;
        band.set_metadata_item("units", &about.unit, "")?;
        band.set_metadata_item("long_name", &both(about), "")?;
        if let Some(time) = sheet.time {
            band.set_metadata_item("NETCDF_DIM_time", &seconds(time), "")?;
        }
    }
    let (_, dataset) =
        dataset.ok_or_else(|| ExportError::Format("there is no sheet".to_owned()))?;
    Ok(dataset)
}

/// The dataset of a grid without values.
fn empty(grid: &Grid, about: &AboutGrids) -> Result<Dataset, ExportError> {
    let memory = DriverManager::get_driver_by_name("MEM")?;
    let bands = about.sheets.len();
    let mut dataset = memory.create_with_band_type::<f32, _>("", grid.cols, grid.rows, bands)?;
    dataset.set_geo_transform(&[grid.west, grid.cell_x, 0.0, grid.north, 0.0, -grid.cell_y])?;
    let mut reference = SpatialRef::from_definition(&grid.crs.to_string())?;
    reference.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    dataset.set_spatial_ref(&reference)?;
    let mut tell = |key: &str, value: &str| dataset.set_metadata_item(key, value, "");
    tell("NC_GLOBAL#title", &both(about))?;
    tell("NC_GLOBAL#source", &about.credits)?;
    let times: Vec<Instant> = about.sheets.iter().filter_map(|sheet| sheet.time).collect();
    if let (Some(first), Some(last)) = (times.first(), times.last()) {
        // The names of the Attribute Convention for Data Discovery: of one time there is no axis.
        tell("NC_GLOBAL#time_coverage_start", &first.to_string())?;
        tell("NC_GLOBAL#time_coverage_end", &last.to_string())?;
    }
    if bands > 1 {
        for (key, value) in axis(&about.sheets, &times)? {
            tell(key, &value)?;
        }
    }
    Ok(dataset)
}

/// The axis of times, as GDAL's driver takes it: 6 is its number of `double`.
fn axis(sheets: &[Sheet], times: &[Instant]) -> Result<[(&'static str, String); 7], ExportError> {
    if times.len() != sheets.len() || !times.is_sorted_by(|before, after| before < after) {
        let why = "several sheets need a time each, the earlier first";
        return Err(ExportError::Format(why.to_owned()));
    }
    let values: Vec<String> = times.iter().copied().map(seconds).collect();
    Ok([
        ("NETCDF_DIM_EXTRA", "{time}".to_owned()),
        ("NETCDF_DIM_time_DEF", format!("{{{},6}}", times.len())),
        ("NETCDF_DIM_time_VALUES", format!("{{{}}}", values.join(","))),
        ("time#units", TIME_UNIT.to_owned()),
        ("time#calendar", "standard".to_owned()),
        ("time#standard_name", "time".to_owned()),
        ("time#axis", "T".to_owned()),
    ])
}

fn seconds(time: Instant) -> String {
    format!("{}", time.as_micros() as f64 / 1e6)
}

fn both(about: &AboutGrids) -> String {
    format!("{} · {}", about.title.vi, about.title.en)
}

/// A name that leads nowhere but beside the document.
fn plain(name: &str) -> Result<&Path, ExportError> {
    let path = Path::new(name);
    let mut parts = path.components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(_)), None) => Ok(path),
        _ => Err(ExportError::Format(format!("'{name}' is no plain name of a file"))),
    }
}

fn copy(stack: &Dataset, driver: &Driver, out: &Path) -> Result<(), ExportError> {
    let options = [
        "FORMAT=NC4",
        "COMPRESS=DEFLATE",
        "ZLEVEL=4",
        // It would name the folder of this machine.
        "WRITE_GDAL_HISTORY=NO",
    ];
    let options = RasterCreationOptions::from_iter(options);
    stack.create_copy(driver, out, &options)?.close()?;
    Ok(())
}
