//! The flood engine: cell updates a second by scheme, size, wet share and threads, beside the memory's
//! bandwidth in the same minute, and what a province would take.
//!
//! Its own table rather than criterion's: other work on the machine shows as the difference between
//! time by the clock and time on a processor, which criterion does not take. Words after `--` choose
//! lines: `cargo bench --bench flood -- inertia 1024`.

use std::{fs, hint::black_box, time::Instant};

use rayon::{ThreadPoolBuilder, prelude::*};
use sim::flood::{Engine, Forcing, Ground, Params, State};

/// Bytes that a cell's step must move: depth, its excess and two discharges in and out, and the land's
/// two steps and friction with the tile's halo, (38/32)² of it. What a write reads first is not in it.
const BYTES_PER_CELL: f64 = 4.0 * (4.0 + 4.0 + 3.0 * 38.0 * 38.0 / 1024.0);
/// Numbers of each of the triad's three fields.
const TRIAD: usize = 1 << 24;
const THREADS: [usize; 2] = [1, 2];
/// Cell updates of a measurement, of which the best of [`TRIES`] counts.
const UPDATES: usize = 30_000_000;
const TRIES: usize = 5;

/// Time by the clock and on processors, s.
#[derive(Clone, Copy)]
struct Took {
    clock_s: f64,
    processor_s: f64,
}

/// Time that all threads of this program have been on a processor, s.
fn processor_s() -> f64 {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux");
    let spent = |task: fs::DirEntry| {
        let stat = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        stat.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0)
    };
    tasks.flatten().map(spent).sum::<f64>() * 1e-9
}

/// The least of several tries, each of both times.
fn least(tries: usize, mut work: impl FnMut()) -> Took {
    let mut least = Took { clock_s: f64::MAX, processor_s: f64::MAX };
    for _ in 0..tries {
        let (clock, processor) = (Instant::now(), processor_s());
        work();
        least.clock_s = least.clock_s.min(clock.elapsed().as_secs_f64());
        least.processor_s = least.processor_s.min(processor_s() - processor);
    }
    least
}

/// Bandwidth of a ← b + 3c, GB/s: two numbers read and one written.
fn triad_gb_s() -> f64 {
    let (b, c) = (vec![1.0_f64; TRIAD], vec![2.0_f64; TRIAD]);
    let mut a = vec![0.0_f64; TRIAD];
    let took = least(TRIES, || {
        let parts = a.par_chunks_mut(1 << 16).zip(b.par_chunks(1 << 16).zip(c.par_chunks(1 << 16)));
        parts.for_each(|(a, (b, c))| {
            for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
                *a = b + 3.0 * c;
            }
        });
        black_box(&mut a);
    });
    24.0 * TRIAD as f64 / took.clock_s * 1e-9
}

/// A wavy lake 2 m deep over the first rows, a plateau over the others, in cells of 10 m.
fn land(side: usize, wet_share: f64) -> Ground {
    let bed = |i: usize| {
        let (column, row) = ((i % side) as f64, (i / side) as f64);
        let shore_m = if row < wet_share * side as f64 { 0.0 } else { 50.0 };
        0.2 * (0.3 * column).sin() + 0.1 * (0.2 * row).cos() + shore_m
    };
    Ground::new(side, side, 10.0, (0..side * side).map(bed).collect())
        .and_then(|ground| ground.with_manning(vec![0.03; side * side]))
        .expect("a lake")
}

/// Its water, swinging.
fn lake(engine: Engine<f32>) -> (Engine<f32>, State<f32>) {
    let mut depth = engine.depth_below_m(2.0);
    depth.iter_mut().step_by(7).for_each(|depth| *depth *= 0.95);
    let state = engine.start(&depth).expect("it starts");
    (engine, state)
}

fn step(engine: &Engine<f32>, state: &mut State<f32>) {
    let dt_s = engine.stable_step(state);
    engine.step(state, dt_s).expect("it is stable");
}

/// Times of a step of a lake, records every 5 s of the flood among them; and the flood's time in it.
fn measure(side: usize, wet_share: f64, params: Params) -> (Took, f64) {
    let engine = Engine::new(&land(side, wet_share), Forcing::default(), params);
    measure_steps(lake(engine.expect("a sound flood")), (side * side) as f64 * wet_share)
}

