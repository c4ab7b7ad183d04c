//! Structures pass what their formulae say, and never water that is not there.

use proptest::prelude::*;
use rayon::ThreadPoolBuilder;
use sim::{
    Real,
    flood::{
        Edge, EdgeSpan, Engine, Error, Forcing, Ground, Inflow, Params, Series, Side, State,
        structures::{
            Barrel, Breach, Culvert, Ends, Gate, Growth, Inlet, Levee, LeveeFace, Opening, Pump,
            Structure, Trigger, Weir, Works, weir_discharge_m3_s,
        },
    },
};

use crate::{conserve::country, noise};

fn named(works: Works) -> Structure {
    Structure { name: "thử".into(), works }
}

fn ends(from: (usize, usize), to: (usize, usize)) -> Ends {
    Ends { from: vec![from], to: vec![to] }
}

fn weir(between: Ends) -> Weir {
    Weir { between, crest_m: 1.0, width_m: 5.0, coefficient: 0.9 }
}

fn culvert(between: Ends) -> Culvert {
    Culvert {
        between,
        barrel: Barrel::Circular { diameter_m: 1.0 },
        count: 2,
        length_m: 40.0,
        manning: 0.013,
        entrance_loss: 0.5,
        inlet: Inlet::PIPE_SQUARE_EDGE,
        from_invert_m: 0.2,
        to_invert_m: 0.1,
        has_flap: false,
    }
}

fn gate(between: Ends, opening: Opening) -> Gate {
    Gate { between, sill_m: 0.5, width_m: 4.0, opening, is_one_way: false }
}

fn held(opening_m: f64) -> Opening {
    Opening::Schedule(Series::constant("the opening", opening_m).expect("an opening"))
}

/// Two cells of 100 m with a wall between, and a structure.
fn basins(works: Works) -> Engine<f64> {
    let ground = Ground::new(2, 1, 100.0, vec![0.0; 2]).and_then(|g| g.with_wall(0, 0, Side::East));
    let ground = ground.and_then(|g| g.with_structures(vec![named(works)])).expect("two basins");
    Engine::new(&ground, Forcing::default(), Params::hllc()).expect("a sound flood")
}

/// What a structure between two basins passes at two depths, m³/s.
fn discharge(works: Works, depth_m: [f64; 2]) -> f64 {
    let engine = basins(works);
    let mut state = engine.start(&depth_m).expect("it starts");
    engine.step(&mut state, 0.01).expect("it is stable");
    state.structures()[0].passed().discharge_m3_s()
}

