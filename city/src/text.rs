//! Text that people see and search: titles in two languages, folding of Vietnamese accents.

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A text in Vietnamese and in English.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// Vietnamese, shown first.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Title {
    /// A title from its two texts.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }
}

/// Folds text for search: lower case, no accents, đ as d, runs of white space as one blank.
///
/// Decomposition (NFD) leaves đ and Đ alone, since Unicode gives them no decomposition: they are
/// mapped here by name.
///
/// ```
/// use city::text::fold;
/// assert_eq!(fold("Đường  Nguyễn Trãi"), "duong nguyen trai");
/// assert_eq!(fold("TRẦN HƯNG ĐẠO"), fold("tran hung dao"));
/// ```
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'đ' | 'Đ' => folded.push('d'),
            c if c.is_whitespace() => {
                if !folded.ends_with(' ') && !folded.is_empty() {
                    folded.push(' ');
                }
            }
            c => folded.extend(c.to_lowercase()),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}
