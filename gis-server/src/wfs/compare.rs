//! Comparing values, and texts with patterns.

use std::cmp::Ordering;

use crate::store::ValueRef;

/// How two values lie; `None` where they cannot be compared, or one is none.
pub(super) fn order(a: ValueRef<'_>, b: ValueRef<'_>, match_case: bool) -> Option<Ordering> {
    match (a, b) {
        (ValueRef::Text(a), ValueRef::Text(b)) if match_case => Some(a.cmp(b)),
        (ValueRef::Text(a), ValueRef::Text(b)) => Some(a.to_lowercase().cmp(&b.to_lowercase())),
        (ValueRef::Integer(a), ValueRef::Integer(b)) => Some(a.cmp(&b)),
        (ValueRef::Bool(a), ValueRef::Bool(b)) => Some(a.cmp(&b)),
        (ValueRef::Date(a), ValueRef::Date(b)) => Some(a.cmp(&b)),
        (ValueRef::Instant(a), ValueRef::Instant(b)) => Some(a.cmp(&b)),
        _ => a.as_number()?.partial_cmp(&b.as_number()?),
    }
}

/// How two values lie when features are sorted: what is none comes last.
pub(super) fn sorted(a: ValueRef<'_>, b: ValueRef<'_>) -> Ordering {
    match (a.is_null(), b.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        _ => order(a, b, true).unwrap_or(Ordering::Equal),
    }
}

/// A piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Letter(char),
    /// Any letter.
    One,
    /// Any letters, or none.
    Any,
}

/// A pattern of `PropertyIsLike`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pieces: Vec<Piece>,
    match_case: bool,
}

impl Pattern {
    /// A pattern with its marks for any letters, for one, and for taking the next letter as it is.
    pub(super) fn new(
        text: &str,
        (any, one, escape): (Option<char>, Option<char>, Option<char>),
        match_case: bool,
    ) -> Self {
        let mut pieces = Vec::new();
        let text = if match_case { text.to_owned() } else { text.to_lowercase() };
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            let piece = match Some(letter) {
                mark if mark == escape => match letters.next() {
                    Some(next) => Piece::Letter(next),
                    None => continue,
                },
                mark if mark == any => Piece::Any,
                mark if mark == one => Piece::One,
                _ => Piece::Letter(letter),
            };
            // Two of them in a row say no more than one.
            if !(piece == Piece::Any && pieces.last() == Some(&Piece::Any)) {
                pieces.push(piece);
            }
        }
        Self { pieces, match_case }
    }

    /// Whether a text is of the pattern: greedily, with one step back to the last `Any`, which takes time
    /// in proportion to the product of lengths at most.
    pub(super) fn matches(&self, text: &str) -> bool {
        let folded = if self.match_case { text.to_owned() } else { text.to_lowercase() };
        let letters: Vec<char> = folded.chars().collect();
        let (mut at, mut piece) = (0, 0);
        let mut back: Option<(usize, usize)> = None;
        loop {
            match self.pieces.get(piece) {
                Some(Piece::Any) => {
                    back = Some((piece, at));
                    piece += 1;
                    continue;
                }
                Some(Piece::One) if at < letters.len() => {
                    (at, piece) = (at + 1, piece + 1);
                    continue;
                }
                Some(Piece::Letter(letter)) if letters.get(at) == Some(letter) => {
                    (at, piece) = (at + 1, piece + 1);
                    continue;
                }
                None if at == letters.len() => return true,
                _ => {}
            }
            match back {
                Some((any, from)) if from < letters.len() => {
                    back = Some((any, from + 1));
                    (at, piece) = (from + 1, any + 1);
                }
                _ => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern, (Some('*'), Some('?'), Some('\\')), false).matches(text)
    }

    #[test]
    fn patterns_take_any_letters_and_one_and_marks_as_they_are() {
        for (pattern, text, expected) in [
            ("Trần*", "trần phú", true),
            ("*phú", "Trần Phú", true),
            ("*n P*", "Trần Phú", true),
            ("Tr?n Phú", "Trần Phú", true),
            ("Tr?n", "Trần Phú", false),
            ("", "", true),
            ("*", "", true),
            ("?", "", false),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("*a*b*c*", "xxaxxbxxcxx", true),
            ("*a*b*c*", "xxaxxcxxbxx", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} ~ {text}");
        }
        // Many marks do not make it slow: the product of lengths is 2 · 10⁷ steps at most.
        assert!(!matches(&"*a".repeat(200), &"b".repeat(100_000)));
    }

    #[test]
    fn what_has_no_value_comes_last() {
        assert_eq!(sorted(ValueRef::Null, ValueRef::Integer(1)), Ordering::Greater);
        assert_eq!(order(ValueRef::Null, ValueRef::Integer(1), true), None);
        assert_eq!(order(ValueRef::Integer(2), ValueRef::Real(1.5), true), Some(Ordering::Greater));
        assert_eq!(order(ValueRef::Text("A"), ValueRef::Text("a"), false), Some(Ordering::Equal));
    }
}
