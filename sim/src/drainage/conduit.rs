//! The momentum of water in a conduit (SWMM 5 reference manual, volume II, chapter 3):
//!
//! ∂Q/∂t + ∂(Q²/A)/∂x + g·A·∂H/∂x + g·A·S_f = 0, with the continuity equation put into the second term,
//! taken over the length of a conduit between the heads of its nodes:
//!
//! Q' = [Q − g·Ā·(H₂ − H₁)·Δt/L + 2·V·(A_m − A_m⁰)·σ + V²·(A₂ − A₁)·σ·Δt/L]
//!      / [1 + g·n²·|V|·Δt/R̄^(4/3) + ΣK·|V|·Δt/(2·L)]
//!
//! A₁, A_m, A₂ are the areas at its ends and middle, V = Q/A_m of the last iteration, σ what Froude's
//! number leaves of inertia; Ā and R̄ move from the middle upstream as flow becomes supercritical.

use super::{
    Inertia, NormalLimit, Params,
    layout::{Kind, Pipe, Place},
    powers::two_thirds,
    section::{Section, Wetted},
    state::{NodeState, PipeState, Regime},
};
use crate::flood::GRAVITY;

/// A depth (area, flow) that is as good as none: m, m², m³/s (SWMM 5: 0.0001 ft, ft², ft³/s).
pub(super) const NO_DEPTH_M: f64 = 3.048e-5;
pub(super) const NO_AREA_M2: f64 = 9.29e-6;
pub(super) const NO_FLOW_M3_S: f64 = 2.83e-6;
/// No water runs faster than this, m/s.
const FASTEST_M_S: f64 = 15.24;
/// Part of the new value in an iteration, the last one's being the rest.
pub(super) const RELAX: f64 = 0.5;

/// A node as a conduit sees it.
#[derive(Clone, Copy)]
pub(super) struct End<'a> {
    pub(super) place: &'a Place,
    pub(super) node: &'a NodeState,
}

/// Depths and heads at the ends of a conduit.
#[derive(Debug, Clone, Copy)]
struct Ends {
    heads_m: [f64; 2],
    depths_m: [f64; 2],
}

/// Finds the flow of a conduit for the end of a step, once more.
pub(super) fn advance(
    pipe: &Pipe,
    now: &mut PipeState,
    ends: [End; 2],
    params: &Params,
    (dt_s, trial): (f64, u32),
) {
    let section = &pipe.section;
    let last = now.flow_m3_s;
    let mut at = look(pipe, ends);
    let (regime, narrowing) = classify(pipe, &mut at, ends, last);
    now.regime = regime;
    now.surfaces_m2 = surfaces(pipe, regime, &at, narrowing);
    let [up, down] = at.depths_m.map(|depth_m| section.at(depth_m));
    let middle_m = 0.5 * (at.depths_m[0] + at.depths_m[1]);
    let middle = section.at(middle_m);
    now.depth_m = middle_m.min(section.full_depth_m);
    let mean_m2 = 0.5 * (up.area_m2 + down.area_m2);
    let is_dry = matches!(regime, Regime::Dry | Regime::UpDry | Regime::DownDry);
    if is_dry || middle.area_m2 <= NO_AREA_M2 {
        now.middle_m2 = mean_m2;
        now.flow_m3_s = 0.0;
        now.froude = 0.0;
        now.give_m2_s = GRAVITY * dt_s * middle.area_m2 / pipe.run_m * pipe.barrels;
        return;
    }
    let speed = (last / middle.area_m2).clamp(-FASTEST_M_S, FASTEST_M_S);
    now.froude = froude(section, speed, middle_m);
    let fading = (2.0 * (1.0 - now.froude)).clamp(0.0, 1.0);
    let is_full = at.depths_m.iter().all(|depth_m| *depth_m >= section.full_depth_m);
    // Supercritical flow is ruled from upstream.
    let runs_down = !is_full && last > 0.0 && at.heads_m[0] >= at.heads_m[1];
    let centre = if runs_down { fading } else { 1.0 };
    let area_m2 = up.area_m2 + (middle.area_m2 - up.area_m2) * centre;
    let radius_m = up.radius_m + (middle.radius_m - up.radius_m) * centre;
    let inertia = match params.inertia {
        _ if is_full && !section.is_open => 0.0,
        Inertia::Kept => 1.0,
        Inertia::Damped => fading,
        Inertia::LeftOut => 0.0,
    };
    let conveyed = two_thirds(radius_m);
    let friction = dt_s * pipe.friction * speed.abs() / (conveyed * conveyed);
    let losses = losses(pipe, last, [up.area_m2, down.area_m2, middle.area_m2]) * dt_s;
    let pressure = dt_s * GRAVITY * area_m2 * (at.heads_m[1] - at.heads_m[0]) / pipe.run_m;
    let local = 2.0 * speed * (middle.area_m2 - now.old_middle_m2);
    let convected = dt_s * speed * speed * (down.area_m2 - up.area_m2) / pipe.run_m;
    let divisor = 1.0 + friction + losses;
    let wanted = (now.old_flow_m3_s - pressure + (local + convected) * inertia) / divisor;
    now.give_m2_s = GRAVITY * dt_s * area_m2 / pipe.run_m / divisor * pipe.barrels;
    let limited = limit_to_normal(pipe, &at, up, regime, ends, params, wanted);
    let relaxed = relax(limited, last, trial);
    now.flow_m3_s = hold_back(pipe, relaxed, ends);
    now.middle_m2 = middle.area_m2;
}

