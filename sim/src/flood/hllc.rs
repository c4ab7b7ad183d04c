//! First-order Godunov: HLLC fluxes over a hydrostatically reconstructed bed.
//!
//! ∂U/∂t + ∂F/∂x + ∂G/∂y = S, U = (h, hu, hv), F = (hu, hu² + ½gh², huv), S = bed slope + friction.
//!
//! - Riemann solver: HLLC (Toro, Spruce & Speares 1994) with the wave speeds of the two-rarefaction
//!   estimate, dry beds included (Toro 2001, *Shock-Capturing Methods for Free-Surface Shallow
//!   Flows*, §10.4–10.6).
//! - Bed: hydrostatic reconstruction (Audusse et al. 2004, SIAM J. Sci. Comput. 25) in the form of
//!   Chen & Noelle (2017, SIAM J. Numer. Anal. 55), where the bed at a face is
//!   z½ = min(max(z₋, z₊), min(η₋, η₊)): a film on a steep slope feels the whole slope. A lake at
//!   rest stays at rest, with dry islands too. Of the surface reconstruction of Xia, Liang, Ming &
//!   Hou (2017, Water Resour. Res. 53) the lower cell's depth: uniform flow stays uniform.
//! - Friction: Manning, implicit at a point (see [`slow_down`]).

use super::{
    GRAVITY,
    faces::{Carries, Faces, Scratch, limit},
    land::{EdgeFace, Land},
    state::{Fields, LANES, Lanes, Motion, add, lane},
    tiles::{CELLS, SIDE, VIEW, WIDE, gather, in_view, line, line_mut},
    walls::Walls,
};
use crate::Real;

/// Velocity from discharge, going to zero smoothly below the dry depth ε instead of blowing up:
/// u = q · 2h / (h² + max(h², ε²)) (Kurganov & Petrova 2007).
#[inline(always)]
pub(super) fn velocity<R: Real>(depth: R, flow: R, dry: R) -> R {
    flow * per_depth(depth, dry)
}

/// What makes a velocity of a discharge.
#[inline(always)]
pub(super) fn per_depth<R: Real>(depth: R, dry: R) -> R {
    let square = depth * depth;
    (depth + depth) / (square + square.or_above(dry * dry))
}

/// Depths and fluxes of a tile after `dt`; sources and friction come after.
#[inline(always)]
pub(super) fn advance<R: Real>(
    fields: &[Fields<R>],
    around: &[Option<usize>; 9],
    land: &Land<R>,
    (dry, ratio): (R, R),
    scratch: &mut Scratch<R>,
    next: &mut Fields<R>,
) {
    gather(around, |tile| &fields[tile].depth, &mut scratch.depth);
    gather(around, |tile| &fields[tile].flow_x, &mut scratch.x);
    gather(around, |tile| &fields[tile].flow_y, &mut scratch.y);
    for at in 0..VIEW {
        let per_depth = per_depth(scratch.depth[at], dry);
        scratch.x[at] *= per_depth;
        scratch.y[at] *= per_depth;
    }
    let Scratch { depth, x, y, across_x, across_y, .. } = &mut *scratch;
    cross::<R, 1>((depth, x, y), &land.step_x, dry, across_x);
    cross::<R, WIDE>((depth, y, x), &land.step_y, dry, across_y);
    across_x.empty_seams();
    close(&land.walls[0], (depth, x), across_x, 1);
    close(&land.walls[1], (depth, y), across_y, WIDE);
    let half_g = R::of(GRAVITY) * R::HALF;
    let Scratch { depth, across_x, across_y, .. } = &mut *scratch;
    let_only_out(land, [across_x, across_y], |edge| {
        let inner = depth[edge.inner()];
        half_g * inner * inner
    });
    if let Some(porosity) = &land.porosity {
        porosity.narrow(scratch, Carries::WaterAndMomentum);
    }
    limit(scratch, land, ratio, Carries::WaterAndMomentum);
    match (&land.porosity, around[4]) {
        (Some(porosity), Some(tile)) => {
            let carries = Carries::WaterAndMomentum;
            porosity.update(&fields[tile], land.flags.as_slice(), ratio, scratch, carries, next);
        }
        (None, Some(tile)) => update(&fields[tile], ratio, scratch, next),
        (_, None) => {}
    }
}

