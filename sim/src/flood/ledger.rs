//! The volume that came, went and stayed.

/// Volumes of water over a step or a run, m³, in `f64` whatever the fields are made of.
///
/// stored = before + rain + inflow + boundary_in − boundary_out − infiltrated − pumped_out −
/// drained + surcharged + error
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ledger {
    /// In the area at the beginning.
    pub before_m3: f64,
    /// Fallen as rain, what the soil took at once included.
    pub rain_m3: f64,
    /// Come by hydrographs.
    pub inflow_m3: f64,
    /// Come through open and level edges.
    pub boundary_in_m3: f64,
    /// Gone through open and level edges.
    pub boundary_out_m3: f64,
    /// Gone into the ground.
    pub infiltrated_m3: f64,
    /// Gone out of the area by pumps.
    pub pumped_out_m3: f64,
    /// Gone down into drains.
    pub drained_m3: f64,
    /// Come up from drains.
    pub surcharged_m3: f64,
    /// In the area at the end.
    pub stored_m3: f64,
}

impl Ledger {
    /// What the end has too much: nothing but rounding.
    #[must_use]
    pub fn error_m3(&self) -> f64 {
        let came = self.came_m3();
        let went =
            self.boundary_out_m3 + self.infiltrated_m3 + self.pumped_out_m3 + self.drained_m3;
        self.stored_m3 - (self.before_m3 + came - went)
    }

    /// The error in parts of all the water there ever was; 0 where there was none.
    #[must_use]
    pub fn relative_error(&self) -> f64 {
        let all = self.before_m3 + self.came_m3();
        if all > 0.0 { self.error_m3() / all } else { 0.0 }
    }

    fn came_m3(&self) -> f64 {
        self.rain_m3 + self.inflow_m3 + self.boundary_in_m3 + self.surcharged_m3
    }

    /// This ledger, with that of the time right after it.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        Self {
            before_m3: self.before_m3,
            rain_m3: self.rain_m3 + next.rain_m3,
            inflow_m3: self.inflow_m3 + next.inflow_m3,
            boundary_in_m3: self.boundary_in_m3 + next.boundary_in_m3,
            boundary_out_m3: self.boundary_out_m3 + next.boundary_out_m3,
            infiltrated_m3: self.infiltrated_m3 + next.infiltrated_m3,
            pumped_out_m3: self.pumped_out_m3 + next.pumped_out_m3,
            drained_m3: self.drained_m3 + next.drained_m3,
            surcharged_m3: self.surcharged_m3 + next.surcharged_m3,
            stored_m3: next.stored_m3,
        }
    }
}
