//! Local inertia: the shallow-water equations without advection (Bates, Horritt & Fewtrell 2010,
//! J. Hydrol. 387; de Almeida, Bates, Freer & Souvignet 2012, Water Resour. Res. 48).
//!
//! At each face, with h_f = max(η₋, η₊) − max(z₋, z₊):
//!
//! q' = [θ·q + (1 − θ)·(q₋ + q₊)/2 − g·h_f·Δt·∂η/∂x] / [1 + g·Δt·n²·|q| / h_f^(7/3)]
//!
//! with two differences. θ = 1 if the neighbours' mean runs uphill, and a closed face counts as the face
//! itself in that mean. And |q| is that of the whole discharge, (q, p), where p is the mean of the four
//! faces that stand across (de Almeida & Bates 2013, Water Resour. Res. 49): with the face's own part
//! alone, water runs a fifth too fast along diagonals. It is taken at the new time, on the tangent of
//! the norm, |q|' = (|q|·|q'| + p²) / √(q² + p²): a quadratic with the root
//!
//! q' = 2A / (B + √(B² + 4·k·|q|·|A|)), k = Δt·g·n² / (h_f^(7/3)·√(q² + p²)), B = 1 + k·p²,
//!
//! A being the first bracket. With the old |q| a film on a slope, where friction is far stiffer than a
//! step, swings between q and q*²/q for ever.
//!
//! Right where the Froude number stays below about 0.8; the record keeps its maximum, so that cells
//! beyond show.

use super::{
    GRAVITY,
    faces::{Carries, Scratch, limit},
    land::Land,
    state::{Fields, LANES, Lanes, Motion, add, lane},
    subgrid,
    tiles::{CELLS, SIDE, SOUTH_CLOSED, VIEW, WEST_CLOSED, WIDE, gather, in_view, line, line_mut},
};
use crate::Real;

/// Depths and discharges of a tile after `dt`; sources come after.
#[inline(always)]
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
    let face = Face { dry, two_dt: dt + dt, push: R::of(GRAVITY) * ratio, theta };
    if let Some(tables) = &land.tables {
        gather(around, |tile| fields[tile].surface(), &mut scratch.above);
        let Scratch { above, x, y, across_x, across_y, .. } = &mut *scratch;
        subgrid::cross::<R, 1, WIDE>(&face, tables, land, (above, x, y), across_x);
        subgrid::cross::<R, WIDE, 1>(&face, tables, land, (above, y, x), across_y);
        across_x.empty_seams();
    } else {
        let Scratch { depth, x, y, across_x, across_y, .. } = &mut *scratch;
        face.cross::<1, WIDE>((depth, x, y), &land.step_x, &land.friction, &mut across_x.mass);
        face.cross::<WIDE, 1>((depth, y, x), &land.step_y, &land.friction, &mut across_y.mass);
        across_x.empty_seams();
        face.close_all::<1, WIDE>(land, (depth, x, y), &mut across_x.mass);
        face.close_all::<WIDE, 1>(land, (depth, y, x), &mut across_y.mass);
    }
    let Scratch { across_x, across_y, .. } = &mut *scratch;
    for edge in land.edge_faces.iter().filter(|edge| edge.only_out) {
        let faces = if edge.is_y { &mut *across_y } else { &mut *across_x };
        let is_in = (faces.mass[edge.face] > R::ZERO) != edge.is_high;
        if is_in {
            faces.mass[edge.face] = R::ZERO;
        }
    }
    if let Some(porosity) = &land.porosity {
        porosity.narrow(scratch, Carries::Water);
    }
    limit(scratch, land, ratio, Carries::Water);
    match (&land.porosity, around[4]) {
        (Some(porosity), Some(tile)) => {
            porosity.update(
                &fields[tile],
                land.flags.as_slice(),
                ratio,
                scratch,
                Carries::Water,
                next,
            );
        }
        (None, Some(tile)) => update(&fields[tile], ratio, scratch, next),
        (_, None) => {}
    }
}

