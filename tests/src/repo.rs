//! The repository as the rules of the house see it: its tracked files and its packages.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Root of the checkout.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("tests/ stands in the root").to_path_buf()
}

/// A file that git tracks.
#[derive(Debug, Clone)]
pub struct Tracked {
    /// Path from the root, with `/`.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Tracked {
    /// Its content as text; `None` for a binary file.
    pub fn text(&self) -> Option<&str> {
        if self.bytes.contains(&0) { None } else { std::str::from_utf8(&self.bytes).ok() }
    }

    /// What follows the last dot of its name.
    pub fn extension(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

/// Every file that git tracks and that stands in the work tree.
pub fn tracked_files() -> Vec<Tracked> {
    let listing = stdout(Command::new("git").args(["ls-files", "-z"]).current_dir(root()));
    let paths = listing.split('\0').filter(|path| !path.is_empty());
    paths
        .filter_map(|path| {
            let bytes = std::fs::read(root().join(path)).ok()?;
            Some(Tracked { path: path.to_owned(), bytes })
        })
        .collect()
}

/// What `cargo metadata` says of the workspace and of everything that it depends on here: packages
/// for other systems are in no cache, and asking for them would need the network.
pub fn metadata() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let system = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--locked", "--offline"]);
    let text = stdout(command.args(["--filter-platform", &system]).current_dir(root()));
    serde_json::from_str(&text).expect("cargo metadata is JSON")
}

/// Folder of the built programs: `DOTHI_BIN_DIR`, else the profile's folder of this test.
pub fn programs() -> PathBuf {
    if let Some(folder) = std::env::var_os("DOTHI_BIN_DIR") {
        return folder.into();
    }
    let this = std::env::current_exe().expect("a test knows its own program");
    let profile = this.ancestors().nth(2).expect("a test runs from PROFILE/deps");
    profile.to_path_buf()
}

/// A built program.
///
/// # Panics
/// When it is not there, with what to do.
pub fn program(name: &str) -> PathBuf {
    let path = programs().join(name);
    assert!(
        path.is_file(),
        "{} is not built: run `cargo build --workspace --bins` or `make test`",
        path.display()
    );
    path
}

fn stdout(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?} does not start: {e}"));
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8 output")
}
