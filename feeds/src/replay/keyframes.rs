//! Where the latest values stood in the log at instants of the past: a jump begins there.

use std::path::{Path, PathBuf};

use crate::{latest::LatestTable, log::LogError, model::Seq};

/// The ending of a keyframe's name; the sequence number that it is as of stands before.
const ENDING: &str = ".latest";

/// The keyframes of a folder. They are no more than a help: without them the log is read.
#[derive(Debug, Clone)]
pub struct Keyframes {
    dir: PathBuf,
}

impl Keyframes {
    /// Keyframes in a folder, which is made with the first.
    pub fn in_folder(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// Keeps where the latest values stand now, if at least `apart` entries came since the last
    /// keyframe; whether it did.
    ///
    /// # Errors
    /// [`LogError::Io`].
    pub fn keep(&self, latest: &LatestTable, apart: i64) -> Result<bool, LogError> {
        let seq = latest.snapshot().0;
        let before = self.all().last().map_or(Seq::START, |(seq, _)| *seq);
        if seq.get() - before.get() < apart.max(1) {
            return Ok(false);
        }
        let failed = |source| LogError::Io { action: "make", path: self.dir.clone(), source };
        std::fs::create_dir_all(&self.dir).map_err(failed)?;
        let name = format!("{:015}{ENDING}", seq.get());
        latest.save(&self.dir.join(name)).map(|()| true)
    }

    /// Removes those that are as of entries before one: the log no longer has them.
    ///
    /// # Errors
    /// [`LogError::Io`].
    pub fn expire(&self, oldest: Seq) -> Result<usize, LogError> {
        let gone: Vec<_> = self.all().into_iter().filter(|(seq, _)| *seq < oldest).collect();
        for (_, path) in &gone {
            let failed = |source| LogError::Io { action: "remove", path: path.clone(), source };
            std::fs::remove_file(path).map_err(failed)?;
        }
        Ok(gone.len())
    }

    /// Those as of a sequence number or before, the nearest first.
    pub(super) fn until(&self, seq: Seq) -> Vec<(Seq, PathBuf)> {
        let mut all = self.all();
        all.retain(|(at, _)| *at <= seq);
        all.reverse();
        all
    }

    /// Every one, the oldest first.
    fn all(&self) -> Vec<(Seq, PathBuf)> {
        let Ok(entries) = std::fs::read_dir(&self.dir) else { return Vec::new() };
        let read = |name: &str| {
            let seq = name.strip_suffix(ENDING)?;
            let is_number = seq.len() >= 15 && seq.bytes().all(|b| b.is_ascii_digit());
            Some(Seq::new(seq.parse().ok().filter(|_| is_number)?))
        };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let mut all: Vec<_> =
            paths.filter_map(|path| Some((read(path.file_name()?.to_str()?)?, path))).collect();
        all.sort_unstable_by_key(|(seq, _)| *seq);
        all
    }
}
