//! Names of columns that a format can hold.

use std::collections::BTreeSet;

use city::text::fold;

/// Names of at most so many bytes of ASCII, each once whatever its case: for tables of dBASE.
///
/// Vietnamese letters lose their accents, what else is no letter, digit or `_` becomes `_`, and what would
/// stand twice ends with a number.
pub(super) fn short<'a>(names: impl Iterator<Item = &'a str>, most: usize) -> Vec<String> {
    let plain = |name: &str| {
        let letters = fold(name)
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect::<String>();
        let letters = letters.trim_matches('_').to_owned();
        match letters.starts_with(|c: char| c.is_ascii_alphabetic()) {
            true => letters,
            false => format!("c_{letters}"),
        }
    };
    unique(names.map(plain), most, &[])
}

/// Names as they are, each once whatever its case, and none of those that are taken.
pub(super) fn once<'a>(names: impl Iterator<Item = &'a str>, taken: &[&str]) -> Vec<String> {
    unique(names.map(str::to_owned), usize::MAX, taken)
}

fn unique(names: impl Iterator<Item = String>, most: usize, taken: &[&str]) -> Vec<String> {
    let mut known: BTreeSet<String> = taken.iter().map(|name| name.to_lowercase()).collect();
    let mut found = Vec::new();
    for name in names {
        let mut candidate = cut(&name, most).trim_end_matches('_').to_owned();
        let mut number = 1;
        while !known.insert(candidate.to_lowercase()) {
            number += 1;
            let end = format!("_{number}");
            candidate = format!("{}{end}", cut(&name, most.saturating_sub(end.len())));
        }
        found.push(candidate);
    }
    found
}

/// A text of at most so many bytes, between two letters.
pub(super) fn cut(text: &str, most: usize) -> &str {
    match text.len() <= most {
        true => text,
        false => &text[..text.floor_char_boundary(most)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_dbase_are_short_plain_and_each_once() {
        let names = ["Tên đường phố", "Tên đường cái", "id", "ID", "Đ", "2025", "ma_thua_dat_so"];
        assert_eq!(
            short(names.into_iter(), 10),
            ["ten_duong", "ten_duon_2", "id", "id_2", "d", "c_2025", "ma_thua_da"]
        );
    }

    #[test]
    fn names_that_a_table_uses_itself_are_not_given_to_columns() {
        assert_eq!(once(["fid", "Tên", "tên"].into_iter(), &["fid"]), ["fid_2", "Tên", "tên_2"]);
    }

    #[test]
    fn a_text_is_cut_between_letters() {
        assert_eq!((cut("đường", 3), cut("đường", 4)), ("đ", "đư"));
        assert_eq!(cut("abc", 10), "abc");
    }
}
