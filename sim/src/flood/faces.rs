//! A tile's fluxes, and the limiter that keeps every cell from giving more than it has.

use super::{
    Scheme,
    land::Land,
    muscl::Slopes,
    tiles::{FIXED, SIDE, VIEW, WIDE},
};
use crate::Real;

/// Fluxes through the faces to the west (or south) of each cell of a view, per metre of face.
pub(super) struct Faces<R> {
    /// Water, m²/s.
    pub(super) mass: [R; VIEW],
    /// Momentum across the face as the cell to the west (south) sees it, bed included, m³/s².
    pub(super) low: [R; VIEW],
    /// The same as the cell to the east (north) sees it.
    pub(super) high: [R; VIEW],
    /// Momentum along the face.
    pub(super) along: [R; VIEW],
}

/// Room to work in, one for each thread.
pub(super) struct Scratch<R> {
    pub(super) depth: [R; VIEW],
    /// Subgrid tables: level over the cell's lowest bed.
    pub(super) above: [R; VIEW],
    /// HLLC: velocities. Local inertia: discharges before the step.
    pub(super) x: [R; VIEW],
    pub(super) y: [R; VIEW],
    pub(super) across_x: Faces<R>,
    pub(super) across_y: Faces<R>,
    keep: [R; VIEW],
    /// Only where the scheme is of second order.
    pub(super) slopes: Option<Box<Slopes<R>>>,
}

impl<R: Real> Scratch<R> {
    pub(super) fn new(scheme: Scheme) -> Box<Self> {
        let faces = || Faces {
            mass: [R::ZERO; VIEW],
            low: [R::ZERO; VIEW],
            high: [R::ZERO; VIEW],
            along: [R::ZERO; VIEW],
        };
        Box::new(Self {
            depth: [R::ZERO; VIEW],
            above: [R::ZERO; VIEW],
            x: [R::ZERO; VIEW],
            y: [R::ZERO; VIEW],
            across_x: faces(),
            across_y: faces(),
            keep: [R::ONE; VIEW],
            slopes: (scheme == Scheme::Muscl).then(Slopes::new),
        })
    }

    /// Whether a cell whose faces count would give more than it has.
    #[inline(always)]
    fn gives_too_much(&self, ratio: R) -> bool {
        let most = most_given::<R>();
        let (x, y) = (&self.across_x.mass, &self.across_y.mass);
        let mut is_over = 0;
        for at in 2 * WIDE..(SIDE + 4) * WIDE {
            let out = ratio * given([x[at], x[at + 1], y[at], y[at + WIDE]]);
            is_over |= u32::from(out > most * self.depth[at]);
        }
        is_over != 0
    }

    /// The factors of a row of cells from a place on.
    fn give(&mut self, from: usize, land: &Land<R>, ratio: R) {
        const CELLS: usize = SIDE + 2;
        let most = most_given::<R>();
        let (x, y) = (&self.across_x.mass, &self.across_y.mass);
        let (west, east) = (&x[from..][..CELLS], &x[from + 1..][..CELLS]);
        let (south, north) = (&y[from..][..CELLS], &y[from + WIDE..][..CELLS]);
        let (depth, flags) = (&self.depth[from..][..CELLS], &land.flags[from..][..CELLS]);
        let keep = &mut self.keep[from..][..CELLS];
        for i in 0..CELLS {
            let out = ratio * given([west[i], east[i], south[i], north[i]]);
            let has = most * depth[i];
            let is_over = (out > has) & (flags[i] & FIXED == 0);
            keep[i] = if is_over { has / out } else { R::ONE };
        }
    }
}

/// The share of its water that a cell may give: a little less than all, so that rounding does not
/// reach below zero either.
#[inline(always)]
fn most_given<R: Real>() -> R {
    R::ONE - R::of(16.0) * R::EPSILON
}

/// What goes out through the western, eastern, southern and northern face.
#[inline(always)]
fn given<R: Real>([west, east, south, north]: [R; 4]) -> R {
    let none = R::ZERO;
    (east.positive() - west.or_below(none)) + (north.positive() - south.or_below(none))
}

/// Whether fluxes carry momentum.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Carries {
    Water,
    WaterAndMomentum,
    /// The same with momentum less the pressure of each side's own water.
    WaterAndPush,
}

/// Scales the fluxes out of each cell that would give more than it has, by one factor for all its
/// faces, so that no depth falls below zero and no water is made or lost.
///
/// `ratio` is Δt/Δx. A neighbour's cell gives the same factor in both tiles, since both see all of
/// its faces.
#[inline(always)]
pub(super) fn limit<R: Real>(scratch: &mut Scratch<R>, land: &Land<R>, ratio: R, carries: Carries) {
    // Nearly always enough, and much cheaper than the factors.
    if scratch.gives_too_much(ratio) {
        scale(scratch, land, ratio, carries);
    }
}

#[inline(never)]
fn scale<R: Real>(scratch: &mut Scratch<R>, land: &Land<R>, ratio: R, carries: Carries) {
    for row in 2..SIDE + 4 {
        scratch.give(row * WIDE + 2, land, ratio);
    }
    let Scratch { x, y, across_x, across_y, keep, .. } = scratch;
    for row in 3..SIDE + 4 {
        for at in row * WIDE + 3..row * WIDE + SIDE + 4 {
            across_x.cut(at, at - 1, keep, x, carries);
            across_y.cut(at, at - WIDE, keep, y, carries);
        }
    }
}

impl<R: Real> Faces<R> {
    /// Empties the faces between the end of a row of the view and the beginning of the next, which
    /// loops over the whole view find as well.
    #[inline(always)]
    pub(super) fn empty_seams(&mut self) {
        for row in 2..SIDE + 5 {
            self.mass[row * WIDE] = R::ZERO;
        }
    }

    /// Scales the flux of a face by the factor of the cell that gives, with the momentum it carries.
    #[inline]
    fn cut(&mut self, at: usize, before: usize, keep: &[R], velocity: &[R], carries: Carries) {
        let giver = if self.mass[at] > R::ZERO { before } else { at };
        if keep[giver] >= R::ONE {
            return;
        }
        let left = self.mass[at] * keep[giver];
        if carries != Carries::Water {
            let carried = (self.mass[at] - left) * velocity[giver];
            self.low[at] -= carried;
            self.high[at] -= carried;
            self.along[at] *= keep[giver];
        }
        self.mass[at] = left;
    }

    /// Lets no water in through a face outside of which nothing is known: the pressure of the inner
    /// cell remains.
    pub(super) fn shut(&mut self, at: usize, pressure: R) {
        self.mass[at] = R::ZERO;
        self.along[at] = R::ZERO;
        self.low[at] = pressure;
        self.high[at] = pressure;
    }
}
