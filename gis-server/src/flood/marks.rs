//! Flood marks (vết lũ) against a run.

use city::scenario::{FloodMark, MarkHeight};
use serde::{Deserialize, Serialize};
use sim::flood::Maxima;

use super::{model::Model, works::nearest_open};

/// A mark stands at a wall or a post: water beside it, within so many cells, is the water that it
/// tells of.
const NEAR: usize = 2;

/// How a run stands to flood marks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarksNote {
    /// Each mark.
    pub marks: Vec<Mark>,
    /// Marks in the area: those that count.
    pub counted: usize,
    /// Mean of run less mark, m.
    pub bias_m: f64,
    /// Root of the mean square of run less mark, m.
    pub rmse_m: f64,
}

/// A mark and what the run has there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// What people call it.
    pub name: String,
    /// Longitude and latitude.
    pub at: [f64; 2],
    /// The level that was marked, m in the terrain's datum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marked_m: Option<f64>,
    /// The level of the run, m in the terrain's datum; that of the ground where it stayed dry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modelled_m: Option<f64>,
    /// Run less mark, m; nothing outside of the area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_m: Option<f64>,
    /// Who measured it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// Holds a run against its marks; nothing where it has none.
pub(super) fn of(marks: &[FloodMark], model: &Model, worst: &Maxima) -> Option<MarksNote> {
    if marks.is_empty() {
        return None;
    }
    let marks: Vec<Mark> = marks.iter().map(|mark| compare(mark, model, worst)).collect();
    let errors: Vec<f64> = marks.iter().filter_map(|mark| mark.error_m).collect();
    let mean = |values: &mut dyn Iterator<Item = f64>| match errors.len() {
        0 => 0.0,
        count => values.sum::<f64>() / count as f64,
    };
    let bias_m = mean(&mut errors.iter().copied());
    let rmse_m = mean(&mut errors.iter().map(|error| error * error)).sqrt();
    Some(MarksNote { counted: errors.len(), bias_m, rmse_m, marks })
}

fn compare(mark: &FloodMark, model: &Model, worst: &Maxima) -> Mark {
    let plane = &model.plane;
    let [lon, lat] = mark.at;
    let cell = plane
        .cell_at(lon, lat)
        .and_then(|at| nearest_open(plane, &model.blocked, at, NEAR))
        .map(|(column, row)| row * plane.columns() + column);
    let level_m = |cell: usize| match worst.depth_m[cell] {
        depth if depth > 0.0 => model.bed_m[cell] + f64::from(depth),
        _ => model.bed_m[cell],
    };
    let marked_m = match mark.height {
        MarkHeight::LevelM(level_m) => Some(level_m),
        MarkHeight::DepthM(depth_m) => cell.map(|cell| model.bed_m[cell] + depth_m),
    };
    let modelled_m = cell.map(level_m);
    Mark {
        name: mark.name.clone(),
        at: mark.at,
        marked_m,
        modelled_m,
        error_m: modelled_m.zip(marked_m).map(|(modelled, marked)| modelled - marked),
        source: mark.source.clone(),
    }
}
