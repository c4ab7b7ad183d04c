//! Tests 4 and 5 of the UK Environment Agency's comparison of two-dimensional packages (Néelz & Pender
//! 2013, SC120002) against LISFLOOD-FP 8.1 on the same grid: HLLC beside its `fv1`, local inertia beside
//! its `acceleration`. Model beside model: neither is the truth.
//!
//! A point agrees where the water arrives within an output step of theirs and its peak lies within the
//! larger of 5 cm and 3 % of the depth.

use sim::flood::{Engine, Forcing, Ground, Inflow, Params, Scheme, Series};

use crate::{
    data::{Grid, rows, text},
    is_full,
};

/// From which depth on water has arrived, m.
const ARRIVED_M: f64 = 0.05;

/// A case, and how long the short form of it runs.
struct Case {
    name: &'static str,
    folder: &'static str,
    ground: Ground,
    /// Level of the south-western corner's place, m.
    corner_m: (f64, f64),
    inflow: Inflow,
    points_m: Vec<(f64, f64)>,
    /// Between the rows of the reference, s.
    output_s: f64,
    whole_s: f64,
    short_s: f64,
}

/// Depths at each point over time: time in s, then the points.
type Stages = Vec<Vec<f64>>;

/// Test 4: 20 m³/s through 20 m of the western edge of a plain of 1 km × 2 km.
fn speed_of_flooding() -> Option<Case> {
    let hydrograph = text("ea4_floodspeed/ea4.bdy")?;
    let (columns, rows, cell_m) = (200, 400, 5.0);
    let ground = Ground::new(columns, rows, cell_m, vec![0.0; columns * rows])
        .and_then(|ground| ground.with_manning(vec![0.05; columns * rows]))
        .expect("a plain");
    // 990 m to 1010 m from the south.
    let cells = (198..202).map(|row| (0, row)).collect();
    Some(Case {
        name: "test 4",
        folder: "ea4_floodspeed/lisflood81",
        ground,
        corner_m: (0.0, 0.0),
        inflow: Inflow { cells, discharge_m3_s: series(&hydrograph, 20.0) },
        points_m: points(&text("ea4_floodspeed/ea4.stage")?),
        output_s: 60.0,
        whole_s: 18_000.0,
        short_s: 4500.0,
    })
}

/// Test 5: a dam fails above a valley of 17 km; cells of 50 m.
fn valley() -> Option<Case> {
    let hydrograph = text("ea5_valley/ea5-50m_lisflood.bdy")?;
    let grid = Grid::read(&text("ea5_valley/ea5-50m_mean.dem.gz")?);
    let sources = text("ea5_valley/ea5-50m_lisflood.bci")?;
    let place = |line: &str| -> Option<(usize, usize)> {
        let mut parts = line.split_whitespace().skip(1).map(|part| part.parse().ok());
        Some(grid.cell(parts.next()??, parts.next()??))
    };
    let cells: Vec<(usize, usize)> = sources.lines().filter_map(place).collect();
    assert_eq!(cells.len(), 4);
    let is_hole: Vec<bool> = grid.values.iter().map(|level| *level <= grid.hole).collect();
    let bed = grid.values.iter().map(|level| level.max(0.0)).collect();
    let ground = Ground::new(grid.columns, grid.rows, grid.cell_m, bed)
        .and_then(|ground| ground.with_manning(vec![0.04; is_hole.len()]))
        .and_then(|ground| ground.with_blocked(is_hole))
        .expect("a valley");
    Some(Case {
        name: "test 5",
        folder: "ea5_valley/lisflood81_50m",
        ground,
        corner_m: grid.corner_m,
        // m²/s over four cells of 50 m.
        inflow: Inflow { cells, discharge_m3_s: series(&hydrograph, 200.0) },
        points_m: points(&text("ea5_valley/ea5.stage")?),
        output_s: 100.0,
        whole_s: 108_000.0,
        short_s: 10_800.0,
    })
}

