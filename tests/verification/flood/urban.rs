//! A laboratory's town under rain (Cea et al. 2008): 2 m × 2.5 m of steel that falls towards a valley, with
//! walls as houses, 317 mm/h for 45 s. The measured hydrograph is not among the data: what can be held is
//! the volume, the bounds of the peak, and that both schemes and both grids tell the same.

use sim::flood::{Engine, Forcing, Ground, Params, Rain};

use crate::{
    data::{Grid, text},
    is_full,
};

/// Steel, s/m^⅓ (Cea et al. give 0.009 to 0.016).
const MANNING: f64 = 0.012;
const RAIN_MM_H: f64 = 317.0;
const RAIN_S: f64 = 45.0;

/// The peak of the runoff, l/s, and its time, s; every `coarser`th cell of 1 cm.
fn runoff(grid: &Grid, coarser: usize, params: Params) -> (f64, f64) {
    let (columns, rows) = (grid.columns / coarser, grid.rows / coarser);
    let cell_m = grid.cell_m * coarser as f64;
    let pick = |i: usize| grid.values[i / columns * coarser * grid.columns + i % columns * coarser];
    let bed: Vec<f64> = (0..columns * rows).map(pick).collect();
    // 999 is outside; walls are 10 cm high.
    let is_outside: Vec<bool> = bed.iter().map(|level| *level > 1.0).collect();
    let is_closed = bed.iter().map(|level| *level > 0.09).collect();
    let bed: Vec<f64> = bed.iter().map(|level| level.min(0.1)).collect();
    // The first rows lie half a metre deeper: a tank that catches what runs off.
    let tank: Vec<usize> = (0..bed.len()).filter(|cell| bed[*cell] < -0.4).collect();
    let area_m2 = |cells: usize| cells as f64 * cell_m * cell_m;
    let inside = is_outside.iter().filter(|is_outside| !**is_outside).count();
    // What is outside gets no rain; roofs do.
    let zone_of = is_outside.iter().map(|is_outside| u32::from(!is_outside)).collect();
    let rain = Rain::gridded(vec![0.0, RAIN_S], 2, &[0.0, RAIN_MM_H], zone_of);
    let forcing = Forcing { rain: Some(rain.expect("it is rain")), ..Forcing::default() };
    let ground = Ground::new(columns, rows, cell_m, bed)
        .and_then(|ground| ground.with_manning(vec![MANNING; columns * rows]))
        .and_then(|ground| ground.with_blocked(is_closed))
        .expect("a town");
    // Films of a tenth of a millimetre are a part of this flood.
    let params = Params { dry_depth_m: 1e-5, ..params };
    let engine = Engine::<f32>::new(&ground, forcing, params).expect("a sound flood");
    let mut state = engine.start(&vec![0.0; columns * rows]).expect("it starts");
    let (mut caught, mut peak) = (0.0, (0.0, 0.0));
    for second in (3..=150).step_by(3) {
        engine.advance(&mut state, f64::from(second)).expect("it is stable");
        let depth = engine.depth_m(&state);
        let now = area_m2(1) * tank.iter().map(|cell| depth[*cell]).sum::<f64>();
        let litres_s = (now - caught) / 3.0 * 1000.0;
        if litres_s > peak.0 {
            peak = (litres_s, f64::from(second) - 1.5);
        }
        caught = now;
    }
    let ledger = state.ledger();
    let rained_m3 = RAIN_MM_H / 3.6e6 * RAIN_S * area_m2(inside);
    assert!((ledger.rain_m3 / rained_m3 - 1.0).abs() < 1e-9, "{ledger:?} {rained_m3}");
    assert!(ledger.relative_error().abs() < 1e-6, "{ledger:?}");
    let whole = RAIN_MM_H / 3.6e6 * area_m2(inside) * 1000.0;
    println!(
        "| rain on a town, {:?}, {cell_m} m | peak {:.3} l/s of {whole:.3} at {} s | {:.1} % caught |",
        params.scheme,
        peak.0,
        peak.1,
        100.0 * caught / rained_m3
    );
    // Less than a film of 0.1 mm stays behind of 4 mm.
    assert!(caught > 0.95 * rained_m3 && caught < 1.000_001 * rained_m3, "{caught} {rained_m3}");
    // It rises while it rains, and not above what falls; local inertia overshoots by 3 % as films of a
    // Froude number near 1 come together.
    assert!(peak.0 < 1.04 * whole && (20.0..=48.0).contains(&peak.1), "{peak:?}");
    peak
}

#[test]
fn rain_on_a_small_town_runs_off() {
    let Some(text) = text("rain_cea2008/topo.asc") else { return };
    let grid = Grid::read(&text);
    let hllc = runoff(&grid, 2, Params::hllc());
    if is_full() {
        let inertia = runoff(&grid, 2, Params::local_inertia());
        assert!((inertia.0 / hllc.0 - 1.0).abs() < 0.1, "{hllc:?} {inertia:?}");
        let fine = runoff(&grid, 1, Params::hllc());
        assert!((fine.0 / hllc.0 - 1.0).abs() < 0.1, "{hllc:?} {fine:?}");
    }
}
