//! What can be wrong with a SWMM 5 file.

/// A line that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, section [{section}]: {what}")]
pub struct Error {
    /// The line, from 1.
    pub line: usize,
    /// The section that it stands in.
    pub section: String,
    /// What is wrong, and what to do.
    pub what: String,
}

/// Something of a file that was not read and changes the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The section.
    pub section: String,
    /// What it is, and what to do.
    pub why: String,
}
