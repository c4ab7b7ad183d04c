//! What a viewer may not see is not there, in every method.

use city::{Access, FeatureId};

use super::fixture::{parcel, store_of};
use crate::{
    store::{LayerView, Query, Region, Store, StoreError, WorldBox},
    viewer::{TokenRole, Viewer},
};

fn store() -> Store {
    store_of(
        (0..40).map(|n| parcel(n, n as u32, 0, if n % 4 == 0 { "CQP" } else { "ODT" })).collect(),
    )
}

fn view(viewer: &Viewer) -> LayerView {
    store().city().layer("parcels", viewer).unwrap()
}

#[test]
fn masked_rows_are_in_no_page_count_stream_tile_or_lookup() {
    let public = view(&Viewer::public());
    let everywhere = Query::first(1000);
    let boxed = Query::first(1000).within(city::Bbox::new(107.0, 14.0, 110.0, 17.0).unwrap());
    for query in [&everywhere, &boxed] {
        let page = public.query(query).unwrap();
        assert_eq!((page.matched, page.features.len()), (30, 30));
        assert_eq!(public.count(query).unwrap(), 30);
        assert_eq!(public.stream(query).unwrap().count(), 30);
    }
    let mut drawn = 0;
    public.visit_tile(WorldBox::ALL, |_| drawn += 1);
    assert_eq!(drawn, 30);
    assert_eq!(public.features().count(), 30);
    assert!(public.get(&FeatureId::Number(4)).is_none());
    assert!(public.get(&FeatureId::Number(5)).is_some());
    assert_eq!(public.count(&Query::first(1).whose("loai_dat", "CQP")).unwrap(), 0);
    assert_eq!(view(&Viewer::of("d", &[TokenRole::Defence])).count(&everywhere).unwrap(), 40);
}

#[test]
fn a_personal_column_is_neither_listed_read_nor_filtered_by() {
    let public = view(&Viewer::public());
    assert!(public.properties().all(|property| property.access == Access::Public));
    assert_eq!(public.column("chu_su_dung"), None);
    let feature = public.get(&FeatureId::Number(1)).unwrap();
    assert!(feature.properties().all(|(property, _)| property.name != "chu_su_dung"));
    let texts = (0..9).filter_map(|column| feature.value(column).as_text());
    assert!(texts.into_iter().all(|text| !text.contains("Nguyễn")));
    let asked = public.query(&Query::first(1).whose("chu_su_dung", "Nguyễn Văn 1"));
    assert!(matches!(asked, Err(StoreError::UnknownProperty { .. })));
    let absent = public.query(&Query::first(1).whose("nothing", "1"));
    let (asked, absent) = (asked.unwrap_err().to_string(), absent.unwrap_err().to_string());
    assert_eq!(asked.replace("chu_su_dung", "nothing"), absent);

    let land = view(&Viewer::of("Lan", &[TokenRole::LandOfficer]));
    assert_eq!(land.count(&Query::first(1).whose("chu_su_dung", "Nguyễn Văn 1")).unwrap(), 1);
}

#[test]
fn a_column_is_as_closed_as_the_attribute_that_it_plays() {
    let (id, geometry, values) = parcel(1, 0, 0, "ODT");
    let rows = vec![datasets::Feature { id, geometry, values }];
    let mut layer = super::fixture::parcels();
    if let city::layer::Content::Vector { columns, schema, .. } = &mut layer.content {
        columns.insert("owner_name".into(), "chu_su_dung".into());
        schema.properties.iter_mut().for_each(|property| property.access = Access::Public);
    }
    let store = Store::in_memory(city::Title::default(), [(layer, rows)]).unwrap();
    let public = store.city().layer("parcels", &Viewer::public()).unwrap();
    assert_eq!(public.column("chu_su_dung"), None);
}

#[test]
fn a_closed_layer_does_not_exist_for_the_public() {
    let mut layer = super::fixture::parcels();
    layer.access = Access::Internal;
    let store = Store::in_memory(city::Title::default(), [(layer, vec![])]).unwrap();
    assert!(store.city().layer("parcels", &Viewer::public()).is_none());
    assert!(store.city().layers(&Viewer::public()).is_empty());
    assert_eq!(store.city().layers(&Viewer::of("o", &[TokenRole::Officer])).len(), 1);
}

#[test]
fn a_row_rule_over_no_column_is_refused_since_it_would_hide_nothing() {
    let mut layer = super::fixture::parcels();
    if let city::layer::Content::Vector { row_rules, .. } = &mut layer.content {
        row_rules[0].column = "loai".into();
    }
    let error = Store::in_memory(city::Title::default(), [(layer, vec![])]).unwrap_err();
    assert!(error.to_string().contains("'loai'"), "{error}");
}

#[test]
fn versions_differ_between_viewers_who_see_different_things() {
    let (public, land) = (view(&Viewer::public()), view(&Viewer::admin("a")));
    assert_ne!(public.version(), land.version());
    let region = Region::Boxes(vec![]);
    let nowhere = Query { region: Some(region), ..Query::first(5) };
    assert_eq!(public.count(&nowhere).unwrap(), 0);
}
