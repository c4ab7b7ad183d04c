//! Rain on land, and what the ground takes.

use sim::flood::{Edge, EdgeSpan, Engine, Forcing, Ground, Params, Rain, Side, Soil};

use crate::{rough, strip};

#[test]
fn rain_on_a_tilted_plane_runs_off_as_the_kinematic_wave_says() {
    // 100 m at 1 %, n = 0.05, 60 mm/h. Time of concentration (n·L / (√S·i^(2/3)))^(3/5).
    let (slope, n, length_m, rate): (f64, f64, f64, f64) = (0.01, 0.05, 100.0, 60.0 / 3.6e6);
    let concentration_s = (n * length_m / (slope.sqrt() * rate.powf(2.0 / 3.0))).powf(0.6);
    for params in [Params::hllc(), Params::local_inertia()] {
        let params = Params { dry_depth_m: 1e-5, ..params };
        let ground = rough(strip(50, 2.0, |x| -slope * x), n);
        let rain = Rain::uniform(vec![0.0, 1e5], &[60.0]).expect("it is rain");
        let edge = Edge::Open { slope };
        let edges = vec![EdgeSpan { side: Side::East, cells: 0..1, edge }];
        let forcing = Forcing { rain: Some(rain), edges, ..Forcing::default() };
        let engine = Engine::<f64>::new(&ground, forcing, params).expect("a sound flood");
        let mut state = engine.start(&[0.0; 50]).expect("it starts");
        // Rising: q(L) = √S/n·(i·t)^(5/3).
        let rising_s = 0.6 * concentration_s;
        engine.advance(&mut state, rising_s).expect("it is stable");
        let ledger = engine.step(&mut state, 0.1).expect("it is stable");
        let wanted = slope.sqrt() / n * (rate * rising_s).powf(5.0 / 3.0);
        let found = ledger.boundary_out_m3 / 0.1 / 2.0;
        println!("rising {:?}: {:.4} of the kinematic wave", params.scheme, found / wanted);
        // The kinematic wave leaves out the slope of the surface, here below 3 % of the bed's.
        assert!((found / wanted - 1.0).abs() < 0.05, "{found:e} {wanted:e}");
        // Steady: q(x) = i·x, h = (n·i·x/√S)^(3/5).
        engine.advance(&mut state, 2.0 * concentration_s).expect("it is stable");
        let ledger = engine.step(&mut state, 0.1).expect("it is stable");
        assert!((ledger.boundary_out_m3 / (rate * length_m * 2.0 * 0.1) - 1.0).abs() < 0.005);
        let depth = engine.depth_m(&state);
        for i in [15, 30, 45] {
            let x = (i as f64 + 0.5) * 2.0;
            let wanted = (n * rate * x / slope.sqrt()).powf(0.6);
            assert!((depth[i] / wanted - 1.0).abs() < 0.04, "{i}: {} {wanted}", depth[i]);
        }
        assert!(state.ledger().relative_error().abs() < 1e-12);
    }
}

/// A flat closed yard of 4 cells under 90 mm/h for an hour.
fn yard(soil: Soil) -> (Engine<f64>, f64) {
    let ground = Ground::new(2, 2, 10.0, vec![0.0; 4]).expect("a yard");
    let ground = ground.with_soils(vec![soil], vec![0; 4]).expect("a soil");
    let rain = Some(Rain::uniform(vec![0.0, 3600.0], &[90.0]).expect("it is rain"));
    let params = Params { max_step_s: 5.0, ..Params::hllc() };
    let forcing = Forcing { rain, ..Forcing::default() };
    (Engine::new(&ground, forcing, params).expect("a sound flood"), 400.0)
}

