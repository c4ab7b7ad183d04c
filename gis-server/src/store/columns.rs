//! The properties of a layer, column by column, with interned strings.

use std::collections::HashMap;

use city::{Instant, PropertyType, time::Date};
use foldhash::fast::RandomState;

use super::{strings::Strings, value::ValueRef};

/// The code of a null in a dictionary column, and the number that no string has.
const NULL: u32 = u32::MAX;

/// After so many rows a text column whose values are nearly all different stops interning.
const ROWS_BEFORE_GIVING_UP: usize = 4096;

/// Numbers of strings that were seen before.
type Known = HashMap<Box<str>, u32, RandomState>;

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
    Integer(Vec<i64>),
    Real(Vec<f64>),
    /// Days since 1970-01-01.
    Date(Vec<i32>),
    Instant(Vec<i64>),
    /// Texts that recur: a code a row into the different ones.
    Dictionary {
        codes: Vec<u32>,
        strings: Strings,
    },
    /// Texts that hardly recur, such as codes and addresses: one a row.
    Plain(Strings),
}

impl Column {
    /// The value of a row.
    pub(crate) fn value(&self, row: usize) -> ValueRef<'_> {
        if self.is_null(row) {
            return ValueRef::Null;
        }
        match &self.cells {
            Cells::Bool(cells) => ValueRef::Bool(cells[row]),
            Cells::Integer(cells) => ValueRef::Integer(cells[row]),
            Cells::Real(cells) => ValueRef::Real(cells[row]),
            Cells::Date(cells) => ValueRef::Date(date_of(cells[row])),
            Cells::Instant(cells) => ValueRef::Instant(Instant::from_micros(cells[row])),
            Cells::Dictionary { codes, strings } => {
                ValueRef::Text(strings.get(codes[row] as usize))
            }
            Cells::Plain(strings) => ValueRef::Text(strings.get(row)),
        }
    }

    /// A test whether a row holds a value, prepared once for many rows.
    pub(crate) fn equals<'a>(&'a self, wanted: ValueRef<'a>) -> Box<dyn Fn(usize) -> bool + 'a> {
        match (&self.cells, wanted) {
            (Cells::Dictionary { codes, strings }, ValueRef::Text(text)) => {
                let code = strings.iter().position(|string| string == text);
                match code {
                    Some(code) => Box::new(move |row| codes[row] == code as u32),
                    None => Box::new(|_| false),
                }
            }
            _ => Box::new(move |row| self.value(row) == wanted),
        }
    }

    /// The number of the row's text among the different ones, where the column is interned.
    pub(crate) fn code(&self, row: usize) -> Option<u32> {
        match &self.cells {
            Cells::Dictionary { codes, .. } => Some(codes[row]).filter(|code| *code != NULL),
            _ => None,
        }
    }

    fn is_null(&self, row: usize) -> bool {
        match &self.cells {
            Cells::Dictionary { codes, .. } => codes[row] == NULL,
            _ => self.nulls.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1),
        }
    }
}

fn date_of(days: i32) -> Date {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.checked_add(jiff::Span::new().days(days)).unwrap_or(epoch)
}

fn days_of(date: Date) -> i32 {
    (date - jiff::civil::date(1970, 1, 1)).get_days()
}

/// A column while it is filled.
#[derive(Debug)]
pub(crate) struct ColumnBuilder {
    rows: usize,
    column: Column,
    /// Numbers of the strings, while a text column is interned.
    codes_of: Known,
}

impl ColumnBuilder {
    /// An empty column.
    pub(crate) fn new(kind: PropertyType) -> Self {
        let cells = match kind {
            PropertyType::Bool => Cells::Bool(Vec::new()),
            PropertyType::Integer => Cells::Integer(Vec::new()),
            PropertyType::Real => Cells::Real(Vec::new()),
            PropertyType::Date => Cells::Date(Vec::new()),
            PropertyType::Instant => Cells::Instant(Vec::new()),
            PropertyType::Text => {
                Cells::Dictionary { codes: Vec::new(), strings: Strings::default() }
            }
        };
        let column = Column { nulls: Vec::new(), cells };
        Self { rows: 0, column, codes_of: Known::default() }
    }

