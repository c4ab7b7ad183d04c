//! What drives a flood: rain, inflow, what happens at the edges.

use std::ops::Range;

use super::{Error, Series, Side};

/// Metres per second in a millimetre per hour.
const M_S_PER_MM_H: f64 = 1.0 / 3.6e6;

/// Rain by zone: constant between the given times, none before the first and after the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Rain {
    /// Bounds of the intervals, s.
    times_s: Vec<f64>,
    zones: usize,
    /// Rate of each zone in each interval, m/s.
    rates_m_s: Vec<f64>,
    /// Depth of each zone at each bound since the first, m.
    depths_m: Vec<f64>,
    /// Zone of each cell; empty where there is one zone.
    zone_of: Vec<u32>,
}

impl Rain {
    /// The same everywhere: intensities in mm/h between the times (one more than intensities), in s.
    ///
    /// # Errors
    /// Where times do not ascend or an intensity is negative or not finite.
    pub fn uniform(times_s: Vec<f64>, mm_per_h: &[f64]) -> Result<Self, Error> {
        Self::build(times_s, 1, mm_per_h, Vec::new())
    }

    /// By zone, as radar or interpolated gauges give it: `mm_per_h` holds for each interval the
    /// intensity of each zone; `zone_of` names the zone of each cell of the ground.
    ///
    /// # Errors
    /// Where times do not ascend, an intensity is negative or not finite, or a cell's zone is not
    /// there.
    pub fn gridded(
        times_s: Vec<f64>,
        zones: usize,
        mm_per_h: &[f64],
        zone_of: Vec<u32>,
    ) -> Result<Self, Error> {
        if let Some(entry) = zone_of.iter().position(|zone| *zone as usize >= zones) {
            let reason = "a cell's zone that is not there";
            return Err(Error::Series { what: "the rain", reason, entry });
        }
        Self::build(times_s, zones, mm_per_h, zone_of)
    }

    fn build(
        times_s: Vec<f64>,
        zones: usize,
        mm_per_h: &[f64],
        zone_of: Vec<u32>,
    ) -> Result<Self, Error> {
        let refuse = |reason, entry| Err(Error::Series { what: "the rain", reason, entry });
        if times_s.len() < 2 || zones == 0 || mm_per_h.len() != (times_s.len() - 1) * zones {
            return refuse("another number of intensities than of intervals", mm_per_h.len());
        }
        let ascends =
            |pair: &[f64]| pair[0] < pair[1] && pair[0].is_finite() && pair[1].is_finite();
        if let Some(entry) = times_s.windows(2).position(|pair| !ascends(pair)) {
            return refuse("times out of order", entry + 1);
        }
        if let Some(entry) = mm_per_h.iter().position(|rate| !(0.0..1e5).contains(rate)) {
            return refuse("an intensity that is negative or not finite", entry);
        }
        let rates_m_s: Vec<f64> = mm_per_h.iter().map(|rate| rate * M_S_PER_MM_H).collect();
        let mut depths_m = vec![0.0; zones];
        for (interval, pair) in times_s.windows(2).enumerate() {
            for zone in 0..zones {
                let at = interval * zones + zone;
                depths_m.push(depths_m[at] + rates_m_s[at] * (pair[1] - pair[0]));
            }
        }
        Ok(Self { times_s, zones, rates_m_s, depths_m, zone_of })
    }

    /// Zone of a cell.
    pub(super) fn zone_of(&self, cell: usize) -> u32 {
        self.zone_of.get(cell).copied().unwrap_or(0)
    }

    /// Cells that the zones were given for, where they were.
    pub(super) fn cells(&self) -> Option<usize> {
        (!self.zone_of.is_empty() || self.zones > 1).then_some(self.zone_of.len())
    }

    /// The same rain with every intensity times a factor: what a bias of gauges or radar does to it.
    ///
    /// # Errors
    /// Where the factor is negative or not finite, or an intensity becomes too great.
    pub fn scaled(&self, factor: f64) -> Result<Self, Error> {
        let mm_per_h: Vec<f64> =
            self.rates_m_s.iter().map(|rate| rate / M_S_PER_MM_H * factor).collect();
        Self::build(self.times_s.clone(), self.zones, &mm_per_h, self.zone_of.clone())
    }

    /// Depth fallen on a zone from the beginning until a time, m.
    #[must_use]
    pub fn depth_m(&self, zone: u32, time_s: f64) -> f64 {
        let zone = zone as usize;
        let next = self.times_s.partition_point(|t| *t <= time_s);
        if next == 0 {
            return 0.0;
        }
        let at = (next - 1) * self.zones + zone;
        match self.rates_m_s.get(at) {
            Some(rate) => self.depths_m[at] + rate * (time_s - self.times_s[next - 1]),
            None => self.depths_m[at],
        }
    }

