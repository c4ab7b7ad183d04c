//! Drains: models of SWMM 5 run by `sim::drainage`, against the reports of SWMM 5.2.4.
//!
//! The models stand in `../shared/data/flood/swmm`, with a report beside each (`*.ref.rpt`).

mod peers;
mod report;

use std::path::{Path, PathBuf};

use city::drainage::swmm::{self, Model};
use report::Report;
use sim::drainage::{Engine, Params, State};

/// Peaks agree within this: the promise. Nearly all do within 0.5 %; reports round to 0.01.
const TOLERANCE: f64 = 0.05;

/// The dynamic-wave models that are held to it.
const REACHED: &[&str] = &[
    "nrtestsuite/examples/Example2",
    "nrtestsuite/examples/Example3",
    "nrtestsuite/extran/extran1",
    "nrtestsuite/extran/extran2",
    "nrtestsuite/extran/extran3",
    "nrtestsuite/extran/extran4",
    "nrtestsuite/extran/extran5",
    "nrtestsuite/extran/extran6",
    "nrtestsuite/extran/extran7",
    "nrtestsuite/extran/extran9",
    "nrtestsuite/extran/extran10",
    "nrtestsuite/routing/test1",
    "nrtestsuite/routing/test2",
    "nrtestsuite/routing/test3",
    "nrtestsuite/routing/test4",
    "nrtestsuite/routing/test5",
    "nrtestsuite/update_v52/Storage_Shape_Test",
    "pyswmm_tests/link_flow_dir",
    "pyswmm_tests/node_constantinflow_constanteffluent",
];

/// Those that are not, and why.
const OUT_OF_REACH: &[(&str, &str)] = &[
    ("nrtestsuite/extran/extran8a", "basket-handle section, hot-start file"),
    ("nrtestsuite/user/user1", "runoff of subcatchments"),
    ("nrtestsuite/user/user2", "runoff of subcatchments; an arch section of standard size"),
    ("nrtestsuite/user/user3", "runoff of subcatchments"),
    ("nrtestsuite/user/user4", "runoff of subcatchments"),
    ("nrtestsuite/user/user5", "runoff of subcatchments"),
    ("nrtestsuite/update_v52/Example7-Final", "runoff of subcatchments"),
    ("nrtestsuite/update_v52/Example7-Inlets", "runoff; street inlets of HEC-22"),
    ("nrtestsuite/update_v52/Type5_Pump_Test", "pumps of type 5"),
    ("nrtestsuite/update_v52/drop_grate_inlet_17", "street inlets of HEC-22"),
    ("nrtestsuite/update_v52/drop_grate_inlet_18", "street inlets of HEC-22"),
    ("nrtestsuite/update_v52/onsag_curb_inlet_12", "street inlets of HEC-22"),
    ("nrtestsuite/update_v52/onsag_grate_inlet_11", "street inlets of HEC-22"),
    ("nrtestsuite/update_v52/street_curb_inlet_9a", "street inlets of HEC-22"),
    ("nrtestsuite/update_v52/street_curb_inlet_9a-CFS", "street inlets of HEC-22"),
    ("nrtestsuite/update_v52/street_grate_inlet_7", "street inlets of HEC-22"),
    ("nrtestsuite/update_v52/sweeper_combo_inlet_10", "street inlets of HEC-22"),
    ("nrtestsuite/update_v5111/bioretention", "low-impact development"),
    ("nrtestsuite/update_v5111/catchment_as_outfall", "outfall onto a subcatchment"),
    ("nrtestsuite/update_v5111/events_example", "runoff of subcatchments, events"),
    ("nrtestsuite/update_v5111/gate_control_3", "rules that modulate a gate"),
    ("pyswmm_tests/link_constantinflow", "weir of a roadway"),
    ("pyswmm_tests/test_ex1_metric_dynwave", "runoff of subcatchments"),
    ("pyswmm_tests/test_inlet_drains", "runoff; street inlets of HEC-22"),
    ("pyswmm_tests/hotstart/Simulation1", "runoff of subcatchments"),
    ("pyswmm_tests/hotstart/Simulation1_use_hot_start", "runoff; hot-start file"),
    ("pyswmm_tests/hotstart/Simulation2", "runoff of subcatchments"),
];

fn folder() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/flood/swmm");
    if !root.is_dir() {
        println!("skipped: no {}", root.display());
    }
    root.is_dir().then_some(root)
}

