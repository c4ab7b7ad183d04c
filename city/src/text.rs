//! Text that people see and search: titles in two languages, folding of Vietnamese accents.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use unicode_normalization::{
    UnicodeNormalization,
    char::{decompose_canonical, is_combining_mark},
};

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
    fold_chars(text.chars())
}

/// As [`fold`], of characters.
pub fn fold_chars(text: impl Iterator<Item = char>) -> String {
    let mut folded = String::with_capacity(text.size_hint().0);
    for c in text {
        match c {
            c if c.is_ascii() => push_folded(&mut folded, c.to_ascii_lowercase()),
            'đ' | 'Đ' => folded.push('d'),
            c => match LATIN.get((c as usize).wrapping_sub(LATIN_FROM)) {
                Some(Some(plain)) => folded.push(char::from(*plain)),
                // Marks are dropped, so what comes before or after makes no difference.
                _ => decompose_canonical(c, |c| {
                    if !is_combining_mark(c) {
                        c.to_lowercase().for_each(|c| push_folded(&mut folded, c));
                    }
                }),
            },
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

const LATIN_FROM: usize = 0xc0;

/// What the accented Latin letters from U+00C0 to U+1EFF fold to, where that is an ASCII letter:
/// Unicode's tables are slow to ask, and a province has millions of addresses.
static LATIN: LazyLock<Vec<Option<u8>>> = LazyLock::new(|| {
    let plain = |code: u32| {
        let mut letters = char::from_u32(code)?.nfd().filter(|c| !is_combining_mark(*c));
        let letter = u8::try_from(letters.next()?).ok()?;
        (letters.next().is_none() && letter.is_ascii_alphabetic())
            .then_some(letter.to_ascii_lowercase())
    };
    (LATIN_FROM as u32..0x1f00).map(plain).collect()
});

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
        /// The definition, without shortcuts.
        #[test]
        fn folding_keeps_to_its_definition(
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
