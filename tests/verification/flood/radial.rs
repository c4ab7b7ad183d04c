//! A cylinder of water collapses, against a reference computed on a fine grid.

use sim::flood::{Engine, Forcing, Ground, Params};

use crate::{
    converges,
    data::{rows, text},
};

/// The middle of 40 m × 40 m; a quarter is enough, closed edges are planes of symmetry.
pub(crate) const SIDE_M: f64 = 20.0;
pub(crate) const UNTIL_S: f64 = 3.5;

/// 2.5 m of water within 2.5 m, 0.5 m around.
pub(crate) fn start_m(x: f64, y: f64) -> f64 {
    if x.hypot(y) < 2.5 { 2.5 } else { 0.5 }
}

/// x, level, velocity along the middle at the end; none where the data are absent.
pub(crate) fn reference() -> Option<Vec<Vec<f64>>> {
    let mut rows = rows(&text("radial_dambreak/gpu-mwdg2_reference.txt.gz")?);
    rows.retain(|row| row.len() >= 3 && row[0] > 0.3 && row[0] < 19.7);
    assert!(rows.len() > 400, "{} rows", rows.len());
    Some(rows)
}

/// A field of cells along the middle at a place: straight between the middles of cells.
pub(crate) fn read(field: &[f64], cell_m: f64, x: f64) -> f64 {
    let place = x / cell_m - 0.5;
    let (i, part) = (place as usize, place.fract());
    field[i] + part * (field[i + 1] - field[i])
}

#[test]
fn a_cylinder_of_water_collapses_as_the_reference_does() {
    let Some(reference) = reference() else { return };
    let (mut levels, mut speeds) = ([0.0; 3], [0.0; 3]);
    let cells = [50, 100, 200];
    for (grid, cells) in cells.into_iter().enumerate() {
        let cell_m = SIDE_M / cells as f64;
        let at = |i: usize| (i as f64 + 0.5) * cell_m;
        let depth: Vec<f64> =
            (0..cells * cells).map(|i| start_m(at(i % cells), at(i / cells))).collect();
        let ground = Ground::new(cells, cells, cell_m, vec![0.0; cells * cells]).expect("a basin");
        let engine = Engine::<f64>::new(&ground, Forcing::default(), Params::hllc());
        let engine = engine.expect("a sound flood");
        let mut state = engine.start(&depth).expect("it starts");
        engine.advance(&mut state, UNTIL_S).expect("it is stable");
        let (depth, (u, _)) = (engine.depth_m(&state), engine.velocity_m_s(&state));
        let mean = |of: &dyn Fn(&Vec<f64>) -> f64| {
            reference.iter().map(of).sum::<f64>() / reference.len() as f64
        };
        levels[grid] = mean(&|row| (read(&depth, cell_m, row[0]) - row[1]).abs());
        speeds[grid] = mean(&|row| (read(&u, cell_m, row[0]) - row[2]).abs());
    }
    // Waves of 0.4 m and 1.3 m/s; first order smears their two shocks over about five cells each.
    converges("radial dam break, mean |Δη| in m", cells, levels, 0.0141, 0.65);
    converges("radial dam break, mean |Δu| in m/s", cells, speeds, 0.083, 0.55);
}
