//! Who may send and who may listen; the server knows the accounts.

use std::{collections::BTreeSet, sync::Arc};

use crate::model::StreamId;

/// Knows accounts; asked once for every connection, so it answers from memory.
pub trait Accounts: Send + Sync + 'static {
    /// The account of a user name with its password or token; of nobody when both are absent.
    /// `None` is a refusal.
    fn enter(&self, user: Option<&str>, secret: Option<&[u8]>) -> Option<Account>;
}

/// An account, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name; sessions and the log's sources go by it.
    pub name: Arc<str>,
    /// Whose observations it may send.
    pub may_publish: MayPublish,
    /// Whether it may hear of observations and entities.
    pub may_listen: bool,
}

/// Whose observations may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MayPublish {
    /// Nobody's.
    Nothing,
    /// Those of these datastreams.
    Only(BTreeSet<StreamId>),
    /// Everybody's.
    Everything,
}

impl MayPublish {
    /// Whether observations of a datastream may be sent.
    pub fn admits(&self, stream: StreamId) -> bool {
        match self {
            Self::Nothing => false,
            Self::Only(streams) => streams.contains(&stream),
            Self::Everything => true,
        }
    }
}
