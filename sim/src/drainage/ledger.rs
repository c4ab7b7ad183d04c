//! The volume that came, went and stayed.

/// Volumes of water over a step or a run, m³.
///
/// stored = before + inflow + outfall_in + exchanged_in − withdrawn − outfall_out − exchanged_out −
/// flooded + error
///
/// Unlike that of a flood, the error is more than rounding: heads of nodes and areas of conduits are
/// found side by side, and their volumes agree only as far as the iterations went (SWMM 5's
/// "continuity error"). What is done about it: a junction does not rise to where there is no water
/// for it; while not half full it pays back in the next step what its depth holds too much; and the half of
/// a conduit at an outfall fills before water leaves there. Sewers with a free surface close to 1 % half a
/// minute after a dry start, and to 0.1 % once they are filled. Pipes under pressure store nothing
/// while heads move (EXTRAN), and to pay back there would move heads by metres: what the change to
/// pressure costs, 1 to 7 % of the water in a closed sewer that fills beyond its brim at once, stays in the
/// ledger and becomes less beside what comes after. Manholes that open to a surface have shafts in which the
/// water stands, and close to 0.1 %.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ledger {
    /// In conduits, basins and ponds at the beginning.
    pub before_m3: f64,
    /// Come by inflows.
    pub inflow_m3: f64,
    /// Taken by inflows that are negative.
    pub withdrawn_m3: f64,
    /// Gone through outfalls that do not lie on the surface.
    pub outfall_out_m3: f64,
    /// Come back through them.
    pub outfall_in_m3: f64,
    /// Come in from the surface at inlets and at outfalls that lie on it.
    pub exchanged_in_m3: f64,
    /// Gone out to the surface at inlets and at outfalls that lie on it.
    pub exchanged_out_m3: f64,
    /// Come out of nodes without going anywhere: lost.
    pub flooded_m3: f64,
    /// In conduits, basins and ponds at the end.
    pub stored_m3: f64,
}

impl Ledger {
    /// What the end has too much.
    #[must_use]
    pub fn error_m3(&self) -> f64 {
        let gone =
            self.withdrawn_m3 + self.outfall_out_m3 + self.exchanged_out_m3 + self.flooded_m3;
        self.stored_m3 + gone - self.came_m3()
    }

    /// The error in parts of all the water there ever was; 0 where there was none.
    #[must_use]
    pub fn relative_error(&self) -> f64 {
        if self.came_m3() > 0.0 { self.error_m3() / self.came_m3() } else { 0.0 }
    }

    fn came_m3(&self) -> f64 {
        self.before_m3 + self.inflow_m3 + self.outfall_in_m3 + self.exchanged_in_m3
    }

    /// This ledger, with that of the time right after it.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        Self {
            before_m3: self.before_m3,
            inflow_m3: self.inflow_m3 + next.inflow_m3,
            withdrawn_m3: self.withdrawn_m3 + next.withdrawn_m3,
            outfall_out_m3: self.outfall_out_m3 + next.outfall_out_m3,
            outfall_in_m3: self.outfall_in_m3 + next.outfall_in_m3,
            exchanged_in_m3: self.exchanged_in_m3 + next.exchanged_in_m3,
            exchanged_out_m3: self.exchanged_out_m3 + next.exchanged_out_m3,
            flooded_m3: self.flooded_m3 + next.flooded_m3,
            stored_m3: next.stored_m3,
        }
    }
}
