//! Queries on the store, without HTTP: a first page and a count, by the size of a box and by what a filter asks.

use std::{hint::black_box, sync::Arc};

use benches::houses;
use city::{Bbox, Crs};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gis_server::{
    cql2::{Language, parse},
    filter::{Bounds, Filter},
    store::Query,
    viewer::Viewer,
};

fn bbox_queries(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bbox");
    for count in [10_000, 100_000] {
        let store = houses::store(houses::quarter(count, 2000.0));
        let city = store.city();
        let view = city.layer("buildings", &Viewer::public()).expect("the layer is public");
        for half in [0.001, 0.01] {
            let (lon, lat) = houses::MIDDLE;
            let Ok(bbox) = Bbox::new(lon - half, lat - half, lon + half, lat + half) else {
                continue;
            };
            let name = format!("{count} houses, {} m", (half * 2.0 * 111_000.0) as u32);
            let page = Query::first(100).within(bbox);
            group.bench_function(BenchmarkId::new("first page", &name), |bencher| {
                bencher.iter(|| black_box(view.query(&page).map(|page| page.features.len())));
            });
            group.bench_function(BenchmarkId::new("count", &name), |bencher| {
                bencher.iter(|| black_box(view.count(&page)));
            });
        }
    }
    group.finish();
}

/// Filters over 500 000 houses. The first request of each column puts it in order, which is not in the figures of the
/// others.
const FILTERS: [(&str, &str); 7] = [
    ("equality, one in 300", "name = 'Nhà số 7'"),
    ("equality and a number", "name = 'Nhà số 7' AND storeys = 3"),
    ("IN, folded text", "ACCENTI(CASEI(name)) IN ('nha so 7', 'nha so 8')"),
    ("BETWEEN, a fifth", "height BETWEEN 3.0 AND 3.5"),
    (
        "equality in a box of a quarter",
        "name = 'Nhà số 7' AND S_INTERSECTS(geometry, BBOX(108.474,15.5736,109,16))",
    ),
    ("arithmetic, which looks at all", "height * 2 = 6.6"),
    ("not folded, which looks at all", "storeys + 0 = 3"),
];

fn attribute_queries(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("attributes of 500 000 houses");
    group.sample_size(20);
    let store = houses::store(houses::quarter(500_000, 2000.0));
    let view = store.city().layer("buildings", &Viewer::public()).expect("the layer is public");
    for (name, text) in FILTERS {
        let tree = parse(Language::Text, text).expect("the filter can be read");
        let filter = Filter::bind(&tree, Crs::CRS84, &view).expect("the filter fits the layer");
        let bounds = Bounds { steps: u64::MAX, ..Bounds::default() };
        let query = Query { filter: Some(Arc::new(filter)), bounds, ..Query::first(100) };
        group.bench_function(BenchmarkId::new("first page", name), |bencher| {
            bencher.iter(|| black_box(view.query(&query).map(|page| page.matched)));
        });
        group.bench_function(BenchmarkId::new("count", name), |bencher| {
            bencher.iter(|| black_box(view.count(&query)));
        });
    }
    group.finish();
}

criterion_group!(all, bbox_queries, attribute_queries);
criterion_main!(all);
