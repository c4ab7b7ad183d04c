//! MUSCL–Hancock: second order in space and time, over the Riemann solver of [`super::hllc`].
//!
//! - Depth h, level η and velocities u, v are lines within each cell (van Leer 1979, J. Comput. Phys. 32)
//!   with the slopes of van Leer's limiter (1974, J. Comput. Phys. 14); the bed is their difference
//!   z = η − h, so that a lake at rest has neither a slope of η nor a jump of it at a face (Audusse et al.
//!   2004, SIAM J. Sci. Comput. 25, section 4).
//! - Hancock's half step (van Leer 1984, SIAM J. Sci. Stat. Comput. 5; Toro 2009, *Riemann Solvers and
//!   Numerical Methods for Fluid Dynamics*, section 14.4) takes each cell to the middle of the step by the
//!   equations in h, u, v, with friction implicit there: in flow down a slope friction and gravity are each
//!   far larger than what they leave.
//! - HLLC over the hydrostatically reconstructed bed at each face, and −g·h·∂η/∂x within each half of a
//!   cell for pressure and bed slope together.
//! - At an open edge the bed goes on as inside, and the level lies between that of a lake and that of
//!   uniform flow ([`line_at_edge`]); the ghost meets the end of that line, so that both pass through.
//! - First order where a cell or one beside it is dry or has buildings in it. Such a cell is flat, so that
//!   beside a cell of lines it feels half of the bed's step: a front on a slope is late by up to a cell.

use super::{
    GRAVITY,
    faces::{Carries, Faces, Scratch, limit},
    hllc::{let_only_out, per_depth, riemann, update, wall},
    land::{EdgeFace, Land},
    state::Fields,
    tiles::{SIDE, VIEW, WIDE, gather},
    walls::{OuterFace, Walls},
};
use crate::Real;

/// Room for the second order: halves of the slopes in each cell of a view.
pub(super) struct Slopes<R> {
    x: Halves<R>,
    y: Halves<R>,
    /// Depth and velocities at the middle of the step.
    depth: [R; VIEW],
    across_x: [R; VIEW],
    across_y: [R; VIEW],
    /// 1 where lines are used, 0 where a cell is flat.
    keep: [R; VIEW],
}

/// Half of what a line rises within a cell along one axis: from its middle to its face.
struct Halves<R> {
    depth: [R; VIEW],
    level: [R; VIEW],
    /// Velocity towards east.
    x: [R; VIEW],
    /// Velocity towards north.
    y: [R; VIEW],
}

impl<R: Real> Slopes<R> {
    pub(super) fn new() -> Box<Self> {
        let none = [R::ZERO; VIEW];
        let halves = || Halves { depth: none, level: none, x: none, y: none };
        let (x, y) = (halves(), halves());
        Box::new(Self { x, y, depth: none, across_x: none, across_y: none, keep: none })
    }
}

/// What is the same for all cells in a step.
#[derive(Clone, Copy)]
pub(super) struct Numbers<R> {
    pub(super) dry: R,
    pub(super) dt: R,
    /// Δt/Δx.
    pub(super) ratio: R,
}

/// Cells whose slopes are wanted: all but the outermost.
const FROM: usize = WIDE;
const TO: usize = VIEW - WIDE;

/// Depths and fluxes of a tile after `dt`; sources and friction come after.
#[inline(always)]
pub(super) fn advance<R: Real>(
    fields: &[Fields<R>],
    around: &[Option<usize>; 9],
    land: &Land<R>,
    numbers: Numbers<R>,
    (scratch, slopes): (&mut Scratch<R>, &mut Slopes<R>),
    next: &mut Fields<R>,
) {
    gather(around, |tile| &fields[tile].depth, &mut scratch.depth);
    gather(around, |tile| &fields[tile].flow_x, &mut scratch.x);
    gather(around, |tile| &fields[tile].flow_y, &mut scratch.y);
    for at in 0..VIEW {
        let per_depth = per_depth(scratch.depth[at], numbers.dry);
        scratch.x[at] *= per_depth;
        scratch.y[at] *= per_depth;
    }
    lean(scratch, slopes, land);
    let Scratch { depth, x, y, across_x, across_y, .. } = &mut *scratch;
    // The faces' room serves for the lesser depth at each face, before they are found.
    half_step((depth, x, y), &land.friction, numbers, slopes, [&across_x.mass, &across_y.mass]);
    meet_edge::<R, 1>(&land.walls[0], (depth, x, y), slopes, &land.step_x);
    meet_edge::<R, WIDE>(&land.walls[1], (depth, x, y), slopes, &land.step_y);
    let Slopes { x: half_x, y: half_y, depth, across_x: u, across_y: v, .. } = &*slopes;
    cross::<R, 1>(depth, [u, v], half_x, [&half_x.x, &half_x.y], &land.step_x, numbers, across_x);
    cross::<R, WIDE>(
        depth,
        [v, u],
        half_y,
        [&half_y.y, &half_y.x],
        &land.step_y,
        numbers,
        across_y,
    );
    across_x.empty_seams();
    close::<R, 1>(&land.walls[0], (depth, u), across_x);
    close::<R, WIDE>(&land.walls[1], (depth, v), across_y);
    let_only_out(land, [across_x, across_y], |edge| shut(edge, depth, [half_x, half_y]));
    let carries = Carries::WaterAndPush;
    if let Some(porosity) = &land.porosity {
        porosity.narrow(scratch, carries);
    }
    limit(scratch, land, numbers.ratio, carries);
    match (&land.porosity, around[4]) {
        (Some(porosity), Some(tile)) => {
            let flags = land.flags.as_slice();
            porosity.update(&fields[tile], flags, numbers.ratio, scratch, carries, next);
        }
        (None, Some(tile)) => update(&fields[tile], numbers.ratio, scratch, next),
        (_, None) => {}
    }
}

