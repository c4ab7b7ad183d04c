//! Coarse runs with subgrid tables, held against the fine run, and against the plain coarse one.

use rayon::ThreadPoolBuilder;
use sim::{
    Real,
    flood::{
        Edge, EdgeSpan, Engine, Error, Forcing, Ground, Ledger, Params, Rain, Series, Side, Soil,
        State,
    },
};

use crate::{
    conserve::{country, soils, weather},
    noise,
};

const FACTOR: usize = 4;

fn level(side: Side, cells: std::ops::Range<usize>, level_m: f64) -> EdgeSpan {
    let edge = Edge::Level(Series::constant("a level", level_m).expect("a level"));
    EdgeSpan { side, cells, edge }
}

/// The same land in coarse cells, each with the mean of its beds and Manning's n: what a plain coarse
/// run knows.
fn averaged(fine: &Ground) -> Ground {
    let (columns, rows) = (fine.columns() / FACTOR, fine.rows() / FACTOR);
    let mean = |field: &[f64]| -> Vec<f64> {
        let of = |at: usize| {
            let (column, row) = (at % columns * FACTOR, at / columns * FACTOR);
            let cells = (0..FACTOR * FACTOR)
                .map(|i| (row + i / FACTOR) * fine.columns() + column + i % FACTOR);
            cells.map(|at| field[at]).sum::<f64>() / (FACTOR * FACTOR) as f64
        };
        (0..columns * rows).map(of).collect()
    };
    Ground::new(columns, rows, fine.cell_m() * FACTOR as f64, mean(fine.bed_m()))
        .and_then(|ground| ground.with_manning(mean(fine.manning())))
        .expect("a coarse ground")
}

fn steps<R: Real>(engine: &Engine<R>, state: &mut State<R>, steps: usize) {
    for _ in 0..steps {
        let dt_s = engine.stable_step(state);
        engine.step(state, dt_s).expect("it is stable");
    }
}

fn factor_one_differs_by<R: Real>() -> f64 {
    let params = Params::local_inertia();
    let (ground, forcing) = country(11, 2.0);
    let plain = Engine::<R>::new(&ground, forcing.clone(), params).expect("a sound flood");
    let subgrid = Engine::<R>::subgrid(&ground, 1, forcing, params).expect("a sound flood");
    let depth_m = plain.depth_below_m(200.8);
    let mut known = plain.start(&depth_m).expect("it starts");
    let mut found = subgrid.start(&depth_m).expect("it starts");
    while known.time_s() < 30.0 {
        let dt_s = plain.stable_step(&known);
        plain.step(&mut known, dt_s).expect("it is stable");
        subgrid.step(&mut found, dt_s).expect("it is stable");
    }
    let depths = plain.depth_m(&known).into_iter().zip(subgrid.depth_m(&found));
    let apart = depths.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let volume = (known.ledger().stored_m3 / found.ledger().stored_m3 - 1.0).abs();
    println!("factor 1: {apart:.1e} m, volume {volume:.1e}");
    apart.max(volume)
}

#[test]
fn a_factor_of_one_is_plain_local_inertia() {
    // Friction takes its powers another way, a few units of the last place of f64, 6e-6 in f32
    // (Real::inverses); 30 s of fronts over rough land make of it what is seen.
    let (double, single) = (factor_one_differs_by::<f64>(), factor_one_differs_by::<f32>());
    assert!(double < 1e-12);
    assert!(single < 1e-5);
}

/// 96 × 64 fine cells of rough bed with islands, buildings and a wall on a coarse face.
fn rough_lake() -> Ground {
    let mut next = noise(7);
    let bed = (0..96 * 64).map(|_| 1.6 * next()).collect();
    let blocked = (0..96 * 64).map(|i| i % 97 == 13).collect();
    let ground = Ground::new(96, 64, 2.0, bed).expect("a lake");
    let ground = ground.with_blocked(blocked).expect("as well");
    (20..24).fold(ground, |g, row| g.with_wall(31, row, Side::East).expect("a wall"))
}

