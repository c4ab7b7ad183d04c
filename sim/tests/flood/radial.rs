//! A cylinder of water collapses, against a reference computed on a fine grid.

use std::{fs::File, io::Read, path::Path};

use flate2::read::GzDecoder;
use sim::flood::{Ground, Params};

use crate::alone;

/// x, level and velocity along the middle after 3.5 s.
fn reference() -> Option<Vec<[f64; 3]>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/flood/radial_dambreak/gpu-mwdg2_reference.txt.gz");
    let mut text = Vec::new();
    GzDecoder::new(File::open(path).ok()?).read_to_end(&mut text).ok()?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let numbers = |line: &str| -> Option<[f64; 3]> {
        let mut columns = line.split('\t').map(|column| column.trim().parse().ok());
        Some([columns.next()??, columns.next()??, columns.next()??])
    };
    Some(text.lines().filter_map(numbers).collect())
}

#[test]
fn a_cylinder_of_water_collapses_as_the_reference_does() {
    let Some(reference) = reference() else {
        println!("skipped: ../shared/data/flood/radial_dambreak is not there");
        return;
    };
    assert!(reference.len() > 900, "{} rows", reference.len());
    // 2.5 m of water within 2.5 m, 0.5 m around, on 40 m × 40 m; after 3.5 s. A quarter is enough:
    // closed edges are planes of symmetry.
    let (cells, cell_m) = (100, 0.2);
    let at = |i: usize| (i as f64 + 0.5) * cell_m;
    let is_in = |i: usize| at(i % cells).hypot(at(i / cells)) < 2.5;
    let depth: Vec<f64> = (0..cells * cells).map(|i| if is_in(i) { 2.5 } else { 0.5 }).collect();
    let ground = Ground::new(cells, cells, cell_m, vec![0.0; cells * cells]).expect("a basin");
    let engine = alone(&ground, Params::hllc());
    let mut state = engine.start(&depth).expect("it starts");
    engine.advance(&mut state, 3.5).expect("it is stable");
    let found = engine.depth_m(&state);
    let along: Vec<&[f64; 3]> =
        reference.iter().filter(|row| row[0] > 0.1 && row[0] < 19.9).collect();
    let off = |row: &&[f64; 3]| {
        let i = ((row[0] / cell_m) as usize).min(cells - 1);
        (found[i] - row[1]).abs()
    };
    let error_m = along.iter().map(off).sum::<f64>() / along.len() as f64;
    println!("radial dam break: mean |Δη| {error_m:.4} m of waves of 0.4 m on 20 cm cells");
    // First order on 20 cm cells smears the two shocks over about five cells each.
    assert!(error_m < 0.03, "{error_m}");
}
