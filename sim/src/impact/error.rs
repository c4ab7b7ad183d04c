//! What can be wrong with what answers are asked of.

/// An input from which no answer can be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A grid without cells, or of cells without size, or that is nowhere.
    #[error(
        "the grid is {columns} × {rows} cells of {cell_m} m from ({west_m}, {south_m}); give at least one cell of a positive, finite size and a finite corner"
    )]
    Grid {
        /// Cells from west to east.
        columns: usize,
        /// Cells from south to north.
        rows: usize,
        /// Side of a cell, m.
        cell_m: f64,
        /// Western edge, m.
        west_m: f64,
        /// Southern edge, m.
        south_m: f64,
    },
    /// A raster or list has another length than what it belongs to.
    #[error("{what} has {found} values, {expected} are needed; give one for each")]
    Length {
        /// What it is.
        what: &'static str,
        /// Values given.
        found: usize,
        /// Values needed.
        expected: usize,
    },
    /// A feature has a coordinate that is not a finite number.
    #[error(
        "{what} {index} has a coordinate that is not a finite number; repair its geometry, or leave it out"
    )]
    Geometry {
        /// What kind of feature.
        what: &'static str,
        /// Its place in the list, from 0.
        index: usize,
    },
    /// A number of a feature means nothing.
    #[error("{name} of {what} {index} is {value}; it must be {range}")]
    Attribute {
        /// What kind of feature.
        what: &'static str,
        /// Its place in the list, from 0.
        index: usize,
        /// The attribute.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What would be right.
        range: &'static str,
    },
    /// A parameter is outside the range in which it means something.
    #[error("{name} is {value}; it must be {range}")]
    Parameter {
        /// Name of the parameter.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What would be right.
        range: &'static str,
    },
    /// Times that should ascend do not.
    #[error("{what} at {time_s} s comes after {before_s} s; give them in the order of time")]
    Order {
        /// What comes.
        what: &'static str,
        /// Its time, s.
        time_s: f64,
        /// The time before it, s.
        before_s: f64,
    },
}

/// Refuses a number that is not in a range.
pub(super) fn parameter(
    name: &'static str,
    value: f64,
    range: &'static str,
    is_fine: bool,
) -> Result<(), Error> {
    if is_fine { Ok(()) } else { Err(Error::Parameter { name, value, range }) }
}

/// Refuses a known number of a feature that is negative or not finite.
pub(super) fn count(
    what: &'static str,
    index: usize,
    name: &'static str,
    value: Option<f64>,
) -> Result<(), Error> {
    match value {
        Some(value) if !(value >= 0.0 && value.is_finite()) => {
            Err(Error::Attribute { what, index, name, value, range: "finite and not negative" })
        }
        _ => Ok(()),
    }
}
