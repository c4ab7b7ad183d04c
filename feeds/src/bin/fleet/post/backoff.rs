//! How long to wait before another try.

use std::time::Duration;

use crate::world::seed::Dice;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(30);

/// Waits that double, with a part left to chance, so that a thousand devices do not come back at
/// the same moment.
#[derive(Debug)]
pub(super) struct Backoff {
    dice: Dice,
    tries: u32,
}

impl Backoff {
    pub(super) fn new(dice: Dice) -> Self {
        Self { dice, tries: 0 }
    }

    /// It went well.
    pub(super) fn reset(&mut self) {
        self.tries = 0;
    }

    /// The next wait: as long as the server asked for, where it did.
    pub(super) fn next(&mut self, asked: Option<Duration>) -> Duration {
        let doubled = FIRST.saturating_mul(2_u32.saturating_pow(self.tries.min(16)));
        self.tries = self.tries.saturating_add(1);
        let jitter = self.dice.of(u64::from(self.tries)).between(0.5, 1.0);
        let own = doubled.min(LONGEST).mul_f64(jitter);
        own.max(asked.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_are_never_shorter_than_asked() {
        let mut backoff = Backoff::new(Dice::new(1));
        let waits: Vec<Duration> = (0..40).map(|_| backoff.next(None)).collect();
        assert!(waits[0] >= FIRST / 2 && waits[0] <= FIRST);
        assert!(waits[39] >= LONGEST / 2 && waits.iter().all(|wait| *wait <= LONGEST));
        assert_eq!(backoff.next(Some(Duration::from_secs(90))), Duration::from_secs(90));
        backoff.reset();
        assert!(backoff.next(None) <= FIRST);
    }
}