/// A hydrograph of lines `value time`, times a width in m.
fn series(text: &str, width_m: f64) -> Series {
    let entries = rows(text).into_iter().filter(|row| row.len() == 2);
    let entries = entries.map(|row| (row[1], row[0] * width_m)).collect();
    Series::new("a hydrograph", entries).expect("times ascend")
}

/// Places of lines `x y`.
fn points(text: &str) -> Vec<(f64, f64)> {
    let rows = rows(text).into_iter().filter(|row| row.len() == 2);
    rows.map(|row| (row[0], row[1])).collect()
}

/// Runs a case, and looks at its points at the times of the reference.
fn run(case: &Case, params: Params, times_s: &[f64]) -> Stages {
    let forcing = Forcing { inflows: vec![case.inflow.clone()], ..Forcing::default() };
    let engine = Engine::<f32>::new(&case.ground, forcing, params).expect("a sound flood");
    let mut state = engine.start(&vec![0.0; case.ground.bed_m().len()]).expect("it starts");
    let cell = |(x, y): &(f64, f64)| {
        let along = |place: f64, corner: f64| ((place - corner) / case.ground.cell_m()) as usize;
        along(*y, case.corner_m.1) * case.ground.columns() + along(*x, case.corner_m.0)
    };
    let cells: Vec<usize> = case.points_m.iter().map(cell).collect();
    let mut stages = Vec::new();
    for time_s in times_s {
        if *time_s > state.time_s() {
            engine.advance(&mut state, *time_s).expect("it is stable");
        }
        let depth = engine.depth_m(&state);
        let row = std::iter::once(*time_s).chain(cells.iter().map(|cell| depth[*cell]));
        stages.push(row.collect());
    }
    let error = state.ledger().relative_error();
    assert!(error.abs() < 1e-6, "{}: {error:e}", case.name);
    stages
}

/// When a point (from 1) is first as deep as [`ARRIVED_M`], s; and its peak, m.
fn arrival_and_peak(stages: &Stages, point: usize) -> (Option<f64>, f64) {
    let arrival = stages.iter().find(|row| row[point] >= ARRIVED_M).map(|row| row[0]);
    (arrival, stages.iter().map(|row| row[point]).fold(0.0, f64::max))
}

/// What LISFLOOD-FP found, in the form that runs; None where it is not at hand.
fn reference(case: &Case, theirs: &str) -> Option<Stages> {
    let text = text(&format!("{}_{theirs}.stage", case.folder))?;
    let until_s = if is_full() { case.whole_s + case.output_s } else { case.short_s };
    let is_row = |row: &Vec<f64>| row.len() == case.points_m.len() + 1 && row[0] <= until_s;
    let reference: Stages = rows(&text).into_iter().filter(is_row).collect();
    assert!(reference.len() > 50, "{} rows of {theirs}", reference.len());
    Some(reference)
}

/// Prints a row for each point, and holds that all agree but those known to miss.
fn compare(case: Option<Case>, params: Params, known: &[usize]) {
    let Some(case) = case else { return };
    let theirs = if params.scheme == Scheme::LocalInertia { "acceleration" } else { "fv1" };
    let Some(reference) = reference(&case, theirs) else { return };
    let times_s: Vec<f64> = reference.iter().map(|row| row[0]).collect();
    let found = run(&case, params, &times_s);
    let (mut missing, mut counted) = (Vec::new(), 0);
    for point in 1..=case.points_m.len() {
        let (ours, wanted) = (arrival_and_peak(&found, point), arrival_and_peak(&reference, point));
        if wanted.0.is_none() && ours.0.is_none() {
            continue;
        }
        let late_s = ours.0.zip(wanted.0).map(|(ours, theirs)| ours - theirs);
        let higher_m = ours.1 - wanted.1;
        let in_time = late_s.is_some_and(|late_s| late_s.abs() <= 1.05 * case.output_s);
        let is_level = higher_m.abs() <= f64::max(0.05, 0.03 * wanted.1);
        counted += 1;
        let verdict = if in_time && is_level { "agrees" } else { "misses" };
        if verdict == "misses" {
            missing.push(point);
        }
        println!(
            "| EA {}, {:?} beside {theirs}, point {point} | {:.0} s | {:.0} s | {:.3} m | {:.3} m | {verdict} |",
            case.name,
            params.scheme,
            wanted.0.unwrap_or(f64::NAN),
            ours.0.unwrap_or(f64::NAN),
            wanted.1,
            ours.1,
        );
    }
    assert!(counted >= 6, "only {counted} points get water");
    let unknown: Vec<_> = missing.iter().filter(|point| !known.contains(point)).collect();
    assert!(unknown.is_empty(), "points {unknown:?} miss");
}

