//! The query language of SensorThings 1.1 (OGC 18-088, section 9): paths and query options as typed
//! trees, with every name resolved against the kinds of entities.

mod path;
mod select;

pub use path::{ResourcePath, Step, Tail};
pub use select::{Selected, Selection};

/// Why a path or a query option is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}, character {at}: {problem}")]
pub struct QueryError {
    /// Which part of the request: `path`, `$filter`.
    pub part: &'static str,
    /// Which character of it, from 1.
    pub at: usize,
    /// What is wrong there, and what would be right.
    pub problem: String,
}

impl QueryError {
    pub(crate) fn new(part: &'static str, at: usize, problem: impl Into<String>) -> Self {
        Self { part, at: at + 1, problem: problem.into() }
    }
}
