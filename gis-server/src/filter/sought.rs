//! Rows that were found in the orders of columns.

use std::{ops::Range, sync::Arc};

use crate::store::Order;

/// Rows among which all are that a filter is true of.
#[derive(Debug, Default)]
pub(crate) struct Sought {
    pub(super) parts: Vec<Part>,
    /// Whether it is true of each of them.
    pub(crate) is_exact: bool,
}

/// Rows of one column's order.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) column: usize,
    order: Arc<Order>,
    /// In order, and none touches another.
    ranges: Vec<Range<usize>>,
}

impl Part {
    pub(super) fn of(column: usize, order: Arc<Order>, mut ranges: Vec<Range<usize>>) -> Self {
        ranges.retain(|range| !range.is_empty());
        ranges.sort_unstable_by_key(|range| range.start);
        let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        Self { column, order, ranges: joined }
    }

    /// The rows of one range.
    pub(super) fn one(column: usize, order: Arc<Order>, range: Range<usize>) -> Self {
        Self::of(column, order, std::iter::once(range).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.ranges.iter().map(ExactSizeIterator::len).sum()
    }

    /// The rows of both, of one column.
    pub(super) fn meet(&self, other: &Self) -> Self {
        let mut ranges = Vec::new();
        let (mut these, mut those) = (self.ranges.iter(), other.ranges.iter());
        let (mut this, mut that) = (these.next(), those.next());
        while let (Some(a), Some(b)) = (this, that) {
            ranges.push(a.start.max(b.start)..a.end.min(b.end));
            if a.end <= b.end {
                this = these.next();
            } else {
                that = those.next();
            }
        }
        Self::of(self.column, Arc::clone(&self.order), ranges)
    }
}

impl Sought {
    pub(super) fn one(part: Part, is_exact: bool) -> Self {
        Self { parts: vec![part], is_exact }
    }

    /// No row at all.
    pub(super) fn nothing() -> Self {
        Self { parts: Vec::new(), is_exact: true }
    }

    /// How many rows there are at most; exactly so many where one column tells them.
    pub(crate) fn len(&self) -> usize {
        self.parts.iter().map(Part::len).sum()
    }

    /// How many there are, where that is known without visiting them.
    pub(crate) fn count(&self) -> Option<usize> {
        (self.parts.len() <= 1).then(|| self.len())
    }

    /// Visits the rows in storage order, each once.
    pub(crate) fn visit(&self, rows: usize, each: &mut dyn FnMut(usize)) {
        let mut words = vec![0u64; rows.div_ceil(64)];
        for part in &self.parts {
            for row in part.ranges.iter().flat_map(|range| part.order.rows(range.clone())) {
                words[*row as usize / 64] |= 1 << (row % 64);
            }
        }
        for (at, mut word) in words.into_iter().enumerate() {
            while word != 0 {
                each(at * 64 + word.trailing_zeros() as usize);
                word &= word - 1;
            }
        }
    }

    /// The better of two that both hold.
    pub(crate) fn or_better(self, other: Self) -> Self {
        let best = if other.len() < self.len() { other } else { self };
        Self { is_exact: false, ..best }
    }
}

/// Rows of any of several.
pub(super) fn either(all: Vec<Sought>) -> Sought {
    let is_exact = all.iter().all(|one| one.is_exact);
    let mut parts: Vec<Part> = Vec::new();
    for part in all.into_iter().flat_map(|one| one.parts) {
        match parts.iter_mut().find(|known| known.column == part.column) {
            Some(known) => known.ranges.extend(part.ranges),
            None => parts.push(part),
        }
    }
    let parts = parts.into_iter().map(|part| Part::of(part.column, part.order, part.ranges));
    Sought { parts: parts.collect(), is_exact }
}

/// The rows of both, of which each speaks of one column.
pub(super) fn overlap(a: Sought, b: Sought) -> Sought {
    match (a.parts.as_slice(), b.parts.as_slice()) {
        ([one], [other]) if one.column == other.column => Sought::one(one.meet(other), false),
        _ => a.or_better(b),
    }
}
