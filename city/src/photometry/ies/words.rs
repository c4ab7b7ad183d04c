//! The numbers of a file one after the other, wherever its lines end.

use super::error::{IesError, Why};

/// Numbers between blanks and commas, with the lines in which they stand.
pub(super) struct Words<'a> {
    lines: &'a [&'a str],
    /// Where the first of the lines stands in the file, from 1.
    first: usize,
    /// The next line to be taken.
    next: usize,
    rest: std::vec::IntoIter<&'a str>,
}

impl<'a> Words<'a> {
    pub(super) fn of(lines: &'a [&'a str], first: usize) -> Self {
        Self { lines, first, next: 0, rest: Vec::new().into_iter() }
    }

    /// The line of the last word.
    pub(super) fn line(&self) -> usize {
        (self.first + self.next).saturating_sub(1).max(1)
    }

    fn word(&mut self) -> Option<&'a str> {
        loop {
            if let Some(word) = self.rest.next() {
                return Some(word);
            }
            let line = self.lines.get(self.next)?;
            self.next += 1;
            let is_gap = |it: char| it.is_whitespace() || it == ',';
            let words: Vec<&str> = line.split(is_gap).filter(|it| !it.is_empty()).collect();
            self.rest = words.into_iter();
        }
    }

    pub(super) fn number(&mut self, what: &'static str) -> Result<f64, IesError> {
        let word = self.word();
        let word = word.ok_or_else(|| IesError::at(self.line(), Why::Ends { what }))?;
        let number = word.parse().ok().filter(|it: &f64| it.is_finite());
        number.ok_or_else(|| {
            let word = word.chars().take(40).collect();
            IesError::at(self.line(), Why::NoNumber { what, word })
        })
    }

    pub(super) fn within(
        &mut self,
        what: &'static str,
        low: f64,
        high: f64,
    ) -> Result<f64, IesError> {
        let value = self.number(what)?;
        let is_within = (low..=high).contains(&value);
        if is_within {
            Ok(value)
        } else {
            Err(IesError::at(self.line(), Why::OutOfRange { what, value }))
        }
    }

    /// A whole number of things, 1 or more.
    pub(super) fn count(&mut self, what: &'static str, most: f64) -> Result<usize, IesError> {
        let value = self.within(what, 1.0, most)?;
        if value.fract() == 0.0 {
            Ok(value as usize)
        } else {
            Err(IesError::at(self.line(), Why::OutOfRange { what, value }))
        }
    }

    pub(super) fn numbers(
        &mut self,
        what: &'static str,
        count: usize,
    ) -> Result<Vec<f64>, IesError> {
        (0..count).map(|_| self.number(what)).collect()
    }

    /// Nothing may follow: the numbers of angles would be others.
    pub(super) fn end(&mut self) -> Result<(), IesError> {
        match self.word() {
            None => Ok(()),
            Some(_) => Err(IesError::at(self.line(), Why::Further)),
        }
    }
}
