//! A flood over its drains: no water made or lost between them, formulae kept, rest kept, the same bits.

#![expect(clippy::expect_used, reason = "a test stops by panicking")]

use city::drainage::{Conduit, Inflow, Link, Network, Node, NodeKind, Section, Stage, Storage};
use rayon::ThreadPoolBuilder;
use sim::{
    Real,
    coupled::{Engine, Error, InletAt, Meetings, OutfallAt, State},
    drainage::{self, FREE_WEIR, Inlet},
    flood::{self, Forcing, GRAVITY, Ground, Rain},
};

const SCHEMES: [fn() -> flood::Params; 3] =
    [flood::Params::hllc, flood::Params::local_inertia, flood::Params::muscl];

fn pipe(diameter_m: f64, length_m: f64) -> Conduit {
    Conduit::new(length_m, 0.013, Section::Circular { diameter_m })
}

fn gully(node: &str, crest_m: f64, cells: &[(usize, usize)]) -> InletAt {
    let inlet = Inlet { node: node.into(), crest_m, rim_m: 2.0, area_m2: 0.4 };
    InletAt { inlet, cells: cells.to_vec() }
}

fn drains(network: &Network) -> drainage::Engine {
    drainage::Engine::new(network, drainage::Params::default()).expect("sound drains")
}

/// A street of 60 × 5 cells of 4 m that falls by 2 ‰ to the east, seven manholes in its gutter, and an
/// outfall into the ditch of its last column.
fn street<R: Real>(params: flood::Params, outfall_is_met: bool) -> Engine<R> {
    let ground_m = |column: usize, row: usize| {
        let ditch_m = if column == 59 { -1.5 } else { 0.0 };
        10.0 - 0.008 * column as f64 + 0.03 * (row as f64 - 2.0).abs() + ditch_m
    };
    let bed = (0..300).map(|i| ground_m(i % 60, i / 60)).collect();
    let ground = Ground::new(60, 5, 4.0, bed).and_then(|g| g.with_manning(vec![0.015; 300]));
    // 90 mm/h for a quarter of an hour, then none.
    let rain = Rain::uniform(vec![0.0, 900.0, 901.0], &[90.0, 0.0]).expect("rain");
    let forcing = Forcing { rain: Some(rain), ..Forcing::default() };
    let surface = flood::Engine::new(&ground.expect("a street"), forcing, params).expect("sound");
    let column = |i: usize| 4 + 8 * i;
    let name = |i: usize| if i == 7 { "CX".to_owned() } else { format!("HG{i}") };
    let invert_m = |i: usize| 8.6 - 0.1 * i as f64;
    let mut nodes: Vec<Node> = (0..7)
        .map(|i| Node::junction(&name(i), invert_m(i), ground_m(column(i), 2) - invert_m(i)))
        .collect();
    nodes.push(Node::outfall("CX", invert_m(7)));
    let links = (0..7)
        .map(|i| Link::new(&format!("C{i}"), &name(i), &name(i + 1), pipe(0.3, 32.0)))
        .collect();
    let network = Network { nodes, links, inflows: vec![] };
    let inlet = |i: usize| gully(&name(i), ground_m(column(i), 2), &[(column(i), 2)]);
    let outfall = OutfallAt { node: "CX".into(), cells: (0..5).map(|row| (59, row)).collect() };
    let outfalls = if outfall_is_met { vec![outfall] } else { vec![] };
    let meetings = Meetings { inlets: (0..7).map(inlet).collect(), outfalls };
    Engine::new(surface, drains(&network), meetings).expect("they meet")
}

fn storm<R: Real>(params: flood::Params, outfall_is_met: bool) -> (Engine<R>, State<R>) {
    let engine = street(params, outfall_is_met);
    let mut state = engine.start(&[0.0; 300]).expect("dry");
    engine.advance(&mut state, 1800.0).expect("a stable run");
    (engine, state)
}

