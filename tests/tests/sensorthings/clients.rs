//! Python's clients, installed into a folder of the build, and the validator of crates.io where it
//! is installed. Where they cannot be had, a test says SKIP and why.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use serde_json::Value;
use tests::{
    python::{self, run},
    server::Server,
    town,
};

/// The releases that the suite was written against.
const PACKAGES: [&str; 2] = ["frost_sta_client==1.1.53", "stapy==0.3.1"];
/// Where the service stands.
const SERVICE: &str = "/sensorthings/v1.1";

/// Python with the packages; none where they cannot be installed.
fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    PYTHON.get_or_init(install).as_deref()
}

fn install() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    python::with(folder, "sensorthings-clients", &PACKAGES, "frost_sta_client, stapy")
}

fn check(script: &str) {
    let Some(python) = python() else { return };
    let server = Server::start(&town::demo(2000));
    let folder = tempfile::tempdir().expect("a folder");
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sensorthings/clients").join(script);
    let address = format!("{}{SERVICE}", server.address());
    let checked = run(Command::new(python).arg(script).arg(address).current_dir(&folder));
    checked.unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn frost_sta_client_makes_reads_pages_changes_and_removes() {
    check("frost.py");
}

#[test]
fn stapy_makes_reads_pages_changes_and_removes() {
    check("by_stapy.py");
}

/// The validator asks for more than the standard: related entities whole in every document where
/// OGC 18-088 has links, and it sends a FeatureOfInterest without its encodingType and a Task with a
/// name. What it holds against us is these, and nothing else.
#[test]
fn sensorthings_validator_finds_what_the_standard_does_not_ask_for_and_nothing_else() {
    const KNOWN: [&str; 6] = [
        "Datastreams",
        "MultiDatastreams",
        "FeaturesOfInterest",
        "Observations",
        "TaskingCapabilities",
        "Tasks",
    ];
    let program = "sensorthings-validator";
    if let Err(why) = run(Command::new(program).arg("--version")) {
        println!("SKIP: {program} is not installed (cargo install {program} --locked): {why}");
        return;
    }
    let server = Server::start(&town::demo(2000));
    let folder = tempfile::tempdir().expect("a folder");
    let (host, port) = server.host().split_once(':').expect("a port");
    let mut validator = Command::new(program);
    validator.args(["--host", host, "--port", port, "--prefix", "sensorthings/v1.1"]);
    // It tells by its result file, not by its exit code.
    let _ = run(validator.arg("--check-write").current_dir(&folder));
    let results = std::fs::read_to_string(folder.path().join("validation_result.json"));
    let results: Value = serde_json::from_str(&results.expect("its results")).expect("JSON");
    let failed: Vec<_> = endpoints(&results)
        .filter(|result| result["path_ok"] != true || result["body_ok"] != true)
        .filter(|result| !KNOWN.contains(&result["name"].as_str().unwrap_or_default()))
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(endpoints(&results).count() > 8, "{results}");
}

/// Every result in the validator's file, wherever it stands.
fn endpoints(results: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match results {
        Value::Array(items) => Box::new(items.iter().flat_map(endpoints)),
        Value::Object(map) if map.contains_key("path_ok") => Box::new(std::iter::once(results)),
        Value::Object(map) => Box::new(map.values().flat_map(endpoints)),
        _ => Box::new(std::iter::empty()),
    }
}
