//! What there is to say of a run in a page.

use std::time::Duration;

use city::{Instant, Interval, Title, layer::Content, scenario::FloodScenario};
use serde::{Deserialize, Serialize};
use sim::flood::{
    Maxima, State,
    structures::{Structure, StructureState},
};

use super::{answers::Affected, drains, kernel::Running, marks::MarksNote, model::Model};

/// Depths by which flooded ground is counted, m.
const DEPTHS_M: [f64; 5] = [0.1, 0.3, 0.5, 1.0, 2.0];

/// Microseconds of an hour.
const HOUR_US: f64 = 3.6e9;

/// What there is to say of a run in a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// What people call it.
    pub title: Title,
    /// When it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Instant>,
    /// How long, h.
    pub duration_h: f64,
    /// Where its cells lie.
    pub grid: GridNote,
    /// The terrain.
    pub terrain: TerrainNote,
    /// How it was reckoned.
    pub method: String,
    /// Steps taken.
    pub steps: u64,
    /// Seconds that it took since it was last begun.
    pub wall_s: f64,
    /// Volumes.
    pub ledger: LedgerNote,
    /// The deepest place that is no water body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deepest: Option<Deepest>,
    /// Greatest speed anywhere, m/s.
    pub greatest_speed_m_s: f64,
    /// Ground that is no water body, by how deep it was under water.
    pub flooded: Vec<Flooded>,
    /// Whom it hits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affected: Option<Affected>,
    /// What passed the structures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub structures: Vec<StructureNote>,
    /// What the drains did, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drains: Option<DrainsNote>,
    /// How it stands to flood marks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<MarksNote>,
    /// Members of its ensemble, besides itself.
    #[serde(default, skip_serializing_if = "is_none")]
    pub members: usize,
    /// What was assumed.
    pub assumptions: Vec<Title>,
    /// What may be done with it.
    pub standing: Title,
}

impl Summary {
    /// The time that the run covers. A scenario that says no time begins when it was asked for.
    #[must_use]
    pub fn time(&self, asked: Instant) -> Interval {
        let start = self.start.unwrap_or(asked);
        let end = Instant::from_micros(start.as_micros() + (self.duration_h * HOUR_US) as i64);
        Interval { start: Some(start), end: Some(end) }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it skips by reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

/// What passed a structure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StructureNote {
    /// What people call it.
    pub name: String,
    /// Greatest discharge, m³/s, either way.
    pub greatest_m3_s: f64,
    /// When, h of the scenario.
    pub greatest_at_h: f64,
    /// What passed it in all, m³: forwards less backwards.
    pub volume_m3: f64,
}

/// What drains did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DrainsNote {
    /// Manholes and other nodes.
    pub nodes: usize,
    /// Pipes and channels.
    pub links: usize,
    /// Taken from the ground, m³.
    pub taken_m3: f64,
    /// Come back to the ground, m³.
    pub returned_m3: f64,
    /// Gone out of the outfalls, less what came in there, m³.
    pub outfall_m3: f64,
    /// What their volumes do not account for, m³.
    pub error_m3: f64,
    /// Manholes that water rose out of, those that gave most first.
    pub surcharged: Vec<ManholeNote>,
}

/// A manhole that water rose out of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManholeNote {
    /// What people call it.
    pub name: String,
    /// Longitude and latitude.
    pub at: [f64; 2],
    /// From when, h of the scenario.
    pub from_h: f64,
    /// How long in all, h.
    pub hours: f64,
    /// How high its water stood over its rim at most, m.
    pub above_rim_m: f64,
    /// Come out of it, m³.
    pub returned_m3: f64,
}

/// Where the cells of a run lie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GridNote {
    /// Frame.
    pub crs: String,
    /// Side of a cell, m.
    pub cell_m: f64,
    /// From west to east.
    pub columns: usize,
    /// From south to north.
    pub rows: usize,
    /// West, south, east, north in longitude and latitude.
    pub bbox: [f64; 4],
}

/// The terrain of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TerrainNote {
    /// Its layer.
    pub layer: String,
    /// Where it came from.
    pub source: String,
    /// Its height datum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vertical_datum: Option<String>,
    /// Root mean square error of its heights against surveyed points, m, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_error_m: Option<f64>,
    /// Whether it was generated and describes no real place.
    pub synthetic: bool,
}

