//! Vietnamese text in the code pages from before Unicode.
//!
//! Drawings and tables made before about 2005 hold Vietnamese in fonts' own byte tables. The two
//! that matter are TCVN3 (TCVN 5712:1993, VN3, "ABC" fonts such as .VnTime) and VNI-Windows (fonts
//! such as VNI-Times). Software that knows neither reads their bytes as Windows-1252 or Latin-1:
//! "Đường" becomes "§­êng" or "Ñöôøng". [`Legacy::decode`] undoes that.
//!
//! Sources of the tables: TCVN 5712:1993 annex (VN3) and the VNI-Windows table, both as published
//! by the Unicode consortium's Vietnamese FAQ and by the makers of keyboard drivers; checked here
//! against phrases whose spelling is known.

use unicode_normalization::UnicodeNormalization;

/// A code page from before Unicode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Legacy {
    /// TCVN 5712:1993 VN3, "ABC".
    Tcvn3,
    /// VNI-Windows.
    Vni,
}

impl Legacy {
    /// Text whose characters stand for the bytes of this code page, as Unicode in NFC.
    ///
    /// The text is taken as read in Latin-1 or Windows-1252, which agree on every byte that is a
    /// letter in these tables. Other characters are left as they are.
    ///
    /// ```
    /// use datasets::encoding::Legacy;
    /// assert_eq!(Legacy::Tcvn3.decode("Thµnh phè Tam Kú"), "Thành phố Tam Kỳ");
    /// assert_eq!(Legacy::Vni.decode("Thaønh phoá Tam Kyø"), "Thành phố Tam Kỳ");
    /// ```
    pub fn decode(self, text: &str) -> String {
        if text.is_ascii() {
            return text.to_owned();
        }
        match self {
            Self::Tcvn3 => decode_tcvn3(text),
            Self::Vni => decode_vni(text),
        }
    }

    /// The code page in which a text seems to be written, where it seems to be in one.
    ///
    /// It looks for what Vietnamese in Unicode never holds: `§`, `­` or `¶` inside a word for TCVN3;
    /// a vowel followed by a vowel sign of VNI, such as `aø` or `öô`, for VNI.
    ///
    /// ```
    /// use datasets::encoding::Legacy;
    /// assert_eq!(Legacy::suspect("§­êng Hïng V­¬ng"), Some(Legacy::Tcvn3));
    /// assert_eq!(Legacy::suspect("Ñöôøng Huøng Vöông"), Some(Legacy::Vni));
    /// assert_eq!(Legacy::suspect("Đường Hùng Vương"), None);
    /// ```
    pub fn suspect(text: &str) -> Option<Self> {
        let chars: Vec<char> = text.chars().collect();
        let pairs = || chars.windows(2).map(|pair| (pair[0], pair[1]));
        let is_tcvn3 = |(a, b): (char, char)| {
            (TCVN3_MARKERS.contains(&a) && b.is_alphabetic())
                || (a.is_alphabetic() && TCVN3_MARKERS.contains(&b))
        };
        if pairs().any(is_tcvn3) {
            return Some(Self::Tcvn3);
        }
        let is_vni = |(a, b): (char, char)| {
            let base = a.to_ascii_lowercase();
            let on_vowel = matches!(base, 'a' | 'e' | 'o' | 'u' | 'y') && "øûïåäØÛÏÅÄ".contains(b);
            on_vowel || ("öÖ".contains(a) && "ôøûõùïÔØÛÕÙÏ".contains(b))
        };
        pairs().any(is_vni).then_some(Self::Vni)
    }
}

/// Bytes of TCVN3 that are no letters in Latin-1 but stand inside Vietnamese words.
const TCVN3_MARKERS: &[char] =
    &['§', '\u{ad}', '¶', '·', '¸', 'µ', '¹', '¬', '®', '©', '»', '¼', '½', '¾', '¨'];

/// TCVN3 from 0xA1 to 0xFE, sixteen to a row but for the first and the last; `_` where the table
/// has no letter.
///
/// Capitals with a tone mark have no code of their own: fonts of capitals (.VnTimeH) draw them with
/// the codes of the small letters. See [`raise_capitals`].
const TCVN3: &str = "\
    ĂÂÊÔƠƯĐăâêôơưđ_\
    _____àảãáạ_ằẳẵắ_\
    ______ặầẩẫấậè_ẻẽ\
    éẹềểễếệìỉ___ĩíịò\
    _ỏõóọồổỗốộờởỡớợù\
    _ủũúụừửữứựỳỷỹýỵ";

