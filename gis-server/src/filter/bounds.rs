//! How long a filter may work: steps of evaluation, and whether somebody still waits.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// What one run of a filter may take.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Steps, about one for each value that is looked at or compared.
    pub steps: u64,
    /// Tells that nobody waits any more.
    pub gone: Gone,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { steps: u64::MAX, gone: Gone::default() }
    }
}

/// Why a run was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It took more steps than it may.
    TooManySteps,
    /// Nobody waits for it.
    Gone,
}

/// Whether whoever asked has gone.
#[derive(Debug, Clone, Default)]
pub struct Gone(Arc<AtomicBool>);

impl Gone {
    /// Tells what a flag of somebody else's tells.
    pub fn told_by(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }

    /// Whether they have.
    pub fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Held by whoever waits for an answer: when it is dropped before [`done`](Self::done), the work that
/// asks [`Gone`] stops.
#[derive(Debug, Default)]
pub struct Waiting {
    gone: Gone,
    is_done: bool,
}

impl Waiting {
    /// What the work asks.
    pub fn gone(&self) -> Gone {
        self.gone.clone()
    }

    /// The answer is here, or has begun.
    pub fn done(mut self) {
        self.is_done = true;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.is_done {
            self.gone.0.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_dropped_while_waiting_has_gone_and_who_has_its_answer_has_not() {
        let (one, other) = (Waiting::default(), Waiting::default());
        let (first, second) = (one.gone(), other.gone());
        drop(one);
        other.done();
        assert!(first.is_so() && !second.is_so());
    }
}
