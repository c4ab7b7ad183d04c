//! The fine land below a coarse grid.

use super::super::{
    Error, Ground, Params, Scheme, Side,
    tiles::{FIXED, SOUTH_CLOSED, WEST_CLOSED},
};

/// The longest side of a coarse cell, in fine cells.
const MOST_FACTOR: usize = 16;

/// The fine land, row by row from the south.
#[derive(Debug)]
pub(in super::super) struct Fine {
    pub(in super::super) factor: usize,
    pub(in super::super) columns: usize,
    pub(in super::super) rows: usize,
    bed_m: Vec<f64>,
    manning: Vec<f64>,
    /// [`FIXED`] where blocked, and closed faces.
    flags: Vec<u8>,
}

/// A strip of a coarse face: level of its sill, m, and Manning's n.
pub(super) type Strip = (f64, f64);

impl Fine {
    /// Of a ground that can be run in coarse cells.
    pub(in super::super) fn new(
        ground: &Ground,
        factor: usize,
        params: &Params,
    ) -> Result<Self, Error> {
        let (columns, rows) = (ground.columns(), ground.rows());
        let refuse = |what, cure| Err(Error::Subgrid { what, cure });
        if !(1..=MOST_FACTOR).contains(&factor) {
            let range = "1 to 16 fine cells along a coarse one";
            return Err(Error::Parameter { name: "factor", value: factor as f64, range });
        }
        if columns % factor != 0 || rows % factor != 0 {
            return refuse(
                "columns or rows that the factor does not divide",
                "cut the area, or repeat its last cells, to whole coarse cells",
            );
        }
        if params.scheme != Scheme::LocalInertia {
            return refuse(
                "scheme but local inertia",
                "choose local inertia, or run the fine grid",
            );
        }
        if !ground.structures().is_empty() {
            let cure = "raise the bed for levees, or run the fine grid";
            return refuse("structures", cure);
        }
        if (0..columns * rows).any(|at| ground.porosity(at) != (1.0, 1.0)) {
            return refuse("porosity", "block the fine cells of buildings instead");
        }
        let mut flags: Vec<u8> =
            ground.blocked().iter().map(|blocked| if *blocked { FIXED } else { 0 }).collect();
        for (column, row, side) in ground.walls() {
            let at = row * columns + column;
            match side {
                Side::West => flags[at] |= WEST_CLOSED,
                Side::South => flags[at] |= SOUTH_CLOSED,
                Side::East if column + 1 < columns => flags[at + 1] |= WEST_CLOSED,
                Side::North if row + 1 < rows => flags[at + columns] |= SOUTH_CLOSED,
                Side::East | Side::North => {}
            }
        }
        let (bed_m, manning) = (ground.bed_m().to_vec(), ground.manning().to_vec());
        Ok(Self { factor, columns, rows, bed_m, manning, flags })
    }

    /// The coarse ground: the lowest open bed of each cell, its most frequent soil; closed where no strip
    /// of a face is open.
    pub(in super::super) fn coarse(&self, ground: &Ground) -> Result<Ground, Error> {
        let (columns, rows) = (self.columns / self.factor, self.rows / self.factor);
        let cells = || (0..columns * rows).map(|at| (at % columns, at / columns));
        let lowest = |(column, row)| {
            let levels = self.bed_levels_m(column, row);
            let all = || self.inside(column, row).map(|at| self.bed_m[at]);
            levels.first().copied().unwrap_or_else(|| all().fold(f64::INFINITY, f64::min))
        };
        let cell_m = ground.cell_m() * self.factor as f64;
        let mut coarse = Ground::new(columns, rows, cell_m, cells().map(lowest).collect())?;
        let manning = |(column, row)| {
            let sum: f64 = self.inside(column, row).map(|at| self.manning[at]).sum();
            sum / (self.factor * self.factor) as f64
        };
        coarse = coarse.with_manning(cells().map(manning).collect())?;
        let is_blocked = |(column, row)| self.bed_levels_m(column, row).is_empty();
        coarse = coarse.with_blocked(cells().map(is_blocked).collect())?;
        let soil = |(column, row)| self.soil(ground, column, row);
        coarse = coarse.with_soils(ground.soils().to_vec(), cells().map(soil).collect())?;
        for (column, row) in cells() {
            if self.strips_west(column, row).is_empty() {
                coarse = coarse.with_wall(column, row, Side::West)?;
            }
            if self.strips_south(column, row).is_empty() {
                coarse = coarse.with_wall(column, row, Side::South)?;
            }
        }
        Ok(coarse)
    }

