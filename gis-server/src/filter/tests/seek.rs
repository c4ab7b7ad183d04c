//! What is looked up in the orders of columns against looking at every row.

use city::{Crs, FeatureId, PropertyType, Value};
use datasets::Feature;
use geo_types::Point;
use proptest::prelude::*;

use super::{
    data::{filter, layer, view_of},
    naive::{COLUMNS, row, truth},
};
use crate::{
    cql2::Language,
    filter::{Bounds, Filter, Run, Seeker, Sought},
    store::{LayerView, Query},
};

/// Rows of the snapshot of which a filter is true, each looked at.
fn looked_at(view: &LayerView, filter: &Filter) -> Vec<usize> {
    let run = Run::new(filter, &Bounds::default());
    (0..view.published_len()).filter(|row| run.finds(&view.published(*row))).collect()
}

fn sought(view: &LayerView, filter: &Filter) -> Option<Sought> {
    let run = Run::new(filter, &Bounds::default());
    Seeker::new(&view.state.snapshot, Some(&run), usize::MAX).by_filter()
}

fn rows_of(sought: &Sought, view: &LayerView) -> Vec<usize> {
    let mut rows = Vec::new();
    sought.visit(view.published_len(), &mut |row| rows.push(row));
    rows
}

/// How many features are found by a page, a count and a stream.
fn counts(view: &LayerView, filter: Filter) -> [usize; 3] {
    let query = Query { filter: Some(filter.into()), ..Query::first(7) };
    let streamed = view.stream(&query).unwrap().count();
    [view.query(&query).unwrap().matched, view.count(&query).unwrap(), streamed]
}

const ROWS: usize = 9000;

/// Parcels with a code of their own each, a use that recurs, a count, an area and a span of time.
fn parcels() -> LayerView {
    let columns = [
        ("code", PropertyType::Text),
        ("use", PropertyType::Text),
        ("floors", PropertyType::Integer),
        ("area", PropertyType::Real),
        ("since", PropertyType::Instant),
        ("until", PropertyType::Date),
        ("public", PropertyType::Bool),
    ];
    let feature = |n: usize| {
        let none_of = |every: usize, value: Value| match n.is_multiple_of(every) {
            true => Value::Null,
            false => value,
        };
        let since = 1_700_000_000_000_000 + (n as i64 * 7919 % 9000) * 3_600_000_000;
        let day = jiff::civil::date(2024, 1, 1) + jiff::Span::new().days((n as i64 * 31) % 800);
        let values = vec![
            none_of(11, format!("{:02}-{}", n % 40, (n * 7919) % ROWS).into()),
            none_of(13, ["ODT", "ONT", "CLN", "Đất lúa"][n % 4].into()),
            none_of(7, Value::Integer(n as i64 % 300 - 20)),
            none_of(5, Value::Real((n % 977) as f64 / 4.0)),
            none_of(3, Value::Instant(city::Instant::from_micros(since))),
            none_of(17, Value::Date(day)),
            none_of(19, Value::Bool(n.is_multiple_of(90))),
        ];
        let at = Point::new(108.0 + (n % 95) as f64 * 0.001, 15.0 + (n / 95) as f64 * 0.001);
        Feature { id: FeatureId::Number(n as u64), geometry: at.into(), values }
    };
    view_of(layer(&columns), (0..ROWS).map(feature).collect())
}

