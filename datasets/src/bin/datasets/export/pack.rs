//! ZIP archives.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::ExportError;

/// Writes files into an archive, each under its name there.
pub(super) fn zip(out: &Path, files: &[(PathBuf, String)]) -> Result<(), ExportError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .large_file(true)
        .last_modified_time(zip::DateTime::default());
    let mut archive = ZipWriter::new(io::BufWriter::new(File::create_new(out)?));
    for (path, name) in files {
        archive.start_file(name.as_str(), options)?;
        io::copy(&mut File::open(path)?, &mut archive)?;
    }
    use io::Write;
    archive.finish()?.flush()?;
    Ok(())
}
