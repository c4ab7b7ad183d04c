//! How long the suite goes on, and by which seed.

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

/// Rounds of the short form.
const SHORT: u32 = 10;

/// How many kills: `DOTHI_FAULT_ROUNDS`, else a few.
pub(crate) fn rounds() -> u32 {
    number("DOTHI_FAULT_ROUNDS").unwrap_or(SHORT)
}

/// Whether this is `make faults`: figures are then held against their bounds too.
pub(crate) fn is_long() -> bool {
    rounds() >= 100
}

/// A generator for one purpose: the same seed, the same course.
pub(crate) fn generator(purpose: u64) -> ChaCha8Rng {
    let seed = number("DOTHI_FAULT_SEED").unwrap_or(1);
    ChaCha8Rng::seed_from_u64(u64::from(seed) << 32 | purpose)
}

fn number(name: &str) -> Option<u32> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}
