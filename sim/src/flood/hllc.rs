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
    faces::{Carries, Scratch, limit},
    land::Land,
    state::{Fields, add},
    tiles::{
        CELLS, FIXED, SIDE, SOUTH_CLOSED, VIEW, WEST_CLOSED, WIDE, gather, in_view, line, line_mut,
    },
};
use crate::Real;

/// The cells on one side of a line of faces.
struct Cells<'a, R> {
    depth: &'a [R],
    across: &'a [R],
    along: &'a [R],
}

/// What a line of faces is given.
struct Line<'a, R> {
    mass: &'a mut [R],
    low: &'a mut [R],
    high: &'a mut [R],
    along: &'a mut [R],
}

/// Velocity from discharge, going to zero smoothly below the dry depth ε instead of blowing up:
/// u = 2hq / (h² + max(h², ε²)) (Kurganov & Petrova 2007).
#[inline(always)]
pub(super) fn velocity<R: Real>(depth: R, flow: R, dry: R) -> R {
    let square = depth * depth;
    (depth + depth) * flow / (square + square.or_above(dry * dry))
}

/// Depths and fluxes of a tile after `dt`; sources and friction come after.
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
        scratch.x[at] = velocity(scratch.depth[at], scratch.x[at], dry);
        scratch.y[at] = velocity(scratch.depth[at], scratch.y[at], dry);
    }
    cross_x(scratch, land, dry);
    cross_y(scratch, land, dry);
    let half_g = R::of(GRAVITY) * R::HALF;
    for edge in land.edge_faces.iter().filter(|edge| edge.only_out) {
        let (faces, width) =
            if edge.is_y { (&mut scratch.across_y, WIDE) } else { (&mut scratch.across_x, 1) };
        let inner = if edge.is_high { edge.face - width } else { edge.face };
        let is_in = (faces.mass[edge.face] > R::ZERO) != edge.is_high;
        if is_in {
            let depth = scratch.depth[inner];
            faces.shut(edge.face, half_g * depth * depth);
        }
    }
    limit(scratch, land, ratio, Carries::WaterAndMomentum);
    update(fields, around, land, ratio, scratch, next);
}

/// Adds the differences of the fluxes to each cell.
fn update<R: Real>(
    fields: &[Fields<R>],
    around: &[Option<usize>; 9],
    land: &Land<R>,
    ratio: R,
    scratch: &Scratch<R>,
    next: &mut Fields<R>,
) {
    let Some(now) = around[4].map(|tile| &fields[tile]) else { return };
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
        let flags = line(&land.flags, at);
        let (depth, excess) = (line(&now.depth, cell), line(&now.excess, cell));
        let (flow_x, flow_y) = (line(&now.flow_x, cell), line(&now.flow_y, cell));
        let new_depth = line_mut(&mut next.depth, cell);
        let new_excess = line_mut(&mut next.excess, cell);
        let new_x = line_mut(&mut next.flow_x, cell);
        let new_y = line_mut(&mut next.flow_y, cell);
        for i in 0..SIDE {
            let ratio = if flags[i] & FIXED != 0 { R::ZERO } else { ratio };
            let water = (mass_w[i] - mass_e[i]) + (mass_s[i] - mass_n[i]);
            let push_x = (x_w[i] - x_e[i]) + (x_s[i] - x_n[i]);
            let push_y = (y_w[i] - y_e[i]) + (y_s[i] - y_n[i]);
            (new_depth[i], new_excess[i]) = add(depth[i], excess[i], ratio * water);
            new_x[i] = flow_x[i] + ratio * push_x;
            new_y[i] = flow_y[i] + ratio * push_y;
        }
    }
}

/// Fluxes through the faces between columns.
fn cross_x<R: Real>(scratch: &mut Scratch<R>, land: &Land<R>, dry: R) {
    let Scratch { depth, x, y, across_x: faces, .. } = scratch;
    for row in 2..SIDE + 4 {
        let (from, to) = (row * WIDE + 2, row * WIDE + SIDE + 5);
        let low = Cells {
            depth: &depth[from - 1..to - 1],
            across: &x[from - 1..to - 1],
            along: &y[from - 1..to - 1],
        };
        let high = Cells { depth: &depth[from..to], across: &x[from..to], along: &y[from..to] };
        let line = Line {
            mass: &mut faces.mass[from..to],
            low: &mut faces.low[from..to],
            high: &mut faces.high[from..to],
            along: &mut faces.along[from..to],
        };
        cross(&low, &high, &land.step_x[from..to], dry, line);
        if land.walls_x >> row & 1 == 1 {
            for at in (from..to).filter(|at| land.flags[*at] & WEST_CLOSED != 0) {
                faces.mass[at] = R::ZERO;
                faces.along[at] = R::ZERO;
                faces.low[at] = wall(depth[at - 1], x[at - 1]);
                faces.high[at] = wall(depth[at], -x[at]);
            }
        }
    }
}

