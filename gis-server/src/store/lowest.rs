//! The first ranks of many, for a page.

/// The lowest of many ranks, found without keeping them all.
pub(super) struct Lowest {
    keep: usize,
    from: u32,
    /// No rank from here on can be among the lowest any more.
    below: u32,
    ranks: Vec<u32>,
}

impl Lowest {
    pub(super) fn new(keep: usize, from: u32) -> Self {
        Self { keep, from, below: u32::MAX, ranks: Vec::new() }
    }

    pub(super) fn takes(&self, rank: u32) -> bool {
        self.from <= rank && rank < self.below
    }

    pub(super) fn put(&mut self, rank: u32) {
        self.ranks.push(rank);
        if self.ranks.len() >= self.keep.saturating_mul(2).max(1024) {
            self.prune();
        }
    }

    fn prune(&mut self) {
        if self.ranks.len() > self.keep {
            self.ranks.select_nth_unstable(self.keep);
            self.ranks.truncate(self.keep);
            self.below = self.ranks.iter().max().map_or(0, |highest| highest + 1);
        }
    }

    pub(super) fn finish(mut self) -> Vec<u32> {
        self.ranks.sort_unstable();
        self.ranks.truncate(self.keep);
        self.ranks
    }
}
