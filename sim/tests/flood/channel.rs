//! Steady flow with friction.

use sim::flood::{Edge, EdgeSpan, Engine, Forcing, GRAVITY, Inflow, Params, Series, Side};

use crate::{l1, order, rough, strip};

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
    for params in [Params::hllc(), Params::local_inertia()] {
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

/// MacDonald's long subcritical channel (SWASHES 3.2.1): q = 2 m²/s, n = 0.033, 1 km.
fn macdonald(cells: usize) -> f64 {
    let (discharge, n, length_m): (f64, f64, f64) = (2.0, 0.033, 1000.0);
    let depth = |x: f64| {
        (4.0 / GRAVITY).cbrt() * (1.0 + 0.5 * (-16.0 * (x / length_m - 0.5).powi(2)).exp())
    };
    let fall = |x: f64| {
        let h = depth(x);
        let slope = (depth(x + 0.01) - depth(x - 0.01)) / 0.02;
        (1.0 - discharge * discharge / (GRAVITY * h.powi(3))) * slope
            + n * n * discharge * discharge / h.powf(10.0 / 3.0)
    };
    let cell_m = length_m / cells as f64;
    // z(x) = ∫ from x to the end, by the midpoint rule in 5 cm.
    let mut bed = vec![0.0; 20_001];
    for i in (0..20_000).rev() {
        bed[i] = bed[i + 1] + fall((i as f64 + 0.5) * 0.05) * 0.05;
    }
    let ground = rough(strip(cells, cell_m, |x| bed[(x / 0.05).round() as usize]), n);
    let level = Series::constant("the end", depth(length_m)).expect("a level");
    let forcing = river(discharge, cell_m, Edge::Level(level));
    let engine = Engine::<f64>::new(&ground, forcing, Params::hllc()).expect("a sound flood");
    let exact: Vec<f64> = (0..cells).map(|i| depth((i as f64 + 0.5) * cell_m)).collect();
    let mut state = engine.start(&exact).expect("it starts");
    engine.advance(&mut state, 1500.0).expect("it is stable");
    l1(&engine.depth_m(&state), &exact)
}

#[test]
fn a_varied_channel_runs_as_macdonald_made_it() {
    let (coarse, fine) = (macdonald(50), macdonald(100));
    println!("MacDonald long subcritical, L1 error on 50, 100 cells: {coarse:.4} {fine:.4} m");
    // First order, of depths of 0.74 to 1.11 m; the two ends, set by one cell, add their share.
    assert!(fine < 0.015 && order(coarse, fine) > 0.7, "{coarse} {fine}");
}
