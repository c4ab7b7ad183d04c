//! What was: looks back, histories, and compaction that keeps both.

use city::{FeatureId, Instant};

use super::editing::{create, delete, draft, editor, folder, replace, view};
use crate::{
    store::{Back, Edit, Operation, Patch, Query, Store, StoreError},
    viewer::{TokenRole, Viewer},
};

/// The layer's code column, feature by feature, as of an instant.
fn codes(store: &Store, instant: Instant) -> Vec<String> {
    let then = view(store, &Viewer::public()).as_of(instant).unwrap();
    let column = then.column("ma_thua").unwrap();
    let page = then.query(&Query::first(1000)).unwrap();
    page.features.iter().map(|f| f.value(column).as_text().unwrap_or("").to_owned()).collect()
}

/// A store with edits, the instants after each, and what the layer held then.
fn edited() -> (tempfile::TempDir, Store, Vec<(Instant, Vec<String>)>) {
    let (dir, store) = folder(4);
    let mut moments = Vec::new();
    for edit in [
        replace(1, draft(1, &[("ma_thua", "A".into())])),
        create(draft(9, &[("ma_thua", "B".into())])),
        replace(1, draft(1, &[("ma_thua", "C".into())])),
        delete(FeatureId::Number(2)),
    ] {
        let recorded = store.apply(&editor(), edit).unwrap().recorded;
        let now = view(&store, &Viewer::public());
        let column = now.column("ma_thua").unwrap();
        let page = now.query(&Query::first(1000)).unwrap();
        let held = page.features.iter().map(|f| f.value(column).as_text().unwrap().to_owned());
        moments.push((recorded, held.collect()));
    }
    (dir, store, moments)
}

#[test]
fn a_look_back_shows_the_layer_as_it_was_recorded_then() {
    let (_dir, store, moments) = edited();
    assert_eq!(moments[3].1, ["T0", "C", "T3", "B"]);
    for (instant, held) in &moments {
        assert_eq!(codes(&store, *instant), *held);
    }
    let before = Instant::from_micros(moments[0].0.as_micros() - 1);
    assert_eq!(codes(&store, before), ["T0", "T1", "T2", "T3"]);
    let early = view(&store, &Viewer::public()).as_of("2025-01-01T00:00:00Z".parse().unwrap());
    assert!(matches!(early, Err(StoreError::BeforeRecords { .. })));
    // From one look back to another, forth and back.
    let now = view(&store, &Viewer::public());
    let first = now.as_of(moments[0].0).unwrap();
    assert_eq!(
        first.as_of(moments[2].0).unwrap().version(),
        now.as_of(moments[2].0).unwrap().version()
    );
    assert_eq!(first.as_of(moments[2].0).unwrap().count(&Query::default()).unwrap(), 5);
}

#[test]
fn compaction_keeps_the_present_every_look_back_and_every_history() {
    let (dir, store, moments) = edited();
    let layer = "parcels".parse().unwrap();
    let histories = |store: &Store| {
        let view = view(store, &Viewer::admin("a"));
        let ids = [0, 1, 2, 3, (1 << 40) + 2].map(FeatureId::Number);
        ids.map(|id| view.history(&id).unwrap())
    };
    let before = histories(&store);
    assert_eq!(store.compact(&layer).unwrap().folded, 3);
    assert_eq!(store.compact(&layer).unwrap().folded, 0, "there is nothing left to fold in");
    store.apply(&editor(), replace(3, draft(3, &[("ma_thua", "later".into())]))).unwrap();
    let check = |store: &Store| {
        for (instant, held) in &moments {
            assert_eq!(codes(store, *instant), *held);
        }
        assert_eq!(histories(store)[..3], before[..3]);
        assert_eq!(histories(store)[4], before[4]);
        let view = view(store, &Viewer::public());
        assert_eq!(view.count(&Query::default().whose("ma_thua", "later")).unwrap(), 1);
        assert!(view.layer().published > moments[3].0);
    };
    check(&store);
    check(&reopened(&dir, store));
}

/// The same folder in a store of its own; the one before lets go of the log first.
fn reopened(dir: &tempfile::TempDir, store: Store) -> Store {
    let alive = std::sync::Arc::downgrade(&store.0);
    drop(store);
    while alive.strong_count() > 0 {
        // The watcher holds the store for the moment of a look.
        std::thread::yield_now();
    }
    Store::open(dir.path()).unwrap()
}

