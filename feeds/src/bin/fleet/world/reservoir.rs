//! A reservoir: volume by mass balance, level by a storage curve, gates by a rule.

/// What is known of a reservoir.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dam {
    /// m above the datum.
    pub(crate) normal_level_m: f64,
    /// m above the datum.
    pub(crate) dead_level_m: f64,
    /// m³ at the normal level.
    pub(crate) capacity_m3: f64,
    /// m³/s through all gates.
    pub(crate) max_release_m3_s: f64,
}

/// What a reservoir is doing.
#[derive(Debug, Clone)]
pub(crate) struct Reservoir {
    dam: Dam,
    volume_m3: f64,
    /// 0 shut, 1 open.
    gate: f64,
    inflow_m3_s: f64,
    outflow_m3_s: f64,
}

/// Water for fields and turbines empties a full reservoir in as many seconds.
const DEMAND_S: f64 = 150.0 * 86_400.0;
/// Gates open this far in a second: from shut to open in two hours.
const GATE_PER_S: f64 = 1.0 / 7200.0;
/// Above the normal level by this share of the depth, water goes over the spillway.
const FREEBOARD: f64 = 0.06;

impl Dam {
    /// Its bottom, so that a tenth of the capacity lies below the dead level of a square curve.
    fn bottom_m(&self) -> f64 {
        let share = 0.1_f64.sqrt();
        (self.dead_level_m - share * self.normal_level_m) / (1.0 - share)
    }

    /// V = C ((z − z₀)/(zₙ − z₀))²: a valley that widens as it fills.
    pub(crate) fn volume_m3(&self, level_m: f64) -> f64 {
        let bottom = self.bottom_m();
        let share = ((level_m - bottom) / (self.normal_level_m - bottom)).max(0.0);
        self.capacity_m3 * share * share
    }

    /// The level at which it holds a volume, in m above the datum.
    pub(crate) fn level_m(&self, volume_m3: f64) -> f64 {
        let bottom = self.bottom_m();
        bottom + (self.normal_level_m - bottom) * (volume_m3.max(0.0) / self.capacity_m3).sqrt()
    }
}

impl Reservoir {
    /// A reservoir filled to a share of its capacity.
    pub(crate) fn new(dam: Dam, filled: f64) -> Self {
        Self {
            dam,
            volume_m3: dam.capacity_m3 * filled,
            gate: 0.0,
            inflow_m3_s: 0.0,
            outflow_m3_s: 0.0,
        }
    }

    /// Lets an inflow in for a step and releases what the rule says: the demand always; the gates
    /// open between three quarters of the last metre and the normal level, slowly, and never so that
    /// the reservoir falls below its dead level. What is over the freeboard is spilled at once.
    pub(crate) fn step(&mut self, inflow_m3_s: f64, dt_s: f64) {
        let dam = &self.dam;
        let depth_m = dam.normal_level_m - dam.dead_level_m;
        let guard_m = (0.06 * depth_m).min(1.0);
        let wanted = (self.level_m() - (dam.normal_level_m - guard_m)) / guard_m;
        let most = GATE_PER_S * dt_s;
        self.gate += (wanted.clamp(0.0, 1.0) - self.gate).clamp(-most, most);

        let demand = dam.capacity_m3 / DEMAND_S;
        let wanted_m3_s = demand + self.gate * dam.max_release_m3_s;
        let full_m3 = dam.volume_m3(dam.normal_level_m + FREEBOARD * depth_m);
        let there_m3 = self.volume_m3 + inflow_m3_s * dt_s;
        let spilled_m3_s = ((there_m3 - full_m3) / dt_s - wanted_m3_s).max(0.0);
        let usable_m3_s = ((there_m3 - dam.volume_m3(dam.dead_level_m)) / dt_s).max(0.0);
        self.inflow_m3_s = inflow_m3_s;
        self.outflow_m3_s = (wanted_m3_s + spilled_m3_s).min(usable_m3_s);
        self.volume_m3 = there_m3 - self.outflow_m3_s * dt_s;
    }

    pub(crate) fn level_m(&self) -> f64 {
        self.dam.level_m(self.volume_m3)
    }

    pub(crate) fn volume_m3(&self) -> f64 {
        self.volume_m3
    }

    pub(crate) fn inflow_m3_s(&self) -> f64 {
        self.inflow_m3_s
    }

    pub(crate) fn outflow_m3_s(&self) -> f64 {
        self.outflow_m3_s
    }

    /// How far the gates are open, in %.
    pub(crate) fn gate_pct(&self) -> f64 {
        100.0 * self.gate
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PHU_NINH: Dam = Dam {
        normal_level_m: 32.0,
        dead_level_m: 20.0,
        capacity_m3: 3.4e8,
        max_release_m3_s: 2200.0,
    };

    #[test]
    fn the_storage_curve_and_its_inverse_agree() {
        for level in [20.0, 25.5, 32.0, 33.0] {
            let back = PHU_NINH.level_m(PHU_NINH.volume_m3(level));
            assert!((back - level).abs() < 1e-9, "{back}");
        }
        assert!((PHU_NINH.volume_m3(32.0) - 3.4e8).abs() < 1.0);
        assert!((PHU_NINH.volume_m3(20.0) / 3.4e7 - 1.0).abs() < 1e-9, "a tenth is dead");
    }

    proptest! {
        #[test]
        fn what_came_in_less_what_went_out_is_what_is_there(
            filled in 0.1_f64..1.0,
            inflows in proptest::collection::vec(0.0_f64..4000.0, 1..400),
        ) {
            let mut lake = Reservoir::new(PHU_NINH, filled);
            let before = lake.volume_m3();
            let (mut inside, dt_s) = (0.0, 300.0);
            let lowest = PHU_NINH.volume_m3(PHU_NINH.dead_level_m).min(before);
            for inflow in inflows {
                lake.step(inflow, dt_s);
                inside += (lake.inflow_m3_s() - lake.outflow_m3_s()) * dt_s;
                prop_assert!(lake.outflow_m3_s() >= 0.0);
                prop_assert!(lake.volume_m3() >= lowest - 1.0);
                prop_assert!(lake.level_m() <= 32.0 + 0.06 * 12.0 + 1e-6, "{}", lake.level_m());
            }
            // Rounding of 400 sums of numbers near 10⁹.
            prop_assert!((lake.volume_m3() - before - inside).abs() < 1e-2);
        }
    }

    #[test]
    fn gates_open_as_it_fills_and_shut_again() {
        let mut lake = Reservoir::new(PHU_NINH, 0.9);
        for _ in 0..12 * 24 {
            lake.step(1500.0, 300.0);
        }
        assert!(lake.gate_pct() > 40.0, "{}", lake.gate_pct());
        assert!(lake.outflow_m3_s() > 1000.0);
        for _ in 0..12 * 48 {
            lake.step(5.0, 300.0);
        }
        assert_eq!(lake.gate_pct(), 0.0);
        assert!((lake.outflow_m3_s() - 3.4e8 / DEMAND_S).abs() < 1e-9, "the demand alone");
    }
}