#[test]
fn each_structure_passes_what_its_formula_says() {
    let between = || ends((0, 0), (1, 0));
    let same =
        |found: f64, wanted: f64| assert!((found / wanted - 1.0).abs() < 1e-6, "{found} {wanted}");
    same(
        discharge(Works::Weir(weir(between())), [3.0, 0.2]),
        weir_discharge_m3_s(2.0, -1.0, 5.0, 0.9),
    );
    same(
        discharge(Works::Weir(weir(between())), [2.0, 3.0]),
        -weir_discharge_m3_s(2.0, 1.0, 5.0, 0.9),
    );
    // Full and drowned at both ends: 2·A·√(2g·ΔH / (1 + K_e + 2g·n²·L/R^(4/3))).
    let losses = 1.5 + 2.0 * 9.81 * 0.013_f64.powi(2) * 40.0 / 0.25_f64.powf(4.0 / 3.0);
    let full = 2.0 * std::f64::consts::PI / 4.0 * (2.0 * 9.81 * 0.4 / losses).sqrt();
    same(discharge(Works::Culvert(culvert(between())), [3.0, 2.6]), full);
    // Inlet control: K_u·Q/(A·√D) = √((HW/D + ½S − Y)/c).
    let short = Culvert { length_m: 10.0, ..culvert(between()) };
    let number = ((2.8 + 0.5 * 0.1 / 10.0 - 0.67) / 0.0398_f64).sqrt();
    let inlet = 2.0 * number * std::f64::consts::PI / 4.0 / 1.811;
    same(discharge(Works::Culvert(short), [3.0, 0.0]), inlet);
    // Swamee's free gate, h₀ = 2.5 m, a = 0.5 m.
    let free = 0.611 * (2.0 / 10.0_f64).powf(0.072) * 0.5 * 4.0 * (2.0 * 9.81 * 2.5).sqrt();
    same(discharge(Works::Gate(gate(between(), held(0.5))), [3.0, 0.1]), free);
    let face = LeveeFace { column: 0, row: 0, side: Side::East, crest_m: 2.0, length_m: 80.0 };
    let levee = Levee { faces: vec![face], coefficient: 1.0, breaches: Vec::new() };
    same(discharge(Works::Levee(levee), [2.3, 1.0]), weir_discharge_m3_s(0.3, -1.0, 80.0, 1.0));
    let pump = Pump {
        from: vec![(0, 0)],
        to: vec![(1, 0)],
        capacity_m3_s: 3.0,
        starts_at_m: 1.0,
        stops_at_m: 0.5,
    };
    same(discharge(Works::Pump(pump.clone()), [1.2, 2.0]), 3.0);
    assert_eq!(discharge(Works::Pump(pump), [0.8, 2.0]), 0.0);
}

#[test]
fn a_basin_fills_until_its_weir_passes_what_comes() {
    // 6 m³/s into 50 × 50 m; the weir's head in the end is (Q / (1.705·0.9·5))^(2/3).
    for params in [Params::hllc(), Params::local_inertia(), Params::muscl()] {
        let ground = Ground::new(10, 5, 10.0, vec![0.0; 50]).expect("a basin and a run");
        let ground = (0..5).try_fold(ground, |g, row| g.with_wall(4, row, Side::East));
        let between = Ends {
            from: (0..5).map(|row| (4, row)).collect(),
            to: (0..5).map(|row| (5, row)).collect(),
        };
        let structures = vec![named(Works::Weir(weir(between)))];
        let ground = ground.and_then(|g| g.with_structures(structures)).expect("a weir");
        let river = Series::constant("a river", 6.0).expect("a discharge");
        let inflows = vec![Inflow { cells: vec![(0, 2)], discharge_m3_s: river }];
        let edge = Edge::Open { slope: 0.01 };
        let edges = vec![EdgeSpan { side: Side::East, cells: 0..5, edge }];
        let forcing = Forcing { inflows, edges, ..Forcing::default() };
        let engine = Engine::<f32>::new(&ground, forcing, params).expect("a sound flood");
        let mut state = engine.start(&[0.0; 50]).expect("it starts");
        engine.advance(&mut state, 4000.0).expect("it is stable");
        let head_m = (6.0 / weir_discharge_m3_s(1.0, -1.0, 5.0, 0.9)).powf(2.0 / 3.0);
        let depth = engine.depth_m(&state);
        let level_m = (0..5).map(|row| depth[row * 10 + 4]).sum::<f64>() / 5.0;
        let passed = state.structures()[0].passed();
        println!("{:?}: {level_m:.4} m for {:.4} m", params.scheme, 1.0 + head_m);
        // The basin still moves a little: velocity heads of 1 mm.
        assert!((level_m - 1.0 - head_m).abs() < 0.005, "{level_m} {head_m}");
        assert!((passed.discharge_m3_s() / 6.0 - 1.0).abs() < 0.005, "{passed:?}");
        let graph = passed.hydrograph();
        assert!(graph[2].1 == 0.0 && (graph[graph.len() - 2].1 / 6.0 - 1.0).abs() < 0.005);
        assert!(state.ledger().relative_error().abs() < 1e-6);
    }
}

