//! WMS, WMTS and WFS as others' clients read them: OWSLib, GDAL's WFS driver, libxml2, and OpenLayers in Chromium.
//! Packages are installed into a folder of the build; where they cannot be had, a test says SKIP and why.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use tests::{
    node,
    python::{self, run},
    repo,
    server::Server,
    town,
};

/// The releases that the suite was written against.
const PACKAGES: [&str; 2] = ["OWSLib==0.35.0", "pyogrio==0.13.0"];

const VIEWER: [&str; 2] = ["ol@10.11.0", "playwright-core@1.65.1"];

/// Python with the packages; none where they cannot be installed.
fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    PYTHON.get_or_init(install).as_deref()
}

fn install() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    python::with(folder, "ows-clients", &PACKAGES, "owslib, pyogrio")
}

fn check(script: &str) {
    let Some(python) = python() else { return };
    let server = Server::start(&town::demo(2000));
    let folder = tempfile::tempdir().expect("a folder");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/ows").join(script);
    let checked = run(Command::new(python).arg(script).arg(server.address()).current_dir(&folder));
    checked.unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn owslib_reads_wms_wmts_and_wfs() {
    check("by_owslib.py");
}

#[test]
fn gdal_reads_wfs() {
    check("by_gdal.py");
}

#[test]
fn openlayers_shows_wms_wmts_and_vector_tiles_in_a_browser_and_asks_what_lies_under_a_click() {
    let Some(chromium) = node::chromium() else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let Some(place) = node::with(folder, "openlayers", &VIEWER) else { return };
    let pictures = repo::programs().join("pictures");
    std::fs::create_dir_all(&pictures).expect("the target folder is writable");
    let server = Server::start(&town::demo(500));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/ows/openlayers.mjs");
    let mut command = Command::new("node");
    command.arg(script).arg(&place).arg(server.address()).arg(&chromium).arg(&pictures);
    run(&mut command).unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn every_document_is_well_formed_to_libxml2() {
    if let Err(why) = run(Command::new("xmllint").arg("--version")) {
        println!("SKIP: xmllint is not installed: {why}");
        return;
    }
    let server = Server::start(&town::demo(2000));
    let folder = tempfile::tempdir().expect("a folder");
    for path in [
        "/wms?service=WMS&request=GetCapabilities",
        "/wfs?service=WFS&request=GetCapabilities",
        "/wfs?service=WFS&version=2.0.0&request=DescribeFeatureType",
        "/wfs?service=WFS&version=2.0.0&request=GetFeature&typeNames=dothi:roads&count=50",
        "/wmts?service=WMTS&request=GetCapabilities",
        "/styles/dothi?f=sld",
    ] {
        let file = folder.path().join("document.xml");
        std::fs::write(&file, server.get(path).expect(200).body).expect("a file can be written");
        let held = run(Command::new("xmllint").args(["--nonet", "--noout"]).arg(&file));
        held.unwrap_or_else(|why| panic!("{path}: {why}"));
    }
}
