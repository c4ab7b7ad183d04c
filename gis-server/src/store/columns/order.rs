//! The rows of a column in the order of its values.

use std::{
    ops::Range,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use super::{Cells, Column};
use crate::store::{strings::Strings, value::ValueRef};

/// The rows of a column by their values, for halving: what lies between two values is a range of it.
#[derive(Debug)]
pub(crate) struct Order {
    /// Rows with a value, in the order of values and, of equals, of storage; then those without.
    rows: Vec<u32>,
    /// How many have one.
    known: usize,
}

impl Order {
    /// How many rows have a value. What is not finite is none, as in filters.
    pub(crate) fn known(&self) -> usize {
        self.known
    }

    /// How many rows there are, those without a value among them.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows of a range.
    pub(crate) fn rows(&self, range: Range<usize>) -> &[u32] {
        self.rows.get(range).unwrap_or(&[])
    }

    /// How many rows have a value of which a test holds that holds of no greater one.
    pub(crate) fn below(&self, column: &Column, test: impl Fn(ValueRef<'_>) -> bool) -> usize {
        self.rows[..self.known].partition_point(|row| test(column.value(*row as usize)))
    }
}

impl Column {
    /// Puts its rows in order. Numbers go by size, texts by their bytes, times by time, no before yes.
    pub(crate) fn order(&self, rows: usize) -> Order {
        let has_value = |row: &u32| match self.value(*row as usize) {
            ValueRef::Null => false,
            ValueRef::Real(number) => number.is_finite(),
            _ => true,
        };
        let (known, without): (Vec<u32>, Vec<u32>) = (0..rows as u32).partition(has_value);
        let count = known.len();
        let mut rows = match &self.cells {
            Cells::Bool(cells) => by_key(known, |row| i64::from(cells[row])),
            Cells::Integer(cells) | Cells::Date(cells) | Cells::Instant(cells) => {
                by_key(known, |row| cells.get(row))
            }
            Cells::Real(cells) => by_key(known, |row| in_order(cells.get(row))),
            Cells::Dictionary { codes, strings } => {
                let ranks = ranks(strings);
                by_key(known, |row| ranks[codes.get(row) as usize].into())
            }
            Cells::Plain(strings) => by_text(known, strings),
        };
        rows.extend(without);
        Order { rows, known: count }
    }

    /// The different texts by their codes, where they are interned.
    pub(crate) fn texts(&self) -> Option<&Strings> {
        match &self.cells {
            Cells::Dictionary { strings, .. } => Some(strings),
            _ => None,
        }
    }
}

/// Rows in the order of keys, equals as they were. Keys lie beside the rows, so that sorting reads no column.
fn by_key(rows: Vec<u32>, key: impl Fn(usize) -> i64) -> Vec<u32> {
    let mut pairs: Vec<(i64, u32)> = rows.into_iter().map(|row| (key(row as usize), row)).collect();
    pairs.sort_unstable();
    pairs.into_iter().map(|(_, row)| row).collect()
}

fn by_text(rows: Vec<u32>, strings: &Strings) -> Vec<u32> {
    let text = |row: u32| strings.get(row as usize);
    let mut pairs: Vec<(u128, u32)> =
        rows.into_iter().map(|row| (crate::store::strings::prefix(text(row)), row)).collect();
    pairs.sort_unstable_by(|(a, one), (b, other)| {
        a.cmp(b).then_with(|| text(*one).cmp(text(*other))).then(one.cmp(other))
    });
    pairs.into_iter().map(|(_, row)| row).collect()
}

/// For each string of a dictionary its place among all of them in order.
fn ranks(strings: &Strings) -> Vec<u32> {
    let mut codes: Vec<u32> = (0..strings.len() as u32).collect();
    codes.sort_unstable_by_key(|code| strings.get(*code as usize));
    let mut ranks = vec![0; codes.len()];
    for (rank, code) in (0..).zip(codes) {
        ranks[code as usize] = rank;
    }
    ranks
}

/// A whole number for each finite number, in the same order (IEEE 754, totalOrder).
fn in_order(number: f64) -> i64 {
    let bits = number.to_bits() as i64;
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

/// The columns of a layer that were put in order, each when it was first asked for: four bytes a row and
/// column, of at most [`MOST`](Self::MOST) columns. One more takes the place of the one that was not asked for the
/// longest.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    /// The last asked for last.
    kept: Mutex<Vec<(usize, Slot)>>,
}

/// An order that is made once, by whoever asks first; others wait.
type Slot = Arc<OnceLock<Arc<Order>>>;

impl Orders {
    const MOST: usize = 8;

    /// The order of a column. Making it takes one thread and uses no other, so that who waits for it never
    /// waits for itself.
    pub(crate) fn of(&self, column: usize, make: impl FnOnce() -> Order) -> Arc<Order> {
        Arc::clone(self.slot(column).get_or_init(|| Arc::new(make())))
    }

    fn slot(&self, column: usize) -> Slot {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|(one, _)| *one == column);
        let slot = known.map(|at| kept.remove(at).1).unwrap_or_default();
        kept.push((column, Arc::clone(&slot)));
        if kept.len() > Self::MOST {
            kept.remove(0);
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::{super::build::ROWS_BEFORE_GIVING_UP, *};
    use crate::store::columns::ColumnBuilder;
    use city::{PropertyType, Value};
    use proptest::prelude::*;

    fn filled(kind: PropertyType, values: &[Value]) -> Column {
        let mut builder = ColumnBuilder::new(kind, values.len());
        values.iter().for_each(|value| builder.push(value.into()));
        builder.finish()
    }

    #[test]
    fn rows_are_in_the_order_of_values_and_those_without_one_come_last() {
        let texts = ["b", "", "đ", "a", "b"].map(Value::from);
        let mut values: Vec<Value> = vec![Value::Null];
        values.extend(texts);
        assert_eq!(filled(PropertyType::Text, &values).order(6).rows, [2, 4, 1, 5, 3, 0]);
        let numbers = [2.5, -0.0, f64::INFINITY, -7.0, 0.0].map(Value::Real);
        let order = filled(PropertyType::Real, &numbers).order(5);
        assert_eq!((order.rows.as_slice(), order.known), (&[3, 1, 4, 0, 2][..], 4));
    }

    #[test]
    fn texts_that_hardly_recur_are_in_order_also_past_their_first_letters() {
        let rows = 2 * ROWS_BEFORE_GIVING_UP;
        let text = |row: usize| format!("Thửa đất số {:05}", (row * 7919) % rows);
        let values: Vec<Value> = (0..rows).map(|row| text(row).into()).collect();
        let column = filled(PropertyType::Text, &values);
        assert!(column.texts().is_none());
        let order = column.order(rows);
        let sorted: Vec<String> = order.rows.iter().map(|row| text(*row as usize)).collect();
        assert!(sorted.is_sorted());
    }

    #[test]
    fn a_ninth_column_takes_the_place_of_the_one_least_lately_asked_for() {
        let orders = Orders::default();
        let made = std::cell::Cell::new(0);
        let ask = |column| {
            orders.of(column, || {
                made.set(made.get() + 1);
                Order { rows: Vec::new(), known: 0 }
            });
        };
        (0..8).for_each(ask);
        ask(0);
        assert_eq!(made.get(), 8);
        ask(8);
        ask(0);
        assert_eq!(made.get(), 9, "the second went, not the first");
        ask(1);
        assert_eq!((made.get(), orders.kept.lock().unwrap().len()), (10, 8));
    }

    proptest! {
        #[test]
        fn finite_numbers_keep_their_order(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a.is_finite() && b.is_finite());
            if a < b {
                prop_assert!(in_order(a) < in_order(b));
            }
        }
    }
}
