//! From rain to runoff: what the ground takes, and a cascade of linear reservoirs.

use super::weather::LonLat;

/// Linear reservoirs in a row: the unit hydrograph of Nash (1957), u(t) = (t/k)ⁿ⁻¹ e^(−t/k) / (k Γ(n)).
///
/// A step is exact for an inflow that is constant during it, so volume is kept to rounding.
#[derive(Debug, Clone)]
pub(crate) struct Cascade {
    /// What each holds, in the unit of the inflow times seconds.
    held: Vec<f64>,
    k_s: f64,
}

impl Cascade {
    /// `count` reservoirs that each empty with a time constant of `k_h` hours.
    pub(crate) fn new(count: usize, k_h: f64) -> Self {
        Self { held: vec![0.0; count], k_s: k_h * 3600.0 }
    }

    /// The mean outflow during a step of `dt_s` seconds.
    pub(crate) fn step(&mut self, inflow: f64, dt_s: f64) -> f64 {
        let stays = (-dt_s / self.k_s).exp();
        let mut flow = inflow;
        for held in &mut self.held {
            let after = *held * stays + flow * self.k_s * (1.0 - stays);
            flow -= (after - *held) / dt_s;
            *held = after;
        }
        flow
    }

    #[cfg(test)]
    fn held(&self) -> f64 {
        self.held.iter().sum()
    }
}

/// The ground that drains to a place.
#[derive(Debug, Clone)]
pub(crate) struct Catchment {
    pub(crate) area_km2: f64,
    /// Where its rain is looked up.
    pub(crate) places: [LonLat; 3],
    curve_number: f64,
    fallen_mm: f64,
    base_m3_s: f64,
    cascade: Cascade,
}

/// What fell counts as fallen for five days, as the antecedent rain of the curve-number method.
const MEMORY_S: f64 = 5.0 * 86_400.0;
/// Flow without rain.
const BASE_M3_S_KM2: f64 = 0.03;

impl Catchment {
    /// Ground of an area around a place; larger ones answer later.
    pub(crate) fn new(area_km2: f64, middle: LonLat) -> Self {
        let reach = area_km2.max(1.0).sqrt() / 107.0 / 3.0;
        let [lon, lat] = middle;
        let base_m3_s = BASE_M3_S_KM2 * area_km2;
        Self {
            area_km2,
            places: [[lon - reach, lat], [lon, lat - reach], [lon + reach, lat + reach]],
            curve_number: 74.0,
            fallen_mm: 0.0,
            base_m3_s,
            // Three reservoirs peak after 2 k: 1.5 h for 50 km², 3.4 h for 500.
            cascade: Cascade::new(3, 0.19 * area_km2.max(1.0).powf(0.35)),
        }
    }

    /// The mean flow during a step with a rain, in m³/s.
    pub(crate) fn step(&mut self, rain_mm_h: f64, dt_s: f64) -> f64 {
        let before = self.fallen_mm * (-dt_s / MEMORY_S).exp();
        self.fallen_mm = before + rain_mm_h * dt_s / 3600.0;
        let excess_mm = self.excess_mm(self.fallen_mm) - self.excess_mm(before);
        // A millimetre on a square kilometre is 1000 m³.
        let runoff_m3_s = excess_mm * self.area_km2 * 1000.0 / dt_s;
        self.base_m3_s + self.cascade.step(runoff_m3_s, dt_s)
    }

    /// Rain that runs off, of all that fell: P_e = (P − 0.2 S)² / (P + 0.8 S), S = 25400/CN − 254 mm
    /// (USDA, *National Engineering Handbook* 4).
    fn excess_mm(&self, fallen_mm: f64) -> f64 {
        let storage_mm = 25_400.0 / self.curve_number - 254.0;
        let beyond = (fallen_mm - 0.2 * storage_mm).max(0.0);
        beyond * beyond / (fallen_mm + 0.8 * storage_mm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cascade_gives_back_what_it_was_given_in_the_shape_of_nash() {
        let (n, k_h, dt_s) = (3, 2.0, 60.0);
        let mut cascade = Cascade::new(n, k_h);
        let mut flows = vec![cascade.step(1.0 / dt_s, dt_s)];
        flows.extend((1..6000).map(|_| cascade.step(0.0, dt_s)));
        let out: f64 = flows.iter().sum::<f64>() * dt_s;
        // Rounding of 6000 steps.
        assert!((out + cascade.held() - 1.0).abs() < 1e-12, "{out}");
        for at_h in [1.0_f64, 4.0, 8.0] {
            let t = at_h / k_h;
            let expected = t.powi(2) * (-t).exp() / (k_h * 3600.0 * 2.0);
            let index = (at_h * 60.0) as usize;
            // Half a step of delay is 0.4 % of k.
            assert!((flows[index] / expected - 1.0).abs() < 0.02, "{at_h} h");
        }
    }

    #[test]
    fn runoff_of_a_catchment_is_the_curve_numbers() {
        let mut ground = Catchment::new(100.0, [108.0, 15.5]);
        let dt_s = 300.0;
        let mut volume_m3 = 0.0;
        for step in 0..2000 {
            // 240 mm in ten hours, then nothing.
            let rain = if step < 120 { 24.0 } else { 0.0 };
            volume_m3 += (ground.step(rain, dt_s) - ground.base_m3_s) * dt_s;
        }
        // S = 89.2 mm: (240 − 17.85)² / (240 + 71.4) = 158.5 mm; the memory of five days fades a
        // little even in ten hours, which makes it less.
        let depth_mm = volume_m3 / 100_000.0;
        assert!((150.0..=158.5).contains(&depth_mm), "{depth_mm} mm");
    }
}