#[inline(always)]
fn update<R: Real>(now: &Fields<R>, ratio: R, scratch: &Scratch<R>, next: &mut Fields<R>) {
    let (x, y) = (&scratch.across_x.mass, &scratch.across_y.mass);
    for cell in (0..CELLS).step_by(SIDE) {
        let at = in_view(cell);
        let (west, east) = (line(x, at), line(x, at + 1));
        let (south, north) = (line(y, at), line(y, at + WIDE));
        let (depth, excess) = (line(&now.depth[..], cell), line(&now.excess[..], cell));
        let new_depth = line_mut(&mut next.depth[..], cell);
        let new_excess = line_mut(&mut next.excess[..], cell);
        for i in 0..SIDE {
            let water = (west[i] - east[i]) + (south[i] - north[i]);
            (new_depth[i], new_excess[i]) = add(depth[i], excess[i], ratio * water);
        }
        line_mut(&mut next.flow_x[..], cell).copy_from_slice(west);
        line_mut(&mut next.flow_y[..], cell).copy_from_slice(south);
    }
}

/// A discharge that counts as none where its share of the norm is asked for, m²/s; its square is a normal
/// number in `f32`.
const LEAST: f64 = 1e-12;

/// Own discharge and the mean of the two faces beside, of which a closed one counts as the own.
#[inline(always)]
fn around_face<R: Real>(q: [R; 3], closed: [bool; 3]) -> (R, R) {
    let before = if closed[0] { q[1] } else { q[0] };
    let after = if closed[2] { q[1] } else { q[2] };
    (q[1], R::HALF * (before + after))
}

/// Mean of the four faces that stand across a face: two of the cell before it, two of the cell after.
#[inline(always)]
fn across<R: Real, const STRIDE: usize, const ASIDE: usize>(along: &[R; VIEW], at: usize) -> R {
    let before = at - STRIDE;
    R::of(0.25) * ((along[before] + along[at]) + (along[before + ASIDE] + along[at + ASIDE]))
}

/// A face's own discharge, the mean of the two beside it and that of the four across it.
#[inline(always)]
pub(super) fn around<R: Real, const STRIDE: usize, const ASIDE: usize>(
    flow: &[R; VIEW],
    along: &[R; VIEW],
    at: usize,
) -> (R, R, R) {
    let mean = R::HALF * (flow[at - STRIDE] + flow[at + STRIDE]);
    (flow[at], mean, across::<R, STRIDE, ASIDE>(along, at))
}

/// What is the same for all faces in a step.
pub(super) struct Face<R> {
    dry: R,
    /// 2·Δt.
    pub(super) two_dt: R,
    /// g·Δt/Δx.
    push: R,
    theta: R,
}

impl<R: Real> Face<R> {
    /// Discharges through all faces of a view across one axis, after the step. `STRIDE` leads over a
    /// face, `ASIDE` along it.
    ///
    /// One loop over all rows, seams between them included, so that no row has a rest that does not
    /// fill a vector.
    #[inline(always)]
    fn cross<const STRIDE: usize, const ASIDE: usize>(
        &self,
        (depth, flow, along): (&[R; VIEW], &[R; VIEW], &[R; VIEW]),
        step: &[R; VIEW],
        friction: &[R; VIEW],
        mass: &mut [R; VIEW],
    ) {
        // Sixteen go into both loops without a rest.
        let (from, to) = if STRIDE == 1 {
            (2 * WIDE - 4, (SIDE + 4) * WIDE)
        } else {
            (2 * WIDE + 2, (SIDE + 5) * WIDE)
        };
        for at in from..to {
            let before = at - STRIDE;
            let q = around::<R, STRIDE, ASIDE>(flow, along, at);
            let rough = friction[before] + friction[at];
            mass[at] = self.discharge(q, (depth[before], depth[at]), step[at], rough);
        }
    }

