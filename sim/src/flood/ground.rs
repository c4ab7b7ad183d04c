//! The land that water runs over.

use super::{
    Error,
    structures::{Structure, Works},
};

/// More cells than this are refused: a run of them would not fit a machine of ours.
const MOST_CELLS: usize = 100_000_000;

/// Levels that land and sea floors have, m. What elevation models write into their holes lies outside:
/// −9999, −32 768, 3.4e38.
const LAND_M: std::ops::RangeInclusive<f64> = -5000.0..=9000.0;

/// A side of a cell or of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Towards smaller columns.
    West,
    /// Towards larger columns.
    East,
    /// Towards smaller rows.
    South,
    /// Towards larger rows.
    North,
}

/// What the ground takes in.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Soil {
    /// Nothing: pavement, roofs, water.
    #[default]
    Sealed,
    /// Green and Ampt (1911): f = K·(1 + (ψ + h)·Δθ / F), F what it has taken so far.
    GreenAmpt {
        /// Saturated hydraulic conductivity K, m/s.
        conductivity_m_s: f64,
        /// Suction at the wetting front ψ, m.
        suction_m: f64,
        /// Moisture the soil can still take Δθ, parts of its volume.
        moisture_deficit: f64,
    },
    /// Curve number (USDA NEH part 630, chapter 10): of rain P the part
    /// (P − 0.2·S)² / (P + 0.8·S) runs off, S = 25.4/CN − 0.254 m.
    CurveNumber {
        /// Curve number, above 0 and at most 100.
        number: f64,
    },
}

impl Soil {
    fn check(&self) -> Result<(), Error> {
        let refuse = |name, value, range| Err(Error::Parameter { name, value, range });
        match *self {
            Self::Sealed => Ok(()),
            Self::GreenAmpt { conductivity_m_s, suction_m, moisture_deficit } => {
                if !(0.0..1.0).contains(&conductivity_m_s) {
                    return refuse("conductivity_m_s", conductivity_m_s, "0 to 1 m/s");
                }
                if !(0.0..100.0).contains(&suction_m) {
                    return refuse("suction_m", suction_m, "0 to 100 m");
                }
                if !(0.0..=1.0).contains(&moisture_deficit) {
                    return refuse("moisture_deficit", moisture_deficit, "0 to 1");
                }
                Ok(())
            }
            Self::CurveNumber { number } if number > 0.0 && number <= 100.0 => Ok(()),
            Self::CurveNumber { number } => {
                refuse("curve number", number, "above 0 and at most 100")
            }
        }
    }

    /// What a curve number lets run off of the rain since the beginning, m; all of it elsewhere.
    pub(super) fn runoff_m(&self, rain_m: f64) -> f64 {
        let Self::CurveNumber { number } = *self else { return rain_m };
        let storage_m = 25.4 / number - 0.254;
        let excess_m = rain_m - 0.2 * storage_m;
        if excess_m <= 0.0 { 0.0 } else { excess_m * excess_m / (rain_m + 0.8 * storage_m) }
    }
}

/// The land: bed, roughness, soil, what is blocked. Fields have a value for each cell, row by row
/// from the south, each row from the west.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    columns: usize,
    rows: usize,
    cell_m: f64,
    bed_m: Vec<f64>,
    manning: Vec<f64>,
    soils: Vec<Soil>,
    soil_of: Vec<u8>,
    blocked: Vec<bool>,
    walls: Vec<(usize, usize, Side)>,
    structures: Vec<Structure>,
    /// φ and ψ of each cell; empty where there are none.
    porosity: Vec<(f64, f64)>,
}

impl Ground {
    /// Land without friction, sealed, with nothing blocked.
    ///
    /// # Errors
    /// Where sizes do not fit or the bed has a hole (a value that is not finite, or no level of land).
    pub fn new(columns: usize, rows: usize, cell_m: f64, bed_m: Vec<f64>) -> Result<Self, Error> {
        let cells = columns.saturating_mul(rows);
        if cells == 0 || cells > MOST_CELLS || !(cell_m > 0.0 && cell_m.is_finite()) {
            return Err(Error::Grid { columns, rows, cell_m });
        }
        let ground = Self {
            columns,
            rows,
            cell_m,
            bed_m,
            manning: vec![0.0; cells],
            soils: vec![Soil::Sealed],
            soil_of: vec![0; cells],
            blocked: vec![false; cells],
            walls: Vec::new(),
            structures: Vec::new(),
            porosity: Vec::new(),
        };
        let cure = "fill the hole in the elevation model, or cut it out of the area: land lies between -5000 and 9000 m";
        ground
            .check_field("the bed level", &ground.bed_m, cure, |level| LAND_M.contains(&level))?;
        Ok(ground)
    }

    /// With Manning's roughness n of each cell, s/m^⅓.
    ///
    /// # Errors
    /// Where a value is negative, above 10 or not finite.
    pub fn with_manning(mut self, manning: Vec<f64>) -> Result<Self, Error> {
        let cure = "Manning's n lies between 0 and 10 s/m^(1/3)";
        self.check_field("Manning's n", &manning, cure, |n| (0.0..=10.0).contains(&n))?;
        self.manning = manning;
        Ok(self)
    }

    /// With soils, and for each cell the index of its soil.
    ///
    /// # Errors
    /// Where a soil's numbers make no sense or an index names no soil.
    pub fn with_soils(mut self, soils: Vec<Soil>, soil_of: Vec<u8>) -> Result<Self, Error> {
        soils.iter().try_for_each(Soil::check)?;
        let found: Vec<f64> = soil_of.iter().map(|index| f64::from(*index)).collect();
        let cure = "name one of the soils that are given";
        self.check_field("the soil's index", &found, cure, |index| index < soils.len() as f64)?;
        (self.soils, self.soil_of) = (soils, soil_of);
        Ok(self)
    }