/// Both sides tell of the same volumes, and together nothing is lost but what the drains' ledger says.
fn check_storm<R: Real>(params: flood::Params, outfall_is_met: bool) {
    let (engine, state) = storm::<R>(params, outfall_is_met);
    let ledger = state.ledger();
    let (surface, drains) = (&ledger.surface, &ledger.drains);
    assert!(surface.rain_m3 > 107.0 && drains.exchanged_in_m3 > 50.0, "{ledger:?}");
    assert_eq!(drains.exchanged_out_m3 > 20.0, outfall_is_met, "{ledger:?}");
    // What waits is what one step's exchange has beyond a cell's last digit.
    assert!(ledger.waiting_m3().abs() < 1e-6, "{ledger:?}");
    assert!((drains.exchanged_in_m3 - surface.drained_m3).abs() < 1e-5, "{ledger:?}");
    assert!((drains.exchanged_out_m3 - surface.surcharged_m3).abs() < 1e-5, "{ledger:?}");
    // f32 with compensated sums; the ledger itself is f64.
    assert!(surface.relative_error().abs() < 1e-6, "{surface:?}");
    // The bound that the drains' documentation states for what is not under pressure for long.
    assert!(drains.relative_error().abs() < 0.01, "{}", drains.relative_error());
    let lost_m3 = ledger.error_m3() - drains.error_m3();
    assert!(lost_m3.abs() < 1e-6 * surface.rain_m3, "{lost_m3}");
    let passed = engine.passed(&state);
    let (down_m3, up_m3) =
        passed.iter().fold((0.0, 0.0), |sum, at| (sum.0 + at.down_m3, sum.1 + at.up_m3));
    assert!((down_m3 - drains.exchanged_in_m3).abs() < 1e-9, "{passed:?}");
    assert!((up_m3 - drains.exchanged_out_m3).abs() < 1e-9, "{passed:?}");
}

#[test]
fn volumes_close_over_a_storm() {
    for params in SCHEMES {
        check_storm::<f32>(params(), true);
    }
    check_storm::<f64>(flood::Params::hllc(), true);
    check_storm::<f32>(flood::Params::hllc(), false);
}

/// A basin of 20 × 20 m that holds 0.4 m, over a manhole with a pipe that carries whatever comes.
fn pond<R: Real>(params: flood::Params, cells: usize) -> (Engine<R>, State<R>) {
    let count = cells * cells;
    let ground = Ground::new(cells, cells, 20.0 / cells as f64, vec![5.0; count]).expect("flat");
    let surface = flood::Engine::new(&ground, Forcing::default(), params).expect("sound");
    let network = Network {
        nodes: vec![Node::junction("HG", 1.0, 4.0), Node::outfall("CX", 0.0)],
        links: vec![Link::new("C", "HG", "CX", pipe(1.5, 50.0))],
        inflows: vec![],
    };
    let all: Vec<_> = (0..count).map(|i| (i % cells, i / cells)).collect();
    let inlets = vec![gully("HG", 5.0, &all)];
    let meetings = Meetings { inlets, ..Meetings::default() };
    let engine = Engine::new(surface, drains(&network), meetings).expect("they meet");
    let state = engine.start(&vec![0.4; count]).expect("wet");
    (engine, state)
}

/// A·dh/dt = −⅔·C·L·√(2g)·h^1.5 has h = (h₀^−½ + k·t/(2A))^−2.
fn check_pond<R: Real>(params: flood::Params, cells: usize) {
    let (engine, mut state) = pond::<R>(params, cells);
    let k = 2.0 / 3.0 * FREE_WEIR * 2.0 * (2.0 * GRAVITY).sqrt();
    for time_s in [60.0, 200.0, 600.0] {
        engine.advance(&mut state, time_s).expect("a stable run");
        let exact_m = (0.4_f64.powf(-0.5) + k * time_s / 800.0).powi(-2);
        let depth_m = engine.surface().depth_m(state.surface());
        let mean_m = depth_m.iter().sum::<f64>() / depth_m.len() as f64;
        // Levels of each step's beginning: first order in steps of some seconds, of 200 s in which the
        // depth halves.
        assert!((mean_m / exact_m - 1.0).abs() < 0.02, "{time_s} s: {mean_m} m, {exact_m} m");
    }
}

#[test]
fn a_pond_empties_through_its_inlet_as_over_a_free_weir() {
    for params in SCHEMES {
        check_pond::<f64>(flood::Params { max_step_s: 2.0, ..params() }, 1);
        check_pond::<f32>(flood::Params { max_step_s: 2.0, ..params() }, 4);
    }
}

