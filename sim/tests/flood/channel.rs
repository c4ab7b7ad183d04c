//! Steady flow with friction.

use sim::flood::{Edge, EdgeSpan, Engine, Forcing, Ground, Inflow, Params, Series, Side};

use crate::{rough, strip};

/// A discharge per metre of width into the first cell of a strip, and an edge at its end.
fn river(discharge_m2_s: f64, cell_m: f64, edge: Edge) -> Forcing {
    let discharge = Series::constant("a river", discharge_m2_s * cell_m).expect("a discharge");
    Forcing {
        rain: None,
        inflows: vec![Inflow { cells: vec![(0, 0)], discharge_m3_s: discharge }],
        edges: vec![EdgeSpan { side: Side::East, cells: 0..1, edge }],
    }
}

#[test]
fn a_long_channel_runs_at_normal_depth() {
    // q = h^(5/3)·√S / n (Manning) for h = 1 m, S = 0.002, n = 0.03: Froude number 0.48.
    let (slope, n, normal_m): (f64, f64, f64) = (0.002, 0.03, 1.0);
    let discharge = normal_m.powf(5.0 / 3.0) * slope.sqrt() / n;
    for params in [Params::hllc(), Params::local_inertia(), Params::muscl()] {
        let ground = rough(strip(60, 10.0, |x| -slope * x), n);
        let forcing = river(discharge, 10.0, Edge::Open { slope });
        let engine = Engine::<f64>::new(&ground, forcing, params).expect("a sound flood");
        let mut state = engine.start(&[normal_m; 60]).expect("it starts");
        let ledger = engine.advance(&mut state, 1500.0).expect("it is stable");
        assert!(ledger.relative_error().abs() < 1e-12);
        let depth = engine.depth_m(&state);
        println!("normal depth {:?}: {:.4?}", params.scheme, &depth[28..32]);
        // Uniform flow is a fixed point of both schemes up to the jump of the bed between cells
        // (2 cm in 1 m), which HLLC takes for a bit of roughness.
        assert!(depth[20..50].iter().all(|h| (h - normal_m).abs() < 0.01), "{depth:.4?}");
        // Local inertia keeps the discharge at faces; advance() shows the outflow in the ledger.
        let last = engine.step(&mut state, 0.5).expect("it is stable");
        assert!((last.boundary_out_m3 / (discharge * 10.0 * 0.5) - 1.0).abs() < 0.01);
    }
}

/// Uniform flow down a slope to an open edge, with a slope of its own beyond it: by what part depth in the
/// last cells and discharge are off.
fn at_the_edge(
    params: Params,
    side: Side,
    (slope, beyond, n, depth_m): (f64, f64, f64, f64),
) -> (f64, f64) {
    const CELLS: usize = 40;
    let q = depth_m.powf(5.0 / 3.0) * slope.sqrt() / n;
    let bed = |i: usize| slope * 10.0 * i as f64;
    // Cells in the way of the water, and the axis that they lie on.
    let downwards = matches!(side, Side::East | Side::North);
    let is_column = matches!(side, Side::South | Side::North);
    let bed = (0..CELLS).map(|i| bed(if downwards { CELLS - i } else { i })).collect();
    let (columns, rows) = if is_column { (1, CELLS) } else { (CELLS, 1) };
    let ground = rough(Ground::new(columns, rows, 10.0, bed).expect("a slope"), n);
    let first = if downwards { 0 } else { CELLS - 1 };
    let discharge_m3_s = Series::constant("a river", q * 10.0).expect("a discharge");
    let cells = vec![if is_column { (0, first) } else { (first, 0) }];
    let edges = vec![EdgeSpan { side, cells: 0..1, edge: Edge::Open { slope: beyond } }];
    let forcing = Forcing { rain: None, inflows: vec![Inflow { cells, discharge_m3_s }], edges };
    let engine = Engine::<f64>::new(&ground, forcing, params).expect("a sound flood");
    let mut state = engine.start(&[depth_m; CELLS]).expect("it starts");
    engine.advance(&mut state, 2000.0).expect("it is stable");
    let last = if downwards { CELLS - 5..CELLS } else { 0..5 };
    let depth =
        engine.depth_m(&state)[last].iter().map(|h| (h / depth_m - 1.0).abs()).fold(0.0, f64::max);
    let out = engine.step(&mut state, 0.5).expect("it is stable").boundary_out_m3;
    (depth, (out / (q * 10.0 * 0.5) - 1.0).abs())
}

#[test]
fn an_open_edge_on_a_slope_passes_water_on_to_each_side() {
    for params in [Params::hllc(), Params::muscl()] {
        for side in [Side::West, Side::East, Side::South, Side::North] {
            // A river, the same towards land that is said to be flat, and a film on a slope that falls
            // by 30 times its depth from cell to cell.
            for flow in
                [(0.002, 0.002, 0.03, 1.0), (0.002, 0.0, 0.03, 1.0), (0.05, 0.05, 0.02, 0.016)]
            {
                let (depth, discharge) = at_the_edge(params, side, flow);
                println!("{:?}, {side:?}, {flow:?}: {depth:.1e}, {discharge:.1e}", params.scheme);
                // After 2000 s the wave from the first cell's own depth has all but left: 1e-5.
                assert!(depth.max(discharge) < 1e-4, "{:?}, {side:?}, {flow:?}", params.scheme);
            }
        }
    }
}
