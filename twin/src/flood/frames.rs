//! The frames of a run, in the local frame and between their times: out of its folder, or of a server.

#[cfg(not(target_arch = "wasm32"))]
mod folder;

#[cfg(not(target_arch = "wasm32"))]
use std::path::{Path, PathBuf};
use std::sync::Arc;

use city::Bbox;
use serde::Deserialize;

use super::play::Wall;
use crate::{
    error::TwinError,
    ground::Ground,
    model::Heights,
    remote::{Client, Coding, MOST_TILES, Sampled, sample_tiles},
};

/// Nodes of a frame's grid along a side, at most.
const MOST_NODES: usize = if cfg!(target_arch = "wasm32") { 512 } else { 1024 };

/// A run whose water can be shown.
#[derive(Debug, Clone)]
pub struct FloodRun {
    /// Its name: the folder's, or the job's number.
    pub name: String,
    /// Minutes since it began, of each picture.
    minutes: Vec<u32>,
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    #[cfg(not(target_arch = "wasm32"))]
    Folder(PathBuf),
    Server(Client, Bbox),
    /// What was played here.
    Memory(Arc<Played>),
}

/// What is kept of a play.
#[derive(Debug, Default)]
pub(crate) struct Played {
    /// Depths by the minute.
    pub(crate) frames: Vec<(u32, Heights)>,
    /// What it came to, by the names of outputs; the greatest depth is that of the frames.
    pub(crate) results: Vec<(&'static str, Heights)>,
    /// The walls that stood.
    pub(crate) walls: Vec<Wall>,
}

#[derive(Deserialize)]
struct Results {
    summary: Summary,
    frames: Frames,
}

#[derive(Deserialize)]
struct Summary {
    grid: Grid,
}

#[derive(Deserialize)]
struct Grid {
    /// West, south, east, north, degrees.
    bbox: [f64; 4],
}

#[derive(Deserialize)]
struct Frames {
    minutes: Vec<u32>,
}

impl FloodRun {
    /// The run in a folder: `DIR/frames/MMMMM.tif`.
    ///
    /// # Errors
    /// [`TwinError::Run`] where there are no frames.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn open(dir: &Path) -> Result<Self, TwinError> {
        let name = dir.file_name().unwrap_or(dir.as_os_str()).to_string_lossy().into_owned();
        let minutes = folder::minutes(dir);
        if minutes.is_empty() {
            let what = format!("{} has no frames/MMMMM.tif", dir.display());
            return Err(TwinError::Run { run: name, what });
        }
        Ok(Self { name, minutes, place: Place::Folder(dir.to_owned()) })
    }

