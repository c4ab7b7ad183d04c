//! How long is waited after failures: twice as long each time, up to a limit, and not all at once.

use std::time::Duration;

/// Waits of one who fails; two with different names do not wait alike.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    first: Duration,
    most: Duration,
    seed: u64,
    failures: u32,
}

impl Backoff {
    pub(crate) fn new(name: &str, first: Duration, most: Duration) -> Self {
        // FNV-1a: the same name waits the same, run for run.
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        Self { first, most: most.max(first), seed, failures: 0 }
    }

    /// Failures since the last success.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// It went well.
    pub(crate) fn succeed(&mut self) {
        self.failures = 0;
    }

    /// It failed: how long to wait, within a quarter of the doubled time before.
    pub(crate) fn fail(&mut self) -> Duration {
        let doubled =
            self.first.saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX));
        self.failures = self.failures.saturating_add(1);
        let jitter = mixed(self.seed ^ u64::from(self.failures)) as f64 / u64::MAX as f64;
        doubled.min(self.most).mul_f64(0.75 + jitter / 2.0).min(self.most)
    }
}

/// Splitmix64 (Steele, Lea and Flood, OOPSLA 2014): well mixed bits of a number.
fn mixed(number: u64) -> u64 {
    let a = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let b = (a ^ a >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let c = (b ^ b >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    c ^ c >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_limit_and_begin_anew_after_a_success() {
        let mut backoff = Backoff::new("vrain", Duration::from_secs(30), Duration::from_secs(3600));
        let again = backoff.clone();
        let mut expected = 30.0;
        for _ in 0..200 {
            let wait = backoff.fail().as_secs_f64();
            let is_near = (0.75 * expected..=1.25 * expected).contains(&wait) && wait <= 3600.0;
            assert!(is_near, "{wait} s, about {expected} s are expected");
            expected = f64::min(2.0 * expected, 3600.0);
        }
        backoff.succeed();
        let mut again = again;
        assert_eq!(backoff.fail(), again.fail(), "one name waits the same each time");
        let mut other = Backoff::new("other", Duration::from_secs(30), Duration::from_secs(3600));
        assert_ne!(backoff.fail(), (other.fail(), other.fail()).1);
    }
}