/// Two manholes on a flat street of 10 × 3 cells of 5 m. Into the first runs, from 60 to 300 s, far more
/// than its pipes carry.
fn overfull<R: Real>() -> Engine<R> {
    let ground = Ground::new(10, 3, 5.0, vec![3.0; 30]).expect("flat");
    let surface =
        flood::Engine::new(&ground, Forcing::default(), flood::Params::hllc()).expect("sound");
    let network = Network {
        nodes: vec![
            Node::junction("HG1", 1.0, 2.0),
            Node::junction("HG2", 0.8, 2.2),
            Node::outfall("CX", 0.6),
        ],
        links: vec![
            Link::new("C1", "HG1", "HG2", pipe(0.4, 40.0)),
            Link::new("C2", "HG2", "CX", pipe(0.4, 40.0)),
        ],
        inflows: vec![Inflow {
            node: "HG1".into(),
            discharge_m3_s: vec![(60.0, 0.0), (90.0, 0.6), (270.0, 0.6), (300.0, 0.0)],
        }],
    };
    let inlets = vec![gully("HG1", 3.0, &[(2, 1)]), gully("HG2", 3.0, &[(7, 1)])];
    let meetings = Meetings { inlets, ..Meetings::default() };
    Engine::new(surface, drains(&network), meetings).expect("they meet")
}

#[test]
fn what_comes_up_goes_back_when_the_pipes_have_room() {
    let engine = overfull::<f32>();
    let mut state = engine.start(&[0.0; 30]).expect("dry");
    engine.advance(&mut state, 300.0).expect("a stable run");
    let on_street_m3 = state.ledger().surface.stored_m3;
    assert!(on_street_m3 > 20.0, "the street is under water: {on_street_m3} m³");
    let seen = state.drains().node_maxima()[0];
    assert!(seen.over_rim_m > 0.05 && seen.over_rim_s > 100.0, "{seen:?}");
    assert!((60.0..=300.0).contains(&seen.over_rim_at_s), "{seen:?}");
    let began_s = seen.surcharged_at_s.expect("it was under pressure");
    assert!((60.0..120.0).contains(&began_s) && seen.surcharged_s > 150.0, "{seen:?}");
    let full = state.drains().link_maxima()[0];
    assert!(full.filling == 1.0 && full.full_s > 100.0, "{full:?}");
    engine.advance(&mut state, 3600.0).expect("a stable run");
    let ledger = state.ledger();
    // 3 mm on 750 m² of flat street take hours to come to two gullies.
    assert!(ledger.surface.stored_m3 < 2.5, "{ledger:?}");
    assert!(ledger.surface.drained_m3 > ledger.surface.surcharged_m3 - 2.5, "{ledger:?}");
    let gross_m3 = ledger.surface.surcharged_m3 - ledger.drains.exchanged_out_m3;
    assert!(gross_m3.abs() < 1e-6, "both ways, not only their difference: {gross_m3} m³");
    assert!(ledger.drains.outfall_out_m3 > 115.0, "{ledger:?}");
    assert!(ledger.relative_error().abs() < 0.02, "{}", ledger.relative_error());
}

#[test]
fn water_at_one_level_above_and_below_rests() {
    for params in SCHEMES {
        let ground = Ground::new(8, 4, 5.0, vec![2.0; 32]).expect("flat");
        let surface =
            flood::Engine::<f64>::new(&ground, Forcing::default(), params()).expect("sound");
        let mut nodes = vec![
            Node::junction("A", 0.5, 1.5),
            Node::junction("B", 0.3, 1.7),
            Node::outfall("X", 0.2),
        ];
        (nodes[0].initial_depth_m, nodes[1].initial_depth_m) = (1.8, 2.0);
        nodes[2].kind = NodeKind::Outfall { stage: Stage::Fixed(2.3), has_flap_gate: false };
        nodes.push(Node::outfall("Y", 0.2));
        let links = vec![
            Link::new("AB", "A", "B", pipe(0.5, 30.0)),
            Link::new("BX", "B", "X", pipe(0.5, 30.0)),
            Link::new("BY", "B", "Y", pipe(0.5, 30.0)),
        ];
        let network = Network { nodes, links, inflows: vec![] };
        let inlets = vec![gully("A", 2.0, &[(1, 1)]), gully("B", 2.0, &[(5, 2), (6, 2)])];
        let outfalls = vec![OutfallAt { node: "Y".into(), cells: vec![(7, 3)] }];
        let meetings = Meetings { inlets, outfalls };
        let engine = Engine::new(surface, drains(&network), meetings).expect("they meet");
        let mut state = engine.start(&[0.3; 32]).expect("wet");
        let ledger = engine.advance(&mut state, 600.0).expect("a stable run");
        // 0.3 + 2.0 is rounded, and so is every head.
        let moved_m3 = ledger.surface.drained_m3 + ledger.surface.surcharged_m3;
        assert!(moved_m3 < 1e-9, "{moved_m3} m³");
        let flows = engine.drains().flow_m3_s(state.drains());
        assert!(flows.iter().all(|flow| flow.abs() < 1e-9), "{flows:?}");
    }
}

