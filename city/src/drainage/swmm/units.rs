//! SWMM's units to SI.

const FOOT_M: f64 = 0.3048;

/// What a file's numbers are made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Units {
    /// m in a unit of length.
    pub(super) length: f64,
    /// m³/s in a unit of flow.
    pub(super) flow: f64,
}

impl Units {
    /// By the name of the unit of flow: the first three mean feet, the others metres.
    pub(super) fn named(name: &str) -> Option<Self> {
        let cubic_foot = FOOT_M * FOOT_M * FOOT_M;
        // US gallon: 231 cubic inches.
        let gallon = 231.0 * (FOOT_M / 12.0) * (FOOT_M / 12.0) * (FOOT_M / 12.0);
        let (length, flow) = match name.to_ascii_uppercase().as_str() {
            "CFS" => (FOOT_M, cubic_foot),
            "GPM" => (FOOT_M, gallon / 60.0),
            "MGD" => (FOOT_M, 1e6 * gallon / 86_400.0),
            "CMS" => (1.0, 1.0),
            "LPS" => (1.0, 1e-3),
            "MLD" => (1.0, 1e3 / 86_400.0),
            _ => return None,
        };
        Some(Self { length, flow })
    }

    pub(super) fn area(self) -> f64 {
        self.length * self.length
    }

    pub(super) fn volume(self) -> f64 {
        self.length * self.length * self.length
    }

    /// What turns C of Q = C·lengths to SI, where the lengths have this power together and Q is a volume of
    /// the file's lengths in a second.
    pub(super) fn coefficient(self, power: f64) -> f64 {
        self.length.powf(3.0 - power)
    }
}
