//! Pages in another order than that of identifiers.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashMap},
    ops::Range,
    sync::Arc,
};

use city::{FeatureId, PropertyType, Value};

use super::{
    error::StoreError,
    query::{Page, Query},
    value::ValueRef,
    view::{FeatureRef, LayerView},
};
use crate::filter::Cells;

/// A column by which features are put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// Its position in the schema.
    pub(crate) column: usize,
    /// Whether the greatest comes first. What has no value comes last either way.
    pub descending: bool,
}

/// Where a sorted page ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The values of the last feature, in the order of the columns that it was sorted by.
    pub values: Vec<Value>,
    /// Its identifier.
    pub id: FeatureId,
}

/// A value as it is put in order. Texts go by their letters without accents and case, and where those
/// are the same, by their characters.
#[derive(Debug, Clone, PartialEq)]
enum Key {
    Bool(bool),
    Integer(i64),
    Real(f64),
    Text(Arc<str>, Arc<str>),
    Time(i64),
    Nothing,
}

impl Key {
    /// The order of values of one column.
    fn order(&self, other: &Self, descending: bool) -> Ordering {
        let order = match (self, other) {
            (Self::Nothing, Self::Nothing) => return Ordering::Equal,
            (Self::Nothing, _) => return Ordering::Greater,
            (_, Self::Nothing) => return Ordering::Less,
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Integer(a), Self::Integer(b)) | (Self::Time(a), Self::Time(b)) => a.cmp(b),
            (Self::Real(a), Self::Real(b)) => a.total_cmp(b),
            (Self::Text(a, own), Self::Text(b, other)) => a.cmp(b).then_with(|| own.cmp(other)),
            // A column has values of one type.
            _ => Ordering::Equal,
        };
        if descending { order.reverse() } else { order }
    }
}

/// What is known of texts that recur: each is folded once.
#[derive(Default)]
struct Folder(HashMap<(usize, u32), Key>);

impl Folder {
    fn key(&mut self, cells: &impl Cells, column: usize) -> Key {
        match (cells.value(column), cells.code(column)) {
            (ValueRef::Text(text), Some(code)) => {
                self.0.entry((column, code)).or_insert_with(|| text_key(text)).clone()
            }
            (value, _) => key_of(value),
        }
    }
}

fn text_key(text: &str) -> Key {
    Key::Text(city::text::fold(text).into(), text.into())
}

fn key_of(value: ValueRef<'_>) -> Key {
    match value {
        ValueRef::Null => Key::Nothing,
        ValueRef::Bool(flag) => Key::Bool(flag),
        ValueRef::Integer(number) => Key::Integer(number),
        ValueRef::Real(number) if number.is_nan() => Key::Nothing,
        ValueRef::Real(number) => Key::Real(number),
        ValueRef::Text(text) => text_key(text),
        ValueRef::Date(date) => Key::Time(city::Instant::at_start_of(date).as_micros()),
        ValueRef::Instant(at) => Key::Time(at.as_micros()),
    }
}

/// A feature with what it is put in order by.
struct Entry<'a, 's> {
    keys: Vec<Key>,
    id: FeatureId,
    feature: Option<FeatureRef<'a>>,
    sort: &'s [Sort],
}

impl Entry<'_, '_> {
    fn order(&self, other: &Self) -> Ordering {
        let keys = self.sort.iter().zip(self.keys.iter().zip(&other.keys));
        let mut orders = keys.map(|(sort, (a, b))| a.order(b, sort.descending));
        let first = orders.find(|order| *order != Ordering::Equal);
        first.unwrap_or_else(|| self.id.cmp(&other.id))
    }
}

impl PartialEq for Entry<'_, '_> {
    fn eq(&self, other: &Self) -> bool {
        self.order(other) == Ordering::Equal
    }
}

impl Eq for Entry<'_, '_> {}

impl PartialOrd for Entry<'_, '_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry<'_, '_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order(other)
    }
}

/// The first of many features in an order, found without keeping them all.
struct First<'a, 's> {
    sort: &'s [Sort],
    keep: usize,
    after: Option<Entry<'a, 's>>,
    heap: BinaryHeap<Entry<'a, 's>>,
    folder: Folder,
}

impl<'a> First<'a, '_> {
    fn offer(&mut self, feature: FeatureRef<'a>) {
        let mut keys = Vec::with_capacity(self.sort.len());
        let worst = self.heap.peek().filter(|_| self.heap.len() >= self.keep);
        for sort in self.sort {
            let key = self.folder.key(&feature, sort.column);
            // Most features of a large layer come after all that are kept by the first column alone.
            if keys.is_empty()
                && worst.is_some_and(|worst| {
                    key.order(&worst.keys[0], sort.descending) == Ordering::Greater
                })
            {
                return;
            }
            keys.push(key);
        }
        let entry = Entry { keys, id: feature.id(), feature: Some(feature), sort: self.sort };
        if self.after.as_ref().is_some_and(|after| entry <= *after) {
            return;
        }
        if self.heap.len() < self.keep {
            self.heap.push(entry);
        } else if self.heap.peek().is_some_and(|worst| entry < *worst) {
            self.heap.pop();
            self.heap.push(entry);
        }
    }
}

impl LayerView {
    /// A column by its name, for [`Query::sort`].
    ///
    /// # Errors
    /// [`StoreError::UnknownProperty`].
    pub fn sort_by(&self, name: &str, descending: bool) -> Result<Sort, StoreError> {
        let found = self.schema_column(name).map(|(column, _)| Sort { column, descending });
        found.ok_or_else(|| StoreError::UnknownProperty {
            layer: self.layer().id.clone(),
            property: name.chars().take(80).collect(),
        })
    }

    /// The type of the column of an order.
    pub fn sorted_kind(&self, sort: Sort) -> Option<PropertyType> {
        self.state.schema().properties.get(sort.column).map(|property| property.kind)
    }

    /// Where a page in an order ended.
    pub fn mark(&self, sort: &[Sort], last: FeatureRef<'_>) -> Mark {
        let values = sort.iter().map(|sort| Cells::value(&last, sort.column).to_value());
        Mark { values: values.collect(), id: last.id() }
    }

    /// One page of what a query finds, in its own order. `rows` gives the snapshot's rows that are
    /// found, `records` the edited features.
    pub(super) fn sorted_page<'a>(
        &'a self,
        query: &Query,
        rows: impl FnOnce(&mut dyn FnMut(Range<usize>)),
        records: impl IntoIterator<Item = FeatureRef<'a>>,
    ) -> Page<'a> {
        let after = query.mark.as_ref().map(|mark| Entry {
            keys: mark.values.iter().map(|value| key_of(value.into())).collect(),
            id: mark.id.clone(),
            feature: None,
            sort: &query.sort,
        });
        let mut first = First {
            sort: &query.sort,
            keep: query.limit.saturating_add(1),
            after,
            heap: BinaryHeap::new(),
            folder: Folder::default(),
        };
        let mut matched = 0;
        rows(&mut |range| {
            for feature in range.filter_map(|row| self.see_row(row)) {
                matched += 1;
                first.offer(feature);
            }
        });
        for feature in records {
            matched += 1;
            first.offer(feature);
        }
        let sorted = first.heap.into_sorted_vec();
        let mut features: Vec<FeatureRef<'a>> =
            sorted.into_iter().filter_map(|entry| entry.feature).collect();
        let more = features.len() > query.limit;
        features.truncate(query.limit);
        let next = features.last().filter(|_| more).map(|last| last.id());
        Page { features, matched, next }
    }
}
