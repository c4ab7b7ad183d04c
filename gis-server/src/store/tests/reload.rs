//! What is published appears, while readers read.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use city::FeatureId;

use super::fixture::{parcel, parcels, publish, publish_parcels};
use crate::{
    store::{Query, Store},
    viewer::Viewer,
};

fn rows(count: u64) -> Vec<super::fixture::Row> {
    (0..count).map(|n| parcel(n, (n % 50) as u32, (n / 50) as u32, "ODT")).collect()
}

fn count(store: &Store) -> usize {
    let view = store.city().layer("parcels", &Viewer::public()).unwrap();
    view.count(&Query::default()).unwrap()
}

#[test]
fn a_folder_is_served_as_it_was_published() {
    let dir = tempfile::tempdir().unwrap();
    publish_parcels(dir.path(), rows(120));
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(count(&store), 120);
    let view = store.city().layer("parcels", &Viewer::public()).unwrap();
    let feature = view.get(&FeatureId::Number(77)).unwrap();
    assert_eq!(feature.value(view.column("ma_thua").unwrap()).as_text(), Some("T77"));
    assert_eq!(feature.geometry().to_geo(), parcel(77, 27, 1, "ODT").1);
}

#[test]
fn a_publish_appears_and_readers_see_one_city_or_the_other() {
    let dir = tempfile::tempdir().unwrap();
    publish_parcels(dir.path(), rows(100));
    let store = Store::open(dir.path()).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let view = store.city().layer("parcels", &Viewer::public()).unwrap();
                let found = view.query(&Query::first(5000)).unwrap();
                assert!([100, 300, 500].contains(&found.matched), "{}", found.matched);
                assert_eq!(found.features.len(), found.matched);
            }
        });
        for size in [300, 500] {
            publish_parcels(dir.path(), rows(size));
            // The watcher may have been quicker.
            store.reload().unwrap();
            assert_eq!(count(&store), size as usize);
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_city_at_hand_stays_as_it_is_when_another_is_published() {
    let dir = tempfile::tempdir().unwrap();
    publish_parcels(dir.path(), rows(10));
    let store = Store::open(dir.path()).unwrap();
    let before = store.city().layer("parcels", &Viewer::public()).unwrap();
    publish_parcels(dir.path(), rows(20));
    store.reload().unwrap();
    assert_eq!(before.count(&Query::default()).unwrap(), 10);
    assert_ne!(
        before.version(),
        store.city().layer("parcels", &Viewer::public()).unwrap().version()
    );
}

#[test]
fn a_catalogue_that_cannot_be_loaded_leaves_the_city_and_says_why() {
    let dir = tempfile::tempdir().unwrap();
    publish_parcels(dir.path(), rows(10));
    let store = Store::open(dir.path()).unwrap();
    let later = dir.path().join("later.toml");
    std::fs::write(&later, "format = 99").unwrap();
    std::fs::rename(later, dir.path().join("catalog.toml")).unwrap();
    while store.status().problem.is_none() {
        let _ = store.reload();
    }
    assert!(store.status().problem.unwrap().contains("format 99"));
    assert_eq!(count(&store), 10);
    publish_again(dir.path());
    store.reload().unwrap();
    assert_eq!((count(&store), store.status().problem), (3, None));
}

/// A publish over a broken catalogue: the folder is made anew.
fn publish_again(dir: &std::path::Path) {
    std::fs::remove_file(dir.join("catalog.toml")).unwrap();
    publish_parcels(dir, rows(3));
}

#[test]
fn a_change_of_the_catalogue_alone_loads_no_file_again() {
    let dir = tempfile::tempdir().unwrap();
    publish_parcels(dir.path(), rows(10));
    let store = Store::open(dir.path()).unwrap();
    let mut other = parcels();
    other.id = "wells".parse().unwrap();
    publish(dir.path(), other, rows(2));
    let before = store.city();
    store.reload().unwrap();
    let snapshot = |city: &crate::store::City| {
        std::sync::Arc::as_ptr(&city.state(&"parcels".parse().unwrap()).unwrap().snapshot)
    };
    assert_eq!(snapshot(&before), snapshot(&store.city()));
    assert_eq!(store.city().layers(&Viewer::public()).len(), 2);
}
