//! What the cells of a part of a raster say together.

use city::{frame::CrsKind, raster::Raster};
use serde::Serialize;
use utoipa::ToSchema;

/// Metres of a degree along a meridian of a sphere of the Earth's mean radius (6 371 008.8 m).
const METRES_OF_DEGREE: f64 = 111_195.08;

/// Numbers over the cells that have a value.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Statistics {
    /// Cells with a value.
    pub cells: usize,
    /// Cells of the part without one.
    pub cells_without_value: usize,
    /// Ground under the cells with a value, m²: in a grid's own plane, or of cells of degrees on a sphere.
    pub area_m2: f64,
    /// The numbers; `None` where no cell has a value.
    #[serde(flatten)]
    pub values: Option<Values>,
}

/// Of values, each by the ground under its cell.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Values {
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// The mean.
    pub mean: f64,
    /// The standard deviation of all (not of a sample).
    pub standard_deviation: f64,
    /// The value below which 5, 25, 50, 75 and 95 % of the cells lie (nearest rank).
    pub percentiles: Percentiles,
    /// Sum of value times ground: of depths in metres a volume in m³.
    pub integral_m2: f64,
}

/// Nearest ranks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Percentiles {
    /// 5 %.
    pub p5: f64,
    /// 25 %.
    pub p25: f64,
    /// The median.
    pub p50: f64,
    /// 75 %.
    pub p75: f64,
    /// 95 %.
    pub p95: f64,
}

impl Statistics {
    /// Of the cells of a part; `is_part` says of a column and row whether it belongs to it.
    pub fn of(raster: &Raster, is_part: impl Fn(usize, usize) -> bool) -> Self {
        let grid = raster.grid();
        let (mut values, mut without) = (Vec::new(), 0);
        let (mut area_m2, mut sum) = (0.0, 0.0);
        for row in 0..grid.rows {
            let cell_m2 = cell_area_m2(raster, row);
            for col in 0..grid.cols {
                if !is_part(col, row) {
                    continue;
                }
                match raster.get(col, row).filter(|value| value.is_finite()) {
                    Some(value) => {
                        area_m2 += cell_m2;
                        sum += f64::from(value) * cell_m2;
                        values.push((value, cell_m2));
                    }
                    None => without += 1,
                }
            }
        }
        Self {
            cells: values.len(),
            cells_without_value: without,
            area_m2,
            values: Values::of(&mut values, area_m2, sum),
        }
    }
}

impl Values {
    fn of(values: &mut [(f32, f64)], area_m2: f64, integral_m2: f64) -> Option<Self> {
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mean = integral_m2 / area_m2;
        let squares: f64 = values.iter().map(|(v, m2)| (f64::from(*v) - mean).powi(2) * m2).sum();
        let rank = |share: f64| {
            let place = (share * values.len() as f64).ceil().max(1.0) as usize - 1;
            values.get(place).map_or(f64::NAN, |value| f64::from(value.0))
        };
        Some(Self {
            min: f64::from(values.first()?.0),
            max: f64::from(values.last()?.0),
            mean,
            standard_deviation: (squares / area_m2).sqrt(),
            percentiles: Percentiles {
                p5: rank(0.05),
                p25: rank(0.25),
                p50: rank(0.5),
                p75: rank(0.75),
                p95: rank(0.95),
            },
            integral_m2,
        })
    }
}

/// Ground under a cell of a row, m².
fn cell_area_m2(raster: &Raster, row: usize) -> f64 {
    let grid = raster.grid();
    let cell = grid.cell_x * grid.cell_y;
    match grid.crs.kind() {
        CrsKind::Projected => cell,
        CrsKind::Geographic => {
            let (_, latitude) = grid.centre_of(0, row);
            cell * METRES_OF_DEGREE.powi(2) * latitude.to_radians().cos()
        }
    }
}
