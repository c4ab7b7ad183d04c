//! Reads a filter in either encoding, within bounds.

use super::{Cql2Error, Language, Node, Place, json, text};

/// Bytes that a filter has at most; each node and each position takes at least two of them.
pub const MAX_BYTES: usize = 64 * 1024;

/// How deep a filter nests at most: parentheses, calls, operators in operators.
pub const MAX_DEPTH: usize = 50;

/// Reads a filter.
///
/// # Errors
/// [`Cql2Error`], which says what is wrong, where, and what would be right.
pub fn parse(language: Language, source: &str) -> Result<Node, Cql2Error> {
    if source.len() > MAX_BYTES {
        return Err(Cql2Error::new(
            Place::Character(1),
            format!("bộ lọc dài {} byte, tối đa {MAX_BYTES}", source.len()),
            format!("the filter has {} bytes, at most {MAX_BYTES} are taken", source.len()),
        ));
    }
    match language {
        Language::Text => text::parse(source),
        Language::Json => json::parse(source),
    }
}
