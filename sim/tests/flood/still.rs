//! A lake at rest.

use sim::{
    Real,
    flood::{Edge, EdgeSpan, Engine, Forcing, Ground, Params, Series, Side},
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
