//! What is where at the end of a step, and what went.

use super::{
    Engine, Ledger, State,
    conduit::{self, End},
    layout::{Kind, Place},
    state::NodeState,
};

impl Engine {
    /// Draws up the ledger of a step, under a surface or not, and notes the extremes.
    pub(super) fn close(
        &self,
        before: &State,
        next: &mut State,
        dt_s: f64,
        is_under: bool,
    ) -> Ledger {
        let mut ledger = Ledger { before_m3: before.ledger.stored_m3, ..Ledger::default() };
        self.hold(next);
        for (at, place) in self.layout.places.iter().enumerate() {
            let (old, now) = (&before.nodes[at], &mut next.nodes[at]);
            let mean = |f: fn(&NodeState) -> f64| 0.5 * (f(old) + f(now)) * dt_s;
            ledger.inflow_m3 += mean(|node| node.lateral_m3_s.max(0.0));
            ledger.withdrawn_m3 += mean(|node| (-node.lateral_m3_s).max(0.0));
            ledger.exchanged_in_m3 += now.exchange_m3_s.max(0.0) * dt_s;
            ledger.exchanged_out_m3 += (-now.exchange_m3_s).max(0.0) * dt_s;
            let came_m3 = mean(|node| node.in_m3_s - node.out_m3_s) + now.exchange_m3_s * dt_s;
            if matches!(place.kind, Kind::Outfall { .. }) {
                let is_onto = is_under && self.onto.contains(&at);
                let there_m3 = old.held_m3 - old.owed_m3 + came_m3;
                // A surface has no more to lend than stands there: what it has not is owed.
                let most_m3 = there_m3 + now.lends_m3_s * dt_s;
                let least_m3 = if is_onto { most_m3 } else { most_m3.max(0.0) };
                let stays_m3 = now.held_m3.min(least_m3);
                now.owed_m3 = now.held_m3 - stays_m3;
                let left_m3 = there_m3 - stays_m3;
                let (out_m3, in_m3) = if is_onto {
                    now.exchange_m3_s = -left_m3 / dt_s;
                    (&mut ledger.exchanged_out_m3, &mut ledger.exchanged_in_m3)
                } else {
                    (&mut ledger.outfall_out_m3, &mut ledger.outfall_in_m3)
                };
                *out_m3 += left_m3.max(0.0);
                *in_m3 += (-left_m3).max(0.0);
                continue;
            }
            let lost_m3 = if self.params.ponds && place.ponded_m2 > 0.0 {
                0.0
            } else {
                now.overflow_m3_s * dt_s
            };
            ledger.flooded_m3 += lost_m3;
            now.owed_m3 = old.owed_m3 + (now.held_m3 - old.held_m3) - (came_m3 - lost_m3);
        }
        ledger.stored_m3 = self.stored_m3(next);
        next.ledger = before.ledger.then(&ledger);
        next.time_s = before.time_s + dt_s;
        next.steps += 1;
        self.record(next, dt_s);
        ledger
    }

    /// What every node holds by its depth, with the halves of its conduits.
    pub(super) fn hold(&self, state: &mut State) {
        for node in &mut state.nodes {
            node.held_m3 = node.volume_m3;
        }
        for (pipe, now) in self.layout.pipes.iter().zip(&mut state.pipes) {
            let nodes = &state.nodes;
            let ends = pipe.ends.map(|at| End { place: &self.layout.places[at], node: &nodes[at] });
            now.halves_m3 = conduit::halves_m3(pipe, now.flow_m3_s, ends);
            for (at, half_m3) in pipe.ends.into_iter().zip(now.halves_m3) {
                state.nodes[at].held_m3 += half_m3;
            }
        }
    }

    pub(super) fn stored_m3(&self, state: &State) -> f64 {
        let held = |(place, node): (&Place, &NodeState)| match place.kind {
            Kind::Outfall { .. } => node.held_m3 - node.owed_m3,
            _ => node.held_m3,
        };
        self.layout.places.iter().zip(&state.nodes).map(held).sum()
    }
}