/// What a conduit holds in the half at each of its ends, of all barrels, m³.
pub(super) fn halves_m3(pipe: &Pipe, flow_m3_s: f64, ends: [End; 2]) -> [f64; 2] {
    let mut at = look(pipe, ends);
    classify(pipe, &mut at, ends, flow_m3_s);
    at.depths_m.map(|depth_m| pipe.half_m3(depth_m))
}

/// The middle between this and the last iteration; a flow that turns stops first.
pub(super) fn relax(wanted: f64, last: f64, trial: u32) -> f64 {
    if trial == 0 {
        return wanted;
    }
    let mean = (1.0 - RELAX) * last + RELAX * wanted;
    if mean * last < 0.0 { NO_FLOW_M3_S * 10.0 * mean.signum() } else { mean }
}

/// Froude's number of a speed at a depth; 0 where there is no free surface.
fn froude(section: &Section, speed_m_s: f64, depth_m: f64) -> f64 {
    if depth_m <= NO_DEPTH_M || !section.is_open && section.full_depth_m - depth_m <= NO_DEPTH_M {
        return 0.0;
    }
    let at = section.at(depth_m);
    speed_m_s.abs() / (GRAVITY * at.area_m2 / at.width_m).sqrt()
}

fn look(pipe: &Pipe, ends: [End; 2]) -> Ends {
    let mut at = Ends { heads_m: [0.0; 2], depths_m: [0.0; 2] };
    for (i, end) in ends.into_iter().enumerate() {
        let bed_m = end.place.invert_m + pipe.offsets_m[i];
        at.heads_m[i] = (end.place.invert_m + end.node.depth_m).max(bed_m);
        at.depths_m[i] = (at.heads_m[i] - bed_m).clamp(NO_DEPTH_M, pipe.section.full_depth_m);
    }
    at
}

/// How water stands at the ends; sets the depth at an end over which it falls freely. Also what is
/// left of the water surface near a fall (1 where there is none).
fn classify(pipe: &Pipe, at: &mut Ends, ends: [End; 2], flow: f64) -> (Regime, f64) {
    // An outfall's own water may reach over its floor.
    let fall_m = [0, 1].map(|i| match ends[i].place.kind {
        Kind::Outfall { .. } => (pipe.offsets_m[i] - ends[i].node.depth_m).max(0.0),
        _ => pipe.offsets_m[i],
    });
    let bed_m = [0, 1].map(|i| ends[i].place.invert_m + pipe.offsets_m[i]);
    let is_wet = at.depths_m.map(|depth_m| depth_m > NO_DEPTH_M);
    let mut narrowing = 1.0;
    let regime = match is_wet {
        [false, false] => Regime::Dry,
        [false, true] if at.heads_m[1] < bed_m[0] => Regime::UpDry,
        [false, true] if fall_m[0] > 0.0 => Regime::UpCritical,
        [true, false] if at.heads_m[0] < bed_m[1] => Regime::DownDry,
        [true, false] if fall_m[1] > 0.0 => Regime::DownCritical,
        [true, true] if flow < 0.0 && fall_m[0] > 0.0 => {
            let (normal_m, critical_m) = pipe.own_depths_m(flow);
            let falls = at.depths_m[0] < normal_m.min(critical_m);
            if falls { Regime::UpCritical } else { Regime::Subcritical }
        }
        [true, true] if flow >= 0.0 && fall_m[1] > 0.0 => {
            let (normal_m, critical_m) = pipe.own_depths_m(flow);
            let (less_m, more_m) = (normal_m.min(critical_m), normal_m.max(critical_m));
            if at.depths_m[1] < less_m {
                Regime::DownCritical
            } else {
                if at.depths_m[1] < more_m {
                    let span_m = more_m - less_m;
                    let left = (more_m - at.depths_m[1]) / span_m;
                    narrowing = if span_m < NO_DEPTH_M { 0.0 } else { left };
                }
                Regime::Subcritical
            }
        }
        _ => Regime::Subcritical,
    };
    let end = match regime {
        Regime::UpCritical => 0,
        Regime::DownCritical => 1,
        _ => return (regime, narrowing),
    };
    let (normal_m, critical_m) = pipe.own_depths_m(flow);
    at.depths_m[end] = normal_m.min(critical_m).max(NO_DEPTH_M);
    at.heads_m[end] = bed_m[end] + at.depths_m[end];
    (regime, narrowing)
}