/// Half of van Leer's slope from the rises on both sides: their harmonic mean, none at an extremum.
#[inline(always)]
fn half_slope<R: Real>(before: R, after: R) -> R {
    let product = before * after;
    let slope = product / (before + after);
    if product > R::ZERO { slope } else { R::ZERO }
}

/// Slopes of all cells, and at each face the lesser depth of both sides.
#[inline(always)]
fn lean<R: Real>(scratch: &mut Scratch<R>, slopes: &mut Slopes<R>, land: &Land<R>) {
    let Scratch { depth, x, y, across_x, across_y, .. } = scratch;
    lean_along::<R, 1>(depth, [x, y], &land.step_x, &mut slopes.x, &mut across_x.mass);
    lean_along::<R, WIDE>(depth, [x, y], &land.step_y, &mut slopes.y, &mut across_y.mass);
    straighten::<R, 1>(&land.walls[0], depth, &land.step_x, &mut slopes.x, &mut across_x.mass);
    straighten::<R, WIDE>(&land.walls[1], depth, &land.step_y, &mut slopes.y, &mut across_y.mass);
}

#[inline(always)]
fn lean_along<R: Real, const STRIDE: usize>(
    depth: &[R; VIEW],
    [x, y]: [&[R; VIEW]; 2],
    step: &[R; VIEW],
    halves: &mut Halves<R>,
    lesser: &mut [R; VIEW],
) {
    for at in FROM..TO {
        let (low, high) = (at - STRIDE, at + STRIDE);
        let (before, after) = (depth[at] - depth[low], depth[high] - depth[at]);
        halves.depth[at] = half_slope(before, after);
        halves.level[at] = half_slope(before + step[at], after + step[high]);
        halves.x[at] = half_slope(x[at] - x[low], x[high] - x[at]);
        halves.y[at] = half_slope(y[at] - y[low], y[high] - y[at]);
    }
    for at in FROM..VIEW {
        lesser[at] = depth[at].or_below(depth[at - STRIDE]);
    }
}

/// Makes cells flat towards walls, of first order beside buildings, and gives those at an open edge a
/// line of their own.
#[inline(always)]
fn straighten<R: Real, const STRIDE: usize>(
    walls: &Walls,
    depth: &[R; VIEW],
    step: &[R; VIEW],
    halves: &mut Halves<R>,
    lesser: &mut [R; VIEW],
) {
    for at in walls.narrow.iter().map(|at| usize::from(*at)) {
        lesser[at] = R::ZERO;
    }
    // At both ends of a row of one cell the last word is that of the wall or the second edge: flat.
    for edge in &walls.outer {
        line_at_edge::<R, STRIDE>(edge, depth, step, halves);
    }
    for at in walls.closed.iter().map(|at| usize::from(*at)) {
        lesser[at] = R::of(f64::from(f32::MAX));
        halves.flatten(at - STRIDE);
        halves.flatten(at);
    }
}

impl<R: Real> Halves<R> {
    /// Flattens the cells whose factor is none.
    #[inline(always)]
    fn keep(&mut self, factor: &[R; VIEW]) {
        let Self { depth, level, x, y } = self;
        for at in FROM..TO {
            depth[at] *= factor[at];
            level[at] *= factor[at];
            x[at] *= factor[at];
            y[at] *= factor[at];
        }
    }

    fn flatten(&mut self, cell: usize) {
        self.depth[cell] = R::ZERO;
        self.level[cell] = R::ZERO;
        self.x[cell] = R::ZERO;
        self.y[cell] = R::ZERO;
    }
}

