//! A square that looks the same from all its sides and in every mirror stays so.

use sim::flood::{Engine, Forcing, Ground, Params};

use crate::noise;

const CELLS: usize = 49;

/// A field from noise, the same in all eight symmetries of the square.
fn eightfold(seed: u64) -> Vec<f64> {
    let mut next = noise(seed);
    let half = CELLS.div_ceil(2);
    let octant: Vec<f64> = (0..half * half).map(|_| next()).collect();
    let fold = |i: usize| i.min(CELLS - 1 - i);
    let at = |i: usize| {
        let (column, row) = (fold(i % CELLS), fold(i / CELLS));
        octant[column.max(row) * half + column.min(row)]
    };
    (0..CELLS * CELLS).map(at).collect()
}

#[test]
fn water_in_an_eightfold_square_stays_eightfold_to_rounding() {
    // Rough bed with dry islands, over four tiles of unlike size; a mound in the middle collapses.
    let bed = eightfold(3);
    let mound = |i: usize| {
        let away = |i: usize| i as f64 - (CELLS / 2) as f64;
        if away(i % CELLS).hypot(away(i / CELLS)) < 8.0 { 2.0 } else { 0.0 }
    };
    let depth: Vec<f64> = (0..bed.len()).map(|i| (0.6 - bed[i]).max(0.0) + mound(i)).collect();
    for params in [Params::hllc(), Params::local_inertia()] {
        let ground = Ground::new(CELLS, CELLS, 1.0, bed.clone())
            .and_then(|ground| ground.with_manning(eightfold(5).iter().map(|n| 0.05 * n).collect()))
            .expect("a square");
        let engine = Engine::<f64>::new(&ground, Forcing::default(), params).expect("sound");
        let mut state = engine.start(&depth).expect("it starts");
        engine.advance(&mut state, 20.0).expect("it is stable");
        let (h, (u, v)) = (engine.depth_m(&state), engine.velocity_m_s(&state));
        let mut worst: f64 = 0.0;
        for i in 0..h.len() {
            let (column, row) = (i % CELLS, i / CELLS);
            let mirror = row * CELLS + CELLS - 1 - column;
            let diagonal = column * CELLS + row;
            for (a, b) in [(h[i], h[mirror]), (h[i], h[diagonal]), (u[i], -u[mirror])] {
                worst = worst.max((a - b).abs());
            }
            worst = worst.max((v[i] - v[mirror]).abs()).max((u[i] - v[diagonal]).abs());
        }
        println!(
            "eightfold symmetry, {:?}: {worst:e} after {} steps",
            params.scheme,
            state.steps()
        );
        // A mirror exchanges the order of sums: rounding (2e-16 of 2.6 m and 4 m/s), which shores and
        // the friction of films enlarge. What switches at a depth of exactly 0 shows as 1e-5.
        assert!(worst < 1e-10, "{:?}: {worst:e}", params.scheme);
    }
}
