//! Edits: checked, recorded, seen, kept.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use city::{FeatureId, Value};
use geo_types::Geometry;
use tempfile::TempDir;

use super::fixture::{Row, parcel, publish_parcels};
use crate::{
    store::{ConflictKind, Draft, Edit, LayerView, Query, Store, StoreError},
    viewer::{TokenRole, Viewer},
};

pub(super) fn folder(count: u64) -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    publish_parcels(dir.path(), rows(0..count));
    let store = Store::open(dir.path()).unwrap();
    (dir, store)
}

fn rows(ids: std::ops::Range<u64>) -> Vec<Row> {
    ids.map(|n| parcel(n, (n % 50) as u32, (n / 50) as u32, "ODT")).collect()
}

pub(super) fn editor() -> Viewer {
    Viewer::of("Lan", &[TokenRole::Editor])
}

pub(super) fn draft(id: u64, properties: &[(&str, Value)]) -> Draft {
    let properties = properties.iter().map(|(name, value)| (name.to_string(), value.clone()));
    Draft { geometry: parcel(id, 60, 60, "ODT").1, properties: properties.collect() }
}

pub(super) fn create(draft: Draft) -> Edit {
    Edit::Create { layer: "parcels".parse().unwrap(), id: None, draft }
}

pub(super) fn replace(id: u64, draft: Draft) -> Edit {
    let layer = "parcels".parse().unwrap();
    Edit::Replace { layer, id: FeatureId::Number(id), draft, if_match: None }
}

pub(super) fn delete(id: FeatureId) -> Edit {
    Edit::Delete { layer: "parcels".parse().unwrap(), id, if_match: None }
}

pub(super) fn view(store: &Store, viewer: &Viewer) -> LayerView {
    store.city().layer("parcels", viewer).unwrap()
}

fn count(store: &Store) -> usize {
    view(store, &Viewer::public()).count(&Query::default()).unwrap()
}

fn code(store: &Store, id: &FeatureId) -> Option<String> {
    let view = view(store, &Viewer::public());
    let feature = view.get(id)?;
    feature.value(view.column("ma_thua")?).as_text().map(str::to_owned)
}

#[test]
fn an_edit_is_seen_at_once_by_every_way_of_reading() {
    let (_dir, store) = folder(20);
    let made = store.apply(&editor(), create(draft(1, &[("ma_thua", "M1".into())]))).unwrap();
    store.apply(&editor(), replace(3, draft(3, &[("ma_thua", "R3".into())]))).unwrap();
    store.apply(&editor(), delete(FeatureId::Number(5))).unwrap();

    assert_eq!(count(&store), 20);
    assert_eq!(code(&store, &made.id).as_deref(), Some("M1"));
    assert_eq!(code(&store, &FeatureId::Number(3)).as_deref(), Some("R3"));
    assert_eq!(code(&store, &FeatureId::Number(5)), None);
    let view = view(&store, &Viewer::public());
    let at_60 = Query::first(10).within(city::Bbox::new(108.06, 15.06, 108.061, 15.061).unwrap());
    let page = view.query(&at_60).unwrap();
    let ids: Vec<FeatureId> = page.features.iter().map(|feature| feature.id()).collect();
    assert_eq!(ids, [FeatureId::Number(3), made.id.clone()]);
    assert_eq!(view.count(&Query::default().whose("ma_thua", "R3")).unwrap(), 1);
    assert_eq!(view.count(&Query::default().whose("ma_thua", "T3")).unwrap(), 0);
    assert_eq!(view.stream(&Query::default()).unwrap().count(), 20);
    let mut drawn = BTreeSet::new();
    view.visit_tile(crate::store::WorldBox::ALL, |feature| {
        assert!(drawn.insert(feature.id()));
    });
    assert_eq!(drawn.len(), 20);
    assert_eq!(view.get(&made.id).unwrap().version(), made.version);
}

