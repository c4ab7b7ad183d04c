//! Searching agrees with looking at every feature.

use city::{Bbox, FeatureId, Instant, Interval, Value};
use geo::Intersects;
use geo_types::{Geometry, LineString, Point, Polygon, Rect};
use proptest::prelude::*;

use super::fixture::{Row, parcel, store_of};
use crate::{
    store::{LayerView, Query, Region},
    viewer::Viewer,
};

fn geometry() -> impl Strategy<Value = Geometry<f64>> {
    let coord = || (0.0..1.0f64, 0.0..1.0f64);
    let near = |(x, y): (f64, f64), (dx, dy): (f64, f64)| {
        (108.0 + x + (dx - 0.5) * 0.1, 15.0 + y + (dy - 0.5) * 0.1)
    };
    prop_oneof![
        (coord(), coord(), coord(), coord()).prop_map(move |(at, a, b, c)| {
            let corners = [a, b, c].map(|d| near(at, d));
            Polygon::new(LineString::from(corners.to_vec()), vec![]).into()
        }),
        (coord(), coord(), coord()).prop_map(move |(at, a, b)| {
            LineString::from(vec![near(at, a), near(at, b)]).into()
        }),
        coord().prop_map(move |at| Point::from(near(at, (0.5, 0.5))).into()),
    ]
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::btree_map(0u64..100_000, (geometry(), 0u8..4), 0..300).prop_map(|features| {
        let row = |(id, (geometry, use_))| {
            let (_, _, values) = parcel(id, 0, 0, ["ODT", "CQP", "LUC", "CLN"][usize::from(use_)]);
            (FeatureId::Number(id), geometry, values)
        };
        features.into_iter().map(row).collect()
    })
}

fn view(rows: Vec<Row>) -> LayerView {
    store_of(rows).city().layer("parcels", &Viewer::public()).unwrap()
}

fn all_pages(view: &LayerView, query: &Query) -> (Vec<FeatureId>, usize) {
    let (mut ids, mut query) = (Vec::new(), query.clone());
    loop {
        let page = view.query(&query).unwrap();
        ids.extend(page.features.iter().map(|feature| feature.id()));
        match page.next {
            Some(next) => query.after = Some(next),
            None => return (ids, page.matched),
        }
    }
}

proptest! {
    #[test]
    fn a_bbox_finds_the_features_whose_geometry_it_touches(
        rows in rows(), x in 0.0..1.0f64, y in 0.0..1.0f64, w in 0.0..0.8f64, limit in 1usize..60,
    ) {
        let (x, y) = (108.0 + x, 15.0 + y);
        let area = Rect::new((x, y), (x + w, y + w / 2.0)).to_polygon();
        let expected: Vec<FeatureId> = rows.iter()
            .filter(|(_, geometry, values)| values[3] != Value::from("CQP") && area.intersects(geometry))
            .map(|(id, ..)| id.clone())
            .collect();
        let view = view(rows);
        let boxed = Query::first(limit).within(Bbox::new(x, y, x + w, y + w / 2.0).unwrap());
        let outlined = Query { region: Some(Region::Polygon(area)), ..Query::first(limit) };
        for query in [boxed, outlined] {
            let (found, matched) = all_pages(&view, &query);
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(matched, expected.len());
            prop_assert_eq!(view.count(&query).unwrap(), expected.len());
            let mut streamed: Vec<FeatureId> = view.stream(&query).unwrap().map(|f| f.id()).collect();
            streamed.sort();
            prop_assert_eq!(&streamed, &expected);
        }
    }

    #[test]
    fn an_equality_filter_finds_the_features_with_the_value(rows in rows(), limit in 1usize..60) {
        let expected: Vec<FeatureId> = rows.iter()
            .filter(|(_, _, values)| values[3] == Value::from("LUC"))
            .map(|(id, ..)| id.clone())
            .collect();
        let (found, matched) = all_pages(&view(rows), &Query::first(limit).whose("loai_dat", "LUC"));
        prop_assert_eq!(matched, expected.len());
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn two_boxes_find_a_feature_in_both_only_once() {
    let view = view(vec![parcel(1, 0, 0, "ODT"), parcel(2, 5, 0, "ODT")]);
    let boxes = vec![
        Bbox::new(107.0, 14.0, 108.0005, 16.0).unwrap(),
        Bbox::new(108.0002, 14.0, 108.002, 16.0).unwrap(),
    ];
    let page_query = Query { region: Some(Region::Boxes(boxes)), ..Query::first(10) };
    let page = view.query(&page_query).unwrap();
    assert_eq!((page.matched, page.features.len()), (1, 1));
}

#[test]
fn datetime_finds_what_held_then_and_what_says_no_time() {
    let day = |text: &str| Value::Date(city::time::parse_date(text).unwrap());
    let mut rows: Vec<Row> = (1..=4).map(|id| parcel(id, id as u32, 0, "ODT")).collect();
    rows[0].2[4] = day("2020-01-01");
    rows[0].2[5] = day("2024-08-01");
    rows[1].2[4] = day("2024-08-01");
    rows[2].2[5] = day("2019-12-31");
    let view = view(rows);
    let ids = |text: &str| {
        let datetime: Interval = text.parse().unwrap();
        let query = Query { datetime: Some(datetime), ..Query::first(10) };
        all_pages(&view, &query).0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ids("2021-06-01"), "1 4");
    // A day begins at 17:00 UTC of the day before, in the province's zone.
    assert_eq!(ids("2024-07-31T16:59:59Z"), "1 4");
    assert_eq!(ids("2024-07-31T17:00:00Z"), "2 4");
    assert_eq!(ids("2019-01-01/2024-12-31"), "1 2 3 4");
    assert!(view.has_valid_time());
}

proptest! {
    #[test]
    fn what_holds_at_a_time_is_what_each_feature_says(
        spans in prop::collection::vec((0i64..400, 0i64..400, 0u8..4), 0..120),
        (from, until, open) in (0i64..400, 0i64..400, 0u8..4),
    ) {
        let date = |day: i64| jiff::civil::date(2024, 1, 1) + jiff::Span::new().days(day);
        let value = |day: i64, is_open: bool| if is_open { Value::Null } else { Value::Date(date(day)) };
        let rows = (0u64..).zip(&spans).map(|(id, (a, b, open))| {
            let (id, geometry, mut values) = parcel(id, id as u32 % 20, id as u32 / 20, "ODT");
            let (start, end) = (*a.min(b), *a.max(b) + 1);
            values.splice(4.., [value(start, open & 1 == 1), value(end, open & 2 == 2)]);
            (id, geometry, values)
        });
        let store = store_of(rows.collect());
        let view = store.city().layer("parcels", &Viewer::public()).unwrap();
        let at = |day: i64, is_open: bool| (!is_open).then(|| Instant::at_start_of(date(day)));
        let (start, end) = (from.min(until), from.max(until) + 1);
        let wanted = Interval { start: at(start, open & 1 == 1), end: at(end, open & 2 == 2) };
        let query = Query { datetime: Some(wanted), ..Query::first(1000) };
        let expected: Vec<_> = view
            .features()
            .filter(|feature| feature.valid_time().intersects(&wanted))
            .map(|feature| feature.id())
            .collect();
        let page = view.query(&query).unwrap();
        let found: Vec<_> = page.features.iter().map(|feature| feature.id()).collect();
        prop_assert_eq!(&found, &expected);
        prop_assert_eq!(view.count(&query).unwrap(), expected.len());
    }
}
