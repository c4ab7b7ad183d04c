//! Data folders, made by the real program `datasets`.

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::repo;

/// A data folder.
#[derive(Debug)]
pub struct Town {
    dir: PathBuf,
    /// Removes the folder in the end, where it is ours alone.
    _kept: Option<TempDir>,
}

/// One call of `datasets import`.
#[derive(Debug, Clone, Copy, Hash)]
pub struct Import<'a> {
    /// The source file.
    pub source: &'a str,
    /// Identifier of the layer.
    pub layer: &'a str,
    /// Its role.
    pub role: &'a str,
    /// Further arguments.
    pub more: &'a [&'a str],
}

impl<'a> Import<'a> {
    /// An import without further arguments.
    pub const fn new(source: &'a str, layer: &'a str, role: &'a str) -> Self {
        Self { source, layer, role, more: &[] }
    }
}

impl Town {
    /// A new folder that is not there yet, inside a temporary one.
    pub fn empty() -> Self {
        let kept = tempfile::tempdir().expect("a temporary folder");
        Self { dir: kept.path().join("data"), _kept: Some(kept) }
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A copy to change at will. Published files never change, so they are linked, not copied.
    pub fn copy(&self) -> Self {
        let copy = Self::empty();
        copy_folder(&self.dir, &copy.dir);
        copy
    }

    /// Imports a file into it and fails with the program's own words when that fails.
    #[track_caller]
    pub fn import(&self, source: &Path, layer: &str, role: &str, more: &[&str]) {
        let mut command = datasets();
        command.arg("import").arg(source).args(["--layer", layer, "--role", role]);
        run(command.arg("--into").arg(&self.dir).args(more));
    }

    /// The catalogue, as it is written.
    pub fn catalogue(&self) -> toml::Table {
        let text =
            fs::read_to_string(self.dir.join("catalog.toml")).expect("a town has a catalogue");
        toml::from_str(&text).expect("the catalogue is TOML")
    }
}

/// The importer, to be given arguments.
pub fn datasets() -> Command {
    Command::new(repo::program("datasets"))
}

/// Runs a program that must succeed.
#[track_caller]
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?} does not start: {e}"));
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Real data that stands beside the checkout.
///
/// Without it a test says SKIP and why, and passes; in CI it has to be there.
pub fn shared(path: &str) -> Option<PathBuf> {
    let found = repo::root().parent().map(|beside| beside.join("shared").join(path));
    if let Some(found) = found.filter(|found| found.exists()) {
        return Some(found);
    }
    let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!in_ci, "../shared/{path} is absent, and in CI it must be there");
    println!("SKIP: ../shared/{path} is absent, so there is no real data to test with");
    None
}

/// Ninh Kiều, the middle of Cần Thơ: 4,839 buildings, 1,082 roads and SRTM heights, really
/// imported; with what the OSM file of the same place holds of roads and buildings.
pub fn ninh_kieu() -> Option<Town> {
    let source = shared("data/geo/cantho-ninhkieu")?;
    Some(imported(
        "ninh-kieu",
        &source,
        &[
            // Its CRS has no code: "WGS84(DD)".
            Import {
                more: &["--crs", "EPSG:4326"],
                ..Import::new("building.shp", "buildings", "buildings")
            },
            Import::new("roads.shp", "roads", "roads"),
            Import::new("canthodem.tif", "terrain", "terrain"),
            Import::new("cantho_centre.osm", "osm-roads", "roads"),
            Import::new("cantho_centre.osm", "osm-buildings", "buildings"),
        ],
    ))
}

/// Đà Nẵng: SRTM heights of 864 × 900 cells and 3,084 areas of present land use from OSM.
pub fn da_nang() -> Option<Town> {
    let source = shared("data/geo/danang-terrain-landuse")?;
    Some(imported(
        "da-nang",
        &source,
        &[
            Import::new("dem_1arcsec_danang_dienban.tif", "terrain", "terrain"),
            Import::new("landuse_danang.geojson", "land-use", "land-use"),
        ],
    ))
}

/// The demo city of this many buildings, from seed 1.
pub fn demo(buildings: u32) -> Town {
    let count = buildings.to_string();
    cached(&format!("demo-{buildings}"), &[], |into| {
        let arguments = ["generate", "--seed", "1", "--buildings", &count, "--into"];
        run(datasets().args(arguments).arg(into));
    })
}

/// A town of imports from one folder, made once for one state of program and sources.
pub fn imported(name: &str, folder: &Path, imports: &[Import<'_>]) -> Town {
    let sources: Vec<_> = imports.iter().map(|import| folder.join(import.source)).collect();
    cached(name, &sources, |into| {
        let town = Town { dir: into.to_path_buf(), _kept: None };
        for (import, source) in imports.iter().zip(&sources) {
            town.import(source, import.layer, import.role, import.more);
        }
    })
}

/// A folder made once and kept below the target folder, for as long as the program that makes it
/// and its sources stay the same.
fn cached(name: &str, sources: &[PathBuf], make: impl FnOnce(&Path)) -> Town {
    let towns = repo::programs().join("towns");
    fs::create_dir_all(&towns).expect("the target folder is writable");
    let mut state = DefaultHasher::new();
    stamp(&repo::program("datasets"), &mut state);
    sources.iter().for_each(|source| stamp(source, &mut state));
    let dir = towns.join(format!("{name}-{:016x}", state.finish()));

    let lock = File::create(towns.join(format!("{name}.lock"))).expect("a lock file");
    lock.lock().expect("the lock is free in the end");
    if !dir.join("catalog.toml").is_file() {
        remove_older(&towns, name);
        let begun = towns.join(format!("{name}.begun"));
        let _ = fs::remove_dir_all(&begun);
        make(&begun);
        fs::rename(&begun, &dir).expect("the town moves to its place");
    }
    Town { dir, _kept: None }
}

/// What tells one state of a file from another without reading it.
fn stamp(path: &Path, state: &mut DefaultHasher) {
    let data = fs::metadata(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    (path, data.len(), data.modified().ok()).hash(state);
}

fn remove_older(towns: &Path, name: &str) {
    let entries = fs::read_dir(towns).expect("the towns can be listed").filter_map(Result::ok);
    for entry in entries {
        let file = entry.file_name().to_string_lossy().into_owned();
        let is_state = |rest: &str| rest.len() == 17 && rest.starts_with('-');
        if file.strip_prefix(name).is_some_and(is_state) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the town can be listed").filter_map(Result::ok) {
        let target = to.join(entry.file_name());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            copy_folder(&entry.path(), &target);
        } else if from.ends_with("layers") && fs::hard_link(entry.path(), &target).is_ok() {
            // Linked: a published file never changes.
        } else {
            fs::copy(entry.path(), &target).expect("a file can be copied");
        }
    }
}
