//! Walking pages.

use city::FeatureId;

use super::fixture::{parcel, store_of};
use crate::{store::Query, viewer::Viewer};

#[test]
fn pages_follow_the_order_of_identifiers_and_the_last_has_no_next() {
    let rows = [30, 7, 100, 2, 55].map(|id| parcel(id, id as u32, 0, "ODT")).to_vec();
    let store = store_of(rows);
    let view = store.city().layer("parcels", &Viewer::public()).unwrap();
    let first = view.query(&Query::first(2)).unwrap();
    assert_eq!((first.matched, first.next.clone()), (5, Some(FeatureId::Number(7))));
    // The cursor need not exist any more.
    let rest = view.query(&Query::first(9).after(FeatureId::Number(8))).unwrap();
    let ids: Vec<_> = rest.features.iter().map(|feature| feature.id()).collect();
    assert_eq!(ids, [30, 55, 100].map(FeatureId::Number));
    assert_eq!(rest.next, None);
}
