//! The same bits for any number of threads, across a restart, and for a mirrored world.

use rayon::ThreadPoolBuilder;
use sim::flood::{Engine, Error, Forcing, Ground, Params, State};

use crate::{alone, conserve::country, noise};

fn engine(params: Params) -> Engine<f32> {
    let (ground, forcing) = country(11, 2.0);
    Engine::new(&ground, forcing, params).expect("a sound flood")
}

fn start(engine: &Engine<f32>) -> State<f32> {
    engine.start(&engine.depth_below_m(200.5)).expect("it starts")
}

fn on_threads(threads: usize, params: Params) -> Vec<u8> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
    pool.install(|| {
        let engine = engine(params);
        let mut state = start(&engine);
        engine.advance(&mut state, 30.0).expect("it is stable");
        engine.checkpoint(&state)
    })
}

#[test]
fn one_and_two_threads_give_the_same_bits() {
    for params in [Params::hllc(), Params::local_inertia(), Params::muscl()] {
        assert!(on_threads(1, params) == on_threads(2, params), "{params:?}");
    }
}

#[test]
fn a_run_goes_on_from_a_checkpoint_to_the_bit() {
    for params in [Params::hllc(), Params::local_inertia(), Params::muscl()] {
        let engine = engine(params);
        let mut state = start(&engine);
        engine.advance(&mut state, 15.0).expect("it is stable");
        let checkpoint = engine.checkpoint(&state);
        engine.advance(&mut state, 30.0).expect("it is stable");
        let mut restored = engine.restore(&checkpoint).expect("it is a checkpoint");
        engine.advance(&mut restored, 30.0).expect("it is stable");
        assert!(engine.checkpoint(&restored) == engine.checkpoint(&state), "{params:?}");
        assert_eq!(engine.maxima(&restored).depth_m, engine.maxima(&state).depth_m);
    }
}

#[test]
fn a_checkpoint_that_does_not_fit_is_refused() {
    let bytes = engine(Params::hllc()).checkpoint(&start(&engine(Params::hllc())));
    let refused = engine(Params::local_inertia()).restore(&bytes);
    assert!(matches!(refused, Err(Error::Checkpoint { .. })));
    assert!(engine(Params::hllc()).restore(&bytes[..bytes.len() - 1]).is_err());
    assert!(engine(Params::hllc()).restore(b"GIF89a").is_err());
}

#[test]
fn a_world_turned_over_its_diagonal_floods_the_same_to_the_bit() {
    const SIDE: usize = 40;
    let mut next = noise(3);
    let bed: Vec<f64> = (0..SIDE * SIDE).map(|_| next()).collect();
    let turn = |field: &[f64]| -> Vec<f64> {
        (0..SIDE * SIDE).map(|i| field[i % SIDE * SIDE + i / SIDE]).collect()
    };
    let run = |bed: Vec<f64>, params: Params| {
        let ground = Ground::new(SIDE, SIDE, 1.0, bed).expect("a world");
        let ground = ground.with_manning(vec![0.03; SIDE * SIDE]).expect("rough");
        let engine = alone(&ground, params);
        let depth: Vec<f64> =
            ground.bed_m().iter().map(|z| if *z < 0.3 { 1.0 } else { 0.0 }).collect();
        let mut state = engine.start(&depth).expect("it starts");
        engine.advance(&mut state, 5.0).expect("it is stable");
        engine.depth_m(&state)
    };
    for params in [Params::hllc(), Params::local_inertia(), Params::muscl()] {
        assert!(turn(&run(bed.clone(), params)) == run(turn(&bed), params), "{params:?}");
    }
}

#[test]
fn dry_tiles_are_left_alone_and_make_no_difference() {
    // A pond in a corner of nine tiles behind a ridge: the others never wake.
    let bed = (0..90 * 90).map(|i| if i % 90 < 12 && i / 90 < 12 { 0.0 } else { 5.0 }).collect();
    let ground = Ground::new(90, 90, 1.0, bed).expect("a pond");
    let engine = Engine::<f32>::new(&ground, Forcing::default(), Params::hllc()).expect("sound");
    let depth: Vec<f64> =
        (0..90 * 90).map(|i| if i % 90 < 6 && i / 90 < 12 { 2.0 } else { 0.0 }).collect();
    let mut state = engine.start(&depth).expect("it starts");
    let ledger = engine.advance(&mut state, 10.0).expect("it is stable");
    assert_eq!(state.wet_tiles(), (1, 9));
    assert!(ledger.relative_error().abs() < 1e-7, "{ledger:?}");
}