#[test]
fn what_a_column_tells_is_looked_up_and_is_what_looking_at_each_row_finds() {
    let view = parcels();
    let exact = [
        "code = '07-7'",
        "'07-7' = code",
        "code IN ('07-7', '08-8', '09-9', '10-10', 'x')",
        "code BETWEEN '07-1' AND '07-2'",
        "code IS NULL",
        "use = 'CLN'",
        "ACCENTI(CASEI(use)) LIKE ACCENTI(CASEI('đất%'))",
        "use IS NULL OR use > 'P'",
        "floors = 7",
        "floors <> 7",
        "7.0 >= floors",
        "floors IN (1, 2, 250)",
        "floors BETWEEN 10 AND 12",
        "floors > 5 AND floors < 9.5 AND floors <> 7",
        "area < 1.25",
        "since >= TIMESTAMP('2024-06-01T00:00:00Z')",
        "until = DATE('2024-03-01')",
        "since = DATE('2024-03-01')",
        "public",
        "public = TRUE",
        "NOT public",
        "floors = 7 OR area = 3.25",
        "floors IS NULL OR floors = 3",
        "floors IS NOT NULL",
        "1 = 2",
    ];
    let bounding = [
        "code LIKE '07-1%'",
        "code LIKE '07-1%' AND floors > 3",
        "floors = 7 AND area > 10",
        "floors = 7 AND S_INTERSECTS(geometry, BBOX(108, 15, 108.05, 15.05))",
        "floors = 7 AND floors + 1 = 8",
        "T_AFTER(since, TIMESTAMP('2024-10-01T00:00:00Z'))",
        "T_BEFORE(DATE('2024-10-01'), since)",
        "T_DURING(INTERVAL(since, until), INTERVAL('2024-02-01', '2024-03-01'))",
        "T_CONTAINS(INTERVAL('2024-02-01', '2024-03-01'), INTERVAL(since, '..'))",
        "T_INTERSECTS(INTERVAL(since, until), DATE('2024-02-01'))",
        "T_EQUALS(until, DATE('2024-02-01'))",
        "T_METBY(INTERVAL(until, '..'), INTERVAL('..', '2024-03-01'))",
    ];
    let looking = [
        "floors + 1 = 8",
        "NOT floors = 7",
        "code LIKE '%7'",
        "floors = 7 OR area > floors",
        "T_DISJOINT(since, DATE('2024-03-01'))",
        "1 = 1",
    ];
    let bound = |text: &str| filter(&view, Language::Text, text, Crs::CRS84).unwrap();
    for (text, is_exact) in
        exact.map(|one| (one, true)).into_iter().chain(bounding.map(|one| (one, false)))
    {
        let filter = bound(text);
        let wanted = looked_at(&view, &filter);
        let sought = sought(&view, &filter).unwrap_or_else(|| panic!("nothing tells of {text}"));
        let rows = rows_of(&sought, &view);
        assert_eq!(sought.is_exact, is_exact, "{text}");
        assert!(rows.is_sorted(), "{text}");
        if is_exact {
            assert_eq!(rows, wanted, "{text}");
        } else {
            assert!(wanted.iter().all(|row| rows.binary_search(row).is_ok()), "{text}");
            assert!(rows.len() < ROWS * 2 / 3, "{text}: {} rows", rows.len());
        }
        assert!(sought.count().is_none_or(|count| count == rows.len()), "{text}");
        assert_eq!(counts(&view, filter), [wanted.len(); 3], "{text}");
    }
    for text in looking {
        assert!(sought(&view, &bound(text)).is_none(), "{text}");
    }
}

#[test]
fn one_request_puts_four_columns_in_order_at_most() {
    let view = parcels();
    let five = "area < 0 OR floors = 7 OR since IS NULL OR until IS NULL OR public";
    let filter = filter(&view, Language::Text, five, Crs::CRS84).unwrap();
    assert!(sought(&view, &filter).is_none());
    assert_eq!(counts(&view, filter.clone()), [looked_at(&view, &filter).len(); 3]);
}

#[test]
fn a_count_that_a_column_tells_takes_no_step_of_evaluation() {
    let view = parcels();
    let bounds = Bounds { steps: 10, ..Bounds::default() };
    let count = |text: &str| {
        let filter = filter(&view, Language::Text, text, Crs::CRS84).unwrap();
        let bounds = bounds.clone();
        view.count(&Query { filter: Some(filter.into()), bounds, ..Query::first(0) })
    };
    let by_rows =
        looked_at(&view, &filter(&view, Language::Text, "floors >= 0", Crs::CRS84).unwrap());
    assert_eq!(count("floors >= 0").unwrap(), by_rows.len());
    count("floors + 0 >= 0").unwrap_err();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_sought_holds_all_that_is_found(
        rows in prop::collection::vec(row(), 0..80),
        text in truth(),
    ) {
        let features = (0u64..).zip(rows).map(|(id, (geometry, values))| Feature {
            id: FeatureId::Number(id),
            geometry,
            values,
        });
        let view = view_of(layer(&COLUMNS), features.collect());
        let Ok(filter) = filter(&view, Language::Text, &text, Crs::CRS84) else { return Ok(()) };
        let wanted = looked_at(&view, &filter);
        if let Some(sought) = sought(&view, &filter) {
            let rows = rows_of(&sought, &view);
            prop_assert!(rows.len() <= sought.len());
            prop_assert!(wanted.iter().all(|row| rows.contains(row)), "{}: {:?}", text, rows);
            if sought.is_exact {
                prop_assert_eq!(&rows, &wanted, "{}", &text);
            }
            prop_assert!(sought.count().is_none_or(|count| count == rows.len()), "{}", text);
        }
    }
}