#[test]
fn what_was_acknowledged_is_there_after_the_store_is_opened_again() {
    let (dir, store) = folder(10);
    let made = store.apply(&editor(), create(draft(1, &[("ma_thua", "M".into())]))).unwrap();
    store.apply(&editor(), delete(FeatureId::Number(2))).unwrap();
    // No shutdown: the log alone must tell. (A killed process is a suite in tests/server.)
    let (version, kept) = (view(&store, &Viewer::public()).version(), count(&store));
    let copy = tempfile::tempdir().unwrap();
    copy_folder(dir.path(), copy.path());
    let again = Store::open(copy.path()).unwrap();
    assert_eq!((count(&again), view(&again, &Viewer::public()).version()), (kept, version));
    assert_eq!(code(&again, &made.id).as_deref(), Some("M"));
    let next = again.apply(&editor(), create(draft(1, &[]))).unwrap();
    assert!(next.seq > made.seq && next.id != made.id);
}

/// The folder as a crash would leave it: the files as they are, write-ahead log among them.
fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&to).unwrap();
            copy_folder(&entry.path(), &to);
        } else if !entry.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn an_edit_that_does_not_fit_changes_nothing_and_says_why() {
    let (_dir, store) = folder(10);
    let line: Geometry<f64> =
        geo_types::LineString::from(vec![(108.0, 15.0), (108.1, 15.0)]).into();
    let corners = vec![(108.0, 15.0), (108.1, 15.1), (108.1, 15.0), (108.0, 15.1)];
    let bow_tie: Geometry<f64> = geo_types::Polygon::new(corners.into(), vec![]).into();
    let far: Geometry<f64> =
        geo_types::Rect::new((577_000.0, 1.0), (577_001.0, 2.0)).to_polygon().into();
    let with = |geometry| Draft { geometry, properties: vec![] };
    let values = |name: &str, value: Value| draft(1, &[(name, value)]);
    let backwards =
        draft(1, &[("tu_ngay", "2025-02-01".into()), ("den_ngay", "2025-01-01".into())]);
    for (edit, expected) in [
        (create(with(line)), "Polygon"),
        (create(with(bow_tie)), "not fit"),
        (create(with(far)), "longitude within"),
        (create(values("dien_tich", "rộng".into())), "a number"),
        (create(values("mau", "đỏ".into())), "no property 'mau'"),
        (create(values("chu_su_dung", "Nguyễn Văn A".into())), "no property 'chu_su_dung'"),
        (create(values("loai_dat", "CQP".into())), "may not see"),
        (create(backwards), "begin before"),
        (replace(999, draft(1, &[])), "no feature '999'"),
        (delete(FeatureId::Text("x".into())), "no feature 'x'"),
    ] {
        let error = store.apply(&editor(), edit.clone()).expect_err(&format!("{edit:?}"));
        assert!(error.to_string().contains(expected), "{error} / {expected}");
    }
    assert_eq!(count(&store), 10);
    let denied = store.apply(&Viewer::public(), delete(FeatureId::Number(1)));
    assert!(matches!(denied, Err(StoreError::MayNotWrite(_))));
}

#[test]
fn of_a_batch_with_one_bad_edit_nothing_happens() {
    let (_dir, store) = folder(10);
    let batch = [delete(FeatureId::Number(1)), replace(1, draft(1, &[]))];
    assert!(matches!(store.apply_all(&editor(), &batch), Err(StoreError::UnknownFeature { .. })));
    assert_eq!(count(&store), 10);
    let batch = [create(draft(1, &[])), delete(FeatureId::Number(1)), delete(FeatureId::Number(2))];
    assert_eq!(store.apply_all(&editor(), &batch).unwrap().len(), 3);
    assert_eq!(count(&store), 9);
}

#[test]
fn a_replacement_keeps_what_its_editor_cannot_see() {
    let (_dir, store) = folder(10);
    store.apply(&editor(), replace(4, draft(4, &[("ma_thua", "R".into())]))).unwrap();
    let land = view(&store, &Viewer::of("o", &[TokenRole::LandOfficer]));
    let feature = land.get(&FeatureId::Number(4)).unwrap();
    let owner = feature.value(land.column("chu_su_dung").unwrap());
    assert_eq!(owner.as_text(), Some("Nguyễn Văn 4"));
    assert!(feature.value(land.column("dien_tich").unwrap()).is_null());
}

