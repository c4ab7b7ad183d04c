//! The two schemes beside each other, and at an edge with a tide.

use sim::flood::{Edge, EdgeSpan, Engine, Forcing, Ground, Inflow, Params, Series, Side};

use crate::{l1, noise, rough};

#[test]
fn both_schemes_agree_on_a_slow_flood() {
    // A river spreads over 400 m of rough plain with 20 cm of relief; Froude numbers below 0.3.
    let mut next = noise(5);
    let bed = (0..1600).map(|i| 0.001 * (40 - i % 40) as f64 * 10.0 + 0.2 * next()).collect();
    let ground = rough(Ground::new(40, 40, 10.0, bed).expect("a plain"), 0.06);
    let river = Series::new("a river", vec![(0.0, 0.0), (600.0, 20.0), (3600.0, 5.0)]);
    let cells = (15..25).map(|row| (0, row)).collect();
    let inflows = vec![Inflow { cells, discharge_m3_s: river.expect("it ascends") }];
    let depths = [Params::hllc(), Params::local_inertia()].map(|params| {
        let forcing = Forcing { inflows: inflows.clone(), ..Forcing::default() };
        let engine = Engine::<f32>::new(&ground, forcing, params).expect("a sound flood");
        let mut state = engine.start(&vec![0.0; 1600]).expect("it starts");
        engine.advance(&mut state, 3000.0).expect("it is stable");
        engine.depth_m(&state)
    });
    let mean_m = depths[0].iter().sum::<f64>() / 1600.0;
    let difference = l1(&depths[0], &depths[1]) / mean_m;
    println!("HLLC and local inertia differ by {:.2} % of {mean_m:.3} m", 100.0 * difference);
    // Advection is Fr² ≈ 5 % of the balance, and HLLC's own roughness at bed jumps comes on top.
    assert!(difference < 0.06, "{difference}");
}

#[test]
fn a_basin_follows_a_slow_tide() {
    let ground = rough(Ground::new(30, 10, 20.0, vec![-3.0; 300]).expect("a basin"), 0.02);
    let tide = (0..=12).map(|i| (f64::from(i) * 600.0, 0.5 * (f64::from(i) * 0.5).sin())).collect();
    let tide = Series::new("a tide", tide).expect("it ascends");
    for params in [Params::hllc(), Params::local_inertia(), Params::muscl()] {
        let edge = Edge::Level(tide.clone());
        let edges = vec![EdgeSpan { side: Side::West, cells: 0..10, edge }];
        let forcing = Forcing { edges, ..Forcing::default() };
        let engine = Engine::<f32>::new(&ground, forcing, params).expect("a sound flood");
        let mut state = engine.start(&engine.depth_below_m(0.0)).expect("it starts");
        for hour in 1..=4 {
            let time_s = f64::from(hour) * 900.0;
            engine.advance(&mut state, time_s).expect("it is stable");
            let depth = engine.depth_m(&state);
            // 600 m are crossed in under two minutes, in which the tide moves by 5 cm at most.
            let off = depth.iter().map(|h| (h - 3.0 - tide.at(time_s)).abs()).fold(0.0, f64::max);
            assert!(off < 0.06, "{:?}, {time_s} s: {off} m", params.scheme);
        }
        assert!(state.ledger().relative_error().abs() < 1e-6, "{:?}", state.ledger());
        assert!(state.ledger().boundary_in_m3 > 0.0);
    }
}

#[test]
fn depth_arrival_and_duration_are_seen() {
    // A wave from a dam 100 m away over 10 cells; depth 0.3 m is passed and kept.
    let ground = Ground::new(40, 1, 5.0, vec![0.0; 40]).expect("a street");
    let params = Params { record_interval_s: 0.0, ..Params::hllc() };
    let engine = Engine::<f64>::new(&ground, Forcing::default(), params).expect("sound");
    let depth: Vec<f64> = (0..40).map(|i| if i < 20 { 2.0 } else { 0.0 }).collect();
    let mut state = engine.start(&depth).expect("it starts");
    engine.advance(&mut state, 60.0).expect("it is stable");
    let seen = engine.maxima(&state);
    // Ritter's depth of 0.1 m passes 50 m at s = 2c − 3·√(0.1g): 8.3 s; the first order is late
    // there by a few cells.
    let arrival_s = seen.arrival_s[0][30];
    println!("0.1 m arrives after {arrival_s} s");
    assert!((7.0..11.0).contains(&arrival_s), "{arrival_s}");
    assert!((f64::from(seen.duration_s[0][30]) - (60.0 - f64::from(arrival_s))).abs() < 0.01);
    assert!(seen.arrival_s[3][0] == 0.0 && seen.depth_m[0] == 2.0 && seen.level_m[0] == 2.0);
    assert!(seen.speed_m_s[30] > 2.0 && seen.depth_speed_m2_s[30] > 1.0 && seen.froude[30] > 1.0);
}