fn decode_tcvn3(text: &str) -> String {
    let table: Vec<char> = TCVN3.chars().collect();
    let letter = |c: char| -> Option<char> {
        let index = usize::try_from(u32::from(c).checked_sub(0xA1)?).ok()?;
        table.get(index).copied().filter(|letter| *letter != '_')
    };
    let decoded: Vec<char> = text.chars().map(|c| letter(c).unwrap_or(c)).collect();
    raise_capitals(&decoded).nfc().collect()
}

/// Small letters with tone marks become capitals where the letters around them are capitals.
///
/// A word is in capitals when it has no small letter that has a capital of its own in the table,
/// and two capitals or more; a word of fewer follows the whole text.
fn raise_capitals(decoded: &[char]) -> impl Iterator<Item = char> + '_ {
    let text_is_capitals = is_in_capitals(decoded);
    decoded.chunk_by(|a, b| a.is_alphabetic() == b.is_alphabetic()).flat_map(move |word| {
        let (capitals, smalls) = count_cases(word);
        let raise = smalls == 0 && (capitals >= 2 || text_is_capitals);
        word.iter().flat_map(move |c| {
            let raised = if raise { c.to_uppercase().next() } else { None };
            [raised.unwrap_or(*c)]
        })
    })
}

fn is_in_capitals(decoded: &[char]) -> bool {
    let (capitals, smalls) = count_cases(decoded);
    smalls == 0 && capitals >= 2
}

/// Letters whose case the code page tells: how many capital, how many small.
fn count_cases(text: &[char]) -> (usize, usize) {
    let tells = |c: char| c.is_ascii_alphabetic() || "ăâêôơưđĂÂÊÔƠƯĐ".contains(c);
    let count = |case: fn(&char) -> bool| text.iter().filter(|c| tells(**c) && case(c)).count();
    (count(|c| c.is_uppercase()), count(|c| c.is_lowercase()))
}

/// Marks that VNI writes after `a e o u y` and its own `ô` (ơ) and `ö` (ư): a tone.
const VNI_TONES: &[(char, char)] =
    &[('ø', GRAVE), ('û', HOOK), ('õ', TILDE), ('ù', ACUTE), ('ï', DOT)];

/// Marks that VNI writes after `a e o`: a circumflex, with a tone or without.
const VNI_CIRCUMFLEX: &[(char, Option<char>)] = &[
    ('â', None),
    ('à', Some(GRAVE)),
    ('å', Some(HOOK)),
    ('ã', Some(TILDE)),
    ('á', Some(ACUTE)),
    ('ä', Some(DOT)),
];

/// Marks that VNI writes after `a`: a breve, with a tone or without.
const VNI_BREVE: &[(char, Option<char>)] = &[
    ('ê', None),
    ('è', Some(GRAVE)),
    ('ú', Some(HOOK)),
    ('ü', Some(TILDE)),
    ('é', Some(ACUTE)),
    ('ë', Some(DOT)),
];

/// Letters that VNI writes with one byte.
const VNI_LETTERS: &[(char, char)] = &[
    ('ñ', 'đ'),
    ('ô', 'ơ'),
    ('ö', 'ư'),
    ('ì', 'ì'),
    ('æ', 'ỉ'),
    ('ó', 'ĩ'),
    ('í', 'í'),
    ('ò', 'ị'),
    ('î', 'ỵ'),
];

const GRAVE: char = '\u{300}';
const ACUTE: char = '\u{301}';
const CIRCUMFLEX: char = '\u{302}';
const TILDE: char = '\u{303}';
const BREVE: char = '\u{306}';
const HOOK: char = '\u{309}';
const DOT: char = '\u{323}';

fn decode_vni(text: &str) -> String {
    let mut decomposed = String::with_capacity(text.len() * 2);
    let mut base: Option<char> = None;
    for c in text.chars() {
        if let Some(marks) = base.and_then(|base| vni_marks(base, c)) {
            decomposed.extend(marks.into_iter().flatten());
            base = None;
            continue;
        }
        let small = c.to_lowercase().next().unwrap_or(c);
        let own = VNI_LETTERS.iter().find(|row| row.0 == small).map(|row| row.1);
        let letter = match own {
            Some(letter) if c.is_uppercase() => letter.to_uppercase().next().unwrap_or(letter),
            Some(letter) => letter,
            None => c,
        };
        decomposed.push(letter);
        base = letter.to_lowercase().next();
    }
    decomposed.nfc().collect()
}

