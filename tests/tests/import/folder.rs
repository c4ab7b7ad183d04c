//! What an import leaves behind, and what it doesn't.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::json;
use tests::fixture::{feature, square, write};

use crate::sources::{Desk, houses};

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry")) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                let name = entry.path().display().to_string();
                found.insert(name, fs::read(entry.path()).expect("a file"));
            }
        }
    }
    found
}

#[test]
fn a_failed_import_leaves_the_folder_as_it_was() {
    let desk = Desk::new();
    let source = houses(&desk);
    desk.import(&source, "houses", "buildings", &[]);
    let before = files(desk.town.dir());
    desk.refuses(&source, "roads", &[], 5, &["nothing to publish", "3 features"]);
    desk.refuses(&desk.path("absent.shp"), "roads", &[], 4, &["no such file"]);
    desk.refuses(&source, "buildings", &["--key", "so_tang"], 5, &["so_tang"]);
    desk.refuses(&source, "buildings", &["--map", "roof=nothing"], 2, &["no column 'nothing'"]);
    let broken = desk.write("broken.gpkg", &fs::read(&source).expect("a source")[..100]);
    desk.refuses(&broken, "buildings", &[], 4, &["broken.gpkg"]);
    assert_eq!(files(desk.town.dir()), before);
}

#[test]
fn a_dry_run_publishes_nothing() {
    let desk = Desk::new();
    let source = houses(&desk);
    let report = desk.path("report.json");
    let report = report.to_str().expect("a path in Unicode");
    let run = desk.try_import(&source, "houses", "buildings", &["--dry-run", "--report", report]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(!desk.town.dir().exists());
    assert!(fs::read_to_string(report).expect("a report").contains("\"crossing\": 1"));
}

#[test]
fn identifiers_come_from_a_key_and_last() {
    let desk = Desk::new();
    let row = |id: usize, key: &str| {
        feature(id, square(108.47, 15.57 + id as f64 * 0.01, 0.001), json!({"ma": key}))
    };
    let folder = desk.path("");
    let first = write(&folder, "a.geojson", vec![row(0, "A"), row(1, "B"), row(2, "C")]);
    let imported = desk.import(&first, "plots", "other", &["--key", "ma"]);
    assert_eq!(imported.ids(), ["A", "B", "C"]);
    let again = write(&folder, "b.geojson", vec![row(0, "C"), row(1, "D"), row(2, "A")]);
    let imported = desk.import(&again, "plots", "other", &["--key", "ma"]);
    assert_eq!(imported.ids(), ["A", "C", "D"]);
    let twice = write(&folder, "c.geojson", vec![row(0, "C"), row(1, "D"), row(2, "C")]);
    desk.refuses(&twice, "other", &["--key", "ma"], 5, &["not unique", "C"]);
    let absent = write(
        &folder,
        "d.geojson",
        vec![feature(0, square(108.47, 15.57, 0.001), json!({"ma": null})), row(1, "B")],
    );
    desk.refuses(&absent, "other", &["--key", "ma"], 5, &["feature 0", "'ma' is empty"]);
}

#[test]
fn the_same_source_gives_the_same_bytes() {
    let desk = Desk::new();
    let source = houses(&desk);
    let first = desk.import(&source, "houses", "buildings", &[]).layer.checksum;
    let second = desk.import(&source, "houses", "buildings", &[]).layer.checksum;
    assert_eq!(first, second);
}

#[test]
fn what_is_said_of_a_layer_stands_in_the_catalogue() {
    let desk = Desk::new();
    let source = houses(&desk);
    let said = [
        "--title-vi",
        "Nhà ở",
        "--title-en",
        "Houses",
        "--theme",
        "land",
        "--access",
        "internal",
        "--source-name",
        "Sở Xây dựng",
        "--licence",
        "nội bộ",
        "--attribution",
        "© Sở Xây dựng",
        "--date",
        "2025-07-01",
    ];
    let layer = desk.import(&source, "houses", "buildings", &said).layer;
    assert_eq!((layer.title.vi.as_str(), layer.title.en.as_str()), ("Nhà ở", "Houses"));
    assert_eq!(layer.theme, city::layer::Theme::Land);
    assert_eq!(layer.access, city::Access::Internal);
    assert_eq!(layer.attribution, "© Sở Xây dựng");
    assert_eq!(layer.content_date.as_deref(), Some("2025-07-01"));
    assert!(!layer.lineage.contains(desk.path("").to_str().expect("a path")), "{}", layer.lineage);
}
