use geo::Contains;
use geo_types::{Coord, Polygon};

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
    let whole = part(&cog, &Part::Whole, Scale::Factor(1), Most::Told).unwrap();
    assert_eq!((whole.grid().cols, whole.grid().rows), (8, 6));
    assert!(whole.values()[9].is_nan());
    // Within the cells of columns 1 to 2 and rows 0 to 1.
    let (west, north) = lon_lat(&cog, 577_012.0, 1_722_598.0);
    let (east, south) = lon_lat(&cog, 577_028.0, 1_722_585.0);
    let bbox = Bbox::new(west, south, east, north).unwrap();
    let found = part(&cog, &Part::Box(bbox), Scale::Factor(1), Most::Told).unwrap();
    assert_eq!((found.grid().cols, found.grid().rows), (2, 2), "{:?}", found.grid());
    assert_eq!(found.values()[0], 1.0);
    assert!(found.values()[2].is_nan());
    assert_eq!(found.values()[3], 10.0);
    let far = Bbox::new(100.0, 10.0, 100.1, 10.1).unwrap();
    let why = part(&cog, &Part::Box(far), Scale::Factor(1), Most::Told).unwrap_err().to_string();
    assert!(why.contains("108."), "{why}");
}

#[test]
fn a_factor_makes_larger_cells_over_the_same_ground() {
    let folder = tempfile::tempdir().unwrap();
    let cog = cog(folder.path());
    let found = part(&cog, &Part::Whole, Scale::Factor(4), Most::Told).unwrap();
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
    let found = part(&cog, &Part::Within(polygon.into()), Scale::Factor(1), Most::Told).unwrap();
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
    Parameter {
        key: "depth".into(),
        title: Title::new("Độ sâu", "Depth"),
        unit: "m".into(),
        credits: String::new(),
    }
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
    let why = part(&cog, &Part::Whole, Scale::Factor(1), Most::Told).unwrap_err();
    let CoverageError::TooMany { factor, .. } = why else { panic!("{why}") };
    assert_eq!(factor, 2);
    part(&cog, &Part::Whole, Scale::Factor(factor), Most::Told).unwrap();
    let file = tiff(&part(&cog, &Part::Whole, Scale::Factor(1), Most::Written).unwrap()).unwrap();
    assert!(file.starts_with(b"II*\0"));
}

/// A polygon of corners in the raster's frame.
fn polygon(cog: &Cog, rings: &[&[(f64, f64)]]) -> Polygon<f64> {
    let mut rings = rings.iter().map(|ring| {
        ring.iter().map(|(x, y)| Coord::from(lon_lat(cog, *x, *y))).collect::<LineString<f64>>()
    });
    let shell = rings.next().unwrap();
    Polygon::new(shell, rings.collect())
}

#[test]
fn statistics_are_those_of_the_cells_within_with_holes_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let cog = cog(folder.path());
    let (west, north) = (577_000.0, 1_722_600.0);
    let square = |from: f64, to: f64| {
        [from, to, to, from, from]
            .map(|it| west + it)
            .into_iter()
            .zip([from, from, to, to, from].map(|it| north - it))
            .collect::<Vec<_>>()
    };
    // Cells of columns and rows 0 to 4, without the middle one; 9 has no value.
    let (shell, hole) = (square(0.0, 50.0), square(20.0, 30.0));
    let ground: MultiPolygon<f64> = polygon(&cog, &[&shell, &hole]).into();
    let found = statistics(&cog, &ground, Scale::Factor(1)).unwrap();
    assert_eq!((found.cells, found.cells_without_value, found.area_m2), (23, 1, 2300.0));
    let cells = (0..5).flat_map(|row| (0..5).map(move |col| row * 8 + col));
    let mut wanted: Vec<f64> =
        cells.filter(|cell| ![9, 18].contains(cell)).map(f64::from).collect();
    wanted.sort_by(f64::total_cmp);
    let mean = wanted.iter().sum::<f64>() / 23.0;
    let values = found.values.unwrap();
    assert_eq!((values.min, values.max, values.percentiles.p50), (0.0, 36.0, wanted[11]));
    assert_eq!((values.percentiles.p5, values.percentiles.p95), (wanted[1], wanted[21]));
    assert!((values.mean - mean).abs() < 1e-9 && (values.integral_m2 - mean * 2300.0).abs() < 1e-6);
    let square_mean = wanted.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / 23.0;
    assert!((values.standard_deviation - square_mean.sqrt()).abs() < 1e-9);
    // Over the cell without a value alone there is nothing to say.
    let ring = [(11.0, 11.0), (19.0, 11.0), (19.0, 19.0), (11.0, 11.0)];
    let ring = ring.map(|(x, y)| (west + x, north - y));
    let nothing = statistics(&cog, &polygon(&cog, &[&ring]).into(), Scale::Factor(1)).unwrap();
    assert_eq!((nothing.cells, nothing.values), (0, None));
}

