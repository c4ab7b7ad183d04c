//! The different texts of one layer, folded, and which features have them.

use memchr::memmem::Finder;

use super::fields::{Field, Kind};
use crate::store::{FeatureRef, LayerView};

/// The searched texts of one layer as it was published. What was edited since is not in it.
#[derive(Debug)]
pub(super) struct LayerIndex {
    pub(super) fields: Vec<Field>,
    /// Every different text in order, each after a line feed.
    pub(super) text: String,
    /// Where each begins.
    pub(super) starts: Vec<u32>,
    /// Where the rows of each begin among `rows`.
    pub(super) rows_from: Vec<u32>,
    pub(super) rows: Vec<u32>,
}

/// How well a text fits, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It is the query.
    Whole,
    /// It begins with the query, which ends with a word.
    Prefix,
    /// It begins with the query, in the midst of a word.
    PrefixPart,
    /// A later word begins with the query, which ends with a word.
    Word,
    /// A later word begins with the query, in the midst of a word.
    WordPart,
    /// Every word of the query begins a word of it, in another order.
    Words,
    /// The query is somewhere in it.
    Within,
}

impl LayerIndex {
    fn len(&self) -> usize {
        self.starts.len()
    }

    /// A text by its number.
    pub(super) fn text(&self, number: usize) -> &str {
        let start = self.starts[number] as usize;
        let end = self.starts.get(number + 1).map_or(self.text.len(), |next| *next as usize);
        &self.text[start..end - 1]
    }

    /// The published rows that have a text, in order.
    pub(super) fn rows(&self, number: usize) -> &[u32] {
        let (from, to) = (self.rows_from[number], self.rows_from[number + 1]);
        &self.rows[from as usize..to as usize]
    }

    /// The texts of a feature as it is now: kind, as it is shown, as it is compared.
    pub(super) fn texts_of(
        &self,
        view: &LayerView,
        feature: FeatureRef<'_>,
    ) -> Vec<(Kind, String, String)> {
        self.fields.iter().filter_map(|field| field.text(view, feature)).collect()
    }

    /// Numbers of texts that fit a query, the best first, about so many of each kind of fit.
    pub(super) fn find(&self, query: &str, most: usize) -> Vec<(Fit, usize)> {
        let mut found: Vec<(Fit, usize)> = Vec::new();
        let begin = self.first_from(query);
        let prefixed =
            (begin..self.len()).take_while(|number| self.text(*number).starts_with(query));
        found.extend(
            prefixed.take(most).filter_map(|number| Some((fit(self.text(number), query)?, number))),
        );
        if found.len() < most {
            self.scan(&format!(" {query}"), query, most, &mut found);
        }
        let words: Vec<&str> = query.split(' ').collect();
        if found.len() < most && words.len() > 1 {
            let longest = words.iter().max_by_key(|word| word.len()).copied().unwrap_or_default();
            self.scan(longest, query, most, &mut found);
        }
        if found.len() < most && query.len() >= 3 {
            self.scan(query, query, most, &mut found);
        }
        found.sort_unstable();
        found
    }

    /// The number of the first text that does not come before a query.
    fn first_from(&self, query: &str) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.text(middle) < query { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Adds texts that hold a needle and fit the query.
    fn scan(&self, needle: &str, query: &str, most: usize, found: &mut Vec<(Fit, usize)>) {
        let finder = Finder::new(needle.as_bytes());
        let mut last = None;
        let mut left = most;
        for at in finder.find_iter(self.text.as_bytes()) {
            let number =
                self.starts.partition_point(|start| *start as usize <= at + 1).saturating_sub(1);
            if last == Some(number) || found.iter().any(|(_, known)| *known == number) {
                continue;
            }
            last = Some(number);
            if let Some(fit) = fit(self.text(number), query) {
                found.push((fit, number));
                left -= 1;
            }
            if left == 0 {
                return;
            }
        }
    }
}

/// How a text fits a query; `None` when it does not.
pub(super) fn fit(text: &str, query: &str) -> Option<Fit> {
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(' ');
    if let Some(rest) = text.strip_prefix(query) {
        return Some(match rest {
            "" => Fit::Whole,
            rest if ends(rest) => Fit::Prefix,
            _ => Fit::PrefixPart,
        });
    }
    let spaced = format!(" {query}");
    let mut words =
        text.match_indices(&spaced).map(|(at, _)| &text[at + spaced.len()..]).peekable();
    if words.peek().is_some() {
        return Some(if words.any(ends) { Fit::Word } else { Fit::WordPart });
    }
    let begins = |word: &str| text.split(' ').any(|own| own.starts_with(word));
    if query.contains(' ') && query.split(' ').all(begins) {
        return Some(Fit::Words);
    }
    text.contains(query).then_some(Fit::Within)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{search::words::normalise, store::strings::Strings};

    fn index(texts: &[&str]) -> LayerIndex {
        let mut strings = Strings::default();
        texts.iter().for_each(|text| strings.push(&normalise(text)));
        let entries: Vec<(u32, u32)> = (0..texts.len() as u32).map(|n| (n, n + 1)).collect();
        LayerIndex::of_entries(Vec::new(), &strings, &entries)
    }

    fn check(texts: &[&str], query: &str, expected: &[&str]) {
        let index = index(texts);
        let found: Vec<&str> = index
            .find(&normalise(query), 10)
            .into_iter()
            .map(|(_, number)| index.text(number))
            .collect();
        assert_eq!(found, expected, "{query}");
    }

    #[test]
    fn the_better_fit_comes_first() {
        let texts = [
            "Trần Phú",
            "Trần Phúc",
            "Đường Trần Phú",
            "Hẻm 3 Trần Phúc",
            "Phú Trần",
            "Trần Phú Đông",
        ];
        check(
            &texts,
            "trần phú",
            &[
                "tran phu",
                "tran phu dong",
                "tran phuc",
                "duong tran phu",
                "hem 3 tran phuc",
                "phu tran",
            ],
        );
        check(&texts, "uc", &[]);
        check(
            &texts,
            "ran p",
            &["duong tran phu", "hem 3 tran phuc", "tran phu", "tran phu dong", "tran phuc"],
        );
        check(&["a"], "b", &[]);
    }

    #[test]
    fn a_text_knows_every_feature_that_has_it() {
        let index = index(&["Trần Phú", "Lê Lợi", "TRẦN PHÚ"]);
        let found = index.find("tran phu", 10);
        assert_eq!(index.rows(found[0].1), [1, 3]);
    }
}
