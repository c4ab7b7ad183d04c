//! The properties of a layer, column by column: strings interned, numbers packed.

mod build;
mod order;
mod packed;

use city::{Instant, time::Date};

pub(crate) use build::ColumnBuilder;
pub(crate) use order::{Order, Orders};
use packed::{Integers, Reals};

use super::{strings::Strings, value::ValueRef};

/// The values of one property for every feature of a layer.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Rows without a value; empty when every row has one, or when codes say it.
    nulls: Vec<u64>,
    cells: Cells,
}

#[derive(Debug, Clone)]
enum Cells {
    Bool(Vec<bool>),
    Integer(Integers),
    Real(Reals),
    /// Days since 1970-01-01.
    Date(Integers),
    /// Microseconds since then.
    Instant(Integers),
    /// Texts that recur: a code a row into the different ones, or [`NULL`].
    Dictionary {
        codes: Integers,
        strings: Strings,
    },
    /// Texts that hardly recur, such as codes and addresses: one a row.
    Plain(Strings),
}

/// The code of a row without a text.
const NULL: i64 = -1;

impl Column {
    /// The value of a row.
    pub(crate) fn value(&self, row: usize) -> ValueRef<'_> {
        if let Cells::Dictionary { strings, .. } = &self.cells {
            return self
                .code(row)
                .map_or(ValueRef::Null, |code| ValueRef::Text(strings.get(code as usize)));
        }
        if is_marked(&self.nulls, row) {
            return ValueRef::Null;
        }
        match &self.cells {
            Cells::Bool(cells) => ValueRef::Bool(cells[row]),
            Cells::Integer(cells) => ValueRef::Integer(cells.get(row)),
            Cells::Real(cells) => ValueRef::Real(cells.get(row)),
            Cells::Date(cells) => ValueRef::Date(date_of(cells.get(row))),
            Cells::Instant(cells) => ValueRef::Instant(Instant::from_micros(cells.get(row))),
            Cells::Plain(strings) => ValueRef::Text(strings.get(row)),
            Cells::Dictionary { .. } => ValueRef::Null,
        }
    }

    /// The number of the row's text among the different ones, where the column is interned.
    pub(crate) fn code(&self, row: usize) -> Option<u32> {
        match &self.cells {
            Cells::Dictionary { codes, .. } => u32::try_from(codes.get(row)).ok(),
            _ => None,
        }
    }
}

fn date_of(days: i64) -> Date {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.checked_add(jiff::Span::new().days(days)).unwrap_or(epoch)
}

fn days_of(date: Date) -> i64 {
    (date - jiff::civil::date(1970, 1, 1)).get_days().into()
}

fn is_marked(words: &[u64], row: usize) -> bool {
    words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
}

fn mark(words: &mut Vec<u64>, row: usize) {
    if row / 64 >= words.len() {
        words.resize(row / 64 + 1, 0);
    }
    words[row / 64] |= 1 << (row % 64);
}

#[cfg(test)]
mod tests {
    use super::{build::ROWS_BEFORE_GIVING_UP, *};
    use city::{PropertyType, Value};
    use proptest::prelude::*;

    fn fill(kind: PropertyType, values: &[Value]) -> ColumnBuilder {
        let mut builder = ColumnBuilder::new(kind, values.len());
        values.iter().for_each(|value| builder.push(value.into()));
        builder
    }

    fn read(column: &Column, rows: usize) -> Vec<Value> {
        (0..rows).map(|row| column.value(row).to_value()).collect()
    }

    #[test]
    fn every_type_comes_back_as_it_went_in_with_its_nulls() {
        let date = city::time::parse_date("1954-07-20").unwrap();
        let at: Instant = "2025-10-29T18:00:00Z".parse().unwrap();
        for (kind, value) in [
            (PropertyType::Bool, Value::Bool(true)),
            (PropertyType::Integer, Value::Integer(-7)),
            (PropertyType::Real, Value::Real(2.5)),
            (PropertyType::Text, Value::from("Đường Trần Phú")),
            (PropertyType::Date, Value::Date(date)),
            (PropertyType::Instant, Value::Instant(at)),
        ] {
            let values = [Value::Null, value.clone(), Value::Null, value];
            let column = fill(kind, &values).finish();
            assert_eq!(read(&column, 4), values, "{kind:?}");
        }
    }

    #[test]
    fn a_column_of_different_texts_stops_interning_and_keeps_its_values() {
        let rows = 2 * ROWS_BEFORE_GIVING_UP;
        let value =
            |n: usize| if n.is_multiple_of(5) { Value::Null } else { format!("P{n}").into() };
        let values: Vec<Value> = (0..rows).map(value).collect();
        let column = fill(PropertyType::Text, &values).finish();
        assert!(column.code(1).is_none());
        assert_eq!(read(&column, rows), values);
    }

    proptest! {
        #[test]
        fn joined_columns_hold_the_values_of_both(
            left in prop::collection::vec(prop::option::of("[a-c]{0,2}"), 0..40),
            right in prop::collection::vec(prop::option::of("[a-c]{0,2}"), 0..40),
        ) {
            let values = |texts: &[Option<String>]| -> Vec<Value> {
                texts.iter().cloned().map(Value::from).collect()
            };
            let mut joined = fill(PropertyType::Text, &values(&left));
            joined.append(fill(PropertyType::Text, &values(&right)));
            let column = joined.finish();
            let mut expected = values(&left);
            expected.extend(values(&right));
            prop_assert_eq!(read(&column, expected.len()), expected.clone());
        }
    }
}
