//! Feature identifiers of a snapshot and their order, in which pages are read.

use city::FeatureId;
use rayon::slice::ParallelSliceMut;

use super::strings::{Strings, prefix};

/// An identifier without its allocation; ordered as [`FeatureId`] is: numbers before texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum IdKey<'a> {
    Number(u64),
    Text(&'a str),
}

impl<'a> From<&'a FeatureId> for IdKey<'a> {
    fn from(id: &'a FeatureId) -> Self {
        match id {
            FeatureId::Number(number) => Self::Number(*number),
            FeatureId::Text(text) => Self::Text(text),
        }
    }
}

impl<'a> From<&'a str> for IdKey<'a> {
    /// The key of a text, by the same rule as [`FeatureId`]'s `from_str`.
    fn from(text: &'a str) -> Self {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits && (text == "0" || !text.starts_with('0')) => Self::Number(number),
            _ => Self::Text(text),
        }
    }
}

impl From<IdKey<'_>> for FeatureId {
    fn from(key: IdKey<'_>) -> Self {
        match key {
            IdKey::Number(number) => Self::Number(number),
            IdKey::Text(text) => Self::Text(text.into()),
        }
    }
}

/// Identifiers as they come, row by row.
#[derive(Debug, Clone)]
pub(crate) enum IdList {
    Numbers(Vec<u64>),
    /// Texts; one that is a plain decimal number *is* the number.
    Texts(Strings),
}

impl Default for IdList {
    fn default() -> Self {
        Self::Numbers(Vec::new())
    }
}

impl IdList {
    /// Adds the identifier of the next row.
    pub(crate) fn push(&mut self, id: IdKey<'_>) {
        match (&mut *self, id) {
            (Self::Numbers(numbers), IdKey::Number(number)) => numbers.push(number),
            (Self::Texts(texts), IdKey::Text(text)) => texts.push(text),
            (Self::Texts(texts), IdKey::Number(number)) => texts.push(&number.to_string()),
            (Self::Numbers(_), IdKey::Text(text)) => {
                let mut texts = std::mem::take(self).into_texts();
                texts.push(text);
                *self = Self::Texts(texts);
            }
        }
    }

    fn into_texts(self) -> Strings {
        match self {
            Self::Texts(texts) => texts,
            Self::Numbers(numbers) => {
                let mut texts = Strings::default();
                numbers.iter().for_each(|number| texts.push(&number.to_string()));
                texts
            }
        }
    }

    /// Takes over the identifiers of another list, after its own.
    pub(crate) fn append(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Numbers(mine), Self::Numbers(theirs)) => mine.extend_from_slice(theirs),
            (_, theirs) => {
                let mut texts = std::mem::take(self).into_texts();
                (0..theirs.len()).for_each(|row| match theirs.key(row) {
                    IdKey::Number(number) => texts.push(&number.to_string()),
                    IdKey::Text(text) => texts.push(text),
                });
                *self = Self::Texts(texts);
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Texts(texts) => texts.len(),
        }
    }

    fn key(&self, row: usize) -> IdKey<'_> {
        match self {
            Self::Numbers(numbers) => IdKey::Number(numbers[row]),
            Self::Texts(texts) => IdKey::from(texts.get(row)),
        }
    }
}

/// Rows in the order of their identifiers, of which most are told apart by their first bytes,
/// without a look at the texts all over memory.
fn rows_by_text(list: &IdList) -> Vec<u32> {
    let mut keys: Vec<([u64; 2], u32)> =
        (0..list.len()).map(|row| (first_bytes(list.key(row)), row as u32)).collect();
    keys.par_sort_unstable_by(|a, b| {
        let by_text = || list.key(a.1 as usize).cmp(&list.key(b.1 as usize));
        a.0.cmp(&b.0).then_with(by_text)
    });
    keys.into_iter().map(|(_, row)| row).collect()
}

/// Two words that are ordered as the keys are, as far as 15 bytes of a text can tell.
fn first_bytes(key: IdKey<'_>) -> [u64; 2] {
    match key {
        IdKey::Number(number) => [0, number],
        IdKey::Text(text) => {
            let word = 1 << 120 | prefix(text) >> 8;
            [(word >> 64) as u64, word as u64]
        }
    }
}

