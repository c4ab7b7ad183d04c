//! A lake at rest.

use sim::{
    Real,
    flood::{Edge, EdgeSpan, Engine, Error, Forcing, GRAVITY, Ground, Params, Series, Side, State},
};

use crate::noise;

/// 70 × 45 cells of rough bed with islands, buildings and a wall; several tiles.
fn rough_lake() -> Ground {
    let mut next = noise(7);
    let bed = (0..70 * 45).map(|_| 1.6 * next()).collect();
    let blocked = (0..70 * 45).map(|i| i % 97 == 13).collect();
    let ground = Ground::new(70, 45, 2.0, bed).expect("a lake");
    ground.with_blocked(blocked).and_then(|g| g.with_wall(30, 20, Side::East)).expect("as well")
}

fn rests<R: Real>(forcing: Forcing, params: Params, fastest_m_s: f64) {
    let engine = Engine::<R>::new(&rough_lake(), forcing, params).expect("a sound flood");
    let depth = engine.depth_below_m(1.0);
    let mut state = engine.start(&depth).expect("it starts");
    for _ in 0..60 {
        let dt_s = engine.stable_step(&state);
        engine.step(&mut state, dt_s).expect("it is stable");
    }
    let (u, v) = engine.velocity_m_s(&state);
    let fastest = u.iter().chain(&v).fold(0.0_f64, |most, speed| most.max(speed.abs()));
    assert!(fastest < fastest_m_s, "{params:?}: {fastest:e} m/s");
    let ledger = state.ledger();
    assert!(ledger.relative_error().abs() < 1e-12, "{:e}", ledger.relative_error());
    let moved = depth.iter().zip(engine.depth_m(&state)).map(|(a, b)| (a - b).abs());
    // A level off by a unit in the last place of a bed step moves as much water, not more.
    let allowed_m = 16.0 * R::EPSILON.f64();
    assert!(moved.clone().fold(0.0, f64::max) < allowed_m, "{:e}", moved.fold(0.0, f64::max));
}

#[test]
fn a_lake_with_islands_and_buildings_stays_at_rest() {
    // A level off by δ = 1.2e-7 m (f32) or 2.2e-16 m (f64), the last place of the bed's steps, moves
    // water of depth h with √(g/h)·δ: 4e-5 and 7e-14 m/s where it is 0.1 mm deep.
    for params in [Params::hllc(), Params::local_inertia(), Params::muscl()] {
        rests::<f64>(Forcing::default(), params, 1e-12);
        rests::<f32>(Forcing::default(), params, 5e-5);
    }
}

#[test]
fn a_lake_beside_a_sea_of_its_level_stays_at_rest() {
    let level = Edge::Level(Series::constant("the sea", 1.0).expect("a level"));
    let edges = vec![
        EdgeSpan { side: Side::West, cells: 0..45, edge: level.clone() },
        EdgeSpan { side: Side::North, cells: 5..60, edge: level },
    ];
    for params in [Params::hllc(), Params::local_inertia(), Params::muscl()] {
        rests::<f64>(Forcing { edges: edges.clone(), ..Forcing::default() }, params, 1e-12);
    }
}

/// Swinging and running together, J per unit of ρ and m² of the grid.
fn energy(engine: &Engine<f64>, state: &State<f64>) -> f64 {
    let depth = engine.depth_m(state);
    let mean = depth.iter().sum::<f64>() / depth.len() as f64;
    let (u, v) = engine.velocity_m_s(state);
    let of = |cell: usize| {
        let (swing, speed) = (depth[cell] - mean, u[cell].hypot(v[cell]));
        0.5 * (GRAVITY * swing * swing + depth[cell] * speed * speed)
    };
    (0..depth.len()).map(of).sum()
}

#[test]
fn closed_ponds_that_were_stirred_come_to_rest_by_local_inertia() {
    // Friction hardly slows water so deep: the scheme itself must not feed waves, at the longest step that it may
    // take (√(θ/2) = 0.67 for θ = 0.9), and not whirl the water either.
    for (columns, rows) in [(6, 2), (7, 9), (20, 20), (2, 2), (3, 1)] {
        for (depth_m, theta) in [(0.3, 0.9), (5.0, 0.9), (5.0, 0.8_f64)] {
            let flat = Ground::new(columns, rows, 2.0, vec![0.0; columns * rows]).expect("a pond");
            let flat = flat.with_manning(vec![0.02; columns * rows]).expect("smooth");
            let courant = 0.98 * (0.5 * theta).sqrt();
            let params = Params { theta, courant, ..Params::local_inertia() };
            let engine = Engine::<f64>::new(&flat, Forcing::default(), params).expect("sound");
            let mut depth = vec![depth_m; columns * rows];
            depth[0] += 0.12;
            let mut state = engine.start(&depth).expect("it starts");
            let before = energy(&engine, &state);
            engine.advance(&mut state, 1200.0).expect("it is stable");
            let after = energy(&engine, &state);
            // Without growth the swell of one corner is spread and slowed to a few hundredths in 20 minutes.
            assert!(
                after < 0.05 * before,
                "{columns} × {rows}, {depth_m} m, θ {theta}: {before} to {after}"
            );
        }
    }
}

#[test]
fn local_inertia_takes_no_courant_number_that_its_waves_would_grow_with() {
    let pond = Ground::new(4, 4, 2.0, vec![0.0; 16]).expect("a pond");
    let with = |theta: f64, courant: f64| {
        let params = Params { theta, courant, ..Params::local_inertia() };
        Engine::<f64>::new(&pond, Forcing::default(), params)
    };
    assert!(with(1.0, 0.7).is_ok() && with(0.8, 0.63).is_ok());
    assert!(matches!(with(0.9, 0.7), Err(Error::Parameter { name: "courant", .. })));
}
