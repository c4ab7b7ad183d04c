//! No water is made or lost over a hundred thousand steps, whatever comes and goes.

use sim::{
    Real,
    flood::{Edge, EdgeSpan, Engine, Forcing, Ground, Inflow, Params, Rain, Series, Side, Soil},
};

use crate::noise;

const CELLS: usize = 30;
const STEPS: usize = 100_000;

/// Hills with houses and soil under showers, a river that swells, a tide on one side and an open edge on
/// another.
fn country() -> (Ground, Forcing) {
    let mut next = noise(11);
    let cells = CELLS * CELLS;
    let bed = (0..cells).map(|_| 20.0 + 2.0 * next()).collect();
    let soil = Soil::GreenAmpt { conductivity_m_s: 1e-7, suction_m: 0.1, moisture_deficit: 0.2 };
    let ground = Ground::new(CELLS, CELLS, 5.0, bed)
        .and_then(|ground| ground.with_manning(vec![0.03; cells]))
        .and_then(|ground| ground.with_blocked((0..cells).map(|i| i % 41 == 17).collect()))
        .and_then(|ground| ground.with_soils(vec![soil], vec![0; cells]))
        .expect("a sound country");
    let hours = || (0..200).map(|hour| f64::from(hour) * 600.0);
    let wave = |time_s: f64, period_s: f64| (time_s * std::f64::consts::TAU / period_s).sin();
    let tide = hours().map(|t| (t, 21.0 + wave(t, 14_400.0))).collect();
    let river = hours().map(|t| (t, 2.0 + 2.0 * wave(t, 9000.0))).collect();
    let showers: Vec<f64> = (0..199).map(|hour| f64::from(hour % 5) * 10.0).collect();
    let tide = Series::new("a tide", tide).expect("it ascends");
    let forcing = Forcing {
        rain: Some(Rain::uniform(hours().collect(), &showers).expect("it is rain")),
        inflows: vec![Inflow {
            cells: vec![(12, 12)],
            discharge_m3_s: Series::new("a river", river).expect("it ascends"),
        }],
        edges: vec![
            EdgeSpan { side: Side::West, cells: 0..CELLS, edge: Edge::Level(tide) },
            EdgeSpan { side: Side::North, cells: 3..20, edge: Edge::Open { slope: 0.005 } },
        ],
    };
    (ground, forcing)
}

fn closes<R: Real>(params: Params, most: f64) {
    let (ground, forcing) = country();
    let engine = Engine::<R>::new(&ground, forcing, params).expect("a sound flood");
    let mut state = engine.start(&engine.depth_below_m(21.0)).expect("it starts");
    let mut worst: f64 = 0.0;
    for _ in 0..STEPS {
        let dt_s = engine.stable_step(&state);
        engine.step(&mut state, dt_s).expect("it is stable");
        worst = worst.max(state.ledger().relative_error().abs());
    }
    let (ledger, bits) = (state.ledger(), 8 * R::BYTES);
    let hours = state.time_s() / 3600.0;
    println!("| closure, {:?}, f{bits} | {hours:.1} h | {worst:.1e} | {most:e} |", params.scheme);
    assert!(worst <= most, "{worst:e}, {ledger:?}");
    let moved = [ledger.rain_m3, ledger.inflow_m3, ledger.boundary_in_m3, ledger.boundary_out_m3];
    assert!(moved.iter().all(|m3| *m3 > 1000.0) && ledger.infiltrated_m3 > 1.0, "{ledger:?}");
}

#[test]
fn hllc_keeps_the_volume_over_a_hundred_thousand_steps_in_single_precision() {
    closes::<f32>(Params::hllc(), 1e-5);
}

#[test]
fn hllc_keeps_the_volume_over_a_hundred_thousand_steps_in_double_precision() {
    closes::<f64>(Params::hllc(), 1e-11);
}

#[test]
fn local_inertia_keeps_the_volume_over_a_hundred_thousand_steps_in_single_precision() {
    closes::<f32>(Params::local_inertia(), 1e-5);
}

#[test]
fn local_inertia_keeps_the_volume_over_a_hundred_thousand_steps_in_double_precision() {
    closes::<f64>(Params::local_inertia(), 1e-11);
}
