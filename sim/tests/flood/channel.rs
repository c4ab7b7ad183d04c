//! Steady flow with friction.

use sim::flood::{Edge, EdgeSpan, Engine, Forcing, Inflow, Params, Series, Side};

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
