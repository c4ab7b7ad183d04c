//! Where a page ended, as an opaque text in its `next` link.
//!
//! It names the last feature, not a row: whatever is edited or imported between two pages, the
//! next one begins after that identifier.

use city::FeatureId;

use crate::error::Problem;

const VERSION: &str = "k1";

/// The cursor after a feature.
pub fn write(last: &FeatureId) -> String {
    let hex = last.to_string().bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("{VERSION}{hex}")
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
    id.and_then(|id| id.parse().ok()).ok_or_else(|| {
        Problem::parameter(
            "cursor",
            "không phải là con trỏ trang; hãy dùng nguyên liên kết 'next' của trang trước",
            "is no page cursor; use the 'next' link of the page before as it is",
        )
    })
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}
