//! Files into the archive.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

use super::{BackupError, Hashing, SUMS, Summary};

/// Strength of the compression: layers shrink to about a half at 200 MB/s.
const LEVEL: i32 = 3;

pub(super) fn pack(dir: &Path, members: &[PathBuf], into: &Path) -> Result<Summary, BackupError> {
    let write = BackupError::io;
    let file = create_private(into).map_err(write("make", into))?;
    let out = zstd::Encoder::new(BufWriter::new(file), LEVEL).map_err(write("write", into))?;
    let mut archive = Builder::new(out);
    let mut sums = String::new();
    let mut summary = Summary::default();
    for member in members {
        let copied = copy_if_database(dir, member)?;
        let source =
            copied.as_ref().map_or_else(|| dir.join(member), |copy| copy.path().join("db"));
        let (checksum, bytes) = append(&mut archive, member, &source)?;
        sums.push_str(&format!("{checksum}  {}\n", slashed(member)));
        summary.files += 1;
        summary.bytes += bytes;
    }
    append_bytes(&mut archive, Path::new(SUMS), sums.as_bytes(), 0o644)
        .and_then(|()| archive.into_inner())
        .and_then(|out| out.finish())
        .and_then(|buffer| buffer.into_inner().map_err(|error| error.into_error()))
        .and_then(|file| file.sync_all())
        .map_err(write("write", into))?;
    Ok(summary)
}

/// Appends one file; returns its checksum and size.
fn append(
    archive: &mut Builder<impl Write>,
    member: &Path,
    source: &Path,
) -> Result<(String, u64), BackupError> {
    let failed = || BackupError::io("save", source);
    let file = File::open(source).map_err(failed())?;
    let metadata = file.metadata().map_err(failed())?;
    let mut header = header(metadata.len(), mode(&metadata));
    let mut reader = Hashing::new(file.take(metadata.len()));
    archive.append_data(&mut header, member, &mut reader).map_err(failed())?;
    let bytes = reader.bytes;
    Ok((reader.checksum(), bytes))
}

fn append_bytes(
    archive: &mut Builder<impl Write>,
    member: &Path,
    bytes: &[u8],
    mode: u32,
) -> io::Result<()> {
    archive.append_data(&mut header(bytes.len() as u64, mode), member, bytes)
}

/// A member's header; without times and owners, the same folder gives the same backup.
fn header(size: u64, mode: u32) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_size(size);
    header.set_mode(mode);
    header.set_mtime(0);
    header
}

/// A consistent copy of a database, which another process may be writing to; `None` for other
/// files. The connection never checkpoints: only the writer's may.
fn copy_if_database(dir: &Path, member: &Path) -> Result<Option<TempDir>, BackupError> {
    if member.extension().is_none_or(|extension| extension != "sqlite") {
        return Ok(None);
    }
    let path = dir.join(member);
    let copy = TempDir::new().map_err(BackupError::io("make", &std::env::temp_dir()))?;
    let target = copy.path().join("db");
    let copied =
        Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(|db| {
            db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            db.execute("VACUUM INTO ?1", [target.to_string_lossy()])
        });
    copied.map_err(|source| BackupError::Database { path, source })?;
    Ok(Some(copy))
}

/// The member's name with `/`, whatever the system's separator is.
fn slashed(member: &Path) -> String {
    let parts: Vec<_> =
        member.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o777
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> u32 {
    0o644
}