#[test]
fn the_mask_says_what_containing_says() {
    let folder = tempfile::tempdir().unwrap();
    let cog = cog(folder.path());
    let grid = *cog.grid();
    // A star with a notch and a hole, off the middles of cells.
    let turn = |i: u32| f64::from(i) * std::f64::consts::TAU / 11.0;
    let ring = |far: f64, near: f64| {
        let at = |i: u32| {
            let reach = if i.is_multiple_of(2) { far } else { near };
            (577_041.3 + reach * turn(i).cos(), 1_722_571.7 + 0.8 * reach * turn(i).sin())
        };
        (0..11).map(at).chain([at(0)]).collect::<Vec<_>>()
    };
    let (shell, hole) = (ring(37.0, 21.0), ring(9.0, 6.0));
    let star = polygon(&cog, &[&shell, &hole]);
    let mask = Mask::new(&grid, &MultiPolygon::from(star.clone())).unwrap();
    let mut inside = 0;
    for (col, row) in (0..grid.cols).flat_map(|col| (0..grid.rows).map(move |row| (col, row))) {
        let (x, y) = grid.centre_of(col, row);
        let wanted = star.contains(&Point::from(lon_lat(&cog, x, y)));
        assert_eq!(mask.holds(x, row), wanted, "column {col}, row {row}");
        inside += usize::from(wanted);
    }
    assert!((8..40).contains(&inside), "{inside}");
}

#[test]
fn a_window_is_given_in_the_size_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let cog = cog(folder.path());
    let window = Part::Window(Bbox::new(577_020.0, 1_722_560.0, 577_060.0, 1_722_600.0).unwrap());
    let found = part(&cog, &window, Scale::Size(4, 4), Most::Told).unwrap();
    assert_eq!((found.grid().cols, found.grid().cell_x), (4, 10.0));
    assert_eq!(found.values()[..6], [2.0, 3.0, 4.0, 5.0, 10.0, 11.0]);
    let found = part(&cog, &window, Scale::Size(8, 2), Most::Told).unwrap();
    assert_eq!((found.grid().cell_x, found.grid().cell_y), (5.0, 20.0));
    assert_eq!(found.values()[..4], [10.0, 10.0, 11.0, 11.0], "cells below the middle of 20 m");
    let many = part(&cog, &window, Scale::Size(100_000, 100_000), Most::Told).unwrap_err();
    assert!(matches!(many, CoverageError::TooMany { .. }));
}

#[test]
fn a_place_has_the_value_of_its_cell() {
    let folder = tempfile::tempdir().unwrap();
    let cog = cog(folder.path());
    let at = |x: f64, y: f64| value_at(&cog, Point::from(lon_lat(&cog, x, y)));
    assert_eq!(at(577_025.0, 1_722_595.0).unwrap(), Some(2.0));
    assert_eq!(at(577_015.0, 1_722_585.0).unwrap(), None, "cell 9 has none");
    assert_eq!(at(577_079.9, 1_722_540.1).unwrap(), Some(47.0));
    assert!(matches!(at(577_081.0, 1_722_540.1), Err(CoverageError::Outside(_))));
    let document = super::at(Point::new(108.5, 15.5), None, &parameter());
    assert_eq!(document["ranges"]["depth"]["values"], serde_json::json!([null]));
}
