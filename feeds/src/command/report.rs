//! What a device says of a command.

use std::sync::Arc;

use serde_json::Value;

use super::{CommandError, Ledger, State, file::Change, ledger::Wish};
use crate::model::{
    Id,
    wire::{WireError, given},
};

/// Characters of a device's reason.
const LONGEST_REASON: usize = 1_000;

/// What a device says of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    state: State,
    reason: Option<String>,
}

impl Report {
    /// Reads `{"status": "acknowledged"}`; the status may be `refused` or `failed`, too, and a
    /// `reason` may stand beside it.
    ///
    /// # Errors
    /// [`WireError`].
    pub fn read(payload: &[u8]) -> Result<Self, WireError> {
        let problem = r#"must be a JSON object such as {"status": "acknowledged"}"#;
        let document: Value = serde_json::from_slice(payload)
            .map_err(|why| WireError::new("report", format!("{problem}: {why}")))?;
        let map = document.as_object().ok_or_else(|| WireError::new("report", problem))?;
        let states = [State::Acknowledged, State::Refused, State::Failed];
        let status = given(map, "status").and_then(Value::as_str).and_then(State::from_name);
        let state = status
            .filter(|state| states.contains(state))
            .ok_or_else(|| WireError::new("status", "must be acknowledged, refused or failed"))?;
        let reason = given(map, "reason").map(|reason| {
            let text = reason.as_str().map_or_else(|| reason.to_string(), str::to_owned);
            text.chars().take(LONGEST_REASON).collect()
        });
        Ok(Self { state, reason })
    }
}

impl Ledger {
    /// Records what a device says of a command, durably. A device that answers has received it, even
    /// if nobody saw that; one that says the same again changes nothing. Blocks: not for
    /// asynchronous tasks.
    ///
    /// # Errors
    /// [`CommandError::NoCommand`]; [`CommandError::Step`]: the command was not authorised, or is
    /// done; [`CommandError::File`].
    pub fn report(&self, id: Id, report: &Report, by: &Arc<str>) -> Result<(), CommandError> {
        let mut inner = self.lock()?;
        let Some(command) = inner.open.get(&id) else {
            drop(inner);
            let done = self.command(id)?.ok_or(CommandError::NoCommand(id))?;
            let (from, to) = (done.state(), report.state);
            let is_repeated = done.steps.iter().any(|step| step.state == to);
            return if is_repeated {
                Ok(())
            } else {
                Err(CommandError::Step { command: id, from, to })
            };
        };
        let mut wishes: Vec<Wish> = Vec::new();
        let from = command.state();
        if from == report.state {
            return Ok(());
        }
        if from == State::Authorised && report.state == State::Acknowledged {
            wishes.push((State::Sent, Some(by.clone()), None));
        }
        wishes.push((report.state, Some(by.clone()), report.reason.clone()));
        if from == State::Requested {
            // A person may refuse it; a device knows nothing of it.
            return Err(CommandError::Step { command: id, from, to: report.state });
        }
        let mut change = Change::default();
        inner.plan(&mut change, id, self.clock.now(), wishes);
        self.commit(&mut inner, change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_says_one_of_three_things() {
        let state = |payload: &str| Report::read(payload.as_bytes()).map(|report| report.state);
        assert_eq!(state(r#"{"status": "acknowledged"}"#), Ok(State::Acknowledged));
        assert_eq!(state(r#"{"status": "failed", "reason": 7}"#), Ok(State::Failed));
        for wrong in ["", "[]", r#"{"status": "verified"}"#, r#"{"status": "requested"}"#, "{}"] {
            assert!(state(wrong).is_err(), "{wrong}");
        }
    }
}
