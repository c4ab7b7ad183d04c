//! Pumps.

use city::drainage::{Pump, PumpCurve};

use super::{
    Error,
    layout::{check_sizes, table},
    state::NodeState,
};
use crate::flood::Series;

/// A pump laid out.
#[derive(Debug, Clone)]
pub(super) struct Lift {
    curve: LiftCurve,
    pub(super) is_on: bool,
    start_m: f64,
    stop_m: f64,
}

#[derive(Debug, Clone)]
enum LiftCurve {
    Ideal,
    Volume(Vec<(f64, f64)>),
    DepthSteps(Vec<(f64, f64)>),
    Head(Series),
    Depth(Series),
}

pub(super) fn layout(name: &str, pump: &Pump) -> Result<Lift, Error> {
    let depths =
        [("the starting depth", pump.start_depth_m), ("the stopping depth", pump.stop_depth_m)];
    check_sizes(name, &depths)?;
    let series = |entries: &[(f64, f64)]| table("the curve", name, entries);
    let steps = |entries: &[(f64, f64)]| series(entries).map(|series| series.entries().to_vec());
    let curve = match &pump.curve {
        PumpCurve::Ideal => LiftCurve::Ideal,
        PumpCurve::Volume(entries) => LiftCurve::Volume(steps(entries)?),
        PumpCurve::DepthSteps(entries) => LiftCurve::DepthSteps(steps(entries)?),
        PumpCurve::Head(entries) => LiftCurve::Head(series(entries)?),
        PumpCurve::Depth(entries) => LiftCurve::Depth(series(entries)?),
    };
    Ok(Lift { curve, is_on: pump.is_on, start_m: pump.start_depth_m, stop_m: pump.stop_depth_m })
}

impl Lift {
    /// Whether it runs during a step that begins with a depth at its first node.
    pub(super) fn is_on(&self, was_on: bool, depth_m: f64) -> bool {
        if self.start_m <= 0.0 && self.stop_m <= 0.0 {
            return was_on;
        }
        if was_on { depth_m >= self.stop_m } else { self.start_m > 0.0 && depth_m >= self.start_m }
    }

    /// The greatest volume that it goes by, m³.
    pub(super) fn well_m3(&self) -> f64 {
        match &self.curve {
            LiftCurve::Volume(steps) => steps.last().map_or(0.0, |(volume_m3, _)| *volume_m3),
            _ => 0.0,
        }
    }

    /// Flow, m³/s, and dQ/dH at its two ends, m²/s.
    pub(super) fn flow(&self, from: &NodeState, heads_m: [f64; 2]) -> (f64, [f64; 2]) {
        match &self.curve {
            LiftCurve::Ideal => (from.in_m3_s, [0.0; 2]),
            LiftCurve::Volume(steps) => (step(steps, from.volume_m3), [0.0; 2]),
            LiftCurve::DepthSteps(steps) => (step(steps, from.depth_m), [0.0; 2]),
            LiftCurve::Head(curve) => {
                let head_m = (heads_m[1] - heads_m[0]).max(0.0);
                (curve.at(head_m), [slope(curve, head_m).abs(); 2])
            }
            LiftCurve::Depth(curve) => (curve.at(from.depth_m), [slope(curve, from.depth_m), 0.0]),
        }
    }
}

/// The value of the first entry that is not reached; the last one's beyond.
fn step(steps: &[(f64, f64)], at: f64) -> f64 {
    let next = steps.partition_point(|(end, _)| *end <= at).min(steps.len() - 1);
    steps[next].1
}

fn slope(curve: &Series, at: f64) -> f64 {
    let entries = curve.entries();
    let next = entries.partition_point(|(x, _)| *x <= at);
    match (next.checked_sub(1).map(|before| entries[before]), entries.get(next)) {
        (Some((x0, y0)), Some((x1, y1))) => (y1 - y0) / (x1 - x0),
        _ => 0.0,
    }
}
