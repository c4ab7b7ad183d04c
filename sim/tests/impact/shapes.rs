//! Areas as polygons: valid, and of the right size.

use geo::{Area, Contains, Validation};
use geo_types::{MultiPolygon, Point};
use proptest::prelude::*;
use sim::impact::{Drawing, Grid, areas_above, flooded_areas};

use crate::{Run, SOUTH_M, WEST_M};

const AS_TRACED: Drawing = Drawing { simplify_m: 0.0, least_m2: 0.0 };

fn traced(columns: usize, values: &[f32], level: f64, drawing: &Drawing) -> MultiPolygon<f64> {
    let grid = Grid::new(columns, values.len() / columns, 10.0, WEST_M, SOUTH_M).expect("a grid");
    areas_above(&grid, values, &[level], drawing).expect("a raster").remove(0)
}

#[test]
fn one_cell_makes_a_diamond() {
    let values = [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    let found = traced(3, &values, 0.5, &AS_TRACED);
    // Half way to the four cells beside it: diagonals of 10 m.
    assert!((found.signed_area() - 50.0).abs() < 1e-9, "{found:?}");
    assert_eq!(found.0[0].exterior().0.len(), 5);
}

#[test]
fn a_flood_that_fills_the_grid_ends_at_its_edge() {
    let found = traced(4, &[1.0; 12], 0.5, &AS_TRACED);
    // 40 m × 30 m less four corners of half of 5 m × 5 m.
    assert!((found.signed_area() - 1150.0).abs() < 1e-9, "{found:?}");
}

#[test]
fn a_dry_island_is_a_hole_and_a_pond_on_it_is_an_area() {
    let mut values = vec![1.0_f32; 81];
    for (row, column) in (2..7).flat_map(|row| (2..7).map(move |column| (row, column))) {
        values[row * 9 + column] = 0.0;
    }
    values[4 * 9 + 4] = 1.0;
    let found = traced(9, &values, 0.5, &AS_TRACED);
    assert_eq!(found.0.iter().map(|p| p.interiors().len()).collect::<Vec<_>>(), [1, 0]);
    assert!(found.check_validation().is_ok());
    // Without what is smaller than 100 m² the pond is gone and the island is not.
    let found = traced(9, &values, 0.5, &Drawing { simplify_m: 0.0, least_m2: 100.0 });
    assert_eq!(found.0.iter().map(|p| p.interiors().len()).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_saddle_is_joined_when_its_mean_is_above_the_level() {
    let values = [0.9_f32, 0.0, 0.0, 0.9];
    assert_eq!(traced(2, &values, 0.4, &AS_TRACED).0.len(), 1);
    assert_eq!(traced(2, &values, 0.5, &AS_TRACED).0.len(), 2);
}

#[test]
fn houses_make_no_holes_in_the_water() {
    let mut depth = vec![0.5; 25];
    depth[12] = 0.0;
    let run = Run::still(5, 5, depth);
    let maxima = run.maxima();
    let blocked: Vec<_> = (0..25).map(|cell| cell == 12).collect();
    let flood = run.flood(&maxima).with_blocked(&blocked).expect("a raster");
    let found = flooded_areas(&flood, &[0.3, 0.6], &AS_TRACED).expect("depths");
    assert!(found[0].0[0].interiors().is_empty() && found[1].0.is_empty());
}

#[test]
fn simpler_lines_have_fewer_points_and_move_no_further_than_said() {
    let cells = 64_usize;
    let round = |cell: usize| {
        let (x, y) = ((cell % cells) as f32 - 31.5, (cell / cells) as f32 - 31.5);
        (20.0 - (x * x + y * y).sqrt()).max(0.0) / 20.0
    };
    let values: Vec<f32> = (0..cells * cells).map(round).collect();
    let whole = traced(cells, &values, 0.25, &AS_TRACED);
    let simple = traced(cells, &values, 0.25, &Drawing { simplify_m: 5.0, least_m2: 0.0 });
    let points = |areas: &MultiPolygon<f64>| areas.0[0].exterior().0.len();
    assert!(points(&simple) * 4 < points(&whole), "{} {}", points(&simple), points(&whole));
    // A circle of 15 cells; a line moved by 5 m around its 942 m.
    let expected = std::f64::consts::PI * 150.0 * 150.0;
    assert!((whole.unsigned_area() - expected).abs() < 0.005 * expected);
    assert!((simple.unsigned_area() - expected).abs() < 942.0 * 5.0);
}

/// A rough raster with islands and ponds of all sizes.
fn rough(columns: usize, rows: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(prop_oneof![Just(0.0_f32), Just(1.0_f32), 0.0_f32..1.0], columns * rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn areas_are_valid_polygons_however_rough_the_water(
        values in rough(14, 12), simplify_m in prop_oneof![Just(0.0), 1.0..25.0_f64],
    ) {
        for least_m2 in [0.0, 300.0] {
            let found = traced(14, &values, 0.5, &Drawing { simplify_m, least_m2 });
            if let Err(error) = found.check_validation() {
                prop_assert!(false, "{error}: {found:?}");
            }
            prop_assert!(found.0.iter().all(|polygon| polygon.unsigned_area() >= 0.0));
        }
    }

    #[test]
    fn what_is_traced_holds_the_middles_of_the_cells_above_the_level_and_no_others(values in rough(9, 8)) {
        let found = traced(9, &values, 0.5, &AS_TRACED);
        let grid = Grid::new(9, 8, 10.0, WEST_M, SOUTH_M).expect("a grid");
        for (cell, value) in values.iter().enumerate() {
            let is_inside = found.contains(&Point::from(grid.middle(cell)));
            prop_assert_eq!(is_inside, f64::from(*value) >= 0.5, "cell {}", cell);
        }
    }

    #[test]
    fn deeper_areas_lie_within_shallower_ones(values in rough(8, 8)) {
        let areas = |level: f64| traced(8, &values, level, &AS_TRACED).unsigned_area();
        prop_assert!(areas(0.3) >= areas(0.6) - 1e-9);
    }
}
