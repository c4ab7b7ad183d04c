//! Buildings smaller than a cell: what part of it holds water, what part of its sides lets it through.
//!
//! With φ the part of a cell's area that is open and ψ the part of a face's width (isotropic integral
//! porosity; Guinot & Soares-Frazão 2006, Int. J. Numer. Meth. Fluids 50; Sanders, Schubert &
//! Gallegos 2008, J. Hydrol. 362), for depth h and discharge q of the open part:
//!
//! ∂(φh)/∂t = −∂(ψq)/∂x, and the momentum through a face is ψ·F + (1 − ψ)·½gh²: the walls in it push
//! back with the water's weight, so that a lake at rest stays at rest. With ψ ≤ φ a step that is
//! stable without buildings is stable with them; with ψ = φ everywhere nothing changes.

use super::{
    GRAVITY,
    faces::{Carries, Faces, Scratch},
    state::{Fields, add},
    tiles::{CELLS, FIXED, VIEW, WIDE, in_view},
};
use crate::Real;

/// A cell with no more than this gives nothing, m: among the smallest numbers of all, the margin that
/// the limiter leaves for rounding is none.
const LEAST_M: f64 = 1e-30;

/// A tile's porosities, with its halo.
#[derive(Debug, Clone)]
pub(super) struct Porosity<R> {
    /// φ of each cell.
    pub(super) storage: Vec<R>,
    /// ψ of the face to the west of each cell.
    pub(super) face_x: Vec<R>,
    /// ψ of the face to the south of each cell.
    pub(super) face_y: Vec<R>,
}

impl<R: Real> Porosity<R> {
    /// Open everywhere.
    pub(super) fn open() -> Self {
        let ones = || vec![R::ONE; VIEW];
        Self { storage: ones(), face_x: ones(), face_y: ones() }
    }

    /// Narrows the fluxes, and makes of the depths what the limiter is to hold them against: the water.
    #[inline(never)]
    pub(super) fn narrow(&self, scratch: &mut Scratch<R>, carries: Carries) {
        let Scratch { depth, across_x, across_y, .. } = scratch;
        narrow(across_x, depth, &self.face_x, 1, carries);
        narrow(across_y, depth, &self.face_y, WIDE, carries);
        let least = R::of(LEAST_M);
        for (depth, open) in depth.iter_mut().zip(&self.storage) {
            *depth = if *depth > least { *depth * *open } else { R::ZERO };
        }
    }

    /// Adds the differences of the fluxes to each cell; `now` is what it was.
    #[inline(never)]
    pub(super) fn update(
        &self,
        now: &Fields<R>,
        flags: &[u8],
        ratio: R,
        scratch: &Scratch<R>,
        carries: Carries,
        next: &mut Fields<R>,
    ) {
        let (x, y) = (&scratch.across_x, &scratch.across_y);
        for cell in 0..CELLS {
            let at = in_view(cell);
            let (east, north) = (at + 1, at + WIDE);
            let is_fixed = flags[at] & FIXED != 0;
            let ratio = if is_fixed { R::ZERO } else { ratio / self.storage[at] };
            let water = (x.mass[at] - x.mass[east]) + (y.mass[at] - y.mass[north]);
            let (depth, excess) = add(now.depth[cell], now.excess[cell], ratio * water);
            (next.depth[cell], next.excess[cell]) = (depth, excess);
            if carries == Carries::Water {
                // Discharges are those of the open part of the face.
                next.flow_x[cell] = of_open(x.mass[at], self.face_x[at]);
                next.flow_y[cell] = of_open(y.mass[at], self.face_y[at]);
                continue;
            }
            let push_x = (x.high[at] - x.low[east]) + (y.along[at] - y.along[north]);
            let push_y = (x.along[at] - x.along[east]) + (y.high[at] - y.low[north]);
            next.flow_x[cell] = now.flow_x[cell] + ratio * push_x;
            next.flow_y[cell] = now.flow_y[cell] + ratio * push_y;
        }
    }

    /// The water of a tile, m of one open cell.
    pub(super) fn water_m(&self, fields: &Fields<R>, flags: &[u8]) -> f64 {
        let water = |cell: usize| {
            let depth = fields.depth[cell].f64() - fields.excess[cell].f64();
            depth * self.storage[in_view(cell)].f64()
        };
        (0..CELLS).filter(|cell| flags[in_view(*cell)] & FIXED == 0).map(water).sum()
    }
}

fn of_open<R: Real>(mass: R, open: R) -> R {
    if open > R::ZERO { mass / open } else { R::ZERO }
}

/// Narrows the faces across one axis; `stride` leads over a face.
fn narrow<R: Real>(
    faces: &mut Faces<R>,
    depth: &[R; VIEW],
    open: &[R],
    stride: usize,
    carries: Carries,
) {
    let half_g = R::of(GRAVITY) * R::HALF;
    for at in (stride..VIEW).filter(|at| open[*at] < R::ONE) {
        let (part, shut) = (open[at], R::ONE - open[at]);
        faces.mass[at] = part * faces.mass[at];
        if carries != Carries::Water {
            let of_walls = if carries == Carries::WaterAndPush { R::ZERO } else { shut * half_g };
            let (low, high) = (depth[at - stride], depth[at]);
            faces.low[at] = part * faces.low[at] + of_walls * low * low;
            faces.high[at] = part * faces.high[at] + of_walls * high * high;
            faces.along[at] = part * faces.along[at];
        }
    }
}
