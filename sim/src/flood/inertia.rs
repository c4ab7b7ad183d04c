//! Local inertia: the shallow-water equations without advection (Bates, Horritt & Fewtrell 2010,
//! J. Hydrol. 387; de Almeida, Bates, Freer & Souvignet 2012, Water Resour. Res. 48).
//!
//! At each face, with h_f = max(η₋, η₊) − max(z₋, z₊):
//!
//! q' = [θ·q + (1 − θ)·(q₋ + q₊)/2 − g·h_f·Δt·∂η/∂x] / [1 + g·Δt·n²·|q| / h_f^(7/3)]
//!
//! with two differences. θ = 1 if the neighbours' mean runs uphill; nothing flows through a closed face, and
//! a face outside an open edge counts as the face itself in that mean. And |q| is that of the whole discharge, (q, p), where p is the mean of the four
//! faces that stand across (de Almeida & Bates 2013, Water Resour. Res. 49): with the face's own part
//! alone, water runs a fifth too fast along diagonals. It is taken at the new time, on the tangent of
//! the norm, |q|' = (|q|·|q'| + p²) / √(q² + p²): a quadratic with the root
//!
//! q' = 2A / (B + √(B² + 4·k·|q|·|A|)), k = Δt·g·n² / (h_f^(7/3)·√(q² + p²)), B = 1 + k·p²,
//!
//! A being the first bracket. With the old |q| a film on a slope, where friction is far stiffer than a
//! step, swings between q and q*²/q for ever.
//!
//! Stable for α = Δt·√(g·h)/Δx ≤ √(θ/2). A wave of wave numbers (k, l) has λ² − (1 + s − W)·λ + s = 0 for its
//! growth λ over a flat bed, W = 4α²·(sin²(k/2) + sin²(l/2)) and s = 1 − (1 − θ)·(1 − cos k), so that |λ| ≤ 1
//! asks W ≤ 2·(1 + s), hardest at k = l = π. Friction hides more than that nearly everywhere, but not in a deep
//! pond. That is of small waves. Large ones have no energy that the scheme keeps, and at θ = 1 nothing damps them but
//! friction, which leaves off where they are slow: in the ponds of the Environment Agency's test 5 they grow over hours
//! from α = 0.3 on, with θ = 0.98 at α = 0.68 too; with 0.95 and less they settle (tests/verification/README.md).
//!
//! Right where the Froude number stays below about 0.8; the record keeps its maximum, so that cells
//! beyond show.