fn rests<R: Real>(forcing: Forcing, factor: usize, fastest_m_s: f64) {
    let params = Params::local_inertia();
    let ground = rough_lake();
    let engine = Engine::<R>::subgrid(&ground, factor, forcing, params).expect("sound");
    let mut state = engine.start(&engine.depth_below_m(1.0)).expect("it starts");
    steps(&engine, &mut state, 100);
    let (u, v) = engine.velocity_m_s(&state);
    let fastest = u.iter().chain(&v).fold(0.0_f64, |most, speed| most.max(speed.abs()));
    assert!(fastest < fastest_m_s, "factor {factor}: {fastest:e} m/s");
    let off = |level: f64| if level.is_nan() { 0.0 } else { (level - 1.0).abs() };
    let off_m = engine.level_m(&state).into_iter().map(off).fold(0.0, f64::max);
    // A level comes of two roundings of numbers below 2 m, and water has sloshed between them.
    assert!(off_m < 16.0 * R::EPSILON.f64(), "factor {factor}: {off_m:e} m");
    assert!(state.ledger().relative_error().abs() < 1e-12);
    let fine = engine.downscale_m(&engine.level_m(&state)).expect("levels");
    assert_eq!(engine.fine_size(), (96, 64));
    let depth = |(at, bed): (usize, &f64)| if at % 97 == 13 { 0.0 } else { (1.0 - bed).max(0.0) };
    let wanted = ground.bed_m().iter().enumerate().map(depth);
    let wrong_m = fine.iter().zip(wanted).map(|(a, b)| (f64::from(*a) - b).abs());
    assert!(wrong_m.fold(0.0, f64::max) < 1e-6, "the fine lake is that of the fine land");
}

#[test]
fn a_lake_over_rough_fine_land_stays_at_rest() {
    let sea = || vec![level(Side::West, 0..16, 1.0), level(Side::North, 1..20, 1.0)];
    for factor in [2, 4, 8] {
        // As for the plain schemes: a level off by its last place moves shallow water so fast.
        rests::<f64>(Forcing::default(), factor, 1e-12);
        rests::<f32>(Forcing::default(), factor, 1e-4);
    }
    rests::<f64>(Forcing { edges: sea(), ..Forcing::default() }, FACTOR, 1e-12);
}

/// Hills, houses, a river, a sea, rain and soil on 192 × 160 fine cells of 5 m, 48 × 40 coarse.
fn province() -> (Ground, Forcing) {
    const COLUMNS: usize = 192;
    const ROWS: usize = 160;
    let mut next = noise(5);
    let cells = COLUMNS * ROWS;
    let bed = (0..cells).map(|_| 20.0 + 2.0 * next()).collect();
    let manning = (0..cells).map(|_| 0.02 + 0.05 * next()).collect();
    let blocked = (0..cells).map(|_| next() < 0.1).collect();
    // The same soil for 16 × 16 fine cells, so that each is the most frequent one somewhere.
    let soil_of = (0..cells).map(|i| ((i % COLUMNS / 16 + i / COLUMNS / 16) % 3) as u8).collect();
    let ground = Ground::new(COLUMNS, ROWS, 5.0, bed)
        .and_then(|g| g.with_manning(manning))
        .and_then(|g| g.with_blocked(blocked))
        .and_then(|g| g.with_soils(soils(), soil_of))
        .expect("a sound country");
    let river = vec![(0.0, 0.0), (600.0, 30.0), (4000.0, 0.0)];
    let sea = vec![(0.0, 20.5), (1800.0, 21.6), (5400.0, 20.2)];
    let forcing = weather(cells / (FACTOR * FACTOR), [0.0, 900.0, 1500.0], river, sea);
    (ground, forcing)
}

fn closes<R: Real>(count: usize) -> Ledger {
    let (ground, forcing) = province();
    let engine = Engine::<R>::subgrid(&ground, FACTOR, forcing, Params::local_inertia());
    let engine = engine.expect("a sound flood");
    let mut state = engine.start(&engine.depth_below_m(20.6)).expect("it starts");
    let mut least_m: f64 = 0.0;
    for _ in 0..count / 100 {
        steps(&engine, &mut state, 100);
        least_m = engine.depth_m(&state).into_iter().fold(least_m, f64::min);
    }
    assert_eq!(least_m, 0.0, "no cell owes water");
    println!(
        "{:.0} s: {:?}, error {:.1e}",
        state.time_s(),
        state.ledger(),
        state.ledger().relative_error()
    );
    *state.ledger()
}

