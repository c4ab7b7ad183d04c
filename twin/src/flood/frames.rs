//! The frames of a run, in the local frame and between their times.

use std::path::{Path, PathBuf};

use city::Crs;
use datasets::{crs::Transformer, read::Cog};

use crate::{error::TwinError, ground::Ground, model::Heights, source::along_a_row};

/// Nodes of a frame's grid along a side, at most.
const MOST_NODES: usize = 1024;

/// Depths at an instant.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Minutes since the run began.
    pub minutes: u32,
    file: PathBuf,
}

/// A run's folder.
#[derive(Debug, Clone)]
pub struct FloodRun {
    /// Its name: the folder's.
    pub name: String,
    frames: Vec<Frame>,
}

impl FloodRun {
    /// The run in a folder.
    ///
    /// # Errors
    /// [`TwinError::Run`] where there are no frames.
    pub fn open(dir: &Path) -> Result<Self, TwinError> {
        let name = dir.file_name().unwrap_or(dir.as_os_str()).to_string_lossy().into_owned();
        let entries = std::fs::read_dir(dir.join("frames")).into_iter().flatten().flatten();
        let mut frames: Vec<Frame> = entries
            .filter_map(|entry| {
                let file = entry.path();
                let is_raster = file.extension().is_some_and(|it| it == "tif");
                let minutes = file.file_stem()?.to_str()?.parse().ok()?;
                is_raster.then_some(Frame { minutes, file })
            })
            .collect();
        frames.sort_by_key(|frame| frame.minutes);
        if frames.is_empty() {
            let what = format!("{} has no frames/MMMMM.tif", dir.display());
            return Err(TwinError::Run { run: name, what });
        }
        Ok(Self { name, frames })
    }

    /// Hours from its beginning to its last frame.
    pub fn hours(&self) -> f64 {
        self.frames.last().map_or(0.0, |frame| f64::from(frame.minutes) / 60.0)
    }

    /// The frames before and after a time, and how far it is between them.
    pub fn around(&self, hours: f64) -> (usize, usize, f64) {
        let minutes = hours.clamp(0.0, self.hours()) * 60.0;
        let after = self.frames.partition_point(|frame| f64::from(frame.minutes) < minutes);
        let after = after.min(self.frames.len() - 1);
        let before = after.saturating_sub(1);
        let at = |k: usize| f64::from(self.frames[k].minutes);
        if minutes >= at(after) || before == after {
            return (after, after, 0.0);
        }
        let part = (minutes - at(before)) / (at(after) - at(before)).max(1e-9);
        (before, after, part.clamp(0.0, 1.0))
    }

    /// The depths of a frame at the nodes of a grid over the run's own box, m.
    ///
    /// # Errors
    /// [`TwinError::Run`] for a raster that cannot be read.
    pub fn depths(&self, index: usize, ground: &Ground) -> Result<Heights, TwinError> {
        let wrong = |what: String| TwinError::Run { run: self.name.clone(), what };
        let frame = self.frames.get(index).ok_or_else(|| wrong("no such frame".into()))?;
        let cog = Cog::open(&frame.file).map_err(|error| wrong(error.to_string()))?;
        let grid = *cog.grid();
        let back = Transformer::between(grid.crs, Crs::CRS84).map_err(|e| wrong(e.to_string()))?;
        let there = Transformer::between(Crs::CRS84, grid.crs).map_err(|e| wrong(e.to_string()))?;
        let lon_lat = back.convert_bbox(&grid.bbox()).map_err(|e| wrong(e.to_string()))?;
        let (min_x, min_y) = ground.frame.from_lon_lat(lon_lat.min_x, lon_lat.min_y);
        let (max_x, max_y) = ground.frame.from_lon_lat(lon_lat.max_x, lon_lat.max_y);
        let edges = city::Bbox { min_x, min_y, max_x, max_y };
        let finest_m = edges.width() / grid.cols.max(1) as f64;
        let raster = cog.read_level(0).map_err(|error| wrong(error.to_string()))?;
        let frame = ground.frame;
        Ok(Heights::sample(&edges, finest_m, MOST_NODES, |places| {
            let Some(points) = along_a_row(places, &frame, &there) else {
                return vec![Some(0.0); places.len()];
            };
            // No value is no water.
            points.iter().map(|(x, y)| Some(raster.bilinear(*x, *y).unwrap_or(0.0))).collect()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(minutes: &[u32]) -> FloodRun {
        let frames =
            minutes.iter().map(|&minutes| Frame { minutes, file: PathBuf::new() }).collect();
        FloodRun { name: "7".into(), frames }
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
}
