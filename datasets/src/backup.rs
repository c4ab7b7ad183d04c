//! Backups: a data folder in one file, and back.
//!
//! The file is a tar archive, compressed by Zstandard, whose last member `SHA256SUMS` lists every
//! other one as `sha256sum` does; so a backup that was cut off or damaged is known by it, and any
//! system can open it. A change log that is being written to is copied by SQLite, consistently.

mod error;
mod pack;
mod unpack;

use std::{
    fs, io,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

pub use error::BackupError;

use crate::{
    Catalog,
    folder::{LAYERS, Lock, STAGING},
};

/// Name of the member that lists the others.
const SUMS: &str = "SHA256SUMS";

/// What a backup holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files.
    pub files: usize,
    /// Their size together, uncompressed.
    pub bytes: u64,
}

/// Copies a data folder into one new file, under the writer's lock; a server may run meanwhile.
///
/// The file may hold personal data and secrets: only its owner can read it.
///
/// ```no_run
/// datasets::backup::backup("data".as_ref(), "data-2026-01-01.tar.zst".as_ref())?;
/// # Ok::<(), datasets::backup::BackupError>(())
/// ```
///
/// # Errors
/// [`BackupError`]; no file is left then.
pub fn backup(dir: &Path, file: &Path) -> Result<Summary, BackupError> {
    let catalog = Catalog::load(dir)?;
    let _lock = Lock::take(dir)?;
    if file.exists() {
        return Err(BackupError::Exists { path: file.to_owned() });
    }
    let members = members(dir, &catalog)?;
    let mut partial = file.as_os_str().to_owned();
    partial.push(".new");
    let partial = PathBuf::from(partial);
    let packed = pack::pack(dir, &members, &partial).and_then(|summary| {
        fs::rename(&partial, file).map_err(BackupError::io("write", file))?;
        Ok(summary)
    });
    if packed.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&partial);
    }
    packed
}

/// Makes a new data folder from a backup, after checking every file of it.
///
/// # Errors
/// [`BackupError`]; the folder is then not there.
pub fn restore(file: &Path, dir: &Path) -> Result<Summary, BackupError> {
    let is_taken = fs::read_dir(dir).map(|mut entries| entries.next().is_some());
    if dir.is_file() || matches!(is_taken, Ok(true)) {
        return Err(BackupError::Exists { path: dir.to_owned() });
    }
    let fresh = unpack::Fresh::beside(dir)?;
    let summary = unpack::unpack(file, fresh.path())?;
    let catalog = Catalog::load(fresh.path())?;
    for layer in &catalog.layers {
        if !fresh.path().join(&layer.file).is_file() {
            return Err(BackupError::Damaged { what: format!("it lacks {}", layer.file) });
        }
    }
    fresh.become_dir(dir)?;
    Ok(summary)
}

/// What is to be saved: every file but the lock, what is staged, layers that no catalogue names,
/// and the side files of SQLite, which the copy takes in.
fn members(dir: &Path, catalog: &Catalog) -> Result<Vec<PathBuf>, BackupError> {
    let mut members = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let full = dir.join(&folder);
        for entry in fs::read_dir(&full).map_err(BackupError::io("read", &full))? {
            let entry = entry.map_err(BackupError::io("read", &full))?;
            let path = folder.join(entry.file_name());
            let kind = entry.file_type().map_err(BackupError::io("read", &full))?;
            if kind.is_dir() && path != Path::new(STAGING) {
                folders.push(path);
            } else if kind.is_file() && is_saved(&path, catalog) {
                members.push(path);
            }
        }
    }
    members.sort();
    Ok(members)
}

fn is_saved(path: &Path, catalog: &Catalog) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_side_file = ["-wal", "-shm", "-journal"].iter().any(|end| name.ends_with(end));
    let is_layer = path.parent() == Some(Path::new(LAYERS));
    let is_named = || catalog.layers.iter().any(|layer| Path::new(&layer.file) == path);
    name != ".lock" && name != SUMS && !is_side_file && (!is_layer || is_named())
}

/// Takes the checksum of what passes through.
struct Hashing<T> {
    inner: T,
    hasher: Sha256,
    bytes: u64,
}

impl<T> Hashing<T> {
    fn new(inner: T) -> Self {
        Self { inner, hasher: Sha256::new(), bytes: 0 }
    }

    fn checksum(self) -> String {
        self.hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests;