#[test]
fn volume_closes_over_ten_thousand_steps() {
    // f32: a flux rounds to 6e-8 of itself; f64: the sums of the ledger do.
    let ledger = closes::<f32>(10_000);
    assert!(ledger.relative_error().abs() < 1e-6, "{ledger:?}");
    assert!(ledger.infiltrated_m3 > 0.0 && ledger.boundary_in_m3 > 0.0 && ledger.inflow_m3 > 0.0);
    assert!(closes::<f64>(2_000).relative_error().abs() < 1e-13);
}

fn on_threads(threads: usize) -> Vec<u8> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
    pool.install(|| {
        let (ground, forcing) = province();
        let engine = Engine::<f32>::subgrid(&ground, FACTOR, forcing, Params::local_inertia());
        let engine = engine.expect("a sound flood");
        let mut state = engine.start(&engine.depth_below_m(20.6)).expect("it starts");
        engine.advance(&mut state, 300.0).expect("it is stable");
        let checkpoint = engine.checkpoint(&state);
        let mut again = engine.restore(&checkpoint).expect("a checkpoint");
        engine.advance(&mut state, 600.0).expect("it is stable");
        engine.advance(&mut again, 600.0).expect("it is stable");
        let bytes = engine.checkpoint(&state);
        assert!(engine.checkpoint(&again) == bytes, "it goes on to the bit");
        let other =
            Engine::<f32>::new(&averaged(&province().0), province().1, Params::local_inertia());
        assert!(other.expect("sound").restore(&checkpoint).is_err(), "another kind of run");
        bytes
    })
}

#[test]
fn threads_and_restarts_change_no_bit() {
    assert!(on_threads(1) == on_threads(2));
}

/// Steady discharge of a channel three fine cells wide in a plain, between two levels, m³/s: what leaves
/// in the east.
fn carried(engine: &Engine<f64>, start_m: f64) -> f64 {
    let mut state = engine.start(&engine.depth_below_m(start_m)).expect("it starts");
    engine.advance(&mut state, 14_400.0).expect("it is stable");
    let ledger = engine.advance(&mut state, 15_000.0).expect("it is stable");
    ledger.boundary_out_m3 / 600.0
}

/// A plain with a channel 3 m deep and 30 m wide that swings by some cells from its middle line.
fn plain_with_channel(swing_m: f64) -> Ground {
    const COLUMNS: usize = 160;
    const ROWS: usize = 32;
    let bed = |at: usize| {
        let (x, y) = ((at % COLUMNS) as f64 * 10.0 + 5.0, (at / COLUMNS) as f64 * 10.0 + 5.0);
        let middle = 150.0 + swing_m * (std::f64::consts::TAU * x / 800.0).sin();
        let depth_m = if (y - middle).abs() <= 15.0 { 3.0 } else { 0.0 };
        5.0 - 0.0005 * x - depth_m
    };
    let ground = Ground::new(COLUMNS, ROWS, 10.0, (0..COLUMNS * ROWS).map(bed).collect());
    ground.and_then(|g| g.with_manning(vec![0.03; COLUMNS * ROWS])).expect("a plain")
}

#[test]
fn a_channel_narrower_than_a_cell_carries_what_it_carries_in_fine_cells() {
    let params = Params::local_inertia();
    let edges = |rows: usize| Forcing {
        edges: vec![level(Side::West, 0..rows, 4.0), level(Side::East, 0..rows, 3.2)],
        ..Forcing::default()
    };
    for (swing_m, most) in [(0.0, 0.02), (20.0, 0.15)] {
        let ground = plain_with_channel(swing_m);
        let fine = Engine::<f64>::new(&ground, edges(32), params).expect("a fine run");
        let wanted = carried(&fine, 3.6);
        let subgrid = Engine::<f64>::subgrid(&ground, FACTOR, edges(8), params).expect("coarse");
        let found = carried(&subgrid, 3.6);
        let plain = Engine::<f64>::new(&averaged(&ground), edges(8), params).expect("coarse");
        let plain = carried(&plain, 3.6);
        println!("swing {swing_m} m: fine {wanted:.2}, subgrid {found:.2}, plain {plain:.2} m³/s");
        assert!((found / wanted - 1.0).abs() < most, "{found} of {wanted} m³/s");
        assert!((plain / wanted - 1.0).abs() > 0.5, "{plain} of {wanted} m³/s");
    }
}

