//! Identifiers of entities, of streams of observations, and of commits.

use std::{fmt, str::FromStr};

/// The identifier of an entity among its kind (`@iot.id`): a positive number, never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(i64);

impl Id {
    /// The first that is given.
    pub(crate) const FIRST: Self = Self(1);

    /// From a number; `None` unless it is positive.
    pub fn new(number: i64) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl FromStr for Id {
    type Err = ();

    /// Reads a plain decimal number: no sign, no leading zero, so that an id has one spelling.
    fn from_str(text: &str) -> Result<Self, ()> {
        let is_plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
        text.parse().ok().filter(|_| is_plain).and_then(Self::new).ok_or(())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The identifier of a Datastream or a MultiDatastream; both are numbered in one row, so that a
/// number alone says whose an observation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId(pub Id);

impl StreamId {
    /// From a number; `None` unless it is positive.
    pub fn new(number: i64) -> Option<Self> {
        Id::new(number).map(Self)
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0.get()
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A commit sequence number: the order in which observations reached the disk. 0 is before the
/// first; there are gaps where a commit failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seq(i64);

impl Seq {
    /// Before everything.
    pub const START: Self = Self(0);
    /// After everything.
    pub const END: Self = Self(i64::MAX);

    /// From a number; negative numbers are the start.
    pub fn new(number: i64) -> Self {
        Self(number.max(0))
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }

    /// The identifier of the observation whose first version has this number.
    pub(crate) fn as_id(self) -> Id {
        Id(self.0.max(Id::FIRST.0))
    }

    /// The number that comes after.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        for (text, expected) in
            [("7", Some(7)), ("07", None), ("+7", None), ("0", None), ("-1", None), ("", None)]
        {
            assert_eq!(text.parse::<Id>().ok().map(Id::get), expected, "{text:?}");
        }
    }
}
