//! The program as a person runs it: what it prints and how it ends.

#![expect(clippy::unwrap_used, reason = "a test ends where it finds no answer")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use city::Title;
use datasets::{Catalog, Writer};

fn datasets(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_datasets")).args(args).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn told(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err))
}

fn check(args: &[&str], code: i32, wanted: &str) {
    let output = datasets(args);
    let told = told(&output);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {told}");
    assert!(told.contains(wanted), "{args:?}: no '{wanted}' in: {told}");
}

#[test]
fn a_folder_is_listed_checked_saved_and_restored() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, file) = (tmp.path().join("data"), tmp.path().join("saved.tar.zst"));
    let again = tmp.path().join("again");
    let mut writer = Writer::lock(&dir).unwrap();
    writer.describe(Title::new("Tam Kỳ", "Tam Ky"), true);
    writer.publish(Vec::new()).unwrap();
    drop(writer);

    check(&["list", text(&dir)], 0, "Tam Kỳ · Tam Ky  [dữ liệu tổng hợp · synthetic]");
    check(&["list", "--json", text(&dir)], 0, "\"synthetic\": true");
    check(&["check", text(&dir)], 0, "0 problems");
    check(&["backup", text(&dir), text(&file)], 0, "1 files");
    check(&["backup", text(&dir), text(&file)], 2, "is there already");
    check(&["restore", text(&file), text(&again)], 0, "1 files");
    assert_eq!(Catalog::load(&again).unwrap(), Catalog::load(&dir).unwrap());
}

#[test]
fn exit_codes_tell_bad_data_from_a_bad_call() {
    let tmp = tempfile::tempdir().unwrap();
    check(&["check", text(&tmp.path().join("nowhere"))], 2, "no data folder yet");
    fs::write(tmp.path().join("catalog.toml"), "format = 9\n").unwrap();
    check(&["check", text(tmp.path())], 1, "use a newer program");
    check(&["list", text(tmp.path())], 2, "use a newer program");
    check(&["list"], 2, "Usage");
    check(&["--help"], 0, "Exit codes:");
}

#[test]
fn a_folder_that_is_written_is_not_saved_meanwhile() {
    let tmp = tempfile::tempdir().unwrap();
    let mut writer = Writer::lock(tmp.path()).unwrap();
    writer.publish(Vec::new()).unwrap();
    let file = tmp.path().join("saved.tar.zst");
    check(
        &["backup", text(tmp.path()), text(&file)],
        2,
        &format!("process {}", std::process::id()),
    );
    check(&["check", text(tmp.path())], 0, "0 problems");
}

/// EPSG:5899 for Hội An, `vietnam.md`, "Coordinate systems".
#[test]
fn a_point_is_converted_without_the_systems_proj_database() {
    check(&["crs", "108.3380", "15.8801", "--to", "EPSG:5899"], 0, "562773.120");
    check(&["crs"], 0, "VN-2000 / TM-3 107°45′");
    check(&["crs", "1", "2", "--from", "EPSG:6958"], 2, "5898");
    let output = Command::new(env!("CARGO_BIN_EXE_datasets"))
        .args(["crs", "108.3380", "15.8801"])
        .env("PROJ_DATA", "/usr/share/proj")
        .output()
        .unwrap();
    assert!(told(&output).contains("562773.120"), "{}", told(&output));
}

#[test]
fn roles_are_listed_with_their_attributes() {
    check(&["roles"], 0, "planning-zones");
    check(&["roles", "parcels"], 0, "owner_name");
    check(&["roles", "castles"], 2, "'castles' is no layer role");
}