/// The models with a report beside them, by name.
fn models(root: &Path) -> Vec<String> {
    let mut open = vec![root.to_owned()];
    let mut names = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).expect("a folder").flatten().map(|e| e.path()));
            continue;
        }
        let name = path.with_extension("");
        let name = name.strip_prefix(root).expect("below it").to_string_lossy().into_owned();
        let is_model = path.extension().is_some_and(|extension| extension == "inp");
        if is_model && root.join(format!("{name}.ref.rpt")).is_file() {
            names.push(name);
        }
    }
    names.sort();
    names
}

fn model(root: &Path, name: &str) -> Model {
    let bytes = std::fs::read(root.join(format!("{name}.inp"))).expect("the model is there");
    swmm::read(&String::from_utf8_lossy(&bytes)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn run(model: &Model) -> (Engine, State) {
    let engine = Engine::new(&model.network, Params::from(&model.options)).expect("SWMM ran it");
    let mut state = engine.start();
    engine.advance(&mut state, model.options.duration_s).expect("a stable run");
    (engine, state)
}

/// How far two peaks are apart in parts of the greater of theirs and a least one that still counts.
fn apart(ours: f64, theirs: f64, least: f64) -> f64 {
    (ours - theirs).abs() / theirs.max(least)
}

/// The worst of some differences, with its place.
fn worst<'a>(differences: impl Iterator<Item = (f64, &'a str)>) -> (f64, &'a str) {
    differences.fold((0.0, ""), |worst, next| if next.0 > worst.0 { next } else { worst })
}

/// How far our peaks of depth and of flow are from a report's at worst, with the places.
fn differences<'a>(
    report: &Report,
    engine: &'a Engine,
    state: &'a State,
) -> ((f64, &'a str), (f64, &'a str)) {
    // 5 cm of depth, 1 % of the greatest flow: less than that is as good as dry.
    let depths = engine.node_names().zip(state.node_maxima()).filter_map(|(node, seen)| {
        let theirs = report.depths_m.get(node)?;
        Some((apart(seen.depth_m, *theirs, 0.05), node))
    });
    let least = 0.01 * report.flows_m3_s.values().copied().fold(0.0, f64::max);
    let flows = engine.link_names().zip(state.link_maxima()).filter_map(|(link, seen)| {
        let theirs = report.flows_m3_s.get(link)?;
        Some((apart(seen.flow_m3_s, *theirs, least), link))
    });
    (worst(depths), worst(flows))
}

#[test]
fn peaks_of_flow_and_depth_are_within_five_per_cent_of_swmms() {
    let Some(root) = folder() else { return };
    let mut offences = Vec::new();
    println!("{:50} {:>9} {:>9} {:>9}", "model", "depth", "flow", "continuity");
    for name in REACHED {
        let report = Report::read(&root.join(format!("{name}.ref.rpt")));
        let (engine, state) = run(&model(&root, name));
        assert_eq!(
            report.depths_m.len(),
            engine.node_names().count(),
            "{name}: all nodes are told"
        );
        let (depth, flow) = differences(&report, &engine, &state);
        let error = state.ledger().relative_error();
        let percent = |part: f64| format!("{:.2} %", 100.0 * part);
        println!("{name:50} {:>9} {:>9} {:>9}", percent(depth.0), percent(flow.0), percent(error));
        for (what, (apart, place)) in [("depth", depth), ("flow", flow)] {
            if apart > TOLERANCE {
                offences.push(format!("{name}: {what} at {place} is {} off", percent(apart)));
            }
        }
    }
    assert!(offences.is_empty(), "{offences:#?}");
}

#[test]
fn every_dynamic_wave_model_is_reached_or_says_why_not() {
    let Some(root) = folder() else { return };
    let is_unnamed = |name: &String| {
        let path = root.join(format!("{name}.inp"));
        let text = String::from_utf8_lossy(&std::fs::read(path).expect("readable")).into_owned();
        let routing = text.lines().find(|line| line.trim_start().starts_with("FLOW_ROUTING"));
        let is_dynamic =
            routing.is_some_and(|line| line.contains("DYNWAVE") || line.contains("DW"));
        let is_named =
            REACHED.contains(&name.as_str()) || OUT_OF_REACH.iter().any(|(known, _)| known == name);
        is_dynamic && !is_named
    };
    let unnamed: Vec<String> = models(&root).into_iter().filter(is_unnamed).collect();
    assert!(unnamed.is_empty(), "neither reached nor out of reach: {unnamed:?}");
    for (name, why) in OUT_OF_REACH {
        println!("{name:55} {why}");
    }
}
