//! The decoded tiles that were asked for last.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

/// Level and number of a tile.
type Key = (usize, usize);

/// Keeps tiles up to a number of bytes; the one that was put first goes first.
#[derive(Debug)]
pub(super) struct Cache {
    tiles: HashMap<Key, Arc<[f32]>>,
    order: VecDeque<Key>,
    bytes: usize,
    most: usize,
}

impl Cache {
    pub(super) fn new(most: usize) -> Self {
        Self { tiles: HashMap::new(), order: VecDeque::new(), bytes: 0, most }
    }

    pub(super) fn get(&self, key: Key) -> Option<Arc<[f32]>> {
        self.tiles.get(&key).cloned()
    }

    pub(super) fn put(&mut self, key: Key, tile: Arc<[f32]>) {
        let size = size_of_val(&tile[..]);
        if size > self.most || self.tiles.contains_key(&key) {
            return;
        }
        while self.bytes + size > self.most {
            let Some(oldest) = self.order.pop_front() else { break };
            let gone = self.tiles.remove(&oldest);
            self.bytes -= gone.map_or(0, |tile| size_of_val(&tile[..]));
        }
        self.tiles.insert(key, tile);
        self.order.push_back(key);
        self.bytes += size;
    }
}