/// A valley of 1.6 × 0.96 km: a hummocky floor with a river 30 m wide in it, and its sides.
fn rough_valley() -> Ground {
    const COLUMNS: usize = 160;
    const ROWS: usize = 96;
    let mut next = noise(23);
    // Waves 60 to 200 m long in all directions, 15 cm high by root mean square.
    let hummocks: Vec<[f64; 3]> = (0..12)
        .map(|_| {
            let k = std::f64::consts::TAU / (60.0 + 140.0 * next());
            let (sin, cos) = (std::f64::consts::TAU * next()).sin_cos();
            [k * cos, k * sin, std::f64::consts::TAU * next()]
        })
        .collect();
    let bed = |at: usize| {
        let (x, y) = ((at % COLUMNS) as f64 * 10.0 + 5.0, (at / COLUMNS) as f64 * 10.0 + 5.0);
        let aside_m = (y - 480.0 - 30.0 * (std::f64::consts::TAU * x / 1600.0).sin()).abs();
        let river_m = if aside_m <= 15.0 { 3.0 } else { 0.0 };
        let hillside_m = 0.03 * (aside_m - 300.0).max(0.0);
        let wave = |[kx, ky, phase]: &[f64; 3]| 0.06 * (kx * x + ky * y + phase).sin();
        let hummock_m: f64 = hummocks.iter().map(wave).sum();
        10.0 - 0.0005 * x + hillside_m - river_m + hummock_m + 0.05 * next()
    };
    let ground = Ground::new(COLUMNS, ROWS, 10.0, (0..COLUMNS * ROWS).map(bed).collect());
    ground.and_then(|g| g.with_manning(vec![0.04; COLUMNS * ROWS])).expect("a valley")
}

/// Root of the mean square of what levels are off by, over the fine cells where the fine run has
/// 10 cm or more; a coarse run's level is that of its cell.
fn rmse_m(fine: &Engine<f32>, wanted: &State<f32>, coarse: &[f64]) -> f64 {
    let (depth, level) = (fine.depth_m(wanted), fine.level_m(wanted));
    let (columns, _) = fine.fine_size();
    let coarse_columns = columns / FACTOR;
    let mut squares = Vec::new();
    for at in (0..depth.len()).filter(|at| depth[*at] > 0.1) {
        let (column, row) = (at % columns / FACTOR, at / columns / FACTOR);
        squares.push((coarse[row * coarse_columns + column] - level[at]).powi(2));
    }
    assert!(squares.len() > 1000, "the storm floods something");
    (squares.iter().sum::<f64>() / squares.len() as f64).sqrt()
}

