//! The part of the ground that is played on: bed, buildings and standing waters on a grid of squares.

use std::sync::Arc;

use city::{Bbox, frame::LocalFrame};
use geo::{BoundingRect, Contains};
use geo_types::{Coord, Polygon};

use crate::{
    error::TwinError,
    model::{CityModel, Heights},
    scene::{Buildings, water},
};

/// Cells along a side, at most: a page has one thread for all of it.
const MOST_CELLS: f64 = if cfg!(target_arch = "wasm32") { 128.0 } else { 256.0 };
/// The finest cell, m: below it the ground is not known better.
const FINEST_M: f64 = 2.0;
/// Depth of a standing water below its level, m. Terrain models hold surfaces; where the bed is known to lie
/// deeper, it counts.
const DEPTH_M: f64 = 2.5;

/// A square of the ground, cut into cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// East and north of its south-west corner, m.
    pub corner: [f64; 2],
    /// Cells along a side.
    pub cells: usize,
    /// Side of a cell, m.
    pub cell_m: f64,
}

impl Area {
    /// A square around a place, as much of it as the ground reaches.
    ///
    /// # Errors
    /// [`TwinError::Ask`] where there is no ground.
    pub fn around(middle: [f64; 2], side_m: f64, ground: &Heights) -> Result<Self, TwinError> {
        let edges = ground.edges_m();
        let side_m = side_m.min(edges.width()).min(edges.height());
        if !edges.contains(middle[0], middle[1]) || side_m < 50.0 {
            let why = "a flood is played where the ground is known: look at a place of the city";
            return Err(TwinError::Ask(why.into()));
        }
        let cell_m = (side_m / MOST_CELLS).max(FINEST_M);
        let cells = (side_m / cell_m).floor().max(8.0) as usize;
        let side_m = cells as f64 * cell_m;
        let corner =
            |middle: f64, low: f64, high: f64| (middle - side_m / 2.0).min(high - side_m).max(low);
        let corner = [
            corner(middle[0], edges.min_x, edges.max_x),
            corner(middle[1], edges.min_y, edges.max_y),
        ];
        Ok(Self { corner, cells, cell_m })
    }

    /// East and north of a cell's middle.
    pub fn middle_of(&self, column: usize, row: usize) -> [f64; 2] {
        let at = |corner: f64, k: usize| corner + (k as f64 + 0.5) * self.cell_m;
        [at(self.corner[0], column), at(self.corner[1], row)]
    }

    /// The cell of a place; `None` outside.
    pub fn cell_of(&self, [east, north]: [f64; 2]) -> Option<(usize, usize)> {
        let of = |value: f64, corner: f64| {
            let k = ((value - corner) / self.cell_m).floor();
            (k >= 0.0 && k < self.cells as f64).then_some(k as usize)
        };
        Some((of(east, self.corner[0])?, of(north, self.corner[1])?))
    }

    /// Its edges, m.
    pub fn edges_m(&self) -> Bbox {
        let side_m = self.cells as f64 * self.cell_m;
        let [min_x, min_y] = self.corner;
        Bbox { min_x, min_y, max_x: min_x + side_m, max_y: min_y + side_m }
    }

    /// Values of the cells as a field whose nodes are their middles.
    pub(super) fn field(&self, values: Vec<f32>) -> Heights {
        let [west_m, south_m] = self.middle_of(0, 0);
        Heights::of_nodes([west_m, south_m], self.cell_m, self.cells, values)
    }

    /// Calls for each cell whose middle lies in a polygon.
    fn within(&self, polygon: &Polygon<f64>, mut act: impl FnMut(usize)) {
        let Some(box_of) = polygon.bounding_rect() else { return };
        let span = |low: f64, high: f64, corner: f64| {
            let at = |value: f64| ((value - corner) / self.cell_m).clamp(0.0, self.cells as f64);
            at(low).floor() as usize..at(high).ceil() as usize
        };
        for row in span(box_of.min().y, box_of.max().y, self.corner[1]) {
            for column in span(box_of.min().x, box_of.max().x, self.corner[0]) {
                let [x, y] = self.middle_of(column, row);
                if polygon.contains(&Coord { x, y }) {
                    act(row * self.cells + column);
                }
            }
        }
    }
}

