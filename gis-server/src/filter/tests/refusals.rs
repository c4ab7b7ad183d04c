//! What does not fit is refused with its place, and what is hidden is as unknown as what is not there.

use std::sync::Arc;

use city::Crs;

use super::data::{filter, places};
use crate::{
    cql2::Language,
    filter::{Bounds, Filter, Waiting},
    store::{Query, StoreError},
};

fn refused(text: &str, at: usize, named: &str) {
    let error = filter(&places(), Language::Text, text, Crs::CRS84).expect_err(text);
    assert_eq!(error.place.en(), format!("character {at}"), "{text}: {error}");
    assert!(error.what.en.contains(named) && !error.what.vi.is_empty(), "{text}: {error}");
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    refused("pop > 1 AND nam = 'x'", 13, "no property 'nam'");
    refused("pop", 1, "a boolean is needed here, not a number");
    refused("pop AND true", 1, "a boolean");
    refused("name > 5", 8, "a text is needed here, not a number");
    refused("pop = '5'", 7, "a number is needed here, not a text");
    refused("\"date\" < 'yesterday'", 10, "a date");
    refused("geometry = POINT(1 2)", 1, "a geometry");
    refused("pop LIKE '5%'", 1, "a text");
    refused("CASEI(pop) = '5'", 7, "a text");
    refused("name + 1 = 2", 1, "a number");
    refused("S_INTERSECTS(name, POINT(1 2))", 14, "a geometry");
    refused("S_INTERSECTS(geometry, POINT(200 2))", 24, "axis order");
    refused("S_INTERSECTS(geometry, BBOX(15,108,16,109))", 24, "a latitude is outside");
    refused("S_WITHIN(geometry, POLYGON((0 0,2 2,2 0,0 2,0 0)))", 20, "not valid");
    refused(
        "T_DURING(\"date\", INTERVAL('2020-01-01','..'))",
        10,
        "an interval is needed here, not a date",
    );
    refused("T_AFTER(name, DATE('2020-01-01'))", 9, "a timestamp or a date or an interval");
    refused("T_AFTER(start, INTERVAL('2021-01-01','2020-01-01'))", 16, "ends before it begins");
    refused("T_AFTER(start, INTERVAL(pop,'2020-01-01'))", 25, "a timestamp or a date");
    refused("A_CONTAINS(codes, ('A'))", 12, "split");
    refused("A_CONTAINS(pop, ('A'))", 12, "an array");
    refused("pop IN (1, 'x')", 12, "a number");
    refused("nosuch(pop) = 1", 1, "there is no function 'nosuch'");
    refused("abs(pop, 2) = 1", 1, "abs(number)");
    refused("coalesce(pop, 'x') = 1", 15, "a number");
}

#[test]
fn faults_of_json_are_told_by_their_pointer() {
    let json = r#"{"op":"and","args":[true,{"op":"<","args":[{"property":"pop"},"x"]}]}"#;
    let error = filter(&places(), Language::Json, json, Crs::CRS84).unwrap_err();
    assert_eq!(error.place.en(), "JSON pointer '/args/1/args/1'");
}

#[test]
fn a_hidden_property_is_as_unknown_as_one_that_is_not_there() {
    let of = |name: &str| {
        let text = format!("{name} = 'secret'");
        let error = filter(&places(), Language::Text, &text, Crs::CRS84).unwrap_err();
        error.message().en.replace(name, "_")
    };
    assert_eq!(of("owner"), of("nosuch"));
    assert!(!of("nosuch").contains("owner"));
}

fn with_bounds(text: &str, bounds: Bounds) -> Result<usize, StoreError> {
    let view = places();
    let filter: Filter = filter(&view, Language::Text, text, Crs::CRS84).unwrap();
    view.count(&Query { filter: Some(Arc::new(filter)), bounds, ..Query::first(9) })
}

#[test]
fn a_filter_that_takes_too_many_steps_is_stopped() {
    let few = Bounds { steps: 10, ..Bounds::default() };
    let result = with_bounds("height + 0 > 1", few.clone());
    assert!(matches!(result, Err(StoreError::FilterTooCostly { steps: 10 })), "{result:?}");
    // What is known beforehand, and what the indexes tell or leave out, costs nothing.
    assert_eq!(with_bounds("1 = 1 OR height + 0 > 1", few.clone()).ok(), Some(8));
    assert_eq!(with_bounds("height > 1", few.clone()).ok(), Some(5));
    let far = "height + 0 > 1 AND S_INTERSECTS(geometry, POINT(0 0))";
    assert_eq!(with_bounds(far, few).ok(), Some(0));
}

#[test]
fn a_filter_that_nobody_waits_for_is_stopped() {
    let waiting = Waiting::default();
    let bounds = Bounds { steps: u64::MAX, gone: waiting.gone() };
    drop(waiting);
    // It is asked now and then: a wide list of functions makes enough steps of eight rows.
    let many = vec!["distance(geometry, geometry) >= 0"; 1500].join(" AND ");
    let result = with_bounds(&format!("height > -9 AND {many}"), bounds);
    assert!(matches!(result, Err(StoreError::NobodyWaits)), "{result:?}");
}

#[test]
fn the_reach_of_a_filter_is_what_its_conjuncts_leave() {
    let reach = |text: &str| {
        let filter = filter(&places(), Language::Text, text, Crs::CRS84).unwrap();
        filter.reach().map(|boxes| boxes.iter().map(|b| (b.min_x, b.max_x)).collect::<Vec<_>>())
    };
    let (one, two) = ("S_INTERSECTS(geometry, BBOX(1,1,2,2))", "S_WITHIN(BBOX(3,1,6,2), geometry)");
    assert_eq!(reach("pop > 1"), None);
    assert_eq!(reach(&format!("pop > 1 AND {one}")), Some(vec![(1.0, 2.0)]));
    assert_eq!(reach(&format!("{two} AND {one}")), Some(vec![(1.0, 2.0)]));
    assert_eq!(reach(&format!("{one} OR {two}")), Some(vec![(1.0, 2.0), (3.0, 6.0)]));
    assert_eq!(reach(&format!("{one} OR pop > 1")), None);
    assert_eq!(reach(&format!("NOT {one}")), None);
    assert_eq!(reach("S_DISJOINT(geometry, BBOX(1,1,2,2))"), None);
    assert_eq!(reach("1 = 2"), Some(vec![]));
    let wide = reach("dwithin(geometry, POINT(108 15), 1000)").unwrap();
    assert!(wide[0].0 < 108.0 - 0.0092 && wide[0].0 > 108.0 - 0.0098, "{wide:?}");
}