    /// With cells that water cannot enter (buildings). Their rain runs to the open cells nearest to each.
    ///
    /// # Errors
    /// Where the number of values is not the number of cells, or every cell is blocked.
    pub fn with_blocked(mut self, blocked: Vec<bool>) -> Result<Self, Error> {
        self.check_length("blocked cells", blocked.len())?;
        if blocked.iter().all(|is_blocked| *is_blocked) {
            return Err(Error::NothingOpen);
        }
        self.blocked = blocked;
        Ok(self)
    }

    /// With the bed raised by a height in each cell, m: buildings that water runs over once it is as high
    /// as they are, bridges' ramps, works that are planned.
    ///
    /// # Errors
    /// Where a height is negative or not finite.
    pub fn with_raised(mut self, height_m: &[f64]) -> Result<Self, Error> {
        let cure = "a height is 0 or more, and finite";
        self.check_field("the height", height_m, cure, |height| {
            (0.0..f64::INFINITY).contains(&height)
        })?;
        self.bed_m.iter_mut().zip(height_m).for_each(|(bed, height)| *bed += height);
        Ok(self)
    }

    /// With buildings smaller than a cell: the part of each cell's area that holds water, above 0, and
    /// the part of its width through which water passes, at most as much. A face is as open as the
    /// narrower of its two cells.
    ///
    /// # Errors
    /// Where a part is outside its range.
    pub fn with_porosity(mut self, storage: &[f64], conveyance: &[f64]) -> Result<Self, Error> {
        let cure = "the open part of a cell is above 0 and at most 1";
        self.check_field("the storage of a cell", storage, cure, |open| open > 0.0 && open <= 1.0)?;
        let cure = "the open part of a cell's width is 0 or more";
        self.check_field("the conveyance of a cell", conveyance, cure, |open| open >= 0.0)?;
        let pairs: Vec<(f64, f64)> =
            storage.iter().copied().zip(conveyance.iter().copied()).collect();
        let over: Vec<f64> = pairs.iter().map(|(storage, width)| width - storage).collect();
        let cure = "no more of a cell's width can be open than of its area";
        self.check_field("the conveyance above the storage", &over, cure, |over| over <= 0.0)?;
        self.porosity = pairs;
        Ok(self)
    }

    /// With a wall without thickness on a side of a cell.
    ///
    /// # Errors
    /// Where the grid does not have the cell.
    pub fn with_wall(mut self, column: usize, row: usize, side: Side) -> Result<Self, Error> {
        if column >= self.columns || row >= self.rows {
            return Err(Error::Place { what: "a wall", column, row });
        }
        self.walls.push((column, row, side));
        Ok(self)
    }

    /// With structures, in the order in which they pass water on. The faces of levees are closed.
    ///
    /// # Errors
    /// Where a structure's numbers make no sense, or a levee names a cell that the grid does not have.
    pub fn with_structures(mut self, structures: Vec<Structure>) -> Result<Self, Error> {
        for structure in &structures {
            structure.check()?;
            let Works::Levee(levee) = &structure.works else { continue };
            for face in &levee.faces {
                self = self.with_wall(face.column, face.row, face.side)?;
            }
        }
        self.structures.extend(structures);
        Ok(self)
    }

    /// Cells from west to east.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Cells from south to north.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Side of a cell, m.
    #[must_use]
    pub fn cell_m(&self) -> f64 {
        self.cell_m
    }

    /// Level of the bed, m.
    #[must_use]
    pub fn bed_m(&self) -> &[f64] {
        &self.bed_m
    }

    /// Manning's roughness of each cell, s/m^⅓.
    #[must_use]
    pub fn manning(&self) -> &[f64] {
        &self.manning
    }

    pub(super) fn soils(&self) -> &[Soil] {
        &self.soils
    }

    pub(super) fn soil_of(&self) -> &[u8] {
        &self.soil_of
    }

    pub(super) fn blocked(&self) -> &[bool] {
        &self.blocked
    }

    pub(super) fn structures(&self) -> &[Structure] {
        &self.structures
    }

    /// Open parts of a cell's area and width.
    pub(super) fn porosity(&self, at: usize) -> (f64, f64) {
        self.porosity.get(at).copied().unwrap_or((1.0, 1.0))
    }

    pub(super) fn walls(&self) -> &[(usize, usize, Side)] {
        &self.walls
    }

    /// Whether the grid has the cell and water may be there.
    pub(super) fn is_open(&self, column: usize, row: usize) -> bool {
        column < self.columns && row < self.rows && !self.blocked[row * self.columns + column]
    }

    pub(super) fn check_length(&self, what: &'static str, found: usize) -> Result<(), Error> {
        let expected = self.columns * self.rows;
        if found == expected { Ok(()) } else { Err(Error::Length { what, found, expected }) }
    }

    /// Whether a field fits the grid and every value of it is fine.
    pub(super) fn check_field(
        &self,
        what: &'static str,
        values: &[f64],
        cure: &'static str,
        is_fine: impl Fn(f64) -> bool,
    ) -> Result<(), Error> {
        self.check_length(what, values.len())?;
        match values.iter().position(|value| !is_fine(*value)) {
            None => Ok(()),
            Some(at) => Err(Error::Value {
                what,
                value: values[at],
                column: at % self.columns,
                row: at / self.columns,
                cure,
            }),
        }
    }
}
