//! What is built against the water, or lets it through: levees, weirs, culverts, gates, pumps.
//!
//! Places are longitude and latitude, levels are metres in the terrain's datum.

use serde::{Deserialize, Serialize};

/// Something that is built, or would be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Structure {
    /// What people call it.
    pub name: String,
    /// What it is.
    pub works: Works,
}

/// What a structure is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Works {
    /// A dyke, an embankment or a wall: water passes only over its crest and through its breach.
    Levee(Levee),
    /// A spillway, a sill, a road that is overtopped.
    Weir(Weir),
    /// Pipes or boxes through an embankment.
    Culvert(Culvert),
    /// A sluice gate.
    Gate(Gate),
    /// A pumping station.
    Pump(Pump),
}

/// A levee.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Levee {
    /// Longitude, latitude and level of the crest of its points, in order.
    pub line: Vec<[f64; 3]>,
    /// Where it gives way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breach: Option<Breach>,
}

/// A place where a levee gives way: it opens evenly to its whole width and depth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breach {
    /// Longitude and latitude; the nearest place of the levee is taken.
    pub at: [f64; 2],
    /// When it begins, h of the scenario.
    pub begins_h: f64,
    /// How long it grows, h.
    pub grows_h: f64,
    /// Width in the end, m.
    pub width_m: f64,
    /// Level of its bottom in the end, m.
    pub bottom_m: f64,
}

/// A broad-crested weir.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weir {
    /// One of its sides.
    pub from: [f64; 2],
    /// The other.
    pub to: [f64; 2],
    /// Level of the crest, m.
    pub crest_m: f64,
    /// Width across the flow, m.
    pub width_m: f64,
    /// Parts of the ideal discharge, 0.85 to 1 mostly (Bos 1989).
    #[serde(default = "one")]
    pub coefficient: f64,
}

/// Equal barrels through an embankment, as long as their ends are apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Culvert {
    /// One of its ends.
    pub from: [f64; 2],
    /// The other.
    pub to: [f64; 2],
    /// Cross-section.
    pub section: Section,
    /// Barrels side by side.
    #[serde(default = "one_barrel")]
    pub count: u32,
    /// Level of the bottom at `from`, m.
    pub from_invert_m: f64,
    /// Level of the bottom at `to`, m.
    pub to_invert_m: f64,
    /// Manning's n, s/m^⅓: concrete 0.012 to 0.015, corrugated metal 0.024.
    #[serde(default = "concrete")]
    pub manning: f64,
    /// A flap at `to` lets nothing back.
    #[serde(default)]
    pub has_flap: bool,
}

/// The cross-section of a barrel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// A round pipe.
    Circular {
        /// Inner diameter, m.
        diameter_m: f64,
    },
    /// A box.
    Box {
        /// Inner width, m.
        width_m: f64,
        /// Inner height, m.
        height_m: f64,
    },
}

/// A sluice gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// One of its sides.
    pub from: [f64; 2],
    /// The other.
    pub to: [f64; 2],
    /// Level of the sill, m.
    pub sill_m: f64,
    /// Width of all its bays, m.
    pub width_m: f64,
    /// Times, h of the scenario.
    pub times_h: Vec<f64>,
    /// Height of the opening at each, m; straight between them.
    pub opening_m: Vec<f64>,
    /// Water passes only from `from` to `to`: a tide gate.
    #[serde(default)]
    pub is_one_way: bool,
}

/// Pumps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pump {
    /// Where it takes water.
    pub from: [f64; 2],
    /// Where it brings it; where it is left out, out of the area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<[f64; 2]>,
    /// What it lifts while it runs, m³/s.
    pub m3_s: f64,
    /// It starts where the water it takes has risen to this level, m.
    pub starts_at_m: f64,
    /// It stops where that has fallen to this level, m.
    pub stops_at_m: f64,
}

fn one() -> f64 {
    1.0
}

fn one_barrel() -> u32 {
    1
}

fn concrete() -> f64 {
    0.013
}