    /// Adds the value of the next row; one of another type counts as none.
    pub(crate) fn push(&mut self, value: ValueRef<'_>) {
        let row = self.rows;
        self.rows += 1;
        let fits = match (&mut self.column.cells, value) {
            (Cells::Bool(cells), ValueRef::Bool(flag)) => push(cells, flag),
            (Cells::Integer(cells), ValueRef::Integer(number)) => push(cells, number),
            (Cells::Real(cells), ValueRef::Real(number)) if !number.is_nan() => push(cells, number),
            (Cells::Date(cells), ValueRef::Date(date)) => push(cells, days_of(date)),
            (Cells::Instant(cells), ValueRef::Instant(at)) => push(cells, at.as_micros()),
            (Cells::Plain(strings), ValueRef::Text(text)) => {
                strings.push(text);
                true
            }
            (Cells::Dictionary { .. }, ValueRef::Text(text)) => {
                self.intern(text);
                true
            }
            _ => false,
        };
        if !fits {
            self.push_null(row);
        }
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// How many bytes its texts have together.
    pub(crate) fn text_bytes(&self) -> usize {
        match &self.column.cells {
            Cells::Dictionary { strings, .. } | Cells::Plain(strings) => strings.bytes(),
            _ => 0,
        }
    }

    /// Adds rows without a value until there are so many.
    pub(crate) fn fill_to(&mut self, rows: usize) {
        while self.rows < rows {
            self.push(ValueRef::Null);
        }
    }

    fn push_null(&mut self, row: usize) {
        match &mut self.column.cells {
            Cells::Bool(cells) => cells.push(false),
            Cells::Integer(cells) | Cells::Instant(cells) => cells.push(0),
            Cells::Real(cells) => cells.push(0.0),
            Cells::Date(cells) => cells.push(0),
            Cells::Dictionary { codes, .. } => return codes.push(NULL),
            Cells::Plain(strings) => strings.push(""),
        }
        mark(&mut self.column.nulls, row);
    }

    fn intern(&mut self, text: &str) {
        let Cells::Dictionary { codes, strings } = &mut self.column.cells else { return };
        let different = strings.len();
        codes.push(code_of(&mut self.codes_of, strings, text));
        if strings.len() > different {
            self.give_up_if_in_vain();
        }
    }

    /// Takes over the rows of another dictionary, hashing each of its strings once, not each row.
    fn merge(&mut self, their_codes: &[u32], their_strings: &Strings) {
        let Cells::Dictionary { codes, strings } = &mut self.column.cells else { return };
        let known = &mut self.codes_of;
        let new: Vec<u32> =
            their_strings.iter().map(|text| code_of(known, strings, text)).collect();
        codes.extend(their_codes.iter().map(|code| new.get(*code as usize).unwrap_or(&NULL)));
        self.rows += their_codes.len();
        self.give_up_if_in_vain();
    }

    fn give_up_if_in_vain(&mut self) {
        if let Cells::Dictionary { codes, strings } = &self.column.cells
            && codes.len() >= ROWS_BEFORE_GIVING_UP
            && strings.len() > codes.len() / 2
        {
            self.give_up_interning();
        }
    }

    fn give_up_interning(&mut self) {
        if let Cells::Dictionary { codes, strings } = &self.column.cells {
            let mut plain = Strings::default();
            for (row, code) in codes.iter().enumerate() {
                if *code == NULL {
                    mark(&mut self.column.nulls, row);
                }
                plain.push(if *code == NULL { "" } else { strings.get(*code as usize) });
            }
            self.column.cells = Cells::Plain(plain);
            self.codes_of = Known::default();
        }
    }

    /// Takes over the rows of another builder of the same type, after its own.
    pub(crate) fn append(&mut self, other: Self) {
        if matches!(other.column.cells, Cells::Plain(_)) && self.is_dictionary() {
            self.give_up_interning();
        }
        let base = self.rows;
        match (&mut self.column.cells, &other.column.cells) {
            (Cells::Bool(mine), Cells::Bool(theirs)) => mine.extend_from_slice(theirs),
            (Cells::Integer(mine), Cells::Integer(theirs))
            | (Cells::Instant(mine), Cells::Instant(theirs)) => mine.extend_from_slice(theirs),
            (Cells::Real(mine), Cells::Real(theirs)) => mine.extend_from_slice(theirs),
            (Cells::Date(mine), Cells::Date(theirs)) => mine.extend_from_slice(theirs),
            (Cells::Plain(mine), Cells::Plain(theirs)) => mine.append(theirs),
            (Cells::Dictionary { .. }, Cells::Dictionary { codes, strings }) => {
                return self.merge(codes, strings);
            }
            _ => return (0..other.rows).for_each(|row| self.push(other.column.value(row))),
        }
        self.rows += other.rows;
        for row in (0..other.rows).filter(|row| other.column.is_null(*row)) {
            mark(&mut self.column.nulls, base + row);
        }
    }

    fn is_dictionary(&self) -> bool {
        matches!(self.column.cells, Cells::Dictionary { .. })
    }

    /// The column.
    pub(crate) fn finish(mut self) -> Column {
        match &mut self.column.cells {
            Cells::Bool(cells) => cells.shrink_to_fit(),
            Cells::Integer(cells) | Cells::Instant(cells) => cells.shrink_to_fit(),
            Cells::Real(cells) => cells.shrink_to_fit(),
            Cells::Date(cells) => cells.shrink_to_fit(),
            Cells::Plain(strings) => strings.shrink(),
            Cells::Dictionary { codes, strings } => {
                codes.shrink_to_fit();
                strings.shrink();
            }
        }
        self.column
    }
}

/// The number of a string among the different ones, new or not.
fn code_of(known: &mut Known, strings: &mut Strings, text: &str) -> u32 {
    if let Some(code) = known.get(text) {
        return *code;
    }
    let code = strings.len() as u32;
    strings.push(text);
    known.insert(text.into(), code);
    code
}

fn push<T>(cells: &mut Vec<T>, cell: T) -> bool {
    cells.push(cell);
    true
}

fn mark(words: &mut Vec<u64>, row: usize) {
    if row / 64 >= words.len() {
        words.resize(row / 64 + 1, 0);
    }
    words[row / 64] |= 1 << (row % 64);
}

#[cfg(test)]
mod tests {
    use super::*;
    use city::Value;
    use proptest::prelude::*;

    fn fill(kind: PropertyType, values: &[Value]) -> ColumnBuilder {
        let mut builder = ColumnBuilder::new(kind);
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
            for wanted in ["a", "bc", ""] {
                let test = column.equals(ValueRef::Text(wanted));
                for (row, value) in expected.iter().enumerate() {
                    prop_assert_eq!(test(row), value.as_text() == Some(wanted));
                }
            }
        }
    }
}
