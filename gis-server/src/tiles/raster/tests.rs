use city::{
    Crs,
    raster::{Grid, Raster},
};

use super::{sample::heights, *};
use crate::tiles::TileMatrixSet;

/// A plane over Tam Kỳ that rises 1 m each 100 m eastwards and 2 m each 100 m northwards.
fn plane() -> (Grid, impl Fn(f64, f64) -> f64) {
    let grid = Grid {
        crs: Crs::QUANG_NAM,
        west: 576_000.0,
        north: 1_724_000.0,
        cell_x: 10.0,
        cell_y: 10.0,
        cols: 400,
        rows: 300,
    };
    (grid, |x, y| (x - 576_000.0) / 100.0 + (y - 1_721_000.0) / 50.0)
}

fn written() -> (tempfile::TempDir, Cog) {
    let (grid, height) = plane();
    let values = (0..grid.rows)
        .flat_map(|row| (0..grid.cols).map(move |col| grid.centre_of(col, row)))
        .map(|(x, y)| height(x, y) as f32)
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("terrain.tif");
    datasets::write::cog::write_cog(&path, &Raster::new(grid, values).unwrap()).unwrap();
    let cog = Cog::open(&path).unwrap();
    (folder, cog)
}

#[test]
fn pixels_have_the_heights_of_the_ground_they_show() {
    let (_folder, cog) = written();
    let (grid, height) = plane();
    for (set, z, tolerance) in
        [(TileMatrixSet::WebMercatorQuad, 15, 0.01), (TileMatrixSet::Vn2000, 10, 0.01)]
    {
        let to_set = datasets::crs::Transformer::between(grid.crs, set.crs()).unwrap();
        let (x, y) = to_set.convert(578_000.0, 1_722_500.0).unwrap();
        let (west, north) = set.origin_m();
        let side_m = set.root_m() / f64::from(1u32 << z);
        let tile =
            Tile { set, z, col: ((x - west) / side_m) as u32, row: ((north - y) / side_m) as u32 };
        let seen = heights(&cog, tile, SIDE).unwrap();
        let back = datasets::crs::Transformer::between(set.crs(), grid.crs).unwrap();
        let (bbox, pixel) = (tile.bbox(), side_m / f64::from(SIDE));
        let mut compared = 0;
        for (col, row) in [(0, 0), (100, 400), (256, 256), (511, 511)] {
            let place = (
                bbox.min_x + (f64::from(col) + 0.5) * pixel,
                bbox.max_y - (f64::from(row) + 0.5) * pixel,
            );
            let (x, y) = back.convert(place.0, place.1).unwrap();
            let found = seen.values[((row + 1) * (SIDE + 2) + col + 1) as usize];
            let is_inside = x > grid.west + 10.0
                && x < grid.bbox().max_x - 10.0
                && y < grid.north - 10.0
                && y > grid.bbox().min_y + 10.0;
            if is_inside {
                // A bilinear plane is exact; what is left is f32 and the lattice.
                assert!((f64::from(found) - height(x, y)).abs() < tolerance, "{found}");
                compared += 1;
            }
        }
        assert!(compared > 1, "{set:?}");
    }
}

#[test]
fn far_from_the_raster_nothing_is_known() {
    let (_folder, cog) = written();
    for (z, col, row) in [(0, 0, 0), (10, 0, 0), (14, 9000, 9000)] {
        let tile = Tile { set: TileMatrixSet::WebMercatorQuad, z, col, row };
        let blank = heights(&cog, tile, 64).unwrap();
        assert!(z == 0 || blank.is_blank());
    }
}

#[test]
fn a_picture_is_a_png_of_512_pixels() {
    let (_folder, cog) = written();
    let tile = Tile { set: TileMatrixSet::WebMercatorQuad, z: 12, col: 3282, row: 1868 };
    for kind in [Kind::Map, Kind::TerrainRgb] {
        let bytes = picture(&cog, tile, kind).unwrap();
        let decoder = ::png::Decoder::new(std::io::Cursor::new(&bytes[..]));
        let reader = decoder.read_info().unwrap();
        assert_eq!((reader.info().width, reader.info().height), (SIDE, SIDE));
    }
}
