use std::collections::BTreeMap;

use city::{
    Access, Instant, Role, Schema,
    layer::{GeometryKind, Theme},
};

use super::*;
use crate::{DataFolder, folder::LockError};

fn layer(id: &str) -> Layer {
    Layer {
        id: id.parse().unwrap(),
        title: Title::new("Giếng", "Wells"),
        description: Title::default(),
        theme: Theme::Base,
        role: Role::Other,
        access: Access::Public,
        zoom: (10, 22),
        style: None,
        file: String::new(),
        checksum: String::new(),
        bbox: None,
        source_crs: "EPSG:5899".into(),
        source: "test".into(),
        licence: "test".into(),
        attribution: "test".into(),
        lineage: String::new(),
        synthetic: true,
        published: Instant::from_micros(0),
        content_date: None,
        content: Content::Vector {
            geometry: GeometryKind::Point,
            features: 0,
            id_column: "_fid".into(),
            schema: Schema::default(),
            columns: BTreeMap::new(),
            row_rules: Vec::new(),
        },
    }
}

fn staged(writer: &Writer, id: &str, text: &str) -> NewLayer {
    let path = writer.staging().join(format!("{id}.fgb"));
    fs::write(&path, text).unwrap();
    NewLayer { layer: layer(id), staged: path }
}

/// Every file below a folder with its bytes; the lock's file aside, whose line says who writes.
fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
            found.insert(path, Vec::new());
        } else if !path.ends_with(lock::FILE_NAME) {
            let bytes = fs::read(&path).unwrap();
            found.insert(path, bytes);
        }
    }
    found
}

#[test]
fn a_published_layer_is_found_under_its_checksum() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("town");
    let mut writer = Writer::lock(&dir).unwrap();
    let wells = staged(&writer, "wells", "nước");
    writer.publish(vec![wells]).unwrap();
    drop(writer);
    let folder = DataFolder::open(&dir).unwrap();
    let layer = folder.catalog().layer("wells").unwrap();
    assert_eq!(layer.file, format!("layers/wells.{}.fgb", &layer.checksum[..8]));
    assert_eq!(sha256_of(&folder.path_of(layer)).unwrap(), layer.checksum);
    assert!(!dir.join(STAGING).exists());
}

#[test]
fn old_files_stay_for_one_publish_and_then_go() {
    let tmp = tempfile::tempdir().unwrap();
    let mut writer = Writer::lock(tmp.path()).unwrap();
    let mut files = Vec::new();
    for text in ["one", "two", "three"] {
        let wells = staged(&writer, "wells", text);
        files.push(writer.publish(vec![wells]).unwrap().layers[0].file.clone());
    }
    let there: Vec<bool> = files.iter().map(|file| tmp.path().join(file).exists()).collect();
    assert_eq!(there, [false, true, true]);
}

#[test]
fn a_publish_that_fails_in_the_middle_leaves_the_folder_byte_for_byte() {
    let tmp = tempfile::tempdir().unwrap();
    let mut writer = Writer::lock(tmp.path()).unwrap();
    let wells = staged(&writer, "wells", "one");
    writer.publish(vec![wells]).unwrap();
    drop(writer);
    let before = contents(tmp.path());

    // The second file is missing: the first has been moved in by then.
    let mut writer = Writer::lock(tmp.path()).unwrap();
    let good = staged(&writer, "wells", "two");
    let bad = NewLayer { layer: layer("ponds"), staged: writer.staging().join("missing") };
    assert!(writer.publish(vec![good, bad]).is_err());
    drop(writer);
    assert_eq!(contents(tmp.path()), before);

    // The catalogue can't be written: every file has been moved in by then.
    fs::create_dir(tmp.path().join("catalog.toml.new")).unwrap();
    let mut writer = Writer::lock(tmp.path()).unwrap();
    let good = staged(&writer, "ponds", "two");
    assert!(writer.publish(vec![good]).is_err());
    drop(writer);
    fs::remove_dir(tmp.path().join("catalog.toml.new")).unwrap();
    assert_eq!(contents(tmp.path()), before);
}

#[test]
fn a_writer_that_publishes_nothing_leaves_no_folder() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("town");
    let writer = Writer::lock(&dir).unwrap();
    fs::write(writer.staging().join("half"), "ha").unwrap();
    drop(writer);
    assert!(!dir.exists());
}

#[test]
fn a_second_writer_is_told_who_holds_the_folder() {
    let tmp = tempfile::tempdir().unwrap();
    let first = Writer::lock(tmp.path()).unwrap();
    let error = Writer::lock(tmp.path()).unwrap_err();
    assert!(matches!(error, FolderError::Lock(LockError::Held { .. })));
    let id = std::process::id();
    assert!(error.to_string().contains(&format!("process {id}")), "{error}");
    drop(first);
    Writer::lock(tmp.path()).unwrap();
}

#[test]
fn what_a_crashed_writer_left_in_staging_is_cleared() {
    let tmp = tempfile::tempdir().unwrap();
    let stale = tmp.path().join(STAGING).join("job-old");
    fs::create_dir_all(&stale).unwrap();
    let _writer = Writer::lock(tmp.path()).unwrap();
    assert!(!stale.exists());
}

#[test]
fn a_removed_layer_leaves_the_catalogue_with_the_next_publish() {
    let tmp = tempfile::tempdir().unwrap();
    let mut writer = Writer::lock(tmp.path()).unwrap();
    let wells = staged(&writer, "wells", "one");
    writer.publish(vec![wells]).unwrap();
    writer.remove(&"wells".parse().unwrap()).unwrap();
    assert!(writer.remove(&"wells".parse().unwrap()).is_err());
    assert!(writer.publish(vec![]).unwrap().layers.is_empty());
}