use super::{
    GRAVITY,
    faces::{Carries, Scratch, limit},
    land::Land,
    state::{Fields, LANES, Lanes, Motion, add, lane},
    subgrid,
    tiles::{CELLS, SIDE, VIEW, WIDE, gather, in_view, line, line_mut},
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

/// Faces of a view that are asked for, and more to both sides, so that blocks of them leave no rest.
const FIRST: usize = 2 * WIDE - 14;
const LAST: usize = FIRST + 14 * BLOCK;
/// Faces that are worked on together.
const BLOCK: usize = 96;

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
    /// Over all rows, seams between them included, and in blocks of faces: two roots and a quotient, of
    /// which each waits for the one before, would hold up a loop that takes a face to its end. In a block
    /// they wait while others are worked on.
    #[inline(always)]
    fn cross<const STRIDE: usize, const ASIDE: usize>(
        &self,
        (depth, flow, along): (&[R; VIEW], &[R; VIEW], &[R; VIEW]),
        step: &[R; VIEW],
        friction: &[R; VIEW],
        mass: &mut [R; VIEW],
    ) {
        let none = [R::ZERO; BLOCK];
        let (mut twice, mut drag, mut square) = (none, none, none);
        let (mut norm, mut pull, mut root) = (none, none, none);
        for from in (FIRST..LAST).step_by(BLOCK) {
            for i in 0..BLOCK {
                let (before, at) = (from + i - STRIDE, from + i);
                let q = around::<R, STRIDE, ASIDE>(flow, along, at);
                let rough = friction[before] + friction[at];
                let push = self.pushed(q, (depth[before], depth[at]), step[at], rough);
                twice[i] = push.twice;
                drag[i] = push.drag;
                square[i] = push.square;
                norm[i] = push.norm_square;
                pull[i] = push.pull;
            }
            for norm in &mut norm {
                *norm = norm.sqrt();
            }
            for i in 0..BLOCK {
                let aside = aside(norm[i], drag[i], square[i]);
                root[i] = (aside * aside + (drag[i] * norm[i]) * pull[i]).sqrt();
            }
            let mass = &mut mass[from..][..BLOCK];
            for i in 0..BLOCK {
                mass[i] = share(twice[i], norm[i], aside(norm[i], drag[i], square[i]), root[i]);
            }
        }
    }

    /// Empties closed faces, and does those of open edges again.
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
            self.pushed(q, (depth[at - STRIDE], depth[at]), step[at], rough).slowed()
        });
    }

    /// Empties closed faces, and does those of open edges again by `discharge`, from what flows around: outside, the
    /// water goes on as through the face.
    #[inline(always)]
    pub(super) fn close<const STRIDE: usize, const ASIDE: usize>(
        &self,
        land: &Land<R>,
        (flow, along): (&[R; VIEW], &[R; VIEW]),
        mass: &mut [R; VIEW],
        discharge: impl Fn(usize, (R, R, R)) -> R,
    ) {
        let walls = &land.walls[usize::from(STRIDE != 1)];
        for at in &walls.closed {
            mass[usize::from(*at)] = R::ZERO;
        }
        for edge in &walls.outer {
            let at = usize::from(edge.face);
            let (own, inside) = if edge.is_high {
                (flow[at], flow[at - STRIDE])
            } else {
                (flow[at], flow[at + STRIDE])
            };
            let across = across::<R, STRIDE, ASIDE>(along, at);
            mass[at] = discharge(at, (own, R::HALF * (own + inside), across));
        }
    }

    /// What [`Push::slowed`] needs, from the depths on both sides of a face.
    #[inline(always)]
    fn pushed(&self, q: (R, R, R), (hl, hr): (R, R), step: R, rough: R) -> Push<R> {
        let rise = (hr - hl) + step;
        let depth = (hl - step.positive()).or_above(hr + step.or_below(R::ZERO));
        let (_, resistance) = depth.or_above(self.dry).inverses();
        self.push(q, rise, depth, (self.two_dt * rough) * resistance)
    }

    /// Discharge of a face after the step, for the rise of the level over it, its depth, and
    /// `drag` = 4·Δt·g·n²/h_f^(7/3).
    #[inline(always)]
    pub(super) fn flow(&self, q: (R, R, R), rise: R, depth: R, drag: R) -> R {
        self.push(q, rise, depth, drag).slowed()
    }

    #[inline(always)]
    fn push(&self, (q, mean, across): (R, R, R), rise: R, depth: R, drag: R) -> Push<R> {
        let over = depth.or_above(self.dry);
        let theta = if mean * rise > R::ZERO { R::ONE } else { self.theta };
        let free = (mean + theta * (q - mean)) - over * self.push * rise;
        let own = q.abs().or_above(R::of(LEAST));
        let square = across * across;
        Push {
            twice: if depth > self.dry { free + free } else { R::ZERO },
            drag,
            square,
            norm_square: own * own + square,
            pull: own * free.abs(),
        }
    }
}

/// A face whose water has been pushed, before friction; A is the discharge it would have without.
struct Push<R> {
    /// 2A; none where it is dry.
    twice: R,
    /// 4·Δt·g·n²/h_f^(7/3).
    drag: R,
    /// p².
    square: R,
    /// q² + p².
    norm_square: R,
    /// |q|·|A|.
    pull: R,
}

impl<R: Real> Push<R> {
    /// The discharge after friction.
    #[inline(always)]
    fn slowed(&self) -> R {
        let norm = self.norm_square.sqrt();
        let aside = aside(norm, self.drag, self.square);
        let root = (aside * aside + (self.drag * norm) * self.pull).sqrt();
        share(self.twice, norm, aside, root)
    }
}

/// 2A·s / (B·s + root); none of none, whatever the others are, which over a dry face need not be finite.
#[inline(always)]
fn share<R: Real>(twice: R, norm: R, aside: R, root: R) -> R {
    let after = twice * norm / (aside + root);
    if twice == R::ZERO { R::ZERO } else { after }
}

/// B·s, with s = √(q² + p²); n² in the drag is the mean of both sides'.
#[inline(always)]
fn aside<R: Real>(norm: R, drag: R, square: R) -> R {
    norm + R::of(0.25) * drag * square
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
