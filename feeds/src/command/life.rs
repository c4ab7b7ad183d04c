//! The life of a command.

use std::fmt;

/// Where a command stands.
///
/// ```text
/// requested ─► authorised ─► sent ─► acknowledged ─► verified
///     │             │          │           │
///     └─────────────┴──────────┴───────────┴──► refused | expired | failed
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Somebody asked for it.
    Requested,
    /// It may be sent.
    Authorised,
    /// The device's side has received it.
    Sent,
    /// The device said that it obeys.
    Acknowledged,
    /// An observation shows that it took effect.
    Verified,
    /// A person or the device said no.
    Refused,
    /// Its time was over before the device said anything.
    Expired,
    /// The device could not, or what it did is not seen.
    Failed,
}

impl State {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 8] = [
        Self::Requested,
        Self::Authorised,
        Self::Sent,
        Self::Acknowledged,
        Self::Verified,
        Self::Refused,
        Self::Expired,
        Self::Failed,
    ];

    /// Its name in documents and on the disk.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Authorised => "authorised",
            Self::Sent => "sent",
            Self::Acknowledged => "acknowledged",
            Self::Verified => "verified",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }

    /// The state with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing comes after it.
    pub fn is_final(self) -> bool {
        Self::ALL.into_iter().all(|next| !self.may_become(next))
    }

    /// Whether a command that stands here may go there next.
    pub fn may_become(self, next: Self) -> bool {
        use State as S;
        match self {
            S::Requested => matches!(next, S::Authorised | S::Refused | S::Expired),
            S::Authorised => matches!(next, S::Sent | S::Refused | S::Expired | S::Failed),
            S::Sent => matches!(next, S::Acknowledged | S::Refused | S::Expired | S::Failed),
            S::Acknowledged => matches!(next, S::Verified | S::Failed),
            S::Verified | S::Refused | S::Expired | S::Failed => false,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_goes_forward_and_ends() {
        for state in State::ALL {
            assert_eq!(State::from_name(state.name()), Some(state));
            assert!(!state.may_become(state) && !state.may_become(State::Requested));
        }
        let ends: Vec<_> = State::ALL.into_iter().filter(|state| state.is_final()).collect();
        assert_eq!(ends, [State::Verified, State::Refused, State::Expired, State::Failed]);
        assert!(!State::Requested.may_become(State::Sent), "nobody authorised it");
        assert!(!State::Requested.may_become(State::Acknowledged));
    }
}
