//! What any feature store must hold, whatever keeps the features. A second implementation adds
//! itself to [`stores`].

use city::{FeatureId, LayerId, Value};
use tempfile::TempDir;

use super::editing::{create, delete, draft, editor, folder, replace};
use crate::{
    store::{Feature, FeatureStore, Query, StoreError},
    viewer::{TokenRole, Viewer},
};

/// Every kind of store, each with parcels 0 to 9 of one layer.
fn stores() -> Vec<(TempDir, Box<dyn FeatureStore>)> {
    let (dir, embedded) = folder(10);
    vec![(dir, Box::new(embedded))]
}

fn parcels() -> LayerId {
    "parcels".parse().unwrap()
}

fn property<'a>(feature: &'a Feature, name: &str) -> Option<&'a Value> {
    feature.properties.iter().find(|(own, _)| own == name).map(|(_, value)| value)
}

#[test]
fn what_is_edited_is_found_and_what_was_before_can_be_looked_back_to() {
    for (_dir, store) in stores() {
        let (who, layer) = (editor(), parcels());
        let edits = [
            replace(1, draft(1, &[("ma_thua", "R".into())])),
            create(draft(2, &[("ma_thua", "N".into())])),
            delete(FeatureId::Number(3)),
        ];
        let applied = store.edit(&who, &edits).unwrap();
        let changed = store.get(&who, &layer, &FeatureId::Number(1), None).unwrap();
        assert_eq!(property(&changed, "ma_thua"), Some(&Value::from("R")));
        assert_eq!(changed.version, applied[0].version);
        let found = store.find(&who, &layer, &Query::first(4), None).unwrap();
        assert_eq!((found.features.len(), found.matched), (4, 10));
        assert_eq!(found.next, Some(FeatureId::Number(4)));
        assert_eq!(found.features[1], changed);

        let undone = store.edit(&who, &[delete(applied[1].id.clone())]).unwrap();
        let then = Some(applied[0].recorded);
        assert!(undone[0].recorded > applied[0].recorded);
        assert!(store.get(&who, &layer, &applied[1].id, None).is_err());
        assert!(store.get(&who, &layer, &applied[1].id, then).is_ok());
        assert_eq!(store.history(&who, &layer, &applied[1].id).unwrap().len(), 2);
    }
}

#[test]
fn nobody_finds_what_they_may_not_see_nor_writes_what_they_may_not() {
    for (_dir, store) in stores() {
        let (public, layer) = (Viewer::public(), parcels());
        assert_eq!(store.layer_ids(&public), std::slice::from_ref(&layer));
        let one = store.get(&public, &layer, &FeatureId::Number(1), None).unwrap();
        assert_eq!(property(&one, "chu_su_dung"), None);
        let land = Viewer::of("o", &[TokenRole::LandOfficer]);
        let one = store.get(&land, &layer, &FeatureId::Number(1), None).unwrap();
        assert_eq!(property(&one, "chu_su_dung"), Some(&Value::from("Nguyễn Văn 1")));
        let by_owner = Query::first(1).whose("chu_su_dung", "Nguyễn Văn 1");
        let found = store.find(&public, &layer, &by_owner, None);
        assert!(matches!(found, Err(StoreError::UnknownProperty { .. })));
        let refused = store.edit(&public, &[delete(FeatureId::Number(1))]);
        assert!(matches!(refused, Err(StoreError::MayNotWrite(_))));
        let nowhere = store.find(&public, &"wells".parse().unwrap(), &Query::first(1), None);
        assert!(matches!(nowhere, Err(StoreError::UnknownLayer(_))));
    }
}
