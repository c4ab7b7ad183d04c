//! What is noted of a run on its way.

use super::{
    Engine, State,
    conduit::{NO_AREA_M2, NO_DEPTH_M},
    layout::{Place, Slot},
    state::{NodeMaxima, NodeState},
};

impl Engine {
    /// Notes extremes.
    pub(super) fn record(&self, state: &mut State, dt_s: f64) {
        let times = (state.time_s, dt_s);
        for (at, place) in self.layout.places.iter().enumerate() {
            let rim_m = self.mouth_of[at]
                .map_or(place.full_depth_m, |mouth| self.mouths[mouth].crest_m() - place.invert_m);
            see(&mut state.node_maxima[at], place, &state.nodes[at], rim_m, times);
        }
        for ((_, slot), seen) in self.layout.links.iter().zip(&mut state.link_maxima) {
            let (flow, speed, filling) = match *slot {
                Slot::Pipe(at) => {
                    let (pipe, now) = (&self.layout.pipes[at], &state.pipes[at]);
                    let speed = now.flow_m3_s.abs() / now.middle_m2.max(NO_AREA_M2);
                    let speed = if now.middle_m2 > NO_AREA_M2 { speed } else { 0.0 };
                    let filling = now.depth_m / pipe.section.full_depth_m;
                    let is_full = now.depth_m >= pipe.section.full_depth_m - NO_DEPTH_M;
                    seen.full_s += if is_full { dt_s } else { 0.0 };
                    (now.flow_m3_s.abs() * pipe.barrels, speed, filling)
                }
                Slot::Device(at) => (state.devices[at].flow_m3_s.abs(), 0.0, 0.0),
            };
            if flow > seen.flow_m3_s {
                (seen.flow_m3_s, seen.flow_at_s) = (flow, state.time_s);
            }
            if filling > seen.filling {
                (seen.filling, seen.filling_at_s) = (filling, state.time_s);
            }
            seen.speed_m_s = seen.speed_m_s.max(speed);
        }
    }
}

fn see(
    seen: &mut NodeMaxima,
    place: &Place,
    node: &NodeState,
    rim_m: f64,
    (time_s, dt_s): (f64, f64),
) {
    if node.depth_m > seen.depth_m {
        (seen.depth_m, seen.depth_at_s) = (node.depth_m, time_s);
    }
    seen.inflow_m3_s = seen.inflow_m3_s.max(node.in_m3_s + node.exchange_m3_s.max(0.0));
    seen.flooded_m3 += node.overflow_m3_s * dt_s;
    seen.taken_m3 += node.exchange_m3_s.max(0.0) * dt_s;
    seen.given_m3 += (-node.exchange_m3_s).max(0.0) * dt_s;
    if node.overflow_m3_s > 0.0 {
        seen.flooded_s += dt_s;
    }
    if place.crown_m > 0.0 && node.depth_m > place.crown_m {
        seen.surcharged_s += dt_s;
        seen.surcharged_at_s.get_or_insert(time_s);
    }
    if rim_m > 0.0 && node.depth_m > rim_m {
        seen.over_rim_s += dt_s;
        if node.depth_m - rim_m > seen.over_rim_m {
            (seen.over_rim_m, seen.over_rim_at_s) = (node.depth_m - rim_m, time_s);
        }
    }
}
