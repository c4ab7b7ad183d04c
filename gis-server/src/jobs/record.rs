//! What is known of a job, as its folder keeps it.

use city::{Instant, Title};
use serde::{Deserialize, Serialize};

/// Where a job stands, in the words of OGC API Processes (OGC 18-062r2, table 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It waits for its turn.
    Accepted,
    /// It runs.
    Running,
    /// It has ended, and its results are there.
    Successful,
    /// It has ended badly.
    Failed,
    /// Somebody stopped it.
    Dismissed,
}

impl Status {
    /// Whether nothing more will happen to it.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Accepted | Self::Running)
    }

    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Running => "running",
            Self::Successful => "successful",
            Self::Failed => "failed",
            Self::Dismissed => "dismissed",
        }
    }
}

/// Jobs that run one after the other: a file does not wait for a flood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Simulations, with all cores.
    Runs,
    /// Exports and imports, each of one program beside.
    Exchange,
}

/// The process that writes a file of a layer's features.
pub const EXPORT: &str = "export";
/// The process that makes a layer of a file.
pub const IMPORT: &str = "import";

/// The process that writes tiles of layers as one file.
pub const TILES: &str = "tiles";

/// What is known of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its number.
    pub id: u64,
    /// What it runs.
    pub process: String,
    /// What people call it.
    pub title: Title,
    /// Who asked for it.
    pub owner: String,
    /// What they may see, and so what the run may read: [`crate::viewer::Clearances::scope`].
    pub clearances: u8,
    /// Where it stands.
    pub status: Status,
    /// Why it failed, or what it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Title>,
    /// When it was asked for.
    pub created: Instant,
    /// When it was first begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Instant>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Instant>,
    /// Whether it is of the flood library.
    #[serde(default)]
    pub is_of_library: bool,
    /// Who published its results; without one they are internal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Publication>,
    /// What share of it is done.
    #[serde(skip)]
    pub progress: f64,
    /// When it is likely to end.
    #[serde(skip)]
    pub estimated_end: Option<Instant>,
}

/// The word of an officer that the results of a run may be shown to everyone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Publication {
    /// Who.
    pub by: String,
    /// When.
    pub at: Instant,
    /// With what words.
    pub statement: Title,
}

impl Job {
    /// Behind which others it waits.
    #[must_use]
    pub fn lane(&self) -> Lane {
        match self.process.as_str() {
            EXPORT | IMPORT | TILES => Lane::Exchange,
            _ => Lane::Runs,
        }
    }

    /// Whether what it leaves is a file to be taken away, which is kept for a day.
    #[must_use]
    pub fn makes_file(&self) -> bool {
        matches!(self.process.as_str(), EXPORT | TILES)
    }

    /// What may be done with its results.
    #[must_use]
    pub fn standing(&self) -> Title {
        match &self.published {
            None => Title::new("Nội bộ, tham khảo", "Internal, for reference"),
            Some(published) => {
                let day = published.at.local_date();
                Title::new(
                    format!("Đã công bố ngày {}/{}/{}", day.day(), day.month(), day.year()),
                    format!("Published on {day}"),
                )
            }
        }
    }
}
