//! Dead letters looked at, and sent again.

use std::sync::{Arc, PoisonError};

use super::{
    AppendError, EmbeddedLog, Letter, LetterId, LogError, ObservationLog, Outcome,
    jobs::{Job, enqueue},
    letters,
};
use crate::model::NewObservation;

/// Letters that are sent again at a time.
const REDRIVE_ROWS: usize = 500;
/// What the source of observations that are sent again begins with.
const SOURCE: &str = "redrive:";

/// What became of letters that were sent again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redriven {
    /// Letters whose observations are recorded now.
    pub recorded: u64,
    /// Letters that still cannot be recorded, with the reason of each.
    pub refused: Vec<(LetterId, String)>,
}

/// Why dead letters could not be sent again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedriveError {
    /// They cannot be read.
    #[error(transparent)]
    Read(#[from] LogError),
    /// The log takes nothing.
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// Makes observations of a letter, or says why it cannot.
type Decode<'d> = dyn Fn(&Letter) -> Result<Vec<NewObservation>, String> + 'd;

impl EmbeddedLog {
    /// Dead letters after a number, `limit` at most.
    ///
    /// # Errors
    /// [`LogError::File`].
    pub fn letters(&self, after: LetterId, limit: usize) -> Result<Vec<Letter>, LogError> {
        letters::read(&self.catalog.dir, after, limit)
    }

    /// Dead letters before a number, or the last ones; the latest first, `limit` at most.
    ///
    /// # Errors
    /// [`LogError::File`].
    pub fn letters_before(
        &self,
        before: Option<LetterId>,
        limit: usize,
    ) -> Result<Vec<Letter>, LogError> {
        letters::before(&self.catalog.dir, before.unwrap_or(LetterId(i64::MAX)), limit)
    }

    /// A dead letter; `None` where it was never there, or had to go.
    ///
    /// # Errors
    /// [`LogError::File`].
    pub fn letter(&self, id: LetterId) -> Result<Option<Letter>, LogError> {
        let after = LetterId(id.0.saturating_sub(1));
        Ok(self.letters(after, 1)?.pop().filter(|letter| letter.id == id))
    }

    /// Sends dead letters again. `decode` makes observations of a letter, or says why it cannot;
    /// letters whose observations are recorded now are marked. What was refused of a letter that
    /// was sent again is kept as a letter of its own, and is not sent again: the first one is.
    /// Blocks: not for asynchronous tasks.
    ///
    /// # Errors
    /// [`LogError::File`] when the letters cannot be read; [`AppendError`] when the log takes
    /// nothing.
    pub fn redrive(&self, decode: &Decode<'_>) -> Result<Redriven, RedriveError> {
        let _turn = self.redriving.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told = Redriven::default();
        let mut after = LetterId(0);
        // What is refused again makes new ones.
        let highest = letters::last(&self.catalog.dir)?;
        loop {
            let mut letters = self.letters(after, REDRIVE_ROWS)?;
            let Some(last) = letters.last() else { return Ok(told) };
            after = last.id;
            letters.retain(|letter| letter.id <= highest && is_first(letter));
            self.send_all_again(&letters, decode, &mut told)?;
        }
    }

    /// As [`redrive`](Self::redrive), of one letter; `None` where it is not there.
    ///
    /// # Errors
    /// As [`redrive`](Self::redrive).
    pub fn redrive_one(
        &self,
        id: LetterId,
        decode: &Decode<'_>,
    ) -> Result<Option<Redriven>, RedriveError> {
        let _turn = self.redriving.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(letter) = self.letter(id)? else { return Ok(None) };
        let mut told = Redriven::default();
        self.send_all_again(&[letter], decode, &mut told)?;
        Ok(Some(told))
    }

    /// Sends those of some letters again that were not yet recorded, and marks them.
    fn send_all_again(
        &self,
        letters: &[Letter],
        decode: &Decode<'_>,
        told: &mut Redriven,
    ) -> Result<(), RedriveError> {
        let mut recorded = Vec::new();
        for letter in letters.iter().filter(|letter| letter.redriven.is_none()) {
            match self.send_again(letter, decode)? {
                None => recorded.push(letter.id),
                Some(why) => told.refused.push((letter.id, why)),
            }
        }
        told.recorded += recorded.len() as u64;
        if !recorded.is_empty() {
            let job = |reply| Job::MarkRedriven { letters: recorded, reply };
            enqueue(&self.queue, job)?.wait()?;
        }
        Ok(())
    }

    /// Sends one letter again; why not, if it cannot be recorded.
    fn send_again(
        &self,
        letter: &Letter,
        decode: &Decode<'_>,
    ) -> Result<Option<String>, AppendError> {
        let observations = match decode(letter) {
            Ok(observations) => observations,
            Err(why) => return Ok(Some(why)),
        };
        let source: Arc<str> = format!("{SOURCE}{}", letter.id.0).into();
        let outcomes = self.append(&source, observations)?.wait()?;
        Ok(outcomes.into_iter().find_map(|outcome| match outcome {
            Outcome::Refused { refusal, .. } => Some(refusal.to_string()),
            _ => None,
        }))
    }
}

/// Whether a letter is not of something that was sent again.
fn is_first(letter: &Letter) -> bool {
    !letter.content.source.starts_with(SOURCE)
}