/// Volumes of water over a run, m³.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerNote {
    /// In the beginning.
    pub before_m3: f64,
    /// Rained.
    pub rain_m3: f64,
    /// Came by rivers and releases.
    pub inflow_m3: f64,
    /// Came over the edge.
    pub boundary_in_m3: f64,
    /// Left over the edge.
    pub boundary_out_m3: f64,
    /// Seeped away.
    pub infiltrated_m3: f64,
    /// In the end.
    pub stored_m3: f64,
    /// Pumped out of the area.
    #[serde(default)]
    pub pumped_out_m3: f64,
    /// Gone down into drains.
    #[serde(default)]
    pub drained_m3: f64,
    /// Come up from drains.
    #[serde(default)]
    pub surcharged_m3: f64,
    /// What the end has too much.
    pub error_m3: f64,
    /// That in parts of all the water there ever was.
    pub relative_error: f64,
}

/// The deepest place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deepest {
    /// Longitude and latitude.
    pub at: [f64; 2],
    /// Depth, m.
    pub depth_m: f64,
    /// Level, m in the terrain's datum.
    pub level_m: f64,
}

/// Ground under water.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flooded {
    /// At least so deep, m.
    pub depth_m: f64,
    /// So much, ha.
    pub area_ha: f64,
}

/// The summary of a run that has ended.
pub(super) fn of(
    scenario: &FloodScenario,
    model: &Model,
    run: &Running<'_>,
    worst: &Maxima,
    took: Duration,
) -> Summary {
    let (plane, state) = (&model.plane, run.surface());
    let is_land = |cell: &usize| !model.is_water[*cell] && !model.blocked[*cell];
    let land = || (0..plane.cells()).filter(is_land);
    let cell_ha = plane.cell_m().powi(2) / 1e4;
    let flooded = DEPTHS_M.map(|depth_m| {
        let cells = land().filter(|cell| f64::from(worst.depth_m[*cell]) >= depth_m).count();
        Flooded { depth_m, area_ha: cells as f64 * cell_ha }
    });
    let deepest = land().max_by(|a, b| worst.depth_m[*a].total_cmp(&worst.depth_m[*b]));
    let deepest = deepest.and_then(|cell| {
        let (depth_m, level_m) = (worst.depth_m[cell].into(), worst.level_m[cell].into());
        plane.lon_lat(cell).map(|at| Deepest { at, depth_m, level_m })
    });
    let speeds = worst.speed_m_s.iter().copied();
    let bbox = plane.lon_lat_box().map(|b| [b.min_x, b.min_y, b.max_x, b.max_y]);
    let (vertical_datum, height_error_m) = match &model.terrain.content {
        Content::Raster { vertical_datum, height_error_m, .. } => {
            (vertical_datum.clone(), *height_error_m)
        }
        Content::Vector { .. } => (None, None),
    };
    let ledger = state.ledger();
    Summary {
        title: scenario.title.clone(),
        start: scenario.start,
        duration_h: scenario.duration_h,
        grid: GridNote {
            crs: plane.grid.crs.to_string(),
            cell_m: plane.cell_m(),
            columns: plane.columns(),
            rows: plane.rows(),
            bbox: bbox.unwrap_or_default(),
        },
        terrain: TerrainNote {
            layer: model.terrain.id.to_string(),
            source: model.terrain.source.clone(),
            vertical_datum,
            height_error_m,
            synthetic: model.terrain.synthetic,
        },
        method: format!("{:?}", scenario.method),
        steps: state.steps(),
        wall_s: took.as_secs_f64(),
        ledger: LedgerNote {
            before_m3: ledger.before_m3,
            rain_m3: ledger.rain_m3,
            inflow_m3: ledger.inflow_m3,
            boundary_in_m3: ledger.boundary_in_m3,
            boundary_out_m3: ledger.boundary_out_m3,
            infiltrated_m3: ledger.infiltrated_m3,
            stored_m3: ledger.stored_m3,
            pumped_out_m3: ledger.pumped_out_m3,
            drained_m3: ledger.drained_m3,
            surcharged_m3: ledger.surcharged_m3,
            error_m3: ledger.error_m3(),
            relative_error: ledger.relative_error(),
        },
        deepest,
        greatest_speed_m_s: speeds.fold(0.0f32, f32::max).into(),
        flooded: flooded.to_vec(),
        affected: None,
        structures: structures(model, state),
        drains: drains::told(run, model),
        marks: None,
        members: scenario.ensemble.len(),
        assumptions: model.assumptions.clone(),
        standing: Title::new("Nội bộ, tham khảo", "Internal, for reference"),
    }
}

fn structures(model: &Model, state: &State<f32>) -> Vec<StructureNote> {
    let told = model.kernel.surface().structures().zip(state.structures());
    let note = |(structure, stands): (&Structure, &StructureState)| StructureNote {
        name: structure.name.clone(),
        greatest_m3_s: stands.passed().greatest_m3_s(),
        greatest_at_h: stands.passed().greatest_at_s() / 3600.0,
        volume_m3: stands.passed().volume_m3(),
    };
    told.map(note).collect()
}
