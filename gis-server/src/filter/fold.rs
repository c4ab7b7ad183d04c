//! Texts without differences of case or of accents: what CASEI and ACCENTI give.
//!
//! [`city::text::fold`] folds both for search, and white space too.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A text without differences of case, canonically composed (NFC): two texts that differ in the case
/// of their letters alone give the same, ß and SS, ς and Σ among them.
pub(crate) fn fold_case(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // There and back again: letters that share a capital become the same small one.
    let folded = text.nfd().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    folded.nfc().collect()
}

/// A text without accents, đ as d and Đ as D, canonically composed (NFC); case stays.
pub(crate) fn strip_accents(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let plain = text.nfd().filter(|c| !is_combining_mark(*c)).map(|c| match c {
        'đ' => 'd',
        'Đ' => 'D',
        c => c,
    });
    plain.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_fold_each_for_itself_and_together() {
        assert_eq!(fold_case("ΟΔΌΣ"), fold_case("οδός"));
        // Composed and decomposed are one.
        assert_eq!(fold_case("Tr\u{1ea7}n"), fold_case("TRA\u{302}\u{300}N"));
        assert_eq!(strip_accents("Trần"), strip_accents("Trân"));
        assert_ne!(strip_accents("Trần"), strip_accents("trần"));
        let both = |text: &str| fold_case(&strip_accents(text));
        assert_eq!(both("NGUYỄN ĐÌNH CHIỂU"), "nguyen dinh chieu");
        assert_eq!(both("NGUYỄN ĐÌNH CHIỂU"), strip_accents(&fold_case("NGUYỄN ĐÌNH CHIỂU")));
    }
}