    /// A job of a server that has ended.
    ///
    /// # Errors
    /// [`TwinError::Server`] where it cannot be had, [`TwinError::Run`] where it has no pictures.
    pub async fn of_server(client: &Client, job: &str) -> Result<Self, TwinError> {
        let wrong = |what: &str| TwinError::Run { run: job.to_owned(), what: what.to_owned() };
        if job.is_empty() || !job.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong("a run is named by its number"));
        }
        let mut results: Results = client.json(&format!("/jobs/{job}/results")).await?;
        results.frames.minutes.sort_unstable();
        let [west, south, east, north] = results.summary.grid.bbox;
        let bbox = Bbox::new(west, south, east, north)
            .map_err(|_| wrong("its results do not say where it lies"))?;
        if results.frames.minutes.is_empty() {
            return Err(wrong("it has no pictures of its water"));
        }
        let place = Place::Server(client.clone(), bbox);
        let minutes = results.frames.minutes;
        Ok(Self { name: job.to_owned(), minutes, place })
    }

    /// What was played here; `None` where nothing was.
    pub(crate) fn played(name: String, played: Played) -> Option<Self> {
        let minutes: Vec<u32> = played.frames.iter().map(|(minute, _)| *minute).collect();
        let place = Place::Memory(Arc::new(played));
        (!minutes.is_empty()).then_some(Self { name, minutes, place })
    }

    /// The walls that stood, where it was played here.
    pub fn walls(&self) -> &[Wall] {
        match &self.place {
            Place::Memory(played) => &played.walls,
            _ => &[],
        }
    }

    /// Whether it was played here.
    pub fn is_played(&self) -> bool {
        matches!(self.place, Place::Memory(_))
    }

    /// Hours from its beginning to its last frame.
    pub fn hours(&self) -> f64 {
        self.minutes.last().map_or(0.0, |minutes| f64::from(*minutes) / 60.0)
    }

    /// The frames before and after a time, and how far it is between them.
    pub fn around(&self, hours: f64) -> (usize, usize, f64) {
        let minutes = hours.clamp(0.0, self.hours()) * 60.0;
        let at = |k: usize| f64::from(self.minutes[k]);
        let after = self.minutes.partition_point(|it| f64::from(*it) < minutes);
        let after = after.min(self.minutes.len() - 1);
        let before = after.saturating_sub(1);
        if minutes >= at(after) || before == after {
            return (after, after, 0.0);
        }
        let part = (minutes - at(before)) / (at(after) - at(before)).max(1e-9);
        (before, after, part.clamp(0.0, 1.0))
    }

    /// What the run came to at the nodes of a grid over its own box, by the name of an output; −1 where it has
    /// nothing to say.
    ///
    /// # Errors
    /// [`TwinError::Run`] for a raster that cannot be read or was not kept, [`TwinError::Server`] for tiles that
    /// cannot be had.
    pub async fn worst(&self, output: &str, ground: &Ground) -> Result<Heights, TwinError> {
        let wrong = |what: String| TwinError::Run { run: self.name.clone(), what };
        match &self.place {
            #[cfg(not(target_arch = "wasm32"))]
            Place::Folder(dir) => folder::worst(dir, output, &ground.frame).map_err(wrong),
            Place::Memory(played) if output == "max-depth" => {
                let frames = played.frames.iter().map(|(_, depths)| depths.clone());
                let deepest = frames.reduce(|a, b| a.highest(&b));
                deepest.ok_or_else(|| wrong("it has no pictures of its water".into()))
            }
            Place::Memory(played) => {
                let found = played.results.iter().find(|(name, _)| *name == output);
                found.map(|it| it.1.clone()).ok_or_else(|| wrong(format!("it has no {output}")))
            }
            Place::Server(client, bbox) => {
                let path = |zoom: u8, row: u32, col: u32| {
                    let tile = format!("WebMercatorQuad/{zoom}/{row}/{col}");
                    format!("/jobs/{}/coverage/tiles/{tile}?output={output}", self.name)
                };
                self.tiles(client, bbox, path, Coding::WORST, ground).await
            }
        }
    }

    /// Values of tiles over the run's box.
    async fn tiles(
        &self,
        client: &Client,
        bbox: &Bbox,
        path: impl Fn(u8, u32, u32) -> String,
        coding: Coding,
        ground: &Ground,
    ) -> Result<Heights, TwinError> {
        let (min_x, min_y) = ground.frame.from_lon_lat(bbox.min_x, bbox.min_y);
        let (max_x, max_y) = ground.frame.from_lon_lat(bbox.max_x, bbox.max_y);
        let edges = Bbox { min_x, min_y, max_x, max_y };
        let grid = Sampled { edges, at_most: MOST_NODES, frame: ground.frame };
        // These tiles have 512 pixels a side.
        let most = MOST_TILES / 4.0;
        sample_tiles(client, path, coding, bbox, &grid, most).await
    }

    /// The depths of a frame at the nodes of a grid over the run's own box, m.
    ///
    /// # Errors
    /// [`TwinError::Run`] for a raster that cannot be read, [`TwinError::Server`] for tiles that cannot
    /// be had.
    pub async fn depths(&self, index: usize, ground: &Ground) -> Result<Heights, TwinError> {
        let wrong = |what: String| TwinError::Run { run: self.name.clone(), what };
        let minutes = *self.minutes.get(index).ok_or_else(|| wrong("no such frame".into()))?;
        match &self.place {
            #[cfg(not(target_arch = "wasm32"))]
            Place::Folder(dir) => folder::depths(dir, minutes, &ground.frame).map_err(wrong),
            Place::Memory(played) => {
                let found = played.frames.get(index).map(|(_, depths)| depths.clone());
                found.ok_or_else(|| wrong("no such frame".into()))
            }
            Place::Server(client, bbox) => {
                let path = |zoom: u8, row: u32, col: u32| {
                    let tile = format!("WebMercatorQuad/{zoom}/{row}/{col}");
                    let wanted = format!("output=depth&minutes={minutes}");
                    format!("/jobs/{}/coverage/tiles/{tile}?{wanted}", self.name)
                };
                self.tiles(client, bbox, path, Coding::FLOOD, ground).await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(minutes: &[u32]) -> FloodRun {
        let place = Place::Folder(PathBuf::new());
        FloodRun { name: "7".into(), minutes: minutes.to_vec(), place }
    }

    #[test]
    fn a_time_lies_between_two_frames() {
        let run = run(&[0, 30, 60, 120]);
        assert_eq!(run.hours(), 2.0);
        assert_eq!(run.around(0.0), (0, 0, 0.0));
        assert_eq!(run.around(0.25), (0, 1, 0.5));
        assert_eq!(run.around(1.5), (2, 3, 0.5));
        assert_eq!(run.around(99.0), (3, 3, 0.0));
    }

    #[test]
    fn a_folder_without_frames_is_a_message() {
        let dir = tempfile::tempdir().unwrap();
        let error = FloodRun::open(dir.path()).unwrap_err();
        assert!(error.to_string().contains("frames"), "{error}");
    }

    #[test]
    fn a_job_is_named_by_a_number() {
        let client = Client::new("http://127.0.0.1:9").unwrap();
        for wrong in ["", "../secrets", "7?x", "nowcast"] {
            let error = bevy::tasks::block_on(FloodRun::of_server(&client, wrong)).unwrap_err();
            assert!(error.to_string().contains("number"), "{error}");
        }
    }
}
