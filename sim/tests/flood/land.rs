//! What is refused, with its place; walls and houses that hold.

use sim::flood::{
    Edge, EdgeSpan, Engine, Error, Forcing, Ground, Inflow, Params, Rain, Series, Side,
};

use crate::alone;

fn plain() -> Ground {
    Ground::new(10, 5, 1.0, vec![0.0; 50]).expect("a plain")
}

#[test]
fn a_hole_in_the_elevation_model_is_refused_with_its_place() {
    let mut bed = vec![0.0; 50];
    bed[23] = f64::NAN;
    let refused = Ground::new(10, 5, 1.0, bed).expect_err("it has a hole");
    assert!(matches!(refused, Error::Value { column: 3, row: 2, .. }), "{refused}");
    assert!(refused.to_string().contains("column 3, row 2"), "{refused}");
}

#[test]
fn an_area_of_a_thousand_million_cells_is_refused() {
    assert!(matches!(Ground::new(100_000, 10_000, 1.0, Vec::new()), Err(Error::Grid { .. })));
    assert!(Ground::new(0, 5, 1.0, Vec::new()).is_err());
    assert!(Ground::new(1, 1, f64::NAN, vec![0.0]).is_err());
}

#[test]
fn forcing_outside_the_ground_is_refused() {
    let river = Series::constant("a river", 1.0).expect("a discharge");
    let inflows = vec![Inflow { cells: vec![(10, 0)], discharge_m3_s: river }];
    let forcing = Forcing { inflows, ..Forcing::default() };
    let refused = Engine::<f64>::new(&plain(), forcing, Params::hllc()).map(|_| ());
    assert_eq!(refused, Err(Error::Place { what: "an inflow", column: 10, row: 0 }));

    let span = |cells| EdgeSpan { side: Side::North, cells, edge: Edge::Open { slope: 0.0 } };
    for edges in [vec![span(0..11)], vec![span(3..3)], vec![span(0..5), span(4..6)]] {
        let forcing = Forcing { edges, ..Forcing::default() };
        let refused = Engine::<f64>::new(&plain(), forcing, Params::hllc());
        assert!(matches!(refused, Err(Error::Span { .. })));
    }

    let rain = Rain::gridded(vec![0.0, 1.0], 2, &[1.0, 1.0], vec![0; 49]).expect("it is rain");
    let forcing = Forcing { rain: Some(rain), ..Forcing::default() };
    assert!(matches!(
        Engine::<f64>::new(&plain(), forcing, Params::hllc()),
        Err(Error::Length { found: 49, .. })
    ));
}

#[test]
fn parameters_and_waters_that_make_no_sense_are_refused() {
    let fast = Params { courant: 0.9, ..Params::hllc() };
    let refused = Engine::<f64>::new(&plain(), Forcing::default(), fast).map(|_| ());
    assert!(matches!(refused, Err(Error::Parameter { name: "courant", .. })));
    let engine = alone(&plain(), Params::hllc());
    let mut depth = [0.0; 50];
    depth[11] = -1.0;
    assert!(matches!(engine.start(&depth), Err(Error::Value { column: 1, row: 1, .. })));
    assert!(plain().with_manning(vec![-0.1; 50]).is_err());
    assert!(matches!(plain().with_blocked(vec![true; 50]), Err(Error::NothingOpen)));
}

#[test]
fn a_run_that_becomes_unstable_stops_names_the_cell_and_keeps_its_state() {
    let engine = alone(&plain(), Params::hllc());
    let mut x = [0.0; 50];
    x[17] = 1e200;
    let mut state = engine.start_moving(&[1.0; 50], &x, &[0.0; 50]).expect("finite");
    let before = engine.checkpoint(&state);
    let refused = engine.step(&mut state, 0.1).expect_err("u² is beyond f64");
    let Error::Unstable { column, row, .. } = refused else { panic!("{refused}") };
    assert!((6..=8).contains(&column) && row <= 2, "{column} {row}");
    assert!(engine.checkpoint(&state) == before);
}

#[test]
fn a_wall_and_a_row_of_houses_hold_water_back() {
    for params in [Params::hllc(), Params::local_inertia()] {
        let mut walled = plain();
        for row in 0..5 {
            walled = walled.with_wall(3, row, Side::East).expect("a wall");
        }
        let houses = plain().with_blocked((0..50).map(|i| i % 10 == 4).collect()).expect("houses");
        for ground in [walled, houses] {
            let engine = alone(&ground, params);
            let depth: Vec<f64> = (0..50).map(|i| if i % 10 < 2 { 1.0 } else { 0.0 }).collect();
            let mut state = engine.start(&depth).expect("it starts");
            engine.advance(&mut state, 20.0).expect("it is stable");
            let depth = engine.depth_m(&state);
            assert!((0..50).all(|i| (depth[i] > 0.0) == (i % 10 < 4)), "{depth:?}");
        }
    }
}

#[test]
fn a_raised_house_is_dry_until_the_water_is_as_high() {
    let height: Vec<f64> = (0..50).map(|i| if i == 24 { 1.0 } else { 0.0 }).collect();
    let ground = plain().with_raised(&height).expect("a house");
    for (level_m, roof_m) in [(0.9, 0.0), (1.4, 0.4)] {
        let engine = alone(&ground, Params::hllc());
        let mut state = engine.start(&engine.depth_below_m(level_m)).expect("it starts");
        engine.advance(&mut state, 20.0).expect("it is stable");
        assert!((engine.depth_m(&state)[24] - roof_m).abs() < 1e-12, "{level_m}");
    }
    assert!(plain().with_raised(&[-1.0; 50]).is_err());
}

#[test]
fn water_at_the_start_fills_what_is_open_to_it_and_no_hollow_behind_a_wall() {
    let walled = (0..5).try_fold(plain(), |ground, row| ground.with_wall(3, row, Side::East));
    let engine = alone(&walled.expect("a wall"), Params::hllc());
    let depth = engine.depth_connected_m(0.7, &[(1, 1)]).expect("an open cell");
    assert!((0..50).all(|i| depth[i] == if i % 10 < 4 { 0.7 } else { 0.0 }), "{depth:?}");
    assert!(engine.depth_connected_m(0.7, &[(10, 1)]).is_err());
    let levels: Vec<f64> = (0..50).map(|i| if i < 25 { f64::NAN } else { 0.3 }).collect();
    let depth = engine.depth_below_levels_m(&levels).expect("levels");
    assert!((0..50).all(|i| depth[i] == if i < 25 { 0.0 } else { 0.3 }), "{depth:?}");
}
