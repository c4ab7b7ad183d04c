//! SQLite files of ours: one connection alone writes and checkpoints a file.
//!
//! SQLite before 3.51.3 can corrupt a write-ahead log when two connections checkpoint (the WAL-reset
//! bug). So every writing connection of this crate is opened here, once for each file, and it alone
//! checkpoints; readers open a file read-only and never checkpoint, nor does anybody when closing.
//! `tests/architecture` holds that no other file opens one.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};

/// How long a connection waits for another's lock.
const PATIENCE: Duration = Duration::from_secs(5);
/// A write-ahead log is moved into its file when it is longer, in bytes.
const LONG_WAL_BYTES: u64 = 1 << 20;
/// How often, and how long apart, the lock of a folder is tried.
const LOCK_TRIES: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// Why a file cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// SQLite says why.
    #[error("{path}: {source}; check the disk and the file's owner")]
    Sqlite {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The system says why.
    #[error("cannot {action} {path}: {source}; check the disk and the folder's owner")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another process writes the folder.
    #[error("{0} is in use by another server: stop that one, or choose another data folder")]
    InUse(PathBuf),
    /// The file was made by a later version of this program.
    #[error("{path} has format {found}; this program knows up to {known}: use a newer program")]
    Format {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The latest format known here.
        known: i64,
    },
}

impl FileError {
    /// The file, when it is no longer a database, or holds what was never written.
    pub(crate) fn corrupt_file(&self) -> Option<&Path> {
        use rusqlite::Error as Sql;
        let Self::Sqlite { path, source } = self else { return None };
        let code = source.sqlite_error_code();
        let is_corrupt = matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase));
        // A bit that flipped in a row is found only when the row is read.
        let is_nonsense = matches!(
            source,
            Sql::FromSqlConversionFailure(..)
                | Sql::InvalidColumnType(..)
                | Sql::IntegralValueOutOfRange(..)
                | Sql::Utf8Error(..)
                // Our statements are fixed: a file that does not know their tables and columns has
                // lost its schema.
                | Sql::SqlInputError { .. }
        );
        (is_corrupt || is_nonsense).then_some(path.as_path())
    }
}

/// What a kind of file holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schema {
    /// Tells our file from any other SQLite database, as `application_id`.
    pub(crate) application_id: i64,
    /// Version of the tables, as `user_version`.
    pub(crate) format: i64,
    /// The statements that make them.
    pub(crate) tables: &'static str,
}

/// The one connection that writes a file. It checkpoints when told to, never on its own: an error of
/// a checkpoint must be seen.
#[derive(Debug)]
pub(crate) struct WritingFile {
    connection: Connection,
    path: PathBuf,
    recovered_bytes: u64,
}

impl WritingFile {
    /// Opens a file, making it when it is not there. What a crash left in its write-ahead log is
    /// brought into the file and synced before anything is added.
    pub(crate) fn open(path: &Path, schema: &Schema) -> Result<Self, FileError> {
        let (connection, found) = open_for_writing(path).map_err(failed(path))?;
        if found > schema.format {
            let (path, known) = (path.to_owned(), schema.format);
            return Err(FileError::Format { path, found, known });
        }
        let recovered_bytes = prepare(&connection, found, schema).map_err(failed(path))?;
        sync_folder_of(path)?;
        Ok(Self { connection, path: path.to_owned(), recovered_bytes })
    }

    /// Bytes of the write-ahead log that were brought into the file when it was opened.
    pub(crate) fn recovered_bytes(&self) -> u64 {
        self.recovered_bytes
    }

    /// Reads or writes; errors name the file.
    pub(crate) fn run<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, FileError> {
        work(&mut self.connection).map_err(failed(&self.path))
    }

    /// Moves what it can of the write-ahead log into the file.
    pub(crate) fn checkpoint(&self, mode: Checkpoint) -> Result<(), FileError> {
        checkpoint(&self.connection, mode).map(drop).map_err(failed(&self.path))
    }
}

/// A file that is opened when it is needed. After an error it is closed without another sync: after a
/// failed one the next could be called a success wrongly.
#[derive(Debug)]
pub(crate) struct RetryingFile {
    path: PathBuf,
    schema: &'static Schema,
    file: Option<WritingFile>,
}

impl RetryingFile {
    pub(crate) fn new(path: PathBuf, schema: &'static Schema) -> Self {
        Self { path, schema, file: None }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it was opened, and no error came since.
    pub(crate) fn is_open(&self) -> bool {
        self.file.is_some()
    }

    /// Reads or writes. A write-ahead log that has grown is moved into the file; what was written
    /// stands, even if that fails.
    pub(crate) fn run<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, FileError> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => WritingFile::open(&self.path, self.schema)?,
        };
        let done = file.run(work)?;
        let is_long = size_of_file(&wal_of(&self.path)) > LONG_WAL_BYTES;
        match if is_long { file.checkpoint(Checkpoint::Passive) } else { Ok(()) } {
            Ok(()) => self.file = Some(file),
            Err(error) => tracing::error!(%error, "the file is closed until it is needed again"),
        }
        Ok(done)
    }
}

