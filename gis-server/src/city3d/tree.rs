//! Which buildings stand on which tile: a quadtree whose every node holds the largest of what lies in it, so that
//! far off only they are seen, near by all, and no building twice.

use city::{Bbox, FeatureId};

use super::{buildings::FOUNDATION_M, ground::Ground, place::Region, shape::ShapeReader};
use crate::store::LayerView;

/// Buildings that a tile holds at most, where it is not one of the deepest.
const MOST: usize = 256;

/// The deepest level: squares of a few metres, over a province.
const DEEPEST: u8 = 14;

/// Rows that a tile of the deepest level may have, since 16 bits count them.
const MOST_ROWS: usize = 65_535;

/// The tiles of a layer.
#[derive(Debug)]
pub struct Tree {
    /// The first tile; `None` where no building is.
    pub root: Option<Node>,
    /// The largest building, m: what is missing where nothing is shown.
    pub largest_m: f64,
}

/// A tile.
#[derive(Debug)]
pub struct Node {
    /// Level, column from the west, row from the north.
    pub address: (u8, u32, u32),
    /// The buildings on it.
    pub own: Vec<FeatureId>,
    /// Where they and all those below lie.
    pub region: Region,
    /// The largest building below it, m: what is missing where it is shown and its children are not.
    pub error_m: f64,
    /// The tiles below.
    pub children: Vec<Node>,
}

struct Entry {
    id: FeatureId,
    at: (f64, f64),
    region: Region,
    size_m: f64,
}

impl Tree {
    /// The tree of a layer of buildings that stand on a ground.
    pub fn of(view: &LayerView, ground: Option<&Ground>) -> Self {
        let reader = ShapeReader::of(view, ground);
        let entries = view.features().filter_map(|feature| {
            let shape = reader.read(feature)?;
            let edges = feature.geometry().bbox()?;
            let (low, height) = (shape.drawn.base_m - FOUNDATION_M, shape.drawn.height_m);
            let region = Region { edges, low_m: low, high_m: shape.drawn.base_m + height };
            Some(Entry { id: feature.id(), at: edges.centre(), region, size_m: shape.size_m() })
        });
        Self::over(entries.collect())
    }

    fn over(mut entries: Vec<Entry>) -> Self {
        // The largest first; of equals the lower identifier, so that the same layer gives the same tiles.
        entries.sort_by(|a, b| b.size_m.total_cmp(&a.size_m).then_with(|| a.id.cmp(&b.id)));
        let largest_m = entries.first().map_or(0.0, |entry| entry.size_m);
        let edges = Bbox::around(entries.iter().map(|entry| entry.at));
        let root = edges.and_then(|edges| node((0, 0, 0), edges, entries));
        Self { root, largest_m }
    }

    /// A tile by its address.
    pub fn find(&self, (level, x, y): (u8, u32, u32)) -> Option<&Node> {
        let mut node = self.root.as_ref()?;
        for step in 1..=level {
            let shift = u32::from(level - step);
            let wanted = (step, x.checked_shr(shift)?, y.checked_shr(shift)?);
            node = node.children.iter().find(|child| child.address == wanted)?;
        }
        (node.address == (level, x, y)).then_some(node)
    }
}