/// The line of a cell inside an open edge: its bed goes on as from the cell further in, its level rises by
/// no more than the bed and not against it. With ghosts in its slopes a tide would feed on what it makes.
#[inline(always)]
fn line_at_edge<R: Real, const STRIDE: usize>(
    edge: &OuterFace,
    depth: &[R; VIEW],
    step: &[R; VIEW],
    halves: &mut Halves<R>,
) {
    let face = usize::from(edge.face);
    let (low, high, cell, ghost) = if edge.is_high {
        (face - 2 * STRIDE, face - STRIDE, face - STRIDE, face)
    } else {
        (face, face + STRIDE, face, face - STRIDE)
    };
    halves.flatten(cell);
    halves.flatten(ghost);
    let bed = R::HALF * step[high];
    let level = bed + R::HALF * (depth[high] - depth[low]);
    let level = level.or_below(bed.positive()).or_above(bed.or_below(R::ZERO));
    halves.level[cell] = level;
    halves.depth[cell] = level - bed;
}

/// Takes ghosts to the middle of the step and the end of the line inside: with what is there where the
/// water goes on, with its own level otherwise. Beside a flat cell a ghost stays as it is.
#[inline(always)]
fn meet_edge<R: Real, const STRIDE: usize>(
    walls: &Walls,
    (depth, x, y): (&[R; VIEW], &[R; VIEW], &[R; VIEW]),
    slopes: &mut Slopes<R>,
    step: &[R; VIEW],
) {
    for edge in &walls.outer {
        let face = usize::from(edge.face);
        let (cell, ghost) =
            if edge.is_high { (face - STRIDE, face) } else { (face, face - STRIDE) };
        let Slopes { x: half_x, y: half_y, depth: mid, across_x, across_y, keep } = &mut *slopes;
        let halves = if STRIDE == 1 { half_x } else { half_y };
        let is_second = keep[cell] > R::ZERO;
        mid[ghost] = if is_second && !edge.is_level { mid[cell] } else { depth[ghost] };
        across_x[ghost] = if is_second { across_x[cell] } else { x[ghost] };
        across_y[ghost] = if is_second { across_y[cell] } else { y[ghost] };
        // The ghost's bed is the cell's and the step; it ends where the cell's line does.
        let bed = halves.level[cell] - halves.depth[cell];
        let half_depth = if edge.is_level { bed } else { -halves.depth[cell] };
        let half_level = half_depth + (step[face] - bed);
        let (half_depth, half_level) =
            if is_second { (half_depth, half_level) } else { (R::ZERO, R::ZERO) };
        halves.depth[ghost] = half_depth;
        halves.level[ghost] = half_level;
    }
}

/// What remains of a face that was shut: the pressure of a cell's own end is taken off, so that only its
/// line's part is left.
#[inline(always)]
fn shut<R: Real>(edge: &EdgeFace, depth: &[R; VIEW], [x, y]: [&Halves<R>; 2]) -> R {
    let level = if edge.is_y { &y.level } else { &x.level };
    let cell = edge.inner();
    let within = R::of(GRAVITY) * depth[cell] * level[cell];
    if edge.is_high { within } else { -within }
}

/// Takes all cells to the middle of the step; those beside dry ones, and those that would dry up,
/// become flat and stay as they are.
///
/// In passes of few fields each: of one loop over all of them the compiler makes no vectors.
#[inline(always)]
fn half_step<R: Real>(
    (depth, x, y): (&[R; VIEW], &[R; VIEW], &[R; VIEW]),
    friction: &[R; VIEW],
    Numbers { dry, dt, ratio }: Numbers<R>,
    slopes: &mut Slopes<R>,
    [lesser_x, lesser_y]: [&[R; VIEW]; 2],
) {
    let Slopes { x: sx, y: sy, depth: mid, across_x, across_y, keep } = slopes;
    rise((depth, x, y), [&*sx, &*sy], [lesser_x, lesser_y], (dry, ratio), [mid, keep]);
    let numbers = (R::of(GRAVITY), ratio);
    hasten((x, x, y), [&sx.x, &sy.x], &sx.level, numbers, across_x);
    hasten((y, x, y), [&sx.y, &sy.y], &sy.level, numbers, across_y);
    drag((depth, x, y), [friction, keep], (dry, R::HALF * dt), [across_x, across_y]);
    sx.keep(keep);
    sy.keep(keep);
}

