//! Clients that others wrote in Python, in a virtual environment in a folder of the build.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The interpreter of an environment `name` below `folder` (a suite's `CARGO_TARGET_TMPDIR`) that has `packages`;
/// none where they cannot be installed: then SKIP and the reason are printed. `imports` are their modules, by which
/// it is known that they are there.
pub fn with(folder: &Path, name: &str, packages: &[&str], imports: &str) -> Option<PathBuf> {
    let venv = folder.join(name);
    let python = venv.join("bin/python");
    let import = format!("import {imports}");
    if run(Command::new(&python).args(["-c", &import]).current_dir(folder)).is_ok() {
        return Some(python);
    }
    let made = run(Command::new("python3").args(["-m", "venv"]).arg(&venv));
    let install = ["-m", "pip", "install", "--quiet", "--timeout", "20", "--retries", "1"];
    let installed = made.and_then(|()| run(Command::new(&python).args(install).args(packages)));
    match installed {
        Ok(()) => Some(python),
        Err(why) => {
            println!("SKIP: the Python clients cannot be installed: {why}");
            None
        }
    }
}

/// Runs a program.
///
/// # Errors
/// What it said when it failed.
pub fn run(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(said(&output)),
        Err(why) => Err(why.to_string()),
    }
}

/// Everything that a program said.
#[must_use]
pub fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    format!("{}\n{}", text(&output.stdout), text(&output.stderr))
}