fn measure_steps((engine, mut state): (Engine<f32>, State<f32>), wet_cells: f64) -> (Took, f64) {
    (0..3).for_each(|_| step(&engine, &mut state));
    let (from_s, before) = (state.time_s(), state.steps());
    let steps = ((UPDATES as f64 / wet_cells) as usize).clamp(4, 400);
    let took = least(TRIES, || (0..steps).for_each(|_| step(&engine, &mut state)));
    let steps_taken = (state.steps() - before) as f64;
    let each = |time_s: f64| time_s / steps as f64;
    let took = Took { clock_s: each(took.clock_s), processor_s: each(took.processor_s) };
    (took, (state.time_s() - from_s) / steps_taken)
}

fn table(wanted: impl Fn(&str) -> bool) {
    println!(
        "| Scheme | Cells | Wet | Threads | M cells/s | M cells per processor second | GB/s |"
    );
    println!("|---|---|---|---|---|---|---|");
    let schemes = [
        ("local inertia", Params::local_inertia()),
        ("HLLC", Params::hllc()),
        ("MUSCL", Params::muscl()),
    ];
    for (scheme, params) in schemes {
        for (side, wet, threads) in [256, 1024, 4096].into_iter().flat_map(|side| {
            [1.0, 0.1].into_iter().flat_map(move |wet| THREADS.map(|threads| (side, wet, threads)))
        }) {
            let name = format!("| {scheme} | {side}² | {:.0} % | {threads} |", 100.0 * wet);
            if !wanted(&name) {
                continue;
            }
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let (took, _) = pool.install(|| measure(side, wet, params));
            let million = (side * side) as f64 * 1e-6;
            let (clock, processor) = (million / took.clock_s, million / took.processor_s);
            let moved = wet * BYTES_PER_CELL * clock * 1e-3;
            println!("{name} {clock:.0} | {processor:.0} | {moved:.1} |");
        }
    }
}

/// 1500 km² in cells of 10 m, 30 % wet, 48 h by local inertia, from a part of it.
fn province() {
    const SIDE: usize = 1024;
    const CELLS: f64 = 15e6;
    let pool = ThreadPoolBuilder::new().num_threads(2).build().expect("threads");
    let (took, flood_s) = pool.install(|| measure(SIDE, 0.3, Params::local_inertia()));
    let steps = 48.0 * 3600.0 / flood_s;
    let minutes = |step_s: f64| step_s * steps * CELLS / (SIDE * SIDE) as f64 / 60.0;
    println!(
        "\nA province of 1500 km² in cells of 10 m, 30 % wet to 2 m, 48 h in steps of {flood_s:.2} s: {:.0} min \
         on 2 threads, {:.0} min of processor time; extrapolated from {SIDE}² cells.",
        minutes(took.clock_s),
        minutes(took.processor_s),
    );
}

/// The same province in cells of 40 m that know the land in cells of 10 m.
fn coarse_province() {
    const SIDE: usize = 2048;
    const FACTOR: usize = 4;
    const CELLS: f64 = 15e6;
    let pool = ThreadPoolBuilder::new().num_threads(2).build().expect("threads");
    let (took, flood_s) = pool.install(|| {
        let (land, forcing) = (land(SIDE, 0.3), Forcing::default());
        let engine = Engine::subgrid(&land, FACTOR, forcing, Params::local_inertia());
        let wet_cells = (SIDE * SIDE) as f64 * 0.3 / (FACTOR * FACTOR) as f64;
        measure_steps(lake(engine.expect("a sound flood")), wet_cells)
    });
    let steps = 48.0 * 3600.0 / flood_s;
    let minutes = |step_s: f64| step_s * steps * CELLS / (SIDE * SIDE) as f64 / 60.0;
    println!(
        "\nThe same in cells of 40 m with subgrid tables of those of 10 m, in steps of {flood_s:.2} s: {:.1} min on \
         2 threads, {:.1} min of processor time; extrapolated from {SIDE}² fine cells.",
        minutes(took.clock_s),
        minutes(took.processor_s),
    );
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    for threads in THREADS {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let bandwidth = pool.install(triad_gb_s);
        println!(
            "Triad on {threads} threads: {bandwidth:.1} GB/s, room for {:.0} million cells a second at \
             {BYTES_PER_CELL:.0} bytes each",
            bandwidth * 1e3 / BYTES_PER_CELL
        );
    }
    println!();
    table(|name| words.iter().all(|word| name.contains(word.as_str())));
    if words.is_empty() || words.iter().any(|word| word == "province") {
        province();
        coarse_province();
    }
}
