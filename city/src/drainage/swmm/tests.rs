use crate::drainage::{LinkKind, NodeKind, PumpCurve, Section, Stage, Storage};

use super::*;

const SMALL: &str = "\
[TITLE]
Hai hố ga
[OPTIONS]
FLOW_UNITS           CFS
START_DATE           10/29/2025
START_TIME           18:30:00
END_DATE             10/30/2025
END_TIME             00:30:00
ROUTING_STEP         0:00:15
VARIABLE_STEP        0.75
[JUNCTIONS]
;;Name  Elev  MaxDepth Init Sur Pond
A       10    8        1    0   100
[STORAGE]
B       5     10  0   FUNCTIONAL 20 0.5 100
[OUTFALLS]
OUT     4     TIDAL   tide  YES
[CONDUITS]
c1      A   B   300  0.013  0  2.5  0  0
[PUMPS]
p1      B   OUT  lift  ON
[XSECTIONS]
c1      CIRCULAR  2  0 0 0 2
[LOSSES]
c1      0.5  1.0  0  YES
[CURVES]
lift    PUMP4  0 0  4 1
lift           8 2
tide    TIDAL  0 1  12 3
[CONTROLS]
RULE on
IF NODE B DEPTH >= 4
THEN PUMP p1 STATUS = ON
RULE off
IF NODE B DEPTH < 1
THEN PUMP p1 STATUS = OFF
RULE odd
IF SIMULATION TIME > 4
THEN PUMP p1 STATUS = OFF
[INFLOWS]
A  FLOW  storm  FLOW  1.0  2.0  0.5
[DWF]
A  FLOW  1  \"\"  daily
[PATTERNS]
daily HOURLY 1 1 1 1 1 1 1 1 1 1 1 1
daily        1 1 1 1 1 1 3 4 1 1 1 1
[TIMESERIES]
storm  10/29/2025 19:30 0  20:00 10
storm  21:00 4
";

#[test]
fn a_small_file_comes_in_with_si_units() {
    let model = read(SMALL).expect("it is sound");
    let foot = 0.3048_f64;
    assert_eq!(model.title, ["Hai hố ga"]);
    assert_eq!(model.options.duration_s, 6.0 * 3600.0);
    assert_eq!((model.options.step_s, model.options.courant), (15.0, Some(0.75)));
    let network = &model.network;
    assert_eq!(network.nodes.len(), 3);
    assert!((network.nodes[0].invert_m - 10.0 * foot).abs() < 1e-12);
    let NodeKind::Storage(Storage::Power { coefficient_m2, .. }) = network.nodes[1].kind else {
        panic!("B is a basin");
    };
    assert!((coefficient_m2 - 20.0 * foot.powf(1.5)).abs() < 1e-12);
    let LinkKind::Conduit(conduit) = &network.links[0].kind else { panic!("c1 is a conduit") };
    assert_eq!((conduit.barrels, conduit.entry_loss, conduit.has_flap_gate), (2, 0.5, true));
    assert_eq!(conduit.section, Section::Circular { diameter_m: 2.0 * foot });
    assert!((conduit.to_offset_m - 2.5 * foot).abs() < 1e-12);
}

#[test]
fn rules_of_depth_switch_pumps_and_others_are_named() {
    let model = read(SMALL).expect("it is sound");
    let LinkKind::Pump(pump) = &model.network.links[1].kind else { panic!("p1 is a pump") };
    assert!((pump.start_depth_m - 4.0 * 0.3048).abs() < 1e-12);
    assert!((pump.stop_depth_m - 0.3048).abs() < 1e-12);
    assert!(matches!(&pump.curve, PumpCurve::Depth(curve) if curve.len() == 3));
    assert_eq!(model.left_out.len(), 1);
    assert!(model.left_out[0].why.contains("'odd'"), "{:?}", model.left_out);
}

#[test]
fn series_patterns_and_tides_are_told_in_seconds_of_the_run() {
    let model = read(SMALL).expect("it is sound");
    let cfs = 0.3048_f64.powi(3);
    let storm = &model.network.inflows[0].discharge_m3_s;
    assert_eq!(storm[0], (3600.0, 0.0));
    assert!((storm[1].1 - 20.0 * cfs).abs() < 1e-12 && storm[1].0 == 5400.0);
    assert!(storm[3].1 == 0.0 && storm[3].0 > 9000.0, "nothing comes after the series");
    assert!((model.network.inflows[1].discharge_m3_s[0].1 - 0.5 * cfs).abs() < 1e-12);
    // The run begins at 18:30: half an hour of the factor 3, then an hour of 4.
    let daily = &model.network.inflows[2].discharge_m3_s;
    assert!((daily[0].1 - 3.0 * cfs).abs() < 1e-12);
    assert!((daily[2].1 - 4.0 * cfs).abs() < 1e-12 && daily[2].0 == 1800.0);
    let NodeKind::Outfall { stage: Stage::Series(tide), has_flap_gate: true } =
        &model.network.nodes[2].kind
    else {
        panic!("OUT has a tide and a flap");
    };
    assert_eq!(tide[1], (-6.5 * 3600.0, 3.0 * 0.3048));
}

#[test]
fn what_cannot_be_read_is_refused_with_its_line_and_a_cure() {
    let check = |from: &str, to: &str, words: [&str; 2]| {
        let error = read(&SMALL.replace(from, to)).expect_err("it is broken").to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    };
    check("A       10 ", "A       x ", ["line 13, section [JUNCTIONS]", "'x' is no number"]);
    check("CIRCULAR  2", "STREET  2", ["XSECTIONS", "the shape 'STREET' is not known here"]);
    check("c1      CIRCULAR", "c2      CIRCULAR", ["CONDUITS", "no line in [XSECTIONS]"]);
    check("FLOW_UNITS           CFS", "FLOW_UNITS  BPD", ["FLOW_UNITS is 'BPD'", "MLD"]);
    check("FLOW  storm", "FLOW  sturm", ["INFLOWS", "'sturm' is not in [TIMESERIES]"]);
    check("20:00 10", "19:00 10", ["TIMESERIES", "do not ascend"]);
    check("[TITLE]", "TITLE", ["line 1", "is this a SWMM 5 file?"]);
}