    /// The next time after this at which intensities change.
    #[cfg(feature = "gpu")]
    pub(super) fn next_bound_s(&self, time_s: f64) -> Option<f64> {
        self.times_s.get(self.times_s.partition_point(|bound_s| *bound_s <= time_s)).copied()
    }

    /// Whether no more rain falls after a time.
    pub(super) fn is_over(&self, time_s: f64) -> bool {
        self.times_s.last().is_none_or(|end| *end <= time_s)
    }
}

/// Water that comes into cells by a hydrograph, shared evenly: a river, a reservoir's release.
#[derive(Debug, Clone, PartialEq)]
pub struct Inflow {
    /// Column and row of each cell.
    pub cells: Vec<(usize, usize)>,
    /// Discharge of all together, m³/s.
    pub discharge_m3_s: Series,
}

/// What happens at a part of the grid's edge that is not closed.
#[derive(Debug, Clone, PartialEq)]
pub enum Edge {
    /// Water may leave, as if the land went on with this slope (downwards, 0 or more) and the water
    /// with the same depth and velocity: uniform flow.
    Open {
        /// Fall of the land outside per metre.
        slope: f64,
    },
    /// Outside the water stands at this level, m: tide, surge, a river's stage.
    Level(Series),
}

/// A part of the grid's edge that is not closed.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeSpan {
    /// Which side of the grid.
    pub side: Side,
    /// Rows (west, east) or columns (south, north).
    pub cells: Range<usize>,
    /// What happens there.
    pub edge: Edge,
}

/// What drives a flood. Edges not named are closed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Forcing {
    /// Rain, where it falls.
    pub rain: Option<Rain>,
    /// Hydrographs.
    pub inflows: Vec<Inflow>,
    /// Open and level edges.
    pub edges: Vec<EdgeSpan>,
}

impl Forcing {
    /// Whether hydrographs and slopes make sense; places are checked where the grid is known.
    pub(super) fn check(&self) -> Result<(), Error> {
        for inflow in &self.inflows {
            let entries = inflow.discharge_m3_s.entries();
            if let Some(entry) = entries.iter().position(|(_, discharge)| *discharge < 0.0) {
                let reason = "a negative discharge";
                return Err(Error::Series { what: "an inflow", reason, entry });
            }
            if let Some((_, most)) = entries.iter().find(|(_, discharge)| *discharge > 1e6) {
                let (name, range) = ("discharge of an inflow", "at most 1 000 000 m³/s");
                return Err(Error::Parameter { name, value: *most, range });
            }
            if inflow.cells.is_empty() {
                return Err(Error::Series { what: "an inflow", reason: "no cells", entry: 0 });
            }
        }
        for span in &self.edges {
            if let Edge::Open { slope } = span.edge
                && !(0.0..=1.0).contains(&slope)
            {
                let range = "0 (level) to 1 (45° downwards)";
                return Err(Error::Parameter {
                    name: "slope of an open edge",
                    value: slope,
                    range,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rain_adds_up_between_its_times_and_not_outside_them() {
        let rain = Rain::uniform(vec![100.0, 3700.0, 7300.0], &[36.0, 72.0]).expect("it is rain");
        let mm = |time_s| (rain.depth_m(0, time_s) * 1e6).round() / 1e3;
        assert_eq!((mm(0.0), mm(1900.0), mm(3700.0), mm(5500.0)), (0.0, 18.0, 36.0, 72.0));
        assert_eq!(mm(1e9), 108.0);
    }

    #[test]
    fn negative_rain_is_refused() {
        assert!(Rain::uniform(vec![0.0, 1.0], &[-1.0]).is_err());
        assert!(Rain::uniform(vec![1.0, 0.0], &[1.0]).is_err());
    }

    #[test]
    fn rain_that_is_scaled_falls_in_the_same_places_at_the_same_times() {
        let zones = vec![0, 1, 1];
        let rain = Rain::gridded(vec![0.0, 3600.0], 2, &[10.0, 20.0], zones).expect("it is rain");
        let more = rain.scaled(1.4).expect("it is rain");
        assert!((more.depth_m(1, 1800.0) - 0.014).abs() < 1e-15);
        assert_eq!((more.zone_of(0), more.zone_of(2)), (0, 1));
        assert!(rain.scaled(-1.0).is_err() && rain.scaled(f64::NAN).is_err());
    }
}
