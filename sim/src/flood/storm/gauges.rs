//! Rain between gauges.

use super::{
    super::{Error, Rain},
    require,
};

/// A rain gauge and what it saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Gauge {
    /// Place, m east of the grid's south-west corner.
    pub x_m: f64,
    /// Place, m north of the grid's south-west corner.
    pub y_m: f64,
    /// Intensity in each interval, mm/h; none where it was not heard from.
    pub mm_per_h: Vec<Option<f64>>,
}

/// How rain between gauges is found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Between {
    /// That of the nearest gauge (Thiessen 1911, Mon. Weather Rev. 39).
    Nearest,
    /// The mean of all, weighted with 1/distanceᵖ (Shepard 1968); p is 2 mostly.
    InverseDistance {
        /// p.
        power: f64,
    },
}

/// Squares that have one rain each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ZoneGrid {
    /// Cells of the ground from west to east.
    pub columns: usize,
    /// Cells of the ground from south to north.
    pub rows: usize,
    /// Side of a cell, m.
    pub cell_m: f64,
    /// Cells along a side of a zone.
    pub cells_per_zone: usize,
}

/// Rain by zone from gauges, in the intervals between `times_s` (one more than intensities). In each
/// interval the gauges that were heard from speak for all.
///
/// # Errors
/// Where times and intensities do not fit, a value is negative or not finite, no gauge was heard from in
/// an interval, or there would be more than 10 million values.
pub fn rain_between(
    gauges: &[Gauge],
    times_s: Vec<f64>,
    grid: ZoneGrid,
    between: Between,
) -> Result<Rain, Error> {
    let refuse = |reason, entry| Err(Error::Series { what: "the rain gauges", reason, entry });
    if let Between::InverseDistance { power } = between {
        require(
            "power of the distance",
            power,
            power > 0.0 && power <= 10.0,
            "above 0, at most 10",
        )?;
    }
    let intervals = times_s.len().saturating_sub(1);
    let is_whole = |gauge: &Gauge| {
        gauge.mm_per_h.len() == intervals && gauge.x_m.is_finite() && gauge.y_m.is_finite()
    };
    if let Some(entry) = gauges.iter().position(|gauge| !is_whole(gauge)) {
        return refuse("a gauge without a place or with another number of intervals", entry);
    }
    let (zone_columns, zones) = (grid.zone_columns(), grid.zones());
    let range = "1 or more, with at most 10 million values in all";
    let is_fine = grid.cells_per_zone > 0 && zones.saturating_mul(intervals) <= 10_000_000;
    require("cells along a rain zone", grid.cells_per_zone as f64, is_fine, range)?;
    let mut mm_per_h = Vec::with_capacity(zones * intervals);
    for interval in 0..intervals {
        let heard: Vec<(f64, f64, f64)> = gauges
            .iter()
            .filter_map(|gauge| Some((gauge.x_m, gauge.y_m, gauge.mm_per_h[interval]?)))
            .collect();
        if heard.is_empty() {
            return refuse("an interval in which no gauge was heard from", interval);
        }
        mm_per_h.extend((0..zones).map(|zone| between.at(&heard, grid.middle(zone))));
    }
    let per_zone = grid.cells_per_zone;
    let zone_of = |at: usize| {
        let (column, row) = (at % grid.columns, at / grid.columns);
        (row / per_zone * zone_columns + column / per_zone) as u32
    };
    let zone_of = (0..grid.columns * grid.rows).map(zone_of).collect();
    Rain::gridded(times_s, zones, &mm_per_h, zone_of)
}

impl ZoneGrid {
    fn zone_columns(&self) -> usize {
        self.columns.div_ceil(self.cells_per_zone.max(1))
    }

    fn zones(&self) -> usize {
        self.zone_columns() * self.rows.div_ceil(self.cells_per_zone.max(1))
    }

    /// Middle of a zone, m from the south-west corner.
    fn middle(&self, zone: usize) -> (f64, f64) {
        let side_m = self.cells_per_zone as f64 * self.cell_m;
        let (column, row) = (zone % self.zone_columns(), zone / self.zone_columns());
        ((column as f64 + 0.5) * side_m, (row as f64 + 0.5) * side_m)
    }
}

impl Between {
    /// The value at a place from those of gauges.
    fn at(&self, heard: &[(f64, f64, f64)], (x_m, y_m): (f64, f64)) -> f64 {
        let square = |(gauge_x, gauge_y, _): &(f64, f64, f64)| {
            let (dx, dy) = (gauge_x - x_m, gauge_y - y_m);
            dx * dx + dy * dy
        };
        let nearest = |a: &(f64, f64, f64), b: &(f64, f64, f64)| {
            if square(b) < square(a) { *b } else { *a }
        };
        let closest = heard[1..].iter().fold(heard[0], |a, b| nearest(&a, b));
        let power = match *self {
            Self::InverseDistance { power } if square(&closest) > 0.0 => power,
            _ => return closest.2,
        };
        // Distances in parts of the nearest one: no weight is above 1, whatever the power.
        let least = square(&closest);
        let weight = |gauge: &(f64, f64, f64)| libm::pow(least / square(gauge), 0.5 * power);
        let sum: f64 = heard.iter().map(weight).sum();
        heard.iter().map(|gauge| weight(gauge) * gauge.2).sum::<f64>() / sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gauge(x_m: f64, mm_per_h: &[Option<f64>]) -> Gauge {
        Gauge { x_m, y_m: 50.0, mm_per_h: mm_per_h.to_vec() }
    }

    const GRID: ZoneGrid = ZoneGrid { columns: 4, rows: 1, cell_m: 100.0, cells_per_zone: 1 };

    fn mm(rain: &Rain, hour: f64) -> Vec<f64> {
        let fell =
            |zone| rain.depth_m(zone, hour * 3600.0) - rain.depth_m(zone, (hour - 1.0) * 3600.0);
        (0..4).map(|zone| (fell(zone) * 1e6).round() / 1e3).collect()
    }

    #[test]
    fn rain_between_gauges_is_theirs_by_distance_and_a_silent_gauge_leaves_the_others() {
        let gauges = [gauge(50.0, &[Some(10.0), None]), gauge(350.0, &[Some(40.0), Some(20.0)])];
        let times_s = vec![0.0, 3600.0, 7200.0];
        let near = rain_between(&gauges, times_s.clone(), GRID, Between::Nearest).expect("rain");
        assert_eq!(mm(&near, 1.0), [10.0, 10.0, 40.0, 40.0]);
        assert_eq!(mm(&near, 2.0), [20.0; 4]);
        let square = Between::InverseDistance { power: 2.0 };
        let between = rain_between(&gauges, times_s, GRID, square).expect("rain");
        // 100 and 200 m away: weights 1 and ¼.
        assert_eq!(mm(&between, 1.0), [10.0, 16.0, 34.0, 40.0]);
        assert_eq!(mm(&between, 2.0), [20.0; 4]);
    }

    #[test]
    fn an_hour_without_any_gauge_is_refused() {
        let gauges = [gauge(50.0, &[Some(10.0), None]), gauge(350.0, &[Some(1.0), None])];
        let refused = rain_between(&gauges, vec![0.0, 1.0, 2.0], GRID, Between::Nearest);
        assert!(matches!(refused, Err(Error::Series { entry: 1, .. })), "{refused:?}");
        let gauges = [gauge(50.0, &[Some(-1.0)])];
        assert!(rain_between(&gauges, vec![0.0, 1.0], GRID, Between::Nearest).is_err());
    }
}
