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
    tiles::{CELLS, FIXED, SIDE, SOUTH_CLOSED, WEST_CLOSED, WIDE, gather, in_view, line, line_mut},
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
        let from = row * WIDE + 2;
        if row < SIDE + 4 {
            let cells = Line { depth, flow: x, friction: &land.friction, from, stride: 1 };
            let has_walls = land.walls_x >> row & 1 == 1;
            let walls = has_walls.then_some((land.flags.as_slice(), WEST_CLOSED));
            face.cross(&cells, &land.step_x, walls, &mut across_x.mass[from..from + FACES]);
        }
        let cells = Line { depth, flow: y, friction: &land.friction, from, stride: WIDE };
        let has_walls = land.walls_y >> (row - 1) & 7 != 0;
        let walls = has_walls.then_some((land.flags.as_slice(), SOUTH_CLOSED));
        face.cross(&cells, &land.step_y, walls, &mut across_y.mass[from..from + FACES]);
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
    for cell in (0..CELLS).step_by(SIDE) {
        let at = in_view(cell);
        let (west, east) = (line(x, at), line(x, at + 1));
        let (south, north) = (line(y, at), line(y, at + WIDE));
        let flags = line(&land.flags, at);
        let (depth, excess) = (line(&now.depth, cell), line(&now.excess, cell));
        let new_depth = line_mut(&mut next.depth, cell);
        let new_excess = line_mut(&mut next.excess, cell);
        for i in 0..SIDE {
            let water = (west[i] - east[i]) + (south[i] - north[i]);
            let ratio = if flags[i] & FIXED != 0 { R::ZERO } else { ratio };
            (new_depth[i], new_excess[i]) = add(depth[i], excess[i], ratio * water);
        }
        line_mut(&mut next.flow_x, cell).copy_from_slice(west);
        line_mut(&mut next.flow_y, cell).copy_from_slice(south);
    }
}

/// Faces of a line: those of a tile's row, of the cell before and of the two after it.
const FACES: usize = SIDE + 3;

/// The cells along a line of faces; `stride` leads over a face.
struct Line<'a, R> {
    depth: &'a [R],
    flow: &'a [R],
    friction: &'a [R],
    from: usize,
    stride: usize,
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
    /// Discharges of a line of faces after the step; `walls` where a face at or beside it is closed.
    fn cross(&self, cells: &Line<R>, step: &[R], walls: Option<(&[u8], u8)>, mass: &mut [R]) {
        let Line { depth, flow, friction, from, stride } = *cells;
        let (low, high) = (from - stride, from + stride);
        let (hl, hr) = (&depth[low..][..FACES], &depth[from..][..FACES]);
        let (before, own, after) =
            (&flow[low..][..FACES], &flow[from..][..FACES], &flow[high..][..FACES]);
        let (rough_l, rough_r) = (&friction[low..][..FACES], &friction[from..][..FACES]);
        let (step, mass) = (&step[from..][..FACES], &mut mass[..FACES]);
        for i in 0..FACES {
            let q = (own[i], R::HALF * (before[i] + after[i]));
            mass[i] = self.discharge(q, (hl[i], hr[i]), step[i], rough_l[i] + rough_r[i]);
        }
        let Some((flags, bit)) = walls else { return };
        for i in 0..FACES {
            let at = from + i;
            let closed = [at - stride, at, at + stride].map(|at| flags[at] & bit != 0);
            if closed[1] {
                mass[i] = R::ZERO;
            } else if closed[0] || closed[2] {
                let q = around_face([before[i], own[i], after[i]], closed);
                mass[i] = self.discharge(q, (hl[i], hr[i]), step[i], rough_l[i] + rough_r[i]);
            }
        }
    }

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
    let (mut deepest, mut sums) = ([R::ZERO; SIDE], [R::ZERO; SIDE]);
    for cell in (0..CELLS).step_by(SIDE) {
        let (x, y) = (line(&next.flow_x, cell), line(&next.flow_y, cell));
        let depth = line(&next.depth, cell);
        for i in 0..SIDE {
            sums[i] += x[i].abs() + y[i].abs();
            deepest[i] = deepest[i].or_above(depth[i]);
        }
    }
    let sum = sums.into_iter().fold(R::ZERO, |all, part| all + part);
    let deepest = deepest.into_iter().fold(R::ZERO, R::or_above);
    let deepest = if deepest > dry { deepest } else { R::ZERO };
    ((R::of(GRAVITY) * deepest).sqrt(), sum)
}
