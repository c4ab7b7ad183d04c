//! `bbox` queries on the store, without HTTP: a first page and a count, by the size of the box.

use std::hint::black_box;

use benches::houses;
use city::{Bbox, Layer};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gis_server::{
    store::{Query, Store},
    viewer::Viewer,
};

const LAYER: &str = r#"
id = "buildings"
title = { vi = "Nhà", en = "Buildings" }
theme = "base"
role = "buildings"
zoom = [13, 22]
file = "layers/buildings.fgb"
checksum = ""
source_crs = "EPSG:5899"
source = "benches::houses"
licence = "CC0-1.0"
attribution = "synthetic"
lineage = "generated"
published = "2026-01-01T00:00:00Z"
content = { kind = "vector", geometry = "polygon", features = 0, id_column = "_fid", schema = [
  { name = "name", type = "text", title = { vi = "tên", en = "name" } },
  { name = "storeys", type = "integer", title = { vi = "số tầng", en = "storeys" } },
  { name = "height", type = "real", title = { vi = "chiều cao", en = "height" } },
  { name = "use", type = "text", title = { vi = "công năng", en = "use" } },
] }
"#;

fn bbox_queries(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bbox");
    for count in [10_000, 100_000] {
        let store = store_of(count);
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

fn store_of(count: usize) -> Store {
    let layer: Layer = toml::from_str(LAYER).expect("the description is a layer");
    Store::in_memory(layer.title.clone(), [(layer, houses::quarter(count, 2000.0))])
        .expect("the store holds the houses")
}

criterion_group!(all, bbox_queries);
criterion_main!(all);
