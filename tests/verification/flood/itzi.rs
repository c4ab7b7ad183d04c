//! MacDonald's long slow river as Itzï's own tests have it: on its rasters of 200 × 3 cells of 5 m, by local
//! inertia, with and without rain.

use sim::flood::{
    Edge, EdgeSpan, Engine, Forcing, GRAVITY, Ground, Inflow, Params, Rain, Series, Side,
};

use crate::data::{Grid, rows, text};

/// Mean |Δη|, m, of local inertia and of HLLC along the middle row, once the river is steady.
fn errors(folder: &str, table: &str, rain_mm_h: f64) -> Option<[f64; 2]> {
    let dem = Grid::read(&text(&format!("itzi_macdonald/{folder}/dem.asc"))?);
    let sources = Grid::read(&text(&format!("itzi_macdonald/{folder}/q.asc"))?);
    let table = rows(&text(&format!("itzi_macdonald/{table}"))?);
    assert_eq!((dem.columns, dem.rows, table.len()), (200, 3, 200));
    let cells = dem.values.len();
    let ground = Ground::new(dem.columns, dem.rows, dem.cell_m, dem.values.clone())
        .and_then(|ground| ground.with_manning(vec![0.033; cells]))
        .expect("a channel");
    // Sources in metres of water a second.
    let inflows = (0..cells).filter(|cell| sources.values[*cell] > 0.0).map(|cell| {
        let discharge = sources.values[cell] * dem.cell_m * dem.cell_m;
        let discharge_m3_s = Series::constant("a source", discharge).expect("a discharge");
        Inflow { cells: vec![(cell % dem.columns, cell / dem.columns)], discharge_m3_s }
    });
    let inflows: Vec<Inflow> = inflows.collect();
    assert_eq!(inflows.len(), 3);
    // Its eastern cells are open; the depth there is given, as SWASHES has it.
    let end = (4.0 / GRAVITY).cbrt() * (1.0 + 0.5 * (-4.0_f64).exp());
    let bed_m = dem.values[dem.columns - 1];
    let level = Series::constant("the end", bed_m + end).expect("a level");
    let rain = Rain::uniform(vec![0.0, 1e6], &[rain_mm_h]).expect("it is rain");
    let forcing = Forcing {
        rain: (rain_mm_h > 0.0).then_some(rain),
        inflows,
        edges: vec![EdgeSpan { side: Side::East, cells: 0..3, edge: Edge::Level(level) }],
    };
    Some([Params::local_inertia(), Params::hllc()].map(|params| {
        let engine = Engine::<f32>::new(&ground, forcing.clone(), params).expect("sound");
        let mut state = engine.start(&vec![0.0; cells]).expect("it starts");
        engine.advance(&mut state, 3000.0).expect("it is stable");
        let depth = engine.depth_m(&state);
        let off = |i: usize| {
            let middle = dem.columns + i;
            (depth[middle] + dem.values[middle] - table[i][2]).abs()
        };
        (0..dem.columns).map(off).sum::<f64>() / dem.columns as f64
    }))
}

#[test]
fn macdonalds_river_runs_on_itzis_rasters() {
    let folder = "McDonald_long_channel_wo_rain";
    let Some([inertia_m, hllc_m]) = errors(folder, "mcdo_norain.csv", 0.0) else { return };
    println!(
        "| Itzï's MacDonald, mean |Δη| in m: LocalInertia, Hllc | {inertia_m:.4} | {hllc_m:.4} |"
    );
    // Depths of 0.75 to 1.1 m. At both ends the Froude number is 0.99: what local inertia leaves out
    // weighs as much there as what it keeps.
    assert!(inertia_m < 0.026 && hllc_m < 0.0077, "{inertia_m} {hllc_m}");
}

#[test]
fn macdonalds_river_runs_on_itzis_rasters_under_rain() {
    // A millimetre a second.
    let folder = "McDonald_long_channel_rain";
    let Some([inertia_m, hllc_m]) = errors(folder, "mcdo_rain.csv", 3600.0) else { return };
    println!(
        "| Itzï's MacDonald with rain, mean |Δη| in m: LocalInertia, Hllc | {inertia_m:.4} | {hllc_m:.4} |"
    );
    // As without rain; what the rain takes to be sped up is left out by local inertia too.
    assert!(inertia_m < 0.042 && hllc_m < 0.0037, "{inertia_m} {hllc_m}");
}
