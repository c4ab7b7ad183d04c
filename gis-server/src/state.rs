//! What every request may use. It is passed, never ambient.

use std::{ops::Deref, sync::Arc};

use crate::{config::Config, http::metrics::Metrics};

/// The running server's state; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What the state is made of.
pub struct Parts {
    /// How the server was asked to run.
    pub config: Config,
    /// What it counts.
    pub metrics: Metrics,
}

impl App {
    /// The state of a server that was asked to run in this way.
    pub fn new(config: Config) -> Self {
        Self(Arc::new(Parts { config, metrics: Metrics::new() }))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
