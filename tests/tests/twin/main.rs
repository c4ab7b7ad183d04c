//! The program `twin`, as people run it: what it says of the city, its pictures, and what it says when
//! something is wrong.

mod agreement;
mod alone;
mod device;
mod estimates;
mod golden;
mod lamps;
mod light;
mod past;
mod pictures;
mod plays;
mod standing;
mod stills;
mod tools;
mod trouble;

use std::{path::Path, process::Command};

use tests::repo;

/// `twin` with these arguments, on software Vulkan wherever it is, so that every machine draws alike.
fn twin(arguments: &[&str]) -> Command {
    let mut command = Command::new(repo::program("twin"));
    command.args(arguments).env("WGPU_ADAPTER_NAME", "llvmpipe");
    command
}

/// A path as an argument.
fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}