    /// The soil that most open fine cells of a coarse cell have; of equals the first.
    fn soil(&self, ground: &Ground, column: usize, row: usize) -> u8 {
        let mut counts = vec![0_usize; ground.soils().len()];
        for at in self.inside(column, row).filter(|at| self.flags[*at] & FIXED == 0) {
            counts[usize::from(ground.soil_of()[at])] += 1;
        }
        let most = counts.iter().copied().max().unwrap_or(0);
        counts.iter().position(|count| *count == most).unwrap_or(0) as u8
    }

    /// The fine cells of a coarse one.
    fn inside(&self, column: usize, row: usize) -> impl Iterator<Item = usize> + use<> {
        let (factor, columns) = (self.factor, self.columns);
        (row * factor..(row + 1) * factor).flat_map(move |row| {
            (column * factor..(column + 1) * factor).map(move |column| row * columns + column)
        })
    }

    /// Bed levels of the open fine cells of a coarse one, m, from the lowest.
    pub(super) fn bed_levels_m(&self, column: usize, row: usize) -> Vec<f64> {
        let is_open = |at: &usize| self.flags[*at] & FIXED == 0;
        let open = self.inside(column, row).filter(is_open);
        let mut levels: Vec<f64> = open.map(|at| self.bed_m[at]).collect();
        levels.sort_by(f64::total_cmp);
        levels
    }

    /// The open strips of the face west of a coarse cell, from the lowest. The column after the last
    /// stands for the grid's eastern edge.
    pub(super) fn strips_west(&self, column: usize, row: usize) -> Vec<Strip> {
        let (factor, columns) = (self.factor, self.columns);
        let at = |row: usize| row * columns + (column * factor).min(columns - 1);
        let pair = |row: usize| {
            let is_edge = column == 0 || column * factor == columns;
            (at(row) - usize::from(!is_edge), at(row), is_edge)
        };
        self.strips((row * factor..(row + 1) * factor).map(pair), WEST_CLOSED)
    }

    /// The same of the face to the south.
    pub(super) fn strips_south(&self, column: usize, row: usize) -> Vec<Strip> {
        let (factor, columns, rows) = (self.factor, self.columns, self.rows);
        let at = |column: usize| (row * factor).min(rows - 1) * columns + column;
        let pair = |column: usize| {
            let is_edge = row == 0 || row * factor == rows;
            (at(column) - if is_edge { 0 } else { columns }, at(column), is_edge)
        };
        self.strips((column * factor..(column + 1) * factor).map(pair), SOUTH_CLOSED)
    }

    fn strips(&self, pairs: impl Iterator<Item = (usize, usize, bool)>, closed: u8) -> Vec<Strip> {
        let open = pairs.filter(|(before, after, is_edge)| {
            let wall = if *is_edge { 0 } else { self.flags[*after] & closed };
            (self.flags[*before] | self.flags[*after]) & FIXED | wall == 0
        });
        let strip = |(before, after, _): (usize, usize, bool)| {
            let sill_m = self.bed_m[before].max(self.bed_m[after]);
            let square = |at: usize| self.manning[at] * self.manning[at];
            (sill_m, (0.5 * (square(before) + square(after))).sqrt())
        };
        let mut strips: Vec<Strip> = open.map(strip).collect();
        strips.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        strips
    }

    /// Depths over the fine cells of levels of the coarse ones.
    pub(super) fn depths_m(&self, level_m: &[f64], coarse_columns: usize) -> Vec<f32> {
        let depth = |at: usize| {
            let (column, row) = (at % self.columns, at / self.columns);
            let level = level_m[row / self.factor * coarse_columns + column / self.factor];
            let is_open = self.flags[at] & FIXED == 0;
            if is_open { (level - self.bed_m[at]).max(0.0) as f32 } else { 0.0 }
        };
        (0..self.bed_m.len()).map(depth).collect()
    }
}
