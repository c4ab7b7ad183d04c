//! Watching the catalogue, so that what is published appears without a restart.

use std::{
    fs::Metadata,
    path::Path,
    sync::Weak,
    thread,
    time::{Duration, Instant, SystemTime},
};

use super::embedded::{Inner, Store};

/// How often the catalogue is looked at. A look is one `stat`; file notification would need a
/// library for each system, and does not reach network folders.
const EVERY: Duration = Duration::from_millis(500);

/// How long edits that could not be folded in are left alone.
const TRY_AGAIN: Duration = Duration::from_secs(600);

/// What tells one catalogue file from the next: a publish replaces it by rename.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    modified: Option<SystemTime>,
    bytes: u64,
    inode: u64,
}

impl Fingerprint {
    /// The fingerprint of a file; `None` when it can't be looked at.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self {
            modified: metadata.modified().ok(),
            bytes: metadata.len(),
            inode: inode(&metadata),
        })
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

/// Follows a store's catalogue, and folds in edits when they are many, until the last clone of the
/// store is gone.
pub(crate) fn follow(store: Weak<Inner>) -> std::io::Result<()> {
    let follow = move || {
        let mut fold_from = Instant::now();
        while let Some(inner) = store.upgrade() {
            let store = Store::from(inner);
            // A reload that fails is logged and shown in the store's status; the city stays as it is.
            let _ = store.reload();
            if Instant::now() >= fold_from && !store.fold_in_many() {
                fold_from = Instant::now() + TRY_AGAIN;
            }
            drop(store);
            thread::sleep(EVERY);
        }
    };
    thread::Builder::new().name("catalogue".into()).spawn(follow).map(drop)
}
