//! What was told of a subject.

use serde::{Deserialize, Serialize};

use crate::alerts::alert::AlertId;

/// What was told of a subject under a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::alerts) struct Standing {
    /// The alert that is active.
    pub(in crate::alerts) alert: Option<AlertId>,
    /// The level that it tells.
    pub(super) level: u8,
    /// Levels up to this one raise nothing: a person has cleared the alert of this event.
    pub(super) silenced: u8,
    /// Whether the alert is an exercise.
    pub(super) is_simulated: bool,
}

/// What is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Nothing,
    Raise,
    Update,
    Clear,
}

impl Standing {
    /// What is to be told when a level is in force.
    pub(super) fn meet(&mut self, level: u8) -> Decision {
        match self.alert {
            None if level > self.silenced => Decision::Raise,
            None => {
                // What got milder may get graver again: that is worth an alert.
                self.silenced = level;
                Decision::Nothing
            }
            Some(_) if level == 0 => Decision::Clear,
            Some(_) if level != self.level => Decision::Update,
            Some(_) => Decision::Nothing,
        }
    }

    /// A person has cleared the alert.
    pub(super) fn silence(&mut self) {
        *self = Self { alert: None, level: 0, silenced: self.level, is_simulated: false };
    }
}