    /// Empties closed faces, and does those beside one again.
    #[inline(always)]
    fn close_all<const STRIDE: usize, const ASIDE: usize>(
        &self,
        land: &Land<R>,
        (depth, flow, along): (&[R; VIEW], &[R; VIEW], &[R; VIEW]),
        mass: &mut [R; VIEW],
    ) {
        let step = if STRIDE == 1 { &land.step_x } else { &land.step_y };
        self.close::<STRIDE, ASIDE>(land, (flow, along), mass, |at, q| {
            let rough = land.friction[at - STRIDE] + land.friction[at];
            self.discharge(q, (depth[at - STRIDE], depth[at]), step[at], rough)
        });
    }

    /// Empties closed faces, and does those beside one again by `discharge`, from what flows around.
    #[inline(always)]
    pub(super) fn close<const STRIDE: usize, const ASIDE: usize>(
        &self,
        land: &Land<R>,
        (flow, along): (&[R; VIEW], &[R; VIEW]),
        mass: &mut [R; VIEW],
        discharge: impl Fn(usize, (R, R, R)) -> R,
    ) {
        let (walls, bit) = if STRIDE == 1 {
            (&land.walls[0], WEST_CLOSED)
        } else {
            (&land.walls[1], SOUTH_CLOSED)
        };
        for at in &walls.closed {
            mass[usize::from(*at)] = R::ZERO;
        }
        for at in walls.beside.iter().map(|at| usize::from(*at)) {
            let places = [at - STRIDE, at, at + STRIDE];
            let (own, mean) =
                around_face(places.map(|at| flow[at]), places.map(|at| land.flags[at] & bit != 0));
            mass[at] = discharge(at, (own, mean, across::<R, STRIDE, ASIDE>(along, at)));
        }
    }

    /// Discharge of a face after the step; `rough` is the sum of both sides' g·n².
    #[inline(always)]
    fn discharge(&self, q: (R, R, R), (hl, hr): (R, R), step: R, rough: R) -> R {
        let rise = (hr - hl) + step;
        let depth = (hl - step.positive()).or_above(hr + step.or_below(R::ZERO));
        let (_, resistance) = depth.or_above(self.dry).inverses();
        self.flow(q, rise, depth, (self.two_dt * rough) * resistance)
    }

    /// Discharge of a face after the step, for the rise of the level over it, its depth, and
    /// `drag` = 4·Δt·g·n²/h_f^(7/3).
    #[inline(always)]
    pub(super) fn flow(&self, (q, mean, across): (R, R, R), rise: R, depth: R, drag: R) -> R {
        let over = depth.or_above(self.dry);
        let theta = if mean * rise > R::ZERO { R::ONE } else { self.theta };
        let free = (mean + theta * (q - mean)) - over * self.push * rise;
        // s = √(q² + p²), B·s and 4k·s²; n² is the mean of both sides'.
        let own = q.abs().or_above(R::of(LEAST));
        let square = across * across;
        let norm = (own * own + square).sqrt();
        let aside = norm + R::of(0.25) * drag * square;
        let root = (aside * aside + (drag * norm) * (own * free.abs())).sqrt();
        let new = (free + free) * norm / (aside + root);
        if depth > self.dry { new } else { R::ZERO }
    }
}

/// What moves at the end of a step: the fastest wave is √(gh).
#[inline(always)]
pub(super) fn motion<R: Real>(next: &Fields<R>, dry: R) -> Motion<R> {
    let mut lanes = Lanes::new();
    for cell in (0..CELLS).step_by(LANES) {
        let (depth, excess) = (lane(&next.depth[..], cell), lane(&next.excess[..], cell));
        // A discharge that is not finite makes a depth beside it so.
        (0..LANES).for_each(|i| lanes.see(i, depth[i], depth[i], excess[i]));
    }
    wave(lanes.sum(dry))
}

/// What moves, where the lanes have seen depths: the wave of the greatest.
#[inline(always)]
pub(super) fn wave<R: Real>(deepest: Motion<R>) -> Motion<R> {
    let depth = if deepest.is_wet { deepest.wave } else { R::ZERO };
    Motion { wave: (R::of(GRAVITY) * depth).sqrt(), ..deepest }
}