#[test]
fn green_and_ampts_soil_takes_what_the_equation_says() {
    let (k, psi, deficit) = (3e-6, 0.11, 0.3);
    let (engine, area_m2) =
        yard(Soil::GreenAmpt { conductivity_m_s: k, suction_m: psi, moisture_deficit: deficit });
    let mut state = engine.start(&[0.0; 4]).expect("it starts");
    engine.advance(&mut state, 3600.0).expect("it is stable");
    // The same equation by Euler's method in 10 ms.
    let (mut taken_m, mut depth_m): (f64, f64) = (0.0, 0.0);
    for _ in 0..360_000 {
        depth_m += 90.0 / 3.6e6 * 0.01;
        let rate = k * (1.0 + (psi + depth_m) * deficit / taken_m.max(1e-9));
        let now_m = (rate * 0.01).min(depth_m);
        (taken_m, depth_m) = (taken_m + now_m, depth_m - now_m);
    }
    let ledger = state.ledger();
    // First order in steps of 5 s, of 12 minutes until ponding.
    assert!(
        (ledger.infiltrated_m3 / (taken_m * area_m2) - 1.0).abs() < 0.01,
        "{ledger:?} {taken_m}"
    );
    assert!((ledger.rain_m3 / (0.09 * area_m2) - 1.0).abs() < 1e-12);
    assert!(ledger.relative_error().abs() < 1e-12);
}

#[test]
fn a_curve_number_lets_run_off_what_the_equation_says() {
    let (engine, area_m2) = yard(Soil::CurveNumber { number: 75.0 });
    let mut state = engine.start(&[0.0; 4]).expect("it starts");
    engine.advance(&mut state, 4000.0).expect("it is stable");
    let storage_m: f64 = 25.4 / 75.0 - 0.254;
    let runoff_m = (0.09 - 0.2 * storage_m).powi(2) / (0.09 + 0.8 * storage_m);
    assert!((state.ledger().stored_m3 / (runoff_m * area_m2) - 1.0).abs() < 1e-12);
}

#[test]
fn rain_by_zone_falls_where_its_zone_is_and_dry_land_loses_none() {
    // 96 × 40 cells; zone 1 (the east) gets a drizzle that stays below the depth that rests.
    let zone_of = (0..96 * 40).map(|i| u32::from(i % 96 >= 48)).collect();
    let mm_per_h = [0.0, 0.05, 0.0, 0.01];
    let rain = Rain::gridded(vec![0.0, 1800.0, 3600.0], 2, &mm_per_h, zone_of).expect("rain");
    let ground = Ground::new(96, 40, 5.0, vec![0.0; 96 * 40]).expect("a plain");
    let forcing = Forcing { rain: Some(rain), ..Forcing::default() };
    let engine = Engine::<f32>::new(&ground, forcing, Params::hllc()).expect("a sound flood");
    let mut state = engine.start(&vec![0.0; 96 * 40]).expect("it starts");
    engine.advance(&mut state, 3000.0).expect("it is stable");
    assert_eq!(state.wet_tiles().0, 0, "nothing is looked at while less than 0.1 mm lies there");
    engine.advance(&mut state, 4000.0).expect("it is stable");
    // 0.03 mm on the eastern half, whatever waited.
    let wanted_m3 = 0.03e-3 * 48.0 * 40.0 * 25.0;
    assert!((state.ledger().stored_m3 / wanted_m3 - 1.0).abs() < 1e-6, "{:?}", state.ledger());
    assert_eq!(engine.depth_m(&state)[10], 0.0);
}

#[test]
fn rain_on_roofs_reaches_the_ground_beside_them() {
    let blocked =
        (0..400).map(|i| (5..9).contains(&(i % 20)) && (5..9).contains(&(i / 20))).collect();
    let ground = Ground::new(20, 20, 1.0, vec![0.0; 400]).and_then(|g| g.with_blocked(blocked));
    let rain = Some(Rain::uniform(vec![0.0, 600.0], &[100.0]).expect("it is rain"));
    let forcing = Forcing { rain, ..Forcing::default() };
    let ground = rough(ground.expect("a house"), 0.02);
    let engine = Engine::<f64>::new(&ground, forcing, Params::hllc()).expect("a sound flood");
    let mut state = engine.start(&[0.0; 400]).expect("it starts");
    engine.advance(&mut state, 700.0).expect("it is stable");
    let wanted_m3 = 0.1 / 6.0 * 400.0;
    assert!((state.ledger().stored_m3 / wanted_m3 - 1.0).abs() < 1e-12);
    assert_eq!(engine.depth_m(&state)[6 * 20 + 6], 0.0, "the house stays dry");
}