#[test]
fn basins_become_level_through_a_culvert_and_rest() {
    let works = Works::Culvert(culvert(ends((0, 0), (1, 0))));
    let engine = basins(works);
    let mut state = engine.start(&[1.5, 0.0]).expect("it starts");
    let mut before_m = 1.5;
    for _ in 0..4000 {
        engine.step(&mut state, 10.0).expect("it is stable");
        let depth = engine.depth_m(&state);
        assert!(depth[0] <= before_m && depth[0] >= depth[1] - 1e-12, "{depth:?}");
        before_m = depth[0];
    }
    let depth = engine.depth_m(&state);
    assert!((depth[0] - 0.75).abs() < 1e-3 && (depth[1] - 0.75).abs() < 1e-3, "{depth:?}");
}

#[test]
fn a_pump_starts_stops_and_takes_water_out_of_the_area() {
    let works = Works::Pump(Pump {
        from: vec![(0, 0)],
        to: Vec::new(),
        capacity_m3_s: 20.0,
        starts_at_m: 1.0,
        stops_at_m: 0.4,
    });
    let engine = basins(works);
    let mut state = engine.start(&[1.1, 0.3]).expect("it starts");
    assert!(state.structures()[0].is_on());
    engine.advance(&mut state, 1000.0).expect("it is stable");
    // It stops at the end of the step in which the level falls to 0.4 m.
    let depth = engine.depth_m(&state);
    assert!((0.37..=0.4).contains(&depth[0]) && !state.structures()[0].is_on(), "{depth:?}");
    let ledger = state.ledger();
    let passed = state.structures()[0].passed();
    assert!((ledger.pumped_out_m3 - (1.1 - depth[0]) * 1e4).abs() < 1e-6, "{ledger:?}");
    assert!(passed.volume_m3() == ledger.pumped_out_m3);
    assert!((passed.greatest_m3_s() - 20.0).abs() < 1e-12);
    assert!(ledger.relative_error().abs() < 1e-13);
}

#[test]
fn a_tide_gate_lets_the_ebb_out_and_not_the_flood_in() {
    let between = || ends((0, 0), (1, 0));
    let one_way = |depth_m| {
        let gate = Gate { is_one_way: true, ..gate(between(), held(1.0)) };
        discharge(Works::Gate(gate), depth_m)
    };
    assert!(one_way([2.0, 1.0]) > 1.0 && one_way([1.0, 2.0]) == 0.0);
    let flap = Culvert { has_flap: true, ..culvert(between()) };
    assert!(discharge(Works::Culvert(flap.clone()), [2.0, 1.0]) > 1.0);
    assert_eq!(discharge(Works::Culvert(flap), [1.0, 2.0]), 0.0);
}

/// A river of 2 m beside a plain, with a levee of 3 m between them that breaches after a minute.
fn breaching(params: Params) -> Engine<f64> {
    let mut levee = Levee::along(&[[200.0, 0.0, 3.0], [200.0, 300.0, 3.0]], (40, 30), 10.0);
    let over = |pairs: &[(f64, f64)]| Series::new("a breach", pairs.to_vec()).expect("it ascends");
    levee.breaches.push(Breach {
        at_m: 150.0,
        trigger: Trigger::At(60.0),
        growth: Growth::Given {
            crest_m: over(&[(0.0, 3.0), (120.0, 0.5)]),
            width_m: over(&[(0.0, 5.0), (120.0, 5.0), (400.0, 45.0)]),
        },
    });
    let ground = Ground::new(40, 30, 10.0, vec![0.0; 1200]);
    let ground = ground.and_then(|g| g.with_manning(vec![0.03; 1200]));
    let ground = ground.and_then(|g| g.with_structures(vec![named(Works::Levee(levee))]));
    Engine::new(&ground.expect("a levee"), Forcing::default(), params).expect("a sound flood")
}