/// A basin below stands higher than a street of 48 m²: through a short, wide pipe and one manhole levels
/// could swing in every step.
fn check_rest(params: flood::Params, (columns, rows, cell_m): (usize, usize, f64)) {
    let cells = columns * rows;
    let ground = Ground::new(columns, rows, cell_m, vec![3.0; cells]).expect("flat");
    let storage = Storage::Power { constant_m2: 30.0, coefficient_m2: 0.0, exponent: 0.0 };
    let network = Network {
        nodes: vec![
            Node { initial_depth_m: 4.0, ..Node::storage("B", 0.0, 6.0, storage) },
            Node { initial_depth_m: 4.0, ..Node::junction("HG", 0.0, 3.0) },
            Node::outfall("CX", 9.0),
        ],
        links: vec![
            Link::new("C", "B", "HG", pipe(0.8, 10.0)),
            Link::new("X", "B", "CX", Conduit { from_offset_m: 9.5, ..pipe(0.3, 10.0) }),
        ],
        inflows: vec![],
    };
    let surface = flood::Engine::<f32>::new(&ground, Forcing::default(), params).expect("sound");
    let at = columns / 2;
    let inlets = vec![gully("HG", 3.0, &[(at, 0)])];
    let meetings = Meetings { inlets, ..Meetings::default() };
    let engine = Engine::new(surface, drains(&network), meetings).expect("they meet");
    let mut state = engine.start(&vec![0.0; cells]).expect("dry");
    engine.advance(&mut state, 1200.0).expect("a stable run");
    let ledger = state.ledger().surface;
    let (came_m3, swung_m3) = (ledger.surcharged_m3, ledger.drained_m3);
    // 30 m² and the manhole's 1.17 m² at 4 m and 48 m² at 3 m come to 3.394 m: 18.9 m³ come up, but for the
    // drains' continuity error of less than a hundredth of their 120 m³. The mass in the pipe carries a little
    // more up, which goes back.
    assert!((came_m3 - swung_m3 - 18.90).abs() < 0.8, "{came_m3} m³, {swung_m3} m³");
    assert!(swung_m3 < 0.05 * came_m3, "{came_m3} m³ came up, {swung_m3} m³ went down");
    let basin_m = engine.drains().head_m(state.drains())[0];
    let street_m = engine.surface().level_at_m(state.surface(), at, 0).expect("a cell");
    assert!((basin_m - street_m).abs() < 0.01, "{basin_m} m, {street_m} m");
}

#[test]
fn an_exchange_comes_to_rest_without_swinging() {
    for params in SCHEMES {
        check_rest(params(), (1, 1, 48.0_f64.sqrt()));
    }
    // Not local inertia: a small closed basin, once stirred, swings in it without drains too.
    for params in [flood::Params::hllc(), flood::Params::muscl()] {
        check_rest(params, (6, 2, 2.0));
    }
}

