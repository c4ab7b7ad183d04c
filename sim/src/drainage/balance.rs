//! The head of a node from what flows in and out (SWMM 5 reference manual, volume II, chapter 3).
//!
//! With a free surface: H' = H + ½·(ΣQ + ΣQ')·Δt / A. With the head over the highest crown there is no
//! surface to speak of, and the head rises until the flows balance: ΔH = ΣQ' / Σ(∂Q/∂H) (EXTRAN).
//!
//! A manhole that opens to the surface is no lid: the water stands in its shaft, whose area is the least of a node.
//! Its head then follows from what is in it, H' = H + (ΔV − A·ΔH) / (A + Δt·Σ(∂Q/∂H)); EXTRAN's rule would swing
//! by metres with each flow through the inlet.
//!
//! A is that of the last iteration, and not the derivative of what the halves of the conduits hold by their
//! depths at H. The difference, which SWMM 5 leaves alone, is what a node owes (or is owed); while it
//! fills it pays that back in the next step, and never rises beyond what there is water for.

use super::{
    Params,
    conduit::{NO_DEPTH_M, NO_FLOW_M3_S, RELAX},
    layout::{Kind, Place},
    state::NodeState,
};

/// Up to this part of the crown's height the free surface still counts for something.
const FADING: f64 = 1.25;
/// What is left of a correction of the head where links only leave (EXTRAN).
const HEAD_PART: f64 = 0.6;

/// Below this part of its crown's height a junction pays back what it owes. Above it iterations and
/// EXTRAN's rules decide heads, as in SWMM 5: with ½ all models that agreed with it still do, with 0.8
/// peaks move by up to 9 %.
const PAYS_BACK: f64 = 0.5;

/// Depths between which a node's head is found.
struct Limits {
    top_m: f64,
    can_pond: bool,
    is_ponded: bool,
}

impl Limits {
    fn of(place: &Place, node: &NodeState, params: &Params, has_surface: bool) -> Self {
        let can_pond = params.ponds && place.ponded_m2 > 0.0 && !has_surface;
        Self {
            top_m: match (has_surface, can_pond) {
                (true, _) => f64::INFINITY,
                (_, true) => place.full_depth_m,
                _ => place.full_depth_m + place.surcharge_m,
            },
            can_pond,
            is_ponded: can_pond && node.depth_m > place.full_depth_m,
        }
    }
}

/// Finds the depth of a node for the end of a step, once more. `held_m3` is what it holds at a depth,
/// with the halves of its conduits.
pub(super) fn settle(
    place: &Place,
    node: &mut NodeState,
    params: &Params,
    (dt_s, trial): (f64, u32),
    has_surface: bool,
    held_m3: impl Fn(f64) -> f64,
) {
    let limits = Limits::of(place, node, params, has_surface);
    let net_m3_s = node.in_m3_s - node.out_m3_s;
    let is_basin = matches!(place.kind, Kind::Basin(_));
    let pays_back = !is_basin && node.old_depth_m < PAYS_BACK * place.crown_m;
    let in_shaft = has_surface && place.shaft_m2 > 0.0 && node.depth_m > place.crown_m;
    // No faster than water passes: else the depths of shallow water would jump.
    let passes_m3 = (node.in_m3_s + node.out_m3_s) * dt_s;
    let most_m3 = if pays_back || in_shaft { passes_m3 } else { 0.0 };
    let came_m3 = (0.5 * (node.old_net_m3_s + net_m3_s) + node.exchange_m3_s) * dt_s;
    let gained_m3 = came_m3 - node.owed_m3.clamp(-most_m3, most_m3);
    let has_lid = if is_basin {
        (place.surcharge_m > 0.0 || has_surface) && node.depth_m > place.full_depth_m
    } else {
        place.crown_m > 0.0 && node.depth_m > place.crown_m
    };
    let depth_m = if in_shaft {
        let missing_m3 = gained_m3 - (held_m3(node.depth_m) - held_m3(node.old_depth_m));
        let change_m = missing_m3 / (place.shaft_m2 + node.give_m2_s * dt_s);
        (node.depth_m + change_m).max(place.crown_m - NO_DEPTH_M)
    } else if has_lid && !limits.is_ponded {
        let net_m3_s = net_m3_s + node.exchange_m3_s;
        under_pressure(place, node, net_m3_s, dt_s, &limits)
    } else {
        with_surface(place, node, gained_m3, params, trial, &limits)
    };
    let mut depth_m = depth_m.max(0.0);
    if !is_basin && node.old_depth_m < place.crown_m {
        let owed_m3 = if pays_back { node.owed_m3 } else { 0.0 };
        let there_m3 = node.held_m3 - owed_m3 + came_m3;
        depth_m = no_higher(depth_m, node.old_depth_m, there_m3, held_m3);
    }
    node.overflow_m3_s = 0.0;
    let depth_m = if depth_m
        > limits.top_m.min(if limits.can_pond { place.full_depth_m } else { f64::INFINITY })
    {
        come_out(place, node, gained_m3, depth_m, dt_s, &limits)
    } else {
        node.volume_m3 = volume_m3(place, depth_m);
        depth_m
    };
    node.rise_m_s = (depth_m - node.old_depth_m).abs() / dt_s;
    node.depth_m = depth_m;
}

