//! What can go wrong with alerts.

use std::path::PathBuf;

use super::{alert::AlertId, rule::RuleError};
use crate::{log::LogError, sqlite::FileError};

/// Why alerts cannot be opened, read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AlertError {
    /// Their file cannot be opened, read or written: nothing is known to have been changed.
    #[error(transparent)]
    File(#[from] FileError),
    /// A row of the file cannot be understood.
    #[error("{path}, {row}: {why}; restore the file from a backup")]
    Row {
        /// Which file.
        path: PathBuf,
        /// Which row.
        row: String,
        /// What is wrong with it.
        why: String,
    },
    /// The rules.
    #[error(transparent)]
    Rules(#[from] RuleError),
    /// The file of the rules cannot be read or written.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The log of observations.
    #[error(transparent)]
    Log(#[from] LogError),
    /// There is no such alert.
    #[error("there is no alert {0}: ask for the list to see what there is")]
    NotFound(AlertId),
    /// The alert is over.
    #[error("alert {0} is cleared: nothing can be done with it any more")]
    IsOver(AlertId),
    /// It was done before.
    #[error("alert {0} is {1} already")]
    IsDone(AlertId, &'static str),
    /// An exercise is never actual.
    #[error("alert {0} rests on simulated data: an exercise is never released as actual")]
    IsExercise(AlertId),
    /// A forecast needs an official bulletin.
    #[error(
        "alert {0} rests on a forecast, which is internal: release it with the official bulletin \
         (issuer, number, issued)"
    )]
    NeedsBulletin(AlertId),
    /// A text of a person is empty or too long.
    #[error("{name}: write 1 to {most} letters")]
    Text {
        /// Which text.
        name: &'static str,
        /// As many letters it may have.
        most: usize,
    },
    /// An official bulletin cannot be imported.
    #[error("the bulletin {0:?} is not imported: {1}")]
    Bulletin(String, String),
    /// An official bulletin was imported before: the same one is taken once.
    #[error(
        "the bulletin {identifier:?} is not imported: it was imported before, as alert {alert}"
    )]
    ImportedBefore {
        /// Its identifier.
        identifier: String,
        /// The alert that it told of.
        alert: AlertId,
    },
    /// Too much waits to be evaluated.
    #[error("too many forecasts wait to be evaluated: send again in a minute")]
    Busy,
    /// The thread that evaluates cannot be started or has stopped.
    #[error("alerts are not evaluated: {0}")]
    Stopped(String),
}