#[test]
fn the_second_of_two_who_edit_the_same_version_is_told() {
    let (_dir, store) = folder(10);
    let version = view(&store, &Viewer::public()).get(&FeatureId::Number(4)).unwrap().version();
    let edit = |if_match: &str| Edit::Replace {
        layer: "parcels".parse().unwrap(),
        id: FeatureId::Number(4),
        draft: draft(4, &[]),
        if_match: Some(if_match.to_owned()),
    };
    let first = store.apply(&editor(), edit(&version)).unwrap();
    match store.apply(&editor(), edit(&version)) {
        Err(StoreError::Changed { current, .. }) => assert_eq!(current, first.version),
        other => panic!("{other:?}"),
    }
}

#[test]
fn pages_lose_and_repeat_nothing_while_features_are_edited_and_published() {
    let (dir, store) = folder(400);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            // Multiples of 5 are edited and deleted, others come; nobody touches the rest.
            for n in 0..60 {
                store.apply(&editor(), replace(n * 5, draft(n, &[]))).unwrap();
                store.apply(&editor(), create(draft(n, &[]))).unwrap();
                if n % 3 == 0 {
                    store.apply(&editor(), delete(FeatureId::Number(n * 5))).unwrap();
                }
                if n == 30 {
                    publish_parcels(dir.path(), rows(0..400).into_iter().rev().collect());
                    store.reload().unwrap();
                }
            }
            done.store(true, Ordering::Relaxed);
        });
        let mut rounds = 0;
        while !done.load(Ordering::Relaxed) || rounds < 3 {
            let mut query =
                Query::first(7).within(city::Bbox::new(107.0, 14.0, 109.0, 16.0).unwrap());
            let mut seen: Vec<FeatureId> = Vec::new();
            loop {
                let view = view(&store, &Viewer::public());
                let page = view.query(&query).unwrap();
                seen.extend(page.features.iter().map(|feature| feature.id()));
                let Some(next) = page.next else { break };
                query.after = Some(next);
            }
            let once: BTreeSet<&FeatureId> = seen.iter().collect();
            assert_eq!(once.len(), seen.len(), "a feature came twice");
            for untouched in (0..400).filter(|n| n % 5 != 0).map(FeatureId::Number) {
                assert!(once.contains(&untouched), "{untouched} was lost");
            }
            rounds += 1;
        }
    });
}

#[test]
fn edits_lie_over_a_new_import_and_those_it_contradicts_are_reported() {
    let (dir, store) = folder(10);
    store.apply(&editor(), replace(2, draft(2, &[("ma_thua", "R2".into())]))).unwrap();
    store.apply(&editor(), replace(9, draft(9, &[("ma_thua", "R9".into())]))).unwrap();
    store.apply(&editor(), delete(FeatureId::Number(8))).unwrap();
    assert_eq!(store.conflicts(&Viewer::public()), []);

    publish_parcels(dir.path(), rows(0..8));
    store.reload().unwrap();
    assert_eq!(code(&store, &FeatureId::Number(2)).as_deref(), Some("R2"));
    assert_eq!(code(&store, &FeatureId::Number(9)).as_deref(), Some("R9"));
    let conflicts = store.conflicts(&Viewer::public());
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].feature, FeatureId::Number(9));
    assert_eq!(conflicts[0].kind, ConflictKind::Vanished);
    let refused = store.compact(&"parcels".parse().unwrap());
    assert!(matches!(refused, Err(StoreError::Conflicts { count: 1, .. })), "{refused:?}");

    store.apply(&editor(), replace(9, draft(9, &[("ma_thua", "kept".into())]))).unwrap();
    assert_eq!(store.conflicts(&Viewer::public()), []);
    store.compact(&"parcels".parse().unwrap()).unwrap();
    assert_eq!(code(&store, &FeatureId::Number(9)).as_deref(), Some("kept"));
}
