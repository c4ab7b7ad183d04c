//! Where the members of each group begin, among those of all groups.

use std::ops::Range;

/// Offsets of groups that lie one after the other. While each has one member, as most features have
/// one part and most parts one ring, nothing but their count is kept.
#[derive(Debug, Clone)]
pub(super) enum Offsets {
    /// As many groups of one.
    Ones(u32),
    /// Where each group begins, and where the last ends.
    Listed(Vec<u32>),
}

impl Default for Offsets {
    fn default() -> Self {
        Self::Ones(0)
    }
}

impl Offsets {
    /// Ends a group where so many members are there in all.
    pub(super) fn push(&mut self, end: u32) {
        match self {
            Self::Ones(count) if end == *count + 1 => *count = end,
            Self::Ones(count) => *self = Self::Listed((0..=*count).chain([end]).collect()),
            Self::Listed(ends) => ends.push(end),
        }
    }

    /// How many groups there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Ones(count) => *count as usize,
            Self::Listed(ends) => ends.len() - 1,
        }
    }

    /// Where a group begins; of the count of groups, where the last ends.
    pub(super) fn start(&self, group: usize) -> usize {
        match self {
            Self::Ones(_) => group,
            Self::Listed(ends) => ends[group] as usize,
        }
    }

    /// The members of a group.
    pub(super) fn range(&self, group: usize) -> Range<usize> {
        self.start(group)..self.start(group + 1)
    }

    /// Takes over other groups, after its own.
    pub(super) fn append(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Ones(mine), Self::Ones(theirs)) => *mine += theirs,
            (_, theirs) => {
                let base = self.start(self.len()) as u32;
                let ends = (1..=theirs.len()).map(|group| base + theirs.start(group) as u32);
                match self {
                    Self::Listed(mine) => mine.extend(ends),
                    Self::Ones(count) => *self = Self::Listed((0..=*count).chain(ends).collect()),
                }
            }
        }
    }

    /// Gives back memory that was reserved in vain.
    pub(super) fn shrink(&mut self) {
        if let Self::Listed(ends) = self {
            ends.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(sizes: &[u32]) -> Offsets {
        let mut offsets = Offsets::default();
        let mut end = 0;
        for size in sizes {
            end += size;
            offsets.push(end);
        }
        offsets
    }

    proptest! {
        #[test]
        fn groups_come_back_whether_kept_or_counted(
            left in prop::collection::vec(0u32..3, 0..6), right in prop::collection::vec(1u32..3, 0..6),
        ) {
            let mut offsets = of(&left);
            offsets.append(&of(&right));
            let sizes: Vec<usize> = left.iter().chain(&right).map(|size| *size as usize).collect();
            let found: Vec<usize> = (0..offsets.len()).map(|n| offsets.range(n).len()).collect();
            prop_assert_eq!(found, sizes.clone());
            prop_assert_eq!(offsets.start(offsets.len()), sizes.iter().sum::<usize>());
        }
    }
}
