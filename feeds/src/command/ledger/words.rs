//! What people write into orders, and how much of it.

use super::LONGEST_TTL_S;
use crate::{
    command::{CommandError, NewOrder, Targets},
    model::wire::WireError,
};

/// Characters of a reason, and of a key.
pub(super) const LONGEST_REASON: usize = 1_000;
const LONGEST_KEY: usize = 200;
/// Bytes of a command's parameters as JSON.
const LONGEST_PARAMETERS: usize = 16 << 10;

/// Refuses an order whose texts or numbers are not what they should be.
pub(super) fn check_words(new: &NewOrder) -> Result<(), CommandError> {
    let wrong = |path: &str, problem: String| CommandError::from(WireError::new(path, problem));
    if new.reason.chars().count() > LONGEST_REASON {
        return Err(wrong("reason", format!("is longer than {LONGEST_REASON} characters")));
    }
    if !matches!(new.targets, Targets::One(_)) && new.reason.trim().is_empty() {
        return Err(wrong("reason", "is missing: say why, for the one who approves".to_owned()));
    }
    let is_key = |key: &String| !key.is_empty() && key.chars().count() <= LONGEST_KEY;
    if new.key.as_ref().is_some_and(|key| !is_key(key)) {
        return Err(wrong("key", format!("must be a text of 1 to {LONGEST_KEY} characters")));
    }
    if new.ttl_s.is_some_and(|ttl| ttl == 0 || ttl > LONGEST_TTL_S) {
        return Err(wrong("ttl", format!("must be from 1 to {LONGEST_TTL_S} seconds")));
    }
    if serde_json::to_string(&new.parameters).map_or(0, |text| text.len()) > LONGEST_PARAMETERS {
        return Err(wrong(
            "taskingParameters",
            format!("takes {LONGEST_PARAMETERS} bytes at most"),
        ));
    }
    Ok(())
}
