//! DWG drawings, by way of a converter that somebody installed.
//!
//! The format is not public. `dwg2dxf` (LibreDWG) and the ODA File Converter turn a drawing into
//! DXF; either is run as a program of its own, so nothing of theirs is linked.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::error::ImportError;

/// A drawing that GDAL reads: DWG goes through a converter, anything else stays as it is.
pub(crate) fn as_dxf(source: &Path, scratch: &Path) -> Result<PathBuf, ImportError> {
    let is_dwg = source.extension().is_some_and(|e| e.eq_ignore_ascii_case("dwg"));
    if !is_dwg {
        return Ok(source.to_owned());
    }
    let stem = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let target = scratch.join(format!("{stem}.dxf"));
    let mut tried = Vec::new();
    for mut command in [libredwg(source, &target), oda(source, scratch)] {
        let program = command.get_program().to_string_lossy().into_owned();
        match command.output() {
            Ok(_) if target.is_file() => return Ok(target),
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr);
                let last = said.lines().last().unwrap_or("no message").to_owned();
                tried.push(format!("{program} made no DXF: {last}"));
            }
            Err(_) => tried.push(format!("{program} is not installed")),
        }
    }
    let why = format!(
        "a DWG drawing is read by way of dwg2dxf (LibreDWG) or ODAFileConverter: install one, or save the drawing as DXF / cài dwg2dxf hoặc ODAFileConverter, hoặc lưu bản vẽ thành DXF ({})",
        tried.join("; ")
    );
    Err(ImportError::Source { path: source.to_owned(), why })
}

fn libredwg(source: &Path, target: &Path) -> Command {
    let mut command = Command::new("dwg2dxf");
    command.arg("-y").arg("-o").arg(target).arg(source);
    command
}

/// The ODA converter takes folders: where from, where to, version, format, recursion, audit, filter.
fn oda(source: &Path, scratch: &Path) -> Command {
    let mut command = Command::new("ODAFileConverter");
    command.arg(source.parent().unwrap_or(Path::new("."))).arg(scratch);
    command.args(["ACAD2018", "DXF", "0", "1"]);
    command.arg(source.file_name().unwrap_or_default());
    command
}
