//! Sluice gates.

use super::{
    super::{GRAVITY, Series},
    Ends, Flow, either_way, is_positive, require, weir_discharge_m3_s,
};

/// A vertical sluice gate over a sill.
///
/// Free and submerged discharge after Swamee (1992, J. Irrig. Drain. Eng. 118), which fits Henry's
/// (1950) curves: Q = C_d·a·b·√(2g·h₀) with C_d = 0.611·((h₀ − a)/(h₀ + 15a))^0.072, free where
/// h₀ ≥ 0.81·h_t·(h_t/a)^0.72; else times
/// (h₀ − h_t)^0.7 / [0.32·(0.81·h_t·(h_t/a)^0.72 − h₀)^0.7 + (h₀ − h_t)^0.7]. Where the water does not
/// reach the gate, and never more than that, it is a broad-crested weir.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// The cells on its two sides.
    pub between: Ends,
    /// Level of the sill, m.
    pub sill_m: f64,
    /// Width of the opening, m, all bays together.
    pub width_m: f64,
    /// How far it is open.
    pub opening: Opening,
    /// Water passes only from `from` to `to`: a tide gate.
    pub is_one_way: bool,
}

/// How far a gate is open.
#[derive(Debug, Clone, PartialEq)]
pub enum Opening {
    /// Height of the opening over the time of the run, m.
    Schedule(Series),
    /// By the level in a cell, with two levels so that the gate does not flutter. It begins closed.
    Rule {
        /// Column and row of the cell.
        at: (usize, usize),
        /// Level at which it begins to open, m. Above `closes_at_m`: it opens when the water is high;
        /// below: when it is low.
        opens_at_m: f64,
        /// Level at which it begins to close, m.
        closes_at_m: f64,
        /// Height of the opening when it is open, m.
        opening_m: f64,
        /// How fast it moves, m/s.
        speed_m_s: f64,
    },
}

impl Gate {
    pub(super) fn check(&self) -> Result<(), &'static str> {
        self.between.check()?;
        require(self.sill_m.is_finite(), "give the sill a finite level")?;
        require(is_positive(self.width_m), "give it a width above 0 m")?;
        match &self.opening {
            Opening::Schedule(opening_m) => {
                let is_fine = opening_m.entries().iter().all(|(_, opening)| *opening >= 0.0);
                require(is_fine, "give it openings of 0 m or more")
            }
            Opening::Rule { opens_at_m, closes_at_m, opening_m, speed_m_s, .. } => {
                let is_fine =
                    opens_at_m.is_finite() && closes_at_m.is_finite() && opens_at_m != closes_at_m;
                require(is_fine, "give it two different levels to open and to close at")?;
                let moves = is_positive(*opening_m) && is_positive(*speed_m_s);
                require(moves, "give it an opening above 0 m and a speed above 0 m/s")
            }
        }
    }

    pub(super) fn flow(&self, opening_m: f64, from_m: f64, to_m: f64) -> Flow {
        either_way(from_m, to_m, self.sill_m, |high_m, low_m, is_forwards| {
            if self.is_one_way && !is_forwards {
                return 0.0;
            }
            gate_discharge_m3_s(high_m - self.sill_m, low_m - self.sill_m, opening_m, self.width_m)
        })
    }

    /// Opening at the end of a step, and whether it is to open, from the level at its rule's cell.
    pub(super) fn moved(
        &self,
        (opening_m, is_opening): (f64, bool),
        level_m: f64,
        (time_s, dt_s): (f64, f64),
    ) -> (f64, bool) {
        match &self.opening {
            Opening::Schedule(schedule) => (schedule.at(time_s), is_opening),
            Opening::Rule { opens_at_m, closes_at_m, opening_m: whole_m, speed_m_s, .. } => {
                let opens_high = opens_at_m > closes_at_m;
                let is_past = |mark_m: f64, upwards: bool| {
                    if upwards { level_m >= mark_m } else { level_m <= mark_m }
                };
                let is_opening = if is_opening {
                    !is_past(*closes_at_m, !opens_high)
                } else {
                    is_past(*opens_at_m, opens_high)
                };
                let way_m = speed_m_s * dt_s;
                let opening_m = opening_m + if is_opening { way_m } else { -way_m };
                (opening_m.clamp(0.0, *whole_m), is_opening)
            }
        }
    }
}

