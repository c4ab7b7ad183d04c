//! Reading the change log, beside its one writer.

use std::path::{Path, PathBuf};

use city::{FeatureId, Instant, Interval, LayerId};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, config::DbConfig, params};

use super::{FILE_NAME, Operation};
use crate::store::error::StoreError;

/// Opens the log for reading, each time anew; a folder without a log has no changes.
#[derive(Debug, Clone)]
pub(crate) struct LogReader {
    path: PathBuf,
}

/// What of a layer's changes is in its published file already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fold {
    /// Changes up to this number are in the file; 0 is none.
    pub(crate) seq: u64,
    /// When the layer was imported, before any folding.
    pub(crate) since: Instant,
}

/// A recorded change, with its states as the log has them.
#[derive(Debug, Clone)]
pub(crate) struct LoggedEdit {
    pub(crate) seq: u64,
    pub(crate) feature: FeatureId,
    pub(crate) operation: Operation,
    pub(crate) who: String,
    pub(crate) recorded: Instant,
    pub(crate) valid: Interval,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) reason: Option<String>,
    /// The change that it takes back.
    pub(crate) undoes: Option<u64>,
}

/// A feature of several that were changed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Together {
    pub(crate) layer: LayerId,
    pub(crate) feature: FeatureId,
    /// The first and the last of its changes that were recorded together.
    pub(crate) ends: (u64, u64),
    /// The last of its changes of all.
    pub(crate) latest: u64,
    /// What it was before the first of them; `None` where it was not there.
    pub(crate) first_before: Option<String>,
    /// What it was before the last of them.
    pub(crate) last_before: Option<String>,
    /// What the last of them made of it.
    pub(crate) last_after: Option<String>,
}

impl Together {
    /// Whether it was neither there before nor after.
    pub(crate) fn is_passing(&self) -> bool {
        self.first_before.is_none() && self.last_after.is_none()
    }
}

impl LogReader {
    pub(crate) fn of(dir: &Path) -> Self {
        Self { path: dir.join(FILE_NAME) }
    }

