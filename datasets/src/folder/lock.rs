//! The writer's lock: an advisory lock on `.lock`, with a line that says who holds it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Name of the lock's file.
pub(crate) const FILE_NAME: &str = ".lock";

/// How often a waiting writer looks again.
const POLL: Duration = Duration::from_millis(100);

/// Why the lock was not had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Somebody else writes.
    #[error(
        "{} is being written by another program ({holder}): wait until it is done, or stop it",
        dir.display()
    )]
    Held {
        /// The folder.
        dir: PathBuf,
        /// What the other wrote about itself.
        holder: String,
    },
    /// The lock's file could not be made or locked.
    #[error("cannot lock {}: {source}", path.display())]
    Io {
        /// The lock's file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The right to write into a folder, until it is dropped.
///
/// The system releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock at once or says who holds it.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn take(dir: &Path) -> Result<Self, LockError> {
        let path = dir.join(FILE_NAME);
        let failed = |source| LockError::Io { path: path.clone(), source };
        loop {
            let mut file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .open(&path)
                .map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let line = fs::read_to_string(&path).unwrap_or_default();
                    let holder = if line.is_empty() { "unnamed" } else { line.trim() };
                    return Err(LockError::Held { dir: dir.into(), holder: holder.into() });
                }
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
            // A writer that undid a new folder removes the file: a lock on that one holds nobody off.
            if !is_still(&file, &path) {
                continue;
            }
            file.set_len(0).map_err(failed)?;
            write!(file, "{}", myself()).map_err(failed)?;
            return Ok(Self { file });
        }
    }

    /// Takes the lock, waiting for another writer up to a time.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn wait(dir: &Path, at_most: Duration) -> Result<Self, LockError> {
        let began = Instant::now();
        loop {
            match Self::take(dir) {
                Err(LockError::Held { .. }) if began.elapsed() < at_most => {
                    std::thread::sleep(POLL);
                }
                result => return result,
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The line says who holds the lock, and nobody does from here on.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

fn myself() -> String {
    let program = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    format!("{name}, process {}", std::process::id())
}

/// Whether the path still names the file that is open.
#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still(_: &File, path: &Path) -> bool {
    path.exists()
}
