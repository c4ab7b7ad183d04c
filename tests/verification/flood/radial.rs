//! A cylinder of water collapses, against a reference computed on a fine grid.

use sim::flood::{Engine, Forcing, Ground, Params};

use crate::{
    converges,
    data::{rows, text},
};

/// The middle of 40 m × 40 m; a quarter is enough, closed edges are planes of symmetry.
const SIDE_M: f64 = 20.0;

#[test]
fn a_cylinder_of_water_collapses_as_the_reference_does() {
    let Some(text) = text("radial_dambreak/gpu-mwdg2_reference.txt.gz") else { return };
    // x, level, velocity along the middle after 3.5 s.
    let reference = rows(&text);
    let reference: Vec<&Vec<f64>> =
        reference.iter().filter(|row| row.len() >= 3 && row[0] > 0.3 && row[0] < 19.7).collect();
    assert!(reference.len() > 400, "{} rows", reference.len());
    let (mut levels, mut speeds) = ([0.0; 3], [0.0; 3]);
    let cells = [50, 100, 200];
    for (grid, cells) in cells.into_iter().enumerate() {
        let cell_m = SIDE_M / cells as f64;
        let at = |i: usize| (i as f64 + 0.5) * cell_m;
        // 2.5 m of water within 2.5 m, 0.5 m around.
        let is_in = |i: usize| at(i % cells).hypot(at(i / cells)) < 2.5;
        let depth: Vec<f64> =
            (0..cells * cells).map(|i| if is_in(i) { 2.5 } else { 0.5 }).collect();
        let ground = Ground::new(cells, cells, cell_m, vec![0.0; cells * cells]).expect("a basin");
        let engine = Engine::<f64>::new(&ground, Forcing::default(), Params::hllc());
        let engine = engine.expect("a sound flood");
        let mut state = engine.start(&depth).expect("it starts");
        engine.advance(&mut state, 3.5).expect("it is stable");
        let (depth, (u, _)) = (engine.depth_m(&state), engine.velocity_m_s(&state));
        // Straight between the middles of cells.
        let read = |field: &[f64], x: f64| {
            let place = x / cell_m - 0.5;
            let (i, part) = (place as usize, place.fract());
            field[i] + part * (field[i + 1] - field[i])
        };
        let mean = |of: &dyn Fn(&Vec<f64>) -> f64| {
            reference.iter().map(|row| of(row)).sum::<f64>() / reference.len() as f64
        };
        levels[grid] = mean(&|row| (read(&depth, row[0]) - row[1]).abs());
        speeds[grid] = mean(&|row| (read(&u, row[0]) - row[2]).abs());
    }
    // Waves of 0.4 m and 1.3 m/s; first order smears their two shocks over about five cells each.
    converges("radial dam break, mean |Δη| in m", cells, levels, 0.0141, 0.65);
    converges("radial dam break, mean |Δu| in m/s", cells, speeds, 0.083, 0.55);
}