/// The combining marks that a VNI byte adds to the letter before it, if it adds any.
fn vni_marks(base: char, mark: char) -> Option<[Option<char>; 2]> {
    let mark = mark.to_lowercase().next()?;
    let tone = VNI_TONES.iter().find(|row| row.0 == mark);
    if let Some(row) = tone.filter(|_| "aeouyơư".contains(base)) {
        return Some([Some(row.1), None]);
    }
    let circumflex = VNI_CIRCUMFLEX.iter().find(|row| row.0 == mark);
    if let Some(row) = circumflex.filter(|_| "aeo".contains(base)) {
        return Some([Some(CIRCUMFLEX), row.1]);
    }
    let breve = VNI_BREVE.iter().find(|row| row.0 == mark).filter(|_| base == 'a');
    breve.map(|row| [Some(BREVE), row.1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: Legacy, legacy: &str, expected: &str) {
        assert_eq!(page.decode(legacy), expected, "{legacy} in {page:?}");
    }

    #[test]
    fn phrases_in_tcvn3_become_unicode() {
        for (legacy, expected) in [
            ("Céng hßa x· héi chñ nghÜa ViÖt Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
            ("§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc"),
            ("§\u{AD}êng TrÇn H\u{AD}ng §¹o", "Đường Trần Hưng Đạo"),
            ("TØnh Qu¶ng Ng·i", "Tỉnh Quảng Ngãi"),
            ("ThÞ x· §iÖn Bµn", "Thị xã Điện Bàn"),
            ("§Êt ë t¹i ®« thÞ", "Đất ở tại đô thị"),
            ("Nguyễn Huệ", "Nguyễn Huệ"),
        ] {
            check(Legacy::Tcvn3, legacy, expected);
        }
    }

    #[test]
    fn capitals_of_tcvn3_are_told_by_the_letters_around_them() {
        check(Legacy::Tcvn3, "TØNH QU¶NG NAM", "TỈNH QUẢNG NAM");
        check(Legacy::Tcvn3, "Hµ NéI", "HÀ NỘI");
        check(Legacy::Tcvn3, "UBND x· Tam Phó", "UBND xã Tam Phú");
        check(Legacy::Tcvn3, "Qu¶ng Nam, TP Tam Kú", "Quảng Nam, TP Tam Kỳ");
    }

    #[test]
    fn phrases_in_vni_become_unicode() {
        for (legacy, expected) in [
            ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
            ("Ñoäc laäp - Töï do - Haïnh phuùc", "Độc lập - Tự do - Hạnh phúc"),
            ("Ñöôøng Traàn Höng Ñaïo", "Đường Trần Hưng Đạo"),
            ("Quaûng Ngaõi", "Quảng Ngãi"),
            ("Ñaát ôû taïi ñoâ thò", "Đất ở tại đô thị"),
            ("TÆNH QUAÛNG NAM", "TỈNH QUẢNG NAM"),
            ("Ñaêk Noâng, Kon Tum, Buoân Ma Thuoät", "Đăk Nông, Kon Tum, Buôn Ma Thuột"),
            ("Nguyễn Huệ", "Nguyễn Huệ"),
        ] {
            check(Legacy::Vni, legacy, expected);
        }
    }

    #[test]
    fn punctuation_of_windows_1252_stays() {
        check(Legacy::Tcvn3, "‘§\u{AD}êng’ – €", "‘Đường’ – €");
        check(Legacy::Vni, "‘Ñöôøng’ – €", "‘Đường’ – €");
    }

    #[test]
    fn every_letter_of_vietnamese_has_its_code_in_tcvn3() {
        let table: Vec<char> = TCVN3.chars().filter(|c| *c != '_').collect();
        let all = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ";
        for letter in all.chars() {
            assert_eq!(table.iter().filter(|c| **c == letter).count(), 1, "{letter}");
        }
        assert_eq!(TCVN3.chars().count(), 0xFE - 0xA1 + 1);
    }
}
