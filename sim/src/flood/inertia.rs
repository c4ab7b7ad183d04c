//! Local inertia: the shallow-water equations without advection (Bates, Horritt & Fewtrell 2010,
//! J. Hydrol. 387; de Almeida, Bates, Freer & Souvignet 2012, Water Resour. Res. 48).
//!
//! At each face, with h_f = max(η₋, η₊) − max(z₋, z₊):
//!
//! q' = [θ·q + (1 − θ)·(q₋ + q₊)/2 − g·h_f·Δt·∂η/∂x] / [1 + g·Δt·n²·|q| / h_f^(7/3)]
//!
//! with two differences: θ = 1 if the neighbours' mean runs uphill, and a closed face counts as the
//! face itself in that mean; and |q| in the friction is that of the new time, a quadratic that
//! q' = 2A / (1 + √(1 + 4·Δt·g·n²·|A| / h_f^(7/3))) solves, A being the first bracket. With the old |q| a
//! film on a slope, where friction is far stiffer than a step, swings between q and q*²/q for ever.
//!
//! Right where the Froude number stays below about 0.8; the record keeps its maximum, so that cells
//! beyond show.

use super::{
    GRAVITY,
    faces::{Carries, Scratch, limit},
    land::Land,
    state::{Fields, add},
    tiles::{CELLS, FIXED, SIDE, SOUTH_CLOSED, WEST_CLOSED, WIDE, gather, in_view},
};
use crate::Real;

/// Depths and discharges of a tile after `dt`; sources come after.
pub(super) fn advance<R: Real>(
    fields: &[Fields<R>],
    around: &[Option<usize>; 9],
    land: &Land<R>,
    (dry, dt, ratio, theta): (R, R, R, R),
    scratch: &mut Scratch<R>,
    next: &mut Fields<R>,
) {
    gather(around, |tile| &fields[tile].depth, &mut scratch.depth);
    gather(around, |tile| &fields[tile].flow_x, &mut scratch.x);
    gather(around, |tile| &fields[tile].flow_y, &mut scratch.y);
    let face = Face { dry, dt, ratio, theta };
    let Scratch { depth, x, y, across_x, across_y, .. } = &mut *scratch;
    for row in 2..SIDE + 5 {
        for at in row * WIDE + 2..row * WIDE + SIDE + 5 {
            if row < SIDE + 4 {
                let closed = [at - 1, at, at + 1].map(|i| land.flags[i] & WEST_CLOSED != 0);
                let q = around_face([x[at - 1], x[at], x[at + 1]], closed);
                let rough = land.friction[at - 1] + land.friction[at];
                let new = face.discharge(q, (depth[at - 1], depth[at]), land.step_x[at], rough);
                across_x.mass[at] = if closed[1] { R::ZERO } else { new };
            }
            if at < row * WIDE + SIDE + 4 {
                let south = at - WIDE;
                let closed = [south, at, at + WIDE].map(|i| land.flags[i] & SOUTH_CLOSED != 0);
                let q = around_face([y[south], y[at], y[at + WIDE]], closed);
                let rough = land.friction[south] + land.friction[at];
                let new = face.discharge(q, (depth[south], depth[at]), land.step_y[at], rough);
                across_y.mass[at] = if closed[1] { R::ZERO } else { new };
            }
        }
    }
    for edge in land.edge_faces.iter().filter(|edge| edge.only_out) {
        let faces = if edge.is_y { &mut *across_y } else { &mut *across_x };
        let is_in = (faces.mass[edge.face] > R::ZERO) != edge.is_high;
        if is_in {
            faces.mass[edge.face] = R::ZERO;
        }
    }
    limit(scratch, land, ratio, Carries::Water);
    update(fields, around, land, ratio, scratch, next);
}

fn update<R: Real>(
    fields: &[Fields<R>],
    around: &[Option<usize>; 9],
    land: &Land<R>,
    ratio: R,
    scratch: &Scratch<R>,
    next: &mut Fields<R>,
) {
    let Some(now) = around[4].map(|tile| &fields[tile]) else { return };
    let (x, y) = (&scratch.across_x.mass, &scratch.across_y.mass);
    for cell in 0..CELLS {
        let at = in_view(cell);
        let water = (x[at] - x[at + 1]) + (y[at] - y[at + WIDE]);
        let ratio = if land.flags[at] & FIXED != 0 { R::ZERO } else { ratio };
        let (depth, excess) = add(now.depth[cell], now.excess[cell], ratio * water);
        next.depth[cell] = depth;
        next.excess[cell] = excess;
        next.flow_x[cell] = x[at];
        next.flow_y[cell] = y[at];
    }
}

/// Own discharge and the mean of the two faces beside, of which a closed one counts as the own.
#[inline(always)]
fn around_face<R: Real>(q: [R; 3], closed: [bool; 3]) -> (R, R) {
    let before = if closed[0] { q[1] } else { q[0] };
    let after = if closed[2] { q[1] } else { q[2] };
    (q[1], R::HALF * (before + after))
}

/// What is the same for all faces in a step.
struct Face<R> {
    dry: R,
    dt: R,
    ratio: R,
    theta: R,
}

impl<R: Real> Face<R> {
    /// Discharge of a face after the step; `rough` is the sum of both sides' g·n².
    #[inline(always)]
    fn discharge(&self, (q, mean): (R, R), (hl, hr): (R, R), step: R, rough: R) -> R {
        let rise = (hr - hl) + step;
        let depth = hl.or_above(hr + step) - step.positive();
        let is_wet = depth > self.dry && hl.or_above(hr) > self.dry;
        let depth = depth.or_above(self.dry);
        let is_uphill = mean * rise > R::ZERO;
        let theta = if is_uphill { R::ONE } else { self.theta };
        let r = depth.rcbrt();
        let r2 = r * r;
        let push = R::of(GRAVITY) * depth * self.ratio * rise;
        let free = theta * q + (R::ONE - theta) * mean - push;
        let drag = self.dt * R::HALF * rough * free.abs() * (r2 * r2 * r2 * r);
        let new = (free + free) / (R::ONE + (R::ONE + R::of(4.0) * drag).sqrt());
        if is_wet { new } else { R::ZERO }
    }
}

/// The fastest wave √(gh) at the end of a step, and a sum that shows what is not a number.
pub(super) fn wave<R: Real>(next: &Fields<R>, dry: R) -> (R, R) {
    let (mut deepest, mut sum) = (R::ZERO, R::ZERO);
    for cell in 0..CELLS {
        sum += next.flow_x[cell].abs() + next.flow_y[cell].abs();
        deepest = deepest.or_above(next.depth[cell]);
    }
    let deepest = if deepest > dry { deepest } else { R::ZERO };
    ((R::of(GRAVITY) * deepest).sqrt(), sum)
}