/// Adds the differences of the fluxes to each cell.
#[inline(always)]
pub(super) fn update<R: Real>(
    now: &Fields<R>,
    ratio: R,
    scratch: &Scratch<R>,
    next: &mut Fields<R>,
) {
    let (x, y) = (&scratch.across_x, &scratch.across_y);
    for cell in (0..CELLS).step_by(SIDE) {
        let at = in_view(cell);
        let (east, north) = (at + 1, at + WIDE);
        let (mass_w, mass_e) = (line(&x.mass, at), line(&x.mass, east));
        let (mass_s, mass_n) = (line(&y.mass, at), line(&y.mass, north));
        let (x_w, x_e) = (line(&x.high, at), line(&x.low, east));
        let (x_s, x_n) = (line(&y.along, at), line(&y.along, north));
        let (y_w, y_e) = (line(&x.along, at), line(&x.along, east));
        let (y_s, y_n) = (line(&y.high, at), line(&y.low, north));
        let (depth, excess) = (line(&now.depth[..], cell), line(&now.excess[..], cell));
        let (flow_x, flow_y) = (line(&now.flow_x[..], cell), line(&now.flow_y[..], cell));
        let new_depth = line_mut(&mut next.depth[..], cell);
        let new_excess = line_mut(&mut next.excess[..], cell);
        let new_x = line_mut(&mut next.flow_x[..], cell);
        let new_y = line_mut(&mut next.flow_y[..], cell);
        for i in 0..SIDE {
            let water = (mass_w[i] - mass_e[i]) + (mass_s[i] - mass_n[i]);
            let push_x = (x_w[i] - x_e[i]) + (x_s[i] - x_n[i]);
            let push_y = (y_w[i] - y_e[i]) + (y_s[i] - y_n[i]);
            (new_depth[i], new_excess[i]) = add(depth[i], excess[i], ratio * water);
            new_x[i] = flow_x[i] + ratio * push_x;
            new_y[i] = flow_y[i] + ratio * push_y;
        }
    }
}

/// Fluxes through all faces of a view across one axis; the same for both. `STRIDE` leads over a face.
///
/// One loop over all rows, seams between them included, so that no row has a rest that does not fill
/// a vector.
#[inline(always)]
fn cross<R: Real, const STRIDE: usize>(
    (depth, across, along): (&[R; VIEW], &[R; VIEW], &[R; VIEW]),
    step: &[R; VIEW],
    dry: R,
    faces: &mut Faces<R>,
) {
    // Sixteen go into both loops without a rest: 2·WIDE − 4 to (SIDE + 4)·WIDE, and 10 past the next.
    let (from, to) =
        (2 * WIDE - 4, if STRIDE == 1 { (SIDE + 4) * WIDE } else { (SIDE + 5) * WIDE + 10 });
    for at in from..to {
        let before = at - STRIDE;
        let (low, high) = ((depth[before], across[before]), (depth[at], across[at]));
        let flux = riemann(low, high, step[at], dry);
        faces.mass[at] = flux.0;
        faces.low[at] = flux.1;
        faces.high[at] = flux.2;
        // Both are read before one is chosen: a choice between loads would be a jump for each face.
        let (low, high) = (along[before], along[at]);
        faces.along[at] = flux.0 * if flux.0 > R::ZERO { low } else { high };
    }
}

/// Puts walls where faces are closed.
#[inline(always)]
fn close<R: Real>(
    walls: &Walls,
    (depth, across): (&[R; VIEW], &[R; VIEW]),
    faces: &mut Faces<R>,
    stride: usize,
) {
    for at in walls.closed.iter().map(|at| usize::from(*at)) {
        let before = at - stride;
        faces.mass[at] = R::ZERO;
        faces.along[at] = R::ZERO;
        faces.low[at] = wall(depth[before], across[before]);
        faces.high[at] = wall(depth[at], -across[at]);
    }
}

/// Shuts the faces through which water may only leave where it would come; of the inner cell the
/// pressure remains.
#[inline(always)]
pub(super) fn let_only_out<R: Real>(
    land: &Land<R>,
    [across_x, across_y]: [&mut Faces<R>; 2],
    pressure: impl Fn(&EdgeFace) -> R,
) {
    for edge in land.edge_faces.iter().filter(|edge| edge.only_out) {
        let faces = if edge.is_y { &mut *across_y } else { &mut *across_x };
        let is_in = (faces.mass[edge.face] > R::ZERO) != edge.is_high;
        if is_in {
            faces.shut(edge.face, pressure(edge));
        }
    }
}

