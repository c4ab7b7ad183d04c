//! `datasets export`: a FlatGeobuf becomes a file of another format.
//!
//! What the server sends of its features is read from FlatGeobuf alone; each format has a file of its own here.
//! The program says on standard output how far it is and what people must know of the file
//! ([`datasets::exchange`]).

mod drawing;
mod names;
mod ogr;
mod pack;
mod shapefile;
mod source;
mod workbook;

use std::path::{Path, PathBuf};

use city::Title;
use clap::Args;
use datasets::exchange::{About, Done, Kind, Said};
use gdal::errors::GdalError;

use crate::{confine::Confine, import::gdal_env};
use source::Source;

/// Features between two words on how far it is.
const TELL_EVERY: u64 = 500;

/// Write the features of a FlatGeobuf file in another format.
///
/// Xuất dữ liệu từ FlatGeobuf sang định dạng khác.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// FlatGeobuf to read, such as `…/items?f=fgb` of a server gives
    #[arg(value_name = "SRC")]
    source: PathBuf,
    /// gpkg, shp (in a ZIP archive), kml, kmz, dxf, xlsx
    #[arg(long, value_parser = kind)]
    format: Kind,
    /// File to write; it must not be there yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Name of the layer in the file
    #[arg(long, value_name = "NAME", default_value = "data")]
    name: String,
    /// JSON with title, credits, columns and label
    #[arg(long, value_name = "FILE")]
    about: Option<PathBuf>,
    #[command(flatten)]
    confine: Confine,
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::from_name(text).ok_or_else(|| {
        let known = Kind::ALL.map(Kind::name).join(", ");
        format!("'{text}' is none of {known}")
    })
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    /// The source cannot be read as FlatGeobuf.
    #[error("cannot read {}: {why}", path.display())]
    Source {
        /// The source.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The target is there already, or its folder is not.
    #[error("cannot write {}: {why}", path.display())]
    Target {
        /// The target.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The format cannot hold it.
    #[error("{0}")]
    Format(String),
    /// GDAL.
    #[error(transparent)]
    Gdal(#[from] GdalError),
    /// A file.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// An archive.
    #[error("the archive: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// A workbook.
    #[error("the workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

/// What is to be written, where.
struct Order<'a> {
    kind: Kind,
    name: &'a str,
    about: &'a About,
    /// A folder for what is in the making, removed afterwards.
    scratch: &'a Path,
    out: &'a Path,
}

/// Exports one layer.
pub(crate) fn run(args: &ExportArgs) -> Result<crate::Outcome, crate::Failure> {
    export(args)?;
    Ok(crate::Outcome::Good)
}

fn export(args: &ExportArgs) -> Result<(), crate::Failure> {
    let about = match &args.about {
        Some(path) => serde_json::from_slice(&std::fs::read(path)?)?,
        None => About::default(),
    };
    let folder = folder_of(&args.out)?;
    let source = args.source.canonicalize().map_err(|error| ExportError::Source {
        path: args.source.clone(),
        why: error.to_string(),
    })?;
    let scratch = tempfile::TempDir::with_prefix_in(".export-", &folder)?;
    args.confine.apply(&[&source], &[&folder])?;
    let messages = gdal_env::set_up(scratch.path())?;
    let source = Source::open(&source, &about)?;
    // What GDAL says while it looks for a driver is about no file of ours.
    drop((messages.take_errors(), messages.take_warnings()));
    let order = Order {
        kind: args.format,
        name: &args.name,
        about: &about,
        scratch: scratch.path(),
        out: &args.out,
    };
    let mut done = match args.format {
        Kind::Gpkg | Kind::Kml | Kind::Kmz => ogr::write(&order, &source)?,
        Kind::Shp => shapefile::write(&order, &source)?,
        Kind::Dxf => drawing::write(&order, &source)?,
        Kind::Xlsx => workbook::write(&order, &source)?,
    };
    if let [first, ..] = &messages.take_errors()[..] {
        let _ = std::fs::remove_file(&args.out);
        return Err(ExportError::Format(format!("GDAL: {first}")).into());
    }
    let warnings = messages.take_warnings().into_iter();
    done.notes
        .extend(warnings.map(|text| Title::new(format!("GDAL: {text}"), format!("GDAL: {text}"))));
    say(&Said::Done(done));
    Ok(())
}

/// The folder of the target, which must not be there yet.
pub(crate) fn folder_of(out: &Path) -> Result<PathBuf, ExportError> {
    let wrong = |why: &str| ExportError::Target { path: out.to_owned(), why: why.to_owned() };
    if out.exists() {
        return Err(wrong("it is there already"));
    }
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    folder.canonicalize().map_err(|error| wrong(&error.to_string()))
}

/// Says something on standard output; nobody need listen.
pub(crate) fn say(said: &Said) {
    use std::io::Write;
    if let Ok(text) = serde_json::to_string(said) {
        let _ = writeln!(std::io::stdout(), "{text}");
    }
}

/// Tells how far a writer is.
fn tell(count: u64, of: Option<u64>) {
    if let Some(of) = of.filter(|of| *of > 0 && count.is_multiple_of(TELL_EVERY)) {
        say(&Said::Progress((count as f64 / of as f64).min(1.0)));
    }
}

/// What was written, without renamed columns.
fn done(features: u64, notes: Vec<Title>) -> Done {
    Done { features, renamed: Vec::new(), notes }
}
