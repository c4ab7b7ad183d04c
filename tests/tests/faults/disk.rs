//! A disk that can fail, as `shim.c` plays it, and what is left of it after a power cut.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::house::House;

/// What a disk keeps or forgets as a whole.
const PAGE: usize = 4096;
/// Numbers on the page of control.
const KNOBS: usize = 6;

/// What can be turned while the server runs; the order is that of `struct control` in `shim.c`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Knob {
    /// Not 0: syncs say that they are done, and do nothing.
    Lies,
    /// Not 0: what changes a file fails with this error.
    WriteError,
    /// So many syncs from now on fail with EIO.
    SyncFails,
    /// The wall clock is ahead by so many microseconds.
    ClockUs,
    /// Calls that were refused.
    Refused,
    /// Syncs that were done.
    Syncs,
}

/// Errors of the system that a disk answers with.
pub(crate) const EIO: i64 = 5;
/// No space is left.
pub(crate) const ENOSPC: i64 = 28;
/// It can only be read.
pub(crate) const EROFS: i64 = 30;

/// The disk below a house's data folder.
pub(crate) struct Disk {
    dir: PathBuf,
    side: PathBuf,
    control: File,
}

impl Disk {
    /// Puts the disk below a house; its servers from now on write to it. None where there is no C
    /// compiler to make it with.
    pub(crate) fn below(house: &mut House) -> Option<Self> {
        let shim = shim()?;
        let side = house.beside().join("disk");
        fs::create_dir_all(&side).expect("a folder");
        // Folders that are made are not followed: they are there before.
        fs::create_dir_all(house.dir().join("feeds/log")).expect("a folder");
        fs::create_dir_all(house.dir().join("feeds/keyframes")).expect("a folder");
        let control = side.join("control");
        let control =
            OpenOptions::new().create(true).truncate(false).write(true).read(true).open(control);
        let control = control.expect("a page of control");
        control.set_len(8 * KNOBS as u64).expect("a page of control");
        let text = |path: &Path| path.to_str().expect("a plain path").to_owned();
        let variables = [
            ("LD_PRELOAD", text(&shim)),
            ("FAULT_DIR", text(house.dir())),
            ("FAULT_SIDE", text(&side)),
        ];
        house.variables.extend(variables.map(|(name, value)| (name.to_owned(), value)));
        let dir = house.dir().canonicalize().expect("the folder is there");
        Some(Self { dir, side, control })
    }

    /// Turns a knob.
    pub(crate) fn set(&self, knob: Knob, value: i64) {
        let at = 8 * knob as u64;
        self.control.write_all_at(&value.to_ne_bytes(), at).expect("the page can be written");
    }

    /// Where a knob stands.
    pub(crate) fn get(&self, knob: Knob) -> i64 {
        let mut bytes = [0; 8];
        self.control.read_exact_at(&mut bytes, 8 * knob as u64).expect("the page can be read");
        i64::from_ne_bytes(bytes)
    }

    /// Cuts the power of a server that is gone: names that no folder's sync made lasting go back from
    /// some moment on, and of each file what was not synced is kept or forgotten page by page. Without
    /// a generator everything unsynced is forgotten. As many files as were changed so.
    pub(crate) fn cut_power(&self, mut random: Option<&mut ChaCha8Rng>) -> usize {
        let names = self.names();
        let lasting = random.as_deref_mut().map_or(0, |it| it.random_range(0..=names.len()));
        for change in names[lasting..].iter().rev() {
            change.undo();
        }
        let mut paths = HashMap::new();
        inodes(&self.dir, &mut paths);
        let mut changed = 0;
        for entry in fs::read_dir(&self.side).expect("the side folder").map_while(Result::ok) {
            let name = entry.file_name().into_string().expect("a plain name");
            let inode = name.strip_prefix("undo-").and_then(|inode| inode.parse::<u64>().ok());
            let path = inode.and_then(|inode| paths.get(&inode));
            if let Some(path) = path {
                changed += usize::from(forget(path, &entry.path(), random.as_deref_mut()));
            }
            if name != "control" {
                fs::remove_file(entry.path()).expect("the side folder is ours");
            }
        }
        changed
    }

    fn names(&self) -> Vec<Change> {
        let bytes = fs::read(self.side.join("names")).unwrap_or_default();
        let text = String::from_utf8(bytes).expect("plain paths");
        let parts: Vec<_> = text.split('\0').collect();
        // A record that was cut at the end was of nothing that happened.
        let whole = parts.chunks_exact(3).filter(|part| !part[0].is_empty());
        let change = |part: &[&str]| Change {
            mark: part[0].as_bytes()[0],
            path: part[0][1..].into(),
            before: part[1].into(),
            saved: (!part[2].is_empty()).then(|| part[2].into()),
        };
        whole.map(change).collect()
    }
}

