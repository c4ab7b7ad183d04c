use super::*;

/// A raster of 8 × 6 cells of 10 m, each value its number; one cell has none.
fn cog(folder: &std::path::Path) -> Cog {
    let crs: Crs = "EPSG:5899".parse().unwrap();
    let grid = Grid {
        crs,
        west: 577_000.0,
        north: 1_722_600.0,
        cell_x: 10.0,
        cell_y: 10.0,
        cols: 8,
        rows: 6,
    };
    let mut values: Vec<f32> = (0..48u8).map(f32::from).collect();
    values[9] = f32::NAN;
    let written = write_cog(&folder.join("a.tif"), &Raster::new(grid, values).unwrap()).unwrap();
    Cog::open(&written.path).unwrap()
}

/// A place of the raster in longitude and latitude.
fn lon_lat(cog: &Cog, x: f64, y: f64) -> (f64, f64) {
    Transformer::between(cog.grid().crs, Crs::CRS84).unwrap().convert(x, y).unwrap()
}

#[test]
fn a_box_gives_the_cells_that_it_touches_with_their_values() {
    let folder = tempfile::tempdir().unwrap();
    let cog = cog(folder.path());
    let whole = part(&cog, &Part::Whole, 1, Most::Told).unwrap();
    assert_eq!((whole.grid().cols, whole.grid().rows), (8, 6));
    assert!(whole.values()[9].is_nan());
    // Within the cells of columns 1 to 2 and rows 0 to 1.
    let (west, north) = lon_lat(&cog, 577_012.0, 1_722_598.0);
    let (east, south) = lon_lat(&cog, 577_028.0, 1_722_585.0);
    let bbox = Bbox::new(west, south, east, north).unwrap();
    let found = part(&cog, &Part::Box(bbox), 1, Most::Told).unwrap();
    assert_eq!((found.grid().cols, found.grid().rows), (2, 2), "{:?}", found.grid());
    assert_eq!(found.values()[0], 1.0);
    assert!(found.values()[2].is_nan());
    assert_eq!(found.values()[3], 10.0);
    let far = Bbox::new(100.0, 10.0, 100.1, 10.1).unwrap();
    let why = part(&cog, &Part::Box(far), 1, Most::Told).unwrap_err().to_string();
    assert!(why.contains("108."), "{why}");
}

#[test]
fn a_factor_makes_larger_cells_over_the_same_ground() {
    let folder = tempfile::tempdir().unwrap();
    let cog = cog(folder.path());
    let found = part(&cog, &Part::Whole, 4, Most::Told).unwrap();
    assert_eq!((found.grid().cols, found.grid().rows, found.grid().cell_x), (2, 2, 40.0));
}

#[test]
fn cells_outside_of_a_polygon_have_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let cog = cog(folder.path());
    // The lower left half of the whole.
    let corner = |x: f64, y: f64| Coord::from(lon_lat(&cog, x, y));
    let (west, east, south, north) = (577_000.0, 577_080.0, 1_722_540.0, 1_722_600.0);
    let ring = [corner(west, north), corner(west, south), corner(east, south), corner(west, north)];
    let polygon = Polygon::new(LineString(ring.to_vec()), Vec::new());
    let found = part(&cog, &Part::Within(polygon), 1, Most::Told).unwrap();
    // Its long side falls by 3 in 4: it leaves the middle of the last cell of the last row outside.
    assert_eq!((found.grid().rows, found.grid().cols), (6, 8));
    assert_eq!((found.values()[0], found.values()[46]), (0.0, 46.0));
    assert!(found.values()[47].is_nan());
    assert!(found.values()[7].is_nan(), "the upper right is outside");
    let document = grid(&found, &parameter());
    assert_eq!(document["ranges"]["depth"]["shape"], serde_json::json!([6, 8]));
    assert_eq!(document["ranges"]["depth"]["values"][7], serde_json::Value::Null);
    assert_eq!(
        document["domain"]["referencing"][0]["system"]["id"],
        "http://www.opengis.net/def/crs/EPSG/0/5899"
    );
}

fn parameter() -> Parameter {
    Parameter { key: "depth".into(), title: Title::new("Độ sâu", "Depth"), unit: "m".into() }
}

#[test]
fn a_line_gives_a_value_for_each_cell_that_it_crosses_and_how_far_along() {
    let folder = tempfile::tempdir().unwrap();
    let cog = cog(folder.path());
    let corner = |x: f64, y: f64| Coord::from(lon_lat(&cog, x, y));
    // Along the last row, from the middle of the first cell to that of the last.
    let line = LineString(vec![corner(577_005.0, 1_722_545.0), corner(577_075.0, 1_722_545.0)]);
    let found = along_line(&cog, &line).unwrap();
    let values: Vec<f32> = found.iter().map(|it| it.value).collect();
    assert_eq!(values, [40.0, 41.0, 42.0, 43.0, 44.0, 45.0, 46.0, 47.0]);
    assert!((found[7].distance_m - 70.0).abs() < 0.01, "{:?}", found[7]);
    let document = along(&found, &parameter());
    assert_eq!(document["ranges"]["distance"]["values"][0], 0.0);
}

#[test]
fn a_part_that_is_too_large_is_refused_with_what_would_do() {
    let folder = tempfile::tempdir().unwrap();
    let crs: Crs = "EPSG:5899".parse().unwrap();
    let grid =
        Grid { crs, west: 5e5, north: 17e5, cell_x: 10.0, cell_y: 10.0, cols: 1200, rows: 1000 };
    let raster = Raster::new(grid, vec![1.0; 1_200_000]).unwrap();
    let written = write_cog(&folder.path().join("b.tif"), &raster).unwrap();
    let cog = Cog::open(&written.path).unwrap();
    let why = part(&cog, &Part::Whole, 1, Most::Told).unwrap_err();
    let CoverageError::TooMany { factor, .. } = why else { panic!("{why}") };
    assert_eq!(factor, 2);
    part(&cog, &Part::Whole, factor, Most::Told).unwrap();
    let file = tiff(&part(&cog, &Part::Whole, 1, Most::Written).unwrap()).unwrap();
    assert!(file.starts_with(b"II*\0"));
}
