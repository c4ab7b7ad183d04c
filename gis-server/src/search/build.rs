//! Making the index of a layer: on all threads, each different text folded once where it can be told.

use std::{collections::HashMap, ops::Range};

use foldhash::fast::RandomState;
use rayon::prelude::*;

use super::{
    fields::{Field, Place, fields},
    index::LayerIndex,
};
use crate::store::{
    LayerView,
    strings::{Strings, prefix},
};

/// Text that one layer's index may hold; what comes after is not found. A million addresses are
/// 30 MB.
const MOST_BYTES: usize = 256 << 20;

/// Rows that one thread reads at a time.
const PIECE: usize = 16_384;

/// Texts of some rows, and which row has which.
#[derive(Debug, Default)]
struct Piece {
    texts: Strings,
    /// Number of a text, row that has it.
    entries: Vec<(u32, u32)>,
}

impl Piece {
    fn read(view: &LayerView, places: &[Place], rows: Range<usize>) -> Self {
        let mut piece = Self::default();
        for place in places {
            let mut known: HashMap<u32, Option<u32>, RandomState> = HashMap::default();
            for row in rows.clone() {
                let feature = view.published(row);
                let number = match place.code(feature) {
                    Some(code) => {
                        *known.entry(code).or_insert_with(|| piece.texts.add(place.text(feature)))
                    }
                    None => piece.texts.add(place.text(feature)),
                };
                piece.entries.extend(number.map(|number| (number, row as u32)));
            }
        }
        piece
    }

    /// Takes over the texts of other rows, after its own.
    fn append(&mut self, other: &Self) {
        let base = self.texts.len() as u32;
        self.texts.append(&other.texts);
        self.entries.extend(other.entries.iter().map(|(text, row)| (base + text, *row)));
    }
}

impl Strings {
    /// Adds a text, if there is one; its number.
    fn add(&mut self, text: Option<String>) -> Option<u32> {
        let number = self.len() as u32;
        self.push(&text?);
        Some(number)
    }
}

impl LayerIndex {
    /// The index of a layer as it was published; of a view that sees all of it.
    pub(super) fn of(view: &LayerView) -> Self {
        let fields = fields(view);
        let places: Vec<Place> = fields.iter().filter_map(|field| field.place(view)).collect();
        let len = if places.is_empty() { 0 } else { view.published_len() };
        let mut all = Piece::default();
        // A wave at a time, so that memory holds the texts and a few pieces, not the texts twice.
        let wave = 2 * PIECE * rayon::current_num_threads();
        for start in (0..len).step_by(wave) {
            let rows: Vec<usize> = (start..len.min(start + wave)).step_by(PIECE).collect();
            let piece = |row: usize| Piece::read(view, &places, row..len.min(row + PIECE));
            let pieces: Vec<Piece> = rows.into_par_iter().map(piece).collect();
            pieces.iter().for_each(|piece| all.append(piece));
            if all.texts.bytes() > MOST_BYTES {
                tracing::warn!(layer = %view.layer().id, "too much text: the rest is not searched");
                break;
            }
        }
        Self::of_entries(fields, &all.texts, &all.entries)
    }

    /// The index of texts, of which some may be equal, and of which row has which.
    pub(super) fn of_entries(fields: Vec<Field>, texts: &Strings, entries: &[(u32, u32)]) -> Self {
        let mut index = Self {
            fields,
            text: String::with_capacity(texts.bytes() + texts.len() + 1),
            starts: Vec::new(),
            rows_from: Vec::new(),
            rows: vec![0; entries.len()],
        };
        // The place of each text among the different ones.
        let mut numbers = vec![0u32; texts.len()];
        let mut last: Option<&str> = None;
        for n in in_order(texts) {
            let text = texts.get(n as usize);
            if last != Some(text) {
                index.text.push('\n');
                index.starts.push(index.text.len() as u32);
                index.text.push_str(text);
                last = Some(text);
            }
            numbers[n as usize] = (index.starts.len() - 1) as u32;
        }
        index.text.push('\n');
        index.text.shrink_to_fit();
        index.starts.shrink_to_fit();
        // Rows by text: count, then put each where its text's run has got to.
        let mut next = vec![0u32; index.starts.len() + 1];
        entries.iter().for_each(|(text, _)| next[numbers[*text as usize] as usize + 1] += 1);
        for n in 1..next.len() {
            next[n] += next[n - 1];
        }
        index.rows_from = next.clone();
        for (text, row) in entries {
            let at = &mut next[numbers[*text as usize] as usize];
            index.rows[*at as usize] = *row;
            *at += 1;
        }
        index
    }
}

/// Numbers of texts in their order, most told apart by their first bytes.
fn in_order(texts: &Strings) -> Vec<u32> {
    let key = |n: usize| {
        let first = prefix(texts.get(n));
        ([(first >> 64) as u64, first as u64], n as u32)
    };
    let mut keys: Vec<([u64; 2], u32)> = (0..texts.len()).into_par_iter().map(key).collect();
    keys.par_sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| texts.get(a.1 as usize).cmp(texts.get(b.1 as usize)))
    });
    keys.into_iter().map(|(_, n)| n).collect()
}
