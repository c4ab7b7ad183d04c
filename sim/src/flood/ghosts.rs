//! What stands outside open edges.

use super::{Edge, Engine, Scheme, State, land::Ghost};
use crate::Real;

impl<R: Real> Engine<R> {
    /// Sets the cells outside open edges from inside and from the forcing.
    pub(super) fn fill_ghosts(&self, state: &mut State<R>) {
        let dry = R::of(self.params.dry_depth_m);
        for ghost in &self.ghosts {
            let inner = &state.fields[ghost.inner.0];
            let (depth, x, y) = (
                inner.surface()[ghost.inner.1],
                inner.flow_x[ghost.inner.1],
                inner.flow_y[ghost.inner.1],
            );
            let level = self.level_depth_m(ghost, state.time_s).map(R::of);
            let outside = &mut state.fields[ghost.place.0];
            let cell = ghost.place.1;
            outside.stand(cell, level.unwrap_or(depth));
            if self.params.scheme != Scheme::LocalInertia {
                // The velocity goes on: discharges by the ratio of the depths. A film rests; the ratio to its depth
                // may be more than a number can hold.
                let scale = match level {
                    Some(level) if depth > dry => level / depth,
                    Some(_) => R::ZERO,
                    None => R::ONE,
                };
                outside.flow_x[cell] = x * scale;
                outside.flow_y[cell] = y * scale;
            }
            if outside.depth[cell].f64() > self.params.dry_depth_m {
                state.status[ghost.place.0].is_wet = true;
            }
        }
    }

    /// Depth outside a level edge over the bed inside of it; none for other edges.
    pub(super) fn level_depth_m(&self, ghost: &Ghost, time_s: f64) -> Option<f64> {
        self.level_over_m(ghost, time_s).map(|over_m| over_m.max(0.0))
    }

    /// The same below the bed too, m.
    pub(super) fn level_over_m(&self, ghost: &Ghost, time_s: f64) -> Option<f64> {
        match &self.forcing.edges[ghost.span].edge {
            Edge::Level(level) => Some(level.at(time_s) - ghost.inner_bed_m),
            Edge::Open { .. } => None,
        }
    }
}