/// With LISFLOOD-FP's least depth that moves, 1 mm, and its θ of 1: with our 0.9, which takes more of the
/// faces beside, test 5 comes some output steps later.
fn as_theirs(params: Params) -> Params {
    Params { dry_depth_m: 1e-3, theta: 1.0, max_step_s: 5.0, ..params }
}

#[test]
fn a_plain_floods_as_fast_as_lisfloods_finite_volumes_say() {
    compare(speed_of_flooding(), as_theirs(Params::hllc()), &[]);
}

#[test]
fn a_plain_floods_as_fast_as_lisfloods_inertia_says() {
    compare(speed_of_flooding(), as_theirs(Params::local_inertia()), &[]);
}

#[test]
fn a_valley_floods_below_a_dam_as_lisfloods_finite_volumes_say() {
    // Point 5, which only the full form reaches, gets its 5 cm three output steps late, after 12 000 s over
    // the flat end of the valley; its peak agrees. Point 6 is 5.4 cm too high, 0.4 cm beyond the bound, beside a bank whose steps between cells are as
    // high as the water is deep: the two reconstruct the bed at faces in different ways (Liang & Marche
    // 2009 there; Chen & Noelle 2017 and Xia et al. 2017 here).
    compare(valley(), as_theirs(Params::hllc()), &[5, 6]);
}

#[test]
fn a_valley_floods_below_a_dam_as_lisfloods_inertia_says() {
    // With θ = 1 nothing but friction damps waves, and with longer steps they grow in the ponds of the valley
    // (`sim::flood::inertia`).
    let params = Params { max_step_s: 2.0, ..as_theirs(Params::local_inertia()) };
    compare(valley(), params, &[]);
}

#[test]
fn a_valley_comes_to_rest_with_our_own_inertia() {
    // The engine's defaults, at its longest step: a pond comes to rest. The mean with the faces beside costs momentum in
    // a valley four cells wide: the water comes up to four output steps later and stands up to 4.4 % higher, so
    // arrivals are not held, and peaks within 5 %.
    let Some(case) = valley() else { return };
    let Some(reference) = reference(&case, "acceleration") else { return };
    let times_s: Vec<f64> = reference.iter().map(|row| row[0]).collect();
    let found = run(&case, Params::local_inertia(), &times_s);
    let (Some(last), Some(wanted)) = (found.last(), reference.last()) else { return };
    for point in 1..=case.points_m.len() {
        let (peak, theirs) =
            (arrival_and_peak(&found, point).1, arrival_and_peak(&reference, point).1);
        let (rest, wanted) = (last[point], wanted[point]);
        println!(
            "| EA test 5, our inertia, point {point} | peak {theirs:.3} m | {peak:.3} m | at the end {wanted:.3} m | {rest:.3} m |"
        );
        let bound_m = |theirs: f64| f64::max(0.05, 0.05 * theirs);
        assert!((peak - theirs).abs() <= bound_m(theirs), "point {point}: {peak} beside {theirs}");
        // In the short form the water still runs.
        assert!(
            !is_full() || (rest - wanted).abs() <= 0.02,
            "point {point}: {rest} beside {wanted}"
        );
    }
}
