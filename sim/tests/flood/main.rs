//! What the engine of floods promises: no water made or lost, still water that rests, the same bits, what
//! is refused. Exact solutions and other programs stand in tests/verification.

#![expect(clippy::expect_used, reason = "a test stops by panicking")]

mod channel;
mod conserve;
#[cfg(feature = "gpu")]
mod gpu;
mod land;
mod porosity;
mod rain;
mod same;
mod schemes;
mod second;
mod still;
mod structures;
mod subgrid;

use sim::flood::{Engine, Forcing, Ground, Params};

/// A row of cells from a bed at their middles.
fn strip(cells: usize, cell_m: f64, bed_m: impl Fn(f64) -> f64) -> Ground {
    let bed = (0..cells).map(|i| bed_m((i as f64 + 0.5) * cell_m)).collect();
    Ground::new(cells, 1, cell_m, bed).expect("a row of cells")
}

/// The same roughness everywhere.
fn rough(ground: Ground, n: f64) -> Ground {
    let cells = ground.columns() * ground.rows();
    ground.with_manning(vec![n; cells]).expect("a usual roughness")
}

/// Closed on all sides, without rain.
fn alone(ground: &Ground, params: Params) -> Engine<f64> {
    Engine::new(ground, Forcing::default(), params).expect("a sound flood")
}

/// Mean of |a − b|.
fn l1(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f64>() / a.len() as f64
}

/// Numbers in 0..1 from a seed (Knuth's MMIX generator).
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}
