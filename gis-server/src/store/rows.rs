//! A set of rows that answers "is it in?" and "how many in this range?" at once.

use std::ops::Range;

/// Rows as a bitmap with running counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RowSet {
    words: Vec<u64>,
    /// Rows in the words before each.
    before: Vec<u32>,
}

impl RowSet {
    /// The set of rows below `len` that a test holds.
    pub(crate) fn where_(len: usize, mut test: impl FnMut(usize) -> bool) -> Self {
        let mut words = vec![0u64; len.div_ceil(64)];
        for row in (0..len).filter(|row| test(*row)) {
            words[row / 64] |= 1 << (row % 64);
        }
        Self::from_words(words)
    }

    /// The set of these rows.
    pub(crate) fn of(rows: impl IntoIterator<Item = usize>) -> Self {
        let mut words = Vec::new();
        for row in rows {
            if row / 64 >= words.len() {
                words.resize(row / 64 + 1, 0);
            }
            words[row / 64] |= 1 << (row % 64);
        }
        Self::from_words(words)
    }

    fn from_words(mut words: Vec<u64>) -> Self {
        let used = words.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1);
        words.truncate(used);
        let mut before = Vec::with_capacity(words.len() + 1);
        let mut count = 0;
        for word in &words {
            before.push(count);
            count += word.count_ones();
        }
        before.push(count);
        Self { words, before }
    }

    /// The rows of either set.
    pub(crate) fn union(&self, other: &Self) -> Self {
        let (long, short) =
            if self.words.len() >= other.words.len() { (self, other) } else { (other, self) };
        let mut words = long.words.clone();
        words.iter_mut().zip(&short.words).for_each(|(a, b)| *a |= b);
        Self::from_words(words)
    }

    /// Whether a row is in it.
    pub(crate) fn contains(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// How many rows are in it.
    pub(crate) fn len(&self) -> usize {
        self.before.last().map_or(0, |count| *count as usize)
    }

    /// How many rows of a range are in it.
    pub(crate) fn count_in(&self, rows: Range<usize>) -> usize {
        self.rank(rows.end) - self.rank(rows.start)
    }

    /// Rows in the set below a row.
    fn rank(&self, row: usize) -> usize {
        let Some(word) = self.words.get(row / 64) else { return self.len() };
        let below = word & ((1u64 << (row % 64)) - 1);
        (self.before[row / 64] + below.count_ones()) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_of_ranges_are_those_of_looking_at_each_row(
            rows in prop::collection::btree_set(0usize..500, 0..200), a in 0usize..600, b in 0usize..600,
        ) {
            let set = RowSet::of(rows.iter().copied());
            let range = a.min(b)..a.max(b);
            prop_assert_eq!(set.count_in(range.clone()), rows.range(range).count());
            prop_assert_eq!(set.len(), rows.len());
            prop_assert!((0..600).all(|row| set.contains(row) == rows.contains(&row)));
            prop_assert_eq!(&set, &RowSet::where_(500, |row| rows.contains(&row)).union(&set));
        }
    }
}
