//! Areas and volumes of basins.

use city::drainage::Storage;

use super::{
    Error,
    layout::{check, check_sizes, table},
    powers::pow,
};
use crate::flood::Series;

/// A basin's area by depth.
#[derive(Debug, Clone)]
pub(super) enum Basin {
    /// constant, coefficient, exponent
    Power(f64, f64, f64),
    /// base, linear, quadratic
    Polynomial(f64, f64, f64),
    Table(Series),
}

impl Basin {
    pub(super) fn new(name: &str, storage: &Storage) -> Result<Self, Error> {
        Ok(match storage {
            Storage::Power { constant_m2, coefficient_m2, exponent } => {
                let sizes = [
                    ("the constant area", *constant_m2),
                    ("the coefficient of the area", *coefficient_m2),
                    ("the exponent of the area", *exponent),
                ];
                check_sizes(name, &sizes)?;
                let sum = [("the area", constant_m2 + coefficient_m2)];
                check(name, &sum, "positive", |value| value > 0.0)?;
                Self::Power(*constant_m2, *coefficient_m2, *exponent)
            }
            Storage::Polynomial { base_m2, linear_m, quadratic } => {
                let sizes = [
                    ("the base area", *base_m2),
                    ("the growth of the area", *linear_m),
                    ("the growth of the area", *quadratic),
                ];
                check_sizes(name, &sizes)?;
                let sum = [("the area", base_m2 + linear_m + quadratic)];
                check(name, &sum, "positive", |value| value > 0.0)?;
                Self::Polynomial(*base_m2, *linear_m, *quadratic)
            }
            Storage::Table(areas) => Self::Table(table("the area by depth", name, areas)?),
        })
    }

    /// Area of the water at a depth, m².
    pub(super) fn area_m2(&self, depth_m: f64) -> f64 {
        match self {
            Self::Power(constant, coefficient, exponent) => {
                constant + coefficient * pow(depth_m, *exponent)
            }
            Self::Polynomial(base, linear, quadratic) => {
                base + depth_m * (linear + depth_m * quadratic)
            }
            Self::Table(areas) => areas.at(depth_m),
        }
    }

    /// Water below a depth, m³.
    pub(super) fn volume_m3(&self, depth_m: f64) -> f64 {
        match self {
            Self::Power(constant, coefficient, exponent) => {
                let more = exponent + 1.0;
                constant * depth_m + coefficient / more * pow(depth_m, more)
            }
            Self::Polynomial(base, linear, quadratic) => {
                depth_m * (base + depth_m * (linear / 2.0 + depth_m * quadratic / 3.0))
            }
            Self::Table(areas) => areas.integral(0.0, depth_m),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_are_the_integrals_of_areas() {
        let table = Storage::Table(vec![(0.0, 10.0), (1.0, 30.0), (3.0, 30.0)]);
        for storage in [
            Storage::Power { constant_m2: 2.0, coefficient_m2: 3.0, exponent: 0.7 },
            Storage::Polynomial { base_m2: 2.0, linear_m: 1.0, quadratic: 0.5 },
            table,
        ] {
            let basin = Basin::new("a pond", &storage).expect("it is one");
            let sum: f64 =
                (0..2000).map(|i| basin.area_m2((f64::from(i) + 0.5) * 0.001) * 0.001).sum();
            assert!((sum - basin.volume_m3(2.0)).abs() < 1e-4 * sum, "{storage:?}");
        }
    }
}
