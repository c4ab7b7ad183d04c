//! Validators and viewers that others wrote: Khronos' glTF validator, and CesiumJS in Chromium.

use std::{path::Path, process::Command};

use tests::{node, python::run, repo, server::Server};

use super::served;

/// The releases that the suite was written against.
const VALIDATOR: [&str; 1] = ["gltf-validator@2.0.0-dev.3.10"];
const VIEWER: [&str; 2] = ["cesium@1.145.0", "playwright-core@1.65.1"];

fn check(script: &str, name: &str, packages: &[&str], server: &Server, more: &[&Path]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let Some(place) = node::with(folder, name, packages) else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/volumes").join(script);
    let mut command = Command::new("node");
    command.arg(script).arg(&place).arg(server.address()).args(more);
    run(&mut command).unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn khronos_validator_finds_no_fault_in_any_tile() {
    check("gltf.mjs", "gltf-clients", &VALIDATOR, &served(), &[]);
}

#[test]
fn cesium_shows_the_tiles_picks_a_building_and_reads_its_attributes() {
    let Some(chromium) = node::chromium() else { return };
    let pictures = repo::programs().join("pictures");
    std::fs::create_dir_all(&pictures).expect("the target folder is writable");
    check("cesium.mjs", "cesium-clients", &VIEWER, &served(), &[&chromium, &pictures]);
}
