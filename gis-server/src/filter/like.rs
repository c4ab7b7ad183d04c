//! The patterns of LIKE: `%` is any text, `_` one character, `\` takes the next one as it is.

/// A pattern, cut into its parts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pattern(Vec<Part>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    One(char),
    Any,
    Many,
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut letters = text.chars();
        while let Some(c) = letters.next() {
            parts.push(match c {
                '%' => Part::Many,
                '_' => Part::Any,
                // A backslash at the end is one.
                '\\' => Part::One(letters.next().unwrap_or('\\')),
                c => Part::One(c),
            });
        }
        Self(parts)
    }

    /// Whether the whole of a text fits, in at most its length times the pattern's steps: on a
    /// mismatch only the last `%` takes one character more.
    pub(crate) fn fits(&self, text: &str) -> bool {
        let parts = &self.0;
        let mut rest = text.chars();
        let mut part = 0;
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            match parts.get(part) {
                Some(Part::Many) => {
                    part += 1;
                    retry = Some((part, rest.clone()));
                    continue;
                }
                Some(one) => {
                    if let Some(c) = rest.next()
                        && (*one == Part::Any || *one == Part::One(c))
                    {
                        part += 1;
                        continue;
                    }
                }
                None if rest.as_str().is_empty() => return true,
                None => {}
            }
            let Some((after, from)) = &mut retry else { return false };
            if from.next().is_none() {
                return false;
            }
            part = *after;
            rest = from.clone();
        }
    }

    /// What every text that fits begins with.
    pub(crate) fn begin(&self) -> String {
        let letters = self.0.iter().map_while(|part| match part {
            Part::One(letter) => Some(*letter),
            Part::Any | Part::Many => None,
        });
        letters.collect()
    }

    /// How many parts it has.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition.
    fn naive(parts: &[Part], text: &[char]) -> bool {
        match (parts.first(), text.first()) {
            (None, first) => first.is_none(),
            (Some(Part::Many), _) => (0..=text.len()).any(|skip| naive(&parts[1..], &text[skip..])),
            (Some(Part::Any), Some(_)) => naive(&parts[1..], &text[1..]),
            (Some(Part::One(c)), Some(d)) => c == d && naive(&parts[1..], &text[1..]),
            (Some(_), None) => false,
        }
    }

    proptest! {
        #[test]
        fn a_pattern_fits_what_its_definition_says(
            pattern in "[abđ%_\\\\]{0,8}", text in "[abđ%_\\\\]{0,8}",
        ) {
            let pattern = Pattern::new(&pattern);
            let letters: Vec<char> = text.chars().collect();
            prop_assert_eq!(pattern.fits(&text), naive(&pattern.0, &letters));
        }
    }

    #[test]
    fn signs_are_escaped_by_a_backslash() {
        assert!(Pattern::new(r"100\%").fits("100%"));
        assert!(!Pattern::new(r"100\%").fits("1000"));
        assert!(Pattern::new(r"a\\%").fits(r"a\b"));
    }
}