/// A name that was made, changed or taken away.
struct Change {
    mark: u8,
    path: PathBuf,
    before: PathBuf,
    saved: Option<PathBuf>,
}

impl Change {
    fn undo(&self) {
        let inode = |path: &Path| fs::metadata(path).ok().map(|meta| meta.ino());
        match self.mark {
            b'c' => drop(fs::remove_file(&self.path)),
            // One that was noted and not done yet stands as it was.
            b'r' if inode(&self.path) != self.saved.as_deref().and_then(inode) => {
                fs::rename(&self.path, &self.before).expect("a name goes back");
                self.put_back();
            }
            b'u' => self.put_back(),
            _ => {}
        }
    }

    fn put_back(&self) {
        if let Some(saved) = &self.saved {
            // It fails where nothing had been taken away yet.
            let _ = fs::hard_link(saved, &self.path);
        }
    }
}

/// Every file below a folder by its inode.
fn inodes(dir: &Path, paths: &mut HashMap<u64, PathBuf>) {
    for entry in fs::read_dir(dir).expect("the folder can be listed").map_while(Result::ok) {
        let meta = entry.metadata().expect("a file's data");
        if meta.is_dir() {
            inodes(&entry.path(), paths);
        } else {
            paths.insert(meta.ino(), entry.path());
        }
    }
}

/// Forgets what a file's last sync did not cover; whether there was any.
fn forget(path: &Path, undo: &Path, random: Option<&mut ChaCha8Rng>) -> bool {
    let records = fs::read(undo).expect("what undoes can be read");
    let written = fs::read(path).expect("the file can be read");
    let mut synced = written.clone();
    for (offset, size, bytes) in parse(&records).into_iter().rev() {
        let end = offset + bytes.len();
        synced.resize(synced.len().max(end), 0);
        synced[offset..end].copy_from_slice(bytes);
        synced.resize(size, 0);
    }
    if synced == written {
        return false;
    }
    let left = match random {
        None => synced,
        Some(random) => mixed(&synced, &written, random),
    };
    fs::write(path, left).expect("the file can be written");
    true
}

/// Offset, size of the file before, and what was there.
fn parse(mut records: &[u8]) -> Vec<(usize, usize, &[u8])> {
    let mut all = Vec::new();
    while let Some((head, rest)) = records.split_at_checked(24) {
        let number = |at: usize| {
            let bytes = head[at..at + 8].try_into().expect("8 bytes");
            usize::try_from(i64::from_ne_bytes(bytes)).expect("no number is below 0")
        };
        let Some((bytes, rest)) = rest.split_at_checked(number(8)) else { break };
        all.push((number(0), number(16), bytes));
        records = rest;
    }
    all
}

/// Each page and the length as they were synced or as they were written, whichever the disk chose. A file that was
/// cut shorter is so with all that was cut off, or not at all: file systems journal its size and its blocks together.
/// (A log of which only the beginning came back undid what SQLite had moved from it.)
fn mixed(synced: &[u8], written: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let length = if random.random_bool(0.5) { synced.len() } else { written.len() };
    let mut left = vec![0; length];
    for (number, page) in left.chunks_mut(PAGE).enumerate() {
        let is_cut_off = number * PAGE >= written.len();
        let source = if is_cut_off || random.random_bool(0.5) { synced } else { written };
        let from = source.get(number * PAGE..).unwrap_or_default();
        let count = page.len().min(from.len());
        page[..count].copy_from_slice(&from[..count]);
    }
    left
}

/// The shim, made once; none where there is no C compiler.
fn shim() -> Option<PathBuf> {
    static SHIM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let made = SHIM.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/shim.c");
        // Other test processes may make it at the same moment.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (made, library) =
            (folder.join(format!("shim-{}.so", std::process::id())), folder.join("shim.so"));
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-pthread"]);
        let output = match compiler.arg("-o").arg(&made).arg(&source).arg("-ldl").output() {
            Ok(output) => output,
            Err(why) => {
                println!("SKIP: there is no C compiler to make the failing disk with: {why}");
                return None;
            }
        };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cc {}: {said}", source.display());
        fs::rename(&made, &library).expect("the build's folder is writable");
        Some(library)
    });
    made.clone()
}
