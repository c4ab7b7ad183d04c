//! How long steps are, and steps after each other.

use super::{
    Engine, Error, Ledger, State, Surface,
    conduit::{NO_AREA_M2, NO_DEPTH_M, NO_FLOW_M3_S},
};

/// A step fills a node with its halves of conduits by no more than this part of what they hold.
const FILLS: f64 = 0.25;

impl Engine {
    /// The longest step that is good now, s: with a Courant number, the least time in which a conduit's
    /// water and waves pass it, or a node's depth changes by a quarter of its crown's height.
    #[must_use]
    pub fn stable_step(&self, state: &State) -> f64 {
        let Some(courant) = self.params.courant else { return self.params.max_step_s };
        if state.steps == 0 {
            // Nothing is known yet of how fast it will go.
            return self.params.min_step_s;
        }
        let mut dt_s = self.params.max_step_s;
        for (pipe, now) in self.layout.pipes.iter().zip(&state.pipes) {
            let flow = now.flow_m3_s.abs();
            if flow <= NO_FLOW_M3_S || now.middle_m2 <= NO_AREA_M2 || now.froude <= 0.01 {
                continue;
            }
            let held_m3 = (now.halves_m3[0] + now.halves_m3[1]) / pipe.barrels;
            let passed_s = held_m3 / flow * pipe.run_m / pipe.length_m;
            dt_s = dt_s.min(courant * passed_s * now.froude / (1.0 + now.froude));
        }
        for (place, node) in self.layout.places.iter().zip(&state.nodes) {
            let quarter_m = 0.25 * place.crown_m;
            let is_free = node.depth_m > NO_DEPTH_M && node.depth_m + NO_DEPTH_M < place.crown_m;
            if is_free && quarter_m > NO_DEPTH_M && node.rise_m_s > NO_DEPTH_M {
                dt_s = dt_s.min(quarter_m / node.rise_m_s);
            }
            let net_m3_s = node.in_m3_s - node.out_m3_s;
            if is_free && net_m3_s > NO_FLOW_M3_S {
                dt_s = dt_s.min(FILLS * node.held_m3 / net_m3_s);
            }
        }
        dt_s.max(self.params.min_step_s)
    }

    /// Takes good steps until a time of the run, s; the last ends there exactly. The ledger is that of
    /// all these steps.
    ///
    /// # Errors
    /// As [`Engine::step`]; the state is then that of the last good step.
    pub fn advance(&self, state: &mut State, until_s: f64) -> Result<Ledger, Error> {
        self.advance_under(state, until_s, &mut []).map(|(ledger, _)| ledger)
    }

    /// The same under a surface, given as [`Engine::step_under`] wants it. What passes its inlets and outfalls
    /// is taken from it (or put there) from step to step. Also the sums of what each took and gave, m³.
    ///
    /// # Errors
    /// As [`Engine::step_under`]; state and surfaces are then those of the last good step.
    pub fn advance_under(
        &self,
        state: &mut State,
        until_s: f64,
        surfaces: &mut [Surface],
    ) -> Result<(Ledger, Vec<[f64; 2]>), Error> {
        let stored_m3 = state.ledger.stored_m3;
        let mut ledger = Ledger { before_m3: stored_m3, stored_m3, ..Ledger::default() };
        let mut passed_m3 = vec![[0.0; 2]; surfaces.len()];
        while state.time_s < until_s {
            let (stable_s, left_s) = (self.stable_step(state), until_s - state.time_s);
            let is_last = left_s <= stable_s;
            let dt_s = if is_last { left_s } else { stable_s };
            ledger = ledger.then(&self.step_under(state, dt_s, surfaces)?);
            let gone_m3 = self.exchanged_m3(state, dt_s);
            for ((surface, sums_m3), m3) in surfaces.iter_mut().zip(&mut passed_m3).zip(gone_m3) {
                *surface = surface.less(m3);
                sums_m3[usize::from(m3 < 0.0)] += m3.abs();
            }
            if is_last {
                state.time_s = until_s;
            }
        }
        Ok((ledger, passed_m3))
    }
}
