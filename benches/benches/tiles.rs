//! Encoding a vector tile that no cache holds, by zoom and by how many houses stand in it.

use std::{hint::black_box, sync::Arc};

use benches::{houses, sample};
use city::Crs;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gis_server::{
    cql2::{Language, parse},
    filter::Filter,
    store::LayerView,
    tiles::{Coding, Filters, Tile, TileMatrixSet, Tiles},
    viewer::Viewer,
};

/// Side of the root of the web's grid on the ground at the equator, in km.
const ROOT_KM: f64 = 40_075.016_686;

/// Houses, and a tile with so many of them.
fn crowded(z: u8, inside: usize) -> (LayerView, Tile) {
    let (lon, lat) = houses::MIDDLE;
    let side_km = ROOT_KM * lat.to_radians().cos() / f64::from(1u32 << z);
    // Two and a quarter tiles' worth, so that the tile is full wherever the middle lies in it.
    let quarter = houses::quarter(inside * 9 / 4, inside as f64 / (side_km * side_km));
    let store = houses::store(quarter);
    let view = store.city().layer("buildings", &Viewer::public()).expect("the layer is public");
    let at = sample::Tile::at(lon, lat, z);
    let text = |number: u32| number.to_string();
    let tile = TileMatrixSet::from_id("WebMercatorQuad")
        .and_then(|grid| grid.tile(&text(z.into()), &text(at.y), &text(at.x)))
        .expect("the tile is in the grid");
    (view, tile)
}

fn uncached_tiles(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut group = criterion.benchmark_group("uncached tile");
    for (z, inside) in [(12, 20_000), (14, 1000), (14, 5000), (14, 20_000), (16, 300), (16, 1200)] {
        let (view, tile) = crowded(z, inside);
        let tiles = Tiles::new(0);
        runtime.block_on(tiles.prepare(&view));
        group.throughput(Throughput::Elements(inside as u64));
        for (name, coding) in [("plain", Coding::Identity), ("gzip", Coding::Gzip)] {
            group.bench_function(
                BenchmarkId::new(name, format!("z{z}, {inside} houses")),
                |bencher| {
                    bencher.iter(|| {
                        let made = tiles.vector(vec![view.clone()], tile, coding);
                        black_box(runtime.block_on(made).map(|tile| tile.body.len()))
                    });
                },
            );
        }
    }
    group.finish();
}

/// Filters that find every house but for one, so that all of a tile is drawn and the difference to the first is what
/// filtering costs.
const FILTERS: [(&str, &str); 7] = [
    ("no filter", ""),
    ("number", "storeys > 0"),
    ("number, one in five", "storeys = 3"),
    ("text", "use IN ('nhà ở', 'cửa hàng', 'trường học')"),
    ("folded text", "ACCENTI(CASEI(name)) LIKE ACCENTI(CASEI('NHÀ SỐ%'))"),
    ("box", "S_INTERSECTS(geometry, BBOX(108,15,109,16)) AND height * 2 > 1"),
    ("polygon", "S_WITHIN(geometry, POLYGON((108 15,109 15,109.2 15.5,109 16,108 16,108 15)))"),
];

fn filtered_tiles(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut group = criterion.benchmark_group("filtered tile");
    let (z, inside) = (14, 5000);
    let (view, tile) = crowded(z, inside);
    let tiles = Tiles::new(0);
    runtime.block_on(tiles.prepare(&view));
    group.throughput(Throughput::Elements(inside as u64));
    for (name, filter) in FILTERS {
        let mut filters = Filters { each: Vec::new(), steps: u64::MAX };
        if !filter.is_empty() {
            let tree = parse(Language::Text, filter).expect("the filter can be read");
            let filter = Filter::bind(&tree, Crs::CRS84, &view).expect("the filter fits the layer");
            filters.each.push(Arc::new(filter));
        }
        group.bench_function(BenchmarkId::new(name, format!("z{z}, {inside} houses")), |bencher| {
            bencher.iter(|| {
                let made =
                    tiles.filtered(vec![view.clone()], filters.clone(), tile, Coding::Identity);
                black_box(runtime.block_on(made).map(|tile| tile.body.len()))
            });
        });
    }
    group.finish();
}

criterion_group!(all, uncached_tiles, filtered_tiles);
criterion_main!(all);
