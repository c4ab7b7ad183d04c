//! Clients that others wrote for Node, in a folder of the build.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::python::run;

/// Chromium: `CHROMIUM`, else where systems have it; none where it is not installed: then SKIP is printed.
pub fn chromium() -> Option<PathBuf> {
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];
    let found = std::env::var("CHROMIUM")
        .ok()
        .map(PathBuf::from)
        .or_else(|| usual.iter().map(PathBuf::from).find(|path| path.exists()));
    if found.is_none() {
        println!("SKIP: chromium is not installed");
    }
    found
}

/// The folder `name` below `folder` (a suite's `CARGO_TARGET_TMPDIR`) whose `node_modules` hold `packages`, each
/// `name@version`; none where they cannot be installed: then SKIP and the reason are printed.
pub fn with(folder: &Path, name: &str, packages: &[&str]) -> Option<PathBuf> {
    let place = folder.join(name);
    let known = place.join("installed.txt");
    let wanted = packages.join("\n");
    if fs::read_to_string(&known).is_ok_and(|found| found == wanted) {
        return Some(place);
    }
    let made = fs::create_dir_all(&place).map_err(|why| why.to_string());
    // A package of its own, so that npm looks for no other one above.
    let package = place.join("package.json");
    let made = made.and_then(|()| fs::write(package, "{}").map_err(|why| why.to_string()));
    let quiet = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"];
    let installed =
        made.and_then(|()| run(Command::new("npm").args(quiet).args(packages).current_dir(&place)));
    match installed.and_then(|()| fs::write(&known, wanted).map_err(|why| why.to_string())) {
        Ok(()) => Some(place),
        Err(why) => {
            println!("SKIP: the clients for Node cannot be installed: {why}");
            None
        }
    }
}