/// Mass and momentum (as the lower and the higher cell see it) through a face over which the bed
/// rises by `step`; depths and velocities on its two sides.
#[inline(always)]
pub(super) fn riemann<R: Real>((hl, ul): (R, R), (hr, ur): (R, R), step: R, dry: R) -> (R, R, R) {
    let g = R::of(GRAVITY);
    let half_g = g * R::HALF;
    // Bed of the face above that of the lower cell (Chen & Noelle), and the depths over it.
    let bed = step.positive().or_below(hl.or_below(hr + step));
    // The lower cell shows at least the depth that both have, so that a film that runs down a plane
    // does not fall off a stair at each face: uniform flow is a fixed point (Xia et al. 2017).
    let shared = hl.or_below(hr);
    let dl = (hl - bed).or_below(hl).or_above(shared);
    let dr = (hr + (step - bed)).or_below(hr).or_above(shared);
    let (cl, cr) = ((g * dl).sqrt(), (g * dr).sqrt());
    // The two-rarefaction star state (Toro 2001, 10.17 and 10.18).
    let u_star = R::HALF * (ul + ur) + cl - cr;
    let c_star = (R::HALF * (cl + cr) + R::of(0.25) * (ul - ur)).positive();
    let slow = (ul - cl).or_below(u_star - c_star);
    let fast = (ur + cr).or_above(u_star + c_star);
    // Fronts over a dry bed.
    let slow = if dl > dry { slow } else { ur - (cr + cr) };
    let fast = if dr > dry { fast } else { ul + (cl + cl) };
    // Clamped at zero, the one formula of the middle gives the flux of supercritical flow too.
    let (slow, fast) = (slow.or_below(R::ZERO), fast.or_above(R::ZERO));
    let share = R::ONE / (fast - slow).or_above(R::of(1e-12));
    let (ql, qr) = (dl * ul, dr * ur);
    let (pl, pr) = (ql * ul + half_g * dl * dl, qr * ur + half_g * dr * dr);
    let is_wet = hl.or_above(hr) > dry;
    let mass = (fast * ql - slow * qr + slow * fast * (dr - dl)) * share;
    let mass = if is_wet { mass } else { R::ZERO };
    let momentum = (fast * pl - slow * pr + slow * fast * (qr - ql)) * share;
    let low = momentum + half_g * (hl + dl) * bed;
    let high = momentum + half_g * (hr + dr) * (bed - step);
    (mass, low, high)
}

/// Momentum into a wall from a cell whose water moves towards it with `u`: what HLL gives against
/// the mirrored state, hu² + ½gh² + (|u| + c)·hu, but never suction.
#[inline]
pub(super) fn wall<R: Real>(h: R, u: R) -> R {
    let g = R::of(GRAVITY);
    let push = h * u * u + R::HALF * g * h * h + (u.abs() + (g * h).sqrt()) * h * u;
    push.positive()
}

/// Manning friction at the end of a step, and what moves then.
///
/// dq/dt = −g·n²·|q|·q / h^(7/3), taken implicitly at the new time; the quadratic for |q| gives
/// q = 2q₀ / (1 + √(1 + 4·Δt·g·n²·|q₀|·h^(−7/3))): never a reversal, whatever Δt, and the right
/// equilibrium. Water not deeper than `dry` is brought to rest.
#[inline(always)]
pub(super) fn slow_down<R: Real>(next: &mut Fields<R>, land: &Land<R>, dt: R, dry: R) -> Motion<R> {
    let (g, two) = (R::of(GRAVITY), R::of(2.0));
    let four_dt = R::of(4.0) * dt;
    let (mut lanes, mut waves) = (Lanes::new(), [R::ZERO; SIDE]);
    for cell in (0..CELLS).step_by(SIDE) {
        let friction = line(land.friction.as_slice(), in_view(cell));
        let (depth, excess) = (line(&next.depth[..], cell), line(&next.excess[..], cell));
        let flow_x = line_mut(&mut next.flow_x[..], cell);
        let flow_y = line_mut(&mut next.flow_y[..], cell);
        for i in 0..SIDE {
            let is_wet = depth[i] > dry;
            let h = depth[i].or_above(dry);
            let (per_depth, resistance) = h.inverses();
            let q = (flow_x[i] * flow_x[i] + flow_y[i] * flow_y[i]).sqrt();
            let drag = (four_dt * friction[i] * q) * resistance;
            let factor = two / (R::ONE + (R::ONE + drag).sqrt());
            let factor = if is_wet { factor } else { R::ZERO };
            let (qx, qy) = (flow_x[i] * factor, flow_y[i] * factor);
            flow_x[i] = qx;
            flow_y[i] = qy;
            // Dry cells keep what is not a number, so that it shows.
            let speed = qx.abs().or_above(qy.abs()) * per_depth;
            waves[i] = speed + if is_wet { (g * h).sqrt() } else { R::ZERO };
        }
        for from in (0..SIDE).step_by(LANES) {
            let (waves, depth, excess) =
                (lane(&waves, from), lane(depth, from), lane(excess, from));
            for i in 0..LANES {
                lanes.see(i, waves[i], depth[i], excess[i]);
                lanes.check(i, waves[i]);
            }
        }
    }
    // A wet cell has a wave of √(gh) at least, a dry one none.
    lanes.sum(R::ZERO)
}
