//! Texts as they are compared: folded, without punctuation, parcels in one form.

use city::text::{fold, fold_chars};

/// A text as the index holds it and as a query is compared with it.
///
/// Punctuation is a blank, and what names a parcel ("tờ bản đồ số 12, thửa đất số 34", "thửa 34 tờ
/// 12", "sheet 12 parcel 34") becomes "to 12 thua 34".
pub(super) fn normalise(text: &str) -> String {
    let spaced = text.chars().map(|c| if is_letter(c) || c == '/' { c } else { ' ' });
    let folded = fold_chars(spaced);
    match folded.split(' ').any(names_a_parcel).then(|| parcel(&folded)).flatten() {
        Some(parcel) => parcel,
        None => folded,
    }
}

/// Letters, digits, and combining marks, which belong to the letter before them. What Vietnamese is
/// written with is told at once.
fn is_letter(c: char) -> bool {
    match c {
        c if c.is_ascii() => c.is_ascii_alphanumeric(),
        '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}' => true,
        c => c.is_alphanumeric(),
    }
}

/// The one form in which parcels are written.
pub(super) fn parcel_text(sheet: &str, number: &str) -> String {
    format!("to {} thua {}", fold(sheet), fold(number))
}

/// Whether a word may name a sheet or a parcel; most texts have none.
fn names_a_parcel(word: &str) -> bool {
    matches!(word, "to" | "sheet" | "thua" | "parcel")
}

fn parcel(folded: &str) -> Option<String> {
    const FILLERS: [&str; 6] = ["ban", "do", "so", "dat", "no", "map"];
    let words: Vec<&str> = folded.split(' ').filter(|word| !FILLERS.contains(word)).collect();
    let after = |names: [&str; 2]| {
        let at = words.iter().position(|word| names.contains(word))?;
        words.get(at + 1).copied().filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
    };
    let (sheet, number) = (after(["to", "sheet"]), after(["thua", "parcel"]));
    match (sheet, number, words.len()) {
        (Some(sheet), Some(number), 4) => Some(format!("to {sheet} thua {number}")),
        (Some(sheet), None, 2) => Some(format!("to {sheet}")),
        (None, Some(number), 2) => Some(format!("thua {number}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_punctuation_do_not_matter() {
        assert_eq!(normalise("12, Đường Trần-Phú"), "12 duong tran phu");
        assert_eq!(normalise("K12/34 Nguyễn Huệ"), "k12/34 nguyen hue");
        assert_eq!(normalise("  ĐÀ   NẴNG "), "da nang");
        // The same text decomposed (NFD), as macOS writes it.
        assert_eq!(normalise("Tra\u{302}\u{300}n Phu\u{301}"), "tran phu");
    }

    #[test]
    fn a_parcel_is_found_however_it_is_written() {
        for text in [
            "tờ 12 thửa 34",
            "Thửa 34, tờ 12",
            "tờ bản đồ số 12, thửa đất số 34",
            "sheet 12 parcel 34",
        ] {
            assert_eq!(normalise(text), parcel_text("12", "34"), "{text}");
        }
        assert_eq!(normalise("thửa 34"), "thua 34");
        assert_eq!(normalise("Thửa Thiên"), "thua thien");
    }
}