/// The tile of entries, the largest first.
fn node(address: (u8, u32, u32), edges: Bbox, mut entries: Vec<Entry>) -> Option<Node> {
    if entries.is_empty() {
        return None;
    }
    let (level, x, y) = address;
    let most = if level < DEEPEST { MOST } else { MOST_ROWS };
    let below = entries.split_off(entries.len().min(most));
    let error_m = below.first().filter(|_| level < DEEPEST).map_or(0.0, |entry| entry.size_m);
    let (lon, lat) = edges.centre();
    let mut quarters: [Vec<Entry>; 4] = Default::default();
    if level < DEEPEST {
        for entry in below {
            let (east, south) = (usize::from(entry.at.0 >= lon), usize::from(entry.at.1 < lat));
            quarters[2 * south + east].push(entry);
        }
    }
    let children: Vec<Node> = quarters
        .into_iter()
        .enumerate()
        .filter_map(|(quarter, entries)| {
            let (east, south) = (quarter % 2, quarter / 2);
            let (west_edge, east_edge) =
                if east == 0 { (edges.min_x, lon) } else { (lon, edges.max_x) };
            let (south_edge, north_edge) =
                if south == 1 { (edges.min_y, lat) } else { (lat, edges.max_y) };
            let edges =
                Bbox { min_x: west_edge, min_y: south_edge, max_x: east_edge, max_y: north_edge };
            node((level + 1, 2 * x + east as u32, 2 * y + south as u32), edges, entries)
        })
        .collect();
    let regions = entries.iter().map(|entry| entry.region).chain(children.iter().map(|c| c.region));
    let region = regions.reduce(|all, one| all.union(&one))?;
    let own = entries.into_iter().map(|entry| entry.id).collect();
    Some(Node { address, own, region, error_m, children })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn entry(number: u64, lon: f64, lat: f64, size_m: f64) -> Entry {
        let edges =
            Bbox { min_x: lon - 1e-4, min_y: lat - 1e-4, max_x: lon + 1e-4, max_y: lat + 1e-4 };
        let region = Region { edges, low_m: number as f64 % 7.0, high_m: 30.0 + size_m };
        Entry { id: FeatureId::Number(number), at: (lon, lat), region, size_m }
    }

    fn walk<'a>(node: &'a Node, each: &mut impl FnMut(&'a Node)) {
        each(node);
        node.children.iter().for_each(|child| walk(child, each));
    }

    #[test]
    fn every_building_stands_on_one_tile_and_what_is_missing_is_no_larger_than_is_said() {
        let entries: Vec<Entry> = (0..3000u64)
            .map(|n| {
                let (lon, lat) = (
                    108.4 + (n * 7919 % 1000) as f64 * 1e-4,
                    15.5 + (n * 104_729 % 997) as f64 * 1e-4,
                );
                entry(n, lon, lat, 5.0 + (n * 31 % 97) as f64)
            })
            .collect();
        let sizes: Vec<f64> = entries.iter().map(|entry| entry.size_m).collect();
        let tree = Tree::over(entries);
        assert_eq!(tree.largest_m, 101.0);
        let root = tree.root.as_ref().unwrap();
        let mut seen = BTreeSet::new();
        walk(root, &mut |node| {
            assert!(node.own.len() <= MOST);
            assert!(std::ptr::eq(tree.find(node.address).unwrap(), node));
            node.own.iter().for_each(|id| assert!(seen.insert(id.clone()), "{id} stands twice"));
            for child in &node.children {
                assert!(
                    node.region.edges.covers(&child.region.edges) && node.error_m >= child.error_m
                );
                assert!(
                    node.region.low_m <= child.region.low_m
                        && node.region.high_m >= child.region.high_m
                );
                let largest = child.own.iter().filter_map(|id| match id {
                    FeatureId::Number(n) => Some(sizes[*n as usize]),
                    FeatureId::Text(_) => None,
                });
                assert!(largest.fold(0.0, f64::max) <= node.error_m);
            }
        });
        assert_eq!(seen.len(), 3000);
        assert!(tree.find((1, 2, 0)).is_none() && tree.find((40, 0, 0)).is_none());
    }

    #[test]
    fn buildings_on_one_spot_end_on_one_tile() {
        let tree = Tree::over((0..1000).map(|n| entry(n, 108.4, 15.5, 9.0)).collect());
        let mut count = 0;
        walk(tree.root.as_ref().unwrap(), &mut |node| count += node.own.len());
        assert_eq!(count, 1000);
        assert!(Tree::over(Vec::new()).root.is_none());
    }
}
