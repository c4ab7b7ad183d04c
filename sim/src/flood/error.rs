//! What can be wrong with a flood's inputs, and how a run ends badly.

/// An input that is refused, or a run that cannot go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The grid has no cells, or too many, or cells without size.
    #[error(
        "the grid is {columns} × {rows} cells of {cell_m} m; give 1 to 100 million cells of a positive, finite size"
    )]
    Grid {
        /// Cells from west to east.
        columns: usize,
        /// Cells from south to north.
        rows: usize,
        /// Side of a cell, m.
        cell_m: f64,
    },
    /// A field has another number of values than the grid has cells.
    #[error("{what} has {found} values, the grid has {expected} cells; give one for each cell")]
    Length {
        /// The field.
        what: &'static str,
        /// Values given.
        found: usize,
        /// Cells of the grid.
        expected: usize,
    },
    /// A field holds a value that means nothing.
    #[error("{what} is {value} at column {column}, row {row} (from the south-west); {cure}")]
    Value {
        /// The field.
        what: &'static str,
        /// The value.
        value: f64,
        /// Column from the west, from 0.
        column: usize,
        /// Row from the south, from 0.
        row: usize,
        /// What to do.
        cure: &'static str,
    },
    /// Something names a cell that the grid does not have, or that is blocked.
    #[error(
        "{what} names column {column}, row {row}, which is outside the grid or blocked; name an open cell"
    )]
    Place {
        /// Who names it.
        what: &'static str,
        /// Column from the west, from 0.
        column: usize,
        /// Row from the south, from 0.
        row: usize,
    },
    /// A span of an edge is empty, leaves the edge, or overlaps another.
    #[error(
        "the span {from}..{to} of an edge of {length} cells is empty, too long or given twice; give each cell of an edge once, within 0..{length}"
    )]
    Span {
        /// First cell.
        from: usize,
        /// One after the last cell.
        to: usize,
        /// Cells along that edge.
        length: usize,
    },
    /// A series in time is empty, out of order or not finite.
    #[error("{what}: {reason} at entry {entry} (from 0); {}", cure_of(reason))]
    Series {
        /// What the series is of.
        what: &'static str,
        /// What is wrong.
        reason: &'static str,
        /// Index of the entry.
        entry: usize,
    },
    /// A parameter is outside the range in which the method means something.
    #[error("{name} is {value}; it must be {range}")]
    Parameter {
        /// Name of the parameter.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What would be right.
        range: &'static str,
    },
    /// A structure's numbers make no sense.
    #[error("the structure \"{name}\": {reason}")]
    Structure {
        /// Its name.
        name: String,
        /// What to do.
        reason: &'static str,
    },
    /// A coarse run cannot take something of its fine land.
    #[error("a run with subgrid tables takes no {what}; {cure}")]
    Subgrid {
        /// What it does not take.
        what: &'static str,
        /// What to do.
        cure: &'static str,
    },
    /// No device speaks Vulkan.
    #[cfg(feature = "gpu")]
    #[error("no Vulkan adapter; install mesa-vulkan-drivers or use backend cpu")]
    NoAdapter,
    /// A graphics processor failed.
    #[cfg(feature = "gpu")]
    #[error("the graphics processor failed: {reason}; look at its driver, or use backend cpu")]
    Device {
        /// What it said.
        reason: String,
    },
    /// The back end for graphics processors does not have something.
    #[cfg(feature = "gpu")]
    #[error("the back end for graphics processors takes no {what}; {cure}")]
    Refused {
        /// What it does not take.
        what: &'static str,
        /// What to do.
        cure: &'static str,
    },
    /// Every cell is blocked.
    #[error("every cell of the grid is blocked: there is nowhere for water to be")]
    NothingOpen,
    /// The step asked for is not positive and finite.
    #[error("a step of {dt_s} s at {time_s} s is not positive and finite")]
    Step {
        /// The step, s.
        dt_s: f64,
        /// Time of the run, s.
        time_s: f64,
    },
    /// The run became unstable. The state is still that before the step.
    #[error(
        "the run became unstable at {time_s} s: {term} at column {column}, row {row} (from the south-west); look at bed and forcing there, or lower the Courant number"
    )]
    Unstable {
        /// Column from the west, from 0.
        column: usize,
        /// Row from the south, from 0.
        row: usize,
        /// Time of the run, s.
        time_s: f64,
        /// Which quantity.
        term: &'static str,
    },
    /// A checkpoint is not one, or belongs to another grid, scheme or number type.
    #[error("this is no checkpoint of this model: {reason}")]
    Checkpoint {
        /// What differs.
        reason: &'static str,
    },
}

/// What to do about a series that is refused.
fn cure_of(reason: &str) -> &'static str {
    match reason {
        "nothing there" => "give at least one time with its value",
        "times out of order" => "sort the times, and give each once",
        "a negative discharge" => "give discharges of 0 m³/s or more; a pump takes water away",
        "no cells" => "name the cells into which it runs",
        reason if reason.contains("intensity") => {
            "give intensities of 0 to 100 000 mm/h, and fill gaps of a gauge first"
        }
        reason if reason.contains("number of intensities") => {
            "give two times or more, and one intensity for each zone between two of them"
        }
        _ => "give finite values at times that ascend",
    }
}
