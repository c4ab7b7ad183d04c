//! `bbox` queries on the store, without HTTP: a first page and a count, by the size of the box.

use std::hint::black_box;

use benches::houses;
use city::Bbox;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gis_server::{store::Query, viewer::Viewer};

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

criterion_group!(all, bbox_queries);
criterion_main!(all);