    /// What of a layer's changes is in the file with this checksum.
    ///
    /// # Errors
    /// [`StoreError::Log`], as all of these.
    pub(crate) fn fold_of(
        &self,
        layer: &LayerId,
        checksum: &str,
    ) -> Result<Option<Fold>, StoreError> {
        let fold = self.read(|connection| {
            let sql = "SELECT seq, since FROM fold WHERE layer = ?1 AND checksum = ?2";
            let read = |row: &Row<'_>| {
                Ok(Fold { seq: row.get(0)?, since: Instant::from_micros(row.get(1)?) })
            };
            connection.query_row(sql, params![layer.as_str(), checksum], read).optional()
        });
        Ok(fold?.flatten())
    }

    /// A layer's changes after a number, in their order.
    pub(crate) fn changes_after(
        &self,
        layer: &LayerId,
        seq: u64,
    ) -> Result<Vec<LoggedEdit>, StoreError> {
        self.changes("layer = ?1 AND seq > ?2 ORDER BY seq", layer, &seq)
    }

    /// The first of a layer's changes after a number, in their order.
    pub(crate) fn page_after(
        &self,
        layer: &LayerId,
        seq: u64,
        limit: usize,
    ) -> Result<Vec<LoggedEdit>, StoreError> {
        let which = format!("layer = ?1 AND seq > ?2 ORDER BY seq LIMIT {limit}");
        self.changes(&which, layer, &i64::try_from(seq).unwrap_or(i64::MAX))
    }

    /// A layer's changes that were recorded after an instant, in their order.
    pub(crate) fn changes_since(
        &self,
        layer: &LayerId,
        instant: Instant,
    ) -> Result<Vec<LoggedEdit>, StoreError> {
        self.changes("layer = ?1 AND recorded > ?2 ORDER BY seq", layer, &instant.as_micros())
    }

    /// A feature's changes, in their order.
    pub(crate) fn history(
        &self,
        layer: &LayerId,
        feature: &FeatureId,
    ) -> Result<Vec<LoggedEdit>, StoreError> {
        self.changes("layer = ?1 AND feature = ?2 ORDER BY seq", layer, &feature.to_string())
    }

    /// The features that were changed together with a change, the one that was changed last first; none where
    /// there is no such change. With the number of a change up to which all were looked at.
    pub(crate) fn together_with(&self, seq: u64) -> Result<(u64, Vec<Together>), StoreError> {
        // What is recorded together has numbers one after another, and a time that nothing else has.
        let sql = "WITH RECURSIVE \
             here AS (SELECT recorded AS time FROM change WHERE seq = ?1), \
             down(n) AS (SELECT ?1 FROM here UNION ALL SELECT change.seq FROM down \
               JOIN change ON change.seq = n - 1 JOIN here ON change.recorded = here.time), \
             up(n) AS (SELECT ?1 FROM here UNION ALL SELECT change.seq FROM up \
               JOIN change ON change.seq = n + 1 JOIN here ON change.recorded = here.time), \
             batch AS (SELECT layer, feature, min(seq) AS lo, max(seq) AS hi FROM change \
               WHERE seq BETWEEN (SELECT min(n) FROM down) AND (SELECT max(n) FROM up) \
               GROUP BY layer, feature) \
             SELECT batch.layer, batch.feature, lo, hi, \
               (SELECT max(seq) FROM change WHERE layer = batch.layer AND feature = batch.feature), \
               opening.before, closing.before, closing.after \
             FROM batch JOIN change AS opening ON opening.seq = lo \
               JOIN change AS closing ON closing.seq = hi ORDER BY hi DESC";
        let rows = self.read(|connection| {
            let last = "SELECT coalesce(max(seq), 0) FROM change";
            let last = connection.query_row(last, [], |row| row.get(0))?;
            let mut statement = connection.prepare(sql)?;
            let seq = i64::try_from(seq).unwrap_or(i64::MAX);
            let rows = statement.query_map(params![seq], together_of)?;
            Ok((last, rows.collect::<rusqlite::Result<Vec<_>>>()?))
        });
        Ok(rows?.unwrap_or_default())
    }

    fn changes(
        &self,
        which: &str,
        layer: &LayerId,
        bound: &dyn rusqlite::ToSql,
    ) -> Result<Vec<LoggedEdit>, StoreError> {
        let rows = self.read(|connection| {
            // A log that an older server holds is read as it is.
            let format: i64 =
                connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            let since_2 = if format < 2 { "NULL, NULL" } else { "reason, undoes" };
            let sql = format!(
                "SELECT seq, feature, op, who, recorded, valid_from, valid_to, before, after, \
                 {since_2} FROM change WHERE {which}"
            );
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map(params![layer.as_str(), bound], edit_of)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        });
        Ok(rows?.unwrap_or_default())
    }

    /// Reads with a connection of its own; `None` when there is no log.
    fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        if !self.path.exists() {
            return Ok(None);
        }
        let failed = |source| StoreError::Log { path: self.path.clone(), source };
        let connection = self.connect().map_err(failed)?;
        read(&connection).map(Some).map_err(failed)
    }

    /// A connection that can neither write nor checkpoint.
    pub(super) fn connect(&self) -> rusqlite::Result<Connection> {
        let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, read_only)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        Ok(connection)
    }
}

fn together_of(row: &Row<'_>) -> rusqlite::Result<Together> {
    let unreadable = |column: usize| {
        let why = "it was not written by this program".into();
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, why)
    };
    let (layer, feature): (String, String) = (row.get(0)?, row.get(1)?);
    Ok(Together {
        layer: layer.parse().map_err(|_| unreadable(0))?,
        feature: feature.parse().map_err(|_| unreadable(1))?,
        ends: (row.get(2)?, row.get(3)?),
        latest: row.get(4)?,
        first_before: row.get(5)?,
        last_before: row.get(6)?,
        last_after: row.get(7)?,
    })
}

fn edit_of(row: &Row<'_>) -> rusqlite::Result<LoggedEdit> {
    let unreadable = |column: usize| {
        let why = "it was not written by this program".into();
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, why)
    };
    let micros = |column: usize| -> rusqlite::Result<Option<Instant>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(Instant::from_micros))
    };
    let feature: String = row.get(1)?;
    let operation: String = row.get(2)?;
    Ok(LoggedEdit {
        seq: row.get(0)?,
        feature: feature.parse().map_err(|_| unreadable(1))?,
        operation: Operation::from_name(&operation).ok_or_else(|| unreadable(2))?,
        who: row.get(3)?,
        recorded: Instant::from_micros(row.get(4)?),
        valid: Interval { start: micros(5)?, end: micros(6)? },
        before: row.get(7)?,
        after: row.get(8)?,
        reason: row.get(9)?,
        undoes: row.get(10)?,
    })
}