/// A depth to which a node rises while it fills: not where there is no water for it.
fn no_higher(wanted_m: f64, old_m: f64, there_m3: f64, held_m3: impl Fn(f64) -> f64) -> f64 {
    if wanted_m <= old_m || held_m3(wanted_m) <= there_m3 {
        return wanted_m;
    }
    let (mut low_m, mut high_m) = (old_m, wanted_m);
    while high_m - low_m > NO_DEPTH_M {
        let middle_m = 0.5 * (low_m + high_m);
        if held_m3(middle_m) <= there_m3 { low_m = middle_m } else { high_m = middle_m }
    }
    low_m
}

fn with_surface(
    place: &Place,
    node: &mut NodeState,
    gained_m3: f64,
    params: &Params,
    trial: u32,
    limits: &Limits,
) -> f64 {
    let area_m2 = node.area_m2.max(params.min_area_m2);
    let area_m2 = if limits.is_ponded { place.ponded_m2 } else { area_m2 };
    if !limits.is_ponded {
        node.free_area_m2 = area_m2;
    }
    let wanted_m = node.old_depth_m + gained_m3 / area_m2;
    let depth_m =
        if trial > 0 { (1.0 - RELAX) * node.depth_m + RELAX * wanted_m } else { wanted_m };
    // Not below the ground at once.
    if limits.is_ponded { depth_m.max(place.full_depth_m - NO_DEPTH_M) } else { depth_m }
}

fn under_pressure(
    place: &Place,
    node: &NodeState,
    net_m3_s: f64,
    dt_s: f64,
    limits: &Limits,
) -> f64 {
    let crown_m =
        if matches!(place.kind, Kind::Basin(_)) { place.full_depth_m } else { place.crown_m };
    let part = if place.is_head { HEAD_PART } else { 1.0 };
    let mut give_m2_s = node.give_m2_s;
    if node.depth_m < FADING * crown_m {
        let over = (node.depth_m - crown_m) / crown_m;
        give_m2_s += (node.free_area_m2 / dt_s - give_m2_s) * libm::exp(-15.0 * over);
    }
    let change_m = if give_m2_s > 0.0 { part * net_m3_s / give_m2_s } else { 0.0 };
    let mut depth_m = node.depth_m + change_m;
    if depth_m < crown_m {
        depth_m = crown_m - NO_DEPTH_M;
    }
    // Not far above the ground at once.
    if limits.can_pond { depth_m.min(place.full_depth_m + NO_DEPTH_M) } else { depth_m }
}

/// Water above the ground ponds, or is lost.
fn come_out(
    place: &Place,
    node: &mut NodeState,
    gained_m3: f64,
    depth_m: f64,
    dt_s: f64,
    limits: &Limits,
) -> f64 {
    let full_m3 = volume_m3(place, place.full_depth_m);
    let overflow_m3_s;
    let depth_m = if limits.can_pond {
        node.volume_m3 = (node.old_volume_m3 + gained_m3).max(full_m3);
        overflow_m3_s = (node.volume_m3 - node.old_volume_m3.max(full_m3)) / dt_s;
        let stands_m = (node.volume_m3 - full_m3) / place.ponded_m2;
        if stands_m > 0.0 { place.full_depth_m + stands_m } else { depth_m }
    } else {
        overflow_m3_s = gained_m3 / dt_s;
        node.volume_m3 = full_m3;
        limits.top_m
    };
    node.overflow_m3_s = if overflow_m3_s < NO_FLOW_M3_S { 0.0 } else { overflow_m3_s };
    depth_m
}

/// What a node holds at a depth besides its conduits, m³.
pub(super) fn volume_m3(place: &Place, depth_m: f64) -> f64 {
    match &place.kind {
        Kind::Basin(basin) => basin.volume_m3(depth_m.min(place.full_depth_m)),
        Kind::Junction => {
            let well_m3 = if place.well_m3 > 0.0 {
                place.well_m3 * (depth_m / place.full_depth_m).min(1.0)
            } else {
                0.0
            };
            well_m3 + place.shaft_m2 * (depth_m - place.crown_m).max(0.0)
        }
        Kind::Outfall { .. } => 0.0,
    }
}
