//! Ways to devices.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;

use crate::model::Id;

/// Carries commands to devices.
///
/// It is asked while the ledger is locked: it puts the command into a queue and does not wait, and
/// it forgets the command when its time is over.
pub trait CommandChannel: Send + Sync {
    /// Hands a command to whoever carries it.
    fn send(&self, dispatch: &Dispatch<'_>, receipt: Receipt) -> Sending;
}

/// A command that is authorised and whose time is not over.
#[derive(Debug, Clone)]
pub struct Dispatch<'a> {
    /// Its number: a device that knows it does nothing again.
    pub id: Id,
    /// The tasking capability.
    pub capability: Id,
    /// Where the device listens.
    pub topic: &'a str,
    /// The Task as a document.
    pub payload: Bytes,
    /// What is left of its time.
    pub left: Duration,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// It is on its way.
    Queued,
    /// Nobody listens there now.
    Nobody,
}

/// Told when the device's side has received a command; dropped untold, the command is sent again.
#[derive(Clone)]
pub struct Receipt(Arc<dyn Fn() + Send + Sync>);

impl Receipt {
    pub(super) fn new(told: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(told))
    }

    /// The device's side has it. Quick, from any thread; more than once is as once.
    pub fn received(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipt")
    }
}