#[test]
fn a_history_tells_each_viewer_what_they_may_know() {
    let (_dir, store, _) = edited();
    let officer = view(&store, &Viewer::of("o", &[TokenRole::LandOfficer]));
    let history = officer.history(&FeatureId::Number(1)).unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(history[0].who.as_deref(), Some("Lan"));
    let owner = officer.column("chu_su_dung").unwrap();
    assert_eq!(history[0].before.as_ref().unwrap().values[owner].as_text(), Some("Nguyễn Văn 1"));

    let public = view(&store, &Viewer::public());
    let history = public.history(&FeatureId::Number(1)).unwrap();
    assert_eq!(history[0].who, None);
    let texts =
        history.iter().flat_map(|c| c.before.iter().chain(&c.after)).flat_map(|s| &s.values);
    assert!(texts.filter_map(|v| v.as_text()).all(|text| !text.contains("Nguyễn")));

    let deleted = public.history(&FeatureId::Number(2)).unwrap();
    assert_eq!(deleted.last().unwrap().operation, Operation::Delete);
    assert_eq!(public.history(&FeatureId::Number(3)).unwrap(), []);
    assert!(matches!(
        public.history(&FeatureId::Number(77)),
        Err(StoreError::UnknownFeature { .. })
    ));
}

#[test]
fn the_history_of_what_a_viewer_may_not_see_does_not_exist() {
    let (_dir, store, _) = edited();
    let defence = Viewer::of("d", &[TokenRole::Defence, TokenRole::Editor]);
    store.apply(&defence, replace(3, draft(3, &[("loai_dat", "CQP".into())]))).unwrap();
    let public = view(&store, &Viewer::public());
    assert!(public.get(&FeatureId::Number(3)).is_none());
    assert!(matches!(
        public.history(&FeatureId::Number(3)),
        Err(StoreError::UnknownFeature { .. })
    ));
    assert_eq!(view(&store, &defence).history(&FeatureId::Number(3)).unwrap().len(), 1);
}

fn restore(id: u64, back: Back) -> Edit {
    let (layer, id) = ("parcels".parse().unwrap(), FeatureId::Number(id));
    Edit::Restore { layer, id, back, if_match: None }
}

#[test]
fn a_way_back_keeps_what_its_editor_cannot_see_and_survives_compaction() {
    let (dir, store) = folder(4);
    let land = Viewer::of("Minh", &[TokenRole::LandOfficer, TokenRole::Editor]);
    let owner = |store: &Store, id: u64| {
        let view = view(store, &land);
        let feature = view.get(&FeatureId::Number(id)).unwrap();
        feature.value(view.column("chu_su_dung").unwrap()).as_text().map(str::to_owned)
    };
    let patch = |name: &str| Edit::Update {
        layer: "parcels".parse().unwrap(),
        id: FeatureId::Number(1),
        patch: Patch { properties: vec![("chu_su_dung".into(), name.into())], ..Patch::default() },
        if_match: None,
    };
    store.apply(&editor(), replace(1, draft(1, &[("ma_thua", "A".into())]))).unwrap();
    store.apply(&land, patch("Người mới")).unwrap();
    // Lan does not see owners: what she takes back leaves the new one.
    store.apply(&editor(), restore(1, Back::To(0))).unwrap();
    assert_eq!(owner(&store, 1).as_deref(), Some("Người mới"));
    assert_eq!(codes(&store, Instant::MAX)[1], "T1");
    store.apply(&editor(), delete(FeatureId::Number(2))).unwrap();
    store.compact(&"parcels".parse().unwrap()).unwrap();
    let store = reopened(&dir, store);
    store.apply(&editor(), restore(2, Back::Before(4))).unwrap();
    assert_eq!(owner(&store, 2).as_deref(), Some("Nguyễn Văn 2"));
    let history = view(&store, &land).history(&FeatureId::Number(2)).unwrap();
    assert_eq!((history[1].operation, history[1].undoes), (Operation::Create, Some(4)));
    assert!(matches!(
        store.apply(&editor(), restore(1, Back::Before(1))),
        Err(StoreError::NotTheLast { last: 3, .. })
    ));
    for unknown in [restore(1, Back::To(9)), restore(3, Back::Before(1))] {
        let refused = store.apply(&editor(), unknown);
        assert!(matches!(refused, Err(StoreError::UnknownVersion { .. })), "{refused:?}");
    }
}
