//! Pumps.

use super::{is_positive, require};

/// Pumps that lift water from cells to other cells, or out of the area.
#[derive(Debug, Clone, PartialEq)]
pub struct Pump {
    /// The cells it takes from: column and row.
    pub from: Vec<(usize, usize)>,
    /// The cells it brings to; empty where that is outside the area.
    pub to: Vec<(usize, usize)>,
    /// What it lifts while it runs, m³/s.
    pub capacity_m3_s: f64,
    /// It starts where the water it takes from reaches this level, m.
    pub starts_at_m: f64,
    /// It stops where that water has fallen to this level, m; below the other.
    pub stops_at_m: f64,
}

impl Pump {
    pub(super) fn check(&self) -> Result<(), &'static str> {
        require(!self.from.is_empty(), "name the cells it takes from")?;
        let is_both = self.from.iter().any(|cell| self.to.contains(cell));
        require(!is_both, "a cell is at both of its ends; name different cells")?;
        require(is_positive(self.capacity_m3_s), "give it a capacity above 0 m³/s")?;
        let is_apart = self.stops_at_m.is_finite()
            && self.starts_at_m.is_finite()
            && self.stops_at_m < self.starts_at_m;
        require(is_apart, "let it stop at a level below the one it starts at")
    }

    /// Whether it runs from now on, at a level.
    pub(super) fn runs(&self, is_on: bool, level_m: f64) -> bool {
        if is_on { level_m > self.stops_at_m } else { level_m >= self.starts_at_m }
    }
}
