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
    let mut rest = text;
    while !rest.is_empty() {
        // ASCII has no marks, and what is not ASCII does not decompose across it: only the runs
        // between need Unicode's tables.
        let ascii = rest.bytes().position(|b| !b.is_ascii()).unwrap_or(rest.len());
        let (plain, other) = rest.split_at(ascii);
        plain.bytes().for_each(|b| push_folded(&mut folded, char::from(b.to_ascii_lowercase())));
        let accented = other.bytes().position(|b| b.is_ascii()).unwrap_or(other.len());
        let (other, after) = other.split_at(accented);
        for c in other.nfd().filter(|c| !is_combining_mark(*c)) {
            match c {
                'đ' | 'Đ' => folded.push('d'),
                c => c.to_lowercase().for_each(|c| push_folded(&mut folded, c)),
            }
        }
        rest = after;
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Adds a letter; of a run of white space, one blank.
fn push_folded(folded: &mut String, c: char) {
    if !c.is_whitespace() {
        folded.push(c);
    } else if !folded.ends_with(' ') && !folded.is_empty() {
        folded.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The definition, letter by letter, without the shortcut for ASCII.
        #[test]
        fn folding_in_runs_is_folding_letter_by_letter(
            text in "(\\PC|[ \t\nA-Za-zĐđàạẫệỐ\u{300}\u{323}\u{1e9b}İß]){0,40}",
        ) {
            let plain: String = text
                .nfd()
                .filter(|c| !is_combining_mark(*c))
                .flat_map(|c| if matches!(c, 'đ' | 'Đ') { 'd'.to_lowercase() } else { c.to_lowercase() })
                .collect();
            let words: Vec<&str> = plain.split_whitespace().collect();
            prop_assert_eq!(fold(&text), words.join(" "));
        }
    }
}
