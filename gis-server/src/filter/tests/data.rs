//! A small table: places with texts in two alphabets, numbers, times and every kind of geometry.
//!
//! The columns `date`, `start`, `end` and `boolean` of the first three rows hold what makes the expected
//! counts of annex A of 21-065 come out.

use std::{collections::BTreeMap, sync::Arc};

use city::{
    Access, Crs, FeatureId, Layer, Property, PropertyType, Role, Schema, Title, Value,
    layer::{Content, GeometryKind},
};
use datasets::Feature;
use geo_types::{Geometry, GeometryCollection, LineString, MultiPoint, Point, Polygon, Rect};

use crate::{
    cql2::{Cql2Error, Language, parse},
    filter::Filter,
    store::{LayerView, Query, Store, StoreError},
    viewer::Viewer,
};

/// A layer of any geometry with these columns; `owner` is personal.
pub(super) fn layer(columns: &[(&str, PropertyType)]) -> Layer {
    let property = |(name, kind): &(&str, PropertyType)| {
        let access = if *name == "owner" { Access::Personal } else { Access::Public };
        Property { access, ..Property::new(*name, *kind) }
    };
    Layer {
        id: "places".parse().unwrap(),
        title: Title::new("Nơi", "Places"),
        description: Title::default(),
        theme: Role::Other.theme(),
        role: Role::Other,
        access: Access::Public,
        zoom: (0, 22),
        style: None,
        file: "layers/places.00000000.fgb".into(),
        checksum: "00000000".into(),
        bbox: None,
        source_crs: "EPSG:4326".into(),
        source: "test".into(),
        licence: "test".into(),
        attribution: "test".into(),
        lineage: String::new(),
        synthetic: true,
        published: "2026-01-01T00:00:00Z".parse().unwrap(),
        content_date: None,
        content: Content::Vector {
            geometry: GeometryKind::Mixed,
            features: 0,
            id_column: "_fid".into(),
            schema: Schema { properties: columns.iter().map(property).collect() },
            columns: BTreeMap::new(),
            row_rules: Vec::new(),
        },
    }
}

/// A layer of features, as the public sees it.
pub(super) fn view_of(layer: Layer, features: Vec<Feature>) -> LayerView {
    let store = Store::in_memory(Title::new("Thử", "Test"), [(layer, features)]).unwrap();
    store.city().layer("places", &Viewer::public()).unwrap()
}

const COLUMNS: [(&str, PropertyType); 9] = [
    ("name", PropertyType::Text),
    ("pop", PropertyType::Integer),
    ("height", PropertyType::Real),
    ("date", PropertyType::Date),
    ("start", PropertyType::Instant),
    ("end", PropertyType::Instant),
    ("boolean", PropertyType::Bool),
    ("codes", PropertyType::Text),
    ("owner", PropertyType::Text),
];

fn bbox(west: f64, south: f64, east: f64, north: f64) -> Polygon<f64> {
    Rect::new((west, south), (east, north)).to_polygon()
}

pub(super) fn nowhere() -> Geometry<f64> {
    Geometry::GeometryCollection(GeometryCollection(Vec::new()))
}

fn features() -> Vec<Feature> {
    let date = |text: &str| Value::Date(city::time::parse_date(text).unwrap());
    let at = |text: &str| Value::Instant(text.parse().unwrap());
    let text = |text: &str| Value::from(text);
    let (int, real, none) = (Value::Integer, Value::Real, Value::Null);
    let times = |day, start, end, flag: bool| [date(day), at(start), at(end), flag.into()];
    let no_times = || [none.clone(), none.clone(), none.clone(), none.clone()];
    let row = |id: u64, geometry: Geometry<f64>, head: [Value; 3], times: [Value; 4], codes| {
        let values = head.into_iter().chain(times).chain([codes, text("secret")]).collect();
        Feature { id: FeatureId::Number(id), geometry, values }
    };
    vec![
        row(
            1,
            Point::new(108.35, 15.88).into(),
            [text("København"), int(1_085_000), real(8.0)],
            times("2022-04-16", "2022-04-16T10:13:19Z", "2023-04-16T10:16:06Z", true),
            text("A;B"),
        ),
        row(
            2,
            bbox(108.30, 15.86, 108.36, 15.90).into(),
            [text("Đà Nẵng"), int(1_188_000), real(3.5)],
            times("2023-04-16", "2022-04-16T10:15:10Z", "2022-04-16T10:16:06Z", false),
            text("B"),
        ),
        row(
            3,
            bbox(108.36, 15.86, 108.40, 15.90).into(),
            [text("Hội An"), int(98_599), real(2.0)],
            times("2021-04-16", "2021-04-16T10:15:59Z", "2022-04-16T10:16:06Z", true),
            text("A; B;C"),
        ),
        row(
            4,
            LineString::from(vec![(108.30, 15.88), (108.40, 15.88)]).into(),
            [text("HOI AN"), none.clone(), none.clone()],
            no_times(),
            none.clone(),
        ),
        row(
            5,
            bbox(108.34, 15.87, 108.38, 15.89).into(),
            [text("Straße"), int(0), real(-1.5)],
            no_times(),
            none.clone(),
        ),
        row(
            6,
            MultiPoint(vec![Point::new(109.0, 16.0), Point::new(108.31, 15.87)]).into(),
            [text("STRASSE"), int(-7), real(2.5)],
            no_times(),
            text(""),
        ),
        row(7, nowhere(), [none.clone(), int(5), none.clone()], no_times(), none.clone()),
        row(
            8,
            Point::new(108.36, 15.88).into(),
            [text("50%_a\\b"), int(2), real(2.0)],
            no_times(),
            none.clone(),
        ),
    ]
}

/// The table in a snapshot.
pub(super) fn places() -> LayerView {
    view_of(layer(&COLUMNS), features())
}

/// The table with each row in its second half edited: what was published of these is other.
pub(super) fn edited_places() -> LayerView {
    let mut old = features();
    for feature in old.iter_mut().skip(4) {
        feature.geometry = Point::new(0.0, 0.0).into();
        feature.values.iter_mut().for_each(|value| *value = Value::Null);
    }
    view_of(layer(&COLUMNS), old).edited_to(features().split_off(4))
}

/// A filter over a view, with coordinates in a system.
pub(super) fn filter(
    view: &LayerView,
    language: Language,
    text: &str,
    crs: Crs,
) -> Result<Filter, Cql2Error> {
    Filter::bind(&parse(language, text)?, crs, view)
}

/// The identifiers that a filter finds, in all ways of asking: they must agree.
pub(super) fn found(view: &LayerView, filter: Filter) -> Result<Vec<u64>, StoreError> {
    let query = Query { filter: Some(Arc::new(filter)), ..Query::first(1000) };
    let number = |id: FeatureId| match id {
        FeatureId::Number(number) => number,
        FeatureId::Text(text) => panic!("{text}"),
    };
    let page = view.query(&query)?;
    let ids: Vec<u64> = page.features.iter().map(|feature| number(feature.id())).collect();
    assert_eq!(page.matched, ids.len());
    assert_eq!(view.count(&query)?, ids.len());
    let mut streamed: Vec<u64> = view.stream(&query)?.map(|f| number(f.id())).collect();
    streamed.sort_unstable();
    assert_eq!(streamed, ids);
    Ok(ids)
}