#[test]
fn a_high_surface_backs_up_into_its_outfall() {
    let ground = Ground::new(4, 4, 5.0, vec![0.0; 16]).expect("flat");
    let surface = flood::Engine::<f32>::new(&ground, Forcing::default(), flood::Params::hllc());
    let network = |has_flap_gate| {
        let mut nodes = vec![Node::junction("HG", 0.3, 3.0), Node::outfall("CX", 0.2)];
        nodes[1].kind = NodeKind::Outfall { stage: Stage::Free, has_flap_gate };
        let links = vec![Link::new("C", "HG", "CX", pipe(0.5, 30.0))];
        Network { nodes, links, inflows: vec![] }
    };
    let surface = surface.expect("sound");
    let run = |has_flap_gate| {
        let outfalls = vec![OutfallAt { node: "CX".into(), cells: vec![(3, 3)] }];
        let meetings = Meetings { outfalls, ..Meetings::default() };
        let below = drains(&network(has_flap_gate));
        let engine = Engine::new(surface.clone(), below, meetings).expect("they meet");
        let mut state = engine.start(&[1.2; 16]).expect("wet");
        engine.advance(&mut state, 900.0).expect("a stable run");
        let ledger = state.ledger();
        assert!((ledger.error_m3() - ledger.drains.error_m3()).abs() < 1e-5, "{ledger:?}");
        let level_m = engine.surface().depth_m(state.surface())[0];
        (engine.drains().head_m(state.drains())[0], level_m, ledger.drains.exchanged_in_m3)
    };
    let (head_m, level_m, came_m3) = run(false);
    // The pipe holds 5.9 m³; the half of it at the outfall began full.
    assert!((head_m - level_m).abs() < 0.01, "{head_m} m, {level_m} m");
    assert!((2.5..4.0).contains(&came_m3), "{came_m3} m³");
    let (_, _, came_m3) = run(true);
    assert_eq!(came_m3, 0.0, "a flap keeps it out");
}

#[test]
fn one_and_two_threads_and_a_restart_give_the_same_bits() {
    let on_threads = |threads, params: flood::Params| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let (engine, state) = storm::<f32>(params, true);
            engine.checkpoint(&state)
        })
    };
    for params in SCHEMES {
        let whole = on_threads(1, params());
        assert!(whole == on_threads(2, params()));
        let engine = street::<f32>(params(), true);
        let mut state = engine.start(&[0.0; 300]).expect("dry");
        engine.advance(&mut state, 700.0).expect("a stable run");
        let bytes = engine.checkpoint(&state);
        engine.advance(&mut state, 1800.0).expect("a stable run");
        let mut restored = engine.restore(&bytes).expect("its own checkpoint");
        engine.advance(&mut restored, 1800.0).expect("a stable run");
        assert!(engine.checkpoint(&restored) == engine.checkpoint(&state));
        for cut in [4, 12, 100, bytes.len() - 1] {
            engine.restore(&bytes[..cut]).expect_err("it is cut short");
        }
    }
}

#[test]
fn what_cannot_meet_is_refused_with_place_and_cure() {
    let refuse = |meetings: Meetings, words: [&str; 2]| {
        let ground = Ground::new(4, 4, 5.0, vec![0.0; 16]).expect("flat");
        let forcing = Forcing::default();
        let surface = flood::Engine::<f32>::new(&ground, forcing, flood::Params::hllc());
        let network = Network {
            nodes: vec![Node::junction("HG", -1.0, 1.0), Node::outfall("CX", -1.2)],
            links: vec![Link::new("C", "HG", "CX", pipe(0.5, 30.0))],
            inflows: vec![],
        };
        let error: Error = Engine::new(surface.expect("sound"), drains(&network), meetings)
            .expect_err("it is broken");
        let text = error.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    };
    let inlet = |node: &str, cells: &[(usize, usize)]| Meetings {
        inlets: vec![gully(node, 0.0, cells)],
        ..Meetings::default()
    };
    let outfall = |node: &str| Meetings {
        outfalls: vec![OutfallAt { node: node.into(), cells: vec![(0, 0)] }],
        ..Meetings::default()
    };
    refuse(inlet("HG", &[]), ["the inlet 'HG' names no cell", "at least one"]);
    refuse(inlet("HG", &[(4, 0)]), ["column 4, row 0", "open cell"]);
    refuse(inlet("HX", &[(0, 0)]), ["names the node 'HX'", "add the node"]);
    refuse(inlet("CX", &[(0, 0)]), ["the node of the inlet of 'CX'", "no outfall"]);
    refuse(outfall("HG"), ["outfall onto the surface of 'HG'", "an outfall"]);
    refuse(outfall("CY"), ["names the node 'CY'", "add the node"]);
    let twice = [gully("HG", 0.0, &[(0, 0)]), gully("HG", 0.0, &[(1, 0)])];
    refuse(
        Meetings { inlets: twice.to_vec(), ..Meetings::default() },
        ["two inlets are called 'HG'", "name of its own"],
    );
}