#[test]
fn a_storm_over_a_rough_valley_stands_as_high_as_in_fine_cells() {
    let params = Params::local_inertia();
    let ground = rough_valley();
    let forcing = |rows: usize| {
        let edge = Edge::Open { slope: 0.001 };
        let edges = vec![EdgeSpan { side: Side::East, cells: 0..rows, edge }];
        let rain = Rain::uniform(vec![0.0, 7200.0], &[60.0]).expect("it is rain");
        Forcing { rain: Some(rain), edges, ..Forcing::default() }
    };
    let dry = |engine: &Engine<f32>, cells: usize| {
        let mut state = engine.start(&vec![0.0; cells]).expect("it starts");
        engine.advance(&mut state, 7200.0).expect("it is stable");
        state
    };
    let cells = ground.bed_m().len();
    let fine = Engine::<f32>::new(&ground, forcing(96), params).expect("a fine run");
    let wanted = dry(&fine, cells);
    let subgrid = Engine::<f32>::subgrid(&ground, FACTOR, forcing(24), params).expect("coarse");
    let found = dry(&subgrid, cells / 16);
    let averaged = averaged(&ground);
    let plain = Engine::<f32>::new(&averaged, forcing(24), params).expect("coarse");
    let known = dry(&plain, cells / 16);
    // Where a coarse run is dry its level is its bed.
    let levels = |engine: &Engine<f32>, state: &State<f32>| -> Vec<f64> {
        let at = |at: usize| engine.level_at_m(state, at % 40, at / 40).expect("a cell");
        (0..cells / 16).map(at).collect()
    };
    let subgrid_m = rmse_m(&fine, &wanted, &levels(&subgrid, &found));
    let plain_m = rmse_m(&fine, &wanted, &levels(&plain, &known));
    println!(
        "RMSE of the level: subgrid {subgrid_m:.3} m, plain {plain_m:.3} m; stored {:.0}, {:.0}, {:.0} m³; steps {}, {}, {}",
        wanted.ledger().stored_m3,
        found.ledger().stored_m3,
        known.ledger().stored_m3,
        wanted.steps(),
        found.steps(),
        known.steps(),
    );
    assert!(subgrid_m < 0.5 * plain_m, "{subgrid_m} m, {plain_m} m");
}

#[test]
fn what_tables_cannot_know_is_refused() {
    let ground = || Ground::new(8, 8, 1.0, vec![0.0; 64]).expect("a yard");
    let refuses = |ground: &Ground, factor: usize, params: Params| {
        Engine::<f32>::subgrid(ground, factor, Forcing::default(), params).err()
    };
    let inertia = Params::local_inertia();
    assert!(matches!(refuses(&ground(), 0, inertia), Some(Error::Parameter { .. })));
    assert!(matches!(refuses(&ground(), 3, inertia), Some(Error::Subgrid { .. })));
    assert!(matches!(refuses(&ground(), 4, Params::hllc()), Some(Error::Subgrid { .. })));
    let porous = ground().with_porosity(&[0.5; 64], &[0.5; 64]).expect("houses");
    let refused = refuses(&porous, 4, inertia).expect("it is refused").to_string();
    assert!(refused.contains("porosity") && refused.contains("block"), "{refused}");
    assert!(refuses(&ground(), 4, inertia).is_none());
}

#[test]
fn soil_takes_water_where_it_stands_and_rain_where_it_falls() {
    // A trench in the first of four columns; without suction the soil takes K everywhere.
    let (k, hour_s) = (2e-6, 3600.0);
    let bed = (0..16).map(|at| if at % 4 == 0 { 0.0 } else { 5.0 }).collect();
    let soil = Soil::GreenAmpt { conductivity_m_s: k, suction_m: 0.0, moisture_deficit: 0.0 };
    let ground = Ground::new(4, 4, 5.0, bed).and_then(|g| g.with_soils(vec![soil], vec![0; 16]));
    let ground = ground.expect("a yard");
    for mm_per_h in [0.0, 3.6, 36.0] {
        let rain = Rain::uniform(vec![0.0, hour_s], &[mm_per_h]).expect("it is rain");
        let forcing = Forcing { rain: Some(rain), ..Forcing::default() };
        let engine = Engine::<f64>::subgrid(&ground, 4, forcing, Params::local_inertia());
        let engine = engine.expect("sound");
        let mut state = engine.start(&engine.depth_below_m(1.0)).expect("it starts");
        assert!((state.ledger().stored_m3 - 100.0).abs() < 1e-9, "1 m on a quarter of 400 m²");
        engine.advance(&mut state, hour_s).expect("it is stable");
        let on_land = k.min(mm_per_h / 3.6e6);
        let wanted_m3 = hour_s * (100.0 * k + 300.0 * on_land);
        let found_m3 = state.ledger().infiltrated_m3;
        assert!((found_m3 / wanted_m3 - 1.0).abs() < 1e-9, "{mm_per_h}: {found_m3} {wanted_m3}");
    }
}
