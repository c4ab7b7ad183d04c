//! What people type.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use twin::words::Language;

/// A city in 3D: a window, stills and films.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// What is made instead of a window.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make one picture, without a display
    Render(Render),
    /// Make a time lapse: PNG pictures in a folder, or a video (.mp4, .webm, .mkv) by ffmpeg
    Film(Film),
    /// Say as JSON how a building or a lamp stands in the scene
    Describe(Describe),
}

/// What is shown.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Shown {
    /// A data folder
    #[arg(long, value_name = "DIR", conflicts_with = "server")]
    pub(crate) data: Option<PathBuf>,
    /// A running gis-server, such as http://127.0.0.1:8080
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// A view (JSON: lon, lat, distance_m, heading_deg, pitch_deg, …); without one the city is framed
    #[arg(long, value_name = "FILE")]
    pub(crate) view: Option<PathBuf>,
    /// The time that is shown, by the province's clock (2026-11-22T18:30) or with its offset; without
    /// one it is now
    #[arg(long, value_name = "TIME")]
    pub(crate) time: Option<String>,
    /// A flood run of the data folder
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<String>,
    /// Hours since the run began
    #[arg(long, value_name = "HOURS", requires = "run")]
    pub(crate) at: Option<f64>,
    /// The language of what is written
    #[arg(long, value_enum, default_value_t = Language::Vi)]
    pub(crate) language: Language,
}

/// One picture.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Render {
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// Pixels
    #[arg(long, value_name = "WxH", default_value = "1280x720", value_parser = size)]
    pub(crate) size: (u32, u32),
    /// The PNG that is written
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// One feature.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Describe {
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// Its layer and its identifier, such as buildings/12
    #[arg(long, value_name = "LAYER/ID")]
    pub(crate) feature: String,
}

/// Many pictures.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Film {
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// Pixels
    #[arg(long, value_name = "WxH", default_value = "1280x720", value_parser = size)]
    pub(crate) size: (u32, u32),
    /// How many pictures
    #[arg(long, default_value_t = 48, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) frames: u32,
    /// The time of the first picture
    #[arg(long, value_name = "TIME", requires = "to")]
    pub(crate) from: Option<String>,
    /// The time of the last picture
    #[arg(long, value_name = "TIME", requires = "from")]
    pub(crate) to: Option<String>,
    /// Hours of the run at the last picture; the first is at --at
    #[arg(long, value_name = "HOURS", requires = "run")]
    pub(crate) hours: Option<f64>,
    /// A folder, or a video
    #[arg(long, value_name = "PATH")]
    pub(crate) out: PathBuf,
}

/// Width and height of a picture: 16 to 8192 pixels.
fn size(text: &str) -> Result<(u32, u32), String> {
    let parts = text.split_once(['x', 'X', '×']);
    let parsed = parts.and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    parsed
        .filter(|(w, h)| (16..=8192).contains(w) && (16..=8192).contains(h))
        .ok_or_else(|| "write the size as 1280x720, each side from 16 to 8192".to_owned())
}
