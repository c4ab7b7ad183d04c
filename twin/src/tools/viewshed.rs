//! What one sees of the ground around a place.

use rayon::prelude::*;

use super::{By, Obstacles};

/// Cells along a side, at most.
const MOST_CELLS: usize = 1_000;
/// The ground of a cell is looked at so high above it, m, where no other height is asked: on it, rounding
/// would hide it behind itself.
const LEAST_HEIGHT_M: f64 = 0.01;

/// Somebody who looks around.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Where they stand: east and north, m.
    pub at: [f64; 2],
    /// Height of the eye above what they stand on, m.
    pub eye_m: f64,
    /// How far they look, m.
    pub radius_m: f64,
    /// How high above the ground that is which is looked at, m: 0 for the ground itself.
    pub target_m: f64,
    /// Side of a cell, m.
    pub cell_m: f64,
}

impl View {
    /// A person's look around: eyes 1.6 m high, at the ground, in some 200 cells across.
    pub fn of_person(at: [f64; 2], radius_m: f64) -> Self {
        Self { at, eye_m: 1.6, radius_m, target_m: 0.0, cell_m: (radius_m / 100.0).max(0.5) }
    }
}

/// What is known of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// Beyond the radius, or the edges of the terrain.
    Beyond,
    /// Its middle is seen.
    Seen,
    /// Its middle is hidden.
    Hidden,
    /// A building stands on it: its ground is not to be seen.
    Built,
}

/// What is seen around a place, cell by cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Viewshed {
    /// The eye: east, north, up, m.
    pub eye: [f64; 3],
    /// What the person stands on.
    pub stands_on: By,
    /// As it was asked, its cells bounded.
    pub view: View,
    /// Cells along a side.
    pub side: usize,
    /// South-western corner of the first cell, m.
    pub corner: [f64; 2],
    /// Row by row from the south-west.
    pub cells: Vec<Cell>,
}

impl Viewshed {
    /// How many cells are of a kind.
    pub fn count(&self, kind: Cell) -> usize {
        self.cells.iter().filter(|cell| **cell == kind).count()
    }

    /// The share of open ground within the radius that is seen, 0 to 1; 0 where there is none.
    pub fn share_seen(&self) -> f64 {
        let (seen, hidden) = (self.count(Cell::Seen), self.count(Cell::Hidden));
        if seen == 0 { 0.0 } else { seen as f64 / (seen + hidden) as f64 }
    }

    /// East and north of the middle of a cell, m.
    pub fn middle(&self, col: usize, row: usize) -> [f64; 2] {
        let place =
            |k: usize, number: usize| self.corner[k] + (number as f64 + 0.5) * self.view.cell_m;
        [place(0, col), place(1, row)]
    }
}

/// Looks around, on all threads. A person on a building stands on its roof.
pub fn viewshed(obstacles: &Obstacles<'_>, view: &View) -> Viewshed {
    let radius_m = view.radius_m.clamp(1.0, 20_000.0);
    let cell_m = view.cell_m.max(2.0 * radius_m / MOST_CELLS as f64).min(radius_m);
    let view = View { radius_m, cell_m, ..*view };
    let (floor_m, stands_on) = obstacles.surface(view.at);
    let side = (2.0 * radius_m / cell_m).ceil() as usize;
    let half_m = side as f64 * cell_m / 2.0;
    let mut made = Viewshed {
        eye: [view.at[0], view.at[1], floor_m + view.eye_m],
        stands_on,
        view,
        side,
        corner: [view.at[0] - half_m, view.at[1] - half_m],
        cells: Vec::new(),
    };
    let cells: Vec<Cell> = (0..side * side)
        .into_par_iter()
        .map(|index| look(obstacles, &made, made.middle(index % side, index / side)))
        .collect();
    made.cells = cells;
    made
}

fn look(obstacles: &Obstacles<'_>, made: &Viewshed, at: [f64; 2]) -> Cell {
    let [east, north] = at;
    let is_near = (east - made.eye[0]).hypot(north - made.eye[1]) <= made.view.radius_m;
    if !is_near || !obstacles.heights.edges_m().contains(east, north) {
        return Cell::Beyond;
    }
    if obstacles.roof_at(at).is_some() {
        return Cell::Built;
    }
    let up = obstacles.heights.at(east, north) + made.view.target_m.max(LEAST_HEIGHT_M);
    match obstacles.is_free(made.eye, [east, north, up]) {
        true => Cell::Seen,
        false => Cell::Hidden,
    }
}