#[test]
fn a_levee_holds_until_it_breaches_and_then_floods_the_plain() {
    for params in [Params::hllc(), Params::local_inertia(), Params::muscl()] {
        let engine = breaching(params);
        let depth: Vec<f64> = (0..1200).map(|i| if i % 40 < 20 { 2.0 } else { 0.0 }).collect();
        let mut state = engine.start(&depth).expect("it starts");
        engine.advance(&mut state, 100.0).expect("it is stable");
        assert_eq!(
            state.structures()[0].passed().volume_m3(),
            0.0,
            "the bottom is still above 2 m"
        );
        // Bottom at 1 m after 96 s, 5 m wide: near the broad-crested weir at a head that falls slowly.
        engine.advance(&mut state, 156.0).expect("it is stable");
        let early = state.structures()[0].passed().discharge_m3_s();
        let wanted = weir_discharge_m3_s(1.0, -1.0, 5.0, 1.0);
        assert!((early / wanted - 1.0).abs() < 0.12, "{early} {wanted}");
        engine.advance(&mut state, 3600.0).expect("it is stable");
        let passed = state.structures()[0].passed();
        let depth = engine.depth_m(&state);
        let plain_m3: f64 = (0..1200).filter(|i| i % 40 >= 20).map(|i| depth[i] * 100.0).sum();
        println!("{:?}: greatest {:.1} m³/s", params.scheme, passed.greatest_m3_s());
        assert!((passed.volume_m3() / plain_m3 - 1.0).abs() < 1e-12);
        assert!(passed.greatest_m3_s() > 30.0 && passed.greatest_at_s() > 300.0);
        // Both sides end near 1 m, above the bottom of 0.5 m.
        assert!(
            (depth[15 * 40 + 2] - 1.0).abs() < 0.05 && (depth[15 * 40 + 38] - 1.0).abs() < 0.05
        );
        assert!(state.ledger().relative_error().abs() < 1e-12);
        assert_eq!(state.structures()[0].breaches()[0].began_s, Some(60.0));
    }
}

/// A country with one structure of each kind in places from a seed.
fn built<R: Real>(seed: u64, params: Params) -> (Engine<R>, State<R>) {
    let (ground, forcing) = country(seed, 2.0);
    let mut next = noise(seed ^ 0xd07);
    let mut cell = || loop {
        let at = ((45.0 * next()) as usize, (36.0 * next()) as usize);
        let probe = Structure { name: String::new(), works: Works::Weir(weir(ends(at, (3, 1)))) };
        let ground = ground.clone().with_structures(vec![probe]);
        let is_open = ground.is_ok_and(|g| Engine::<R>::new(&g, forcing.clone(), params).is_ok());
        if is_open {
            return at;
        }
    };
    let mut between = || loop {
        let (from, to) = (cell(), cell());
        if from != to {
            return ends(from, to);
        }
    };
    let low = 200.2;
    let mut levee = Levee::along(
        &[[20.0, 0.0, 201.2], [90.0, 80.0, 200.8], [180.0, 110.0, 201.5]],
        (45, 36),
        4.0,
    );
    levee.breaches.push(Breach {
        at_m: 90.0,
        trigger: Trigger::Overtopped { head_m: -0.5, for_s: 3.0 },
        growth: Growth::Eroding {
            lowest_m: low,
            deepens_s: 5.0,
            first_width_m: 2.0,
            widest_m: 30.0,
            critical_m_s: 0.3,
        },
    });
    let opening = Opening::Rule {
        at: (3, 1),
        opens_at_m: 201.2,
        closes_at_m: 200.9,
        opening_m: 0.8,
        speed_m_s: 0.1,
    };
    let pump = |ends: Ends, is_out: bool| Pump {
        from: ends.from,
        to: if is_out { Vec::new() } else { ends.to },
        capacity_m3_s: 2.0,
        starts_at_m: low,
        stops_at_m: low - 0.1,
    };
    let structures = vec![
        named(Works::Levee(levee)),
        named(Works::Weir(Weir { crest_m: low, ..weir(between()) })),
        named(Works::Culvert(Culvert {
            from_invert_m: low,
            to_invert_m: low,
            ..culvert(between())
        })),
        named(Works::Gate(Gate { sill_m: low, ..gate(between(), opening) })),
        named(Works::Pump(pump(between(), true))),
        named(Works::Pump(pump(between(), false))),
    ];
    let ground = ground.with_structures(structures).expect("sound structures");
    let engine = Engine::<R>::new(&ground, forcing, params).expect("a sound flood");
    let state = engine.start(&engine.depth_below_m(200.8)).expect("it starts");
    (engine, state)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn structures_make_no_water_and_leave_no_depth_below_zero(seed: u64) {
        for params in [Params::hllc(), Params::local_inertia(), Params::muscl()] {
            let (engine, mut state) = built::<f64>(seed, params);
            for _ in 0..80 {
                let dt_s = engine.stable_step(&state);
                engine.step(&mut state, dt_s).expect("it is stable");
                prop_assert!(engine.depth_m(&state).iter().all(|depth| *depth >= 0.0));
            }
            let ledger = state.ledger();
            // The sums of the ledger round.
            prop_assert!(ledger.relative_error().abs() < 1e-13, "{ledger:?}");
            let out = state.structures()[4].passed().volume_m3();
            prop_assert!((out - ledger.pumped_out_m3).abs() <= 1e-12 * ledger.pumped_out_m3);
            let (engine, mut state) = built::<f32>(seed, params);
            engine.advance(&mut state, 20.0).expect("it is stable");
            prop_assert!(engine.depth_m(&state).iter().all(|depth| *depth >= 0.0));
            prop_assert!(state.ledger().relative_error().abs() < 1e-6, "{:?}", state.ledger());
        }
    }
}

