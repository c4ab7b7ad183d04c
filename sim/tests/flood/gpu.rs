//! A flood on a graphics processor against the same flood on the processor.
//!
//! Both compute in `f32`, in another order: a level rounds to its last place, 1.2e-7 of a metre or two. HLLC
//! passes that on as it is. Local inertia's discharge jumps where a face becomes wet, so that rounding can
//! move a film of some dry depths (0.1 mm) a step earlier. What is allowed of each is stated.

use sim::flood::{
    Edge, EdgeSpan, Engine, Error, Forcing, Ground, Inflow, Params, Rain, Series, Side, Soil,
    State,
    gpu::{Advance, Gpu},
    structures::{Ends, Structure, Weir, Works},
};

use crate::noise;

/// The device; none, with a word about it, where the machine has not even lavapipe.
#[expect(clippy::panic, reason = "a test stops by panicking")]
fn gpu() -> Option<Gpu> {
    match Gpu::open() {
        Ok(gpu) => Some(gpu),
        Err(error @ Error::NoAdapter) => {
            println!("SKIP: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// A flood run on both.
struct Both {
    engine: Engine<f32>,
    known: State<f32>,
    found: State<f32>,
}

impl Both {
    /// Runs a flood until some times, one after the other.
    fn run(
        gpu: &Gpu,
        (ground, forcing): (&Ground, Forcing),
        params: Params,
        depth_m: impl Fn(&Engine<f32>) -> Vec<f64>,
        until_s: &[f64],
    ) -> Self {
        let engine = Engine::<f32>::new(ground, forcing, params).expect("a sound flood");
        let mut known = engine.start(&depth_m(&engine)).expect("it starts");
        let mut found = known.clone();
        let mut on_gpu = gpu.prepare(engine.clone()).expect("the device takes it");
        for until_s in until_s {
            engine.advance(&mut known, *until_s).expect("it is stable");
            on_gpu.advance(&mut found, *until_s).expect("it is stable");
        }
        Self { engine, known, found }
    }

    /// The greatest difference of depths, m, after a look at what must hold anyway.
    fn apart_m(&self) -> f64 {
        assert_eq!(self.found.time_s(), self.known.time_s());
        let (known, found) = (self.known.ledger(), self.found.ledger());
        // A flux rounds to 6e-8 of itself, and rain to as much of a step's.
        assert!(found.relative_error().abs() < 1e-6, "{found:?}");
        let rained = |ledger: &sim::flood::Ledger| ledger.rain_m3 + ledger.inflow_m3;
        assert!((rained(found) - rained(known)).abs() <= 1e-6 * rained(known), "{found:?}");
        let least = self.engine.depth_m(&self.found).into_iter().fold(0.0, f64::min);
        assert_eq!(least, 0.0, "no cell owes water");
        let depths = self.engine.depth_m(&self.known).into_iter();
        let pairs = depths.zip(self.engine.depth_m(&self.found));
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }
}

/// Each scheme with what is allowed of it.
fn both_schemes(allowed_m: [f64; 2]) -> [(Params, f64); 2] {
    [(Params::hllc(), allowed_m[0]), (Params::local_inertia(), allowed_m[1])]
}

#[test]
fn a_dam_breaks_as_on_the_processor() {
    let Some(gpu) = gpu() else { return };
    println!("{}{}", gpu.name(), if gpu.is_software() { ", a program" } else { "" });
    // 90 × 70 cells with a building; water on one side of a wall, a film of 5 cm on a part of the other.
    let blocked =
        (0..90 * 70).map(|i| (40..46).contains(&(i % 90)) && (20..30).contains(&(i / 90)));
    let ground = Ground::new(90, 70, 2.0, vec![0.0; 90 * 70])
        .and_then(|g| g.with_manning(vec![0.03; 90 * 70]))
        .and_then(|g| g.with_blocked(blocked.collect()))
        .expect("a basin");
    let depth = |_: &Engine<f32>| -> Vec<f64> {
        let depth = |i: usize| match (i % 90, i / 90) {
            (0..30, _) => 2.0,
            (40..46, 20..30) => 0.0,
            (_, 35..) => 0.05,
            _ => 0.0,
        };
        (0..90 * 70).map(depth).collect()
    };
    // Rounding after a hundred steps of fronts and jumps; ten dry depths.
    for (params, most_m) in both_schemes([1e-5, 1e-3]) {
        let both = Both::run(&gpu, (&ground, Forcing::default()), params, depth, &[4.0, 15.0]);
        let apart_m = both.apart_m();
        let (known, found) = (both.engine.maxima(&both.known), both.engine.maxima(&both.found));
        let speed = known.speed_m_s.iter().zip(&found.speed_m_s).map(|(a, b)| (a - b).abs());
        let speed = speed.fold(0.0, f32::max);
        let reached = |maxima: &sim::flood::Maxima| {
            maxima.arrival_s[0].iter().filter(|time_s| !time_s.is_nan()).count() as f64
        };
        println!(
            "dam break, {:?}: {apart_m:.1e} m, maxima of speed {speed:.1e} m/s, steps {} and {}",
            params.scheme,
            both.known.steps(),
            both.found.steps()
        );
        assert!(apart_m < most_m, "{apart_m:e} m");
        assert!(speed < 1e-3, "{speed} m/s");
        assert!(
            (reached(&found) / reached(&known) - 1.0).abs() < 0.01,
            "as many cells are reached"
        );
        assert!(both.found.steps().abs_diff(both.known.steps()) < 5);
    }
}

/// Rough land with a river on it, a stream from above and open to the south.
fn rough_land() -> (Ground, Forcing) {
    const COLUMNS: usize = 70;
    const ROWS: usize = 60;
    let mut next = noise(9);
    let bed = |i: usize| {
        let (column, row) = ((i % COLUMNS) as f64, (i / COLUMNS) as f64);
        200.0 + 0.05 * row + 0.02 * (column - 35.0).abs() + 0.1 * next()
    };
    let bed: Vec<f64> = (0..COLUMNS * ROWS).map(bed).collect();
    let ground = Ground::new(COLUMNS, ROWS, 5.0, bed)
        .and_then(|g| g.with_manning(vec![0.04; COLUMNS * ROWS]))
        .and_then(|g| g.with_blocked((0..COLUMNS * ROWS).map(|i| i % 61 == 7).collect()))
        .and_then(|g| g.with_wall(20, 30, Side::East))
        .expect("rough land");
    let zones = (0..COLUMNS * ROWS).map(|i| u32::from(i % COLUMNS > 40)).collect();
    let mm_per_h = [60.0, 120.0, 0.0, 30.0];
    let rain = Rain::gridded(vec![10.0, 300.0, 900.0], 2, &mm_per_h, zones).expect("it is rain");
    let stream = Series::new("a stream", vec![(0.0, 0.0), (200.0, 2.0)]).expect("a stream");
    let forcing = Forcing {
        rain: Some(rain),
        inflows: vec![Inflow { cells: vec![(35, 58), (36, 58)], discharge_m3_s: stream }],
        edges: vec![EdgeSpan {
            side: Side::South,
            cells: 0..COLUMNS,
            edge: Edge::Open { slope: 0.01 },
        }],
    };
    (ground, forcing)
}

#[test]
fn rain_on_rough_land_stands_as_high_as_on_the_processor() {
    let Some(gpu) = gpu() else { return };
    // Rain waits over dry tiles until 0.1 mm lie there, and inflows are even over a minute, so that the
    // same water runs by some seconds earlier or later; films.
    for (params, most_m) in both_schemes([1e-4, 2e-3]) {
        let (ground, forcing) = rough_land();
        let dry = |engine: &Engine<f32>| vec![0.0; engine.depth_below_m(0.0).len()];
        let both = Both::run(&gpu, (&ground, forcing), params, dry, &[400.0, 960.0]);
        let (apart_m, out) = (both.apart_m(), both.known.ledger().boundary_out_m3);
        let out_apart = (both.found.ledger().boundary_out_m3 / out - 1.0).abs();
        println!(
            "rain, {:?}: {apart_m:.1e} m, outflow {out:.0} m³ off by {out_apart:.1e}",
            params.scheme
        );
        assert!(apart_m < most_m, "{apart_m:e} m");
        assert!(out_apart < 1e-3, "{out_apart:e}");
    }
}

#[test]
fn a_lake_rests_on_the_device_too() {
    let Some(gpu) = gpu() else { return };
    let mut next = noise(7);
    let bed = (0..70 * 45).map(|_| 1.6 * next()).collect();
    let ground = Ground::new(70, 45, 2.0, bed)
        .and_then(|g| g.with_blocked((0..70 * 45).map(|i| i % 97 == 13).collect()))
        .expect("a lake");
    let level = Edge::Level(Series::constant("the sea", 1.0).expect("a level"));
    let edges = vec![EdgeSpan { side: Side::West, cells: 0..45, edge: level }];
    // 32 units in the last place of a metre: one for each step of the bed that is off by one.
    for (params, most_m) in both_schemes([32.0 * f64::from(f32::EPSILON); 2]) {
        let forcing = Forcing { edges: edges.clone(), ..Forcing::default() };
        let lake = |engine: &Engine<f32>| engine.depth_below_m(1.0);
        let both = Both::run(&gpu, (&ground, forcing), params, lake, &[60.0]);
        let (u, v) = both.engine.velocity_m_s(&both.found);
        let fastest = u.iter().chain(&v).fold(0.0_f64, |most, speed| most.max(speed.abs()));
        let moved_m = both.apart_m();
        println!("lake, {:?}: {fastest:.1e} m/s, {moved_m:.1e} m", params.scheme);
        // As on the processor: a level off by its last place moves a film with √(g/h)·δ.
        assert!(fastest < 1e-4, "{fastest:e} m/s");
        assert!(moved_m < most_m, "{moved_m:e} m");
    }
}

#[test]
fn a_tide_comes_in_and_goes_out_as_on_the_processor() {
    let Some(gpu) = gpu() else { return };
    let bed = |i: usize| 0.02 * (i % 80) as f64 + 0.3 * ((i / 80) as f64 * 0.3).sin();
    let ground = Ground::new(80, 40, 10.0, (0..80 * 40).map(bed).collect())
        .and_then(|g| g.with_manning(vec![0.03; 80 * 40]))
        .expect("a shore");
    let tide = (0..=40).map(|i| (60.0 * f64::from(i), 0.8 + 0.6 * (0.16 * f64::from(i)).sin()));
    let tide = Series::new("the tide", tide.collect()).expect("a tide");
    let edges = vec![EdgeSpan { side: Side::West, cells: 0..40, edge: Edge::Level(tide) }];
    // Films that the ebb leaves in hollows come to rest a step earlier in one than in the other.
    for (params, most_m) in both_schemes([3e-4, 2e-3]) {
        let forcing = Forcing { edges: edges.clone(), ..Forcing::default() };
        let sea = |engine: &Engine<f32>| engine.depth_below_m(0.8);
        let both = Both::run(&gpu, (&ground, forcing), params, sea, &[900.0, 2400.0]);
        let apart_m = both.apart_m();
        let (known, found) = (both.known.ledger(), both.found.ledger());
        let came = (found.boundary_in_m3 / known.boundary_in_m3 - 1.0).abs();
        println!(
            "tide, {:?}: {apart_m:.1e} m, {:.0} m³ came, off by {came:.1e}",
            params.scheme, known.boundary_in_m3
        );
        assert!(apart_m < most_m, "{apart_m:e} m");
        assert!(came < 1e-4, "{came:e}");
    }
}

#[test]
fn a_checkpoint_of_the_device_goes_on_on_the_processor() {
    let Some(gpu) = gpu() else { return };
    let (ground, forcing) = rough_land();
    let engine = Engine::<f32>::new(&ground, forcing, Params::hllc()).expect("a sound flood");
    let mut state = engine.start(&vec![0.0; 70 * 60]).expect("it starts");
    let mut on_gpu = gpu.prepare(engine.clone()).expect("the device takes it");
    on_gpu.advance(&mut state, 300.0).expect("it is stable");
    let mut again = engine.restore(&engine.checkpoint(&state)).expect("a checkpoint");
    engine.advance(&mut state, 400.0).expect("it is stable");
    engine.advance(&mut again, 400.0).expect("it is stable");
    assert!(engine.checkpoint(&again) == engine.checkpoint(&state));
    assert!(state.ledger().relative_error().abs() < 1e-6, "{:?}", state.ledger());
}

#[test]
fn what_the_device_cannot_do_is_refused() {
    let Some(gpu) = gpu() else { return };
    let yard = || Ground::new(8, 8, 1.0, vec![0.0; 64]).expect("a yard");
    let refused = |ground: Ground, params: Params| {
        let engine = Engine::<f32>::new(&ground, Forcing::default(), params).expect("sound");
        match gpu.prepare(engine) {
            Err(Error::Refused { what, .. }) => what,
            Err(error) => panic!("{error}"),
            Ok(_) => "nothing",
        }
    };
    assert_eq!(refused(yard(), Params::hllc()), "nothing");
    assert_eq!(refused(yard(), Params::muscl()), "MUSCL–Hancock");
    let porous = yard().with_porosity(&[0.5; 64], &[0.5; 64]).expect("houses");
    assert_eq!(refused(porous, Params::hllc()), "buildings by porosity");
    let soil = Soil::CurveNumber { number: 80.0 };
    let soft = yard().with_soils(vec![soil], vec![0; 64]).expect("soil");
    assert_eq!(refused(soft, Params::hllc()), "soil that takes water");
    let between = Ends { from: vec![(1, 1)], to: vec![(5, 5)] };
    let weir = Weir { between, crest_m: 1.0, width_m: 4.0, coefficient: 1.0 };
    let works = vec![Structure { name: "đập".into(), works: Works::Weir(weir) }];
    let built = yard().with_structures(works).expect("a weir");
    assert_eq!(refused(built, Params::hllc()), "structures");
    let coarse = Engine::<f32>::subgrid(&yard(), 4, Forcing::default(), Params::local_inertia());
    let refused = gpu.prepare(coarse.expect("sound")).err().map(|error| error.to_string());
    assert!(refused.is_some_and(|error| error.contains("subgrid") && error.contains("cpu")));
}