/// Depths at the middle of the step, and 1 where a cell and those beside it are wet and no end of its lines
/// is dry then. Halves of slopes take half a step by the whole ratio.
#[inline(always)]
fn rise<R: Real>(
    (depth, x, y): (&[R; VIEW], &[R; VIEW], &[R; VIEW]),
    [sx, sy]: [&Halves<R>; 2],
    [lesser_x, lesser_y]: [&[R; VIEW]; 2],
    (dry, ratio): (R, R),
    [mid, keep]: [&mut [R; VIEW]; 2],
) {
    for at in FROM..TO {
        let (h, u, v) = (depth[at], x[at], y[at]);
        let (hx, hy) = (sx.depth[at], sy.depth[at]);
        let new_h = h - ratio * ((u * hx + h * sx.x[at]) + (v * hy + h * sy.y[at]));
        let least = lesser_x[at].or_below(lesser_x[at + 1]);
        let least = least.or_below(lesser_y[at].or_below(lesser_y[at + WIDE]));
        let is_second = (least > dry) & (new_h > dry + hx.abs().or_above(hy.abs()));
        mid[at] = if is_second { new_h } else { h };
        keep[at] = if is_second { R::ONE } else { R::ZERO };
    }
}

/// One velocity at the middle of the step, before friction: what carries it, and the slope of the level.
#[inline(always)]
fn hasten<R: Real>(
    (own, x, y): (&[R; VIEW], &[R; VIEW], &[R; VIEW]),
    [in_x, in_y]: [&[R; VIEW]; 2],
    level: &[R; VIEW],
    (g, ratio): (R, R),
    to: &mut [R; VIEW],
) {
    for at in FROM..TO {
        let push = (x[at] * in_x[at] + y[at] * in_y[at]) + g * level[at];
        to[at] = own[at] - ratio * push;
    }
}

/// Friction of half a step; and the velocities from before it where no line is kept.
#[inline(always)]
fn drag<R: Real>(
    (depth, x, y): (&[R; VIEW], &[R; VIEW], &[R; VIEW]),
    [friction, keep]: [&[R; VIEW]; 2],
    (dry, half_dt): (R, R),
    [across_x, across_y]: [&mut [R; VIEW]; 2],
) {
    for at in FROM..TO {
        let (u, v) = (x[at], y[at]);
        let over = depth[at].or_above(dry);
        let (_, resistance) = over.inverses();
        let speed = (u * u + v * v).sqrt();
        let drag = R::ONE / (R::ONE + (half_dt * friction[at] * speed) * (resistance * over));
        let is_second = keep[at] > R::ZERO;
        across_x[at] = if is_second { across_x[at] * drag } else { u };
        across_y[at] = if is_second { across_y[at] * drag } else { v };
    }
}

/// Fluxes through all faces of a view across one axis, as [`super::hllc`] finds them, between the
/// ends of the cells' lines. The momentum that each side sees is without the pressure ½gh² of its own
/// end, and with −g·h·∂η/∂x of the half of the cell beside the face.
#[inline(always)]
fn cross<R: Real, const STRIDE: usize>(
    depth: &[R; VIEW],
    [across, along]: [&[R; VIEW]; 2],
    halves: &Halves<R>,
    [half_across, half_along]: [&[R; VIEW]; 2],
    step: &[R; VIEW],
    Numbers { dry, .. }: Numbers<R>,
    faces: &mut Faces<R>,
) {
    let (g, half_g) = (R::of(GRAVITY), R::HALF * R::of(GRAVITY));
    let to = if STRIDE == 1 { (SIDE + 4) * WIDE } else { (SIDE + 5) * WIDE };
    for at in 2 * WIDE..to {
        let before = at - STRIDE;
        let hl = (depth[before] + halves.depth[before]).positive();
        let hr = (depth[at] - halves.depth[at]).positive();
        let (ul, ur) = (across[before] + half_across[before], across[at] - half_across[at]);
        let (vl, vr) = (along[before] + half_along[before], along[at] - half_along[at]);
        let bed_l = halves.level[before] - halves.depth[before];
        let bed_r = halves.level[at] - halves.depth[at];
        let flux = riemann((hl, ul), (hr, ur), step[at] - (bed_l + bed_r), dry);
        faces.mass[at] = flux.0;
        faces.low[at] = (flux.1 - half_g * hl * hl) + g * depth[before] * halves.level[before];
        faces.high[at] = (flux.2 - half_g * hr * hr) - g * depth[at] * halves.level[at];
        faces.along[at] = flux.0 * if flux.0 > R::ZERO { vl } else { vr };
    }
}

/// Puts walls where faces are closed; cells are flat towards them.
#[inline(always)]
fn close<R: Real, const STRIDE: usize>(
    walls: &Walls,
    (depth, across): (&[R; VIEW], &[R; VIEW]),
    faces: &mut Faces<R>,
) {
    let half_g = R::HALF * R::of(GRAVITY);
    for at in walls.closed.iter().map(|at| usize::from(*at)) {
        let (low, high) = (depth[at - STRIDE], depth[at]);
        faces.mass[at] = R::ZERO;
        faces.along[at] = R::ZERO;
        faces.low[at] = wall(low, across[at - STRIDE]) - half_g * low * low;
        faces.high[at] = wall(high, -across[at]) - half_g * high * high;
    }
}
