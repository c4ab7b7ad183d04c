//! What has passed a structure, and how it stands.

/// Slots of a discharge over time before two of them are put together.
const SLOTS: usize = 1024;
/// Length of a slot at first, s.
const FIRST_SLOT_S: f64 = 60.0;

/// What has passed a structure since the beginning of the run. Positive is forwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Passed {
    pub(in super::super) discharge_m3_s: f64,
    pub(in super::super) volume_m3: f64,
    pub(in super::super) greatest_m3_s: f64,
    pub(in super::super) greatest_at_s: f64,
    pub(in super::super) until_s: f64,
    pub(in super::super) slot_s: f64,
    /// Volume of each slot, m³.
    pub(in super::super) slots: Vec<f64>,
}

impl Default for Passed {
    fn default() -> Self {
        Self {
            discharge_m3_s: 0.0,
            volume_m3: 0.0,
            greatest_m3_s: 0.0,
            greatest_at_s: 0.0,
            until_s: 0.0,
            slot_s: FIRST_SLOT_S,
            slots: Vec::new(),
        }
    }
}

impl Passed {
    /// Mean discharge of the last step, m³/s.
    #[must_use]
    pub fn discharge_m3_s(&self) -> f64 {
        self.discharge_m3_s
    }

    /// What passed forwards less what passed backwards, m³.
    #[must_use]
    pub fn volume_m3(&self) -> f64 {
        self.volume_m3
    }

    /// The greatest discharge of a step, in whichever way, m³/s.
    #[must_use]
    pub fn greatest_m3_s(&self) -> f64 {
        self.greatest_m3_s
    }

    /// When that was, s of the run.
    #[must_use]
    pub fn greatest_at_s(&self) -> f64 {
        self.greatest_at_s
    }

    /// The discharge over time: the beginning of each slot of time, s, and its mean discharge, m³/s.
    /// Slots are a minute long at first, and twice as long each time there are more than 1024.
    #[must_use]
    pub fn hydrograph(&self) -> Vec<(f64, f64)> {
        let mean = |(slot, volume_m3): (usize, &f64)| {
            let begin_s = slot as f64 * self.slot_s;
            let length_s = (self.until_s - begin_s).min(self.slot_s);
            (begin_s, if length_s > 0.0 { volume_m3 / length_s } else { 0.0 })
        };
        self.slots.iter().enumerate().map(mean).collect()
    }

    /// Adds what passed in the step from `from_s` to `to_s`.
    pub(super) fn add(&mut self, volume_m3: f64, from_s: f64, to_s: f64) {
        self.discharge_m3_s = volume_m3 / (to_s - from_s);
        self.volume_m3 += volume_m3;
        self.until_s = to_s;
        if self.discharge_m3_s.abs() > self.greatest_m3_s.abs() {
            (self.greatest_m3_s, self.greatest_at_s) = (self.discharge_m3_s, to_s);
        }
        while to_s > self.slot_s * SLOTS as f64 {
            self.slots = self.slots.chunks(2).map(|pair| pair.iter().sum()).collect();
            self.slot_s *= 2.0;
        }
        let mut begin_s = from_s;
        while begin_s < to_s {
            let slot = (begin_s / self.slot_s) as usize;
            let end_s = ((slot + 1) as f64 * self.slot_s).min(to_s);
            if self.slots.len() <= slot {
                self.slots.resize(slot + 1, 0.0);
            }
            self.slots[slot] += self.discharge_m3_s * (end_s - begin_s);
            begin_s = end_s;
        }
    }
}

/// How a breach of a levee stands.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BreachState {
    /// How long it has been overtopped by the head of its trigger, s.
    pub overtopped_s: f64,
    /// When it began, s of the run.
    pub began_s: Option<f64>,
    /// Width of one that erodes, m.
    pub width_m: f64,
}

/// How a structure stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StructureState {
    pub(in super::super) passed: Passed,
    pub(in super::super) opening_m: f64,
    pub(in super::super) is_on: bool,
    pub(in super::super) breaches: Vec<BreachState>,
}

impl StructureState {
    /// What has passed it.
    #[must_use]
    pub fn passed(&self) -> &Passed {
        &self.passed
    }

    /// How far a gate is open, m.
    #[must_use]
    pub fn opening_m(&self) -> f64 {
        self.opening_m
    }

    /// Whether a pump runs, or a gate is opening or open by its rule.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// How the breaches of a levee stand, in the order of the levee's.
    #[must_use]
    pub fn breaches(&self) -> &[BreachState] {
        &self.breaches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hydrograph_keeps_its_volume_when_its_slots_grow() {
        let mut passed = Passed::default();
        for step in 0..3000 {
            let from_s = f64::from(step) * 50.0;
            passed.add(f64::from(step % 7) * 50.0, from_s, from_s + 50.0);
        }
        let graph = passed.hydrograph();
        assert!(graph.len() <= SLOTS && passed.slot_s == 240.0);
        let last = graph.len() - 1;
        let volume_m3: f64 = graph[..last].iter().map(|(_, q)| q * 240.0).sum::<f64>()
            + graph[last].1 * (150_000.0 - graph[last].0);
        assert!((volume_m3 / passed.volume_m3() - 1.0).abs() < 1e-12);
        assert_eq!(passed.greatest_m3_s(), 6.0);
    }
}