/// The ground that is played on.
#[derive(Debug, Clone)]
pub struct Land {
    /// Where.
    pub area: Area,
    /// Metres east and north of where.
    pub frame: LocalFrame,
    /// Level of each cell's bed, m; rows from the south.
    pub bed_m: Vec<f64>,
    /// Level of the ground that is drawn there, m: waters hide how deep they are.
    pub ground_m: Vec<f64>,
    /// Whether a building stands on it.
    pub is_built: Vec<bool>,
    /// The usual level of the standing water over it, m; not a number on dry land.
    pub water_m: Vec<f64>,
}

impl Land {
    /// The land of a city in an area: the terrain, buildings that water goes around, waters at their levels.
    pub fn of(model: &CityModel, buildings: &Buildings, area: Area) -> Arc<Self> {
        let cells = area.cells * area.cells;
        let place = |at: usize| area.middle_of(at % area.cells, at / area.cells);
        let bed = (0..cells).map(|at| {
            let [east, north] = place(at);
            model.heights.at(east, north)
        });
        let ground_m: Vec<f64> = bed.collect();
        let mut land = Self {
            area,
            frame: model.frame,
            bed_m: ground_m.clone(),
            ground_m,
            is_built: vec![false; cells],
            water_m: vec![f64::NAN; cells],
        };
        let edges = area.edges_m();
        for form in buildings.within([edges.min_x, edges.min_y], [edges.max_x, edges.max_y]) {
            let is_built = &mut land.is_built;
            area.within(&form.outline, |at| is_built[at] = true);
        }
        for body in water::bodies(model) {
            let (bed_m, water_m) = (&mut land.bed_m, &mut land.water_m);
            area.within(&body.outline, |at| {
                bed_m[at] = bed_m[at].min(body.level_m - DEPTH_M);
                water_m[at] = body.level_m;
            });
        }
        // A house in the water stands on piles.
        for (is_built, level_m) in land.is_built.iter_mut().zip(&land.water_m) {
            *is_built &= level_m.is_nan();
        }
        Arc::new(land)
    }

    /// The bed as a field.
    pub fn bed(&self) -> Heights {
        self.area.field(self.bed_m.iter().map(|level| *level as f32).collect())
    }

    /// East and north of a place in degrees.
    pub(super) fn local(&self, [lon, lat]: [f64; 2]) -> [f64; 2] {
        let (east, north) = self.frame.from_lon_lat(lon, lat);
        [east, north]
    }

    /// The open cells within a distance of a place, the nearest one at least; empty outside.
    pub(super) fn open_around(&self, at: [f64; 2], reach_m: f64) -> Vec<(usize, usize)> {
        let Some((column, row)) = self.area.cell_of(at) else { return Vec::new() };
        let reach = (reach_m / self.area.cell_m).ceil() as usize + 4;
        let span = |k: usize| k.saturating_sub(reach)..(k + reach + 1).min(self.area.cells);
        let mut open: Vec<(f64, (usize, usize))> = Vec::new();
        for r in span(row) {
            for c in span(column) {
                if !self.is_built[r * self.area.cells + c] {
                    let [x, y] = self.area.middle_of(c, r);
                    open.push(((x - at[0]).hypot(y - at[1]), (c, r)));
                }
            }
        }
        open.sort_by(|a, b| a.0.total_cmp(&b.0));
        let near = open.iter().take_while(|(away, _)| *away <= reach_m).count().max(1);
        open.into_iter().take(near).map(|(_, cell)| cell).collect()
    }
}
