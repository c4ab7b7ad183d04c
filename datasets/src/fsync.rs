//! Replacing a file so that a crash leaves the old one or the new one, never half of either.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

/// Writes a file beside its final name, forces it to the disk, and renames it into place.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".new");
    let fresh = path.with_file_name(name);
    let written = write_through(&fresh, bytes).and_then(|()| fs::rename(&fresh, path));
    if let Err(error) = written {
        // The first error is the one to tell; a leftover is overwritten by the next try.
        let _ = fs::remove_file(&fresh);
        return Err(error);
    }
    // The new file stands in its place whatever this says, and taking it back would be worse.
    let _ = path.parent().map(sync_dir);
    Ok(())
}

/// Forces a directory's entries to the disk, so that a rename in it lasts.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
