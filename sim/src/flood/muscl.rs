//! MUSCL–Hancock: second order in space and time, over the Riemann solver of [`super::hllc`].
//!
//! - Depth h, level η and velocities u, v are lines within each cell, with van Leer's slopes (1974,
//!   J. Comput. Phys. 14); the bed is their difference z = η − h, so that a lake at rest has neither a
//!   slope of η nor a jump of it at a face (Audusse et al. 2004, section 4).
//! - Hancock's half step (van Leer 1984; Toro 2001, section 14.4) takes each cell to the middle of the
//!   step by the equations in h, u, v, with friction implicit there: in flow down a slope friction and
//!   gravity are each far larger than what they leave.
//! - HLLC over the hydrostatically reconstructed bed at each face, and −g·h·∂η/∂x within each cell for
//!   pressure and bed slope together.
//! - First order where a cell or one beside it is dry or has buildings in it, across walls and at open
//!   edges. Such cells are flat, so that beside a cell of lines they feel half of the bed's step: a front
//!   on a slope is late by up to a cell, and water stands some per cent too deep before an open edge on
//!   a slope.

use super::{
    GRAVITY,
    faces::{Carries, Faces, Scratch, limit},
    hllc::{let_only_out, per_depth, riemann, update, wall},
    land::{Land, Walls},
    state::Fields,
    tiles::{SIDE, VIEW, WIDE, gather},
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
        Box::new(Self { x: halves(), y: halves(), depth: none, across_x: none, across_y: none })
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
    half_step((depth, x, y), land, numbers, slopes, [&across_x.mass, &across_y.mass]);
    let Slopes { x: half_x, y: half_y, depth, across_x: u, across_y: v } = &*slopes;
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
    let_only_out(land, scratch, |_| R::ZERO);
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
    straighten::<R, 1>(&land.walls[0], &mut slopes.x, &mut across_x.mass);
    straighten::<R, WIDE>(&land.walls[1], &mut slopes.y, &mut across_y.mass);
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

/// Makes cells flat towards walls and open edges, and lets them be of second order otherwise.
#[inline(always)]
fn straighten<R: Real, const STRIDE: usize>(
    walls: &Walls,
    halves: &mut Halves<R>,
    lesser: &mut [R; VIEW],
) {
    for at in walls.ends.iter().map(|at| usize::from(*at)) {
        lesser[at] = R::of(f64::from(f32::MAX));
        for cell in [at - STRIDE, at] {
            halves.depth[cell] = R::ZERO;
            halves.level[cell] = R::ZERO;
            halves.x[cell] = R::ZERO;
            halves.y[cell] = R::ZERO;
        }
    }
}

/// Takes all cells to the middle of the step; those beside dry ones, and those that would dry up,
/// become flat and stay as they are.
#[inline(always)]
fn half_step<R: Real>(
    (depth, x, y): (&[R; VIEW], &[R; VIEW], &[R; VIEW]),
    land: &Land<R>,
    Numbers { dry, dt, ratio }: Numbers<R>,
    slopes: &mut Slopes<R>,
    [lesser_x, lesser_y]: [&[R; VIEW]; 2],
) {
    let (g, half_dt) = (R::of(GRAVITY), R::HALF * dt);
    let Slopes { x: sx, y: sy, .. } = slopes;
    for at in FROM..TO {
        let (h, u, v) = (depth[at], x[at], y[at]);
        let (hx, hy, ux, vy) = (sx.depth[at], sy.depth[at], sx.x[at], sy.y[at]);
        // Halves of slopes take half a step by the whole ratio.
        let new_h = h - ratio * ((u * hx + h * ux) + (v * hy + h * vy));
        let push_x = (u * ux + v * sy.x[at]) + g * sx.level[at];
        let push_y = (v * vy + u * sx.y[at]) + g * sy.level[at];
        let over = h.or_above(dry);
        let (_, resistance) = over.inverses();
        let speed = (u * u + v * v).sqrt();
        let drag = R::ONE / (R::ONE + (half_dt * land.friction[at] * speed) * (resistance * over));
        let least = lesser_x[at].or_below(lesser_x[at + 1]);
        let least = least.or_below(lesser_y[at].or_below(lesser_y[at + WIDE]));
        let is_second = (least > dry) & (new_h > dry + hx.abs().or_above(hy.abs()));
        let keep = if is_second { R::ONE } else { R::ZERO };
        slopes.depth[at] = if is_second { new_h } else { h };
        slopes.across_x[at] = if is_second { (u - ratio * push_x) * drag } else { u };
        slopes.across_y[at] = if is_second { (v - ratio * push_y) * drag } else { v };
        for halves in [&mut *sx, &mut *sy] {
            halves.depth[at] *= keep;
            halves.level[at] *= keep;
            halves.x[at] *= keep;
            halves.y[at] *= keep;
        }
    }
}

/// Fluxes through all faces of a view across one axis, as [`super::hllc`] finds them, between the
/// ends of the cells' lines. The momentum that each side sees is without the pressure ½gh² of its own
/// end, and that of the higher cell has −g·h·∂η/∂x of the whole cell with it.
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
        let within = g * depth[at] * (halves.level[at] + halves.level[at]);
        faces.mass[at] = flux.0;
        faces.low[at] = flux.1 - half_g * hl * hl;
        faces.high[at] = (flux.2 - half_g * hr * hr) - within;
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
