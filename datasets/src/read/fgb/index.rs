//! Where the records are: the packed Hilbert R-tree between header and features.
//!
//! The tree's nodes lie level by level from the root, 40 bytes each: a box of four f64 and a u64,
//! which in a leaf is the record's distance in bytes from the first record, and above the number
//! of the first child.

use city::Bbox;
use flatgeobuf::Header;

use super::{ReadError, record_at};

const NODE_BYTES: usize = 40;

/// Finds records by position and by box.
#[derive(Debug)]
pub(super) enum Index {
    /// The tree in the file.
    Tree(Tree),
    /// A file without one: where each record begins, found by walking through them.
    Walked(Vec<usize>),
}

#[derive(Debug)]
pub(super) struct Tree {
    begins: usize,
    /// First and last node + 1 of each level, leaves first.
    levels: Vec<(usize, usize)>,
    node_size: usize,
    features: usize,
}

impl Index {
    /// Where the records of a file begin whose header ends at `begins`; `None` without a tree.
    #[cfg(feature = "files")]
    pub(super) fn features(begins: usize, header: &Header<'_>) -> Option<usize> {
        let count = usize::try_from(header.features_count()).ok()?;
        let node_size = usize::from(header.index_node_size());
        // More nodes than bytes can be in memory is not worth counting.
        if node_size < 2 || count == 0 || count > isize::MAX as usize / NODE_BYTES / 2 {
            return None;
        }
        begins.checked_add(levels(count, node_size)[0].1 * NODE_BYTES)
    }

    /// The index of a file of this size, whose header ends at `begins`; `data` holds it at least up
    /// to the end of the tree.
    pub(super) fn locate(
        data: &[u8],
        size: usize,
        begins: usize,
        header: &Header<'_>,
    ) -> Result<Self, ReadError> {
        let damaged = |what| ReadError::Damaged { what };
        let count = usize::try_from(header.features_count()).unwrap_or(usize::MAX);
        let node_size = usize::from(header.index_node_size());
        if node_size == 0 || count == 0 {
            return walk(data, begins, count).map(Self::Walked);
        }
        if count > size / NODE_BYTES || node_size < 2 {
            return Err(damaged("its index is cut off"));
        }
        let levels = levels(count, node_size);
        let nodes = levels[0].1;
        let features = begins + nodes * NODE_BYTES;
        if features > data.len() {
            return Err(damaged("its index is cut off"));
        }
        Ok(Self::Tree(Tree { begins, levels, node_size, features }))
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Tree(tree) => tree.levels[0].1 - tree.levels[0].0,
            Self::Walked(starts) => starts.len(),
        }
    }

    /// Where a record begins; `None` past the last.
    pub(super) fn start(&self, data: &[u8], position: usize) -> Option<usize> {
        match self {
            Self::Tree(tree) => {
                let (first, end) = tree.levels[0];
                let node = first.checked_add(position).filter(|node| *node < end)?;
                let offset = usize::try_from(tree.link(data, node)?).ok()?;
                tree.features.checked_add(offset)
            }
            Self::Walked(starts) => starts.get(position).copied(),
        }
    }

    pub(super) fn bbox(&self, data: &[u8], position: usize) -> Option<Bbox> {
        let Self::Tree(tree) = self else { return None };
        let (first, end) = tree.levels[0];
        let node = first.checked_add(position).filter(|node| *node < end)?;
        tree.bbox(data, node)
    }

    /// Positions of the records whose boxes meet a box; all of them without a tree.
    pub(super) fn search(&self, data: &[u8], bbox: &Bbox) -> Result<Vec<usize>, ReadError> {
        match self {
            Self::Walked(starts) => Ok((0..starts.len()).collect()),
            Self::Tree(tree) => {
                let damaged = ReadError::Damaged { what: "its index does not hold" };
                tree.search(data, bbox).ok_or(damaged)
            }
        }
    }
}

impl Tree {
    fn search(&self, data: &[u8], bbox: &Bbox) -> Option<Vec<usize>> {
        let mut found = Vec::new();
        let mut stack = vec![(0_usize, self.levels.len() - 1)];
        while let Some((first, level)) = stack.pop() {
            let end = (first + self.node_size).min(self.levels[level].1);
            for node in first..end {
                if !self.bbox(data, node)?.intersects(bbox) {
                    continue;
                }
                if level == 0 {
                    found.push(node - self.levels[0].0);
                    continue;
                }
                let child = usize::try_from(self.link(data, node)?).ok()?;
                // A child belongs to the level below: a damaged link can't lead in a circle.
                let (low, high) = self.levels[level - 1];
                stack.push(((low..high).contains(&child).then_some(child)?, level - 1));
            }
        }
        found.sort_unstable();
        Some(found)
    }

    fn node<'a>(&self, data: &'a [u8], node: usize) -> Option<&'a [u8]> {
        let start = self.begins + node * NODE_BYTES;
        data.get(start..start + NODE_BYTES)
    }

    fn bbox(&self, data: &[u8], node: usize) -> Option<Bbox> {
        let bytes = self.node(data, node)?;
        let edge = |i: usize| Some(f64::from_le_bytes(bytes[i * 8..][..8].try_into().ok()?));
        Some(Bbox { min_x: edge(0)?, min_y: edge(1)?, max_x: edge(2)?, max_y: edge(3)? })
    }

    fn link(&self, data: &[u8], node: usize) -> Option<u64> {
        Some(u64::from_le_bytes(self.node(data, node)?[32..].try_into().ok()?))
    }
}

/// First node and last + 1 of each level, leaves first; the root is node 0.
fn levels(count: usize, node_size: usize) -> Vec<(usize, usize)> {
    let mut sizes = vec![count];
    let mut size = count;
    // There is always a root above the leaves, even above a single one.
    while size > 1 || sizes.len() == 1 {
        size = size.div_ceil(node_size);
        sizes.push(size);
    }
    let mut end: usize = sizes.iter().sum();
    sizes
        .into_iter()
        .map(|size| {
            let level = (end - size, end);
            end -= size;
            level
        })
        .collect()
}

/// Where each record begins, by their sizes; `count` 0 means unknown, and then to the end.
fn walk(data: &[u8], begins: usize, count: usize) -> Result<Vec<usize>, ReadError> {
    let mut starts = Vec::new();
    let mut at = begins;
    while at < data.len() && (count == 0 || starts.len() < count) {
        let record = record_at(data, at);
        let record = record.ok_or(ReadError::Damaged { what: "its last record is cut off" })?;
        starts.push(at);
        at += record.len();
    }
    if starts.len() < count {
        return Err(ReadError::Damaged { what: "records are missing at its end" });
    }
    Ok(starts)
}

#[cfg(test)]
mod tests {
    use super::levels;

    #[test]
    fn levels_are_counted_from_the_leaves_and_numbered_from_the_root() {
        assert_eq!(levels(1, 16), [(1, 2), (0, 1)]);
        assert_eq!(levels(16, 16), [(1, 17), (0, 1)]);
        assert_eq!(levels(17, 16), [(3, 20), (1, 3), (0, 1)]);
    }
}