#[test]
fn structures_give_the_same_bits_on_two_threads_and_across_a_restart() {
    for params in [Params::hllc(), Params::local_inertia(), Params::muscl()] {
        let run = |threads: usize, stops: bool| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| {
                let (engine, mut state) = built::<f32>(5, params);
                engine.advance(&mut state, 12.0).expect("it is stable");
                if stops {
                    let bytes = engine.checkpoint(&state);
                    state = engine.restore(&bytes).expect("it is a checkpoint");
                }
                engine.advance(&mut state, 40.0).expect("it is stable");
                (engine.checkpoint(&state), state)
            })
        };
        let (once, state) = run(1, false);
        assert!(once == run(2, false).0 && once == run(2, true).0, "{params:?}");
        let busy = |at: usize| state.structures()[at].passed().greatest_m3_s() != 0.0;
        let is_busy: Vec<bool> = (0..6).map(busy).collect();
        assert!(is_busy.iter().filter(|busy| **busy).count() >= 5, "{is_busy:?}");
        assert!(state.structures()[0].breaches()[0].began_s.is_some(), "the levee gave way");
    }
}

#[test]
fn structures_that_make_no_sense_are_refused_with_their_name() {
    let ground = || Ground::new(4, 4, 10.0, vec![0.0; 16]).expect("a plain");
    let same = weir(ends((1, 1), (1, 1)));
    let thin = Weir { width_m: 0.0, ..weir(ends((1, 1), (2, 1))) };
    for works in [same, thin].map(Works::Weir) {
        let refused = ground().with_structures(vec![named(works)]).expect_err("no sense");
        assert!(refused.to_string().contains("thử"), "{refused}");
    }
    let far = vec![named(Works::Weir(weir(ends((1, 1), (9, 1)))))];
    let ground = ground().with_structures(far).expect("its numbers make sense");
    let refused = Engine::<f64>::new(&ground, Forcing::default(), Params::hllc()).map(|_| ());
    assert_eq!(refused, Err(Error::Place { what: "a structure", column: 9, row: 1 }));
}
