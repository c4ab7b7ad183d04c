//! How far a poller is, kept across restarts. It is no more than a help: without it, a poller asks for
//! some again, and what the log has already is not recorded twice.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

use city::Instant;
use serde::{Deserialize, Serialize};

/// As many files are remembered.
const MOST_FILES: usize = 100_000;

#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Checkpoint {
    /// Up to when the poller has what there is.
    pub(super) done_until: Option<Instant>,
    /// Files that were taken, with their times.
    pub(super) files: BTreeMap<String, Instant>,
}

impl Checkpoint {
    pub(super) fn path(dir: &Path, poller: &str) -> PathBuf {
        dir.join(format!("{poller}.json"))
    }

    /// Reads what was saved; one that makes no sense is as none.
    pub(super) fn read(path: &Path) -> Self {
        let Ok(text) = std::fs::read(path) else { return Self::default() };
        serde_json::from_slice(&text).unwrap_or_else(|error| {
            tracing::warn!(path = %path.display(), %error, "the poller's notes are not read");
            Self::default()
        })
    }

    /// Saves it, whole or not at all.
    pub(super) fn save(&self, path: &Path) -> std::io::Result<()> {
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir)?;
        }
        let beside = path.with_extension("new");
        let mut file = File::create(&beside)?;
        file.write_all(serde_json::to_string(self)?.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    }

    /// Has what there is up to an instant.
    pub(super) fn advance(&mut self, to: Instant) {
        self.done_until = Some(self.done_until.map_or(to, |done| done.max(to)));
    }

    /// Forgets files of before an instant, which are not looked at any more.
    pub(super) fn forget_before(&mut self, oldest: Instant) {
        self.files.retain(|_, time| *time >= oldest);
        while self.files.len() > MOST_FILES {
            self.files.pop_first();
        }
    }
}