/// Fluxes through the faces between rows.
fn cross_y<R: Real>(scratch: &mut Scratch<R>, land: &Land<R>, dry: R) {
    let Scratch { depth, x, y, across_y: faces, .. } = scratch;
    for row in 2..SIDE + 5 {
        let (from, to) = (row * WIDE + 2, row * WIDE + SIDE + 4);
        let (f, t) = (from - WIDE, to - WIDE);
        let low = Cells { depth: &depth[f..t], across: &y[f..t], along: &x[f..t] };
        let high = Cells { depth: &depth[from..to], across: &y[from..to], along: &x[from..to] };
        let line = Line {
            mass: &mut faces.mass[from..to],
            low: &mut faces.low[from..to],
            high: &mut faces.high[from..to],
            along: &mut faces.along[from..to],
        };
        cross(&low, &high, &land.step_y[from..to], dry, line);
        if land.walls_y >> row & 1 == 1 {
            for at in (from..to).filter(|at| land.flags[*at] & SOUTH_CLOSED != 0) {
                faces.mass[at] = R::ZERO;
                faces.along[at] = R::ZERO;
                faces.low[at] = wall(depth[at - WIDE], y[at - WIDE]);
                faces.high[at] = wall(depth[at], -y[at]);
            }
        }
    }
}

/// Fluxes through a line of faces; the same for both axes.
fn cross<R: Real>(low: &Cells<R>, high: &Cells<R>, step: &[R], dry: R, to: Line<R>) {
    let n = step.len();
    let (hl, ul, vl) = (&low.depth[..n], &low.across[..n], &low.along[..n]);
    let (hr, ur, vr) = (&high.depth[..n], &high.across[..n], &high.along[..n]);
    let (mass, at_low) = (&mut to.mass[..n], &mut to.low[..n]);
    let (at_high, along) = (&mut to.high[..n], &mut to.along[..n]);
    for i in 0..n {
        let flux = riemann((hl[i], ul[i]), (hr[i], ur[i]), step[i], dry);
        mass[i] = flux.0;
        at_low[i] = flux.1;
        at_high[i] = flux.2;
        // Both are read before one is chosen: a choice between loads would be a jump for each face.
        let (vl, vr) = (vl[i], vr[i]);
        along[i] = flux.0 * if flux.0 > R::ZERO { vl } else { vr };
    }
}

/// Mass and momentum (as the lower and the higher cell see it) through a face over which the bed
/// rises by `step`; depths and velocities on its two sides.
#[inline(always)]
fn riemann<R: Real>((hl, ul): (R, R), (hr, ur): (R, R), step: R, dry: R) -> (R, R, R) {
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
    let slow = if dl > R::ZERO { slow } else { ur - (cr + cr) };
    let fast = if dr > R::ZERO { fast } else { ul + (cl + cl) };
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
fn wall<R: Real>(h: R, u: R) -> R {
    let g = R::of(GRAVITY);
    let push = h * u * u + R::HALF * g * h * h + (u.abs() + (g * h).sqrt()) * h * u;
    push.positive()
}

/// Manning friction at the end of a step, and the fastest wave with a sum that shows what is not a
/// number.
///
/// dq/dt = −g·n²·|q|·q / h^(7/3), taken implicitly at the new time; the quadratic for |q| gives
/// q = 2q₀ / (1 + √(1 + 4·Δt·g·n²·|q₀|·h^(−7/3))): never a reversal, whatever Δt, and the right
/// equilibrium. Water not deeper than `dry` is brought to rest.
pub(super) fn slow_down<R: Real>(next: &mut Fields<R>, land: &Land<R>, dt: R, dry: R) -> (R, R) {
    let (g, two, four) = (R::of(GRAVITY), R::of(2.0), R::of(4.0));
    let (mut speeds, mut sums) = ([R::ZERO; SIDE], [R::ZERO; SIDE]);
    for cell in (0..CELLS).step_by(SIDE) {
        let friction = line(&land.friction, in_view(cell));
        let depth = line(&next.depth, cell);
        let flow_x = line_mut(&mut next.flow_x, cell);
        let flow_y = line_mut(&mut next.flow_y, cell);
        for i in 0..SIDE {
            let is_wet = depth[i] > dry;
            let h = depth[i].or_above(dry);
            let r = h.rcbrt();
            let r2 = r * r;
            let q = (flow_x[i] * flow_x[i] + flow_y[i] * flow_y[i]).sqrt();
            let drag = dt * friction[i] * (r2 * r2 * r2 * r) * q;
            let factor = two / (R::ONE + (R::ONE + four * drag).sqrt());
            let factor = if is_wet { factor } else { R::ZERO };
            let (qx, qy) = (flow_x[i] * factor, flow_y[i] * factor);
            flow_x[i] = qx;
            flow_y[i] = qy;
            let speed = qx.abs().or_above(qy.abs()) / h + (g * h).sqrt();
            speeds[i] = speeds[i].or_above(if is_wet { speed } else { R::ZERO });
            sums[i] += speed;
        }
    }
    speeds
        .iter()
        .zip(&sums)
        .fold((R::ZERO, R::ZERO), |(wave, sum), (speed, part)| (wave.or_above(*speed), sum + *part))
}