/// The identifiers of a snapshot: by row, and rows by identifier.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ids {
    list: IdList,
    /// Rows in the order of their identifiers.
    by_id: Vec<u32>,
    /// Position of each row in that order.
    rank: Vec<u32>,
}

impl Ids {
    /// The identifiers in order.
    ///
    /// # Errors
    /// The identifier that two rows have.
    pub(crate) fn new(list: IdList) -> Result<Self, FeatureId> {
        let by_id = match &list {
            IdList::Numbers(numbers) => {
                let mut by_id: Vec<u32> = (0..list.len() as u32).collect();
                by_id.par_sort_unstable_by_key(|row| numbers[*row as usize]);
                by_id
            }
            IdList::Texts(_) => rows_by_text(&list),
        };
        let twice = by_id.windows(2).find(|w| list.key(w[0] as usize) == list.key(w[1] as usize));
        if let Some(rows) = twice {
            return Err(list.key(rows[0] as usize).into());
        }
        let mut rank = vec![0; by_id.len()];
        for (position, row) in by_id.iter().enumerate() {
            rank[*row as usize] = position as u32;
        }
        Ok(Self { list, by_id, rank })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The identifier of a row.
    pub(crate) fn key(&self, row: usize) -> IdKey<'_> {
        self.list.key(row)
    }

    /// The row with an identifier.
    pub(crate) fn row_of(&self, id: &FeatureId) -> Option<usize> {
        let key = IdKey::from(id);
        let found = self.by_id.binary_search_by(|row| self.key(*row as usize).cmp(&key));
        found.ok().map(|position| self.by_id[position] as usize)
    }

    /// The position, in order, of the first identifier after another, whether that exists or not.
    pub(crate) fn first_after(&self, id: &FeatureId) -> usize {
        let key = IdKey::from(id);
        self.by_id.partition_point(|row| self.key(*row as usize) <= key)
    }

    /// Position of each row in the order of identifiers.
    pub(crate) fn ranks(&self) -> &[u32] {
        &self.rank
    }

    /// Rows in the order of their identifiers.
    pub(crate) fn by_id(&self) -> &[u32] {
        &self.by_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(texts: &[&str]) -> Result<Ids, FeatureId> {
        let mut list = IdList::default();
        for text in texts {
            let id: FeatureId = text.parse().unwrap();
            list.push(IdKey::from(&id));
        }
        Ids::new(list)
    }

    #[test]
    fn numbers_come_before_texts_and_are_ordered_by_value() {
        let ids = ids(&["10", "b", "9", "007", "a"]).unwrap();
        let order: Vec<String> = ids
            .by_id()
            .iter()
            .map(|row| FeatureId::from(ids.key(*row as usize)).to_string())
            .collect();
        assert_eq!(order, ["9", "10", "007", "a", "b"]);
        assert_eq!(ids.row_of(&"007".parse().unwrap()), Some(3));
        assert_eq!(ids.row_of(&FeatureId::Number(7)), None);
        assert_eq!(ids.first_after(&FeatureId::Number(9)), 1);
    }

    #[test]
    fn texts_alike_in_their_first_bytes_are_ordered_by_the_rest() {
        let ids =
            ids(&["Tam-Thanh-00001-b", "Tam-Thanh-00001-a", "Tam-Thanh-00001", "77"]).unwrap();
        assert_eq!(ids.by_id(), [3, 2, 1, 0]);
    }

    #[test]
    fn an_identifier_that_stands_twice_is_named() {
        assert_eq!(ids(&["3", "x", "3"]).unwrap_err(), FeatureId::Number(3));
    }

    #[test]
    fn lists_of_numbers_and_of_texts_join() {
        let (mut left, mut right) = (IdList::default(), IdList::default());
        left.push(IdKey::Number(1));
        right.push(IdKey::Text("p"));
        right.push(IdKey::Number(2));
        left.append(&right);
        assert_eq!(left.key(0), IdKey::Number(1));
        assert_eq!(left.key(1), IdKey::Text("p"));
        assert_eq!(left.key(2), IdKey::Number(2));
    }
}
