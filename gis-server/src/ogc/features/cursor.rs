//! Where a page ended, as an opaque text in its `next` link.
//!
//! It names the last feature, not a row: whatever is edited or imported between two pages, the
//! next one begins after that identifier.

use city::{FeatureId, PropertyType};
use serde_json::Value as Json;

use super::draft;
use crate::{
    error::Problem,
    store::{Mark, coerce},
};

const VERSION: &str = "k1";

/// Of pages in an order.
const SORTED: &str = "s1";

/// The cursor after a feature.
pub fn write(last: &FeatureId) -> String {
    format!("{VERSION}{}", hex(last.to_string().as_bytes()))
}

/// The cursor after a feature of a page in an order: its values and its identifier.
pub fn write_sorted(mark: &Mark) -> String {
    let document = serde_json::json!([mark.values, mark.id.to_string()]);
    format!("{SORTED}{}", hex(document.to_string().as_bytes()))
}

/// Where a page in an order ended, by the types of the columns of that order.
///
/// # Errors
/// 400 for a text that no `next` link of the same order holds.
pub fn read_sorted(text: &str, kinds: &[PropertyType]) -> Result<Mark, Problem> {
    read_mark(text, kinds).ok_or_else(no_cursor)
}

fn read_mark(text: &str, kinds: &[PropertyType]) -> Option<Mark> {
    let document: Json = serde_json::from_slice(&bytes_of(text.strip_prefix(SORTED)?)?).ok()?;
    let values = document[0].as_array().filter(|values| values.len() == kinds.len())?;
    let value = |(json, kind): (&Json, &PropertyType)| coerce(*kind, &draft::value(json)?);
    let values = values.iter().zip(kinds).map(value).collect::<Option<_>>()?;
    Some(Mark { values, id: document[1].as_str()?.parse().ok()? })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The feature that a cursor stands after.
///
/// # Errors
/// 400 for a text that no `next` link holds.
///
/// ```
/// use gis_server::ogc::features::cursor;
/// let id = "Tổ 7".parse()?;
/// assert_eq!(cursor::read(&cursor::write(&id)).ok(), Some(id));
/// assert!(cursor::read("17").is_err());
/// # Ok::<(), city::Error>(())
/// ```
pub fn read(text: &str) -> Result<FeatureId, Problem> {
    let id = text
        .strip_prefix(VERSION)
        .and_then(bytes_of)
        .and_then(|bytes| String::from_utf8(bytes).ok());
    id.and_then(|id| id.parse().ok()).ok_or_else(no_cursor)
}

fn no_cursor() -> Problem {
    Problem::parameter(
        "cursor",
        "không phải là con trỏ trang; hãy dùng nguyên liên kết 'next' của trang trước",
        "is no page cursor; use the 'next' link of the page before as it is",
    )
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}
