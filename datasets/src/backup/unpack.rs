//! Files out of the archive.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufReader, Read},
    path::{Component, Path, PathBuf},
};

use tar::Archive;

use super::{BackupError, Hashing, SUMS, Summary};

/// The largest list of checksums that is believed.
const MAX_SUMS: u64 = 16 << 20;

/// A folder in the making beside its final place; removed unless it becomes that.
pub(super) struct Fresh {
    path: PathBuf,
}

impl Fresh {
    pub(super) fn beside(dir: &Path) -> Result<Self, BackupError> {
        let mut name = std::ffi::OsString::from(".");
        name.push(dir.file_name().unwrap_or_default());
        name.push(format!(".restoring-{}", std::process::id()));
        let path = dir.with_file_name(name);
        fs::create_dir_all(&path).map_err(BackupError::io("make", &path))?;
        Ok(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the place of a folder that is empty or not there.
    pub(super) fn become_dir(self, dir: &Path) -> Result<(), BackupError> {
        if dir.exists() {
            fs::remove_dir(dir).map_err(BackupError::io("replace", dir))?;
        }
        fs::rename(&self.path, dir).map_err(BackupError::io("make", dir))
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // After the rename there is nothing here any more.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Unpacks an archive and holds that each file has the checksum that the archive states.
pub(super) fn unpack(file: &Path, into: &Path) -> Result<Summary, BackupError> {
    let archive = File::open(file).map_err(BackupError::io("read", file))?;
    let plain = zstd::Decoder::new(BufReader::new(archive)).map_err(|error| damaged(&error))?;
    let mut archive = Archive::new(plain);
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut sums = None;
    let mut summary = Summary::default();
    for entry in archive.entries().map_err(|error| damaged(&error))? {
        let mut entry = entry.map_err(|error| damaged(&error))?;
        let path = entry.path().map_err(|error| damaged(&error))?.into_owned();
        let name = name_of(&path, entry.header().entry_type().is_file())?;
        if name == SUMS {
            let mut text = String::new();
            entry.take(MAX_SUMS).read_to_string(&mut text).map_err(|error| damaged(&error))?;
            sums = Some(text);
            break;
        }
        let mode = entry.header().mode().unwrap_or(0o644);
        let (checksum, bytes) = extract(&mut entry, &into.join(&path), mode)?;
        summary.files += 1;
        summary.bytes += bytes;
        found.insert(name, checksum);
    }
    let sums = sums.ok_or_else(|| damaged("it is cut off before its checksums"))?;
    let stated = parse(&sums)?;
    if let Some(name) = stated.iter().find(|(name, sum)| found.get(*name) != Some(sum)).map(|s| s.0)
    {
        return Err(damaged(format!("{name} is missing or was changed")));
    }
    if let Some(name) = found.keys().find(|name| !stated.contains_key(*name)) {
        return Err(damaged(format!("{name} has no checksum")));
    }
    Ok(summary)
}

/// A member's name, after holding that it is a plain file inside the folder.
fn name_of(path: &Path, is_file: bool) -> Result<String, BackupError> {
    let parts: Option<Vec<String>> = path
        .components()
        .map(|part| match part {
            Component::Normal(name) => name.to_str().map(str::to_owned),
            _ => None,
        })
        .collect();
    match parts {
        Some(parts) if is_file && !parts.is_empty() => Ok(parts.join("/")),
        _ => Err(damaged(format!("{} is no file inside the folder", path.display()))),
    }
}

/// Writes one member to the disk; returns its checksum and size.
fn extract(entry: &mut impl Read, target: &Path, mode: u32) -> Result<(String, u64), BackupError> {
    let failed = || BackupError::io("restore", target);
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).map_err(failed())?;
    }
    let file = File::create_new(target).map_err(failed())?;
    set_mode(&file, mode).map_err(failed())?;
    let mut out = Hashing::new(file);
    io::copy(entry, &mut out).map_err(|error| damaged(&error))?;
    out.inner.sync_all().map_err(failed())?;
    let bytes = out.bytes;
    Ok((out.checksum(), bytes))
}

/// Reads `CHECKSUM  NAME` lines.
fn parse(sums: &str) -> Result<BTreeMap<String, String>, BackupError> {
    let line = |line: &str| {
        let (sum, name) = line.split_once("  ")?;
        Some((name.to_owned(), sum.to_owned()))
    };
    let parsed: Option<_> = sums.lines().map(line).collect();
    parsed.ok_or_else(|| damaged("its list of checksums can't be read"))
}

fn damaged(what: impl ToString) -> BackupError {
    BackupError::Damaged { what: what.to_string() }
}

#[cfg(unix)]
fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(mode & 0o777))
}

#[cfg(not(unix))]
fn set_mode(_: &File, _: u32) -> io::Result<()> {
    Ok(())
}