/// The water surface that belongs to each end's node, m², of all barrels.
fn surfaces(pipe: &Pipe, regime: Regime, at: &Ends, narrowing: f64) -> [f64; 2] {
    let width = |depth_m: f64| pipe.section.surface_m(depth_m);
    let middle = width((0.5 * (at.depths_m[0] + at.depths_m[1])).max(NO_DEPTH_M));
    let [up, down] = at.depths_m.map(width);
    let quarter = 0.25 * pipe.run_m * pipe.barrels;
    match regime {
        Regime::Subcritical => [(up + middle) * quarter, (middle + down) * quarter * narrowing],
        Regime::UpCritical => [0.0, (middle + down) * 2.0 * quarter],
        Regime::DownCritical => [(up + middle) * 2.0 * quarter, 0.0],
        Regime::UpDry => {
            let own = if pipe.offsets_m[0] <= 0.0 { (up + middle) * quarter } else { 0.0 };
            [own, (middle + down) * quarter]
        }
        Regime::DownDry => {
            let own = if pipe.offsets_m[1] <= 0.0 { (middle + down) * quarter } else { 0.0 };
            [(up + middle) * quarter, own]
        }
        Regime::Dry => [NO_DEPTH_M * 2.0 * quarter; 2],
    }
}

/// ΣK·|V|/(2·L), each K with the speed where it is.
fn losses(pipe: &Pipe, flow: f64, areas_m2: [f64; 3]) -> f64 {
    let of_place = |(loss, area): (f64, f64)| {
        if area > NO_AREA_M2 { loss * flow.abs() / area } else { 0.0 }
    };
    let sum: f64 = pipe.losses.into_iter().zip(areas_m2).map(of_place).sum();
    sum / (2.0 * pipe.run_m)
}

fn limit_to_normal(
    pipe: &Pipe,
    at: &Ends,
    up: Wetted,
    regime: Regime,
    ends: [End; 2],
    params: &Params,
    wanted: f64,
) -> f64 {
    let [y1, y2] = at.depths_m;
    if wanted <= 0.0 || y1 >= pipe.section.full_depth_m || regime != Regime::Subcritical {
        return wanted;
    }
    let by_slope = matches!(params.normal_limit, NormalLimit::Slope | NormalLimit::Both);
    let by_froude = matches!(params.normal_limit, NormalLimit::Froude | NormalLimit::Both);
    let has_outfall = ends.iter().any(|end| matches!(end.place.kind, Kind::Outfall { .. }));
    let is_fast = || {
        let is_wet = y1 > NO_DEPTH_M && y2 > NO_DEPTH_M;
        !has_outfall && is_wet && froude(&pipe.section, wanted / up.area_m2, y1) >= 1.0
    };
    if by_slope && y1 < y2 || by_froude && is_fast() {
        wanted.min(pipe.normal_m3_s(up.area_m2, up.radius_m))
    } else {
        wanted
    }
}

/// What limits, flaps and dry nodes leave of a flow.
fn hold_back(pipe: &Pipe, flow: f64, ends: [End; 2]) -> f64 {
    let flow = flow.clamp(-pipe.most_m3_s, pipe.most_m3_s);
    let flapped =
        |i: usize| matches!(ends[i].place.kind, Kind::Outfall { has_flap_gate: true, .. });
    let flow = if matches!(ends[1].place.kind, Kind::Outfall { .. }) {
        flow.max(-ends[1].node.lends_m3_s)
    } else if matches!(ends[0].place.kind, Kind::Outfall { .. }) {
        flow.min(ends[0].node.lends_m3_s)
    } else {
        flow
    };
    // The flap of a conduit turned round opens the other way.
    let own = pipe.has_flap_gate && flow * pipe.sign < 0.0;
    if own || flow < 0.0 && flapped(1) || flow > 0.0 && flapped(0) {
        return 0.0;
    }
    if flow > NO_FLOW_M3_S && ends[0].node.depth_m <= NO_DEPTH_M {
        NO_FLOW_M3_S
    } else if flow < -NO_FLOW_M3_S && ends[1].node.depth_m <= NO_DEPTH_M {
        -NO_FLOW_M3_S
    } else {
        flow
    }
}
