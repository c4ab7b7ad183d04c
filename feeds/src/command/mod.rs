//! Commands to devices: a ledger of who wanted what, who allowed it, and what became of it.
//!
//! An order is for one tasking capability of a Thing or for several; each makes a command, which is
//! shown as a Task (OGC 17-079). Every step of a command's life is on the disk before anybody is
//! told or anything is sent; what is not authorised, or whose time is over, is never sent; what is
//! authorised is sent until the device answers or its time is over, also after a restart. So a
//! device may hear of a command more than once: its number says that it is the same.
//!
//! ```text
//! order ─► requested ─► authorised ─► channel ─► sent ─► acknowledged ─► verified
//!              │ by role, or a second person  │ PUBACK   │ its own word │ an observation
//! ```

mod channel;
mod check;
mod dispatch;
mod evidence;
mod file;
mod ledger;
mod life;
mod mqtt;
mod order;
mod report;
mod targets;
mod task;
mod wire;

use std::path::PathBuf;

pub use channel::{CommandChannel, Dispatch, Receipt, Sending};
pub use dispatch::Dispatcher;
pub(crate) use dispatch::topic_of;
pub use ledger::Ledger;
pub use life::State;
pub use mqtt::MqttChannel;
pub use order::{
    Command, NewOrder, Order, OrderId, Ordered, Person, Policy, Role, Step, Targets, Wanted,
};
pub use report::Report;
pub use wire::order_document;

use crate::{
    model::{Id, wire::WireError},
    sqlite::FileError,
};

/// Why a command is not taken, or cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// What it says is not what it should be.
    #[error(transparent)]
    Document(#[from] WireError),
    /// There is no such capability.
    #[error("there is no TaskingCapabilities({0}): ask for the set to see what there is")]
    NoCapability(Id),
    /// A group has no members.
    #[error("the order is for no device: name capabilities, or a cabinet that has some")]
    NoTargets,
    /// There are too many at once.
    #[error("{what}: {most} at most; order fewer, or wait until some are done")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// The person's role does not allow it.
    #[error("a {role} may not {what}: ask somebody who may")]
    NotAllowed {
        /// What was tried.
        what: &'static str,
        /// The person's role.
        role: &'static str,
    },
    /// Nobody approves what he himself asked for.
    #[error("who ordered {0} cannot approve it: ask a second person")]
    OwnOrder(Id),
    /// The key was used for something else.
    #[error(
        "the key {key:?} stands for order {order}, which asks for something else: use a new key"
    )]
    KeyUsed {
        /// The key.
        key: String,
        /// What it stands for.
        order: Id,
    },
    /// There is no such order.
    #[error("there is no order {0}")]
    NoOrder(Id),
    /// There is no such command.
    #[error("there is no Tasks({0})")]
    NoCommand(Id),
    /// None of its commands waits for that.
    #[error("no command of order {order} can be {state} now: they are done, on their way, or over")]
    TooLate {
        /// Which order.
        order: Id,
        /// What was tried.
        state: State,
    },
    /// A step that is not next in the life of a command.
    #[error("Tasks({command}) is {from} and cannot become {to}")]
    Step {
        /// Which command.
        command: Id,
        /// Where it stands.
        from: State,
        /// Where it was to go.
        to: State,
    },
    /// The file cannot be read or written: nothing is known to have been recorded.
    #[error(transparent)]
    File(#[from] FileError),
    /// A row of the file cannot be understood.
    #[error("{path}: {why}; restore the file from a backup")]
    Row {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The thread that sends cannot be started.
    #[error("cannot start a thread: {0}; let the server have more of them")]
    Thread(#[source] std::io::Error),
}

#[cfg(test)]
mod tests;
