//! Roll-ups: what is kept of numbers for each minute, hour and day, for ever or nearly so.
//!
//! They follow the log behind its writer and are derived from it alone: where they stand in the log
//! is written in the same commit as what they hold, so that a crash loses and doubles nothing. A
//! first version of an observation is added to what there is; a revision, a removal or a move makes
//! its minute be reckoned anew from the log, and from the minutes its hour and its day.

mod bucket;
mod follow;
mod table;

use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use city::{Instant, Interval};

use crate::{
    clock::DAY_US,
    log::{EmbeddedLog, LogError},
    model::{Seq, StreamId},
    sqlite::{FileError, RetryingFile},
};
pub use bucket::{Bucket, PeriodSize, Summary};
use follow::Changes;

/// Name of the file in its folder.
const FILE_NAME: &str = "rollups.sqlite";
/// Entries that are read at a time.
const CHUNK: usize = 50_000;

/// Why roll-ups cannot be read or brought up to the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RollupError {
    /// Their file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The log that they follow.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// The roll-ups of one folder.
#[derive(Debug)]
pub struct Rollups {
    file: Mutex<RetryingFile>,
}

impl Rollups {
    /// Opens a folder's roll-ups, making the file when it is not there.
    ///
    /// # Errors
    /// [`RollupError::File`].
    pub fn open(dir: &Path) -> Result<Self, RollupError> {
        let mut file = RetryingFile::new(dir.join(FILE_NAME), &table::SCHEMA);
        file.run(|connection| table::seen(connection))?;
        Ok(Self { file: file.into() })
    }

    /// Everything up to this number of the log is in.
    ///
    /// # Errors
    /// [`RollupError::File`].
    pub fn seen(&self) -> Result<Seq, RollupError> {
        Ok(self.lock().run(|connection| table::seen(connection))?)
    }

    /// Brings the roll-ups up to the end of a log; where they are then.
    ///
    /// # Errors
    /// [`RollupError`]; what was done before stands, and the next call goes on from there.
    pub fn catch_up(&self, log: &EmbeddedLog) -> Result<Seq, RollupError> {
        let mut file = self.lock();
        loop {
            let seen = file.run(|connection| table::seen(connection))?;
            let Some(changes) = Changes::after(seen, log, CHUNK)? else { return Ok(seen) };
            file.run(|connection| table::apply(connection, &changes))?;
        }
    }

    /// The periods of a datastream that begin within a span of time, the oldest first, `limit` at
    /// most. Periods without observations are left out.
    ///
    /// # Errors
    /// [`RollupError::File`].
    pub fn read(
        &self,
        stream: StreamId,
        size: PeriodSize,
        time: Interval,
        limit: usize,
    ) -> Result<Vec<Bucket>, RollupError> {
        let path = self.lock().path().to_owned();
        Ok(table::read(&path, stream, size, time, limit)?)
    }

    /// Removes minutes that are older than so many days; hours and days are kept for ever. As many
    /// minutes as were removed.
    ///
    /// # Errors
    /// [`RollupError::File`].
    pub fn expire(&self, now: Instant, minute_days: u32) -> Result<usize, RollupError> {
        let oldest = now.as_micros() - i64::from(minute_days) * DAY_US;
        let oldest = PeriodSize::Minute.period_of(Instant::from_micros(oldest));
        Ok(self.lock().run(|connection| table::expire(connection, oldest))?)
    }

    fn lock(&self) -> MutexGuard<'_, RetryingFile> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
