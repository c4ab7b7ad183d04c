//! The flood engine: cell updates a second, by scheme, wet share and threads.
//!
//! Elements are cells of the whole grid, wet or not, so that a tenth of it wet should show nearly ten
//! times the rate.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rayon::{ThreadPool, ThreadPoolBuilder};
use sim::flood::{Engine, Forcing, Ground, Params, State};

/// Cells along a side.
const SIDE: usize = 512;

/// A wavy lake over the first rows, a plateau over the others.
fn lake(wet_share: f64, params: Params) -> (Engine<f32>, State<f32>) {
    let bed = |i: usize| {
        let (column, row) = ((i % SIDE) as f64, (i / SIDE) as f64);
        let shore_m = if row < wet_share * SIDE as f64 { 0.0 } else { 50.0 };
        0.2 * (0.3 * column).sin() + 0.1 * (0.2 * row).cos() + shore_m
    };
    let ground = Ground::new(SIDE, SIDE, 10.0, (0..SIDE * SIDE).map(bed).collect())
        .and_then(|ground| ground.with_manning(vec![0.03; SIDE * SIDE]))
        .expect("a lake");
    let engine = Engine::new(&ground, Forcing::default(), params).expect("a sound flood");
    let mut depth = engine.depth_below_m(2.0);
    depth.iter_mut().step_by(7).for_each(|depth| *depth *= 0.95);
    let state = engine.start(&depth).expect("it starts");
    (engine, state)
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of threads")
}

fn cell_updates(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("flood");
    group.throughput(Throughput::Elements((SIDE * SIDE) as u64)).sample_size(20);
    for (scheme, params) in [("HLLC", Params::hllc()), ("inertia", Params::local_inertia())] {
        for (wet, threads) in [(1.0, 1), (1.0, 2), (0.1, 1)] {
            let (engine, mut state) = lake(wet, params);
            let name = format!("{SIDE}², {:.0} % wet, {threads} threads", 100.0 * wet);
            group.bench_function(BenchmarkId::new(scheme, name), |bencher| {
                pool(threads).install(|| {
                    bencher.iter(|| {
                        let dt_s = engine.stable_step(&state);
                        engine.step(&mut state, dt_s).expect("it is stable")
                    });
                });
            });
        }
    }
    group.finish();
}

criterion_group!(all, cell_updates);
criterion_main!(all);