/// Discharge under a gate from the depths over its sill, m³/s.
fn gate_discharge_m3_s(head_m: f64, tail_m: f64, opening_m: f64, width_m: f64) -> f64 {
    let weir = weir_discharge_m3_s(head_m, tail_m, width_m, 1.0);
    if opening_m <= 0.0 || head_m <= opening_m {
        return if opening_m <= 0.0 { 0.0 } else { weir };
    }
    let shape = libm::pow((head_m - opening_m) / (head_m + 15.0 * opening_m), 0.072);
    let free = 0.611 * shape * opening_m * width_m * (2.0 * GRAVITY * head_m).sqrt();
    let tail_m = tail_m.max(0.0);
    let free_from_m = 0.81 * tail_m * libm::pow(tail_m / opening_m, 0.72);
    let discharge = if head_m >= free_from_m {
        free
    } else {
        let over = libm::pow((head_m - tail_m).max(0.0), 0.7);
        free * over / (0.32 * libm::pow(free_from_m - head_m, 0.7) + over)
    };
    // Just above the lip Swamee's shape falls to nothing: there the weir to the lip goes on.
    let lip = weir_discharge_m3_s(opening_m, tail_m.min(opening_m), width_m, 1.0);
    discharge.max(lip).min(weir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_gate_passes_what_henry_measured() {
        // Henry (1950): C_d is 0.55 to 0.60 for h₀/a of 5 to 15, free.
        for (head_m, low, high) in [(2.5, 0.52, 0.56), (5.0, 0.55, 0.58), (7.5, 0.565, 0.59)] {
            let ideal = 0.5 * (2.0 * GRAVITY * head_m).sqrt();
            let coefficient = gate_discharge_m3_s(head_m, 0.0, 0.5, 1.0) / ideal;
            assert!((low..high).contains(&coefficient), "{head_m} m: {coefficient}");
        }
    }

    #[test]
    fn a_gate_grows_with_the_head_falls_with_the_tail_and_rests_between_equal_levels() {
        let mut before = 0.0;
        for cm in 1..400 {
            let now = gate_discharge_m3_s(f64::from(cm) * 0.01, 0.0, 0.5, 1.0);
            assert!(now >= before, "{cm} cm: {now} {before}");
            before = now;
        }
        for cm in 0..=300 {
            let now = gate_discharge_m3_s(3.0, f64::from(cm) * 0.01, 0.5, 1.0);
            assert!(now <= before + 1e-12, "tail {cm} cm");
            before = now;
        }
        assert_eq!(before, 0.0);
        assert_eq!(gate_discharge_m3_s(3.0, 0.0, 0.0, 1.0), 0.0);
    }

    #[test]
    fn a_rule_opens_at_one_level_and_closes_at_another() {
        let opening = Opening::Rule {
            at: (0, 0),
            opens_at_m: 2.0,
            closes_at_m: 1.5,
            opening_m: 1.0,
            speed_m_s: 0.1,
        };
        let between = Ends { from: vec![(0, 0)], to: vec![(1, 0)] };
        let gate = Gate { between, sill_m: 0.0, width_m: 1.0, opening, is_one_way: false };
        let at = |state, level_m| gate.moved(state, level_m, (0.0, 4.0));
        assert_eq!(at((0.0, false), 1.9), (0.0, false));
        assert_eq!(at((0.0, false), 2.0), (0.4, true));
        assert_eq!(at((0.8, true), 1.6), (1.0, true));
        assert_eq!(at((1.0, true), 1.5), (0.6, false));
    }
}
