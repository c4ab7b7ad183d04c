//! placeholder
use super::{args::ImportArgs, error::ImportError};
use city::Layer;
use datasets::report::Report;
use std::path::{Path, PathBuf};
pub(crate) fn import(
    args: &ImportArgs,
    _: &Path,
    _: &mut Report,
) -> Result<(Layer, PathBuf), ImportError> {
    Err(ImportError::Arguments(format!("role '{}' is a raster", args.role)))
}
