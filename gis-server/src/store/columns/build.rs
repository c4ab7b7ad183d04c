//! Filling a column.

use std::collections::HashMap;

use city::PropertyType;
use foldhash::fast::RandomState;

use super::{
    Cells, Column, NULL, days_of, is_marked, mark,
    packed::{Integers, Reals},
};
use crate::store::{strings::Strings, value::ValueRef};

/// After so many rows a text column whose values are nearly all different stops interning.
pub(super) const ROWS_BEFORE_GIVING_UP: usize = 4096;

/// Numbers of strings that were seen before.
type Known = HashMap<Box<str>, u32, RandomState>;

/// The code of a row without a text, while the column is filled.
const NO_TEXT: u32 = u32::MAX;

/// A column while it is filled.
#[derive(Debug)]
pub(crate) struct ColumnBuilder {
    kind: PropertyType,
    rows: usize,
    nulls: Vec<u64>,
    cells: Wide,
}

/// Values as they come.
#[derive(Debug)]
enum Wide {
    Bool(Vec<bool>),
    /// Whole numbers, days, or microseconds.
    Integer(Vec<i64>),
    Real(Vec<f64>),
    Dictionary {
        codes: Vec<u32>,
        strings: Strings,
        /// Numbers of the strings.
        known: Known,
    },
    Plain(Strings),
}

impl ColumnBuilder {
    /// An empty column for about so many rows.
    pub(crate) fn new(kind: PropertyType, rows: usize) -> Self {
        let cells = match kind {
            PropertyType::Bool => Wide::Bool(Vec::with_capacity(rows)),
            PropertyType::Integer | PropertyType::Date | PropertyType::Instant => {
                Wide::Integer(Vec::with_capacity(rows))
            }
            PropertyType::Real => Wide::Real(Vec::with_capacity(rows)),
            PropertyType::Text => Wide::Dictionary {
                codes: Vec::with_capacity(rows),
                strings: Strings::default(),
                known: Known::default(),
            },
        };
        Self { kind, rows: 0, nulls: Vec::new(), cells }
    }

    /// Adds the value of the next row; one of another type counts as none.
    pub(crate) fn push(&mut self, value: ValueRef<'_>) {
        let row = self.rows;
        self.rows += 1;
        match (&mut self.cells, value) {
            (Wide::Bool(cells), ValueRef::Bool(flag)) => cells.push(flag),
            (Wide::Integer(cells), ValueRef::Integer(number)) => cells.push(number),
            (Wide::Integer(cells), ValueRef::Date(date)) => cells.push(days_of(date)),
            (Wide::Integer(cells), ValueRef::Instant(at)) => cells.push(at.as_micros()),
            (Wide::Real(cells), ValueRef::Real(number)) if !number.is_nan() => cells.push(number),
            (Wide::Plain(strings), ValueRef::Text(text)) => strings.push(text),
            (Wide::Dictionary { .. }, ValueRef::Text(text)) => self.intern(text),
            _ => self.push_null(row),
        }
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// How many bytes its texts have together.
    pub(crate) fn text_bytes(&self) -> usize {
        match &self.cells {
            Wide::Dictionary { strings, .. } | Wide::Plain(strings) => strings.bytes(),
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
        match &mut self.cells {
            Wide::Bool(cells) => cells.push(false),
            // Among the other values, so that the column packs as well.
            Wide::Integer(cells) => cells.push(cells.last().copied().unwrap_or_default()),
            Wide::Real(cells) => cells.push(0.0),
            Wide::Dictionary { codes, .. } => return codes.push(NO_TEXT),
            Wide::Plain(strings) => strings.push(""),
        }
        mark(&mut self.nulls, row);
    }

    fn intern(&mut self, text: &str) {
        let Wide::Dictionary { codes, strings, known } = &mut self.cells else { return };
        // Neighbours often say the same: the commune, the class, the source.
        let last = codes.last().copied().unwrap_or(NO_TEXT);
        if last != NO_TEXT && strings.get(last as usize) == text {
            return codes.push(last);
        }
        let different = strings.len();
        codes.push(code_of(known, strings, text));
        if strings.len() > different {
            self.give_up_if_in_vain();
        }
    }

    fn give_up_if_in_vain(&mut self) {
        if let Wide::Dictionary { codes, strings, .. } = &self.cells
            && codes.len() >= ROWS_BEFORE_GIVING_UP
            && strings.len() > codes.len() / 2
        {
            self.give_up_interning();
        }
    }

    fn give_up_interning(&mut self) {
        if let Wide::Dictionary { codes, strings, .. } = &self.cells {
            let mut plain = Strings::default();
            for (row, code) in codes.iter().enumerate() {
                if *code == NO_TEXT {
                    mark(&mut self.nulls, row);
                }
                plain.push(if *code == NO_TEXT { "" } else { strings.get(*code as usize) });
            }
            self.cells = Wide::Plain(plain);
        }
    }

    /// Takes over the rows of another builder of the same type, after its own.
    pub(crate) fn append(&mut self, mut other: Self) {
        match (&self.cells, &other.cells) {
            (Wide::Dictionary { .. }, Wide::Plain(_)) => self.give_up_interning(),
            (Wide::Plain(_), Wide::Dictionary { .. }) => other.give_up_interning(),
            _ => {}
        }
        let base = self.rows;
        self.rows += other.rows;
        for row in (0..other.rows).filter(|row| is_marked(&other.nulls, *row)) {
            mark(&mut self.nulls, base + row);
        }
        match (&mut self.cells, other.cells) {
            (Wide::Bool(mine), Wide::Bool(theirs)) => mine.extend(theirs),
            (Wide::Integer(mine), Wide::Integer(theirs)) => mine.extend(theirs),
            (Wide::Real(mine), Wide::Real(theirs)) => mine.extend(theirs),
            (Wide::Plain(mine), Wide::Plain(theirs)) => mine.append(&theirs),
            (
                Wide::Dictionary { codes: mine, strings, known },
                Wide::Dictionary { codes, strings: theirs, .. },
            ) => {
                // Each of their strings is hashed once, not each row.
                let new: Vec<u32> =
                    theirs.iter().map(|text| code_of(known, strings, text)).collect();
                mine.extend(codes.iter().map(|code| new.get(*code as usize).unwrap_or(&NO_TEXT)));
                self.give_up_if_in_vain();
            }
            // Of another type, which no caller has: its rows count as without a value.
            _ => {
                self.rows = base;
                self.fill_to(base + other.rows);
            }
        }
    }

    /// The column.
    pub(crate) fn finish(self) -> Column {
        let cells = match (self.cells, self.kind) {
            (Wide::Bool(mut cells), _) => {
                cells.shrink_to_fit();
                Cells::Bool(cells)
            }
            (Wide::Integer(cells), PropertyType::Date) => Cells::Date(Integers::of(cells)),
            (Wide::Integer(cells), PropertyType::Instant) => Cells::Instant(Integers::of(cells)),
            (Wide::Integer(cells), _) => Cells::Integer(Integers::of(cells)),
            (Wide::Real(cells), _) => Cells::Real(Reals::of(cells)),
            (Wide::Dictionary { codes, mut strings, .. }, _) => {
                strings.shrink();
                let wide = |code: &u32| if *code == NO_TEXT { NULL } else { i64::from(*code) };
                Cells::Dictionary {
                    codes: Integers::each(codes.len(), |row| wide(&codes[row])),
                    strings,
                }
            }
            (Wide::Plain(mut strings), _) => {
                strings.shrink();
                Cells::Plain(strings)
            }
        };
        Column { nulls: self.nulls, cells }
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