/// How a checkpoint goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checkpoint {
    /// Without waiting for readers.
    Passive,
    /// Waiting for them, and leaving an empty write-ahead log.
    Truncate,
}

fn open_for_writing(path: &Path) -> rusqlite::Result<(Connection, i64)> {
    let connection = Connection::open(path)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    let found = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok((connection, found))
}

/// Brings in what a crash left, as many bytes, and makes the tables where there are none.
fn prepare(connection: &Connection, found: i64, schema: &Schema) -> rusqlite::Result<u64> {
    let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let frames = checkpoint(connection, Checkpoint::Passive)?;
    if found == 0 {
        let Schema { application_id, format, tables } = schema;
        connection.execute_batch(&format!(
            "BEGIN; {tables} PRAGMA application_id = {application_id}; \
             PRAGMA user_version = {format}; COMMIT;"
        ))?;
    }
    checkpoint(connection, Checkpoint::Truncate)?;
    // A write-ahead log is a header of 32 bytes, and 24 bytes before each page.
    let bytes = if frames > 0 { 32 + frames * (page + 24) } else { 0 };
    Ok(bytes.unsigned_abs())
}

/// A connection that can neither write nor checkpoint.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, FileError> {
    let open = || {
        let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, read_only)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
        connection.busy_timeout(PATIENCE)?;
        Ok(connection)
    };
    open().map_err(failed(path))
}

/// Says which file an error is of.
pub(crate) fn failed(path: &Path) -> impl FnOnce(rusqlite::Error) -> FileError {
    move |source| FileError::Sqlite { path: path.to_owned(), source }
}

/// Moves the write-ahead log into the file; as many frames as it held.
fn checkpoint(connection: &Connection, mode: Checkpoint) -> rusqlite::Result<i64> {
    let sql = match mode {
        Checkpoint::Passive => "PRAGMA wal_checkpoint(PASSIVE)",
        Checkpoint::Truncate => "PRAGMA wal_checkpoint(TRUNCATE)",
    };
    connection.query_row(sql, [], |row| row.get(1))
}

/// Makes the names in a file's folder durable.
fn sync_folder_of(path: &Path) -> Result<(), FileError> {
    let Some(dir) = path.parent() else { return Ok(()) };
    let failed = |source| FileError::Io { action: "sync", path: dir.to_owned(), source };
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed)
}

/// Makes a folder and takes its lock, which says that this process alone writes it. The system
/// releases it when the file that comes back is closed, or when the process ends.
pub(crate) fn lock_folder(dir: &Path, name: &str) -> Result<File, FileError> {
    let failed = |action, path: &Path| {
        let path = path.to_owned();
        move |source| FileError::Io { action, path, source }
    };
    std::fs::create_dir_all(dir).map_err(failed("make", dir))?;
    let path = dir.join(name);
    let options = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = options.map_err(failed("open", &path))?;
    // Who has just closed it may have started a process at that moment, which holds it until it
    // begins its own program.
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(source)) => return Err(failed("lock", &path)(source)),
        }
    }
    Err(FileError::InUse(dir.to_owned()))
}

/// The path of a file's write-ahead log.
pub(crate) fn wal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// How large a file is; 0 when it is not there.
pub(crate) fn size_of_file(path: &Path) -> u64 {
    path.metadata().map_or(0, |meta| meta.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: Schema = Schema {
        application_id: 0x446e_756d,
        format: 3,
        tables: "CREATE TABLE number (value INTEGER);",
    };

    #[test]
    fn a_file_of_a_later_format_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("numbers.sqlite");
        drop(WritingFile::open(&path, &NUMBERS).unwrap());
        let older = Schema { format: 2, ..NUMBERS };
        let error = WritingFile::open(&path, &older).unwrap_err().to_string();
        assert!(error.ends_with("has format 3; this program knows up to 2: use a newer program"));
    }

    #[test]
    fn a_reader_neither_writes_nor_checkpoints() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("numbers.sqlite");
        let mut file = WritingFile::open(&path, &NUMBERS).unwrap();
        file.run(|connection| connection.execute("INSERT INTO number VALUES (1)", [])).unwrap();
        let reader = open_reader(&path).unwrap();
        assert!(reader.execute("DELETE FROM number", []).is_err());
        let auto: i64 =
            reader.pragma_query_value(None, "wal_autocheckpoint", |row| row.get(0)).unwrap();
        assert_eq!(auto, 0);
        drop(reader);
        assert!(size_of_file(&wal_of(&path)) > 0, "the commit stands in the write-ahead log");
        drop(file);
        assert!(WritingFile::open(&path, &NUMBERS).unwrap().recovered_bytes() > 0);
    }
}
