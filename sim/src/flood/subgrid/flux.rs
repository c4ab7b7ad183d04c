//! Discharges through faces whose strips are known.

use super::{
    super::{
        GRAVITY,
        faces::Faces,
        inertia::{Face, around},
        land::Land,
        tiles::{SIDE, VIEW, WIDE},
    },
    tables::{Sills, Tables},
};
use crate::Real;

/// Faces that are done at once.
const LANES: usize = 16;

/// Less than this counts as this below a root or a line: no depth that moves and no conveyance is.
const LEAST: f64 = 1e-20;

/// Discharges per metre of face after the step, through all faces of a view across one axis, from levels
/// over the cells' lowest beds and discharges across the faces and along them. `STRIDE` leads over a face,
/// `ASIDE` along it.
#[inline(always)]
pub(in super::super) fn cross<R: Real, const STRIDE: usize, const ASIDE: usize>(
    face: &Face<R>,
    tables: &Tables<R>,
    land: &Land<R>,
    (above, flow, along): (&[R; VIEW], &[R; VIEW], &[R; VIEW]),
    faces: &mut Faces<R>,
) {
    let is_x = STRIDE == 1;
    let (sills, step) =
        if is_x { (&tables.faces[0], &land.step_x) } else { (&tables.faces[1], &land.step_y) };
    // As in plain local inertia, sixteen go into both loops without a rest.
    let (from, to) =
        if is_x { (2 * WIDE - 4, (SIDE + 4) * WIDE) } else { (2 * WIDE + 2, (SIDE + 5) * WIDE) };
    let rises = Rises { above, step, pull: face.two_dt * R::of(2.0 * GRAVITY) };
    for first in (from..to).step_by(LANES) {
        let (depth, convey) = sills.depths::<STRIDE, LANES>(above, first);
        for i in 0..LANES {
            let q = around::<R, STRIDE, ASIDE>(flow, along, first + i);
            let (rise, drag) = rises.at::<STRIDE>(first + i, depth[i], convey[i]);
            faces.mass[first + i] = face.flow(q, rise, depth[i], drag);
            // Local inertia carries no momentum: there is room for the depth.
            faces.low[first + i] = depth[i];
        }
    }
    face.close::<STRIDE, ASIDE>(land, (flow, along), &mut faces.mass, |at, q| {
        let ([depth], [convey]) = sills.depths::<STRIDE, 1>(above, at);
        let (rise, drag) = rises.at::<STRIDE>(at, depth, convey);
        face.flow(q, rise, depth, drag)
    });
}

/// What drives and what slows the water over a face.
struct Rises<'a, R> {
    above: &'a [R; VIEW],
    step: &'a [R; VIEW],
    /// 4·Δt·g.
    pull: R,
}

impl<R: Real> Rises<'_, R> {
    /// Rise of the level over a face, m, and 4·Δt·g·a/K², with q|q|/K² the friction slope.
    #[inline(always)]
    fn at<const STRIDE: usize>(&self, at: usize, depth: R, convey: R) -> (R, R) {
        let rise = (self.above[at] - self.above[at - STRIDE]) + self.step[at];
        (rise, self.pull * depth / (convey * convey).or_above(R::of(LEAST)))
    }
}

impl<R: Real> Sills<R> {
    /// Conveyance depth a and conveyance K of the faces from a place on.
    #[inline(always)]
    fn depths<const STRIDE: usize, const N: usize>(
        &self,
        above: &[R; VIEW],
        first: usize,
    ) -> ([R; N], [R; N]) {
        let mut surface = [R::ZERO; N];
        for (i, surface) in surface.iter_mut().enumerate() {
            *surface = self.surface::<STRIDE>(above, first + i);
        }
        let (mut depth, mut convey) = ([R::ZERO; N], [R::ZERO; N]);
        for strip in (0..self.strips.len()).step_by(VIEW) {
            let sills = &self.strips[strip + first..][..N];
            let conveys = &self.conveys[strip + first..][..N];
            for i in 0..N {
                let over = (surface[i] - sills[i]).positive();
                let root = over.or_above(R::of(LEAST)).rcbrt();
                depth[i] += over;
                convey[i] += conveys[i] * (over * over) * root;
            }
        }
        for i in 0..N {
            depth[i] *= self.share;
            convey[i] *= self.share;
        }
        (depth, convey)
    }

    /// The higher of both levels over the lowest sill of a face.
    #[inline(always)]
    fn surface<const STRIDE: usize>(&self, above: &[R; VIEW], at: usize) -> R {
        (above[at - STRIDE] - self.before[at]).or_above(above[at] - self.after[at])
    }

    /// Conveyance depths of the faces of a view between the first rows of halo and the last, m.
    #[inline(always)]
    pub(super) fn all_depths<const STRIDE: usize>(&self, above: &[R; VIEW]) -> [R; VIEW] {
        let mut depths = [R::ZERO; VIEW];
        for first in (2 * WIDE - 4..(SIDE + 5) * WIDE - LANES).step_by(LANES) {
            let (depth, _) = self.depths::<STRIDE, LANES>(above, first);
            depths[first..][..LANES].copy_from_slice(&depth);
        }
        depths
    }
}
